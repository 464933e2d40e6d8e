import type { BidsDataset } from "../bids/dataset.ts";
import { FormatError } from "../errors.ts";
import { streamCiftiAxes } from "../formats/cifti.ts";
import { readGiftiStart } from "../formats/gifti-headers.ts";
import { streamNiftiHeader } from "../formats/nifti-stream.ts";
import type { ResponseKind } from "./candidates.ts";
import type { ResponseFiles } from "./find.ts";
import { readRegionSeries } from "./time-series.ts";

/** What a run's response files say of their size. */
export interface ResponseHeader {
  readonly nVolumes: number;
  /** Targets of each file. */
  readonly nTargets: readonly number[];
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
}

/** The size of one file. */
interface FileSize {
  readonly nVolumes: number;
  readonly nTargets: number;
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
    repetitionTime: first!.repetitionTime,
  };
}

function fileSize(dataset: BidsDataset, path: string, kind: ResponseKind): Promise<FileSize> {
  if (path.endsWith(".tsv")) return regionSize(dataset, path);
  return kind === "surface" ? surfaceSize(dataset, path) : imageSize(dataset, path);
}

/** Tables are small: they are read whole. */
async function regionSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const { bold } = readRegionSeries(await source.read(path), path);
  return { nVolumes: bold.nRows, nTargets: bold.nColumns };
}

async function imageSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const pieces = source.stream(path);
  if (/\.[dp]tseries\.nii$/.test(path)) {
    const { rows, nRows, nColumns } = await streamCiftiAxes(pieces, { path });
    const isTimed = rows.kind === "series" && rows.unit === "SECOND";
    return { nVolumes: nRows, nTargets: nColumns, repetitionTime: isTimed ? rows.step : undefined };
  }
  const { shape, repetitionTime } = await streamNiftiHeader(pieces, { path });
  return {
    nVolumes: shape[3] ?? 1,
    nTargets: shape.slice(0, 3).reduce((product, n) => product * n, 1),
    repetitionTime,
  };
}

async function surfaceSize({ source }: BidsDataset, path: string): Promise<FileSize> {
  const tag = await readGiftiStart(source.stream(path), { path });
  if (!tag) throw new FormatError(path, "a functional GIFTI must hold arrays, got none. Fetch it again");
  const [nVertices = 0, nVolumes = 1] = tag.dimensions;
  return tag.nArrays === 1 ? { nVolumes, nTargets: nVertices } : { nVolumes: tag.nArrays, nTargets: nVertices };
}
