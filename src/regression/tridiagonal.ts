import { Matrix } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";

/** A symmetric matrix as Q T Q' with T tridiagonal and Q a product of Householder reflections. */
export interface Tridiagonal {
  /** [n] */
  readonly diagonal: Float64Array;
  /** Beside the diagonal, [n - 1]. */
  readonly off: Float64Array;
  /** Q = H_0 H_1 .., H_j = I - scale_j v_j v_j'; v_j is row j, 0 up to its entry j and 1 at entry j + 1, or all 0, [n x n]. */
  readonly reflections: Matrix<Float64Array>;
  /** [n] */
  readonly scales: Float64Array;
}

/** Reflections that are gathered before the rest of the matrix is changed. */
const PANEL = 32;
/** Reflections that {@link reflect} applies at once. */
const BLOCK = 64;

/**
 * Takes a symmetric matrix to tridiagonal form by Householder reflections in panels, as LAPACK's dsytrd: half the
 * operations are products of a matrix with a vector, the other half matrix products.
 *
 * @param symmetric - [n x n], n >= 1, of which the upper triangle is read and destroyed; its largest entry about 1
 */
export async function tridiagonalise(symmetric: Matrix<Float64Array>, device?: Device): Promise<Tridiagonal> {
  const n = symmetric.nRows;
  const matrix = symmetric.data;
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n - 1);
  const reflections = Matrix.zeros(n, n);
  const scales = new Float64Array(n);
  // Within a panel the matrix is `matrix` - V' W - W' V, with rows V of `reflections` and W here.
  const others = new Float64Array(PANEL * n);
  const image = new Float64Array(n);
  for (let start = 0; start < n; start += PANEL) {
    const end = Math.min(n, start + PANEL);
    for (let j = start; j < end; j++) {
      const row = j * n;
      for (let q = start; q < j; q++) {
        const [v, w] = [q * n, (q - start) * n];
        subtractTwo(matrix, row, reflections.data, v, others[w + j]!, others, w, reflections.data[v + j]!, j, n);
      }
      diagonal[j] = matrix[row + j]!;
      if (j === n - 1) break;
      const { scale, beside } = makeReflection(matrix, reflections.data, row, j + 1, n);
      off[j] = beside;
      scales[j] = scale;
      const w = (j - start) * n;
      others.fill(0, w, w + n);
      if (scale === 0) continue;
      symmetricTimesVector(matrix, n, j + 1, reflections.data, row, image);
      for (let q = start; q < j; q++) {
        const [v, u] = [q * n, (q - start) * n];
        const [alongV, alongW] = dotTwo(reflections.data, v, others, u, reflections.data, row, j + 1, n);
        subtractTwo(image, 0, reflections.data, v, alongW, others, u, alongV, j + 1, n);
      }
      let along = 0;
      for (let i = j + 1; i < n; i++) along += image[i]! * reflections.data[(row + i) | 0]!;
      const share = (scale * scale * along) / 2;
      for (let i = j + 1; i < n; i++)
        others[(w + i) | 0] = scale * image[i]! - share * reflections.data[(row + i) | 0]!;
    }
    if (end < n) await updateRest(matrix, n, start, end, reflections.data, others, device);
  }
  return { diagonal, off, reflections, scales };
}

/**
 * Q times a matrix, in place: the eigenvectors of T become those of the matrix that was tridiagonalised.
 *
 * @param columns - [n x m]
 */
export async function reflect(
  { reflections, scales }: Tridiagonal,
  columns: Matrix<Float64Array>,
  device?: Device,
): Promise<void> {
  const { nRows: n, nColumns: m } = columns;
  for (let start = (Math.ceil(n / BLOCK) - 1) * BLOCK; start >= 0; start -= BLOCK) {
    const end = Math.min(n, start + BLOCK);
    if (start + 1 >= n) continue;
    // Rows up to `start` are not touched by these reflections.
    const length = n - start - 1;
    const v = Matrix.zeros(end - start, length);
    for (let j = start; j < end; j++) {
      v.data.set(reflections.data.subarray(j * n + start + 1, (j + 1) * n), (j - start) * length);
    }
    const lower = Matrix.of(columns.data.subarray((start + 1) * m), length, m);
    const overlaps = await multiply(v, v, { transposeB: true, device });
    const triangle = triangularFactor(overlaps, scales.subarray(start, end));
    const spread = await multiply(triangle, v, { transposeA: true, device });
    const along = await multiply(v, lower, { device });
    const change = (await multiply(spread, along, { transposeA: true, device })).data;
    const { data } = lower;
    for (let i = 0; i < data.length; i++) data[i]! -= change[i]!;
  }
}

/**
 * The upper triangular T with H_1 H_2 .. = I - V' T V: the inverse of that which has 1 / scale on its diagonal and
 * v_i' v_j beside it.
 *
 * @see C. Puglisi (1992), doi:10.1137/0913042
 */
function triangularFactor(overlaps: Matrix<Float64Array>, scales: Float64Array): Matrix<Float64Array> {
  const k = scales.length;
  const triangle = Matrix.zeros(k, k);
  const { data } = triangle;
  // Row i of the inverse from the rows below it.
  for (let i = k - 1; i >= 0; i--) {
    const scale = scales[i]!;
    data[i * k + i] = scale;
    for (let q = i + 1; q < k; q++) {
      const factor = -scale * overlaps.data[i * k + q]!;
      for (let j = q; j < k; j++) data[(i * k + j) | 0]! += factor * data[(q * k + j) | 0]!;
    }
  }
  return triangle;
}

