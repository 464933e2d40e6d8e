import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { type DatasetIssue, FormatError, NotFoundError } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import type { ResponseFiles } from "../responses/find.ts";
import { isSameTime, loadRun } from "../responses/load.ts";
import { readResponseHeader } from "../responses/response-header.ts";
import type { VolumeMask } from "../responses/volume-mask.ts";
import { type ContentCheck, checkContent } from "./content.ts";
import type { RunFacts } from "./run-facts.ts";

/**
 * Reads every run, whole or for its size alone.
 *
 * @param found - responses; those of one run (several stories) are read once
 * @returns one entry of facts for each of `found`, in order, and what stands against the files and their numbers
 */
export async function readRuns(
  dataset: BidsDataset,
  found: readonly ResponseFiles[],
  how: "whole" | "headers",
  { mask, onProgress }: { readonly mask?: VolumeMask | undefined; readonly onProgress?: OnProgress | undefined } = {},
): Promise<{ readonly facts: readonly RunFacts[]; readonly issues: readonly DatasetIssue[] }> {
  const facts: RunFacts[] = [];
  const issues: DatasetIssue[] = [];
  const content = checkContent();
  const known = new Map<string, Omit<RunFacts, "files">>();
  for (const [done, files] of found.entries()) {
    onProgress?.({ label: how === "whole" ? "reading responses" : "reading headers", done, total: found.length });
    let size = known.get(files.run);
    if (!size) {
      size = await readRun(dataset, files, how === "whole" ? content : undefined, mask, issues);
      known.set(files.run, size);
      if (size.nVolumes !== undefined) issues.push(...(await checkConfounds(dataset, files, size.nVolumes)));
    }
    facts.push({ files, ...size });
  }
  if (found.length > 0) {
    const label = how === "whole" ? "reading responses" : "reading headers";
    onProgress?.({ label, done: found.length, total: found.length });
  }
  return { facts, issues: [...issues, ...content.issues()] };
}

async function readRun(
  dataset: BidsDataset,
  files: ResponseFiles,
  content: ContentCheck | undefined,
  mask: VolumeMask | undefined,
  issues: DatasetIssue[],
): Promise<Omit<RunFacts, "files">> {
  try {
    const header = await readResponseHeader(dataset, files);
    const { nVolumes, nTargets, places, repetitionTime } = header;
    if (repetitionTime !== undefined && !isSameTime(repetitionTime, files.repetitionTime)) {
      issues.push({
        severity: "warning",
        code: "repetition-time-of-file",
        path: files.files[0]!,
        message: `the repetition time of the file itself must be that of its sidecar (${files.repetitionTime} s), got ${repetitionTime} s. One of them is wrong: every word's volume depends on it.`,
      });
    }
    content?.add(files.files[0]!, (await loadRun(dataset, files, mask)).bold);
    return { nVolumes, nTargets, places };
  } catch (error) {
    // What the file is not, its reader says; anything else is no fault of the data.
    if (error instanceof FormatError) issues.push(unreadable(error));
    else if (error instanceof NotFoundError) issues.push(missing(error, files));
    else throw error;
    return { nVolumes: undefined, nTargets: [], places: "" };
  }
}

const unreadable = (error: FormatError): DatasetIssue => ({
  severity: "error",
  code: "unreadable",
  path: error.path,
  message: error.message.replace(`${error.path}: `, ""),
});

/** A mask that volumes lack, or a file beside a GIFTI that holds its numbers. */
function missing(error: NotFoundError, { files }: ResponseFiles): DatasetIssue {
  const [path] = files as [string];
  return { severity: "error", code: "file-missing", path, message: error.message.replace(`${path}: `, "") };
}

/** Whether the run's table of confounds has a row for each volume. */
async function checkConfounds(
  dataset: BidsDataset,
  { confounds, files }: ResponseFiles,
  nVolumes: number,
): Promise<readonly DatasetIssue[]> {
  const [path, ...more] = confounds;
  if (path === undefined || more.length > 0) return [];
  try {
    const { rows } = readTsv(await dataset.source.read(path), { path });
    if (rows.length === nVolumes) return [];
    const message = `confounds must have a row for each of the ${nVolumes} volumes of ${files[0]}, got ${rows.length}. Do they belong to another run?`;
    return [{ severity: "error", code: "confounds-of-other-length", path, message }];
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [unreadable(error)];
  }
}
