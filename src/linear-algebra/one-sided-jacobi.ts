import type { Matrix } from "../array/matrix.ts";
import { dot, rotate } from "./dot.ts";

/** Rows whose cosine is at most this are orthogonal to double precision (2^-52 = 2.2e-16, and the rounding of the sum). */
const ORTHOGONAL = 1e-15;
/** Sweeps before it gives up. Each sweep squares the cosines, so rows that are nearly orthogonal need one or two. */
const MOST_SWEEPS = 12;

/**
 * Rotates pairs of rows until all are orthogonal, and the rows of another matrix by the same rotations: one-sided Jacobi. It
 * finds singular vectors of very unlike singular values to nearly all digits. Eigenvectors of inner products hold those of
 * the small ones to no more than 1e-16 times the square of the ratio.
 *
 * Operations a sweep: 2 nRows^2 nColumns, and three times as many where all pairs are rotated.
 *
 * @param rows - [nRows x nColumns], nearly orthogonal, changed in place
 * @param others - [nRows x n], changed in place: its product others' rows stays as it is
 * @see J. Demmel, K. Veselic (1992), SIAM J. Matrix Anal. Appl. 13, 1204
 */
export function orthogonaliseRows(rows: Matrix<Float64Array>, others: Matrix<Float64Array>): void {
  const vectors = rowsAsVectors(rows);
  const rotatedAlong = rowsAsVectors(others);
  const squares = Float64Array.from(vectors, (vector) => dot(vector, vector));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let nRotated = 0;
    for (let a = 0; a < vectors.length; a++) {
      for (let b = a + 1; b < vectors.length; b++) {
        const product = dot(vectors[a]!, vectors[b]!);
        if (!(Math.abs(product) > ORTHOGONAL * Math.sqrt(squares[a]! * squares[b]!))) continue;
        nRotated++;
        const zeta = (squares[b]! - squares[a]!) / (2 * product);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = cosine * tangent;
        rotate(vectors[a]!, vectors[b]!, cosine, sine);
        rotate(rotatedAlong[a]!, rotatedAlong[b]!, cosine, sine);
        squares[a] = dot(vectors[a]!, vectors[a]!);
        squares[b] = dot(vectors[b]!, vectors[b]!);
      }
    }
    if (nRotated === 0) return;
  }
}

/** Rows in the memory of their matrix. */
function rowsAsVectors({ data, nRows, nColumns }: Matrix<Float64Array>): readonly Float64Array[] {
  return Array.from({ length: nRows }, (_, k) => data.subarray(k * nColumns, (k + 1) * nColumns));
}
