import type { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { dot } from "./dot.ts";

/**
 * Makes the rows of a matrix orthonormal in place, and orthogonal to other orthonormal vectors: Gram-Schmidt, every
 * projection taken twice, which keeps |<a, b>| at rounding. A row that depends on those before it is replaced by a
 * seeded random direction.
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
      for (const vector of done) subtractProjection(row, vector);
      for (const vector of done) subtractProjection(row, vector);
      const after = norm(row);
      if (before > 0 && after > 1e-12) {
        scaleInPlace(row, 1 / after);
        break;
      }
      for (let j = 0; j < nColumns; j++) row[j] = random.normal();
    }
    done.push(row);
  }
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

function scaleInPlace(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}

function subtractProjection(row: Float64Array, vector: Float64Array): void {
  const length = dot(row, vector);
  for (let i = 0; i < row.length; i++) row[i]! -= length * vector[i]!;
}
