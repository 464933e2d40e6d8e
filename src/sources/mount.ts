import { checkPath } from "./path.ts";
import { routedSource } from "./routed.ts";
import type { Entry, Source } from "./source.ts";

/**
 * A source with another one hung into it: paths below `at` are the other's, all else is the base's. What the base itself
 * has below `at` cannot be seen.
 *
 * @param at - folder of the result in which the other source's root lies, such as `"derivatives/fmriprep"`
 * @throws OptionError where `at` leads out of the source
 */
export function mountSource(base: Source, at: string, other: Source): Source {
  checkPath(at, base.location);
  const parts = at.split("/");
  const within = (path: string) => (path.startsWith(`${at}/`) ? path.slice(at.length + 1) : undefined);
  /** The side that has the path, and the path there. */
  const side = (path: string): readonly [Source, string] => {
    const inner = within(path);
    return inner === undefined ? [base, path] : [other, inner];
  };
  const routed = routedSource(base.location, side, async (folder) => {
    if (folder === at) return other.list("");
    const inner = within(folder);
    if (inner !== undefined) return other.list(inner);
    const entries = await base.list(folder);
    // The folders on the way to the other source need not exist in the base.
    const depth = folder === "" ? 0 : folder.split("/").length;
    const name = folder === "" || at.startsWith(`${folder}/`) ? parts[depth] : undefined;
    if (name === undefined) return entries;
    const entry: Entry = { name, kind: "folder", size: 0 };
    return [...entries.filter((known) => known.name !== name), entry].sort((a, b) => (a.name < b.name ? -1 : 1));
  });
  // The place itself is a folder, whatever the base has there.
  return { ...routed, has: async (path) => path !== at && routed.has(path) };
}
