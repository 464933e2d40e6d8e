/** What went wrong in unpacking, as Node's zlib tells it. */
export interface UnzipFailure extends Error {
  /**
   * `Z_BUF_ERROR` where the stream ends early, `ERR_BUFFER_TOO_LARGE` where it unpacks to more than was allowed, another
   * that begins with `Z_` where it is damaged.
   */
  readonly code?: string | undefined;
}

/** How a stream is unpacked as a whole. */
export interface UnzipOptions {
  /** Bytes that are unpacked at a time. */
  readonly chunkSize?: number | undefined;
  /** Bytes that it may unpack to. */
  readonly maxOutputLength: number;
}

/** How a stream is unpacked as it arrives. */
export interface UnzipStreamOptions {
  /** Bytes that are unpacked at a time. */
  readonly chunkSize: number;
  /** Bytes that may wait on each side. */
  readonly waiting?: number | undefined;
}

/**
 * Unpacks what is written to it: that part of a Transform stream of Node that readers use. Iterating gives what is
 * unpacked, made as it is asked for, and throws an {@link UnzipFailure}, or what it was destroyed with.
 */
export interface UnzipStream extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /**
   * Takes the next bytes.
   *
   * @param taken - called once their memory may be used again
   */
  write(packed: Uint8Array, taken?: () => void): unknown;
  /** No more is written. */
  end(): unknown;
  /** Ends both sides. */
  destroy(cause?: Error): unknown;
  readonly destroyed: boolean;
  /** Whether as much waits as may: "drain" follows. */
  readonly writableNeedDrain: boolean;
  on(event: "drain" | "close" | "error", listener: () => void): unknown;
}
