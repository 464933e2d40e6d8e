import { basename, resolve } from "node:path";
import { type BidsDataset, loadDataset } from "../bids/dataset.ts";
import { plainFolderSource } from "../bids/plain-folder.ts";
import { type DatasetIssue, NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { candidateRuns, hasResponses, runKeyOfText } from "../responses/candidates.ts";
import { fitExclusions, readExclusions } from "../responses/exclusions.ts";
import { type InputSource, inputSource } from "../sources/input-source.ts";
import { checkFolder, folderStore } from "../sources/node.ts";
import { mountSource } from "../sources/routed.ts";
import type { Source } from "../sources/source.ts";
import type { StudyOptions } from "./options.ts";
import { type OutsideFiles, outsideFiles } from "./outside-files.ts";

/** The file in which a data set itself lists runs to leave out. */
export const ownExclusions = "code/scan_exclude.json";

/** The options that say which folders a data set is made of, and which of its runs are used. */
export type DatasetOptions = Pick<
  StudyOptions,
  "dataset" | "derivatives" | "exclusions" | "exclude" | "pattern" | "repetitionTime" | "audioStart" | "space"
>;

/** A data set as a study sees it. */
export interface OpenDataset {
  readonly dataset: BidsDataset;
  /** The data set's files, with those of folders that lie outside of it; remembers what was read. */
  readonly source: InputSource;
  /** Runs of the data set to leave out, each with the reason: the option, or the file that names it. */
  readonly excluded: ReadonlyMap<string, string>;
  /** Warnings and notes: exclusions that fit nothing, files that a pattern does not fit. */
  readonly doubts: readonly DatasetIssue[];
}

/**
 * Opens the data set that the options name. A folder of files named by a pattern is read as a data set. Folders of preprocessed
 * responses that lie elsewhere appear below `derivatives/`. The runs that the data set itself excludes are left out.
 *
 * @param settings.source - the data set's files (default: the folder that the options name)
 * @param settings.outside - reads the exclusions that the options name
 * @throws NotFoundError where a folder does not exist, or an exclusion that the user typed names no run
 * @throws OptionError where two folders would have one name
 * @throws DatasetError, FormatError where `dataset_description.json` or the file of exclusions cannot be read
 */
export async function openDataset(
  options: DatasetOptions,
  settings: { readonly source?: Source | undefined; readonly outside?: OutsideFiles | undefined } = {},
): Promise<OpenDataset> {
  const given = settings.source;
  if (!given) await checkFolder(options.dataset, "`dataset`");
  let files = given ?? folderStore(options.dataset);
  const { pattern, repetitionTime, audioStart, space } = options;
  const doubts: DatasetIssue[] = [];
  // checkOptions has seen that a repetition time comes with the pattern.
  if (pattern !== undefined) {
    const plain = await plainFolderSource(files, { pattern, repetitionTime: repetitionTime!, audioStart, space });
    files = plain.source;
    doubts.push(...plain.leftOut.map((path) => notFitting(path, pattern)));
  }
  const names = new Set((await files.list("derivatives")).map((entry) => entry.name));
  for (const folder of options.derivatives ?? []) {
    await checkFolder(folder, "`derivatives`");
    const name = basename(resolve(folder));
    if (names.has(name)) {
      throw new OptionError(
        `folders must have names of their own below derivatives/, got "${name}" twice (${resolve(folder)}). Leave it out, or rename it.`,
        { where: "`derivatives`" },
      );
    }
    names.add(name);
    files = mountSource(files, `derivatives/${name}`, folderStore(folder));
  }
  const source = inputSource(files);
  const dataset = await loadDataset(source);
  const { excluded, doubts: ofExclusions } = await exclusionsOf(dataset, settings.outside ?? outsideFiles(), options);
  return { dataset, source, excluded, doubts: [...doubts, ...ofExclusions] };
}

const notFitting = (path: string, pattern: string): DatasetIssue => ({
  severity: "warning",
  code: "pattern-fits-not",
  path,
  message: `a file that ends as responses do must fit the pattern "${pattern}" to be read, got another name. It is left out: rename it, or move it away.`,
});

async function exclusionsOf(
  dataset: BidsDataset,
  outside: OutsideFiles,
  { exclusions, exclude = [] }: DatasetOptions,
): Promise<Pick<OpenDataset, "excluded" | "doubts">> {
  const known = hasResponses(dataset) ? candidateRuns(dataset, {}) : [];
  const names = new Map(known.map(({ key, name }) => [key, name]));
  /** The run's name in the data set; the entry itself where the data set has no such run. */
  const nameOf = (entry: string) => names.get(runKeyOfText(entry) ?? "") ?? entry;
  checkExclusions(dataset, exclude, names);
  const excluded = new Map<string, string>(exclude.map((run) => [nameOf(run), "`exclude`"]));
  if (exclusions === "none") return { excluded, doubts: [] };
  const path = exclusions ?? ownExclusions;
  if (exclusions === undefined && !(await dataset.source.has(path))) return { excluded, doubts: [] };
  const bytes = exclusions === undefined ? await dataset.source.read(path) : await outside.read(path);
  const named = readExclusions(bytes, path);
  // A file that the user names and that leaves nothing out is a slip, as one run that does not is with `exclude`.
  if (exclusions !== undefined && named.length > 0 && !named.some((run) => names.has(runKeyOfText(run) ?? ""))) {
    throw new NotFoundError(
      `a run that the file names must be in the data set, got none of ${named.length} (${path}). ${nearestNames(named[0]!, [...names.values()])}`,
      { where: "`exclusions`" },
    );
  }
  const { unfit, doubts } = fitExclusions(dataset, named, path);
  const runs = named.filter((run) => !unfit.includes(run)).map(nameOf);
  for (const run of runs) if (!excluded.has(run)) excluded.set(run, path);
  return { excluded, doubts };
}

/** An exclusion that names no run is a slip that would leave the run in. */
function checkExclusions(dataset: BidsDataset, exclude: readonly string[], names: ReadonlyMap<string, string>): void {
  const unknown = exclude.filter((name) => !names.has(runKeyOfText(name) ?? ""));
  if (unknown.length === 0) return;
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : "";
  throw new NotFoundError(
    `runs must be in the data set, as BIDS writes them, got "${unknown[0]}"${more} (${dataset.source.location}). ${nearestNames(unknown[0]!, [...names.values()])}`,
    { where: "`exclude`" },
  );
}
