import type { Analysis } from "./analysis.ts";
import { layerVectors, withWindow, wordsOf } from "./encoding-model.ts";

/** F(d) = R(X + W(d)) - R(X) of each layer: what a window of words d ahead adds to the present word's vectors. */
export const forecastScore: Analysis = {
  name: "forecastScore",
  contrasts: ({ layers, distances, width }) =>
    layers.flatMap((layer) =>
      distances.map((distance) => {
        const vectors = layerVectors(layer);
        const words = wordsOf(vectors);
        return {
          analysis: "forecastScore",
          layer,
          distance,
          of: withWindow(words, vectors, distance, width),
          minus: words,
          label: `layer ${layer}`,
        };
      }),
    ),
};
