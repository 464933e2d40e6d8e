import { showValue } from "../array/arguments.ts";
import { formatShape, type Matrix } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";

/**
 * Refuses a matrix that holds NaN or an infinity.
 *
 * @param where - the function that asks, for the message
 * @param name - what the matrix is called there
 * @throws ShapeError naming the row and the column of the first such number
 */
export function requireFinite(matrix: Matrix, where: string, name: string): void {
  const { data, nColumns } = matrix;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const place = `row ${Math.floor(i / nColumns)}, column ${i % nColumns}`;
      throw new ShapeError(`${where}: ${name} must be finite, got ${data[i]} (${place}). Drop or mend that sample.`);
    }
  }
}

/**
 * Refuses a Gram matrix that is not finite: x is finite, but its squares overflow, and there are no eigenvalues.
 *
 * @throws ShapeError
 */
export function requireNoOverflow(gram: Matrix, where: string): void {
  let overflows = false;
  for (const value of gram.data) if (!Number.isFinite(value)) overflows = true;
  if (!overflows) return;
  throw new ShapeError(`${where}: squares of x must not overflow, got an infinity. Standardise its columns.`);
}

/**
 * Refuses a matrix without columns or with fewer than `least` rows.
 *
 * @throws ShapeError
 */
export function requireSamples(matrix: Matrix, least: number, where: string, name: string): void {
  if (matrix.nRows < least || matrix.nColumns < 1) {
    throw new ShapeError(
      `${where}: ${name} must have at least ${least} ${least === 1 ? "row" : "rows"} and 1 column, got ${formatShape(matrix)}.`,
    );
  }
}

/**
 * Refuses a count that is not a whole number from `least`.
 *
 * @throws OptionError
 */
export function requireCount(count: number, least: number, where: string, name: string): void {
  if (!Number.isInteger(count) || count < least) {
    throw new OptionError(`${where}: ${name} must be a whole number from ${least}, got ${showValue(count)}.`);
  }
}
