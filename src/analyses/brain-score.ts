import type { Analysis } from "./analysis.ts";
import { layerVectors, wordsOf } from "./encoding-model.ts";

/** R(X) of each layer: how well the present word's vectors predict responses. */
export const brainScore: Analysis = {
  name: "brainScore",
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
