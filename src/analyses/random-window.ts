import { z } from "zod";
import { mainDistance } from "../features/window.ts";
import type { Analysis } from "./analysis.ts";
import { layerVectors, randomVectorsLike, withWindow, wordsOf } from "./encoding-model.ts";
import { shownDifference } from "./forecast-score.ts";
import { distances, seed, width } from "./setting-kinds.ts";

/** R(X + random) - R(X): what a window of random vectors adds, at the main layer and one distance. */
export const forecastScoreRandomWindowAnalysis: Analysis = {
  name: "forecastScoreRandomWindow",
  description: "Control: forecast score with random vectors in the window's place.",
  adds: "control: random window",
  gains: [],
  shown: {
    ...shownDifference,
    label: "random window",
    what: "what a window of random vectors adds to the brain score",
    isSummarised: false,
  },
  beside: { analysis: "forecastScore", as: "control" },
  sentence: ({ value, distance, isOnly }) =>
    `Random vectors in the window's place give ${value} at ${distance}${isOnly ? "" : ", averaged over regions"}.`,
  settings: z.strictObject({ distances: distances.optional(), width: width.optional(), seed: seed.optional() }),
  contrasts({ mainLayer: layer, distances, width, seed }) {
    const distance = mainDistance(distances);
    if (layer === undefined || distance === undefined) return [];
    const vectors = layerVectors(layer);
    const words = wordsOf(vectors);
    return [
      {
        analysis: "forecastScoreRandomWindow",
        layer,
        distance,
        of: withWindow(words, randomVectorsLike(vectors, seed), distance, width),
        minus: words,
        label: `random window, layer ${layer}`,
      },
    ];
  },
};
