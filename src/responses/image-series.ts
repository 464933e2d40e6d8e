import type { Matrix } from "../array/matrix.ts";
import { singleWhereEnough } from "../array/single-precision.ts";
import { FormatError } from "../errors.ts";
import { streamCifti } from "../formats/cifti.ts";
import type { CiftiAxes, CiftiGrayordinates, CiftiParcel, CiftiSeries } from "../formats/cifti-axes.ts";
import type { NiftiHeader } from "../formats/nifti-header.ts";
import { streamNifti } from "../formats/nifti-stream.ts";
import { fitsSingle } from "../formats/number-type.ts";
import type { Source } from "../sources/source.ts";
import { hemiOfStructure, type Target } from "./target.ts";
import { selectVoxels, type VolumeMask } from "./volume-mask.ts";

/** Responses of a file that says its own repetition time. */
export interface ImageSeries {
  /** Single precision, or double where that is not enough. */
  readonly bold: Matrix;
  /** Seconds; undefined where the file does not say. */
  readonly repetitionTime: number | undefined;
  /** Seconds from the start of the recording to the first volume; undefined where the file does not say. */
  readonly seriesStart?: number | undefined;
}

/**
 * The voxels of a mask in a series of volumes, [nVolumes x nVoxels], as {@link ImageSeries}. The file is read as it comes.
 *
 * @throws FormatError where it is no series of volumes, ends early, or lies in another grid than the mask
 * @throws NotFoundError where it does not exist
 */
export async function loadVolumeSeries(source: Source, path: string, mask: VolumeMask): Promise<ImageSeries> {
  const { header, volumes } = await streamNifti(source.stream(path), {
    path,
    select: selectVoxels(mask, path),
    isDouble: mayNeedDouble,
  });
  const { repetitionTime, seriesStart } = header;
  return { bold: singleWhereEnough(volumes), repetitionTime, seriesStart };
}

/**
 * The grayordinates of a dense series, [nVolumes x nGrayordinates], and what each is.
 *
 * @throws FormatError where the file is no dense series
 * @throws NotFoundError where it does not exist
 */
export async function loadGrayordinateSeries(
  source: Source,
  path: string,
): Promise<ImageSeries & { readonly grayordinates: CiftiGrayordinates }> {
  const { data, ...axes } = await streamCifti(source.stream(path), { path, isDouble: mayNeedDouble });
  return { bold: singleWhereEnough(data), ...grayordinatesOf(axes, path) };
}

/**
 * What the axes of a dense series say: the grayordinates, the time between volumes, and that of the first one.
 *
 * @throws FormatError where they are no dense series'
 */
export function grayordinatesOf(
  { rows, columns }: CiftiAxes,
  path: string,
): { readonly grayordinates: CiftiGrayordinates; readonly repetitionTime: number; readonly seriesStart: number } {
  if (rows.kind !== "series" || columns.kind !== "grayordinates") {
    throw new FormatError(
      path,
      `a dense series must hold volumes by grayordinates, got ${rows.kind} by ${columns.kind}. Choose another file`,
    );
  }
  checkTimed(rows, path);
  return { grayordinates: columns, repetitionTime: rows.step, seriesStart: rows.start };
}

/**
 * The parcels of a parcellated series, [nVolumes x nParcels], by name; on the hemisphere that all their
 * vertices lie on.
 *
 * @throws FormatError where the file is no parcellated series
 * @throws NotFoundError where it does not exist
 */
export async function loadParcelSeries(
  source: Source,
  path: string,
): Promise<ImageSeries & { readonly targets: readonly Target[] }> {
  const { data, ...axes } = await streamCifti(source.stream(path), { path, isDouble: mayNeedDouble });
  return { bold: singleWhereEnough(data), ...parcelsOf(axes, path) };
}

/**
 * What the axes of a parcellated series say: the parcels, the time between volumes, and that of the first one.
 *
 * @throws FormatError where they are no parcellated series', or two parcels have one name
 */
export function parcelsOf(
  { rows, columns }: CiftiAxes,
  path: string,
): { readonly targets: readonly Target[]; readonly repetitionTime: number; readonly seriesStart: number } {
  if (rows.kind !== "series" || columns.kind !== "parcels") {
    throw new FormatError(
      path,
      `a parcellated series must hold volumes by parcels, got ${rows.kind} by ${columns.kind}. Choose another file`,
    );
  }
  checkTimed(rows, path);
  const targets = columns.parcels.map((parcel): Target => ({ name: parcel.name, hemi: hemiOf(parcel) }));
  const twice = targets.find(({ name, hemi }, i) => targets.findIndex((t) => t.name === name && t.hemi === hemi) < i);
  if (twice) throw new FormatError(path, `parcels must have names of their own, got "${twice.name}" twice. Rename one`);
  return { targets, repetitionTime: rows.step, seriesStart: rows.start };
}

/** Refuses rows that are not in seconds, such as those of a spectrum: they are no volumes. */
function checkTimed({ unit, step }: CiftiSeries, path: string): void {
  if (unit === "SECOND" && step > 0) return;
  throw new FormatError(
    path,
    `a series must go forward in seconds, got steps of ${step} ${unit.toLowerCase()}. Choose another file`,
  );
}

function hemiOf({ vertices }: CiftiParcel): Target["hemi"] {
  const sides = new Set(vertices.map(({ structure }) => hemiOfStructure(structure)));
  return sides.size === 1 ? [...sides][0]! : "n/a";
}

/**
 * Whether the values of an image may need double precision: numbers wider than single precision, or scaled ones whose
 * steps are small beside their offset, or that a scale takes beyond what single precision holds. Up to 2^20 steps rounding is a tenth of a step at most.
 */
export function mayNeedDouble({ type, slope, intercept }: Pick<NiftiHeader, "type" | "slope" | "intercept">): boolean {
  if (!fitsSingle(type)) return true;
  // Products that are too large for single precision, or lose digits in it.
  if (!(Math.abs(slope) >= 2 ** -100 && Math.abs(slope) <= 2 ** 80)) return true;
  // The steps of scaled numbers that are not whole cannot be told.
  if (type === "float32" || type === "float16") return intercept !== 0;
  return Math.abs(intercept) > Math.abs(slope) * 2 ** 20;
}
