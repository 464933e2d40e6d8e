import { joinBytes } from "../platform/join-bytes.ts";

/** The bytes of a file in order, taken in lengths that the reader chooses. They may change once more are asked for. */
export interface ByteStream {
  /** Bytes taken so far. */
  readonly position: () => number;
  /** The next bytes without taking them: `length` of them, or what is left of the file where that is less. */
  readonly peek: (length: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** As {@link ByteStream.peek}, and takes them. */
  readonly take: (length: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** Takes `length` bytes, or what is left, and holds none of them. */
  readonly skip: (length: number) => Promise<void>;
  /** Takes the next piece, at most `length` bytes of it; undefined at the end of the file. */
  readonly next: (length: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Ends the reading of the file. */
  readonly close: () => Promise<void>;
}

/**
 * A file's pieces, of whatever sizes they come in, as a {@link ByteStream}. Memory is set aside for what has arrived,
 * never for what is asked for.
 *
 * @param pieces - each is read before the next is asked for: its memory may be used again
 */
export function byteStream(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): ByteStream {
  const iterator = pieces[Symbol.asyncIterator]();
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let taken = 0;

  async function gather(length: number): Promise<Uint8Array<ArrayBuffer>> {
    let found = waiting.reduce((sum, piece) => sum + piece.length, 0);
    while (found < length) {
      // Its memory is used again for the next.
      const last = waiting.pop();
      if (last) waiting.push(new Uint8Array(last));
      const { value, done } = await iterator.next();
      if (done) break;
      waiting.push(value);
      found += value.length;
    }
    const whole = waiting.length === 1 ? waiting[0]! : joinBytes(waiting);
    waiting = whole.length > 0 ? [whole] : [];
    return whole.subarray(0, length);
  }

  async function next(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    let piece = waiting.shift();
    while (piece === undefined || piece.length === 0) {
      const { value, done } = await iterator.next();
      if (done) return undefined;
      piece = value;
    }
    if (piece.length > length) {
      waiting.unshift(piece.subarray(length));
      piece = piece.subarray(0, length);
    }
    taken += piece.length;
    return piece;
  }

  return {
    position: () => taken,
    peek: gather,
    async take(length) {
      const bytes = await gather(length);
      const rest = waiting[0]?.subarray(bytes.length);
      waiting = rest && rest.length > 0 ? [rest] : [];
      taken += bytes.length;
      return bytes;
    },
    async skip(length) {
      for (let left = length; left > 0; ) {
        const piece = await next(left);
        if (!piece) return;
        left -= piece.length;
      }
    },
    next,
    async close() {
      await iterator.return?.();
    },
  };
}
