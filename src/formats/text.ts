import { utf8Length } from "#platform/bytes";
import { FormatError } from "../errors.ts";
import { formatBytes } from "./byte-order.ts";
import { checkFileBytes } from "./file-bytes.ts";

/** One line of a text. */
export interface Line {
  /** Without what ends it. */
  readonly text: string;
  /** Byte at which it begins. */
  readonly start: number;
}

/**
 * The text of bytes in UTF-8, without a byte order mark.
 *
 * @throws FormatError where they are not UTF-8, with the first byte at fault
 */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const mark = formatBytes(bytes.subarray(0, 2));
    if (mark === "ff fe" || mark === "fe ff") {
      const message = `the text must be in UTF-8, got the byte order mark of UTF-16, ${mark}. Convert it, for example with iconv -f UTF-16 -t UTF-8`;
      throw new FormatError(path, message, 0, { cause });
    }
    const at = firstBadByte(bytes);
    const got = bytes[at]!.toString(16).padStart(2, "0");
    const message = `the text must be in UTF-8, got byte ${got}. Convert it, for example with iconv`;
    throw new FormatError(path, message, at, { cause });
  }
}

/**
 * The lines of bytes in UTF-8, ended by LF or CRLF; the last need not be. A byte order mark is left out.
 *
 * @throws FormatError where there are none, they are not UTF-8, or all of them end with CR alone
 */
export function splitLines(bytes: Uint8Array, path: string): Line[] {
  checkFileBytes(bytes, path);
  const lines: Line[] = [];
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const whole = decodeUtf8(bytes, path);
  const lone = whole.includes("\n") ? -1 : whole.indexOf("\r");
  if (lone >= 0 && lone < whole.length - 1) {
    const message = `lines must end with LF or CRLF, got CR alone, as old Macintosh programs write it. Convert the file, for example with tr '\\r' '\\n'`;
    throw new FormatError(path, message, start + utf8Length(whole.slice(0, lone)));
  }
  for (const ended of whole.split("\n")) {
    lines.push({ text: ended.endsWith("\r") ? ended.slice(0, -1) : ended, start });
    start += utf8Length(ended) + 1;
  }
  if (lines.at(-1)?.text === "") lines.pop();
  return lines;
}

/** At most so many UTF-16 units of a text, for messages: what is left off is shown as dots. */
export function beginningOf(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}

/** The beginning of a value as JSON, for messages; `nothing` where it is undefined. */
export function beginningOfJson(value: unknown): string {
  return beginningOf(JSON.stringify(value) ?? "nothing", 60);
}

/**
 * Whether a text shows nothing: it is empty, or holds white space, control characters and characters that no font draws
 * alone (zero-width spaces and joiners, soft hyphens, fillers, the blank of Braille).
 */
export function isBlank(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text);
}

/** Whether bytes from `at` on are a text of ASCII characters. */
export function holdsAscii(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Where the longest beginning that decodes ends: found by halving, then without the start of a broken character. */
function firstBadByte(bytes: Uint8Array): number {
  // As a stream, an incomplete character at the end is no error.
  const decodes = (end: number, stream: boolean) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle, true)) good = middle;
    else bad = middle;
  }
  while (good > 0 && !decodes(good, false)) good--;
  return good;
}
