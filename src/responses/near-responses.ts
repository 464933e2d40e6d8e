import type { BidsDataset, BidsFile } from "../bids/dataset.ts";
import type { DatasetIssue } from "../errors.ts";
import { kindOf } from "./response-kind.ts";

/**
 * Files that are nearly responses by their names, each with what it takes to be one: they are left out, and with them
 * perhaps a participant.
 */
export function nearResponses(dataset: BidsDataset): readonly DatasetIssue[] {
  return dataset.files.flatMap((file): DatasetIssue[] => {
    const trouble = kindOf(file) === undefined ? troubleWith(file) : undefined;
    if (trouble === undefined) return [];
    const message = `${trouble}. The file is left out: rename it, or leave it so where it is no response.`;
    return [{ severity: "warning", code: "nearly-response", path: file.path, message }];
  });
}

function troubleWith({ name }: BidsFile): string | undefined {
  const { entities, extension } = name;
  const { sub, task, hemi, space, desc } = entities;
  if (sub === undefined) return undefined;
  const suffix = name.suffix.toLowerCase();
  const isSeries = ["bold", "timeseries"].includes(suffix);
  if (/\.gii(\.gz)?$/.test(extension) && (isSeries || extension.startsWith(".func."))) {
    if (suffix !== "" && !isSeries) return undefined;
    if (task === undefined) return "responses must name their story with task-, got a name without";
    if (hemi === undefined) return "responses on a surface must name their hemisphere with hemi-, got a name without";
    if (!/^[LR]$/.test(hemi)) return `hemi must be L or R (lh, rh, left, right), got "${hemi}"`;
    return `responses on a surface must end in .func.gii or .func.gii.gz, got "${extension}"`;
  }
  if (suffix === "timeseries" && desc !== "confounds") {
    if (extension === ".json") return undefined;
    if (!/^\.(tsv|ptseries\.nii)$/.test(extension))
      return `time series of regions must end in .tsv or .ptseries.nii, got "${extension}"`;
    return task === undefined ? "responses must name their story with task-, got a name without" : undefined;
  }
  if (suffix !== "bold" || (space === undefined && desc === undefined)) return undefined;
  if (task === undefined && /\.nii(\.gz)?$/.test(extension))
    return "responses must name their story with task-, got a name without";
  return /^\.[dp]tseries\.nii\.gz$/.test(extension)
    ? `CIFTI responses must end in .dtseries.nii or .ptseries.nii, got "${extension}"`
    : undefined;
}
