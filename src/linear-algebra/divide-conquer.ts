import { ascendingOrder, pick } from "../array/indices.ts";
import { Matrix } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { rotate } from "./dot.ts";
import { implicitQl } from "./implicit-ql.ts";
import { exactWeights, secularRoots } from "./secular.ts";

/** Eigenvalues of a symmetric tridiagonal matrix with their eigenvectors. */
export interface TridiagonalEigen {
  /** Ascending, [n]. */
  readonly values: Float64Array;
  /** Orthonormal rows, [n x n]. */
  readonly vectors: Float64Array;
}

/** Up to this size plane rotations are quicker than a merge. */
const LEAF = 32;

/**
 * All eigenvalues and eigenvectors of a symmetric tridiagonal matrix by Cuppen's divide and conquer: the matrix is torn
 * in two halves but for a matrix of rank 1; the eigenvalues of the whole are the roots of a secular equation, and its
 * eigenvectors those of the halves times a matrix.
 *
 * @param diagonal - [n], n >= 1
 * @param off - beside the diagonal, [n - 1]
 * @see J. Cuppen (1981), doi:10.1007/BF01396757; M. Gu, S. Eisenstat (1995), doi:10.1137/S0895479892241287
 */
export async function divideAndConquer(
  diagonal: Float64Array,
  off: Float64Array,
  device?: Device,
): Promise<TridiagonalEigen> {
  const n = diagonal.length;
  if (n <= LEAF) return implicitQl(diagonal, off);
  const nUpper = n >> 1;
  const tear = off[nUpper - 1]!;
  const [upperDiagonal, lowerDiagonal] = [diagonal.slice(0, nUpper), diagonal.slice(nUpper)];
  upperDiagonal[nUpper - 1]! -= Math.abs(tear);
  lowerDiagonal[0]! -= Math.abs(tear);
  const upper = await divideAndConquer(upperDiagonal, off.subarray(0, nUpper - 1), device);
  const lower = await divideAndConquer(lowerDiagonal, off.subarray(nUpper), device);
  return merge(upper, lower, tear, device);
}

async function merge(
  upper: TridiagonalEigen,
  lower: TridiagonalEigen,
  tear: number,
  device: Device | undefined,
): Promise<TridiagonalEigen> {
  const joined = joinHalves(upper, lower, tear);
  const { kept, deflated } = setAside(joined);
  const secular = {
    poles: pick(joined.d, kept),
    z: pick(joined.z, kept),
    rho: joined.rho,
  };
  const { roots, distances } = secularRoots(secular);
  const rotation = rotationOf(exactWeights(secular, distances), distances);
  const parts: Matrix<Float64Array>[] = [];
  for (const part of joined.parts) parts.push(await rotatePart(part, kept, rotation, device));
  return ascendingPairs(joined, roots, deflated, parts);
}

/** Half the coordinates of all eigenvectors of the two halves. */
interface Part {
  /** [n x nCoordinates] */
  readonly rows: Matrix<Float64Array>;
  /** 1 where a row is not all zeros, [n]. */
  readonly present: Uint8Array;
}

/** diag(d) + rho z z', and what the coordinates of its eigenvectors are multiplied by. */
interface Joined {
  readonly d: Float64Array;
  /** Of length 1. */
  readonly z: Float64Array;
  readonly rho: number;
  readonly parts: readonly Part[];
}

function joinHalves(upper: TridiagonalEigen, lower: TridiagonalEigen, tear: number): Joined {
  const [nUpper, nLower] = [upper.values.length, lower.values.length];
  const n = nUpper + nLower;
  const d = new Float64Array(n);
  d.set(upper.values);
  d.set(lower.values, nUpper);
  const z = new Float64Array(n);
  // v = (last of the upper half, sign(tear) first of the lower half) has length sqrt(2).
  for (let i = 0; i < nUpper; i++) z[i] = upper.vectors[i * nUpper + nUpper - 1]! * Math.SQRT1_2;
  const factor = tear < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  for (let i = 0; i < nLower; i++) z[nUpper + i] = lower.vectors[i * nLower]! * factor;
  const [upperRows, lowerRows] = [Matrix.zeros(n, nUpper), Matrix.zeros(n, nLower)];
  upperRows.data.set(upper.vectors);
  lowerRows.data.set(lower.vectors, nUpper * nLower);
  return {
    d,
    z,
    rho: 2 * Math.abs(tear),
    parts: [
      { rows: upperRows, present: new Uint8Array(n).fill(1, 0, nUpper) },
      { rows: lowerRows, present: new Uint8Array(n).fill(1, nUpper) },
    ],
  };
}

