import type { BidsFile } from "../bids/dataset.ts";

/**
 * Region time series (tables, parcellated CIFTI), vertices of surfaces (GIFTI), voxels (NIfTI), or grayordinates (dense
 * CIFTI).
 */
export type ResponseKind = "region" | "surface" | "volume" | "grayordinate";

/** What a file's name says that it holds of a run's responses; undefined where it is none. */
export function kindOf({ name }: BidsFile): ResponseKind | undefined {
  const { entities, extension } = name;
  const { sub, task, desc, hemi, space } = entities;
  if (sub === undefined || task === undefined) return undefined;
  const suffix = name.suffix.toLowerCase();
  const isSeries = ["", "bold", "timeseries"].includes(suffix);
  if (extension === ".tsv" && suffix === "timeseries" && desc !== "confounds") return "region";
  if (extension === ".ptseries.nii" && isSeries) return "region";
  if (extension === ".dtseries.nii" && isSeries) return "grayordinate";
  if (/^\.func\.gii(\.gz)?$/.test(extension) && isSeries && /^[LR]$/.test(hemi ?? "")) return "surface";
  // What the scanner gave has neither: it is not to be scored before it is preprocessed.
  const isPreprocessed = space !== undefined || desc !== undefined;
  if (/^\.nii(\.gz)?$/.test(extension) && ["", "bold"].includes(suffix) && isPreprocessed) return "volume";
  return undefined;
}
