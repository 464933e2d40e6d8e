import { FormatError } from "../errors.ts";
import { type Account, changed, openAccount, PIECE, settlePieces, walk } from "./account.ts";
import { checkPath, checkRange, splitPath } from "./path.ts";
import type { Source } from "./source.ts";

/**
 * A source of files that numbers are computed from. Of every file it remembers digests of what was read, and a reading that
 * meets other bytes ends with an error. So all readings of a file, and the digest under which results are kept, are of the
 * same bytes.
 */
export interface InputSource extends Source {
  /** Path to SHA-256 of the bytes, for every file that was read or streamed to its end so far. */
  readonly hashes: ReadonlyMap<string, string>;
  /**
   * Identifies a large file without reading it twice: its size, and the SHA-256 of each piece of {@link PIECE} bytes,
   * by which ranges are verified later.
   *
   * @param onBytes - told how many bytes were read, piece by piece
   * @throws NotFoundError where there is no such file
   */
  readonly identify: (path: string, onBytes?: (length: number) => void) => Promise<FileIdentity>;
}

/** See {@link InputSource.identify}. */
export interface FileIdentity {
  /** Bytes. */
  readonly size: number;
  readonly pieces: readonly string[];
}

/**
 * Files of a source as inputs; an input source itself is given back as it is.
 *
 * All methods throw a FormatError for a file that was replaced, cut or grown since it was first read. Bytes of a stream are
 * handed out as they come: who reads to the end, or leaves early, learns then that they are not those of before. A range is
 * verified before it is handed out, by the pieces that it lies in, of which each is read whole.
 *
 * Memory, in bytes: about 100 for each piece that was read by ranges, 300 for each file.
 */
export function inputSource(source: Source | InputSource): InputSource {
  if ("identify" in source) return source;
  const accounts = new Map<string, Account>();
  const hashes = new Map<string, string>();
  const accountOf = (path: string) => {
    const account = accounts.get(path) ?? openAccount(`${source.location}/${path}`);
    accounts.set(path, account);
    return account;
  };

  const read: Source["read"] = async (path, memory) => {
    const bytes = await source.read(path, memory);
    const reading = walk(accountOf(path), { whole: true });
    reading.add(bytes);
    hashes.set(path, reading.end()!);
    return bytes;
  };

  const identify: InputSource["identify"] = async (path, onBytes) => {
    const account = accountOf(path);
    const reading = walk(account, { whole: false });
    for await (const bytes of source.stream(path)) {
      reading.add(bytes);
      onBytes?.(bytes.length);
    }
    reading.end();
    const nPieces = Math.ceil(reading.length / PIECE);
    return { size: reading.length, pieces: Array.from({ length: nPieces }, (_, index) => account.pieces.get(index)!) };
  };

  async function* stream(path: string): ReturnType<Source["stream"]> {
    const reading = walk(accountOf(path), { whole: true });
    const pieces = source.stream(path)[Symbol.asyncIterator]();
    let isOut = false;
    try {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) break;
        // The digest is taken before the piece is handed on: its reader may change it.
        reading.add(value);
        isOut = true;
        yield value;
        isOut = false;
      }
      hashes.set(path, reading.end()!);
    } finally {
      try {
        if (isOut) await finish();
      } finally {
        await pieces.return?.();
      }
    }

    /** Called when the reader leaves early: reads on to the next place that has a digest, to compare what was read. */
    async function finish(): Promise<void> {
      for (let goal = reading.knownUpTo; goal !== undefined && reading.length < goal; ) {
        const { done, value } = await pieces.next();
        if (done) return void reading.end();
        reading.add(value);
      }
      reading.stop();
    }
  }

  async function readRange(path: string, start: number, length: number): Promise<Uint8Array> {
    checkPath(path, source.location);
    checkRange(path, start, length);
    // No byte is handed out: the source says whether it can be read.
    if (length === 0) return source.readRange(path, start, length);
    const { folder, name } = splitPath(path);
    const size = (await source.list(folder)).find((one) => one.name === name && one.kind === "file")?.size ?? 0;
    const account = accountOf(path);
    if (size > 0 && account.size !== undefined && size !== account.size)
      throw changed(account.location, `${size} bytes in place of ${account.size}`);
    if (start + length > size) {
      // The source says why it has no such bytes.
      await source.readRange(path, start, length);
      throw changed(account.location, `more than the ${size} bytes that it is listed with`);
    }
    const first = Math.floor(start / PIECE);
    const last = Math.floor((start + length - 1) / PIECE);
    const isNew = Array.from({ length: last - first + 1 }, (_, k) => first + k).some((k) => !account.pieces.has(k));
    // There are digests of other readings, but not of these pieces: the pieces are read first, and compared with those.
    if (isNew && account.prefixes.size > 0) await identify(path);
    const from = first * PIECE;
    const bytes = await source
      .readRange(path, from, Math.min(size, (last + 1) * PIECE) - from)
      .catch((error: unknown) => {
        // Listed with more bytes a moment ago.
        throw error instanceof FormatError ? changed(account.location, "fewer bytes than at first") : error;
      });
    settlePieces(account, first, bytes);
    account.size = size;
    const wanted = bytes.subarray(start - from, start - from + length);
    // A view where most of the piece is wanted; else a copy, so that a small part does not hold a large one in memory.
    return (start - from) % 8 === 0 && 2 * length > bytes.length ? wanted : wanted.slice();
  }

  return {
    location: source.location,
    hashes,
    read,
    identify,
    stream,
    readRange,
    list: (folder) => source.list(folder),
    has: (path) => source.has(path),
  };
}
