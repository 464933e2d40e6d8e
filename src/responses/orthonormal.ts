import type { Matrix } from "../array/matrix.ts";

/**
 * An orthonormal basis of the space that centred columns span: unit vectors of length nRows, at most as many as
 * columns. Columns that are constant, or that the columns before them already explain (to a relative norm of
 * `nRows * 1e-15`), add nothing.
 *
 * Modified Gram-Schmidt, every column taken off twice, in double precision: orthogonal to machine precision whatever the
 * condition of the columns.
 *
 * @param columns - [nRows x nColumns], finite
 */
export function orthonormalBasis(columns: Matrix): Float64Array[] {
  const { data, nRows, nColumns } = columns;
  const basis: Float64Array[] = [];
  for (let j = 0; j < nColumns; j++) {
    const column = new Float64Array(nRows);
    let largest = 0;
    for (let i = 0; i < nRows; i++) {
      column[i] = data[i * nColumns + j]!;
      largest = Math.max(largest, Math.abs(column[i]!));
    }
    if (largest === 0) continue;
    // Scaled first, so that squares of very large or small values neither overflow nor vanish.
    for (let i = 0; i < nRows; i++) column[i]! /= largest;
    const full = norm(column);
    centre(column);
    const centred = norm(column);
    if (centred <= full * nRows * 1e-15) continue;
    for (let pass = 0; pass < 2; pass++) {
      for (const q of basis) {
        const share = dot(q, column);
        for (let i = 0; i < nRows; i++) column[i]! -= share * q[i]!;
      }
    }
    const left = norm(column);
    if (left <= centred * nRows * 1e-15) continue;
    for (let i = 0; i < nRows; i++) column[i]! /= left;
    basis.push(column);
  }
  return basis;
}

function centre(column: Float64Array): void {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  for (let i = 0; i < column.length; i++) column[i]! -= mean;
}

/**
 * The sum of the products, one after the other. `regression/dot.ts` adds in two running sums, which round otherwise: cleaned
 * responses, and every score of them, would differ in their last bits from those of before.
 */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (a: Float64Array) => Math.sqrt(dot(a, a));
