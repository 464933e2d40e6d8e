import { checkMatrix, emptyLike, type FloatArray, formatShape, Matrix, transpose } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";

/**
 * Pearson r of each column of `a` with the same column of `b`, computed in double precision, [nColumns].
 *
 * NaN where either column is constant, or holds NaN or an infinity, or where there are fewer than 2 rows. Means are
 * taken off first and ranges divided out, so that neither offset nor magnitude matters.
 *
 * @param a - [nRows x nColumns], any precision
 * @param b - of the same shape, any precision
 * @throws ShapeError where the shapes differ
 */
export function pearsonColumns(a: Matrix, b: Matrix): Float64Array {
  checkMatrix(a, "pearsonColumns: a");
  checkMatrix(b, "pearsonColumns: b");
  if (a.nRows !== b.nRows || a.nColumns !== b.nColumns) {
    throw new ShapeError(
      `pearsonColumns: a and b must have one shape, got ${formatShape(a)} and ${formatShape(b)}. Columns are compared with columns.`,
    );
  }
  const [rowsOfA, rowsOfB] = [transpose(a), transpose(b)];
  const [ofA, ofB] = [new Float64Array(a.nRows), new Float64Array(a.nRows)];
  return Float64Array.from({ length: a.nColumns }, (_, j) => {
    const squares = deviations(rowsOfA, j, undefined, ofA) * deviations(rowsOfB, j, undefined, ofB);
    let products = 0;
    for (let i = 0; i < ofA.length; i++) products += ofA[i]! * ofB[i]!;
    return withinOne(products / Math.sqrt(squares));
  });
}

/**
 * Pearson r of each row of `predicted` with a series, in double precision, [nSeries]. NaN where the prediction is constant,
 * or either holds NaN or an infinity.
 *
 * @param predicted - [nSeries x nSamples]
 * @param observed - as {@link unitDeviations} gives them, [nSeries x nSamples]
 */
export function correlateRows(predicted: Matrix, observed: Matrix): Float64Array {
  const { nRows, nColumns: nSamples } = predicted;
  const row = new Float64Array(nSamples);
  return Float64Array.from({ length: nRows }, (_, t) => {
    const squares = deviations(predicted, t, undefined, row);
    let products = 0;
    for (let i = 0, at = t * nSamples; i < nSamples; i++, at++) products += row[i]! * observed.data[at]!;
    return withinOne(products / Math.sqrt(squares));
  });
}

/**
 * Each row's deviations from its mean, of length 1, computed in double precision: what r is the product of. NaN where a row is constant
 * or not finite.
 *
 * @param columns - which columns of `rows` to take; undefined for all
 * @param like - of the precision that is wanted
 * @returns [nRows x columns.length]
 */
export function unitDeviations(rows: Matrix, columns: Int32Array | undefined, like: FloatArray): Matrix {
  const nColumns = columns?.length ?? rows.nColumns;
  const data = emptyLike(like, rows.nRows * nColumns);
  const row = new Float64Array(nColumns);
  for (let t = 0; t < rows.nRows; t++) {
    const factor = 1 / Math.sqrt(deviations(rows, t, columns, row));
    for (let i = 0; i < nColumns; i++) data[t * nColumns + i] = row[i]! * factor;
  }
  return Matrix.of(data, rows.nRows, nColumns);
}

/**
 * Writes one row's deviations from its mean, in units of its range, to `result`; gives the sum of their squares. Divided by the
 * range before squares are taken, they neither overflow nor vanish. All NaN for a row that is constant or not finite.
 */
function deviations(
  { data, nColumns }: Matrix,
  row: number,
  columns: Int32Array | undefined,
  result: Float64Array,
): number {
  const from = row * nColumns;
  const n = result.length;
  let mean = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = data[from + (columns ? columns[i]! : i)]!;
    result[i] = value;
    mean += value / n;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const range = greatest > least ? greatest - least : Number.NaN;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const deviation = (result[i]! - mean) / range;
    result[i] = deviation;
    squares += deviation * deviation;
  }
  return squares;
}

/** A correlation, or 1 or -1 where rounding took it beyond. */
function withinOne(r: number): number {
  return Math.max(-1, Math.min(1, r));
}
