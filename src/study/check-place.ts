import { join, relative, sep } from "node:path";
import { takenFolder } from "../bids/data-or-results.ts";
import { OptionError } from "../errors.ts";
import { foldersAbove } from "../sources/beside.ts";
import { folderStore } from "../sources/node.ts";

/** How {@link checkPlace} looks. */
export interface CheckPlaceSettings {
  /** Folders that are data sets also where no `dataset_description.json` says so. */
  readonly datasets?: readonly string[] | undefined;
  /** Whether a data set's `sourcedata/` will do, where BIDS has whole data sets lie. Default: it will not. */
  readonly sourcedata?: boolean | undefined;
}

/**
 * Checks that a folder to write into is not among the data of a data set, where its files would be read as
 * data: in a participant's or session's folder, `code/`, `phenotype/`, `sourcedata/` or `stimuli/` of the nearest data set
 * around it. Its `derivatives/` are for results, and any other folder will do.
 *
 * @param name - what the folder is called in the message
 * @throws OptionError where it would, or where the folder is one of `datasets`
 */
export async function checkPlace(folder: string, name: string, settings: CheckPlaceSettings = {}): Promise<void> {
  const roots = await Promise.all((settings.datasets ?? []).map(async (path) => (await foldersAbove(path))[0]!));
  const [place, ...above] = await foldersAbove(folder);
  if (roots.includes(place!)) {
    throw new OptionError(
      `the folder must not be the data set, or one that responses are taken from, got one of these (${place}). Give a folder of its own.`,
      { where: name },
    );
  }
  for (const dataset of above) {
    if (!roots.includes(dataset) && !(await folderStore(dataset).has("dataset_description.json"))) continue;
    const taken = takenFolder(relative(dataset, place!).split(sep).join("/"));
    if (taken === undefined || (settings.sourcedata === true && /(?:^|\/)sourcedata$/i.test(taken))) return;
    throw new OptionError(
      `the folder must not lie among the data of a data set, got one in ${taken}/ of ${dataset} (${place}). Give one outside of the data set, or in ${join(dataset, "derivatives")}.`,
      { where: name },
    );
  }
}
