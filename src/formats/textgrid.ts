import { utf8Length } from "#platform/bytes";
import { FormatError } from "../errors.ts";
import { checkFileBytes, pathOf } from "./file-bytes.ts";
import { decodeUtf8, holdsAscii } from "./text.ts";

/** A Praat TextGrid: what is said when, in one or several tiers. Times are seconds of audio. */
export interface TextGrid {
  readonly start: number;
  readonly end: number;
  readonly tiers: readonly TextGridTier[];
}

/** One tier: stretches of time that follow one another, or single points. */
export interface TextGridTier {
  readonly name: string;
  readonly kind: "interval" | "point";
  /** In order of time; a point has its start and end at the same time. */
  readonly intervals: readonly TextGridInterval[];
}

/** One labelled stretch of a tier. */
export interface TextGridInterval {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Settings of {@link readTextGrid}. */
export interface ReadTextGridOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/** Seconds by which an interval may begin before the end of the one before it: programs round the two apart. */
const ROUNDED = 1e-6;

/**
 * The tiers of a Praat TextGrid, in its long or its short text format, UTF-8 or UTF-16 with a byte order mark. As
 * Praat does, it reads free-standing numbers, texts in quotes (quotes inside doubled) and flags such as `<exists>`, in
 * their order, and passes over everything else; Praat's backslash signs in texts are left as they are.
 *
 * @throws FormatError where the file is no TextGrid, is in Praat's binary or chronological format or in an encoding
 * that cannot be told (Latin-1 or MacRoman), ends early, goes on after its last tier, has a single quote within a text,
 * or times that run backwards by more than a microsecond
 * @see https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
 */
export function readTextGrid(bytes: Uint8Array, options: ReadTextGridOptions = {}): TextGrid {
  const path = pathOf(options, "TextGrid");
  const tokens = readTokens(decodeText(bytes, path), path);
  let next = 0;

  function take(kind: Token["kind"], what: string): Token {
    const token = tokens[next++];
    if (!token) throw new FormatError(path, `${what} must follow, got the end. The file looks truncated`, bytes.length);
    if (token.kind === kind) return token;
    throw new FormatError(
      path,
      `${what} must follow, a ${kind}, got the ${token.kind} ${JSON.stringify(token.text)}`,
      token.start,
    );
  }
  const takeText = (what: string) => take("text", what).text;
  const takeTime = (what: string) => Number(take("number", what).text);
  function takeCount(what: string): number {
    const token = take("number", what);
    if (/^\d+$/.test(token.text)) return Number(token.text);
    throw new FormatError(path, `${what} must be a whole number from 0, got ${token.text}`, token.start);
  }
  function takeAfter(earlier: number, what: string, least = earlier): number {
    const token = take("number", what);
    if (Number(token.text) >= least) return Number(token.text);
    throw new FormatError(path, `${what} must not lie before ${earlier}, got ${token.text}`, token.start);
  }

  const fileType = take("text", 'File type "ooTextFile"');
  if (!fileType.text.startsWith("ooTextFile")) {
    const remedy = fileType.text.startsWith("Praat chronological") ? `. ${saveAsText}` : "";
    const message = `File type must be "ooTextFile", got ${JSON.stringify(fileType.text)}${remedy}`;
    throw new FormatError(path, message, fileType.start);
  }
  const objectClass = take("text", 'Object class "TextGrid"');
  if (objectClass.text !== "TextGrid") {
    throw new FormatError(
      path,
      `Object class must be "TextGrid", got ${JSON.stringify(objectClass.text)}`,
      objectClass.start,
    );
  }
  const start = takeTime("the start of the grid");
  const end = takeAfter(start, "the end of the grid");
  const flag = take("flag", "<exists>, that there are tiers,");
  const nTiers = flag.text === "<exists>" ? takeCount("the number of tiers") : 0;
  const tiers: TextGridTier[] = [];
  for (let t = 0; t < nTiers; t++) tiers.push(takeTier());
  const left = tokens[next];
  if (left) {
    const message = `the file must end after tier ${nTiers}, as its number of tiers says, got ${JSON.stringify(left.text)}`;
    throw new FormatError(path, message, left.start);
  }
  return { start, end, tiers };

  function takeTier(): TextGridTier {
    const tierClass = take("text", "the class of a tier");
    const isPoint = tierClass.text === "TextTier";
    if (!isPoint && tierClass.text !== "IntervalTier") {
      const message = `the class of a tier must be "IntervalTier" or "TextTier", got ${JSON.stringify(tierClass.text)}`;
      throw new FormatError(path, message, tierClass.start);
    }
    const name = takeText("the name of a tier");
    const where = `(tier ${JSON.stringify(name)})`;
    const tierStart = takeTime(`the start of the tier ${where}`);
    takeAfter(tierStart, `the end of the tier ${where}`);
    const nIntervals = takeCount(`the number of intervals ${where}`);
    const intervals: TextGridInterval[] = [];
    let before = { start: -Infinity, end: -Infinity };
    for (let i = 1; i <= nIntervals; i++) {
      const what = isPoint ? `of point ${i} ${where}` : `of interval ${i} ${where}`;
      const least = Math.max(before.start, before.end - ROUNDED);
      const from = takeAfter(before.end, `the ${isPoint ? "time" : "start"} ${what}`, least);
      const to = isPoint ? from : takeAfter(from, `the end ${what}`);
      before = { start: from, end: to };
      intervals.push({ ...before, text: takeText(`the text ${what}`) });
    }
    return { name, kind: isPoint ? "point" : "interval", intervals };
  }
}

interface Token {
  readonly kind: "number" | "text" | "flag";
  readonly text: string;
  /** Byte it begins at. */
  readonly start: number;
}

interface DecodedText {
  readonly text: string;
  /** Byte at which the text begins, after the byte order mark. */
  readonly start: number;
  readonly bytesOf: (text: string) => number;
}

const saveAsText = 'Open it in Praat and save it with "Save as text file..."';

function decodeText(bytes: Uint8Array, path: string): DecodedText {
  checkFileBytes(bytes, path);
  if (holdsAscii(bytes, "ooBinaryFile")) {
    const message = `the file must be text, got Praat's binary format. ${saveAsText}`;
    throw new FormatError(path, message, 0);
  }
  if (bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0)) {
    const message = `UTF-16 must begin with a byte order mark (FE FF or FF FE), got none. ${saveAsText}`;
    throw new FormatError(path, message, 0);
  }
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  if (mark === 0xfeff || mark === 0xfffe) {
    try {
      const text = new TextDecoder(mark === 0xfeff ? "utf-16be" : "utf-16le", { fatal: true }).decode(bytes);
      return { text, start: 2, bytesOf: (part) => part.length * 2 };
    } catch (cause) {
      const message = "the text must be whole UTF-16, as its byte order mark says, got otherwise. It looks truncated";
      throw new FormatError(path, message, bytes.length, { cause });
    }
  }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { text: decodeUtf8(bytes, path), start: hasMark ? 3 : 0, bytesOf: utf8Length };
  } catch (cause) {
    const at = (cause as FormatError).byteOffset!;
    const message = `the text must be in UTF-8, or in UTF-16 with a byte order mark, got byte ${bytes[at]!.toString(16)}. It may be Latin-1 or MacRoman, which look alike: open it in Praat, choose UTF-8 in its text writing settings, and save it as a text file`;
    throw new FormatError(path, message, at, { cause });
  }
}

/** A text in quotes, a comment, or a run of anything but white space. */
const pattern = /"((?:[^"]|"")*)("?)|!.*|[^\s"!]\S*/g;

function readTokens({ text, start, bytesOf }: DecodedText, path: string): Token[] {
  const tokens: Token[] = [];
  let at = start;
  let measured = 0;
  for (const match of text.matchAll(pattern)) {
    at += bytesOf(text.slice(measured, match.index));
    measured = match.index;
    const [whole, quoted, closing] = match;
    if (quoted !== undefined) {
      if (closing === "")
        throw new FormatError(path, "a text must end with a quote, got none. The file looks truncated", at);
      const after = text[match.index + whole.length] ?? " ";
      if (/\S/.test(after)) {
        const message = `white space must follow the quote that ends a text, got ${JSON.stringify(after)}. Double the quotes within texts`;
        throw new FormatError(path, message, at + bytesOf(whole));
      }
      tokens.push({ kind: "text", text: quoted.replaceAll('""', '"'), start: at });
    } else if (/^<[^<>]*>$/.test(whole)) tokens.push({ kind: "flag", text: whole, start: at });
    else if (/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?$/.test(whole))
      tokens.push({ kind: "number", text: whole, start: at });
  }
  return tokens;
}
