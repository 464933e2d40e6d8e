import { filesList, listedPaths } from "../sources/output-files.ts";
import type { Source } from "../sources/source.ts";

/** Folders at the top of a data set that BIDS gives a meaning, and that hold no results. */
const NAMED = new Set(["code", "phenotype", "sourcedata", "stimuli"]);

/** What participants' and sessions' folders are called. */
const OF_DATA = /^(?:sub|ses)-/i;

/**
 * The folder of a data set's own in which a path lies: a participant's or session's, `code`, `phenotype`, `sourcedata` or
 * `stimuli`, of the data set itself or of one in `derivatives/`; undefined where it lies in none of these.
 *
 * @param path - from the data set's root, with "/" between folders
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#filesystem-structure
 */
export function takenFolder(path: string): string | undefined {
  const parts = path.split("/");
  let depth = 0;
  // Some data sets have the participants of their only derivative directly in derivatives/.
  while (parts[depth]?.toLowerCase() === "derivatives") depth += OF_DATA.test(parts[depth + 1] ?? "") ? 1 : 2;
  const own = parts[depth];
  if (own === undefined || !(OF_DATA.test(own) || NAMED.has(own.toLowerCase()))) return undefined;
  return parts.slice(0, depth + 1).join("/");
}

/**
 * Files, from the source's root, that are results of cortecast and no data: those that the list in a folder names. Of a data set
 * that cortecast simulated, which has such a list too, none.
 *
 * @param folder - below the root
 * @param names - of what lies in it
 * @throws FormatError where the list is damaged
 */
export async function ownResults(
  source: Source,
  folder: string,
  names: ReadonlySet<string>,
): Promise<readonly string[]> {
  return names.has(filesList) && !names.has("phantom.json") ? listedPaths(source, folder) : [];
}
