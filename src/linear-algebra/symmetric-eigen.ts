import { Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import { divideAndConquer } from "./divide-conquer.ts";
import { reflect, tridiagonalise } from "./tridiagonal.ts";

/** Eigenvalues of a symmetric matrix, largest first, with their eigenvectors. */
export interface SymmetricEigen {
  /** Descending, [k]. */
  readonly values: Float64Array;
  /** Orthonormal, column j belongs to value j, [n x k]. */
  readonly vectors: Matrix<Float64Array>;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix, in double precision: Householder tridiagonalisation in panels,
 * Cuppen's divide and conquer, and the reflections back, where all but 2 n^3 / 3 operations are matrix products.
 * |S v - value v| and the departure from orthonormality are at rounding, n eps |S| and n eps.
 *
 * @param symmetric - [n x n]; the caller vouches for its symmetry
 * @throws ShapeError where it holds NaN or an infinity
 */
export async function symmetricEigen(symmetric: Matrix<Float64Array>, device?: Device): Promise<SymmetricEigen> {
  const n = symmetric.nRows;
  if (n === 0) return { values: new Float64Array(), vectors: Matrix.zeros(0, 0) };
  // A power of 2 that makes the largest entry about 1: no square overflows, and nothing is rounded.
  const scale = powerOf2(largestMagnitude(symmetric.data));
  const scaled = Matrix.of(symmetric.data.slice(), n, n);
  for (let i = 0; i < scaled.data.length; i++) scaled.data[i]! /= scale;
  const tridiagonal = await tridiagonalise(scaled, device);
  const { values: ascending, vectors: rows } = await divideAndConquer(tridiagonal.diagonal, tridiagonal.off, device);
  const vectors = columnsOfReversed(rows, n);
  await reflect(tridiagonal, vectors, device);
  const values = ascending.reverse();
  for (let i = 0; i < n; i++) values[i]! *= scale;
  return { values, vectors };
}

function largestMagnitude(data: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]!);
    if (!(size <= Number.MAX_VALUE)) {
      throw new ShapeError(`symmetricEigen: numbers must be finite, got ${data[i]}.`);
    }
    if (size > largest) largest = size;
  }
  return largest;
}

/** The power of 2 just below a number, within those whose inverse is a normal number; 1 for 0. */
function powerOf2(value: number): number {
  return value === 0 ? 1 : 2 ** Math.max(-1022, Math.floor(Math.log2(value)));
}

/** The transpose of square rows in reverse order; 16 rows at a time, so that lines of the result stay in the cache. */
function columnsOfReversed(rows: Float64Array, n: number): Matrix<Float64Array> {
  const result = Matrix.zeros(n, n);
  for (let first = 0; first < n; first += 16) {
    const end = Math.min(n, first + 16);
    for (let i = 0; i < n; i++) {
      for (let j = first; j < end; j++) result.data[(i * n + n - 1 - j) | 0] = rows[(j * n + i) | 0]!;
    }
  }
  return result;
}
