import type { Matrix } from "../array/matrix.ts";

/** Rows whose cosine is at most this are orthogonal to double precision. */
const ORTHOGONAL = 1e-15;
/** Rows that are nearly orthogonal need one or two; each squares what is left. */
const MOST_SWEEPS = 12;

/**
 * Rotates pairs of rows until all are orthogonal, and the rows of another matrix by the same rotations: one-sided Jacobi, which
 * finds singular vectors of very unlike singular values to nearly all digits, where eigenvectors of inner products hold those
 * of the small ones to no more than 1e-16 times the square of the ratio.
 *
 * Operations a sweep: 2 nRows^2 nColumns, and three times as many where all pairs are rotated.
 *
 * @param rows - [nRows x nColumns], nearly orthogonal, changed in place
 * @param others - [nRows x n], changed in place: its product others' rows stays as it is
 * @see J. Demmel, K. Veselic (1992), SIAM J. Matrix Anal. Appl. 13, 1204
 */
export function orthogonaliseRows(rows: Matrix<Float64Array>, others: Matrix<Float64Array>): void {
  const { data, nRows, nColumns } = rows;
  const squares = new Float64Array(nRows);
  for (let k = 0; k < nRows; k++) squares[k] = dot(data, k * nColumns, k * nColumns, nColumns);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let nRotated = 0;
    for (let a = 0; a < nRows; a++) {
      for (let b = a + 1; b < nRows; b++) {
        const product = dot(data, a * nColumns, b * nColumns, nColumns);
        if (!(Math.abs(product) > ORTHOGONAL * Math.sqrt(squares[a]! * squares[b]!))) continue;
        nRotated++;
        const zeta = (squares[b]! - squares[a]!) / (2 * product);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = cosine * tangent;
        rotate(data, a * nColumns, b * nColumns, nColumns, cosine, sine);
        rotate(others.data, a * others.nColumns, b * others.nColumns, others.nColumns, cosine, sine);
        squares[a] = dot(data, a * nColumns, a * nColumns, nColumns);
        squares[b] = dot(data, b * nColumns, b * nColumns, nColumns);
      }
    }
    if (nRotated === 0) return;
  }
}

function dot(data: Float64Array, a: number, b: number, n: number): number {
  // Two running sums: one alone waits for each addition to end.
  let [even, odd] = [0, 0];
  for (let i = 0; i + 1 < n; i += 2) {
    even += data[a + i]! * data[b + i]!;
    odd += data[a + i + 1]! * data[b + i + 1]!;
  }
  return n % 2 === 1 ? even + odd + data[a + n - 1]! * data[b + n - 1]! : even + odd;
}

function rotate(data: Float64Array, a: number, b: number, n: number, cosine: number, sine: number): void {
  for (let i = 0; i < n; i++) {
    const [first, second] = [data[a + i]!, data[b + i]!];
    data[a + i] = cosine * first - sine * second;
    data[b + i] = sine * first + cosine * second;
  }
}
