import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSrt } from "../../src/formats/srt.ts";
import { expectRefused, utf8 } from "./refused.ts";

const read = (text: string) => readSrt(utf8(text), { path: "a.srt" });
const line = (text: string) => [{ text, onset: Number.NaN }];
const time = "00:00:01,000 --> 00:00:02,500";

describe("readSrt", () => {
  it("oracle: times and lines as Python's srt reads them", () => {
    const folder = join(import.meta.dirname, "fixtures/subtitles");
    const { srt } = JSON.parse(readFileSync(join(folder, "cues.json"), "utf8")) as {
      srt: readonly [number, number, readonly string[]][];
    };
    const expected = srt.map(([start, end, lines]) => ({ start, end, lines: lines.map(line) }));
    expect(readSrt(readFileSync(join(folder, "cues.srt")))).toEqual(expected);
  });

  it("by hand: CRLF, a byte order mark, points for commas, places, looks, an empty cue, no last line end", () => {
    const text = `\uFEFF\n1\n${time} X1:1 X2:2\n<i>It’s</i> {\\an8}<font color="red">1 < 2</font>\n\n\n7\n${time.replaceAll(",", ".")}\n\n3\n${time}\n<unk>`;
    const expected = [
      { start: 1, end: 2.5, lines: [line("It’s 1 < 2")] },
      { start: 1, end: 2.5, lines: [] },
      { start: 1, end: 2.5, lines: [line("<unk>")] },
    ];
    expect(read(text)).toEqual(expected);
    expect(read(text.replaceAll("\n", "\r\n"))).toEqual(expected);
    expect(read("\n")).toEqual([]);
  });

  it.each([
    ["no number", `${time}\na\n`, `a cue must begin with its number, got ${JSON.stringify(time)} in line 1`, 0],
    ["text behind a blank line", `1\n${time}\né\n\nb\n`, 'a cue must begin with its number, got "b" in line 5', 36],
    ["no times", "1\n", "a cue's times must read 00:00:01,000 --> 00:00:02,500, got the end in line 2", 2],
    ["text for times", "1\na\n", `a cue's times must read 00:00:01,000 --> 00:00:02,500, got "a" in line 2`, 2],
    [
      "minutes that are too many",
      "1\n00:60:00,000 --> 01:00:00,000\na\n",
      'a cue\'s times must read 00:00:01,000 --> 00:00:02,500, got "00:60:00,000 --> 01:00:00,000" in line 2',
      2,
    ],
    [
      "an end before the start",
      "1\n00:00:02,000 --> 00:00:01,000\na\n",
      "a cue must not end before its start, 2 s, got 1 s in line 2",
      2,
    ],
    [
      "cues without a blank line between",
      `1\n${time}\na\n2\n${time}\nb\n`,
      `a blank line must stand before the next cue, got ${JSON.stringify(time)} in line 5`,
      36,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    expectRefused(() => read(text), `a.srt: ${message}`, byteOffset);
  });

  it("by hand: refuses UTF-16, and says so", () => {
    expectRefused(
      () => readSrt(Uint8Array.of(0xff, 0xfe, 0x31, 0), { path: "a.srt" }),
      "a.srt: the text must be in UTF-8, got the byte order mark of UTF-16, ff fe. Convert it, for example with iconv -f UTF-16 -t UTF-8",
      0,
    );
  });

  it("by hand: refuses Latin-1", () => {
    expectRefused(
      () => readSrt(Uint8Array.of(0x31, 0xe9, 0x0a), { path: "a.srt" }),
      "a.srt: the text must be in UTF-8, got byte e9. Convert it, for example with iconv",
      1,
    );
  });
});
