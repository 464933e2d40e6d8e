import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { checkOptions } from "../../src/study/options.ts";
import { stepScores } from "../../src/study/score-step.ts";

const options = checkOptions({ dataset: "data", output: "out", distances: "1,2" });
const model = (lowest: number, highest: number) => ({
  ...{ score: Float64Array.of(0.1), foldScores: Matrix.zeros(5, 1), bestAlphas: Matrix.zeros(5, 1) },
  ...{ nNotScored: 0, missing: [], alphaAtEdges: { lowest, highest } },
});

test("by hand: shares of alphas at the edge are the mean over the models with a score above zero, NaN without any", () => {
  const none = model(Number.NaN, Number.NaN);
  const shares = (...models: (typeof none)[]) => {
    const { alphaAtLowest, alphaAtHighest } = stepScores({ kind: "layer", layer: 8 }, models, options);
    return [alphaAtLowest, alphaAtHighest];
  };
  expect(shares(model(0, 0.5), none, model(0.5, 0.25))).toEqual([0.25, 0.375]);
  expect(shares(none, none, none)).toEqual([Number.NaN, Number.NaN]);
});
