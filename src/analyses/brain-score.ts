import type { Analysis } from "./analysis.ts";
import { layerVectors, wordsOf } from "./encoding-model.ts";
import { noSettings } from "./setting-kinds.ts";
import type { Shown } from "./shown.ts";

/** How Pearson correlations are shown. */
export const shownCorrelation = {
  symbol: "R",
  unit: undefined,
  decimals: 3,
  range: [-1, 1],
  isSymmetric: true,
  colour: "brain",
  missing: "no participant has a score",
} as const satisfies Partial<Shown>;

/** R(X) of each layer: how well the present word's vectors predict responses. */
export const brainScoreAnalysis: Analysis = {
  name: "brainScore",
  description: "Pearson correlation of predicted and measured responses on held-out volumes.",
  adds: "present words",
  gains: [
    {
      name: "brainScoreBeyondWordRate",
      description: "Brain score minus that of the word rate, within participants.",
      over: "brainScoreWordRate",
      than: "that of word rate",
    },
    {
      name: "brainScoreBeyondRandomWeights",
      description: "Brain score minus that of the same model with random weights, within participants.",
      over: "brainScoreRandomWeights",
      than: "that of random weights",
    },
  ],
  shares: [
    {
      name: "brainScoreCeilingShare",
      description: "Brain score divided by the noise ceiling, where that is above zero over participants.",
      over: "noiseCeiling",
      shown: {
        label: "share of the noise ceiling",
        symbol: "R / C",
        what: "mean brain score divided by the mean noise ceiling",
        unit: "%",
        decimals: 0,
        range: undefined,
        isSymmetric: true,
        colour: "brain",
        isSummarised: true,
        missing: "the noise ceiling is not above zero over participants",
      },
      sentence: ({ region, value }) => `Of the noise ceiling of ${region}, the brain score reaches ${value}.`,
    },
  ],
  shown: {
    ...shownCorrelation,
    label: "brain score",
    what: "correlation R of predicted and measured responses on held-out volumes, averaged over folds",
    isSummarised: true,
  },
  sentence({ model, layer, region, isOnly, value }) {
    const ofModel = `With${layer === "n/a" ? "" : ` layer ${layer} of`} ${model}`;
    return isOnly
      ? `${ofModel}, the brain score of ${region} is ${value}.`
      : `${ofModel}, the brain score is largest in ${region} (${value}).`;
  },
  settings: noSettings,
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
