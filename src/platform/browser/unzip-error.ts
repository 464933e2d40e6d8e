import type { UnzipFailure } from "../unzip-stream.ts";

/** The failure of a stream that is damaged; codes and words are those of Node's zlib, so that messages are the same on both. */
export function damaged(message: string): UnzipFailure {
  return Object.assign(new Error(message), { code: "Z_DATA_ERROR" });
}

/** The failure of a stream that ends early. */
export function endsEarly(): UnzipFailure {
  return Object.assign(new Error("unexpected end of file"), { code: "Z_BUF_ERROR" });
}

/** The failure of a stream that unpacks to more than is allowed. */
export function tooLarge(most: number): UnzipFailure {
  return Object.assign(new Error(`Cannot create a Buffer larger than ${most} bytes`), { code: "ERR_BUFFER_TOO_LARGE" });
}
