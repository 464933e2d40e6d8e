import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { DatasetError, type DatasetIssue, FormatError, NotFoundError, OptionError } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import { type DiscardedVolumes, discardedVolumes, firstConfoundRow } from "../responses/discarded-volumes.ts";
import type { ResponseFiles } from "../responses/find.ts";
import { isSameTime, loadRun } from "../responses/load.ts";
import { readResponseHeader } from "../responses/response-header.ts";
import type { VolumeMask } from "../responses/volume-mask.ts";
import { type ContentCheck, checkContent } from "./content.ts";
import type { RunFacts } from "./run-facts.ts";

/** Settings of {@link readRuns}. */
export interface ReadRunsOptions {
  /** The voxels of volumes to look at. */
  readonly mask?: VolumeMask | undefined;
  /** As the user says, where they say it. */
  readonly volumesDiscarded?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

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
  { mask, volumesDiscarded, onProgress }: ReadRunsOptions = {},
): Promise<{ readonly facts: readonly RunFacts[]; readonly issues: readonly DatasetIssue[] }> {
  const facts: RunFacts[] = [];
  const issues: DatasetIssue[] = [];
  const content = checkContent();
  const known = new Map<string, Omit<RunFacts, "files">>();
  for (const [done, files] of found.entries()) {
    onProgress?.({ label: how === "whole" ? "reading responses" : "reading headers", done, total: found.length });
    let size = known.get(files.run);
    if (!size) {
      const read = await readRun(dataset, files, how === "whole" ? content : undefined, mask, issues);
      const { nVolumes } = read;
      const placed =
        nVolumes === undefined ? undefined : await place(dataset, files, nVolumes, volumesDiscarded, issues);
      size = { ...read, nDiscarded: placed?.nDiscarded ?? 0 };
      known.set(files.run, size);
      if (nVolumes !== undefined && placed)
        issues.push(...(await checkConfounds(dataset, files, nVolumes, placed, volumesDiscarded !== undefined)));
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
): Promise<Omit<RunFacts, "files" | "nDiscarded">> {
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
    else if (error instanceof NotFoundError || error instanceof OptionError) issues.push(missing(error, files));
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

/** A mask that volumes lack or have twice, or a file beside a GIFTI that holds its numbers. */
function missing(error: NotFoundError | OptionError, { files }: ResponseFiles): DatasetIssue {
  const [path] = files as [string];
  return {
    severity: "error",
    code: error.kind === "option" ? "mask-ambiguous" : "file-missing",
    path,
    message: error.message.replace(`${path}: `, ""),
  };
}

/** Where a run's volumes lie in time; undefined, and an issue, where it is not known. */
async function place(
  dataset: BidsDataset,
  files: ResponseFiles,
  nVolumes: number,
  stated: number | undefined,
  issues: DatasetIssue[],
): Promise<DiscardedVolumes | undefined> {
  try {
    const placed = await discardedVolumes(dataset, files, nVolumes, stated);
    if ("issue" in placed) {
      issues.push(placed.issue);
      return undefined;
    }
    const { nDiscarded, origin, note } = placed;
    const tell = (code: string, message: string) =>
      issues.push({ severity: "note", code, path: files.files[0]!, message });
    if (nDiscarded > 0) tell("volumes-discarded", describeDiscarded(files, nDiscarded, origin!));
    if (note !== undefined) tell("volumes-discarded", note);
    return placed;
  } catch (error) {
    if (error instanceof DatasetError) issues.push(...error.issues);
    else if (error instanceof FormatError) issues.push(unreadable(error));
    else throw error;
    return undefined;
  }
}

function describeDiscarded({ audioStart, repetitionTime }: ResponseFiles, n: number, origin: string): string {
  const start = Number((audioStart - n * repetitionTime).toFixed(3));
  return `the first ${n} volumes that the events count are not in the responses (${origin}): the audio starts ${Number((n * repetitionTime).toFixed(3))} s earlier, at ${start} s from the first volume that is there.`;
}

/** Whether the run's table of confounds has a row for each volume. */
async function checkConfounds(
  dataset: BidsDataset,
  { confounds, files }: ResponseFiles,
  nVolumes: number,
  { nDiscarded }: DiscardedVolumes,
  isStated: boolean,
): Promise<readonly DatasetIssue[]> {
  const [path, ...more] = confounds;
  if (path === undefined || more.length > 0) return [];
  try {
    const { rows } = readTsv(await dataset.source.read(path), { path });
    try {
      firstConfoundRow({ path, nRows: rows.length }, { path: files[0]!, nVolumes }, nDiscarded, isStated);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [{ ...unreadable(error), code: "confounds-of-other-length" }];
    }
    return [];
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [unreadable(error)];
  }
}
