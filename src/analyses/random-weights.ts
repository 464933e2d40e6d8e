import type { Analysis } from "./analysis.ts";
import { layerVectors, wordsOf } from "./encoding-model.ts";

/** R(X) where X are vectors of the same architecture with random weights, at the main layer. */
export const brainScoreRandomWeights: Analysis = {
  name: "brainScoreRandomWeights",
  description: "Control: brain score of the same language model with random weights.",
  adds: "control: random weights",
  gains: [],
  contrasts: ({ mainLayer: layer }) =>
    layer === undefined
      ? []
      : [
          {
            analysis: "brainScoreRandomWeights",
            layer,
            distance: "n/a",
            of: wordsOf(layerVectors(layer, "random")),
            minus: undefined,
            label: `random weights, layer ${layer}`,
          },
        ],
};
