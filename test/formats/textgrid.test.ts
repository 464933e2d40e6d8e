import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTextGrid } from "../../src/formats/textgrid.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { expectRefused } from "./refused.ts";

const long = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5 ! a comment with 3 "numbers"
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "word 1"
        xmin = 0
        xmax = 2.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1e0
            text = "she said ""h\u00e9!"" 4 times"
        intervals [2]:
            xmin = 1
            xmax = 2.5
            text = ""
    item [2]:
        class = "TextTier"
        name = "beeps"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 0.25
            mark = "two
lines"
`;
const short = `"ooTextFile"
"TextGrid"
0
2.5
<exists>
2
"IntervalTier" "word 1" 0 2.5 2
0 1 "she said ""h\u00e9!"" 4 times"
1 2.5 ""
"TextTier" "beeps" 0 2.5 1
0.25 "two
lines"`;
const expected = {
  start: 0,
  end: 2.5,
  tiers: [
    {
      name: "word 1",
      kind: "interval",
      intervals: [
        { start: 0, end: 1, text: 'she said "hé!" 4 times' },
        { start: 1, end: 2.5, text: "" },
      ],
    },
    { name: "beeps", kind: "point", intervals: [{ start: 0.25, end: 0.25, text: "two\nlines" }] },
  ],
};

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"));
const byteOf = (text: string, part: string) => utf8(text.slice(0, text.indexOf(part))).length;
const swapped = (text: string) => new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le").swap16());

