import { filesList, listedPaths } from "../sources/output-files.ts";
import type { Source } from "../sources/source.ts";

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
