import { ownValue } from "../array/records.ts";
import { FormatError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import { cueSeconds, type ReadSubtitleOptions, type SubtitleCue, type SubtitleSpan } from "./subtitle.ts";
import { splitLines } from "./text.ts";

const stamp = /(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})/.source;
const timing = new RegExp(`^[ \t]*${stamp}[ \t]*-->[ \t]*${stamp}(?:[ \t].*)?$`);
const inlineStamp = new RegExp(`^${stamp}$`);
/** What stands between angle brackets, a lone bracket, or a reference to a character. */
const mark = /<([^<>]*)>|[<>]|&(\w+|#\d{1,7}|#x[0-9a-f]{1,6});/gi;
const tags = new Set(["b", "c", "i", "lang", "u", "v"]);
const characters: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  lrm: "\u200e",
  rlm: "\u200f",
};

type Fail = (message: string, remedy?: string) => FormatError;

/**
 * The cues of a WebVTT file (`.vtt`), in order; comments, styles and regions are passed over. UTF-8. Tags for voices,
 * classes and looks are taken out, references such as `&amp;` resolved. A time stamp within a cue's text,
 * `<00:00:01.000>`, begins a new span with that time.
 *
 * @throws FormatError where the file does not begin with WEBVTT, a cue lacks its times or ends before it starts, or its
 * text holds a tag that is none of b, c, i, lang, u and v (`rt`, the reading of a word, among them: it is not spoken
 * twice)
 * @see https://www.w3.org/TR/webvtt1/
 */
export function readVtt(bytes: Uint8Array, options: ReadSubtitleOptions = {}): readonly SubtitleCue[] {
  const path = pathOf(options, "subtitles.vtt");
  const lines = splitLines(bytes, path);
  const cues: SubtitleCue[] = [];
  let at = 0;
  const fail: Fail = (message, remedy) => {
    const told = `${message} in line ${at + 1}${remedy === undefined ? "" : `. ${remedy}`}`;
    return new FormatError(path, told, lines[at]?.start ?? bytes.length);
  };
  const got = () => (lines[at] === undefined ? "the end" : JSON.stringify(lines[at]!.text.slice(0, 60)));
  const hasText = () => at < lines.length && lines[at]!.text !== "";

  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0]?.text ?? "")) throw fail(`the file must begin with WEBVTT, got ${got()}`);
  for (at = 1; hasText(); at++) {
    if (lines[at]!.text.includes("-->")) throw fail(`a blank line must stand before the first cue, got ${got()}`);
    if (lines[at]!.text.startsWith("X-TIMESTAMP-MAP")) {
      throw fail(`times must count from the start of the audio, got ${got()}`, "Join the stream's parts into one file");
    }
  }
  for (;;) {
    while (lines[at]?.text.trim() === "") at++;
    if (at >= lines.length) return cues;
    // whisper-timestamped writes its first line twice; a file joined of several has one for each.
    if (lines[at]!.text === "WEBVTT" && (lines[at + 1]?.text ?? "") === "") {
      at++;
      continue;
    }
    if (/^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/.test(lines[at]!.text)) {
      while (hasText()) at++;
      continue;
    }
    // A name may stand above the times.
    if (!lines[at]!.text.includes("-->")) at++;
    const match = timing.exec(lines[at]?.text ?? "");
    if (!match) throw fail(`a cue's times must read 00:00:01.000 --> 00:00:02.500, got ${got()}`);
    const start = cueSeconds(match[1], match[2]!, match[3]!, match[4]!);
    const end = cueSeconds(match[5], match[6]!, match[7]!, match[8]!);
    if (end < start) throw fail(`a cue must not end before its start, ${start} s, got ${end} s`);
    const shown: SubtitleSpan[][] = [];
    for (at++; hasText(); at++) {
      if (lines[at]!.text.includes("-->")) throw fail(`a blank line must stand before the next cue, got ${got()}`);
      shown.push(splitSpans(lines[at]!.text, fail));
    }
    cues.push({ start, end, lines: shown });
  }
}

function splitSpans(line: string, fail: Fail): SubtitleSpan[] {
  const spans: { text: string; onset: number }[] = [{ text: "", onset: Number.NaN }];
  let done = 0;
  for (const { 0: whole, 1: tag, 2: name, index } of line.matchAll(mark)) {
    spans.at(-1)!.text += line.slice(done, index);
    done = index + whole.length;
    const time = tag === undefined ? null : inlineStamp.exec(tag);
    if (name !== undefined) spans.at(-1)!.text += character(name, fail);
    else if (time) spans.push({ text: "", onset: cueSeconds(time[1], time[2]!, time[3]!, time[4]!) });
    else if (tag === undefined || !tags.has(/^\/?(\w*)/.exec(tag)![1]!)) {
      const isReading = /^\/?(?:ruby|rt)\b/.test(tag ?? "");
      throw fail(
        `a tag must be a time, b, c, i, lang, u or v, got ${JSON.stringify(whole)}`,
        isReading ? "Take the readings of words out" : "Write &lt; for a bracket",
      );
    }
  }
  spans.at(-1)!.text += line.slice(done);
  return spans.filter(({ text, onset }) => text !== "" || !Number.isNaN(onset));
}

function character(name: string, fail: Fail): string {
  const known = ownValue(characters, name);
  if (known !== undefined) return known;
  const code = name.startsWith("#") ? Number(`${/^#x/i.test(name) ? "0" : ""}${name.slice(1)}`) : Number.NaN;
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (isCharacter) return String.fromCodePoint(code);
  throw fail(`a reference must be to a character, got ${JSON.stringify(`&${name};`)}`, "Write &amp; for an ampersand");
}
