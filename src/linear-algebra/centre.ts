import { formatShape, Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";

/**
 * The mean of every column, [nColumns], in double precision.
 *
 * @param rows - of these; undefined for all
 */
export function columnMeans(x: Matrix, rows?: Int32Array): Float64Array {
  const { data, nColumns } = x;
  const nRows = rows?.length ?? x.nRows;
  const mean = new Float64Array(nColumns);
  for (let i = 0; i < nRows; i++) {
    const from = (rows ? rows[i]! : i) * nColumns;
    for (let j = 0; j < nColumns; j++) mean[j]! += data[from + j]!;
  }
  for (let j = 0; j < nColumns; j++) mean[j]! /= nRows;
  return mean;
}

/**
 * x - mean for every column, as a new matrix in double precision.
 *
 * @param where - the function that asks, for the message
 * @throws ShapeError where `x` has another number of columns than there are means
 */
export function centreColumns(x: Matrix, mean: Float64Array, where: string): Matrix<Float64Array> {
  requireColumns(x, mean, where);
  const result = Matrix.zeros(x.nRows, x.nColumns);
  const { data: source, nColumns } = x;
  const { data } = result;
  for (let from = 0; from < data.length; from += nColumns) {
    for (let j = 0; j < nColumns; j++) data[from + j] = source[from + j]! - mean[j]!;
  }
  return result;
}

/**
 * Refuses a matrix of another number of columns than there are means.
 *
 * @param where - the function that asks, for the message
 * @throws ShapeError
 */
export function requireColumns(x: Matrix, mean: Float64Array, where: string): void {
  if (x.nColumns === mean.length) return;
  throw new ShapeError(
    `${where}: x must have as many columns as it was fitted on (${mean.length}), got ${x.nColumns} (x is ${formatShape(x)}).`,
  );
}
