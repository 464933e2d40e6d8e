import type { Analysis } from "./analysis.ts";
import { layerVectors, wordsOf } from "./encoding-model.ts";

/** R(X) of each layer: how well the present word's vectors predict responses. */
export const brainScore: Analysis = {
  name: "brainScore",
  description: "Pearson correlation of predicted and measured responses on held-out volumes.",
  adds: "present words",
  gains: [
    {
      name: "brainScoreBeyondWordRate",
      description: "Brain score minus that of the word rate, within participants.",
      over: "brainScoreWordRate",
    },
    {
      name: "brainScoreBeyondRandomWeights",
      description: "Brain score minus that of the same model with random weights, within participants.",
      over: "brainScoreRandomWeights",
    },
  ],
  contrasts: ({ layers }) =>
    layers.map((layer) => ({
      analysis: "brainScore",
      layer,
      distance: "n/a",
      of: wordsOf(layerVectors(layer)),
      minus: undefined,
      label: `layer ${layer}`,
    })),
};
