import { expect, test } from "vitest";
import { mergeMissing } from "../../src/encoding/missing.ts";
import { locateMissing } from "../../src/study/locate-missing.ts";

const story = (name: string, nVolumes: number) => ({
  files: { story: name },
  nVolumes,
  audioStart: 0,
  repetitionTime: 2,
});
const missing = [{ fold: 0, reason: "response-not-finite", part: "test", nTargets: 3 }] as const;

test("by hand: the first of two folds is of the stories that were scored, not of all that were heard", () => {
  const all = [story("x", 10), story("y", 6), story("z", 4)];
  const inFirst = { fold: 1, reason: "response-not-finite", part: "test", nTargets: 3 };
  expect(locateMissing(missing, all, 2)).toEqual([{ ...inFirst, volumes: [0, 9], stories: ["x"] }]);
  expect(locateMissing(missing, all.slice(1), 2)).toEqual([{ ...inFirst, volumes: [0, 4], stories: ["y"] }]);
  expect(locateMissing([{ ...missing[0], fold: 1 }], all.slice(1), 2)).toEqual([
    { ...inFirst, fold: 2, volumes: [5, 9], stories: ["y", "z"] },
  ]);
});

test("by hand: folds of other volumes are told apart when lists are joined", () => {
  const of = (nVolumes: number) => locateMissing(missing, [story("x", nVolumes)], 2);
  expect(mergeMissing([of(10), of(10), of(6)]).map(({ volumes }) => volumes)).toEqual([
    [0, 4],
    [0, 2],
  ]);
});
