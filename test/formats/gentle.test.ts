import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readGentle } from "../../src/formats/gentle.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const read = (text: string) => readGentle(new TextEncoder().encode(text), { path: "align.csv" });

describe("readGentle", () => {
  it("by hand: found words, words not found, unknown words, quoted cells, CRLF and a byte order mark", () => {
    const text =
      '\uFEFFThis,this,0.5,0.75\r\nof,,,\r\nCienega,<unk>,1,2.5\n"No, ""really""","no,\nreally",3,3\nend,end,4,5';
    expect(read(text)).toEqual([
      { text: "This", aligned: "this", onset: 0.5, offset: 0.75 },
      { text: "of", aligned: "", onset: Number.NaN, offset: Number.NaN },
      { text: "Cienega", aligned: "<unk>", onset: 1, offset: 2.5 },
      { text: 'No, "really"', aligned: "no,\nreally", onset: 3, offset: 3 },
      { text: "end", aligned: "end", onset: 4, offset: 5 },
    ]);
  });

  it.each([
    ["a header", "word,aligned,onset,offset\n", 'the onset must be seconds from 0, or blank, got "onset" in line 1', 0],
    [
      "three cells",
      "a,a,1,2\nb,b,3\n",
      "a row must have four cells (word, aligned word, onset, offset), got 3 in line 2",
      8,
    ],
    ["five cells", "a,a,1,2,3\n", "a row must have four cells (word, aligned word, onset, offset), got 5 in line 1", 0],
    [
      "a blank line",
      "é,a,1,2\n\nb,b,3,4\n",
      "a row must have four cells (word, aligned word, onset, offset), got 1 in line 2",
      9,
    ],
    ["no word", "a,a,1,2\n ,b,3,4\n", 'a row must begin with a word, got " " in line 2', 8],
    ["an onset alone", "a,a,1,\n", 'onset and offset must both be there or both be blank, got "1" and "" in line 1', 0],
    ["a word for a time", "a,a,1,late\n", 'the offset must be seconds from 0, or blank, got "late" in line 1', 0],
    ["a time before the audio", "a,a,-1,2\n", 'the onset must be seconds from 0, or blank, got "-1" in line 1', 0],
    ["nan for a time", "a,a,nan,nan\n", 'the onset must be seconds from 0, or blank, got "nan" in line 1', 0],
    ["an offset before its onset", "a,a,2,1\n", "the offset must not lie before the onset, 2, got 1 in line 1", 0],
    [
      "a quote that never ends",
      '"x\ny",a,1,2\n"a,a,1,2\n',
      "a quoted cell must end with a quote, then a comma or the end of the line, got otherwise in line 3",
      12,
    ],
    [
      "a quote within a plain cell",
      'a"b,a,1,2\n',
      "a quoted cell must end with a quote, then a comma or the end of the line, got otherwise in line 1",
      0,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    const whole = `align.csv: ${message} (at byte ${byteOffset})`;
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "FormatError", byteOffset, message: whole }));
  });
});

describeWithShared("readGentle on Narratives", "data/narratives/stimuli/gentle", () => {
  const folder = "data/narratives/stimuli/gentle";

  it("oracle: Python's csv module counts 42,989 rows in 26 stories, onsets in order", () => {
    const stories = readdirSync(shared(folder));
    const words = stories.map((story) => readGentle(readFileSync(shared(folder, story, "align.csv")), { path: story }));
    expect(stories).toHaveLength(26);
    expect(words.reduce((sum, of) => sum + of.length, 0)).toBe(42_989);
    for (const story of words) {
      const onsets = story.map((word) => word.onset).filter((onset) => !Number.isNaN(onset));
      expect(onsets).toEqual([...onsets].sort((a, b) => a - b));
    }
  });
});
