import { FormatError } from "../errors.ts";
import { checkFileBytes } from "./file-bytes.ts";
import { bytesOf, decodeNumbers, type NumberArray, type NumberType } from "./number-type.ts";

/** A place in a whole file of big-endian numbers, which moves on as they are read. */
export interface ByteCursor {
  /** Byte that is read next. */
  readonly position: () => number;
  /** Bytes that are left. */
  readonly left: () => number;
  /** The next `length` bytes. */
  readonly bytes: (length: number, what: string) => Uint8Array;
  /** The next `length` numbers. */
  readonly numbers: (type: NumberType, length: number, what: string) => NumberArray;
  /** The next number. */
  readonly number: (type: NumberType, what: string) => number;
  /** A whole number from 0 of three bytes. */
  readonly int24: (what: string) => number;
  /** A count, from 0, of four bytes. */
  readonly count: (what: string) => number;
  /** A text that ends with its line, without LF. */
  readonly line: (what: string) => string;
  /** A count of four bytes and a text of so many, without the zero that ends it. */
  readonly text: (what: string) => string;
}

/**
 * Reads a file of big-endian numbers in order. Nothing is set aside for numbers that are not there.
 *
 * @param bytes - the whole file
 * @param path - the file, for messages
 * @returns functions that throw a FormatError, which says `what` was read, where the file ends before it
 */
export function byteCursor(bytes: Uint8Array, path: string): ByteCursor {
  checkFileBytes(bytes, path);
  let at = 0;

  function take(length: number, what: string): Uint8Array {
    const left = bytes.length - at;
    if (length > left) {
      const message = `the file must hold ${what}, ${length} bytes, got ${left}. It looks truncated: fetch it again`;
      throw new FormatError(path, message, at);
    }
    at += length;
    return bytes.subarray(at - length, at);
  }

  function numbers(type: NumberType, length: number, what: string): NumberArray {
    const start = at;
    return decodeNumbers(take(length * bytesOf(type), what), { path, type, isLittleEndian: false, start });
  }

  function count(what: string): number {
    const start = at;
    const value = numbers("int32", 1, what)[0]!;
    if (value >= 0) return value;
    throw new FormatError(path, `${what} must be a whole number from 0, got ${value}`, start);
  }

  return {
    position: () => at,
    left: () => bytes.length - at,
    bytes: take,
    numbers,
    number: (type, what) => numbers(type, 1, what)[0]!,
    int24(what) {
      const [high, middle, low] = take(3, what) as unknown as [number, number, number];
      return (high << 16) | (middle << 8) | low;
    },
    count,
    line(what) {
      const end = bytes.indexOf(0x0a, at);
      if (end < 0) {
        const message = `the file must hold ${what}, a line, got no end of one. It looks truncated: fetch it again`;
        throw new FormatError(path, message, at);
      }
      return new TextDecoder().decode(take(end + 1 - at, what).subarray(0, -1));
    },
    text(what) {
      const length = count(`the length of ${what}`);
      return new TextDecoder().decode(take(length, what)).split("\0", 1)[0]!;
    },
  };
}
