import { formatShape, type Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";

/**
 * Pearson r of each column of `a` with the same column of `b`, computed in double precision, [nColumns].
 *
 * NaN where either column is constant, or holds NaN or an infinity, or where there are fewer than 2 rows. Means are
 * taken off first, so that large offsets cost no digits beyond those that the data lost to them.
 *
 * @param a - [nRows x nColumns], any precision
 * @param b - of the same shape, any precision
 * @throws ShapeError where the shapes differ
 */
export function pearsonColumns(a: Matrix, b: Matrix): Float64Array {
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
      const deviationA = a.data[at]! - first.mean[j]!;
      const deviationB = b.data[at]! - second.mean[j]!;
      squaresA[j]! += deviationA * deviationA;
      squaresB[j]! += deviationB * deviationB;
      products[j]! += deviationA * deviationB;
    }
  }
  return products.map((product, j) => {
    if (!first.varies[j] || !second.varies[j]) return Number.NaN;
    // Roots apart: the product of two small sums of squares could underflow.
    const r = product / (Math.sqrt(squaresA[j]!) * Math.sqrt(squaresB[j]!));
    return Math.max(-1, Math.min(1, r));
  });
}

/** The mean of each column, and 1 where it varies. */
function momentsOf({ data, nRows, nColumns }: Matrix): { readonly mean: Float64Array; readonly varies: Uint8Array } {
  const mean = new Float64Array(nColumns);
  const varies = new Uint8Array(nColumns);
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++, at++) {
      mean[j]! += data[at]!;
      if (data[at] !== data[j]) varies[j] = 1;
    }
  }
  for (let j = 0; j < nColumns; j++) mean[j]! /= nRows;
  return { mean, varies };
}
