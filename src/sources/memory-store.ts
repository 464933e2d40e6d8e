import { checkArgument } from "../array/arguments.ts";
import { FormatError, NotFoundError, nearestFiles } from "../errors.ts";
import { checkFetched } from "./fetched.ts";
import { checkPath, checkRange, splitPath } from "./path.ts";
import type { Entry, Store } from "./source.ts";

/**
 * Files held in memory: for tests, for the browser, and for data sets that are made rather than read.
 *
 * @param files - path to content; text is encoded as UTF-8
 * @param location - name of the whole, for messages
 */
export function memoryStore(
  files: Readonly<Record<string, Uint8Array | string>> = {},
  location = "memory",
): Store & { readonly files: ReadonlyMap<string, Uint8Array> } {
  checkArgument("memoryStore: files", files, "an object");
  checkArgument("memoryStore: location", location, "a text");
  const encode = (content: Uint8Array | string) =>
    typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  const content = new Map(Object.entries(files).map(([path, bytes]) => [path, encode(bytes)]));

  function find(path: string): Uint8Array {
    checkPath(path, location);
    const bytes = content.get(path);
    if (bytes) {
      checkFetched(bytes, bytes.length, `${location}/${path}`);
      return bytes;
    }
    const { folder, name } = splitPath(path);
    const siblings = list(folder).flatMap((entry) => (entry.kind === "file" ? [entry.name] : []));
    throw new NotFoundError(`the file must exist. ${nearestFiles(name, siblings)}`, { where: `${location}/${path}` });
  }

  function list(folder: string): readonly Entry[] {
    if (folder !== "") checkPath(folder, location);
    const prefix = folder === "" ? "" : `${folder}/`;
    const entries = new Map<string, Entry>();
    for (const [path, bytes] of content) {
      if (!path.startsWith(prefix)) continue;
      const [name, ...deeper] = path.slice(prefix.length).split("/");
      if (deeper.length > 0) entries.set(name!, { name: name!, kind: "folder", size: 0 });
      else entries.set(name!, { name: name!, kind: "file", size: bytes.length });
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  return {
    location,
    files: content,
    read: async (path) => new Uint8Array(find(path)),
    async readRange(path, start, length) {
      checkRange(path, start, length);
      const bytes = find(path);
      if (start + length > bytes.length) {
        throw new FormatError(
          `${location}/${path}`,
          `the file must hold ${length} bytes from byte ${start}, got ${Math.max(0, bytes.length - start)}. It looks truncated: fetch it again`,
          bytes.length,
        );
      }
      return bytes.slice(start, start + length);
    },
    async *stream(path) {
      // Pieces of another size than the disk's, so that no reader comes to rely on it; spoiled once they are done with.
      const bytes = find(path);
      for (let at = 0; at < bytes.length; at += 1000) {
        const piece = new Uint8Array(bytes.subarray(at, at + 1000));
        yield piece;
        piece.fill(0xaa);
      }
    },
    list: async (folder) => list(folder),
    has: async (path) => {
      checkPath(path, location);
      return content.has(path);
    },
    async write(path, bytes) {
      checkPath(path, location);
      content.set(path, encode(bytes));
    },
    async remove(path) {
      checkPath(path, location);
      content.delete(path);
    },
  };
}