/**
 * Sets eigenpairs aside that the rank-1 matrix does not change beyond rounding: those with a z of about 0, and one of
 * each pair of close poles after a rotation that makes its z 0. Changes d, z and the rows that are rotated.
 */
function setAside({ d, z, rho, parts }: Joined): { kept: readonly number[]; deflated: readonly number[] } {
  const order = ascendingOrder(d);
  let size = rho;
  for (const value of d) size = Math.max(size, Math.abs(value));
  const tolerance = 8 * Number.EPSILON * size;
  const kept: number[] = [];
  const deflated: number[] = [];
  let pending = -1;
  for (const row of order) {
    if (rho * Math.abs(z[row]!) <= tolerance) {
      deflated.push(row);
      continue;
    }
    if (pending >= 0) {
      const length = Math.hypot(z[row]!, z[pending]!);
      const cosine = z[row]! / length;
      const sine = z[pending]! / length;
      const gap = d[row]! - d[pending]!;
      if (Math.abs(gap * cosine * sine) <= tolerance) {
        z[row] = length;
        z[pending] = 0;
        [d[pending], d[row]] = [
          d[pending]! * cosine * cosine + d[row]! * sine * sine,
          d[pending]! * sine * sine + d[row]! * cosine * cosine,
        ];
        for (const { rows, present } of parts) {
          if (present[row] || present[pending]) {
            present[row] = 1;
            present[pending] = 1;
            rotate(rowOf(rows, pending), rowOf(rows, row), cosine, sine);
          }
        }
        deflated.push(pending);
      } else {
        kept.push(pending);
      }
    }
    pending = row;
  }
  if (pending >= 0) kept.push(pending);
  return { kept, deflated };
}

function rowOf({ data, nColumns }: Matrix<Float64Array>, row: number): Float64Array {
  return data.subarray(row * nColumns, (row + 1) * nColumns);
}

/** The eigenvectors of diag(poles) + rho z z' as rows, [k x k]: entries z_i / (d_i - root_j), made of length 1. */
function rotationOf(weights: Float64Array, distances: Float64Array): Float64Array {
  const k = weights.length;
  const rotation = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    const row = j * k;
    let squares = 0;
    for (let i = 0; i < k; i++) {
      const entry = weights[i]! / distances[(row + i) | 0]!;
      rotation[(row + i) | 0] = entry;
      squares += entry * entry;
    }
    const factor = 1 / Math.sqrt(squares);
    for (let i = 0; i < k; i++) rotation[(row + i) | 0]! *= factor;
  }
  return rotation;
}

/** The rotation times the kept rows of one half, [k x nCoordinates]; rows of zeros and what would meet them left out. */
async function rotatePart(
  { rows, present }: Part,
  kept: readonly number[],
  rotation: Float64Array,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const k = kept.length;
  const columns: number[] = [];
  for (let i = 0; i < k; i++) if (present[kept[i]!]) columns.push(i);
  const nPresent = columns.length;
  const [left, right] = [Matrix.zeros(k, nPresent), Matrix.zeros(nPresent, rows.nColumns)];
  for (let j = 0; j < k; j++) {
    const [from, to] = [j * k, j * nPresent];
    for (let i = 0; i < nPresent; i++) left.data[(to + i) | 0] = rotation[(from + columns[i]!) | 0]!;
  }
  for (let i = 0; i < nPresent; i++) {
    const from = kept[columns[i]!]! * rows.nColumns;
    right.data.set(rows.data.subarray(from, from + rows.nColumns), i * rows.nColumns);
  }
  return multiply(left, right, { device });
}

/** New eigenpairs and those set aside, together in ascending order. */
function ascendingPairs(
  { d, parts }: Joined,
  roots: Float64Array,
  deflated: readonly number[],
  rotated: readonly Matrix<Float64Array>[],
): TridiagonalEigen {
  const n = d.length;
  const k = roots.length;
  const unordered = new Float64Array(n);
  unordered.set(roots);
  deflated.forEach((row, i) => {
    unordered[k + i] = d[row]!;
  });
  const order = ascendingOrder(unordered);
  const vectors = new Float64Array(n * n);
  let offset = 0;
  for (const [p, { rows }] of parts.entries()) {
    const length = rows.nColumns;
    for (let j = 0; j < n; j++) {
      const from = order[j]!;
      const [source, row] = from < k ? [rotated[p]!, from] : [rows, deflated[from - k]!];
      vectors.set(source.data.subarray(row * length, (row + 1) * length), j * n + offset);
    }
    offset += length;
  }
  return { values: pick(unordered, order), vectors };
}
