import { describe, expect, test } from "vitest";
import { checkOptions } from "../../src/study/options.ts";
import { controlDistance, planStudy } from "../../src/study/plan.ts";
import { readStudyFile } from "../../src/study/study-file.ts";

const folders = { dataset: "in", output: "out" };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("checkOptions", () => {
  test.each([
    ["4", [4]],
    ["0,4,8", [0, 4, 8]],
    ["-2:2", [-2, -1, 0, 1, 2]],
    ["-10:30:20", [-10, 10, 30]],
    ["none", []],
    [
      [3, 1],
      [3, 1],
    ],
  ])("by hand: distances %j", (distances, expected) => {
    expect(checkOptions({ ...folders, distances }).distances).toEqual(expected);
  });

  test("by hand: the paper's defaults", () => {
    const { distances, width, delays, components, folds, gap } = checkOptions(folders);
    expect([distances[0], distances.at(-1), distances.length]).toEqual([-10, 30, 41]);
    expect({ width, delays, components, folds, gap }).toEqual({
      width: 7,
      delays: 6,
      components: 20,
      folds: 5,
      gap: 0,
    });
  });

  test.each([
    [{ fold: 3 }, 'Nearest: "folds"'],
    [{ dataset: undefined }, "--dataset: must be given, got nothing."],
    [{ distances: "5:1" }, '--distances: must be whole numbers like "4", "0,4,8" or "-10:30", got "5:1".'],
    [{ folds: "1" }, '--folds: must be at least 2, got "1".'],
    [{ pooling: "max" }, '--pooling: must be one of last, mean, sum, got "max".'],
    [{ alphas: "1,,2" }, '--alphas: must be numbers like "0.1,1,10", got "1,,2".'],
    [{ controls: "noise" }, "--controls: must be one of word-rate, random-weights, random-window"],
  ])("refuses %j", (wrong, message) => {
    expect(() => checkOptions({ ...folders, ...wrong })).toThrow(message);
  });

  test("all problems are told at once", () => {
    expect(() => checkOptions({ folds: 1, pooling: "max" })).toThrow(/--dataset[\s\S]*--pooling[\s\S]*--folds/);
  });
});

describe("readStudyFile", () => {
  test("keys are the options; flags hold over the file", () => {
    const file = bytes("dataset: in\noutput: out\nlayer: [0, 4]\ndistances: -2:2\nfolds: 4\n");
    const options = readStudyFile(file, { overrides: { folds: "3" } });
    expect(options).toMatchObject({ dataset: "in", layer: [0, 4], distances: [-2, -1, 0, 1, 2], folds: 3 });
  });

  test.each([
    ["dataset: a\noutput: b\npoling: last\n", "s.yaml:3: poling: there must be an option of that name."],
    ["dataset: a\noutput: b\nfolds: 1\n", "s.yaml:3: folds: must be at least 2, got 1."],
    ["dataset: a\noutput: [b\n", "s.yaml:3:1: the study file must be YAML"],
    ["- a\n", 's.yaml:1: the study file must hold "option: value" lines'],
  ])("refuses %j with its line", (text, message) => {
    expect(() => readStudyFile(bytes(text), { path: "s.yaml" })).toThrow(message);
  });
});

describe("planStudy", () => {
  const people = ["a", "b", "c"].map((participant, i) => ({
    participant,
    stimulusKey: i < 2 ? "one story" : "another",
    responseKey: participant,
  }));
  const plan = (more: object = {}) =>
    planStudy(people, [4], checkOptions({ ...folders, ...more }), { model: "m", randomWeights: "r" }, (text) => text);
  const keys = (p: ReturnType<typeof plan>) => p.groups.flatMap((group) => group.steps.map((step) => step.key));

  test("participants of one stimulus share a group; controls are steps of their own", () => {
    const { groups, nSteps } = plan({ controls: "word-rate" });
    expect(groups.map(({ featureSet, steps }) => [featureSet.kind, steps.length])).toEqual([
      ["layer", 2],
      ["word-rate", 2],
      ["layer", 1],
      ["word-rate", 1],
    ]);
    expect(nSteps).toBe(6);
  });

  test("identity: keys change with what the numbers depend on, and with nothing else", () => {
    expect(keys(plan({ threads: 1, regions: "x" }))).toEqual(keys(plan()));
    expect(keys(plan({ gap: 3 }))).not.toEqual(keys(plan()));
    expect(keys(plan({ distances: "8" }))).not.toEqual(keys(plan()));
  });

  test("by hand: the control's distance is the one nearest to 8", () => {
    expect([controlDistance([-2, 5, 10]), controlDistance([8, 30]), controlDistance([])]).toEqual([10, 8, undefined]);
  });
});
