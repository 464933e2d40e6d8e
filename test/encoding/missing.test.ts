import { describe, expect, it } from "vitest";
import { Matrix, transpose } from "../../src/array/matrix.ts";
import { brainScore } from "../../src/encoding/brain-score.ts";
import { forecastScore } from "../../src/encoding/forecast-score.ts";
import { judgeTargets } from "../../src/encoding/missing.ts";
import { contiguousFolds } from "../../src/regression/folds.ts";
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
      ...{ fold, reason: "response-constant", part, nTargets },
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
