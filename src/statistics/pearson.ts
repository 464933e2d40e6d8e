import { checkMatrix, formatShape, type Matrix } from "../array/matrix.ts";
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
  const { nRows, nColumns } = a;
  const first = momentsOf(a);
  const second = momentsOf(b);
  const squaresA = new Float64Array(nColumns);
  const squaresB = new Float64Array(nColumns);
  const products = new Float64Array(nColumns);
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++, at++) {
      const deviationA = (a.data[at]! - first.mean[j]!) / first.range[j]!;
      const deviationB = (b.data[at]! - second.mean[j]!) / second.range[j]!;
      squaresA[j]! += deviationA * deviationA;
      squaresB[j]! += deviationB * deviationB;
      products[j]! += deviationA * deviationB;
    }
  }
  return products.map((product, j) => Math.max(-1, Math.min(1, product / Math.sqrt(squaresA[j]! * squaresB[j]!))));
}

/** The mean of each column, and its range: NaN where it is constant or not finite, which makes r NaN. */
function momentsOf({ data, nRows, nColumns }: Matrix): { readonly mean: Float64Array; readonly range: Float64Array } {
  const mean = new Float64Array(nColumns);
  const least = new Float64Array(nColumns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(nColumns).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++, at++) {
      const value = data[at]!;
      mean[j]! += value / nRows;
      if (value < least[j]!) least[j] = value;
      if (value > greatest[j]!) greatest[j] = value;
    }
  }
  const range = greatest.map((high, j) => (high - least[j]! > 0 ? high - least[j]! : Number.NaN));
  return { mean, range };
}
