import { Matrix } from "../array/matrix.ts";
import { FormatError, NotFoundError, nearestNames } from "../errors.ts";
import { numericColumn, type Table } from "../formats/tsv.ts";

/**
 * Confound columns by name, [nVolumes x names.length], double precision.
 *
 * @param names - columns of the table
 * @param missing - for "n/a": refuse (default), zero, or the column's mean over the volumes `from..to`
 * @param from - first volume kept
 * @param to - volume after the last one kept; values outside `from..to` are not looked at and come out as zero
 * @throws NotFoundError where the table has no such column
 * @throws FormatError where a value is "n/a" and `missing` is "error", or a column has no value at all
 */
export function confoundColumns(
  table: Table,
  names: readonly string[],
  missing: "error" | "zero" | "mean" = "error",
  from = 0,
  to = table.rows.length,
): Matrix<Float64Array> {
  const columns = names.map((name) => {
    if (!table.columns.includes(name)) {
      throw new NotFoundError(
        `${table.path}: the confound must be a column of the table, got "${name}". ${nearestNames(name, table.columns)}`,
      );
    }
    const column = numericColumn(table, name).fill(0, 0, from).fill(0, to);
    const known = column.subarray(from, to).filter((value) => !Number.isNaN(value));
    const nMissing = to - from - known.length;
    if (nMissing <= 0) return column;
    if (missing === "error" || known.length === 0) {
      const first = column.findIndex((value) => Number.isNaN(value));
      throw new FormatError(
        table.path,
        `the confound "${name}" must have a value for every volume, got n/a for ${nMissing} (first: volume ${first}). ` +
          'Leave it out, trim these volumes, or set missingConfounds to "zero" or "mean"',
      );
    }
    const filler = missing === "zero" ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
    return column.map((value) => (Number.isNaN(value) ? filler : value));
  });
  const matrix = Matrix.zeros(table.rows.length, names.length);
  columns.forEach((column, j) => {
    column.forEach((value, t) => {
      matrix.data[t * names.length + j] = value;
    });
  });
  return matrix;
}
