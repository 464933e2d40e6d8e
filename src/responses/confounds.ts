import { checkChoice } from "../array/check-choice.ts";
import { Matrix } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import { numericColumn, type Table } from "../formats/tsv.ts";
import type { ChosenConfounds } from "./confound-strategies.ts";

/** What is done where a confound is n/a, unless said otherwise: numbers that are made up must be asked for. */
export const DEFAULT_MISSING = "error";

/** What to do about a value that is not there. */
const fillRemedy = 'have it filled: `missingConfounds` "zero" or "mean"';

/**
 * Confound columns, [nVolumes x chosen.columns.length], double precision.
 *
 * @param chosen - columns of the table
 * @param missing - for "n/a": refuse (default), zero, or the column's mean over the volumes `from..to`
 * @param from - first volume that remains
 * @param to - volume after the last one that remains; values outside `from..to` are not looked at and come out as zero
 * @throws OptionError where `missing` is unknown
 * @throws FormatError where a value is infinite, or "n/a" where `missing` is "error", or a column has no value at all
 */
export function confoundColumns(
  table: Table,
  chosen: ChosenConfounds,
  missing: "error" | "zero" | "mean" = DEFAULT_MISSING,
  from = 0,
  to = table.rows.length,
): Matrix<Float64Array> {
  checkChoice("loadResponse: missingConfounds", missing, ["error", "zero", "mean"]);
  const columns = chosen.columns.map((name) => {
    const column = numericColumn(table, name).fill(0, 0, from).fill(0, to);
    const infinite = column.findIndex((value) => Math.abs(value) === Infinity);
    if (infinite >= 0) {
      throw new FormatError(
        table.path,
        `the confound "${name}" must be finite, got ${column[infinite]} (volume ${infinite}). Leave it out, trim this volume, or write n/a and ${fillRemedy}`,
      );
    }
    if (chosen.derivatives.has(name) && Number.isNaN(column[0]!)) column[0] = 0;
    const known = column.subarray(from, to).filter((value) => !Number.isNaN(value));
    const nMissing = to - from - known.length;
    if (nMissing <= 0) return column;
    if (missing === "error" || known.length === 0) {
      const first = column.findIndex((value) => Number.isNaN(value));
      throw new FormatError(
        table.path,
        `the confound "${name}" must have a value for every volume, got n/a for ${nMissing} (first: volume ${first}). ` +
          `Leave it out, trim these volumes, or ${fillRemedy}`,
      );
    }
    const filler = missing === "zero" ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
    return column.map((value) => (Number.isNaN(value) ? filler : value));
  });
  const nColumns = chosen.columns.length;
  const matrix = Matrix.zeros(table.rows.length, nColumns);
  columns.forEach((column, j) => {
    column.forEach((value, t) => {
      matrix.data[t * nColumns + j] = value;
    });
  });
  return matrix;
}
