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

/** Reflections that are gathered before the rest of the matrix is changed, in one matrix product. */
const PANEL_WIDTH = 16;
/** Rows of the rest that are changed at once: few, so that little is computed below the diagonal. */
const STRIP = 256;
/** Reflections that {@link reflect} applies at once. */
const REFLECTIONS_AT_ONCE = 64;

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
  // Rows v, w of one reflection after the other. Within a panel the matrix is `matrix` - V' W - W' V.
  const panel = Matrix.zeros(2 * PANEL_WIDTH, n);
  const image = new Float64Array(n);
  for (let start = 0; start < n; start += PANEL_WIDTH) {
    const end = Math.min(n, start + PANEL_WIDTH);
    panel.data.fill(0);
    for (let j = start; j < end; j++) {
      const nPairs = j - start;
      const row = j * n;
      subtractRows(matrix, row, panel, swapPairs(columnOf(panel, j, nPairs)), j);
      diagonal[j] = matrix[row + j]!;
      if (j === n - 1) break;
      const { scale, beside } = makeReflection(matrix, reflections.data, row, j + 1, n);
      // So far below rounding, it would only lead to quotients whose squares overflow.
      off[j] = Math.abs(beside) < 1e-120 ? 0 : beside;
      scales[j] = scale;
      if (scale === 0) continue;
      const v = reflections.data.subarray(row, row + n);
      symmetricTimesVector(matrix, n, j + 1, v, image);
      subtractRows(image, 0, panel, swapPairs(rowsTimesVector(panel, 2 * nPairs, v, j + 1)), j + 1);
      let along = 0;
      for (let i = j + 1; i < n; i++) along += image[i]! * v[i]!;
      const share = (scale * scale * along) / 2;
      const w = panel.data.subarray((2 * nPairs + 1) * n, (2 * nPairs + 2) * n);
      for (let i = j + 1; i < n; i++) w[i] = scale * image[i]! - share * v[i]!;
      panel.data.set(v, 2 * nPairs * n);
    }
    if (end < n) await updateRest(matrix, panel, end, device);
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
  for (let block = Math.ceil(n / REFLECTIONS_AT_ONCE) - 1; block >= 0; block--) {
    const start = block * REFLECTIONS_AT_ONCE;
    const end = Math.min(n, start + REFLECTIONS_AT_ONCE);
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
 */
function symmetricTimesVector(
  matrix: Float64Array,
  n: number,
  from: number,
  vector: Float64Array,
  result: Float64Array,
): void {
  // `| 0` spares checks for overflow: such indices are half as fast again.
  result.fill(0, from, n);
  let i = from;
  for (; i + 3 < n; i += 4) {
    const p0 = i * n;
    const p1 = (i + 1) * n;
    const p2 = (i + 2) * n;
    const p3 = (i + 3) * n;
    const x0 = vector[i]!;
    const x1 = vector[i + 1]!;
    const x2 = vector[i + 2]!;
    const x3 = vector[i + 3]!;
    const a01 = matrix[p0 + i + 1]!;
    const a02 = matrix[p0 + i + 2]!;
    const a03 = matrix[p0 + i + 3]!;
    const a12 = matrix[p1 + i + 2]!;
    const a13 = matrix[p1 + i + 3]!;
    const a23 = matrix[p2 + i + 3]!;
    let y0 = matrix[p0 + i]! * x0 + a01 * x1 + a02 * x2 + a03 * x3;
    let y1 = a01 * x0 + matrix[p1 + i + 1]! * x1 + a12 * x2 + a13 * x3;
    let y2 = a02 * x0 + a12 * x1 + matrix[p2 + i + 2]! * x2 + a23 * x3;
    let y3 = a03 * x0 + a13 * x1 + a23 * x2 + matrix[p3 + i + 3]! * x3;
    for (let c = i + 4; c < n; c++) {
      const x = vector[c]!;
      const a0 = matrix[(p0 + c) | 0]!;
      const a1 = matrix[(p1 + c) | 0]!;
      const a2 = matrix[(p2 + c) | 0]!;
      const a3 = matrix[(p3 + c) | 0]!;
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
    const x = vector[i]!;
    let y = matrix[i * n + i]! * x;
    for (let c = i + 1; c < n; c++) {
      y += matrix[i * n + c]! * vector[c]!;
      result[c]! += matrix[i * n + c]! * x;
    }
    result[i]! += y;
  }
}

/** Column j of the first 2 nPairs rows. */
function columnOf({ data, nColumns }: Matrix<Float64Array>, j: number, nPairs: number): Float64Array {
  const column = new Float64Array(2 * nPairs);
  for (let q = 0; q < column.length; q++) column[q] = data[q * nColumns + j]!;
  return column;
}

/** b, a, d, c, .. of a, b, c, d, .., in place: V' W + W' V is the rows' pairs times themselves swapped. */
function swapPairs(numbers: Float64Array): Float64Array {
  for (let q = 0; q < numbers.length; q += 2) {
    [numbers[q], numbers[q + 1]] = [numbers[q + 1]!, numbers[q]!];
  }
  return numbers;
}

/** target -= sum_q factors_q row_q over entries from `from` on, four rows at a time. */
function subtractRows(
  target: Float64Array,
  at: number,
  { data, nColumns: n }: Matrix<Float64Array>,
  factors: Float64Array,
  from: number,
): void {
  for (let q = 0; q < factors.length; q += 4) {
    const p0 = q * n;
    const p1 = (q + 1) * n;
    const p2 = (q + 2) * n;
    const p3 = (q + 3) * n;
    const f0 = factors[q]!;
    const f1 = factors[q + 1]!;
    const f2 = factors[q + 2] ?? 0;
    const f3 = factors[q + 3] ?? 0;
    for (let i = from; i < n; i++) {
      const upper = data[(p0 + i) | 0]! * f0 + data[(p1 + i) | 0]! * f1;
      target[(at + i) | 0]! -= upper + (data[(p2 + i) | 0]! * f2 + data[(p3 + i) | 0]! * f3);
    }
  }
}

/** The first `count` rows times a vector, over entries from `from` on, four rows at a time. */
function rowsTimesVector(
  { data, nColumns: n }: Matrix<Float64Array>,
  count: number,
  vector: Float64Array,
  from: number,
): Float64Array {
  const products = new Float64Array(count);
  for (let q = 0; q < count; q += 4) {
    const p0 = q * n;
    const p1 = (q + 1) * n;
    const p2 = (q + 2) * n;
    const p3 = (q + 3) * n;
    let y0 = 0;
    let y1 = 0;
    let y2 = 0;
    let y3 = 0;
    for (let i = from; i < n; i++) {
      const x = vector[i]!;
      y0 += data[(p0 + i) | 0]! * x;
      y1 += data[(p1 + i) | 0]! * x;
      y2 += data[(p2 + i) | 0]! * x;
      y3 += data[(p3 + i) | 0]! * x;
    }
    // Writes past the end of a typed array are no writes.
    products[q] = y0;
    products[q + 1] = y1;
    products[q + 2] = y2;
    products[q + 3] = y3;
  }
  return products;
}

/** Takes V' W + W' V of a finished panel off the upper triangle of the matrix from `end` on. */
async function updateRest(
  matrix: Float64Array,
  panel: Matrix<Float64Array>,
  end: number,
  device: Device | undefined,
): Promise<void> {
  const { nRows, nColumns: n } = panel;
  // In strips, to compute little of what lies below the diagonal.
  for (let first = end; first < n; first += STRIP) {
    const [height, length] = [Math.min(STRIP, n - first), n - first];
    const [left, right] = [Matrix.zeros(nRows, height), Matrix.zeros(nRows, length)];
    for (let q = 0; q < nRows; q++) {
      const row = panel.data.subarray(q * n + first, (q + 1) * n);
      left.data.set(row.subarray(0, height), q * height);
      right.data.set(row, (q ^ 1) * length);
    }
    const change = (await multiply(left, right, { transposeA: true, device })).data;
    for (let i = 0; i < height; i++) {
      const [to, from] = [(first + i) * n + first, i * length];
      for (let c = i; c < length; c++) matrix[(to + c) | 0]! -= change[(from + c) | 0]!;
    }
  }
}