describe("readTextGrid", () => {
  it.each([
    ["long, UTF-8", utf8(long)],
    ["long, UTF-8 with a mark", utf8(`\uFEFF${long}`)],
    ["long, UTF-16 little-endian", utf16(long)],
    ["long, UTF-16 big-endian", swapped(long)],
    ["long, CRLF", utf8(long.replaceAll("\n", "\r\n").replace("two\r\n", "two\n"))],
    ["short, UTF-8", utf8(short)],
    ["short, UTF-16", utf16(short)],
  ])("by hand: %s", (_, bytes) => {
    expect(readTextGrid(bytes)).toEqual(expected);
  });

  it("by hand: a grid without tiers", () => {
    expect(readTextGrid(utf8('"ooTextFile"\n"TextGrid"\n0 1 <absent>'))).toEqual({ start: 0, end: 1, tiers: [] });
  });

  const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures/textgrid", `${name}.TextGrid`));
  it.each(["long-utf8", "short-utf8", "long-utf16", "short-utf16"])("by hand: %s as Praat saves it", (name) => {
    const at = (start: number, end: number, text: string) => ({ start, end, text });
    expect(readTextGrid(fixture(name))).toEqual({
      start: 0,
      end: 2.5,
      tiers: [
        {
          name: "words",
          kind: "interval",
          intervals: [at(0, 0.5, ""), at(0.5, 1.25, "naïve"), at(1.25, 2.5, 'she said "no"')],
        },
        { name: "phones", kind: "interval", intervals: [at(0, 0.75, "N"), at(0.75, 2.5, "")] },
        { name: "beeps", kind: "point", intervals: [at(0.25, 0.25, "beep")] },
      ],
    });
  });

  it("by hand: intervals may overlap by a rounding, and start where the file says", () => {
    const starts = (from: string) => {
      const { tiers } = readTextGrid(utf8(short.replace("0 1 ", "0 1.0000001 ").replace('1 2.5 ""', `${from} 2.5 ""`)));
      return tiers[0]!.intervals.map(({ start }) => start);
    };
    expect(starts("1")).toEqual([0, 1]);
    expect(starts("1.0000001")).toEqual([0, 1.0000001]);
    // An interval of no length is not begun before.
    const empty = '"ooTextFile" "TextGrid" 0 2 <exists> 1 "IntervalTier" "a" 0 2 2 1 1 "" 0.9999999 2 ""';
    expect(() => readTextGrid(utf8(empty))).toThrow(/must not lie before 1, got 0\.9999999/);
  });

  const saveAsText = 'Open it in Praat and save it with "Save as text file..."';
  it.each([
    ["binary", fixture("binary"), `the file must be text, got Praat's binary format. ${saveAsText}`, 0],
    [
      "chronological",
      fixture("chronological"),
      `File type must be "ooTextFile", got "Praat chronological TextGrid text file". ${saveAsText}`,
      0,
    ],
    [
      "Latin-1",
      fixture("long-latin1"),
      "the text must be in UTF-8, or in UTF-16 with a byte order mark, got byte ef. It may be Latin-1 or MacRoman, which look alike: open it in Praat, choose UTF-8 in its text writing settings, and save it as a text file",
      fixture("long-latin1").indexOf(0xef),
    ],
    [
      "UTF-16 without a byte order mark",
      utf16(long).subarray(2),
      `UTF-16 must begin with a byte order mark (FE FF or FF FE), got none. ${saveAsText}`,
      0,
    ],
  ])("by hand: refuses %s", (_, bytes, message, byteOffset) => {
    expectRefused(() => readTextGrid(bytes, { path: "a.TextGrid" }), `a.TextGrid: ${message}`, byteOffset);
  });

  const head = short.slice(0, short.indexOf("0\n"));
  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    ["another type", '"ooBinaryFile"', 'File type must be "ooTextFile", got "ooBinaryFile"', 0],
    ["another object", '"ooTextFile" "Pitch 1"', 'Object class must be "TextGrid", got "Pitch 1"', 13],
    ["times that run backwards", `${head}3 2.5 <exists> 0`, "the end of the grid must not lie before 3, got 2.5", 26],
    ["no flag", `${head}0 1 2`, '<exists>, that there are tiers, must follow, a flag, got the number "2"', 28],
    [
      "an unknown tier",
      `${head}0 1 <exists> 1 "Tier"`,
      'the class of a tier must be "IntervalTier" or "TextTier", got "Tier"',
      39,
    ],
    [
      "a tier fewer than said",
      `${head}0 1 <exists> 1`,
      "the class of a tier must follow, got the end. The file looks truncated",
      38,
    ],
    [
      "a tier more than said",
      `${short.replace("\n2\n", "\n1\n")}`,
      'the file must end after tier 1, as its number of tiers says, got "TextTier"',
      114,
    ],
    [
      "half a number of tiers",
      `${head}0 1 <exists> 1.5`,
      "the number of tiers must be a whole number from 0, got 1.5",
      37,
    ],
    [
      "an interval fewer than said",
      short.replace("2.5 2\n", "2.5 3\n"),
      'the start of interval 3 (tier "word 1") must follow, a number, got the text "TextTier"',
      114,
    ],
    [
      "an interval that ends before it starts",
      short.replace('1 2.5 ""', '1 0.5 ""'),
      'the end of interval 2 (tier "word 1") must not lie before 1, got 0.5',
      byteOf(short, '1 2.5 ""') + 2,
    ],
    [
      "overlapping intervals",
      short.replace('1 2.5 ""', '0.5 2.5 ""'),
      'the start of interval 2 (tier "word 1") must not lie before 1, got 0.5',
      byteOf(short, '1 2.5 ""'),
    ],
    [
      "intervals that overlap by more than a rounding",
      short.replace('1 2.5 ""', '0.999998 2.5 ""'),
      'the start of interval 2 (tier "word 1") must not lie before 1, got 0.999998',
      byteOf(short, '1 2.5 ""'),
    ],
    [
      "a single quote within a text",
      short.replace('1 2.5 ""', '1 2.5 "5"x"'),
      'white space must follow the quote that ends a text, got "x". Double the quotes within texts',
      byteOf(short, '1 2.5 ""') + 9,
    ],
    [
      "a text without its end",
      short.slice(0, -1),
      "a text must end with a quote, got none. The file looks truncated",
      146,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    expect(() => readTextGrid(utf8(text), { path: "a.TextGrid" })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        byteOffset,
        message: `a.TextGrid: ${message} (at byte ${byteOffset})`,
      }),
    );
  });

  it("by hand: offsets in UTF-16 count two bytes a character, after the mark", () => {
    expect(() => readTextGrid(utf16('"é" '))).toThrow(expect.objectContaining({ byteOffset: 2 }));
    expect(() => readTextGrid(utf16('"ooTextFile" "é"'))).toThrow(expect.objectContaining({ byteOffset: 28 }));
    const message =
      "TextGrid: the text must be whole UTF-16, as its byte order mark says, got otherwise. It looks truncated (at byte 9)";
    expect(() => readTextGrid(utf16(short).subarray(0, 9))).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });
});

describeWithShared("readTextGrid on Alice", "data/alice/stimuli/alice.TextGrid", () => {
  it("by hand: the size that the file states, its first word and its end", () => {
    const grid = readTextGrid(readFileSync(shared("data/alice/stimuli/alice.TextGrid")));
    expect(grid.tiers.map(({ name, kind, intervals }) => [name, kind, intervals.length])).toEqual([
      ["word", "interval", 2423],
    ]);
    expect(grid.tiers[0]!.intervals[1]).toEqual({ start: 20.05891632653599, end: 20.621637414967992, text: "Alice" });
    expect(grid.tiers[0]!.intervals.at(-1)!.end).toBe(grid.end);
  });
});
