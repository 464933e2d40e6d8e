import type { Analysis } from "./analysis.ts";
import { wordRateModel } from "./encoding-model.ts";

/** R(rate): how well the number of words a volume predicts responses. */
export const brainScoreWordRate: Analysis = {
  name: "brainScoreWordRate",
  description: "Control: brain score of the number of words in each volume.",
  adds: "control: word rate",
  gains: [],
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
