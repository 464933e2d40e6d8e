import { emptyLike, formatShape, Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import type { Fold } from "../regression/folds.ts";

/**
 * The targets that can be scored: those whose values are finite in every training and test chunk and constant in none.
 *
 * @param bold - [nVolumes x nTargets]
 * @returns their column indices, ascending
 */
export function scorableTargets(bold: Matrix, folds: readonly Fold[]): Int32Array {
  const good = new Uint8Array(bold.nColumns).fill(1);
  for (const fold of folds) {
    for (const rows of [fold.train, fold.test]) keepVarying(bold, rows, good);
  }
  return Int32Array.from(good.keys()).filter((column) => good[column] === 1);
}

/** Clears `good` for each column that is constant over the rows, or not finite somewhere in them. */
function keepVarying({ data, nColumns }: Matrix, rows: Int32Array, good: Uint8Array): void {
  const first = (rows[0] ?? 0) * nColumns;
  const varies = new Uint8Array(nColumns);
  for (const row of rows) {
    for (let j = 0; j < nColumns; j++) {
      const value = data[row * nColumns + j]!;
      if (!Number.isFinite(value)) good[j] = 0;
      if (value !== data[first + j]!) varies[j] = 1;
    }
  }
  for (let j = 0; j < nColumns; j++) if (varies[j] === 0) good[j] = 0;
}

/** The given rows of the given columns, as a copy of the same precision: [rows.length x columns.length]. */
export function gather<Data extends Matrix["data"]>(
  matrix: Matrix<Data>,
  rows: Int32Array,
  columns: Int32Array,
): Matrix<Data> {
  const data = emptyLike(matrix.data, rows.length * columns.length);
  let place = 0;
  for (const row of rows) {
    const start = row * matrix.nColumns;
    for (const column of columns) data[place++] = matrix.data[start + column]!;
  }
  return Matrix.of(data, rows.length, columns.length);
}

/**
 * Holds features, responses and story lengths against each other, and names all three numbers where they disagree.
 *
 * @throws ShapeError where their numbers of volumes differ
 */
export function checkVolumes(
  where: string,
  bands: readonly Matrix[],
  bold: Matrix,
  storyLengths: readonly number[],
): void {
  const sum = storyLengths.reduce((total, length) => total + length, 0);
  const wrong = bands.find((band) => band.nRows !== sum);
  if (bold.nRows === sum && !wrong) return;
  const features = wrong ?? bands[0];
  throw new ShapeError(
    `${where}: features, bold and storyLengths must have equally many volumes, got ${features?.nRows ?? 0} rows of features ` +
      `(${features ? formatShape(features) : "none"}), ${bold.nRows} rows of bold (${formatShape(bold)}) and storyLengths ` +
      `${storyLengths.join(" + ") || "none"} = ${sum}. Join the same stories in the same order.`,
  );
}
