import type { Analysis } from "./analysis.ts";
import { shownCorrelation } from "./brain-score.ts";
import { layerVectors, wordsOf } from "./encoding-model.ts";
import { noSettings } from "./setting-kinds.ts";

/** R(X) where X are vectors of the same architecture with random weights, at the main layer. */
export const brainScoreRandomWeightsAnalysis: Analysis = {
  name: "brainScoreRandomWeights",
  description: "Control: brain score of the same language model with random weights.",
  adds: "control: random weights",
  gains: [],
  shown: {
    ...shownCorrelation,
    label: "random weights",
    what: "correlation R of responses and their prediction from the same language model with random weights",
    isSummarised: false,
  },
  beside: { analysis: "brainScore", as: "control" },
  settings: noSettings,
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
