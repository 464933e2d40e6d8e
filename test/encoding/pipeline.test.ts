import { describe, expect, it } from "vitest";
import { joinRows, type Matrix } from "../../src/array/matrix.ts";
import { brainScore, type EncodingScore } from "../../src/encoding/brain-score.ts";
import { type ForecastWindows, forecastScore, prepareForecast } from "../../src/encoding/forecast-score.ts";
import { wordRate } from "../../src/encoding/nuisance.ts";
import type { PreparedBrainScore } from "../../src/encoding/prepared.ts";
import { forecastWindow } from "../../src/features/window.ts";
import { pipeline, pipelineVolumes, type ReferenceScore } from "./pipeline.ts";

// Products on the responses are in single precision: where a prediction varies little beside its terms, 1e-7 of these is
// some 1e-5 of r. Anything that is done differently (a statistic, a shift, an order) moves scores by 1e-3 or more.
const TOLERANCE = 1e-4;

// Many small products: a second thread costs more than it gives.
const device = { threads: 1 };

const features = pipelineVolumes((activations) => activations);
const windowAt = (distance: number): Matrix =>
  pipelineVolumes((activations) => forecastWindow(activations, { distance, width: pipeline.width }));

function expectEqual(got: EncodingScore, reference: ReferenceScore): void {
  const nTargets = pipeline.bold.nColumns;
  const wrong: string[] = [];
  reference.foldScores.forEach((scores, fold) => {
    scores.forEach((r, target) => {
      const at = fold * nTargets + target;
      const difference = Math.abs(got.foldScores.data[at]! - r);
      if (!(difference < TOLERANCE))
        wrong.push(`fold ${fold}, target ${target}: r ${got.foldScores.data[at]}, not ${r}`);
      const alpha = Math.round(Math.log10(got.bestAlphas.data[at]!));
      const lowest = reference.log10LowestAlpha[fold]![target]!;
      const highest = reference.log10HighestAlpha[fold]![target]!;
      if (alpha < lowest || alpha > highest) wrong.push(`fold ${fold}, target ${target}: alpha 1e${alpha}`);
    });
  });
  for (let target = 0; target < nTargets; target++) {
    const mean = reference.foldScores.reduce((sum, scores) => sum + scores[target]!, 0) / reference.foldScores.length;
    if (!(Math.abs(got.score[target]! - mean) < TOLERANCE)) wrong.push(`target ${target}: ${got.score[target]}`);
  }
  expect(wrong).toEqual([]);
}

function expectShares({ keptVariance: folds }: PreparedBrainScore, reference: ReferenceScore): void {
  expect(folds.map((bands) => bands.map((share) => share === undefined))).toEqual(
    reference.keptVariance.map((bands) => bands.map((share) => share === null)),
  );
  folds.forEach((bands, fold) => {
    bands.forEach((share, band) => {
      // Eigenvalues are found to 1e-11 of their own size.
      if (share !== undefined) expect(Math.abs(share / reference.keptVariance[fold]![band]! - 1)).toBeLessThan(1e-11);
    });
  });
}

describe("scores from words to correlations, against scikit-learn (oracle: fixtures/make_pipeline.py)", () => {
  it.each(Object.keys(pipeline.cases).filter((name) => name !== "word rate"))(
    "%s: brain and forecast scores of every target, fold and distance",
    async (name) => {
      const { options, features: alone, joint } = pipeline.cases[name]!;
      const distances = Object.keys(joint).map(Number);
      const windows = new Map(distances.map((distance) => [distance, windowAt(distance)]));
      const scores = await forecastScore(features, windows, pipeline.bold, {
        ...options,
        storyLengths: pipeline.storyLengths,
        device,
      });
      expect(scores.distances).toEqual(distances);
      expectEqual(scores.brainScore, alone);
      for (const distance of distances) expectEqual(scores.joint.get(distance)!, joint[distance]!);
      distances.forEach((distance, row) => {
        const together = scores.joint.get(distance)!.score;
        const expected = together.map((r, target) => r - scores.brainScore.score[target]!);
        const nTargets = pipeline.bold.nColumns;
        expect(scores.score.data.slice(row * nTargets, (row + 1) * nTargets)).toEqual(expected);
      });
    },
  );

  // Windows of 280 columns (1,680 with delays) are more than the training volumes, so that sliding ones are never formed.
  it.each(["before-delays", "after-delays", "none", "gap, four folds, three delays, five components"])(
    "%s: the share of variance that components keep is the sum of explained_variance_ratio_, in every fold, of features and windows, formed or not",
    async (name) => {
      const { options, features: alone, joint } = pipeline.cases[name]!;
      const distances = Object.keys(joint).map(Number);
      const formed: ForecastWindows = new Map(distances.map((distance) => [distance, windowAt(distance)]));
      const sliding: ForecastWindows = {
        distances,
        width: pipeline.width,
        featuresAt: (offset) =>
          pipelineVolumes((activations) => forecastWindow(activations, { distance: offset, width: 1 })),
      };
      const all = { ...options, storyLengths: pipeline.storyLengths, device };
      for (const windows of [formed, sliding]) {
        const prepared = await prepareForecast(features, windows, all);
        expectShares(prepared.base, alone);
        for (const distance of distances) expectShares(prepared.joint.get(distance)!, joint[distance]!);
      }
    },
  );

  it("word rate: a single column", async () => {
    const rate = joinRows(
      pipeline.stories.map(({ onsets }, story) =>
        wordRate(onsets, { nVolumes: pipeline.storyLengths[story]!, repetitionTime: pipeline.repetitionTime }),
      ),
    );
    const reference = pipeline.cases["word rate"]!.features;
    const { storyLengths, bold } = pipeline;
    expectEqual(await brainScore(rate, bold, { storyLengths, components: "none" }), reference);
    // A single column is not rotated, so the default of 20 components changes nothing.
    expectEqual(await brainScore(rate, bold, { storyLengths }), reference);
  });

  it("average concatenated: r of all held-out predictions, the fold scores as before", async () => {
    const { storyLengths, bold } = pipeline;
    for (const name of ["before-delays", "none"]) {
      const { options, features: alone } = pipeline.cases[name]!;
      const score = await brainScore(features, bold, { ...options, storyLengths, device, average: "concatenated" });
      alone.concatenated.forEach((r, target) => {
        expect(Math.abs(score.score[target]! - r)).toBeLessThan(TOLERANCE);
      });
      alone.foldScores.flat().forEach((r, at) => {
        expect(Math.abs(score.foldScores.data[at]! - r)).toBeLessThan(TOLERANCE);
      });
    }
  });
});
