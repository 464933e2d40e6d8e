import type { UnzipStream, UnzipStreamOptions } from "../unzip-stream.ts";
import { unzipper } from "./unzip.ts";

/** Bytes that may wait on the packed side where the options do not say: as Node's streams. */
const usualWaiting = 2 ** 14;

/** Packed bytes that are looked at before what they unpack to is handed on; a byte may stand for a thousand. */
const packedAtOnce = 2 ** 13;

interface Written {
  readonly packed: Uint8Array;
  readonly taken: (() => void) | undefined;
}

/** Unpacks as bytes arrive, when what they stand for is asked for. */
export function unpackStream({ chunkSize, waiting = usualWaiting }: UnzipStreamOptions): UnzipStream {
  const unzip = unzipper(chunkSize);
  const listeners = { drain: new Set<() => void>(), close: new Set<() => void>(), error: new Set<() => void>() };
  const tell = (event: keyof typeof listeners) => {
    for (const listener of listeners[event]) listener();
  };
  let written: Written[] = [];
  let nWaiting = 0;
  let needsDrain = false;
  let isEnded = false;
  let isDestroyed = false;
  let failure: Error | undefined;
  /** Goes on where all that was written is unpacked. */
  let wake: (() => void) | undefined;
  const awake = () => {
    wake?.();
    wake = undefined;
  };

  function destroy(cause?: Error): void {
    if (isDestroyed) return;
    isDestroyed = true;
    failure = cause;
    written = [];
    needsDrain = false;
    if (cause) tell("error");
    tell("close");
    awake();
  }

  async function* unpacked(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    try {
      for (;;) {
        if (isDestroyed) break;
        const chunk = unzip.next();
        if (chunk) {
          yield chunk;
          continue;
        }
        const piece = written.shift();
        if (piece) {
          for (let at = 0; at < piece.packed.length; at += packedAtOnce) {
            unzip.push(piece.packed.slice(at, at + packedAtOnce));
            for (let part = unzip.next(); part && !isDestroyed; part = unzip.next()) yield part;
          }
          nWaiting -= piece.packed.length;
          piece.taken?.();
          if (needsDrain && nWaiting < waiting) {
            needsDrain = false;
            tell("drain");
          }
        } else if (isEnded) {
          unzip.end();
          for (let part = unzip.next(); part && !isDestroyed; part = unzip.next()) yield part;
          break;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } catch (cause) {
      destroy(cause as Error);
    } finally {
      destroy();
    }
    if (failure) throw failure;
  }

  return {
    [Symbol.asyncIterator]: unpacked,
    write(packed, taken) {
      if (isDestroyed) return;
      written.push({ packed, taken });
      nWaiting += packed.length;
      needsDrain ||= nWaiting >= waiting;
      awake();
    },
    end() {
      isEnded = true;
      awake();
    },
    destroy,
    get destroyed() {
      return isDestroyed;
    },
    get writableNeedDrain() {
      return needsDrain;
    },
    on(event, listener) {
      listeners[event].add(listener);
    },
  };
}
