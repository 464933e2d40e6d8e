import { Matrix, sliceRows } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { DatasetError, type DatasetIssue, FormatError, NotFoundError, OptionError } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import { type DiscardedVolumes, discardedVolumes, firstConfoundRow } from "../responses/discarded-volumes.ts";
import type { ResponseFiles } from "../responses/find.ts";
import {
  isSameTime,
  type LoadResponseOptions,
  loadRun,
  type Response,
  responseOfRun,
  type WholeRun,
} from "../responses/load-response.ts";
import { readResponseHeader } from "../responses/response-header.ts";
import type { TargetSpace } from "../responses/target.ts";
import type { VolumeMask } from "../responses/volume-mask.ts";
import { checkContent } from "./content.ts";
import type { HeardRun, RunFacts } from "./inspection.ts";

/** How runs are read. */
export interface ReadRunsOptions {
  /** The voxels of volumes (default: those of each run's own brain mask). */
  readonly mask?: VolumeMask | undefined;
  /** As a study will clean the responses (default: not at all). */
  readonly cleaning?: Omit<LoadResponseOptions, "mask"> | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Looks at every run as far as its headers, its table of confounds and the options tell: how long it is, and what a study
 * would keep of it.
 *
 * @param found - responses; the headers of one run (several stories) are read once
 * @returns one entry of facts for each of `found`, in order, and the issues of the files and their sizes
 */
export async function readHeaders(
  dataset: BidsDataset,
  found: readonly ResponseFiles[],
  options: ReadRunsOptions = {},
): Promise<{ readonly facts: readonly RunFacts[]; readonly issues: readonly DatasetIssue[] }> {
  const facts: RunFacts[] = [];
  const issues: DatasetIssue[] = [];
  const known = new Map<string, Omit<RunFacts, "files" | "heard">>();
  const spaces = new Map<string, TargetSpace | undefined>();
  const label = "reading headers";
  for (const [done, files] of found.entries()) {
    options.onProgress?.({ label, done, total: found.length });
    let size = known.get(files.run);
    if (!size) {
      size = await readSize(dataset, files, options.mask, issues);
      // Tens of thousands of grayordinates are held once for all runs.
      if (!spaces.has(size.places)) spaces.set(size.places, size.space);
      const placed = await placeInRun(dataset, files, size, options, issues);
      size = { ...size, space: spaces.get(size.places), nDiscarded: placed?.nDiscarded };
      known.set(files.run, size);
      if (placed && !options.cleaning?.confounds?.length)
        issues.push(...(await checkConfounds(dataset, files, size, options)));
    }
    facts.push({ files, ...size, heard: await hearRun(dataset, files, size, options, issues) });
  }
  if (found.length > 0) options.onProgress?.({ label, done: found.length, total: found.length });
  return { facts, issues };
}

/**
 * Reads the responses of every run without errors, whole, and cleans them as a study does.
 *
 * @param facts - of {@link readHeaders}; a run with several stories is read once where they follow each other
 * @param onResponse - is given each response in turn; only counts of it are held here
 * @returns the issues of the numbers, and against files that could not be read to their end
 */
export async function readContent(
  dataset: BidsDataset,
  facts: readonly RunFacts[],
  options: ReadRunsOptions = {},
  onResponse: (run: RunFacts, response: Response) => void = () => {},
): Promise<readonly DatasetIssue[]> {
  const { mask, cleaning, onProgress } = options;
  const label = "reading responses";
  const issues: DatasetIssue[] = [];
  const content = checkContent();
  const usable = facts.filter(({ heard }) => heard !== undefined);
  let last: { readonly run: string; readonly whole: WholeRun } | undefined;
  for (const [done, run] of usable.entries()) {
    const { files } = run;
    onProgress?.({ label, done, total: usable.length });
    try {
      if (last?.run !== files.run) {
        // The run before is let go of before the next is read.
        last = undefined;
        last = { run: files.run, whole: await loadRun(dataset, files, mask) };
      }
      const response = await responseOfRun(dataset, files, last.whole, { ...cleaning, mask });
      const { start, end } = response.kept;
      content.add(files, { ...last.whole, bold: sliceRows(last.whole.bold, start, end) }, start);
      onResponse(run, response);
    } catch (error) {
      issues.push(readIssueOf(error, files));
    }
  }
  if (usable.length > 0) onProgress?.({ label, done: usable.length, total: usable.length });
  return [...issues, ...content.issues()];
}

async function readSize(
  dataset: BidsDataset,
  files: ResponseFiles,
  mask: VolumeMask | undefined,
  issues: DatasetIssue[],
): Promise<Omit<RunFacts, "files" | "heard">> {
  try {
    const header = await readResponseHeader(dataset, files, mask);
    const { nVolumes, nTargets, places, space, repetitionTime, seriesStart } = header;
    if (repetitionTime !== undefined && !isSameTime(repetitionTime, files.repetitionTime)) {
      issues.push({
        severity: "warning",
        code: "repetition-time-of-file",
        path: files.files[0]!,
        message: `the repetition time of the file itself must be that of its sidecar (${files.repetitionTime} s), got ${repetitionTime} s. One of them is wrong: every word's volume depends on it.`,
      });
    }
    issues.push(...otherHemispheres(files, header.hemispheres));
    return { nVolumes, nTargets, places, space, repetitionTime, seriesStart, nDiscarded: undefined };
  } catch (error) {
    issues.push(readIssueOf(error, files));
    return {
      nVolumes: undefined,
      nTargets: [],
      places: "",
      space: undefined,
      repetitionTime: undefined,
      seriesStart: 0,
      nDiscarded: undefined,
    };
  }
}

/** Files that say that they are of another hemisphere than their names do. */
function otherHemispheres(
  { files, hemispheres }: ResponseFiles,
  own: readonly ("L" | "R" | undefined)[],
): readonly DatasetIssue[] {
  return files.flatMap((path, i): DatasetIssue[] => {
    const [named, said] = [hemispheres[i]!, own[i]];
    if (said === undefined || named === said || named === "n/a") return [];
    const message = `the hemisphere of the file itself (AnatomicalStructurePrimary) must be that of its name (${named}), got ${said}. One of them is wrong: if the files were swapped, every map and region is of the other side.`;
    return [{ severity: "warning", code: "hemisphere-of-file", path, message }];
  });
}

/** Where a run's volumes lie in time; undefined, with an issue, where it cannot be told. */
async function placeInRun(
  dataset: BidsDataset,
  files: ResponseFiles,
  { nVolumes, seriesStart }: Pick<RunFacts, "nVolumes" | "seriesStart">,
  { cleaning }: ReadRunsOptions,
  issues: DatasetIssue[],
): Promise<DiscardedVolumes | undefined> {
  if (nVolumes === undefined) return undefined;
  try {
    const placed = await discardedVolumes(dataset, files, nVolumes, cleaning?.volumesDiscarded, seriesStart);
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
    else issues.push(readIssueOf(error, files));
    return undefined;
  }
}

function describeDiscarded({ audioStart, repetitionTime }: ResponseFiles, n: number, origin: string): string {
  const start = Number((audioStart - n * repetitionTime).toFixed(3));
  return `the first ${n} volumes that the events count are not in the responses (${origin}): the audio starts ${Number((n * repetitionTime).toFixed(3))} s earlier, at ${start} s from the first volume that is there.`;
}

/** What `responseOfRun` makes of a run of this length, by the same code: of one target that stands in for all. */
async function hearRun(
  dataset: BidsDataset,
  files: ResponseFiles,
  { nVolumes, nDiscarded, space, seriesStart, repetitionTime: own }: Omit<RunFacts, "files" | "heard">,
  { cleaning }: ReadRunsOptions,
  issues: DatasetIssue[],
): Promise<HeardRun | undefined> {
  if (nVolumes === undefined || nDiscarded === undefined) return undefined;
  const data = Float32Array.from({ length: nVolumes }, (_, t) => t % 2);
  const standIn: WholeRun = {
    bold: Matrix.of(data, nVolumes, 1),
    targets: [{ name: "stand-in", hemi: "n/a" }],
    space: space ?? { kind: "region" },
    files: files.files,
    nTargets: [1],
    repetitionTime: own,
    seriesStart,
  };
  try {
    const response = await responseOfRun(dataset, files, standIn, cleaning);
    const { bold, targets: _, space: __, quality: ___, participant: ____, story: _____, ...heard } = response;
    return { ...heard, nVolumes: bold.nRows };
  } catch (error) {
    issues.push(readIssueOf(error, files));
    return undefined;
  }
}

/** The issue that an error of a reader or an option tells of a run. Any other error is no fault of the data, and is thrown on. */
export function readIssueOf(error: unknown, files: ResponseFiles): DatasetIssue {
  const [first] = files.files as [string];
  const issue = (code: string, path: string, message: string): DatasetIssue => ({
    severity: "error",
    code,
    path,
    message: message.replaceAll("\n", " "),
  });
  if (error instanceof FormatError) {
    return issue(files.confounds.includes(error.path) ? "confounds-unfit" : "unreadable", error.path, error.detail);
  }
  if (!(error instanceof NotFoundError || error instanceof OptionError)) throw error;
  // The issue names the path itself, and no other place.
  const message = error.where === first ? error.detail : error.message;
  if (error instanceof OptionError) return issue(error.issueCode ?? "options-unfit", first, message);
  // A column or strategy that a table of confounds does not have: the table is there.
  const table = files.confounds.find((path) => path === error.where);
  if (table !== undefined) return issue("confounds-unfit", table, error.detail);
  // A mask that volumes lack, a file beside a GIFTI that holds its numbers, a table of confounds.
  return issue("file-missing", first, message);
}

/** A warning where the run's table of confounds, which no option asks for, has not a row for each volume. */
async function checkConfounds(
  dataset: BidsDataset,
  { confounds, files }: ResponseFiles,
  { nVolumes, nDiscarded }: Pick<RunFacts, "nVolumes" | "nDiscarded">,
  { cleaning }: ReadRunsOptions,
): Promise<readonly DatasetIssue[]> {
  const [path, ...more] = confounds;
  if (path === undefined || more.length > 0) return [];
  const warning = (code: string, message: string): DatasetIssue[] => [{ severity: "warning", code, path, message }];
  let code = "confounds-unreadable";
  try {
    const nRows = readTsv(await dataset.source.read(path), { path }).rows.length;
    code = "confounds-of-other-length";
    const isStated = cleaning?.volumesDiscarded !== undefined;
    firstConfoundRow({ path, nRows }, { path: files[0]!, nVolumes: nVolumes! }, nDiscarded!, isStated);
    return [];
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return warning(code, error.detail);
  }
}
