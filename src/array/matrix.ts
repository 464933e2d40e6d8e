import { ShapeError } from "../errors.ts";
import { checkArgument, nameKind, showValue } from "./arguments.ts";

/** The numbers of a matrix: single or double precision. */
export type FloatArray = Float32Array | Float64Array;

/**
 * A dense matrix: numbers row after row, with their shape. Element (i, j) is `data[i * nColumns + j]`.
 * Plain data: the functions of this file make and take apart matrices, none of them changes one.
 */
export interface Matrix<Data extends FloatArray = FloatArray> {
  /** `nRows * nColumns` numbers, row-major. */
  readonly data: Data;
  readonly nRows: number;
  readonly nColumns: number;
}

/** Ways to make a {@link Matrix}. */
export const Matrix = {
  /**
   * Wraps numbers that already lie row after row; nothing is copied.
   *
   * @throws ShapeError where `data` does not hold `nRows * nColumns` numbers, or these are no whole numbers from 0
   */
  of<Data extends FloatArray>(data: Data, nRows: number, nColumns: number): Matrix<Data> {
    const matrix = { data, nRows, nColumns };
    checkMatrix(matrix, "Matrix.of");
    return matrix;
  },

  /**
   * A double-precision matrix of zeros, [nRows x nColumns].
   *
   * @param where - the function that asks, for messages
   * @throws ShapeError where `nRows` or `nColumns` is no whole number from 0, or so many numbers cannot be held
   */
  zeros(nRows: number, nColumns: number, where = "Matrix.zeros"): Matrix<Float64Array> {
    return zerosLike(new Float64Array(), nRows, nColumns, where);
  },

  /**
   * A double-precision copy of rows given as ordinary arrays, [rows.length x rows[0].length].
   *
   * @throws ShapeError where rows differ in length
   */
  fromRows(rows: readonly (readonly number[])[]): Matrix<Float64Array> {
    const nColumns = rows[0]?.length ?? 0;
    const matrix = Matrix.zeros(rows.length, nColumns);
    rows.forEach((row, i) => {
      if (row.length !== nColumns) {
        throw new ShapeError(`Matrix.fromRows: rows must be equally long (${nColumns}), got ${row.length} (row ${i}).`);
      }
      matrix.data.set(row, i * nColumns);
    });
    return matrix;
  },
} as const;

/**
 * Refuses what is no matrix. Matrices are plain data, which a caller may make wrongly, and missing numbers would count as NaN or zero.
 *
 * @param where - the function that asks and its name for the matrix, for the message: `"ridgeCv: x"`
 * @throws ShapeError where the data are no array of floating point or do not fill the shape, or the shape is none
 */
export function checkMatrix(matrix: Matrix, where: string): void {
  if (typeof matrix !== "object" || matrix === null) {
    throw new ShapeError(
      `${where}: a matrix must be { data, nRows, nColumns }, got ${nameKind(matrix)}. Make one with Matrix.of.`,
    );
  }
  const { data, nRows, nColumns } = matrix;
  requireShape(where, nRows, nColumns);
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    const got = Array.isArray(data) ? "an Array" : typeof data;
    throw new ShapeError(`${where}: data must be a Float32Array or a Float64Array, got ${got}.`);
  }
  if (data.length === nRows * nColumns) return;
  throw new ShapeError(
    `${where}: data must hold nRows * nColumns = ${nRows} * ${nColumns} = ${nRows * nColumns} numbers, got ${data.length}.`,
  );
}

function requireShape(where: string, nRows: number, nColumns: number): void {
  if (Number.isInteger(nRows) && Number.isInteger(nColumns) && nRows >= 0 && nColumns >= 0) return;
  throw new ShapeError(
    `${where}: nRows and nColumns must be whole numbers from 0, got ${showValue(nRows)} and ${showValue(nColumns)}.`,
  );
}

/**
 * A matrix of zeros in the precision of `like`, [nRows x nColumns].
 *
 * @param where - the function that asks, for messages
 * @throws ShapeError where `nRows` or `nColumns` is no whole number from 0, or so many numbers cannot be held
 */
