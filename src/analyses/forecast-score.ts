import { z } from "zod";
import { FORECAST_DISTANCE } from "../features/window.ts";
import type { Analysis } from "./analysis.ts";
import { layerVectors, withWindow, wordsOf } from "./encoding-model.ts";
import { distances, width } from "./setting-kinds.ts";
import type { Shown } from "./shown.ts";

/** How differences of two correlations are shown. */
export const shownDifference = {
  symbol: "F",
  unit: undefined,
  decimals: 4,
  range: [-1, 1],
  isSymmetric: true,
  colour: "forecast",
  missing: "no participant has a score",
} as const satisfies Partial<Shown>;

/** F(d) = R(X + W(d)) - R(X) of each layer: what a window of words d ahead adds to the present word's vectors. */
export const forecastScoreAnalysis: Analysis = {
  name: "forecastScore",
  description:
    "Brain score with the forecast window at this distance joined to the features, minus brain score without.",
  adds: "forecast windows",
  gains: [
    {
      name: "forecastScoreBeyondZero",
      description: "Forecast score at distance 8 minus that at distance 0, within participants.",
      over: "forecastScore",
      distances: [FORECAST_DISTANCE, 0],
    },
    {
      name: "forecastScoreBeyondRandomWindow",
      description: "Forecast score minus that of random vectors in the window's place, within participants.",
      over: "forecastScoreRandomWindow",
      than: "with random vectors",
    },
  ],
  shown: {
    ...shownDifference,
    label: "forecast score",
    what: "what the window adds to the brain score",
    isSummarised: true,
  },
  sentence({ layer, distance, isAtEdge, isOnly, value, isAboveZero }) {
    const largest = `largest at a distance of ${distance}, ${value}`;
    return `${isOnly ? "The" : "Averaged over regions, the"} forecast score${layer === "n/a" ? "" : ` (layer ${layer})`} is ${isAboveZero ? largest : `above zero at no distance (${largest})`}${isAtEdge ? ", the edge of the distances computed" : ""}.`;
  },
  settings: z.strictObject({ distances: distances.optional(), width: width.optional() }),
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
