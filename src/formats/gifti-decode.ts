import { FormatError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { hostIsLittleEndian, swapByteOrder } from "./byte-order.ts";
import type { GiftiBlock, GiftiData } from "./gifti-data.ts";
import { parseNumber } from "./number.ts";
import { bytesOf, isWholeType, memoryFor, numbersOver } from "./number-type.ts";
import { statedOrder } from "./stated-order.ts";

/** Takes the numbers of an array as they are decoded, in order and never more than its dimensions say. */
export type Deliver = (numbers: GiftiData) => void;

/** Numbers that a decoder of text delivers at once: few calls, and at most 64 KiB, which stay in a processor's cache. */
const batchLength = 2 ** 13;

/** Characters of a number, at most: so many are held, whatever a file holds. A number in double precision is printed in at most 24. */
const longestNumber = 64;

/** Takes bytes that arrive in pieces of any size. */
export interface ByteReader {
  readonly push: (bytes: Uint8Array) => void;
  /**
   * There are no more bytes.
   *
   * @throws FormatError where they were not what they should have been
   */
  readonly end: () => void;
}

/**
 * Decodes the raw bytes of an array. What is wrong with them is said at their end: more or fewer bytes than the
 * dimensions say, a byte order in which they cannot be meant, a whole number that is not exact in a double.
 */
export function numberDecoder(block: GiftiBlock, deliver: Deliver): ByteReader {
  const { path, where, type, length, isLittleEndian } = block;
  const size = bytesOf(type);
  const isHostOrder = size === 1 || isLittleEndian === hostIsLittleEndian;
  let total = 0;
  /** Bytes of a number that lies across two pieces. */
  let part: Uint8Array = new Uint8Array(0);
  let inexact: bigint | undefined;
  const order = statedOrder(block);

  function decode(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    order.add(bytes);
    const ordered = isHostOrder ? bytes : swapByteOrder(bytes, size);
    deliver(
      numbersOver(type, ordered, (value) => {
        inexact ??= value;
      }),
    );
  }

  return {
    push(raw) {
      const left = Math.max(0, length * size - total);
      total += raw.length;
      let bytes = raw.subarray(0, left);
      if (part.length > 0) {
        const missing = size - part.length;
        const whole = joinBytes([part, bytes.subarray(0, missing)]);
        bytes = bytes.subarray(missing);
        part = whole.length < size ? whole : whole.subarray(size);
        if (whole.length === size) decode(whole);
      }
      const nWhole = bytes.length - (bytes.length % size);
      decode(bytes.subarray(0, nWhole));
      if (nWhole < bytes.length) part = new Uint8Array(bytes.subarray(nWhole));
    },
    end() {
      if (total !== length * size) {
        throw new FormatError(
          path,
          `${where} must hold ${length} numbers of ${size} bytes, as its dimensions and data type say, got ${total} bytes`,
          block.start,
        );
      }
      order.check();
      if (inexact !== undefined) {
        const message = `${where} must hold whole numbers within 2^53, exact in a double, got ${inexact}. Store them as NIFTI_TYPE_FLOAT64, or as NIFTI_TYPE_INT32 where they fit`;
        throw new FormatError(path, message, block.start);
      }
    },
  };
}

/** Takes the text of a data block, or what it stands for, as it arrives. */
export interface BlockReader {
  /**
   * Takes a piece.
   *
   * @param start - byte of the file at which the text begins
   * @throws FormatError where the text is damaged
   */
  readonly push: (text: Uint8Array, start: number) => void;
  /**
   * There is no more text.
   *
   * @throws FormatError where the block is not what its tag says
   */
  readonly end: () => void;
}

/** Decodes numbers in decimal notation, parted by white space. */
export function asciiDecoder(block: GiftiBlock, deliver: Deliver): BlockReader {
  const { path, where, type, length } = block;
  const isWhole = isWholeType(type);
  let found = 0;
  let batch: GiftiData = memoryFor(type, 0);
  let filled = 0;
  /** The number that is being read, as far as it is looked at, and where it began; and where the text ended. */
  let text = "";
  let from = 0;
  let end = 0;

  function endNumber(): void {
    if (text === "") return;
    if (text.length > longestNumber) {
      const got = `${text.slice(0, 24)}...`;
      throw new FormatError(
        path,
        `${where} must hold numbers of ${longestNumber} characters at most, got ${got}`,
        from,
      );
    }
    const value = parseNumber(text);
    if (value === undefined) {
      throw new FormatError(path, `${where} must hold numbers, got ${JSON.stringify(text)}`, from);
    }
    if (found < length) {
      if (filled === batch.length) deliverBatch();
      if (batch.length === 0) batch = memoryFor(type, Math.min(batchLength, length - found));
      batch[filled] = value;
      if (isWhole && !(batch[filled] === value && Number.isSafeInteger(value))) {
        throw new FormatError(
          path,
          `${where} must hold numbers that fit NIFTI_TYPE_${type.toUpperCase()}, got ${text}`,
          from,
        );
      }
      filled++;
    }
    found++;
    text = "";
  }

  function deliverBatch(): void {
    if (filled > 0) deliver(batch.subarray(0, filled) as GiftiData);
    batch = memoryFor(type, 0);
    filled = 0;
  }

  return {
    push(bytes, start) {
      // Numbers do not reach across a comment.
      if (start !== end) endNumber();
      end = start + bytes.length;
      for (let at = 0; at < bytes.length; ) {
        const first = at;
        while (at < bytes.length && bytes[at]! > 0x20) at++;
        if (at > first) {
          if (text === "") from = start + first;
          // One more than there may be is enough to be refused.
          const rest = longestNumber + 1 - text.length;
          text += String.fromCharCode(...bytes.subarray(first, Math.min(at, first + rest)));
        }
        if (at < bytes.length) {
          endNumber();
          at++;
        }
      }
    },
    end() {
      endNumber();
      deliverBatch();
      if (found !== length) {
        throw new FormatError(
          path,
          `${where} must hold ${length} numbers, as its dimensions say, got ${found}`,
          block.start,
        );
      }
    },
  };
}