export function zerosLike<Data extends FloatArray>(
  like: Data,
  nRows: number,
  nColumns: number,
  where: string,
): Matrix<Data> {
  requireShape(where, nRows, nColumns);
  let data: Data;
  try {
    data = emptyLike(like, nRows * nColumns);
  } catch (cause) {
    const gib = (nRows * nColumns * like.BYTES_PER_ELEMENT) / 2 ** 30;
    throw new ShapeError(
      `${where}: a matrix must fit into memory, got ${nRows} x ${nColumns} numbers (${gib.toPrecision(2)} GiB).`,
      { cause },
    );
  }
  return { data, nRows, nColumns };
}

/** A new array of the same precision as `like`, filled with zeros. */
export function emptyLike<Data extends FloatArray>(like: Data, length: number): Data {
  return (like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as Data;
}

/** The same numbers in double precision; no copy where they are already. */
export function toFloat64(matrix: Matrix): Matrix<Float64Array> {
  checkMatrix(matrix, "toFloat64");
  if (matrix.data instanceof Float64Array) return matrix as Matrix<Float64Array>;
  return Matrix.of(new Float64Array(matrix.data), matrix.nRows, matrix.nColumns);
}

/** The same numbers in single precision (rounded to nearest); no copy where they are already. */
export function toFloat32(matrix: Matrix): Matrix<Float32Array> {
  checkMatrix(matrix, "toFloat32");
  if (matrix.data instanceof Float32Array) return matrix as Matrix<Float32Array>;
  return Matrix.of(new Float32Array(matrix.data), matrix.nRows, matrix.nColumns);
}

/**
 * Rows `start` to `end` (exclusive) as a view onto the same memory.
 *
 * @throws ShapeError where the range leaves the matrix
 */
export function sliceRows<Data extends FloatArray>(matrix: Matrix<Data>, start: number, end: number): Matrix<Data> {
  checkMatrix(matrix, "sliceRows");
  for (const [name, value] of Object.entries({ start, end })) checkArgument(`sliceRows: ${name}`, value, "a number");
  if (!(0 <= start && start <= end && end <= matrix.nRows)) {
    throw new ShapeError(`sliceRows: rows must lie in 0..${matrix.nRows}, got ${start}..${end}.`);
  }
  const view = matrix.data.subarray(start * matrix.nColumns, end * matrix.nColumns) as Data;
  return Matrix.of(view, end - start, matrix.nColumns);
}

/**
 * Columns `start` to `end` (exclusive) as a copy, [nRows x (end - start)].
 *
 * @throws ShapeError where the range leaves the matrix
 */
export function sliceColumns<Data extends FloatArray>(matrix: Matrix<Data>, start: number, end: number): Matrix<Data> {
  checkMatrix(matrix, "sliceColumns");
  for (const [name, value] of Object.entries({ start, end })) checkArgument(`sliceColumns: ${name}`, value, "a number");
  if (!(0 <= start && start <= end && end <= matrix.nColumns)) {
    throw new ShapeError(`sliceColumns: columns must lie in 0..${matrix.nColumns}, got ${start}..${end}.`);
  }
  const width = end - start;
  const data = emptyLike(matrix.data, matrix.nRows * width);
  for (let i = 0; i < matrix.nRows; i++) {
    const from = i * matrix.nColumns + start;
    data.set(matrix.data.subarray(from, from + width), i * width);
  }
  return Matrix.of(data, matrix.nRows, width);
}

/**
 * The rows with the given indices, in that order, as a copy.
 *
 * @param memory - for the copy, of as many numbers (default: a new array)
 * @throws ShapeError where an index leaves the matrix
 */
export function takeRows<Data extends FloatArray>(
  matrix: Matrix<Data>,
  indices: ArrayLike<number>,
  memory?: Data,
): Matrix<Data> {
  checkMatrix(matrix, "takeRows");
  checkArgument("takeRows: indices", indices, "a list");
  const { nColumns } = matrix;
  const data = memory ?? emptyLike(matrix.data, indices.length * nColumns);
  for (let k = 0; k < indices.length; k++) {
    const i = indices[k]!;
    if (!(Number.isInteger(i) && i >= 0 && i < matrix.nRows)) {
      throw new ShapeError(`takeRows: row indices must be whole and lie in 0..${matrix.nRows - 1}, got ${i}.`);
    }
    data.set(matrix.data.subarray(i * nColumns, (i + 1) * nColumns), k * nColumns);
  }
  return Matrix.of(data, indices.length, nColumns);
}

/**
 * Matrices side by side, [nRows x sum of nColumns], in the precision of the widest: nothing is rounded.
 *
 * @throws ShapeError where they differ in their number of rows, or none is given
 */
export function joinColumns(matrices: readonly Matrix[]): Matrix {
  checkArgument("joinColumns: matrices", matrices, "a list");
  const first = matrices[0];
  matrices.forEach((matrix, k) => {
    checkMatrix(matrix, `joinColumns: matrices[${k}]`);
  });
  if (!first) throw new ShapeError("joinColumns: at least one matrix must be given, got none.");
  const nColumns = matrices.reduce((sum, m) => sum + m.nColumns, 0);
  const data = emptyLike(widest(matrices), first.nRows * nColumns);
  let offset = 0;
  for (const matrix of matrices) {
    if (matrix.nRows !== first.nRows) {
      throw new ShapeError(
        `joinColumns: matrices must have equally many rows (${first.nRows}), got ${matrix.nRows} (${matrix.nRows} x ${matrix.nColumns}).`,
      );
    }
    for (let i = 0; i < first.nRows; i++) {
      data.set(matrix.data.subarray(i * matrix.nColumns, (i + 1) * matrix.nColumns), i * nColumns + offset);
    }
    offset += matrix.nColumns;
  }
  return Matrix.of(data, first.nRows, nColumns);
}

/**
 * Matrices one below the other, [sum of nRows x nColumns], in the precision of the widest: nothing is rounded.
 *
 * @throws ShapeError where they differ in their number of columns, or none is given
 */
export function joinRows(matrices: readonly Matrix[]): Matrix {
  checkArgument("joinRows: matrices", matrices, "a list");
  const first = matrices[0];
  matrices.forEach((matrix, k) => {
    checkMatrix(matrix, `joinRows: matrices[${k}]`);
  });
  if (!first) throw new ShapeError("joinRows: at least one matrix must be given, got none.");
  const nRows = matrices.reduce((sum, m) => sum + m.nRows, 0);
  const data = emptyLike(widest(matrices), nRows * first.nColumns);
  let offset = 0;
  for (const matrix of matrices) {
    if (matrix.nColumns !== first.nColumns) {
      throw new ShapeError(
        `joinRows: matrices must have equally many columns (${first.nColumns}), got ${matrix.nColumns} (${matrix.nRows} x ${matrix.nColumns}).`,
      );
    }
    data.set(matrix.data, offset);
    offset += matrix.data.length;
  }
  return Matrix.of(data, nRows, first.nColumns);
}

/** Numbers in double precision where any matrix has them, else in single. */
function widest(matrices: readonly Matrix[]): FloatArray {
  return (matrices.find(({ data }) => data instanceof Float64Array) ?? matrices[0]!).data;
}

/** The transpose, as a copy of the same precision. */
export function transpose<Data extends FloatArray>(matrix: Matrix<Data>): Matrix<Data> {
  const { nRows, nColumns } = matrix;
  const data = emptyLike(matrix.data, matrix.data.length);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++) data[j * nRows + i] = matrix.data[i * nColumns + j]!;
  }
  return Matrix.of(data, nColumns, nRows);
}

/** `"3 x 4"`, for messages. */
export function formatShape(matrix: Matrix): string {
  return `${matrix.nRows} x ${matrix.nColumns}`;
}
