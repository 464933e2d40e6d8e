import { createHash } from "node:crypto";
import { plainJson } from "../array/plain-json.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { FormatError } from "../errors.ts";
import { streamCiftiAxes } from "../formats/cifti.ts";
import { readGiftiStart } from "../formats/gifti-headers.ts";
import { streamNiftiHeader } from "../formats/nifti-stream.ts";
import type { ResponseFiles } from "./find.ts";
import type { ResponseKind } from "./response-kind.ts";
import { readRegionSeries } from "./time-series.ts";

/** What a run's response files say of their size. */
export interface ResponseHeader {
  readonly nVolumes: number;
  /** Targets of each file. */
  readonly nTargets: readonly number[];
  /** What the targets are, where files say it: names, grids, structures. Equal for runs whose columns mean the same. */
  readonly places: string;
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
}

/** The size of one file. */
interface FileSize {
  readonly nVolumes: number;
  readonly nTargets: number;
  readonly places?: unknown;
  readonly repetitionTime?: number | undefined;
}

/**
 * The size of a run's responses, from the beginnings of its files: no more of a file is read than says it.
 *
 * @throws FormatError where a file cannot be read, or hemispheres differ in volumes
 * @throws NotFoundError where a file does not exist
 */
export async function readResponseHeader(dataset: BidsDataset, files: ResponseFiles): Promise<ResponseHeader> {
  const sizes: FileSize[] = [];
  for (const path of files.files) {
    const size = await fileSize(dataset, path, files.kind);
    const first = sizes[0] ?? size;
    if (size.nVolumes !== first.nVolumes) {
      throw new FormatError(
        path,
        `hemispheres must have equally many volumes, got ${size.nVolumes} here and ${first.nVolumes} in ${files.files[0]}. One of them is truncated: fetch it again`,
      );
    }
    sizes.push(size);
  }
  const [first] = sizes;
  return {
    nVolumes: first!.nVolumes,
    nTargets: sizes.map(({ nTargets }) => nTargets),
    places: digest(sizes.map(({ places }) => places)),
    repetitionTime: first!.repetitionTime,
  };
}

function fileSize(dataset: BidsDataset, path: string, kind: ResponseKind): Promise<FileSize> {
  if (path.toLowerCase().endsWith(".tsv")) return regionSize(dataset, path);
  return kind === "surface" ? surfaceSize(dataset, path) : imageSize(dataset, path);
}

/** Tables are small: they are read whole. */
async function regionSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const { bold, targets } = readRegionSeries(await source.read(path), path);
  return { nVolumes: bold.nRows, nTargets: bold.nColumns, places: targets };
}

async function imageSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const pieces = source.stream(path);
  if (/\.[dp]tseries\.nii$/i.test(path)) {
    const { rows, columns, nRows, nColumns } = await streamCiftiAxes(pieces, { path });
    const isTimed = rows.kind === "series" && rows.unit === "SECOND";
    return {
      ...{ nVolumes: nRows, nTargets: nColumns, places: columns },
      repetitionTime: isTimed ? rows.step : undefined,
    };
  }
  const { shape, affine, repetitionTime } = await streamNiftiHeader(pieces, { path });
  return {
    nVolumes: shape[3] ?? 1,
    nTargets: shape.slice(0, 3).reduce((product, n) => product * n, 1),
    // Headers keep the affine in single precision.
    places: [shape.slice(0, 3), affine.map((value) => value.toFixed(2))],
    repetitionTime,
  };
}

/** Of what may be tens of thousands of indices. */
function digest(places: unknown): string {
  return createHash("sha256").update(plainJson(places)).digest("hex");
}

async function surfaceSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const tag = await readGiftiStart(source.stream(path), { path });
  if (!tag) throw new FormatError(path, "a functional GIFTI must hold arrays, got none. Fetch it again");
  const [nVertices = 0, nVolumes = 1] = tag.dimensions;
  return tag.nArrays === 1 ? { nVolumes, nTargets: nVertices } : { nVolumes: tag.nArrays, nTargets: nVertices };
}
