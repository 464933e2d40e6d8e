import { freeNow } from "../array/free-now.ts";
import { ascendingOrder, pick } from "../array/indices.ts";
import { Matrix, sliceRows } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { emptyRecord } from "../array/records.ts";
import { compileOnce } from "../graph/compile-once.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { gemm, input, matmul, multiplyElements, subtract } from "../graph/operators.ts";
import type { TensorValue } from "../graph/session.ts";
import { orthonormaliseRows } from "./gram-schmidt.ts";
import { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.ts";

/** A residual is small where it is under this times its eigenvalue. The error of the eigenvalue is about the square of it. */
const RELATIVE_RESIDUAL = 1e-11;
/** How much the filter may amplify the largest eigenvalue over the smallest of the block: four of 16 digits remain. */
const GREATEST_AMPLIFICATION = 1e12;
/** Highest degree of the filter: a product with the matrix for each degree, and then Rayleigh-Ritz looks at what converged. */
const GREATEST_DEGREE = 40;
/** Rounds after which a full decomposition is the quicker way. */
const MOST_ROUNDS = 30;
/** Up to this size all eigenvectors at once are as quick as the leading ones. */
const SMALL = 200;

/**
 * The `k` largest eigenvalues of a symmetric positive semidefinite matrix with their eigenvectors, in double precision.
 *
 * Subspace iteration on a block somewhat wider than k, each round filtered by a Chebyshev polynomial that damps the
 * interval from 0 to the block's smallest Ritz value, then Rayleigh-Ritz. A pair is accepted where
 * |S v - value v| <= max(1e-11 value, n eps largest value); accepted pairs are taken off every product. The start is random but
 * seeded, so equal input gives equal output. Small matrices, k near n, and
 * spectra too flat to be filtered apart in 30 rounds are decomposed in full.
 *
 * @param symmetric - [n x n]; the caller vouches that it is symmetric and has no negative eigenvalue
 * @param k - 1..n
 * @param start - for the next matrix, of whoever decomposes many
 * @see Y. Zhou, Y. Saad, M. Tiago, J. Chelikowsky (2006), doi:10.1016/j.jcp.2006.03.017 (the scaled filter)
 */
export async function leadingEigen(
  symmetric: Matrix<Float64Array>,
  k: number,
  device?: Device,
  start: EigenStart = {},
): Promise<SymmetricEigen> {
  const n = symmetric.nRows;
  const width = k + Math.max(8, Math.ceil(k / 2));
  if (n <= SMALL || 3 * width > n) return firstPairs(await symmetricEigen(symmetric, device), k);
  start.block = startOf(width, n, start);
  let state: Subspace = { matrix: symmetric, block: start.block, values: [], vectors: [], largest: 0 };
  let deflation = deflationOf(state);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const ritz = await rayleighRitz(state, deflation, device);
    state = acceptPairs({ ...state, block: ritz.vectors }, ritz, k);
    if (state.values.length >= k) return joinPairs(state, n, k);
    deflation = deflationOf(state);
    const remaining = ritz.values.subarray(ritz.values.length - state.block.nRows);
    const block = await filter(state, deflation, remaining, device);
    orthonormaliseRows(block, state.vectors);
    state = { ...state, block };
  }
  // Where eigenvalues lie close together no filter separates them: a full decomposition is quicker.
  return firstPairs(await symmetricEigen(symmetric, device), k);
}

/** What {@link leadingEigen} leaves for the next matrix of the same size: every one starts from the same block. */
export interface EigenStart {
  block?: Matrix<Float64Array>;
}

/** Orthonormal rows of random direction, the same for the same lengths. */
function startOf(width: number, n: number, { block: known }: EigenStart): Matrix<Float64Array> {
  if (known?.nRows === width && known.nColumns === n) return known;
  const random = createRandom("leading-eigen");
  const block = Matrix.of(
    Float64Array.from({ length: width * n }, () => random.normal()),
    width,
    n,
  );
  orthonormaliseRows(block, []);
  return block;
}

interface Subspace {
  readonly matrix: Matrix<Float64Array>;
  /** Orthonormal rows, [width x n]. */
  readonly block: Matrix<Float64Array>;
  readonly values: readonly number[];
  readonly vectors: readonly Float64Array[];
  readonly largest: number;
}

interface Ritz {
  /** Descending. */
  readonly values: Float64Array;
  /** Rows, [width x n]. */
  readonly vectors: Matrix<Float64Array>;
  /** |S v - value v| of each. */
  readonly residuals: Float64Array;
}

/** Accepted vectors as rows, and the same times their values; a row of zeros where there is none. */
interface Deflation {
  readonly vectors: Matrix<Float64Array>;
  readonly scaled: Matrix<Float64Array>;
}

function deflationOf({ matrix, values, vectors }: Subspace): Deflation {
  const n = matrix.nColumns;
  const rows = Matrix.zeros(Math.max(1, vectors.length), n);
  const scaled = Matrix.zeros(rows.nRows, n);
  for (const [j, vector] of vectors.entries()) {
    rows.data.set(vector, j * n);
    for (let i = 0; i < n; i++) scaled.data[j * n + i] = values[j]! * vector[i]!;
  }
  return { vectors: rows, scaled };
}

