import { describe, expect, it } from "vitest";
import { joinRows, Matrix } from "../../src/array/matrix.ts";
import { forecastWindow } from "../../src/features/window.ts";
import { fitLayerComponents } from "../../src/phantom/planted-features.ts";
import { applyPca, fitPca } from "../../src/ridge/pca.ts";
import { applyStandardise, fitStandardise } from "../../src/ridge/standardise.ts";
import { wordsToVolumes } from "../../src/stimulus/volumes.ts";
import { randomStory } from "./tiny.ts";

const repetitionTime = 1.5;
const layer = 3;
const options = { repetitionTime, layer } as const;

const stories = [randomStory(300, "first", options), randomStory(250, "second", options)];

/** Volumes of words or windows, as an analysis makes them. */
const volumes = (distance: number | undefined) =>
  joinRows(
    stories.map(({ activations, onsets, nVolumes }) => {
      const words = activations.get(layer)!;
      const vectors = distance === undefined ? words : forecastWindow(words, { distance });
      return wordsToVolumes(vectors, onsets, { nVolumes, repetitionTime });
    }),
  );

describe("fitLayerComponents", () => {
  it.each([
    ["the words heard, fitted to themselves", undefined, undefined],
    ["the window at 8, which all windows are fitted to", 8, 8],
    ["the window at 3", 3, 8],
    ["a window of the past", -6, 8],
  ])(
    "%s: the scores of the steps that an analysis takes, less those of silence (identity)",
    async (_, distance, fittedOn) => {
      const components = await fitLayerComponents(stories, layer, { repetitionTime });
      const fitted = volumes(fittedOn);
      const standardisation = fitStandardise(fitted);
      const pca = await fitPca(applyStandardise(fitted, standardisation), 20);
      const scoresOf = (x: Matrix) => applyPca(applyStandardise(x, standardisation), pca);
      const expected = await scoresOf(volumes(distance));
      const silence = await scoresOf(Matrix.zeros(1, fitted.nColumns));
      const actual = components(distance);
      expect([actual.nRows, actual.nColumns]).toEqual([expected.nRows, 20]);
      const scale = Math.max(...expected.data.map(Math.abs));
      // Vectors are summed to volumes in single precision on one way, and projected first on the other.
      actual.data.forEach((value, i) => {
        expect(Math.abs(value - (expected.data[i]! - silence.data[i % 20]!))).toBeLessThan(1e-5 * scale);
      });
    },
  );
});
