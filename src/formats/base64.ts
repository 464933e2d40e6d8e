import { FormatError } from "../errors.ts";

/** Turns base64 text that arrives in pieces into the bytes that it stands for. */
export interface Base64Decoder {
  /**
   * The bytes that the text so far has made whole and that were not given yet.
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
const meaning = new Uint8Array(256).fill(bad);
for (let i = 0; i < 64; i++) meaning[alphabet.charCodeAt(i)] = i;
for (const blank of " \t\r\n") meaning[blank.charCodeAt(0)] = space;
meaning["=".charCodeAt(0)] = padding;

/** Digits that Node's decoder takes as well, and base64 has not (they are base64url's). */
const foreign = ["-", "_"].map((digit) => digit.charCodeAt(0));

/**
 * Decodes base64 (RFC 4648, section 4). White space may stand anywhere; the padding must be there.
 *
 * @param path - the file, for messages
 */
export function base64Decoder(path: string): Base64Decoder {
  let group = 0;
  let nDigits = 0;
  let nPadding = 0;
  let end: number | undefined;

  /** One character after the other, for all that the fast way leaves. */
  function decodeSlowly(text: Uint8Array, start: number): Uint8Array {
    const decoded = Buffer.allocUnsafe(Math.ceil((text.length + nDigits) / 4) * 3);
    let filled = 0;
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
    return decoded.subarray(0, filled);
  }

  return {
    push(text, start) {
      end = start + text.length;
      // Up to a boundary of groups one by one, then as many whole groups as there are at once.
      const nFirst = (4 - nDigits) % 4;
      const nFast = nPadding > 0 ? 0 : (text.length - nFirst) & ~3;
      if (nFast < 64) return decodeSlowly(text, start);
      const first = decodeSlowly(text.subarray(0, nFirst), start);
      const middle = nDigits === 0 ? decodeFast(text.subarray(nFirst, nFirst + nFast)) : undefined;
      if (middle === undefined) return joined(first, decodeSlowly(text.subarray(nFirst), start + nFirst));
      const last = decodeSlowly(text.subarray(nFirst + nFast), start + nFirst + nFast);
      return joined(first, middle, last);
    },
    end() {
      if (nDigits > 0 && nDigits + nPadding !== 4) {
        throw new FormatError(
          path,
          `base64 text must come in groups of four characters, got ${nDigits + nPadding} in the last. It looks truncated: fetch the file again`,
          end,
        );
      }
      if (nDigits < 2) return Buffer.alloc(0);
      return nDigits === 2 ? Buffer.of(group >> 4) : Buffer.of(group >> 10, group >> 2);
    },
  };
}

const misplaced = 'base64 text must end with its padding ("=", one or two, filling up the last group of four)';

/** Longer texts become strings that V8 keeps among its large objects, at fifty times the cost. */
const sliceLength = 2 ** 15;

/**
 * The bytes of whole groups of digits; undefined where they hold anything else. Node's decoder passes over what is no
 * digit and ends at "=", so that it gives fewer bytes exactly where there is any such character.
 */
function decodeFast(text: Uint8Array): Uint8Array | undefined {
  const digits = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (foreign.some((digit) => digits.includes(digit))) return undefined;
  const decoded = Buffer.allocUnsafe((digits.length / 4) * 3);
  let filled = 0;
  for (let at = 0; at < digits.length; at += sliceLength) {
    filled += decoded.write(digits.toString("latin1", at, at + sliceLength), filled, "base64");
  }
  return filled === decoded.length ? decoded : undefined;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter((part) => part.length > 0);
  return filled.length === 1 ? filled[0]! : Buffer.concat(filled);
}

/** Bytes as base64 text in one line, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
