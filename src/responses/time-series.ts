import { Matrix } from "../array/matrix.ts";
import { singleWhereEnough } from "../array/single-precision.ts";
import { FormatError } from "../errors.ts";
import { numericColumn, readTsv } from "../formats/tsv.ts";
import type { Target } from "./target.ts";

/** Responses as their files hold them. */
export interface TimeSeries {
  /** [nVolumes x nTargets]; single precision, or double where that is not enough. */
  readonly bold: Matrix;
  readonly targets: readonly Target[];
}

/**
 * Region time series from a table: a row a volume, a column a region; "n/a" becomes NaN.
 *
 * @param hemi - what the targets say, from the file's name
 * @throws FormatError where the table has no columns or rows, or a value is no number
 */
export function readRegionSeries(bytes: Uint8Array, path: string, hemi: "L" | "R" | "n/a" = "n/a"): TimeSeries {
  const table = readTsv(bytes, { path });
  const nVolumes = table.rows.length;
  if (nVolumes === 0)
    throw new FormatError(path, "region time series must have volumes, got a header alone. Write them anew");
  const nTargets = table.columns.length;
  const data = new Float64Array(nVolumes * nTargets);
  table.columns.forEach((name, region) => {
    numericColumn(table, name).forEach((value, t) => {
      data[t * nTargets + region] = value;
    });
  });
  const bold = singleWhereEnough(Matrix.of(data, nVolumes, nTargets));
  return { bold, targets: table.columns.map((name) => ({ name, hemi })) };
}
