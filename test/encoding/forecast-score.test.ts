import { describe, expect, it } from "vitest";
import { joinColumns, Matrix, sliceColumns, takeRows } from "../../src/array/matrix.ts";
import type { OnProgress } from "../../src/array/progress.ts";
import { createRandom } from "../../src/array/random.ts";
import { brainScore } from "../../src/encoding/brain-score.ts";
import {
  type ForecastWindows,
  forecastScore,
  prepareForecast,
  scoreForecast,
} from "../../src/encoding/forecast-score.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { fitDesign } from "../../src/features/design.ts";
import type { SlidingWindows } from "../../src/features/sliding-windows.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { scoreRidge } from "../../src/ridge/ridge.ts";
import { normalMatrix, respond } from "./simulate.ts";

const nVolumes = 130;
const storyLengths = [70, 60];
const options = { storyLengths, components: 4, nDelays: 3, nFolds: 4 } as const;
const features = normalMatrix(nVolumes, 9, "features");
const windows = new Map([-8, 8, 2].map((distance) => [distance, normalMatrix(nVolumes, 14, `window ${distance}`)]));
const bold = respond(sliceColumns(features, 0, 3), 7, 1, createRandom("bold"));

describe("forecastScore", () => {
  it("is the score of features and window less that of the features, for every fold too (identity)", async () => {
    const scores = await forecastScore(features, windows, bold, options);
    expect(scores.distances).toEqual([-8, 8, 2]);
    expect([scores.score.nRows, scores.score.nColumns]).toEqual([3, 7]);
    scores.distances.forEach((distance, row) => {
      const joint = scores.joint.get(distance)!;
      for (let target = 0; target < 7; target++) {
        const gain = joint.score[target]! - scores.brainScore.score[target]!;
        expect(scores.score.data[row * 7 + target]).toBe(gain);
        const folds = scores.foldScores.get(distance)!;
        expect([folds.nRows, folds.nColumns]).toEqual([4, 7]);
        const mean = [0, 1, 2, 3].reduce((sum, fold) => sum + folds.data[fold * 7 + target]! / 4, 0);
        // Sums of a few numbers under 1, in another order.
        expect(Math.abs(mean - gain)).toBeLessThan(1e-15 * 4);
      }
    });
  });

  it.each([{}, { reduction: "after-delays" }, { components: "none" }] as const)(
    "computes the features' band once, and yet what brainScore computes anew for each model (agreement; %o)",
    async (more) => {
      const all = { ...options, ...more };
      const scores = await forecastScore(features, windows, bold, all);
      expect(scores.brainScore).toEqual(await brainScore(features, bold, all));
      for (const [distance, window] of windows) {
        expect(scores.joint.get(distance)).toEqual(await brainScore([features, window], bold, all));
      }
    },
  );

  it("joins several bands of features with the window, as a nuisance beside the model (agreement)", async () => {
    const nuisance = normalMatrix(nVolumes, 1, "word rate");
    const scores = await forecastScore([features, nuisance], windows, bold, options);
    expect(scores.brainScore).toEqual(await brainScore([features, nuisance], bold, options));
    const joint = await brainScore([features, nuisance, windows.get(2)!], bold, options);
    expect(scores.joint.get(2)).toEqual(joint);
  });

  it("leaves the brain score alone, whatever the windows hold (identity)", async () => {
    const one = await forecastScore(features, windows, bold, options);
    const other = await forecastScore(features, new Map([[30, normalMatrix(nVolumes, 3, "other")]]), bold, options);
    expect(other.brainScore).toEqual(one.brainScore);
  });

  it("shares what is prepared between participants (agreement)", async () => {
    const prepared = await prepareForecast(features, windows, options);
    for (const responses of [bold, normalMatrix(nVolumes, 3, "another subject")]) {
      expect(await scoreForecast(prepared, responses)).toEqual(
        await forecastScore(features, windows, responses, options),
      );
    }
  });

  it("makes each window when its turn comes, once (by hand)", async () => {
    const made: number[] = [];
    const lazy: ForecastWindows = new Map(
      [...windows].map(([distance, window]) => [
        distance,
        async () => {
          made.push(distance);
          return window;
        },
      ]),
    );
    const scores = await forecastScore(features, lazy, bold, options);
    expect(made).toEqual([-8, 8, 2]);
    expect(scores).toEqual(await forecastScore(features, windows, bold, options));
  });

  // Of 40 units, and of 12 with three delays, windows have more columns than there are training volumes and are not formed.
  const sliding = (nUnits: number): SlidingWindows => ({
    distances: [8, -8, 2],
    width: 3,
    featuresAt: (offset) => normalMatrix(nVolumes, nUnits, `offset ${offset}`),
  });
  const formed = (nUnits: number): ForecastWindows =>
    new Map(
      [8, -8, 2].map((distance) => {
        const offsets = [distance - 2, distance - 1, distance];
        return [
          distance,
          () => joinColumns(offsets.map((offset) => normalMatrix(nVolumes, nUnits, `offset ${offset}`))),
        ];
      }),
    );
  it.each([
    [40, {}],
    [12, { reduction: "after-delays" }],
    [12, { components: "none" }],
    [12, { components: "none", average: "concatenated" }],
    [12, { components: "none", choice: "inner-folds" }],
    [5, {}],
    [5, { average: "concatenated" }],
  ] as const)(
    "scores windows given by their words as windows that are formed (agreement; %i units, %o)",
    async (nUnits, more) => {
      const all = { ...options, ...more };
      const given = await forecastScore(features, sliding(nUnits), bold, all);
      const expected = await forecastScore(features, formed(nUnits), bold, all);
      expect([given.distances, [...given.joint.keys()]]).toEqual([
        [8, -8, 2],
        [8, -8, 2],
      ]);
      expect(given.brainScore).toEqual(expected.brainScore);
      given.score.data.forEach((score, at) => {
        // Scores are in single precision.
        expect(Math.abs(score - expected.score.data[at]!)).toBeLessThan(1e-6);
      });
    },
  );

  it.each([{}, { choice: "generalised" }, { choice: "inner-folds" }, { intercept: false }] as const)(
    "scores designs wider than the training volumes as their columns do (agreement; %o)",
    async (more) => {
      const all = { ...options, components: "none", nFolds: 3, ...more } as const;
      const wide = normalMatrix(nVolumes, 35, "wide");
      const { foldScores, bestAlphas } = await brainScore(wide, bold, all);
      for (const { index, train, test } of contiguousFolds(nVolumes, 3)) {
        const design = (await fitDesign([wide], train, all)).columns;
        expect(design.nColumns).toBeGreaterThan(train.length);
        const factored = await factorDesign(takeRows(design, train), takeRows(design, test), all);
        const [yTrain, yTest] = [takeRows(bold, train), takeRows(bold, test)];
        const expected = await scoreRidge(factored, yTrain, yTest);
        for (let target = 0; target < 7; target++) {
          expect(bestAlphas.data[index * 7 + target]).toBe(expected.bestAlpha[target]);
          // Scores are in single precision.
          expect(Math.abs(foldScores.data[index * 7 + target]! - expected.r[target]!)).toBeLessThan(1e-6);
        }
      }
    },
  );

  it("tells of windows given by their words in the same units (by hand)", async () => {
    const told: string[] = [];
    const onProgress: OnProgress = ({ label, done, total }) => told.push(`${label} ${done}/${total}`);
    await prepareForecast(features, sliding(40), { ...options, onProgress });
    expect(told).toEqual(Array.from({ length: 16 }, (_, i) => `designs ${i + 1}/16`));
  });

  it("tells of folds times models (by hand)", async () => {
    const told: string[] = [];
    await forecastScore(features, windows, bold, {
      ...options,
      onProgress: ({ label, done, total }) => told.push(`${label} ${done}/${total}`),
    });
    const designs = Array.from({ length: 16 }, (_, i) => `designs ${i + 1}/16`);
    const scores = Array.from({ length: 16 }, (_, i) => `forecast score ${i + 1}/16`);
    expect(told).toEqual([...designs, ...scores]);
  });

  it("is NaN for targets that cannot be scored (by hand)", async () => {
    const spoilt = Matrix.of(bold.data.slice(), nVolumes, 7);
    spoilt.data[50 * 7 + 2] = Number.NaN;
    const scores = await forecastScore(features, windows, spoilt, options);
    scores.score.data.forEach((gain, at) => {
      expect(Number.isNaN(gain)).toBe(at % 7 === 2);
    });
    expect(scores.brainScore.nNotScored).toBe(1);
    expect(scores.joint.get(8)!.nNotScored).toBe(1);
  });

  const rows = (n: number, matrix: Matrix) =>
    takeRows(
      matrix,
      Int32Array.from({ length: n }, (_, i) => i),
    );
  it.each([
    [
      "no distances",
      () => forecastScore(features, new Map(), bold, options),
      OptionError,
      "prepareForecast: distances must hold at least one number of words, got none. Without windows, take brainScore.",
    ],
    [
      "a window of other volumes",
      () => forecastScore(features, new Map([[8, rows(70, windows.get(8)!)]]), bold, options),
      ShapeError,
      "prepareForecast: windows must have as many volumes as the features (130), got 70 (distance 8, 70 x 14).",
    ],
    [
      "bold of other volumes",
      () => forecastScore(features, windows, rows(100, bold), options),
      ShapeError,
      "forecastScore: features, bold and storyLengths must have equally many volumes, got 130 rows of features (130 x 9), 100 rows of bold (100 x 7) and storyLengths 70 + 60 = 130.",
    ],
    [
      "prepared for other volumes",
      async () => scoreForecast(await prepareForecast(features, windows, options), rows(100, bold)),
      ShapeError,
      "scoreBrainScore: bold must have as many volumes as the features that were prepared (130 = storyLengths 70 + 60), got 100",
    ],
    [
      "story lengths",
      () => prepareForecast(features, windows, { ...options, storyLengths: [70, 61] }),
      ShapeError,
      "prepareForecast: storyLengths must add up to the number of volumes (130), got 70 + 61 = 131 (features 130 x 9).",
    ],
    ["no band", () => prepareForecast([], windows, options), ShapeError, "at least one band of features must be given"],
    [
      "an empty window",
      () => forecastScore(features, new Map([[99, Matrix.zeros(nVolumes, 14)]]), bold, options),
      ShapeError,
      "fitDesign: features must vary over the training volumes",
    ],
  ] as const)("refuses %s", async (_, run, errorClass, message) => {
    await expect(run()).rejects.toThrow(errorClass);
    await expect(run()).rejects.toThrow(message);
  });
});
