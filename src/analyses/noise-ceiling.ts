import type { Analysis } from "./analysis.ts";
import { shownCorrelation } from "./brain-score.ts";
import { noSettings } from "./setting-kinds.ts";

/**
 * R(others): how well a participant's responses are predicted from the mean responses of the others who heard the same stories, of
 * all targets together, reduced as features are and without delays. One upper bound of the brain score.
 */
export const noiseCeilingAnalysis: Analysis = {
  name: "noiseCeiling",
  description: "Pearson correlation of responses and their prediction from the mean responses of other participants.",
  adds: "responses of others",
  gains: [],
  shown: {
    ...shownCorrelation,
    label: "noise ceiling",
    symbol: "C",
    what: "correlation R of responses and their prediction from the mean responses of the other participants",
    missing: "no participant has a score, or nobody else heard the same stories",
    isSummarised: true,
  },
  beside: { analysis: "brainScore", as: "ceiling" },
  sentence: ({ region, value }) => `The noise ceiling of ${region} is ${value}.`,
  settings: noSettings,
  contrasts: () => [
    {
      analysis: "noiseCeiling",
      layer: "n/a",
      distance: "n/a",
      of: { bands: [{ kind: "others" }] },
      minus: undefined,
      label: "noise ceiling",
    },
  ],
};
