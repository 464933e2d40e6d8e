import type { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { dot, sumOfSquares } from "./dot.ts";

/** A row of length 1 of which less than this is left has at most four of its 16 digits: a random direction takes its place. */
const TOO_FEW_DIGITS = 1e-12;
/** Times nRows: the share of a column's length that rounding may leave where other columns explain it. A few times 2^-53 = 1.1e-16. */
const DEPENDENT = 1e-15;

/**
 * Takes off a vector all that lies along orthonormal vectors, in place: modified Gram-Schmidt. Every projection is taken twice,
 * which leaves no more than rounding of it, however little of the vector is left.
 *
 * @param basis - orthonormal vectors of as many numbers
 */
export function subtractProjections(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const along = dot(vector, direction);
      for (let i = 0; i < vector.length; i++) vector[i]! -= along * direction[i]!;
    }
  }
}

/**
 * Makes the rows of a matrix orthonormal in place, and orthogonal to other orthonormal vectors, by {@link subtractProjections}.
 * A row that depends on those before it is replaced by a seeded random direction.
 *
 * @param rows - [m x n] with m + others.length <= n, changed in place
 * @param others - orthonormal vectors of n numbers
 */
export function orthonormaliseRows(rows: Matrix<Float64Array>, others: readonly Float64Array[]): void {
  const { nRows, nColumns } = rows;
  const random = createRandom("orthonormalise");
  const done: Float64Array[] = [...others];
  for (let i = 0; i < nRows; i++) {
    const row = rows.data.subarray(i * nColumns, (i + 1) * nColumns);
    for (;;) {
      const before = norm(row);
      // Scaled first, so that a row of any magnitude keeps its digits.
      if (before > 0) scaleInPlace(row, 1 / before);
      subtractProjections(row, done);
      const after = norm(row);
      if (before > 0 && after > TOO_FEW_DIGITS) {
        scaleInPlace(row, 1 / after);
        break;
      }
      for (let j = 0; j < nColumns; j++) row[j] = random.normal();
    }
    done.push(row);
  }
}

/**
 * An orthonormal basis of the space that columns span once their means are taken off, by {@link subtractProjections}: unit
 * vectors of nRows numbers, at most as many as columns.
 *
 * Columns that are constant, or that the columns before them already explain (but for `nRows * 1e-15` of their length), add
 * nothing. The magnitude of a column does not matter: its squares may overflow or vanish.
 *
 * @param columns - [nRows x nColumns], finite
 */
export function centredBasis(columns: Matrix): Float64Array[] {
  const { data, nRows, nColumns } = columns;
  const rounding = nRows * DEPENDENT;
  const basis: Float64Array[] = [];
  for (let j = 0; j < nColumns; j++) {
    const column = new Float64Array(nRows);
    let largest = 0;
    for (let i = 0; i < nRows; i++) {
      column[i] = data[i * nColumns + j]!;
      largest = Math.max(largest, Math.abs(column[i]!));
    }
    if (largest === 0) continue;
    for (let i = 0; i < nRows; i++) column[i]! /= largest;
    const full = norm(column);
    const mean = column.reduce((sum, value) => sum + value, 0) / nRows;
    for (let i = 0; i < nRows; i++) column[i]! -= mean;
    const centred = norm(column);
    if (centred <= full * rounding) continue;
    subtractProjections(column, basis);
    const rest = norm(column);
    if (rest <= centred * rounding) continue;
    scaleInPlace(column, 1 / rest);
    basis.push(column);
  }
  return basis;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(sumOfSquares(vector));
}

function scaleInPlace(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}
