import { Matrix, sliceRows } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { orthonormaliseRows } from "./orthonormalise.ts";
import { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.ts";

/** Eigenvalues relative to the machine's rounding: a residual is small where it is under this times its eigenvalue. */
const RELATIVE_RESIDUAL = 1e-11;
/** The filter may amplify the largest eigenvalue over the smallest of the block by this much, so that digits remain. */
const GREATEST_AMPLIFICATION = 1e12;
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
 * |S v - value v| <= max(1e-11 value, n eps largest value); accepted pairs are deflated. The start is random but
 * seeded, so equal input gives equal output. Small matrices, k near n, and
 * spectra too flat to be filtered apart in 30 rounds are decomposed in full.
 *
 * @param symmetric - [n x n]; the caller vouches that it is symmetric and has no negative eigenvalue
 * @param k - 1..n
 * @see Y. Zhou, Y. Saad, M. Tiago, J. Chelikowsky (2006), doi:10.1016/j.jcp.2006.03.017 (the scaled filter)
 */
export async function leadingEigen(
  symmetric: Matrix<Float64Array>,
  k: number,
  device?: Device,
): Promise<SymmetricEigen> {
  const n = symmetric.nRows;
  const width = k + Math.max(8, Math.ceil(k / 2));
  if (n <= SMALL || 3 * width > n) return firstPairs(await symmetricEigen(symmetric, device), k);
  const random = createRandom("leading-eigen");
  const start = Float64Array.from({ length: width * n }, () => random.normal());
  let state: State = {
    matrix: symmetric,
    block: Matrix.of(start, width, n),
    values: [],
    vectors: [],
    largest: 0,
  };
  orthonormaliseRows(state.block, []);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const ritz = await rayleighRitz(state.matrix, state.block, device);
    state = await acceptPairs({ ...state, block: ritz.vectors }, ritz, k, device);
    if (state.values.length >= k) return joinPairs(state, n, k);
    const remaining = ritz.values.subarray(ritz.values.length - state.block.nRows);
    const block = await filter(state.matrix, state.block, remaining, device);
    orthonormaliseRows(block, state.vectors);
    state = { ...state, block };
  }
  // Where eigenvalues lie close together no filter can part them, and all pairs at once come sooner.
  return firstPairs(await symmetricEigen(symmetric, device), k);
}

interface State {
  /** The matrix without the accepted pairs. */
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

async function rayleighRitz(
  matrix: Matrix<Float64Array>,
  block: Matrix<Float64Array>,
  device: Device | undefined,
): Promise<Ritz> {
  const image = await multiply(block, matrix, { device });
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
  const residuals = values.map((value, j) => {
    let sum = 0;
    for (let i = j * n; i < (j + 1) * n; i++) {
      const off = images.data[i]! - value * vectors.data[i]!;
      sum += off * off;
    }
    return Math.sqrt(sum);
  });
  return { values, vectors, residuals };
}

/** Moves the leading pairs that have converged from the block to the accepted ones, and out of the matrix. */
async function acceptPairs(state: State, ritz: Ritz, k: number, device: Device | undefined): Promise<State> {
  const { block, matrix } = state;
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
  if (count === 0) return { ...state, largest };
  const accepted = sliceRows(block, 0, count);
  const scaled = Matrix.zeros(count, n);
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < n; i++) scaled.data[j * n + i] = ritz.values[j]! * accepted.data[j * n + i]!;
  }
  const part = await multiply(accepted, scaled, { transposeA: true, device });
  return {
    matrix: Matrix.of(
      matrix.data.map((value, at) => value - part.data[at]!),
      n,
      n,
    ),
    block: sliceRows(block, count, block.nRows),
    values: [...state.values, ...ritz.values.subarray(0, count)],
    vectors: [...state.vectors, ...Array.from({ length: count }, (_, j) => accepted.data.slice(j * n, (j + 1) * n))],
    largest,
  };
}

/** The block times a polynomial of the matrix that is small on [0, smallest Ritz value] and 1 at the largest. */
async function filter(
  matrix: Matrix<Float64Array>,
  block: Matrix<Float64Array>,
  ritzValues: Float64Array,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const largest = ritzValues[0]!;
  const smallest = ritzValues.at(-1)!;
  // Where the block reaches below the matrix' rank, one plain product already spans its range.
  if (smallest <= matrix.nRows * Number.EPSILON * largest) return multiply(block, matrix, { device });
  const half = smallest / 2;
  const growth = Math.acosh(Math.max(1, (largest - half) / half));
  const degree = Math.max(
    1,
    Math.min(GREATEST_DEGREE, Math.floor(Math.acosh(GREATEST_AMPLIFICATION) / Math.max(growth, 1e-3))),
  );
  const first = half / (largest - half);
  let sigma = first;
  let previous = block;
  let current = await step(matrix, block, undefined, half, sigma / half, 0, device);
  for (let power = 2; power <= degree; power++) {
    const next = 1 / (2 / first - sigma);
    const following = await step(matrix, current, previous, half, (2 * next) / half, sigma * next, device);
    previous = current;
    current = following;
    sigma = next;
  }
  return current;
}

/** factor (S - half I) current - share previous. */
async function step(
  matrix: Matrix<Float64Array>,
  current: Matrix<Float64Array>,
  previous: Matrix<Float64Array> | undefined,
  half: number,
  factor: number,
  share: number,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const image = await multiply(current, matrix, { device });
  const { data } = image;
  for (let i = 0; i < data.length; i++) data[i] = factor * (data[i]! - half * current.data[i]!);
  if (previous) for (let i = 0; i < data.length; i++) data[i]! -= share * previous.data[i]!;
  return image;
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
function joinPairs(state: State, n: number, k: number): SymmetricEigen {
  const order = state.values.map((_, j) => j).sort((a, b) => state.values[b]! - state.values[a]! || a - b);
  const vectors = Matrix.zeros(n, k);
  order.forEach((from, j) => {
    const vector = state.vectors[from]!;
    for (let i = 0; i < n; i++) vectors.data[i * k + j] = vector[i]!;
  });
  return { values: Float64Array.from(order, (j) => state.values[j]!), vectors };
}
