import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { interpolateOnsets } from "../../src/stimulus/interpolate.ts";

const x = Number.NaN;

describe("interpolateOnsets", () => {
  it.each([
    ["between neighbours, linearly in the word's number", [1, x, x, 4, x, 5], [1, 2, 3, 4, 4.5, 5]],
    ["after the last, at the mean rate (4 s over 4 words)", [1, 2, x, x, 5, x, x], [1, 2, 3, 4, 5, 6, 7]],
    ["before the first, at the mean rate", [x, x, 10, 11, 12], [8, 9, 10, 11, 12]],
    ["before the first, spread from 0 where the rate would lead before the audio", [x, x, 1, 2, 3], [0, 0.5, 1, 2, 3]],
    ["at negative times, at the mean rate", [x, -1, 0, 1], [-2, -1, 0, 1]],
    ["where none is missing, unchanged", [3, 3, 4], [3, 3, 4]],
    ["where there are no words, none", [], []],
  ])("sets onsets %s (by hand)", (_, onsets, expected) => {
    expect([...interpolateOnsets(onsets)]).toEqual(expected);
  });

  it("does not change its argument", () => {
    const onsets = Float64Array.of(0, x, 2);
    interpolateOnsets(onsets);
    expect(onsets[1]).toBeNaN();
  });

  it.each([[[x]], [[x, 3]]])("refuses %j: fewer than two times", (onsets) => {
    expect(() => interpolateOnsets(onsets)).toThrow(OptionError);
    expect(() => interpolateOnsets(onsets)).toThrow(/at least two words must have a time, got [01] of [12]/);
  });
});
