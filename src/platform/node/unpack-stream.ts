import { createUnzip } from "node:zlib";
import type { UnzipStream, UnzipStreamOptions } from "../unzip-stream.ts";

/** Unpacks, on another thread, as bytes arrive. */
export function unpackStream({ chunkSize, waiting }: UnzipStreamOptions): UnzipStream {
  const marks = waiting === undefined ? {} : { readableHighWaterMark: waiting, writableHighWaterMark: waiting };
  return createUnzip({ chunkSize, ...marks });
}
