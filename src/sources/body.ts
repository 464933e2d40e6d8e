import type { Readable } from "node:stream";

/** The body of an answer, gathered from the moment that the answer is there, so that nothing that happens to it is missed. */
export interface Body {
  /**
   * Waits for the next bytes; undefined at the end. Those that came before the connection failed are given before its
   * error is.
   *
   * @throws the stream's error, or one that says that it was closed before its end
   */
  next(): Promise<Uint8Array | undefined>;
  /** Ends it: no more is read. A wait for bytes that is under way ends as well. */
  drop(): void;
}

/** Bytes of a body that wait for its reader; beyond them the server has to wait. A mebibyte, a piece of a file on the disk. */
const longestQueue = 2 ** 20;

/**
 * Gathers a stream from the start. A stream of Node that is iterated drops what it holds when it fails. One that failed before anybody
 * listened does not tell its error any more.
 *
 * @param stream - as it was made, or however far it is: one that is over counts as closed
 */
export function gatherBody(stream: Readable): Body {
  const queue: Uint8Array[] = [];
  let length = 0;
  let end: { readonly error?: unknown } | undefined;
  let wake = (): void => undefined;
  const finish = (how: { readonly error?: unknown }) => {
    end ??= how;
    wake();
  };
  const closed = () => ({ error: stream.errored ?? new Error("closed before its end") });
  stream
    .on("data", (piece: Uint8Array) => {
      queue.push(piece);
      length += piece.length;
      if (length > longestQueue) stream.pause();
      wake();
    })
    .on("end", () => finish({}))
    .on("error", (error) => finish({ error }))
    .on("close", () => finish(closed()));
  if (stream.readableEnded) finish({});
  else if (stream.destroyed) finish(closed());
  return {
    async next() {
      while (queue.length === 0 && !end) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const piece = queue.shift();
      if (piece) {
        length -= piece.length;
        if (length <= longestQueue / 2) stream.resume();
        return piece;
      }
      if (end && "error" in end) throw end.error;
      return undefined;
    },
    drop() {
      // Its end comes as an error, which is listened to above.
      stream.destroy();
    },
  };
}
