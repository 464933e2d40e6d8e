import { Matrix } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import type { GiftiArray } from "../formats/gifti.ts";
import { numericColumn, readTsv } from "../formats/tsv.ts";
import { knownVertices, type Target } from "./target.ts";
import { readWholeGifti } from "./whole-gifti.ts";

/** Responses as their files hold them, [nVolumes x nTargets], single precision. */
export interface TimeSeries {
  readonly bold: Matrix<Float32Array>;
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
  const data = new Float32Array(nVolumes * nTargets);
  table.columns.forEach((name, region) => {
    numericColumn(table, name).forEach((value, t) => {
      data[t * nTargets + region] = value;
    });
  });
  return { bold: Matrix.of(data, nVolumes, nTargets), targets: table.columns.map((name) => ({ name, hemi })) };
}

/**
 * The time series of one hemisphere from a functional GIFTI, [nVolumes x nVertices], single precision: one array
 * [nVertices x nVolumes], or one array [nVertices] a volume.
 *
 * @param space - as in the file's name; where its number of vertices is known, the data must have it
 * @throws FormatError where the arrays are neither, differ in length, hold something else than responses, do not fit the
 * space, or lie in another file
 */
export function readSurfaceSeries(bytes: Uint8Array, path: string, space: string): Matrix<Float32Array> {
  const { arrays } = readWholeGifti(bytes, path);
  const other = arrays.find((array) => !INTENTS.has(array.intent));
  if (arrays.length === 0 || other) {
    throw new FormatError(
      path,
      `a functional GIFTI must hold arrays of ${[...INTENTS].join(" or ")}, got ${other?.intent ?? "no array"}. Choose another file`,
    );
  }
  const bold = arrays.length === 1 && isTable(arrays[0]!) ? fromTable(arrays[0]!) : fromVolumes(arrays, path);
  const expected = knownVertices(space);
  if (expected !== undefined && bold.nColumns !== expected) {
    const hint =
      bold.nRows === expected ? "The array is transposed: vertices come first" : "The space in the name is wrong";
    throw new FormatError(
      path,
      `a hemisphere of ${space} must have ${expected} vertices, got ${bold.nColumns}. ${hint}`,
    );
  }
  return bold;
}

/** Some tools (AFNI) write time series with no intent. */
const INTENTS: ReadonlySet<string> = new Set(["NIFTI_INTENT_TIME_SERIES", "NIFTI_INTENT_NONE"]);

const isTable = (array: GiftiArray) => array.dimensions.length === 2 && array.dimensions[1]! > 1;

function fromTable(array: GiftiArray): Matrix<Float32Array> {
  const [nVertices, nVolumes] = array.dimensions as [number, number];
  const data = new Float32Array(nVertices * nVolumes);
  // Blocks of vertices, so that neither side of the transposition leaves the cache on every step.
  for (let start = 0; start < nVertices; start += 64) {
    const end = Math.min(nVertices, start + 64);
    for (let t = 0; t < nVolumes; t++) {
      for (let v = start; v < end; v++) data[t * nVertices + v] = Number(array.data[v * nVolumes + t]);
    }
  }
  return Matrix.of(data, nVolumes, nVertices);
}

function fromVolumes(arrays: readonly GiftiArray[], path: string): Matrix<Float32Array> {
  const nVertices = arrays[0]!.data.length;
  const data = new Float32Array(arrays.length * nVertices);
  arrays.forEach((array, t) => {
    if (isTable(array) || array.data.length !== nVertices) {
      throw new FormatError(
        path,
        `arrays must be one a volume with ${nVertices} vertices each, got ${array.dimensions.join(" x ")} (array ${t}). Write one array a volume, or one of vertices by volumes`,
      );
    }
    for (let v = 0; v < nVertices; v++) data[t * nVertices + v] = Number(array.data[v]);
  });
  return Matrix.of(data, arrays.length, nVertices);
}
