import { createHash } from "node:crypto";
import { FormatError } from "../errors.ts";
import type { Source } from "../sources/source.ts";

/** A source that remembers what was read from it. */
export interface HashingSource extends Source {
  /** Path to SHA-256 of the bytes, for every file that was read or streamed to its end so far. */
  readonly hashes: ReadonlyMap<string, string>;
}

/**
 * A source that hashes every file as it is read, so that no file is read for its hash alone, and none that went in is left
 * out of the record.
 *
 * @remarks A file that is read again must hold the same bytes: scores of some that were read before a change and some
 * after it would lie under one key. `read` throws a FormatError where it does not.
 */
export function hashingSource(source: Source): HashingSource {
  const hashes = new Map<string, string>();
  const remember = (path: string, hash: string) => {
    const before = hashes.get(path) ?? hash;
    if (hash !== before) {
      throw new FormatError(
        `${source.location}/${path}`,
        "the file must stay as it is while a study runs, got other bytes than at first. Run the command again",
      );
    }
    hashes.set(path, hash);
  };
  return {
    location: source.location,
    hashes,
    async read(path) {
      const bytes = await source.read(path);
      remember(path, sha256(bytes));
      return bytes;
    },
    async *stream(path) {
      const hash = createHash("sha256");
      for await (const piece of source.stream(path)) {
        // Before the piece is handed on: its reader may change it.
        hash.update(piece);
        yield piece;
      }
      remember(path, hash.digest("hex"));
    },
    readRange: (path, start, length) => source.readRange(path, start, length),
    list: (folder) => source.list(folder),
    has: (path) => source.has(path),
  };
}

/** SHA-256 in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
