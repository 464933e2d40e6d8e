import { describe, expect, it } from "vitest";
import { Matrix, transpose } from "../../src/array/matrix.ts";
import { brainScore } from "../../src/encoding/brain-score.ts";
import { forecastScore } from "../../src/encoding/forecast-score.ts";
import { judgeTargets } from "../../src/encoding/missing.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { normalMatrix } from "./simulate.ts";

const nVolumes = 100;
const options = { storyLengths: [nVolumes], components: "none", nDelays: 3 } as const;
const bold = normalMatrix(nVolumes, 3, "bold");
/** Volumes 40..59 are the test chunk of fold 2; the design reaches two volumes beyond a word. */
const silent = (from: number, to: number) => {
  const features = normalMatrix(nVolumes, 2, "features");
  features.data.fill(0, from * 2, to * 2);
  return features;
};

describe("why scores are missing", () => {
  it("a silent test chunk: the prediction of every target is constant in that fold (by hand)", async () => {
    const score = await brainScore(silent(38, 60), bold, options);
    expect(score.missing).toEqual([{ fold: 2, reason: "prediction-constant", part: "test", nTargets: 3 }]);
    expect([...score.score].every(Number.isNaN)).toBe(true);
    expect(score.nNotScored).toBe(3);
    // The other folds have their scores: the reason does not lie in the responses.
    expect([...score.foldScores.data.subarray(0, 6)].every(Number.isFinite)).toBe(true);
  });

  it("a chunk whose first volume still hears a word is not silent (by hand)", async () => {
    expect((await brainScore(silent(39, 60), bold, options)).missing).toEqual([]);
  });

  it("a joint model has the silence of its features and window (by hand)", async () => {
    const features = silent(38, 60);
    const scores = await forecastScore(features, new Map([[0, silent(38, 60)]]), bold, options);
    for (const score of [scores.brainScore, scores.joint.get(0)!]) {
      expect(score.missing).toEqual([{ fold: 2, reason: "prediction-constant", part: "test", nTargets: 3 }]);
    }
  });

  it("predictions joined into one series have a score all the same, and the fold is named (by hand)", async () => {
    const score = await brainScore(silent(38, 60), bold, { ...options, average: "concatenated" });
    expect([...score.score].every(Number.isFinite)).toBe(true);
    expect(score.missing).toEqual([{ fold: 2, reason: "prediction-constant", part: "test", nTargets: 3 }]);
  });
});

describe("a fold without a word at a story's start", () => {
  // Two stories of 50 volumes; the second is silent for its first half: volumes 50..74. Four folds: the third is 50..74.
  const features = normalMatrix(nVolumes, 30, "features").data.map((value) => 3 + value);
  features.fill(0, 50 * 30, 75 * 30);
  const band = Matrix.of(features, nVolumes, 30);
  const plain = { storyLengths: [50, 50], nFolds: 4, nDelays: 3 } as const;
  const missing = [{ fold: 2, reason: "prediction-constant", part: "test", nTargets: 3 }];

  it.each([
    ["components before delays", { components: 5 }],
    ["components after delays", { components: 5, reduction: "after-delays" }],
    ["no components, more columns than training volumes", { components: "none" }],
    ["in double precision", { components: 5, precision: "float64" }],
    ["no components, in double precision", { components: "none", precision: "float64" }],
  ] as const)("predicts nothing: NaN, counted, and no score; %s (by hand)", async (_, more) => {
    const score = await brainScore(band, bold, { ...plain, ...more });
    expect(score.missing).toEqual(missing);
    expect([...score.foldScores.data.subarray(6, 9)].every(Number.isNaN)).toBe(true);
    expect(score.nNotScored).toBe(3);
    // Zeros after centring jump where the story begins, and "predict" silence.
    expect((await brainScore(band, bold, { ...plain, ...more, edge: "zero" })).missing).toEqual([]);
  });

  it.each([
    ["components before delays", { components: 5 }],
    ["components after delays", { components: 5, reduction: "after-delays" }],
    ["no components", { components: "none" }],
  ] as const)("with windows of no word either, never formed where they are wide; %s (by hand)", async (_, more) => {
    const windows = { distances: [2], width: 4, featuresAt: () => band };
    const scores = await forecastScore(band, windows, bold, { ...plain, ...more });
    expect(scores.joint.get(2)!.missing).toEqual(missing);
    expect([...scores.score.data].every(Number.isNaN)).toBe(true);
  });
});

describe("judgeTargets", () => {
  const folds = contiguousFolds(nVolumes, 5);
  const spoilt = Matrix.of(normalMatrix(nVolumes, 6, "spoilt").data, nVolumes, 6);
  // Column 1: constant in the last chunk. 2: varies in the first chunk alone. 3: NaN in the second. 4: constant. 5: infinity.
  for (let t = 0; t < nVolumes; t++) {
    if (t >= 80) spoilt.data[t * 6 + 1] = 7;
    if (t >= 20) spoilt.data[t * 6 + 2] = 7;
    spoilt.data[t * 6 + 4] = 0;
  }
  spoilt.data[30 * 6 + 3] = Number.NaN;
  spoilt.data[30 * 6 + 5] = Number.NEGATIVE_INFINITY;

  it("tells constant from not finite, training from test, fold by fold (by hand)", () => {
    const { scorable, missing } = judgeTargets(transpose(spoilt), folds);
    expect([...scorable]).toEqual([0]);
    const constant = (fold: number, nTargets: number, part: "training" | "test" = "test") => ({
      fold,
      reason: "response-constant",
      part,
      nTargets,
    });
    expect(missing).toEqual([
      // Column 4; in training column 2, which varies in the first chunk alone.
      constant(0, 1),
      constant(0, 1, "training"),
      { fold: 1, reason: "response-not-finite", part: "test", nTargets: 2 },
      // Columns 2 and 4.
      constant(1, 2),
      constant(2, 2),
      constant(3, 2),
      // And column 1.
      constant(4, 3),
    ]);
  });

  it("finds nothing in sound responses (by hand)", () => {
    expect(judgeTargets(transpose(bold), folds)).toEqual({ scorable: Int32Array.of(0, 1, 2), missing: [] });
  });
});
