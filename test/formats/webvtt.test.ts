import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVtt } from "../../src/formats/webvtt.ts";
import { expectRefused, utf8 } from "./refused.ts";

const read = (text: string) => readVtt(utf8(text), { path: "a.vtt" });
const line = (text: string) => [{ text, onset: Number.NaN }];
const time = "00:01.000 --> 00:02.500";
const cue = (text: string) => `WEBVTT\n\n${time}\n${text}\n`;

describe("readVtt", () => {
  it("oracle: times and lines as webvtt-py reads them", () => {
    const folder = join(import.meta.dirname, "fixtures/subtitles");
    const { vtt } = JSON.parse(readFileSync(join(folder, "cues.json"), "utf8")) as {
      vtt: readonly [number, number, readonly string[]][];
    };
    const expected = vtt.map(([start, end, lines]) => ({ start, end, lines: lines.map(line) }));
    expect(readVtt(readFileSync(join(folder, "cues.vtt")))).toEqual(expected);
  });

  it("by hand: a header, comments, styles, names, settings, CRLF", () => {
    const text = `\uFEFFWEBVTT - a title\nKind: captions\nLanguage: en\n\nNOTE\na note\n\nSTYLE\n::cue {}\n\nREGION\nid:a\n\nname\n${time} align:start position:0%\na\n \n\n100:00:00.001\t-->\t100:00:00.002\n\n`;
    const expected = [
      { start: 1, end: 2.5, lines: [line("a"), line(" ")] },
      { start: 360000.001, end: 360000.002, lines: [] },
    ];
    expect(read(text)).toEqual(expected);
    expect(read(text.replaceAll("\n", "\r\n"))).toEqual(expected);
    expect(read("WEBVTT")).toEqual([]);
  });

  it("by hand: time stamps, tags and references within the text", () => {
    const text =
      "<v Ann O'Hara>I<00:01.250><c> R&amp;B</c><00:00:02.000><c.loud.x> &lt;3&#233;&#xE9;</c></v><lang en-GB> a</lang>";
    expect(read(cue(text))[0]!.lines).toEqual([
      [
        { text: "I", onset: Number.NaN },
        { text: " R&B", onset: 1.25 },
        { text: " <3éé a", onset: 2 },
      ],
    ]);
    expect(read(cue("a & b; AT&T"))[0]!.lines).toEqual([line("a & b; AT&T")]);
    expect(read(cue("a<00:02.000>"))[0]!.lines).toEqual([
      [
        { text: "a", onset: Number.NaN },
        { text: "", onset: 2 },
      ],
    ]);
  });

  it("by hand: what other programs write: spaces in blank lines, the first line twice, no space about the arrow", () => {
    const expected = [{ start: 1, end: 2.5, lines: [line("a")] }];
    expect(read(`WEBVTT\n\n   \n\n \n1\n${time}\na\n`)).toEqual(expected);
    expect(read(`WEBVTT\n\nWEBVTT\n\n${time}\na\n`)).toEqual(expected);
    expect(read(`WEBVTT\n\nWEBVTT\n${time}\na\n`)).toEqual(expected);
    expect(read("WEBVTT\n\nWEBVTT")).toEqual([]);
    expect(read(cue("a").replace(" --> ", "-->"))).toEqual(expected);
  });

  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    ["another first line", "WEBVTTx\n", 'the file must begin with WEBVTT, got "WEBVTTx" in line 1', 0],
    [
      "a header without its end",
      `WEBVTT\n${time}\na\n`,
      `a blank line must stand before the first cue, got ${JSON.stringify(time)} in line 2`,
      7,
    ],
    [
      "a part of a stream",
      "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n",
      'times must count from the start of the audio, got "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000" in line 2. Join the stream\'s parts into one file',
      7,
    ],
    [
      "text without times",
      "WEBVTT\n\né\nb\n",
      `a cue's times must read 00:00:01.000 --> 00:00:02.500, got "b" in line 4`,
      11,
    ],
    [
      "the header of a stream's next part",
      `${cue("a")}\nWEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n`,
      'a cue\'s times must read 00:00:01.000 --> 00:00:02.500, got "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000" in line 7',
      42,
    ],
    [
      "commas for points",
      cue("").replaceAll(".", ","),
      `a cue's times must read 00:00:01.000 --> 00:00:02.500, got "00:01,000 --> 00:02,500" in line 3`,
      8,
    ],
    [
      "an end before the start",
      "WEBVTT\n\n00:02.000 --> 00:01.000\n",
      "a cue must not end before its start, 2 s, got 1 s in line 3",
      8,
    ],
    [
      "cues without a blank line between",
      `${cue("a")}${time}\n`,
      `a blank line must stand before the next cue, got ${JSON.stringify(time)} in line 5`,
      34,
    ],
    [
      "an unknown tag",
      cue("<laughs>"),
      'a tag must be a time, b, c, i, lang, u or v, got "<laughs>" in line 4. Write &lt; for a bracket',
      32,
    ],
    [
      "the reading of a word",
      cue("<ruby>a<rt>b</rt></ruby>"),
      'a tag must be a time, b, c, i, lang, u or v, got "<ruby>" in line 4. Take the readings of words out',
      32,
    ],
    [
      "a bracket alone",
      cue("1 < 2"),
      'a tag must be a time, b, c, i, lang, u or v, got "<" in line 4. Write &lt; for a bracket',
      32,
    ],
    [
      "an unknown reference",
      cue("&hearts;"),
      'a reference must be to a character, got "&hearts;" in line 4. Write &amp; for an ampersand',
      32,
    ],
    [
      "half a pair of surrogates",
      cue("&#xD800;"),
      'a reference must be to a character, got "&#xD800;" in line 4. Write &amp; for an ampersand',
      32,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    expectRefused(() => read(text), `a.vtt: ${message}`, byteOffset);
  });
});
