import type { Source } from "./source.ts";

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
