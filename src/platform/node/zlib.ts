import { promisify } from "node:util";
import { constants, deflateSync, gzipSync, unzip, unzipSync } from "node:zlib";
import type { UnzipOptions } from "../unzip-stream.ts";

/**
 * What a whole zlib or gzip stream unpacks to; its first bytes tell the two apart.
 *
 * @throws UnzipFailure where it is damaged, ends early, or unpacks to more than is allowed
 */
export function unpack(packed: Uint8Array, options: UnzipOptions): Uint8Array {
  return unzipSync(packed, options);
}

const unzipLater = promisify<Uint8Array, UnzipOptions, Uint8Array>(unzip);

/** As {@link unpack}, on another thread. */
export function unpackAside(packed: Uint8Array, options: UnzipOptions): Promise<Uint8Array> {
  return unzipLater(packed, options);
}

/**
 * What can be unpacked of the beginning of a stream.
 *
 * @throws UnzipFailure where it is damaged
 */
export function unpackBeginning(packed: Uint8Array): Uint8Array {
  return unzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** Bytes as a zlib stream. */
export function packZlib(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes);
}

/** Bytes as a gzip stream. */
export function packGzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}
