import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { cleanWord } from "../../src/stimulus/clean-text.ts";

describe("cleanWord", () => {
  // By hand, row by row of the table in its documentation.
  it.each([
    ["well—", "well,"],
    ["well–", "well,"],
    ["well--", "well,"],
    ["well-", "well,"],
    ["said:", "said,"],
    ["so…", "so."],
    ["so...", "so."],
    ["so..", "so."],
    ["what?!", "what."],
    ["what?.", "what."],
    ["no!!", "no."],
    ["yes,,", "yes,"],
    ["said:—", "said,"],
    ["yes,—", "yes,"],
    ["end.—", "end."],
    ["—well", "well"],
    ["...and", "and"],
    ["-well", "well"],
    ["well—I", "well, I"],
    ["so...yes", "so. yes"],
    ["note:this", "note, this"],
    ['"well—"', '"well,"'],
    ["10–12", "10-12"],
    ["—", ","],
    ["--", ","],
    ["-", ","],
    [":", ","],
    ["...", "."],
    ["…", "."],
    ["?!", "."],
    ["?", "?"],
    ['"—"', '","'],
    ["  two   words ", "two words"],
    ["a\u00a0b\n", "a b"],
  ])("turns %j into %j", (text, expected) => {
    expect(cleanWord(text)).toBe(expected);
  });

  it.each([
    ..."Alice it’s don't 'bout 'll o'clock mother-in-law rock-'n'-roll piña 99th".split(" "),
    ..."10:30 3.5 .5 -5 1,000 end. what? no! yes, so; U.S. e.g. $5 (well) & * ♪".split(" "),
  ])("leaves %j as it is", (text) => {
    expect(cleanWord(text)).toBe(text);
  });

  it("gives the same again when given its own result, and never nothing (identity; 3,000 words of marks and letters)", () => {
    const characters = ["a", "B", "é", "7", ".", "…", ",", ":", ";", "!", "?", "-", "—", "–", "'", "’", '"', "("];
    for (let n = 0; n < 3000; n++) {
      const length = 1 + (n % 6);
      const word = Array.from({ length }, (_, i) => characters[(n * 7919 + i * (n + 104729)) % characters.length]).join(
        "",
      );
      const clean = cleanWord(word);
      expect([word, clean === ""]).toEqual([word, false]);
      expect([word, cleanWord(clean)]).toEqual([word, clean]);
      const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");
      expect([word, letters(clean)]).toEqual([word, letters(word)]);
    }
  });

  it.each(["", "  ", "\u00a0\n"])("refuses %j", (text) => {
    expect(() => cleanWord(text)).toThrow(OptionError);
    expect(() => cleanWord(text)).toThrow(/^cleanWord: a word must hold a visible character, got/);
  });
});
