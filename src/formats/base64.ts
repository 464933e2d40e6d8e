import { FormatError } from "../errors.ts";

/** A stretch of bytes: `start` to `end` (exclusive), counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const space = 64;
const padding = 65;
const bad = 66;

/** What each byte means: 0..63 for a digit, else one of the three above. */
const meaning = new Uint8Array(256).fill(bad);
for (let i = 0; i < 64; i++) meaning[alphabet.charCodeAt(i)] = i;
for (const blank of " \t\r\n") meaning[blank.charCodeAt(0)] = space;
meaning["=".charCodeAt(0)] = padding;

/**
 * The bytes that a base64 text stands for (RFC 4648, section 4). White space may stand anywhere; the padding must be
 * there.
 *
 * @param bytes - the whole file
 * @param ranges - where the text lies in it, one stretch after the other
 * @param path - the file, for messages
 * @throws FormatError where a character is none of base64's, or the text ends within a group of four
 */
export function decodeBase64(bytes: Uint8Array, ranges: readonly ByteRange[], path: string): Uint8Array<ArrayBuffer> {
  const length = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  const decoded = new Uint8Array(Math.ceil(length / 4) * 3);
  let filled = 0;
  let group = 0;
  let nDigits = 0;
  let nPadding = 0;
  for (const { start, end } of ranges) {
    for (let i = start; i < end; i++) {
      const value = meaning[bytes[i]!]!;
      if (value < 64 && nPadding === 0) {
        group = (group << 6) | value;
        nDigits++;
        if (nDigits === 4) {
          decoded[filled++] = group >> 16;
          decoded[filled++] = group >> 8;
          decoded[filled++] = group;
          group = 0;
          nDigits = 0;
        }
      } else if (value === padding && nDigits >= 2 && nDigits + nPadding < 4) {
        nPadding++;
      } else if (value !== space) {
        const shown = JSON.stringify(String.fromCharCode(bytes[i]!));
        const what = value === bad ? "base64 text must hold A-Z, a-z, 0-9, +, / and white space only" : misplaced;
        throw new FormatError(path, `${what}, got ${shown}. The file looks damaged: fetch it again`, i);
      }
    }
  }
  if (nDigits > 0 && nDigits + nPadding !== 4) {
    throw new FormatError(
      path,
      `base64 text must come in groups of four characters, got ${nDigits + nPadding} in the last. It looks truncated: fetch the file again`,
      ranges.at(-1)?.end,
    );
  }
  if (nDigits >= 2) decoded[filled++] = group >> (nDigits === 2 ? 4 : 10);
  if (nDigits === 3) decoded[filled++] = group >> 2;
  return decoded.subarray(0, filled);
}

const misplaced = 'base64 text must end with its padding ("=", one or two, filling up the last group of four)';

/** Bytes as base64 text in one line, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
