import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPeak } from "../../src/analyses/registry.ts";
import { askedAnalyses, askedWindows } from "../../src/study/asked-analyses.ts";
import { checkOptions } from "../../src/study/options.ts";
import { plannedScores } from "../../src/study/plan.ts";
import { readStudyFile } from "../../src/study/study-file.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

const optionsOf = (more: object) => checkOptions({ dataset: "data", output: "out", ...more });
const asked = (more: object) => askedAnalyses(optionsOf(more)).map(({ name }) => name);

test("by hand: what is named, or what is usual, and the controls; each once, in the order of the registry", () => {
  expect(asked({})).toEqual(["brainScore", "forecastScore"]);
  expect(asked({ controls: "word-rate" })).toEqual(["brainScore", "forecastScore", "brainScoreWordRate"]);
  expect(asked({ analyses: "brainScoreWordRate,brainScore", controls: "word-rate" })).toEqual([
    "brainScore",
    "brainScoreWordRate",
  ]);
});

describe("settings of one analysis", () => {
  const study = (text: string) =>
    readStudyFile(new TextEncoder().encode(`dataset: data\noutput: out\n${text}`), { path: "s.yaml" });

  test("by hand: a study file sets them by name; what it leaves out is as the options say for all", () => {
    const options = study(
      "width: 5\nanalyses:\n  brainScore:\n  forecastScore: { distances: '0:8:4' }\n  forecastScoreRandomWindow: { distances: 4, width: 3, seed: 9 }\n",
    );
    expect(askedAnalyses(options)).toEqual([
      { name: "brainScore", settings: {} },
      { name: "forecastScore", settings: { distances: [0, 4, 8] } },
      { name: "forecastScoreRandomWindow", settings: { distances: [4], width: 3, seed: 9 } },
    ]);
    expect(askedWindows(options)).toEqual([
      { name: "forecastScore", distances: [0, 4, 8], width: 5 },
      { name: "forecastScoreRandomWindow", distances: [4], width: 3 },
    ]);
    const scores = plannedScores({ layers: [2] }, options);
    const windows = scores.flatMap((score) =>
      isPeak(score) ? [] : score.of.bands.filter(({ kind }) => kind === "window"),
    );
    expect(windows).toMatchObject([
      { distance: 0, width: 5 },
      { distance: 4, width: 5 },
      { distance: 8, width: 5 },
      { distance: 4, width: 3, vectors: { source: "random", seed: 9 } },
    ]);
  });

  test("identity: settings of their own that are those of all change no plan", () => {
    const own = optionsOf({ analyses: { brainScore: null, forecastScore: { distances: "0,8", width: 7 } } });
    const all = optionsOf({ distances: "0,8" });
    expect(plannedScores({ layers: [2, 4] }, own)).toEqual(plannedScores({ layers: [2, 4] }, all));
  });

  test.each([
    [
      "forecastScor",
      'must be one of brainScore, forecastScore, brainScoreWordRate, brainScoreRandomWeights, forecastScoreRandomWindow, noiseCeiling, got "forecastScor".',
    ],
    [
      "{ forecastScor: }",
      'must be one of brainScore, forecastScore, brainScoreWordRate, brainScoreRandomWeights, forecastScoreRandomWindow, noiseCeiling, got "forecastScor".',
    ],
    ["{ forecastScore: { widht: 3 } }", 'the settings of forecastScore must be among distances, width, got "widht".'],
    ["{ forecastScore: { width: 0 } }", "width of forecastScore must be at least 1, got 0."],
    [
      "{ forecastScore: { distances: '8:1' } }",
      'distances of forecastScore must be ranges that go upwards, got "8:1".',
    ],
    ["{ forecastScore: 3 }", 'the settings of forecastScore must be "key: value" lines, got 3.'],
    ["{ noiseCeiling: { width: 7 } }", 'noiseCeiling has no settings, got "width".'],
    [
      "{ forecastScore: { distances: none } }",
      'must not hold "forecastScore" where there are no distances. Give `distances`.',
    ],
    ["[1]", "must be names"],
    ["{ ' forecastScore': { width: 3 } }", "must be one of brainScore, forecastScore,"],
    ["{ __proto__: { width: 3 } }", "must be one of brainScore, forecastScore,"],
    ["{ forecastScore: { width: .nan } }", "width of forecastScore must be a number, got NaN."],
    ["{}", "must be one name or more (leave the option out for all), got []."],
  ])("refuses %s, with its line", (analyses, message) => {
    expect(() => study(`analyses: ${analyses}\n`)).toThrow(`s.yaml:3: analyses: ${message}`);
  });
});

describe("a study of some analyses", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  });
  afterAll(() => study.remove());

  const told = async (more: Readonly<Record<string, string>>) => {
    const { result, nComputed } = await study.run(more);
    return { names: [...new Set(result.subjects[0]!.analyses.map(({ analysis }) => analysis))], nComputed, result };
  };

  test("identity: a control alone, then brain scores alone, then all: what was computed is not computed again", async () => {
    expect(await told({ analyses: "brainScoreWordRate" })).toMatchObject({
      names: ["brainScoreWordRate"],
      nComputed: 2,
    });
    expect(await told({ analyses: "brainScore" })).toMatchObject({ names: ["brainScore"], nComputed: 2 });
    // Of forecast scores the windows are new; of the word rate nothing is.
    const all = await told({ controls: "word-rate" });
    expect(all).toMatchObject({
      names: ["brainScore", "forecastScore", "forecastDistance", "brainScoreWordRate"],
      nComputed: 2,
    });
    expect(all.result.options).toMatchObject({ analyses: ["brainScore", "forecastScore", "brainScoreWordRate"] });
    const forecasts = await told({ analyses: "forecastScore" });
    expect(forecasts).toMatchObject({ names: ["forecastScore", "forecastDistance"], nComputed: 0 });
  });

  test("settings of an analysis are obeyed, and recorded; what they leave without effect is recorded as none", async () => {
    const { result, nComputed } = await study.run({
      analyses: { forecastScore: { distances: "4,8", width: 3 } },
      output: study.at("own"),
    });
    const distances = result.subjects[0]!.analyses.flatMap(({ distance }) => (distance === "n/a" ? [] : [distance]));
    expect([distances, nComputed]).toEqual([[4, 8], 2]);
    expect(result.options).toMatchObject({
      analyses: ['forecastScore {"distances":[4,8],"width":3}'],
      distances: "none",
      width: "none",
    });
  });
});
