import type { BidsFile } from "../bids/dataset.ts";

/**
 * Region time series (tables, parcellated CIFTI), vertices of surfaces (GIFTI), voxels (NIfTI), or grayordinates (dense
 * CIFTI).
 */
export type ResponseKind = "region" | "surface" | "volume" | "grayordinate";

/** The kind of responses that a file holds, by its name; undefined where it holds none. */
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
  // A raw image has neither: it must be preprocessed before it is scored.
  const isPreprocessed = space !== undefined || desc !== undefined;
  if (/^\.nii(\.gz)?$/.test(extension) && ["", "bold"].includes(suffix) && isPreprocessed) return "volume";
  return undefined;
}
