import { FormatError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import { cueSeconds, type ReadSubtitleOptions, type SubtitleCue } from "./subtitle.ts";
import { splitLines } from "./text.ts";

const srtTime = /(\d{1,4}):([0-5]\d):([0-5]\d)[,.](\d{3})/.source;
const srtTiming = new RegExp(`^${srtTime} *--> *${srtTime}(?: +X1:.*)?$`);
/** Tags of SubRip and of its relatives that change how text looks. */
const srtTags = /<\/?(?:b|i|u|s|font)(?: [^<>]*)?>|\{\/?[biu]\}|\{\\[^{}]*\}/gi;

/**
 * The cues of a SubRip file (`.srt`), in order: a number, `00:00:01,000 --> 00:00:02,500`, lines of text, a blank line.
 * UTF-8. Tags for bold, italics, colours and places are taken out; everything else is text as it stands. A line is one
 * span without a time of its own.
 *
 * @throws FormatError where a cue lacks its number or its times, ends before it starts, or runs into the next
 * @see https://www.matroska.org/technical/subtitles.html#srt-subtitles
 */
export function readSrt(bytes: Uint8Array, options: ReadSubtitleOptions = {}): readonly SubtitleCue[] {
  const path = pathOf(options, "subtitles.srt");
  const lines = splitLines(bytes, path);
  const cues: SubtitleCue[] = [];
  let at = 0;
  const fail = (message: string) =>
    new FormatError(path, `${message} in line ${at + 1}`, lines[at]?.start ?? bytes.length);
  const got = () => (lines[at] === undefined ? "the end" : JSON.stringify(lines[at]!.text.slice(0, 60)));

  for (;;) {
    while (lines[at]?.text.trim() === "") at++;
    if (at >= lines.length) return cues;
    if (!/^\d+$/.test(lines[at]!.text.trim())) throw fail(`a cue must begin with its number, got ${got()}`);
    at++;
    const match = srtTiming.exec(lines[at]?.text.trim() ?? "");
    if (!match) throw fail(`a cue's times must read 00:00:01,000 --> 00:00:02,500, got ${got()}`);
    const start = cueSeconds(match[1], match[2]!, match[3]!, match[4]!);
    const end = cueSeconds(match[5], match[6]!, match[7]!, match[8]!);
    if (end < start) throw fail(`a cue must not end before its start, ${start} s, got ${end} s`);
    const shown: string[] = [];
    for (at++; at < lines.length && lines[at]!.text !== ""; at++) {
      if (lines[at]!.text.includes("-->")) throw fail(`a blank line must stand before the next cue, got ${got()}`);
      shown.push(lines[at]!.text.replace(srtTags, ""));
    }
    cues.push({ start, end, lines: shown.map((text) => [{ text, onset: Number.NaN }]) });
  }
}