async function rayleighRitz(
  { matrix, block }: Subspace,
  deflation: Deflation,
  device: Device | undefined,
): Promise<Ritz> {
  const image = await step(matrix, deflation, [block, block], [0, 1, 0], device);
  const projected = await multiply(image, block, { transposeB: true, device });
  const width = block.nRows;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (projected.data[i * width + j]! + projected.data[j * width + i]!) / 2;
      projected.data[i * width + j] = mean;
      projected.data[j * width + i] = mean;
    }
  }
  const { values, vectors: rotation } = await symmetricEigen(projected, device);
  const vectors = await multiply(rotation, block, { transposeA: true, device });
  const images = await multiply(rotation, image, { transposeA: true, device });
  const n = block.nColumns;
  const residuals = new Float64Array(values.length);
  for (let j = 0; j < values.length; j++) {
    let sum = 0;
    for (let i = j * n; i < (j + 1) * n; i++) {
      const off = images.data[i]! - values[j]! * vectors.data[i]!;
      sum += off * off;
    }
    residuals[j] = Math.sqrt(sum);
  }
  return { values, vectors, residuals };
}

/** Moves the leading pairs that have converged from the block to the accepted ones. */
function acceptPairs(state: Subspace, ritz: Ritz, k: number): Subspace {
  const { block } = state;
  const n = block.nColumns;
  const largest = state.largest || ritz.values[0]!;
  const noise = n * Number.EPSILON * largest;
  let count = 0;
  while (
    count < block.nRows &&
    ritz.residuals[count]! <= Math.max(RELATIVE_RESIDUAL * ritz.values[count]!, noise) &&
    state.values.length + count < k
  ) {
    count++;
  }
  return {
    ...state,
    largest,
    block: sliceRows(block, count, block.nRows),
    values: [...state.values, ...ritz.values.subarray(0, count)],
    vectors: [...state.vectors, ...Array.from({ length: count }, (_, j) => block.data.slice(j * n, (j + 1) * n))],
  };
}

/** The block times a polynomial of the deflated matrix that is small on [0, smallest Ritz value] and 1 at the largest. */
async function filter(
  { matrix, block }: Subspace,
  deflation: Deflation,
  ritzValues: Float64Array,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const largest = ritzValues[0]!;
  const smallest = ritzValues.at(-1)!;
  // Where the block reaches below the matrix' rank, one plain product already spans its range.
  if (smallest <= matrix.nRows * Number.EPSILON * largest)
    return step(matrix, deflation, [block, block], [0, 1, 0], device);
  const half = smallest / 2;
  const growth = Math.acosh(Math.max(1, (largest - half) / half));
  const degree = Math.max(
    1,
    Math.min(GREATEST_DEGREE, Math.floor(Math.acosh(GREATEST_AMPLIFICATION) / Math.max(growth, 1e-3))),
  );
  const first = half / (largest - half);
  let sigma = first;
  let previous = block;
  let current = await step(matrix, deflation, [block, block], [half, sigma / half, 0], device);
  for (let power = 2; power <= degree; power++) {
    const next = 1 / (2 / first - sigma);
    const weights = [half, (2 * next) / half, sigma * next] as const;
    const following = await step(matrix, deflation, [current, previous], weights, device);
    if (previous !== block) freeNow(previous.data);
    previous = current;
    current = following;
    sigma = next;
  }
  return current;
}

/** factor (S - accepted pairs - half I) current - share previous, of rows. */
async function step(
  matrix: Matrix<Float64Array>,
  { vectors, scaled }: Deflation,
  [current, previous]: readonly [current: Matrix<Float64Array>, previous: Matrix<Float64Array>],
  [half, factor, share]: readonly [half: number, factor: number, share: number],
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const session = await compileOnce("leading-eigen step", stepGraph, device);
  const values = emptyRecord<TensorValue>();
  for (const [name, { data, nRows, nColumns }] of Object.entries({ matrix, vectors, scaled, current, previous }))
    values[name] = { type: "float64", shape: [nRows, nColumns], data };
  for (const [name, value] of Object.entries({ half, factor, share }))
    values[name] = { type: "float64", shape: [1, 1], data: Float64Array.of(value) };
  const { image } = await session.run(values);
  return Matrix.of(image!.data as Float64Array, current.nRows, current.nColumns);
}

function stepGraph() {
  const current = input("current", "float64", ["width", "n"]);
  const vectors = input("vectors", "float64", ["nAccepted", "n"]);
  const scaled = input("scaled", "float64", ["nAccepted", "n"]);
  const number = (name: string) => input(name, "float64", [1, 1]);
  const along = matmul(gemm(current, vectors, undefined, { transposeB: true }), scaled);
  const product = matmul(current, input("matrix", "float64", ["n", "n"]));
  const shifted = subtract(subtract(product, along), multiplyElements(number("half"), current));
  const previous = multiplyElements(number("share"), input("previous", "float64", ["width", "n"]));
  return { image: subtract(multiplyElements(number("factor"), shifted), previous) };
}

function firstPairs({ values, vectors }: SymmetricEigen, k: number): SymmetricEigen {
  const n = vectors.nRows;
  const kept = Matrix.zeros(n, k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) kept.data[i * k + j] = vectors.data[i * vectors.nColumns + j]!;
  }
  return { values: values.slice(0, k), vectors: kept };
}

/** Accepted pairs in descending order: within a cluster, pairs may have converged in any order. */
function joinPairs(state: Subspace, n: number, k: number): SymmetricEigen {
  const values = Float64Array.from(state.values);
  const order = ascendingOrder(values).reverse();
  const vectors = Matrix.zeros(n, k);
  for (let j = 0; j < k; j++) {
    const vector = state.vectors[order[j]!]!;
    for (let i = 0; i < n; i++) vectors.data[i * k + j] = vector[i]!;
  }
  return { values: pick(values, order), vectors };
}
