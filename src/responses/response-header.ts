import { createHash } from "node:crypto";
import { plainJson } from "../array/plain-json.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { FormatError } from "../errors.ts";
import { streamCiftiAxes } from "../formats/cifti.ts";
import type { CiftiGrayordinates } from "../formats/cifti-axes.ts";
import { readGiftiStart } from "../formats/gifti-headers.ts";
import { streamNiftiHeader } from "../formats/nifti-stream.ts";
import type { ResponseFiles } from "./find.ts";
import { type GiftiSays, giftiSays } from "./gifti-says.ts";
import { grayordinatesOf, parcelsOf } from "./image-series.ts";
import { seriesSize } from "./surface-series.ts";
import type { Target, TargetSpace } from "./target.ts";
import { readRegionSeries } from "./time-series.ts";
import { checkGrid, type VolumeMask } from "./volume-mask.ts";

/** What a run's response files say of their size. */
export interface ResponseHeader {
  readonly nVolumes: number;
  /** Targets of each file. */
  readonly nTargets: readonly number[];
  /** What the targets are, where files say it: names, grids, structures. Equal for runs whose columns mean the same. */
  readonly places: string;
  /** What the columns are; undefined for volumes where no mask is given. */
  readonly space: TargetSpace | undefined;
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
  /** The hemisphere of each file by itself; undefined where it does not say. */
  readonly hemispheres: readonly GiftiSays["hemi"][];
  /** Seconds from the start of the recording to the first volume, by the files themselves; 0 where they do not say. */
  readonly seriesStart: number;
}

/** The size of one file. */
interface FileSize {
  readonly nVolumes: number;
  readonly nTargets: number;
  readonly places?: unknown;
  readonly grayordinates?: CiftiGrayordinates | undefined;
  readonly repetitionTime?: number | undefined;
  readonly hemi?: GiftiSays["hemi"];
  readonly seriesStart?: number | undefined;
}

/**
 * The size of a run's responses, from the beginnings of its files: no more of a file is read than says it.
 *
 * @param mask - the voxels of volumes that are wanted: their grid must be the files'
 * @throws FormatError where a file cannot be read, is no series, lies in another grid than the mask, or hemispheres differ in
 * volumes
 * @throws NotFoundError where a file does not exist
 */
export async function readResponseHeader(
  dataset: BidsDataset,
  files: ResponseFiles,
  mask?: VolumeMask,
): Promise<ResponseHeader> {
  const sizes: FileSize[] = [];
  for (const [index, path] of files.files.entries()) {
    const size = await fileSize(dataset, { path, hemi: files.hemispheres[index]! }, files, mask);
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
    places: digestOfPlaces(sizes.map(({ places }) => places)),
    space: spaceOf(files, sizes, mask),
    repetitionTime: first!.repetitionTime,
    hemispheres: sizes.map(({ hemi }) => hemi),
    seriesStart: first!.seriesStart ?? 0,
  };
}

function spaceOf(
  { kind, space, hemispheres }: ResponseFiles,
  sizes: readonly FileSize[],
  mask: VolumeMask | undefined,
): TargetSpace | undefined {
  switch (kind) {
    case "region":
      return { kind };
    case "surface": {
      const count = (hemi: "L" | "R") => sizes[hemispheres.indexOf(hemi)]?.nTargets ?? 0;
      return { kind, space, nVertices: [count("L"), count("R")] };
    }
    case "volume":
      return mask && { kind, space, shape: mask.shape, affine: mask.affine, voxels: mask.voxels };
    case "grayordinate":
      return { kind, space, grayordinates: sizes[0]!.grayordinates! };
    default:
      return kind satisfies never;
  }
}

function fileSize(
  dataset: BidsDataset,
  { path, hemi }: { readonly path: string; readonly hemi: Target["hemi"] },
  { kind, space, repetitionTime }: ResponseFiles,
  mask: VolumeMask | undefined,
): Promise<FileSize> {
  if (path.toLowerCase().endsWith(".tsv")) return regionSize(dataset, path, hemi);
  return kind === "surface" ? surfaceSize(dataset, path, space, repetitionTime) : imageSize(dataset, path, mask);
}

/** Tables are small: they are read whole. */
async function regionSize({ source }: BidsDataset, path: string, hemi: Target["hemi"]): Promise<FileSize> {
  const { bold, targets } = readRegionSeries(await source.read(path), path, hemi);
  return { nVolumes: bold.nRows, nTargets: bold.nColumns, places: targets };
}

async function imageSize({ source }: BidsDataset, path: string, mask: VolumeMask | undefined): Promise<FileSize> {
  const pieces = source.stream(path);
  if (/\.[dp]tseries\.nii$/i.test(path)) {
    const { nRows: nVolumes, nColumns: nTargets, ...axes } = await streamCiftiAxes(pieces, { path });
    if (/\.ptseries\.nii$/i.test(path)) {
      const { targets: places, ...times } = parcelsOf(axes, path);
      return { nVolumes, nTargets, places, ...times };
    }
    const { grayordinates, ...times } = grayordinatesOf(axes, path);
    return { nVolumes, nTargets, places: grayordinates, grayordinates, ...times };
  }
  const { shape, affine, repetitionTime, seriesStart } = await streamNiftiHeader(pieces, { path });
  const times = { repetitionTime, seriesStart };
  const nVolumes = shape[3] ?? 1;
  if (mask) {
    checkGrid({ shape, affine }, mask, path);
    return { nVolumes, nTargets: mask.voxels.length, ...times };
  }
  return {
    nVolumes,
    nTargets: shape.slice(0, 3).reduce((product, n) => product * n, 1),
    // Headers keep the affine in single precision.
    places: [shape.slice(0, 3), affine.map((value) => value.toFixed(2))],
    ...times,
  };
}

/** Of what may be tens of thousands of indices. */
function digestOfPlaces(places: unknown): string {
  return createHash("sha256").update(plainJson(places)).digest("hex");
}

async function surfaceSize(
  { source }: BidsDataset,
  path: string,
  space: string,
  repetitionTime: number,
): Promise<FileSize> {
  const tag = await readGiftiStart(source.stream(path), { path });
  if (!tag) throw new FormatError(path, "a functional GIFTI must hold arrays, got none. Fetch it again");
  const { nVolumes, nVertices } = seriesSize(tag, path, space);
  return { nVolumes, nTargets: nVertices, ...giftiSays(tag.metadata, repetitionTime) };
}
