import { checkPath } from "./path.ts";
import type { Entry, Source } from "./source.ts";

/**
 * A source whose files lie in several others.
 *
 * @param location - what the whole is called
 * @param side - the source that has a path, and the path there
 * @param list - what lies in a folder of the whole
 */
export function routedSource(
  location: string,
  side: (path: string) => readonly [Source, string],
  list: Source["list"],
): Source {
  return {
    location,
    async read(path) {
      const [source, inner] = side(path);
      return source.read(inner);
    },
    async readRange(path, start, length) {
      const [source, inner] = side(path);
      return source.readRange(inner, start, length);
    },
    stream(path) {
      const [source, inner] = side(path);
      return source.stream(inner);
    },
    async has(path) {
      const [source, inner] = side(path);
      return source.has(inner);
    },
    list,
  };
}

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
