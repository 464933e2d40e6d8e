import { decodeDigits } from "#platform/base64";
import { freshBytes } from "#platform/bytes";
import { FormatError } from "../errors.ts";

/** Turns base64 text that arrives in pieces into the bytes that it stands for. */
export interface Base64Decoder {
  /**
   * The bytes that the text so far has made whole and that were not given yet; in memory that `allocate` gave.
   *
   * @param start - byte of the file at which the piece begins, for messages
   * @throws FormatError where a character is none of base64's, or stands behind the padding
   */
  push(text: Uint8Array, start: number): Uint8Array;
  /**
   * The last bytes.
   *
   * @throws FormatError where the text ends within a group of four
   */
  end(): Uint8Array;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const space = 64;
const padding = 65;
const bad = 66;

/** What each byte means: 0..63 for a digit, else one of the three above. */
const meaning = meanings();

function meanings(): Uint8Array {
  const table = new Uint8Array(256).fill(bad);
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  for (const blank of " \t\r\n") table[blank.charCodeAt(0)] = space;
  table["=".charCodeAt(0)] = padding;
  return table;
}

/**
 * Decodes base64 (RFC 4648, section 4). White space may stand anywhere; the padding must be there.
 *
 * @param path - the file, for messages
 * @param allocate - gives memory for as many bytes
 */
export function base64Decoder(path: string, allocate: (length: number) => Uint8Array = freshBytes): Base64Decoder {
  let group = 0;
  let nDigits = 0;
  let nPadding = 0;
  let end: number | undefined;

  /**
   * One character after the other, for all that the fast way leaves.
   *
   * @returns how much of `decoded` is filled, where `filled` was before
   */
  function decodeSlowly(text: Uint8Array, start: number, decoded: Uint8Array, filled: number): number {
    for (let i = 0; i < text.length; i++) {
      const value = meaning[text[i]!]!;
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
        const shown = JSON.stringify(String.fromCharCode(text[i]!));
        const what = value === bad ? "base64 text must hold A-Z, a-z, 0-9, +, / and white space only" : misplaced;
        throw new FormatError(path, `${what}, got ${shown}. The file looks damaged: fetch it again`, start + i);
      }
    }
    return filled;
  }

  return {
    push(text, start) {
      end = start + text.length;
      // White space and padding at the ends, and up to a boundary of groups, one by one; what is between at once.
      let from = 0;
      let to = text.length;
      while (from < to && meaning[text[from]!]! === space) from++;
      while (to > from && meaning[text[to - 1]!]! >= space) to--;
      from += (4 - nDigits) % 4;
      to -= (to - from) & 3;
      const decoded = allocate(Math.ceil((text.length + nDigits) / 4) * 3);
      let filled = 0;
      if (nPadding === 0 && to - from >= leastFast) {
        filled = decodeSlowly(text.subarray(0, from), start, decoded, filled);
        const fast = nDigits === 0 ? decodeDigits(text.subarray(from, to), decoded, filled) : undefined;
        filled = fast ?? filled;
        const rest = fast === undefined ? from : to;
        filled = decodeSlowly(text.subarray(rest), start + rest, decoded, filled);
      } else filled = decodeSlowly(text, start, decoded, filled);
      return decoded.subarray(0, filled);
    },
    end() {
      if (nDigits > 0 && nDigits + nPadding !== 4) {
        throw new FormatError(
          path,
          `base64 text must come in groups of four characters, got ${nDigits + nPadding} in the last. It looks truncated: fetch the file again`,
          end,
        );
      }
      if (nDigits < 2) return new Uint8Array(0);
      return nDigits === 2 ? Uint8Array.of(group >> 4) : Uint8Array.of(group >> 10, group >> 2);
    },
  };
}

/** Fewer characters are decoded one by one: 48 bytes, of which a call of the platform's decoder would save nothing that one could feel. */
const leastFast = 64;

const misplaced = 'base64 text must end with its padding ("=", one or two, filling up the last group of four)';