/**
 * The reflection that takes row `row` of the matrix, from entry `from` on, to a multiple of its first entry.
 * Its vector is written to the same place of `reflections`.
 */
function makeReflection(
  matrix: Float64Array,
  reflections: Float64Array,
  row: number,
  from: number,
  n: number,
): { readonly scale: number; readonly beside: number } {
  const first = matrix[row + from]!;
  let tail = 0;
  for (let i = from + 1; i < n; i++) tail += matrix[row + i]! * matrix[row + i]!;
  // Entries below 1e-140 of the largest one count as zeros: their squares are none.
  if (tail < 1e-280) return { scale: 0, beside: first };
  const length = Math.sqrt(first * first + tail);
  const beside = first > 0 ? -length : length;
  const factor = 1 / (first - beside);
  reflections[row + from] = 1;
  for (let i = from + 1; i < n; i++) reflections[(row + i) | 0] = matrix[(row + i) | 0]! * factor;
  return { scale: (beside - first) / beside, beside };
}

/**
 * The square of the matrix from `from` on, given by its upper triangle, times a vector. Four rows at a time: each entry
 * is read once, and serves above and below the diagonal.
 *
 * @param at - where the vector's numbers begin in `vectors`
 */
function symmetricTimesVector(
  matrix: Float64Array,
  n: number,
  from: number,
  vectors: Float64Array,
  at: number,
  result: Float64Array,
): void {
  // `| 0` spares checks for overflow: such indices are half as fast again.
  result.fill(0, from, n);
  let i = from;
  for (; i + 3 < n; i += 4) {
    const [p0, p1, p2, p3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    const [x0, x1, x2, x3] = [vectors[at + i]!, vectors[at + i + 1]!, vectors[at + i + 2]!, vectors[at + i + 3]!];
    const [a01, a02, a03] = [matrix[p0 + i + 1]!, matrix[p0 + i + 2]!, matrix[p0 + i + 3]!];
    const [a12, a13, a23] = [matrix[p1 + i + 2]!, matrix[p1 + i + 3]!, matrix[p2 + i + 3]!];
    let y0 = matrix[p0 + i]! * x0 + a01 * x1 + a02 * x2 + a03 * x3;
    let y1 = a01 * x0 + matrix[p1 + i + 1]! * x1 + a12 * x2 + a13 * x3;
    let y2 = a02 * x0 + a12 * x1 + matrix[p2 + i + 2]! * x2 + a23 * x3;
    let y3 = a03 * x0 + a13 * x1 + a23 * x2 + matrix[p3 + i + 3]! * x3;
    for (let c = i + 4; c < n; c++) {
      const x = vectors[(at + c) | 0]!;
      const [a0, a1, a2, a3] = [
        matrix[(p0 + c) | 0]!,
        matrix[(p1 + c) | 0]!,
        matrix[(p2 + c) | 0]!,
        matrix[(p3 + c) | 0]!,
      ];
      y0 += a0 * x;
      y1 += a1 * x;
      y2 += a2 * x;
      y3 += a3 * x;
      result[c]! += a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3);
    }
    result[i]! += y0;
    result[i + 1]! += y1;
    result[i + 2]! += y2;
    result[i + 3]! += y3;
  }
  for (; i < n; i++) {
    const x = vectors[at + i]!;
    let y = matrix[i * n + i]! * x;
    for (let c = i + 1; c < n; c++) {
      y += matrix[i * n + c]! * vectors[at + c]!;
      result[c]! += matrix[i * n + c]! * x;
    }
    result[i]! += y;
  }
}

/** target -= a factorA + b factorB over entries `from`..`to`; the other numbers say where each row begins. */
function subtractTwo(
  target: Float64Array,
  atTarget: number,
  a: Float64Array,
  atA: number,
  factorA: number,
  b: Float64Array,
  atB: number,
  factorB: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    target[(atTarget + i) | 0]! -= a[(atA + i) | 0]! * factorA + b[(atB + i) | 0]! * factorB;
  }
}

/** The products of two rows with a vector, over entries `from`..`to`. */
function dotTwo(
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  vector: Float64Array,
  at: number,
  from: number,
  to: number,
): readonly [number, number] {
  let [alongA, alongB] = [0, 0];
  for (let i = from; i < to; i++) {
    const value = vector[(at + i) | 0]!;
    alongA += a[(atA + i) | 0]! * value;
    alongB += b[(atB + i) | 0]! * value;
  }
  return [alongA, alongB];
}

/** Takes V' W + W' V of a finished panel off the upper triangle of what is not yet tridiagonal. */
async function updateRest(
  matrix: Float64Array,
  n: number,
  start: number,
  end: number,
  reflections: Float64Array,
  others: Float64Array,
  device: Device | undefined,
): Promise<void> {
  const [k, length] = [end - start, n - end];
  const [left, right] = [Matrix.zeros(2 * k, length), Matrix.zeros(2 * k, length)];
  for (let q = 0; q < k; q++) {
    const v = reflections.subarray((start + q) * n + end, (start + q + 1) * n);
    const w = others.subarray(q * n + end, (q + 1) * n);
    left.data.set(v, q * length);
    left.data.set(w, (k + q) * length);
    right.data.set(w, q * length);
    right.data.set(v, (k + q) * length);
  }
  const change = (await multiply(left, right, { transposeA: true, device })).data;
  for (let i = 0; i < length; i++) {
    const [to, from] = [(end + i) * n + end, i * length];
    for (let c = i; c < length; c++) matrix[(to + c) | 0]! -= change[(from + c) | 0]!;
  }
}
