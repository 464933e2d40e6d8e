import { joinBytes } from "../join-bytes.ts";
import type { UnzipFailure, UnzipOptions } from "../unzip-stream.ts";
import { adler32, crc32 } from "./checksums.ts";
import { deflate } from "./deflate.ts";
import { unzipper } from "./unzip.ts";
import { endsEarly, tooLarge } from "./unzip-error.ts";

/** Bytes that are unpacked at a time where nothing else is said. */
const usualChunk = 2 ** 16;

/**
 * What a whole zlib or gzip stream unpacks to; its first bytes tell the two apart.
 *
 * @throws UnzipFailure where it is damaged, ends early, or unpacks to more than is allowed
 */
export function unpack(packed: Uint8Array, { chunkSize = usualChunk, maxOutputLength }: UnzipOptions): Uint8Array {
  if (packed.length === 0) throw endsEarly();
  const unzip = unzipper(chunkSize);
  unzip.push(packed);
  unzip.end();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let chunk = unzip.next(); chunk; chunk = unzip.next()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxOutputLength) throw tooLarge(maxOutputLength);
  }
  return chunks.length === 1 ? chunks[0]! : joinBytes(chunks);
}

/** As {@link unpack}, on the thread that asks: on another a browser takes no streams of gzip in a row, and does not say what is wrong. */
export async function unpackAside(packed: Uint8Array, options: UnzipOptions): Promise<Uint8Array> {
  return unpack(packed, options);
}

/**
 * What can be unpacked of the beginning of a stream.
 *
 * @throws UnzipFailure where it is damaged
 */
export function unpackBeginning(packed: Uint8Array): Uint8Array {
  const unzip = unzipper(usualChunk);
  unzip.push(packed);
  unzip.end();
  const chunks: Uint8Array[] = [];
  try {
    for (let chunk = unzip.next(); chunk; chunk = unzip.next()) chunks.push(chunk);
  } catch (cause) {
    if ((cause as UnzipFailure).code !== "Z_BUF_ERROR") throw cause;
    chunks.push(unzip.rest());
  }
  return joinBytes(chunks);
}

/** Bytes as a zlib stream (RFC 1950). */
export function packZlib(bytes: Uint8Array): Uint8Array {
  const sum = adler32();
  sum.add(bytes);
  const trailer = new Uint8Array(4);
  new DataView(trailer.buffer).setUint32(0, sum.value());
  return joinBytes([Uint8Array.of(0x78, 0x9c), deflate(bytes), trailer]);
}

/** Bytes as a gzip stream (RFC 1952), packed at no time and by no system that it names. */
export function packGzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const sum = crc32();
  sum.add(bytes);
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, sum.value(), true);
  view.setUint32(4, bytes.length, true);
  return joinBytes([Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255), deflate(bytes), trailer]);
}
