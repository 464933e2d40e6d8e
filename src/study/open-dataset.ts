import { basename, dirname, resolve } from "node:path";
import { type BidsDataset, loadDataset } from "../bids/dataset.ts";
import { plainFolderSource } from "../bids/plain-folder.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { candidateRuns } from "../responses/candidates.ts";
import { readExclusions } from "../responses/exclusions.ts";
import { mountSource } from "../sources/mount.ts";
import { checkFolder, folderStore } from "../sources/node.ts";
import type { Source } from "../sources/source.ts";
import { type HashingSource, hashingSource } from "./hashing-source.ts";
import type { StudyOptions } from "./options.ts";

/** Where a data set that has reasons of its own to leave runs out says so. */
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
  readonly source: HashingSource;
  /** Runs to leave out, each with the reason: the option, or the file that names it. */
  readonly excluded: ReadonlyMap<string, string>;
}

/**
 * Opens the data set that the options name: a folder of files named by a pattern is seen as one, folders of preprocessed responses that lie elsewhere are hung in below
 * `derivatives/`, and the runs that the data set itself excludes are known.
 *
 * @param given - the data set's files (default: the folder that the options name)
 * @throws NotFoundError where a folder does not exist, or an exclusion that the user typed names no run
 * @throws OptionError where two folders would have one name
 * @throws DatasetError, FormatError where `dataset_description.json` or the file of exclusions cannot be read
 */
export async function openDataset(options: DatasetOptions, given?: Source): Promise<OpenDataset> {
  if (!given) await checkFolder(options.dataset, "<dataset>");
  let files = given ?? folderStore(options.dataset);
  const { pattern, repetitionTime, audioStart, space } = options;
  // Options are checked: the one does not come without the other.
  if (pattern !== undefined)
    files = await plainFolderSource(files, { pattern, repetitionTime: repetitionTime!, audioStart, space });
  const names = new Set((await files.list("derivatives")).map((entry) => entry.name));
  for (const folder of options.derivatives ?? []) {
    await checkFolder(folder, "--derivatives");
    const name = basename(resolve(folder));
    if (names.has(name)) {
      throw new OptionError(
        `--derivatives: folders must have names of their own below derivatives/, got "${name}" twice (${resolve(folder)}). Leave it out, or rename it.`,
      );
    }
    names.add(name);
    files = mountSource(files, `derivatives/${name}`, folderStore(folder));
  }
  const source = hashingSource(files);
  const dataset = await loadDataset(source);
  return { dataset, source, excluded: await exclusionsOf(dataset, options) };
}

async function exclusionsOf(
  dataset: BidsDataset,
  { exclusions, exclude = [] }: DatasetOptions,
): Promise<ReadonlyMap<string, string>> {
  checkExclusions(dataset, exclude);
  const excluded = new Map<string, string>(exclude.map((run) => [run, "--exclude"]));
  if (exclusions === "none") return excluded;
  const path = exclusions ?? ownExclusions;
  if (exclusions === undefined && !(await dataset.source.has(path))) return excluded;
  const bytes =
    exclusions === undefined
      ? await dataset.source.read(path)
      : await folderStore(dirname(resolve(path))).read(basename(path));
  const named = readExclusions(bytes, path);
  // A file that the user names and that leaves nothing out is a slip, as one run that does not is with --exclude.
  if (exclusions !== undefined && named.length > 0) {
    const known = new Set(candidateRuns(dataset, {}).map((run) => run.name));
    if (!named.some((run) => known.has(run))) {
      throw new NotFoundError(
        `--exclusions: a run that the file names must be in the data set, got none of ${named.length} (${path}). ${nearestNames(named[0]!, [...known])}`,
      );
    }
  }
  for (const run of named) if (!excluded.has(run)) excluded.set(run, path);
  return excluded;
}

/** An exclusion that names no run is a slip that would leave the run in. */
function checkExclusions(dataset: BidsDataset, exclude: readonly string[]): void {
  if (exclude.length === 0) return;
  const known = candidateRuns(dataset, {}).map((run) => run.name);
  const unknown = exclude.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : "";
  throw new NotFoundError(
    `--exclude: runs must be in the data set, as BIDS writes them, got "${unknown[0]}"${more} (${dataset.source.location}). ${nearestNames(unknown[0]!, known)}`,
  );
}
