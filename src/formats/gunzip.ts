import { unpackStream } from "#platform/unpack-stream";
import { unpack, unpackBeginning } from "#platform/zlib";
import { FormatError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import type { UnzipFailure, UnzipStream } from "../platform/unzip-stream.ts";
import { checkBytes, checkFileBytes, checkPieces, emptyFile } from "./file-bytes.ts";

/** Whether bytes begin as a gzip stream does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes of a file piece by piece, unpacked where it begins as gzip does, as they are where it does not. What a packed
 * file unpacks to is made as it is asked for, so that a small file that stands for a huge one costs nothing.
 *
 * @param pieces - of the file, in order
 * @param path - the file, for messages
 * @throws FormatError where there are no bytes, or a file that begins as gzip is no whole gzip stream
 */
export async function* gunzipped(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  path: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  checkPieces(pieces, path);
  const iterator = pieces[Symbol.asyncIterator]();
  const head: Uint8Array<ArrayBuffer>[] = [];
  let nHead = 0;
  while (nHead < 2) {
    const { value, done } = await iterator.next();
    if (done) break;
    checkBytes(value, path);
    nHead += value.length;
    head.push(nHead < 2 ? new Uint8Array(value) : value);
  }
  if (nHead === 0) throw emptyFile(path);
  const whole = joined(head, iterator);
  if (!isGzip(joinBytes(head.map((piece) => piece.subarray(0, 2))))) {
    yield* whole;
    return;
  }
  const gunzip = unpackStream({ chunkSize: 2 ** 18 });
  const fed = feed(gunzip, whole);
  try {
    yield* gunzip;
  } catch (cause) {
    if (!((cause as UnzipFailure).code ?? "").startsWith("Z_")) throw cause;
    throw new FormatError(path, notWhole(cause), undefined, { cause });
  } finally {
    gunzip.destroy();
    await fed;
  }
}

/** Hands each piece to a stream once it is done with the last, whose memory may be used again. */
async function feed(stream: UnzipStream, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise<void>((resolve) => void stream.on("close", resolve));
  try {
    for await (const piece of pieces) {
      const taken = new Promise<void>((resolve) => void stream.write(piece, () => resolve()));
      await Promise.race([taken, closed]);
      if (stream.destroyed) return;
    }
    stream.end();
  } catch (error) {
    // It comes out of the loop over what is unpacked.
    stream.destroy(error as Error);
  }
}

/** Bytes that a file may unpack to, whatever it says: half of what a buffer can hold on Node 20. */
const maxUnpacked = 2 ** 31;

/** Packed bytes from which the header of an image can be had: it has 540 bytes at most, and packing makes nothing much longer. */
const headLength = 2 ** 12;

/**
 * The bytes of a whole file, unpacked where it begins as gzip does, as they are where it does not.
 *
 * @param sizeOf - the bytes that the file should unpack to, by its beginning: no more than twice of them and 1 MiB are unpacked. May throw
 * where the beginning does not say
 * @throws FormatError where there are no bytes, or a file that begins as gzip is no whole gzip stream, or unpacks to more than that, or to
 * more than 2 GiB
 */
export function gunzipWhole(bytes: Uint8Array, path: string, sizeOf?: (head: Uint8Array) => number): Uint8Array {
  checkFileBytes(bytes, path);
  if (!isGzip(bytes)) return bytes;
  const size = sizeOf && sizeByHead(bytes, sizeOf);
  const most = Math.min(maxUnpacked, size === undefined ? maxUnpacked : 2 * size + 2 ** 20);
  try {
    return unpack(bytes, { maxOutputLength: most });
  } catch (cause) {
    const arrayTooLarge = (cause as UnzipFailure).code === "ERR_BUFFER_TOO_LARGE";
    const trouble = !arrayTooLarge
      ? notWhole(cause)
      : most < maxUnpacked
        ? `a compressed file must unpack to little more than the ${size} bytes that its header says, got more than twice as many. It looks damaged: fetch it again`
        : "a compressed file must unpack to at most 2 GiB, got more. Unpack it first if it is what it says";
    throw new FormatError(path, trouble, undefined, { cause });
  }
}

/** What the beginning of a packed file says of its size; undefined where it does not: then reading the whole tells what is wrong. */
function sizeByHead(bytes: Uint8Array, sizeOf: (head: Uint8Array) => number): number | undefined {
  try {
    const size = sizeOf(unpackBeginning(bytes.subarray(0, headLength)));
    return Number.isSafeInteger(size) ? size : undefined;
  } catch {
    return undefined;
  }
}

function notWhole(cause: unknown): string {
  return `a file that begins as gzip must be a whole gzip stream, got one that is not (${(cause as Error).message}). It looks truncated or damaged: fetch it again`;
}

async function* joined(head: readonly Uint8Array<ArrayBuffer>[], rest: AsyncIterator<Uint8Array<ArrayBuffer>>) {
  try {
    yield* head;
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}
