import type { Analysis } from "./analysis.ts";
import { shownCorrelation } from "./brain-score.ts";
import { wordRateModel } from "./encoding-model.ts";
import { noSettings } from "./setting-kinds.ts";

/** R(rate): how well the number of words a volume predicts responses. */
export const brainScoreWordRateAnalysis: Analysis = {
  name: "brainScoreWordRate",
  description: "Control: brain score of the number of words in each volume.",
  adds: "control: word rate",
  gains: [],
  shown: {
    ...shownCorrelation,
    label: "word rate",
    what: "correlation R of responses and their prediction from the number of words in each volume",
    isSummarised: false,
  },
  beside: { analysis: "brainScore", as: "control" },
  settings: noSettings,
  contrasts: () => [
    {
      analysis: "brainScoreWordRate",
      layer: "n/a",
      distance: "n/a",
      of: wordRateModel,
      minus: undefined,
      label: "word rate",
    },
  ],
};
