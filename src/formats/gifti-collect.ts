import { transposeInto } from "../array/transpose-into.ts";
import type { GiftiArray } from "./gifti-array.ts";
import { type GiftiBlock, type GiftiData, numberTypeOf } from "./gifti-data.ts";
import type { Deliver } from "./gifti-decode.ts";
import type { GiftiHeader } from "./gifti-parser.ts";
import { arrayTooLarge, type GiftiArrayTag } from "./gifti-tag.ts";
import { rowMajorWriter } from "./index-order.ts";
import { memoryFor } from "./number-type.ts";

/**
 * Takes the numbers of an array in the order of the file, each piece where the last one ended. A piece is to be read
 * during the call and not kept: it may be part of much larger memory.
 *
 * @param offset - how many numbers of the array came before
 */
export type GiftiReceiver = (offset: number, numbers: GiftiData) => void;

/** Told of every array before its numbers are; gives what takes them. */
export type GiftiSink = (tag: GiftiArrayTag) => GiftiReceiver;

/** Bytes for which memory may be set aside on the word of a tag alone, which may be damaged: a megabyte, which every machine has. */
const smallBytes = 2 ** 20;

/** The numbers of an array on their way to their receiver. */
export interface Delivery {
  readonly deliver: Deliver;
  /** The array is whole. */
  readonly end: () => void;
}

/**
 * Hands the numbers of an array on to what the sink gives for it. The sink sets memory aside for the whole array. So it is
 * asked only once an eighth of the numbers is there, which are held until then. A damaged length never takes more than eight
 * times what the file holds, and a good one no more than the result and an eighth.
 *
 * @param isBorrowed - the memory of numbers is used again once they were delivered
 */
export function deliverTo(sink: GiftiSink, tag: GiftiArrayTag, block: GiftiBlock, isBorrowed = false): Delivery {
  let receiver: GiftiReceiver | undefined;
  let early: GiftiData[] = [];
  let found = 0;

  function begin(): GiftiReceiver {
    const begun = sink(tag);
    let offset = 0;
    for (const numbers of early) {
      begun(offset, numbers);
      offset += numbers.length;
    }
    early = [];
    return begun;
  }

  return {
    deliver(numbers) {
      const offset = found;
      found += numbers.length;
      if (receiver) receiver(offset, numbers);
      else {
        early.push(isBorrowed ? numbers.slice() : numbers);
        if (found * 8 >= block.length || block.length * 8 <= smallBytes) receiver = begin();
      }
    },
    end() {
      receiver ??= begin();
    },
  };
}

/** A GIFTI file: data on the vertices of a surface, or the surface itself. */
export interface Gifti extends GiftiHeader {
  readonly arrays: readonly GiftiArray[];
}

/** A file with the numbers of its arrays. */
export function withNumbers({ metadata, labels, arrays }: GiftiHeader, data: readonly GiftiData[]): Gifti {
  return { metadata, labels, arrays: arrays.map((array, i) => ({ ...array, data: data[i]! })) };
}

/** Gathers the numbers of arrays, row-major whatever the file's order. */
export interface Collector {
  readonly sink: GiftiSink;
  /** The numbers of the arrays so far. */
  readonly data: readonly GiftiData[];
}

/** A sink that gathers every array whole. */
export function collector(path: string): Collector {
  const data: GiftiData[] = [];
  return {
    data,
    sink(tag) {
      const { dimensions, dataType, order } = tag;
      const make = (length: number) => memoryOfArray(path, tag, length);
      const target = make(dimensions.reduce((product, n) => product * n, 1));
      data.push(target);
      const long = dimensions.filter((n) => n > 1);
      if (order === "row" || long.length < 2) return (offset, numbers) => target.set(numbers, offset);
      if (long.length === 2)
        return transposeInto(target, long[1]!, long[0]!, (n) => memoryFor(numberTypeOf(dataType), n));
      const write = rowMajorWriter(target, dimensions);
      return (_, numbers) => write(numbers);
    },
  };
}

function memoryOfArray(path: string, { dataType, dimensions, index }: GiftiArrayTag, length: number): GiftiData {
  try {
    return memoryFor(numberTypeOf(dataType), length);
  } catch (cause) {
    throw cause instanceof RangeError ? arrayTooLarge(path, dimensions, `array ${index}`) : cause;
  }
}
