import { freshBytes } from "#platform/bytes";
import { unpackStream } from "#platform/unpack-stream";
import { unpackAside } from "#platform/zlib";
import type { UnzipFailure } from "../platform/unzip-stream.ts";
import type { GiftiBlock } from "./gifti-data.ts";
import type { ByteReader } from "./gifti-decode.ts";
import { chunkSize, unpackError, unpackedSize, unzipOptions } from "./gifti-unpack.ts";

/** Bytes that a block holds, packed and unpacked, that is unpacked as it arrives. */
export const inflationBytes: number = 4 * chunkSize;

/**
 * The raw bytes of a packed block, unpacked on another thread.
 *
 * @returns rejects with a FormatError where the block is damaged or unpacks to more than its dimensions say
 */
export async function unpackWhole(block: GiftiBlock, packed: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpackAside(packed, unzipOptions(block));
  } catch (cause) {
    throw unpackError(block, packed, cause as UnzipFailure);
  }
}

/** Gathers bytes in memory that is used again and again. */
export interface Gatherer {
  readonly add: (bytes: Uint8Array) => void;
  /** All that was added. */
  readonly bytes: () => Uint8Array;
  /** The memory may be used for others. */
  readonly release: () => void;
}

/** Memory that is used again and again: fresh memory costs more than a copy does. */
export interface SpareMemory {
  /** Each gathers until it is released. */
  readonly gatherer: () => Gatherer;
  /** Memory until the next call. */
  readonly scratch: (length: number) => Uint8Array;
}

/** Starts with no memory. */
export function spareMemory(): SpareMemory {
  const spare: Uint8Array[] = [];
  let scratch: Uint8Array = new Uint8Array(0);
  return {
    scratch(length) {
      if (scratch.length < length) scratch = freshBytes(length);
      return scratch;
    },
    gatherer() {
      let memory = spare.pop() ?? freshBytes(2 ** 16);
      let filled = 0;
      return {
        add(bytes) {
          if (filled + bytes.length > memory.length) {
            const larger = freshBytes(2 * (filled + bytes.length));
            larger.set(memory.subarray(0, filled));
            memory = larger;
          }
          memory.set(bytes, filled);
          filled += bytes.length;
        },
        bytes: () => memory.subarray(0, filled),
        release: () => void spare.push(memory),
      };
    },
  };
}

/** A packed block that is unpacked on another thread as it arrives. */
export interface Inflation {
  /** Takes the next bytes of the block. */
  readonly write: (packed: Uint8Array) => void;
  /** The block ends here. */
  readonly end: () => void;
  /** Gives up: no more is unpacked, and nothing is told of what was wrong. */
  readonly abandon: () => void;
  /** Resolves once more bytes are wanted, at once where they are. */
  readonly untilFree: () => Promise<void>;
  /**
   * Hands the raw bytes on as they are unpacked, never more than the dimensions say, and tells of their end.
   *
   * @throws FormatError at the end of the block where it is damaged or unpacks to more
   */
  readonly drain: (raw: ByteReader) => Promise<void>;
}

/** Starts to unpack a block. */
export function inflation(block: GiftiBlock): Inflation {
  const stream = unpackStream({ chunkSize, waiting: 2 * chunkSize });
  let first: Uint8Array | undefined;
  let isOver = false;
  let isAbandoned = false;
  let wants: Gate | undefined;
  const ended = gate();
  const resume = () => {
    wants?.resolve();
    wants = undefined;
  };
  stream.on("drain", resume);
  stream.on("close", resume);
  // It comes out of the loop over the stream as well.
  stream.on("error", () => undefined);

  /** What follows the end of the stream, or what is wrong with it, is not unpacked. */
  function stop(): void {
    isOver = true;
    stream.destroy();
    resume();
  }

  async function drain(raw: ByteReader): Promise<void> {
    let left = unpackedSize(block);
    let trouble: UnzipFailure | undefined;
    try {
      for await (const bytes of stream) {
        raw.push(bytes.subarray(0, left));
        left -= bytes.length;
        if (left < 0) {
          trouble = Object.assign(new Error("too much"), { code: "ERR_BUFFER_TOO_LARGE" });
          break;
        }
      }
    } catch (cause) {
      trouble = cause as UnzipFailure;
    }
    stop();
    // A damaged text is told of before what it stands for, and it may still come.
    await ended.promise;
    if (isAbandoned) return;
    if (first === undefined) trouble = Object.assign(new Error("unexpected end of file"), { code: "Z_BUF_ERROR" });
    if (trouble) throw unpackError(block, first ?? new Uint8Array(), trouble);
    raw.end();
  }

  return {
    write(packed) {
      first ??= new Uint8Array(packed.subarray(0, 8));
      if (!isOver) stream.write(packed);
    },
    end() {
      if (!isOver) stream.end();
      ended.resolve();
    },
    abandon() {
      isAbandoned = true;
      stop();
      ended.resolve();
    },
    async untilFree() {
      if (isOver || stream.destroyed || !stream.writableNeedDrain) return;
      wants ??= gate();
      await wants.promise;
    },
    drain,
  };
}

/** A promise that is resolved from outside. */
interface Gate {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function gate(): Gate {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
