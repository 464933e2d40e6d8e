import { type FloatArray, Matrix } from "../array/matrix.ts";
import { correlateRows } from "../regression/correlate.ts";
import type { Fold } from "../regression/folds.ts";
import type { ResolvedRidgeOptions } from "../regression/ridge-options.ts";
import { observedRows, predictTargets, scoreTargets } from "../regression/score-targets.ts";
import type { ScoringDesign } from "../regression/scoring-design.ts";
import { prepareTargets } from "../regression/target-block.ts";

/** Models that are scored side by side: the same stories in the same folds, with the same penalties. */
export interface BlockModels {
  readonly nModels: number;
  readonly folds: readonly Fold[];
  readonly ridge: ResolvedRidgeOptions;
  /** The design of a model in a fold; asked for once a block, so that it need not be in memory before. */
  readonly designOf: (model: number, fold: number) => ScoringDesign | Promise<ScoringDesign>;
  /** As {@link ScoreOptions.average}. */
  readonly average: "folds" | "concatenated";
}

/** Scores of a block of targets by several models, in double precision. */
export interface BlockScores {
  /** Pearson r of each fold's test chunk, [nModels x nFolds x nTargets]; NaN where the prediction is constant. */
  readonly r: Float64Array;
  /** The penalty that each fold chose, [nModels x nFolds x nTargets]. */
  readonly bestAlpha: Float64Array;
  /** Pearson r over the held-out volumes of all folds, [nModels x nTargets], for `average: "concatenated"`; else empty. */
  readonly pooled: Float64Array;
}

/**
 * Fits and scores some targets by all models in all folds. What depends on the targets alone is done once a fold.
 *
 * The numbers of a target depend on nothing else in the block but, within the rounding of single precision, on how many
 * targets there are.
 *
 * @param rows - responses of targets that can be scored, one row a target, [nTargets x nVolumes]
 * @param onFold - told how many designs are done, of nModels x nFolds
 */
export async function scoreBlock(
  { nModels, folds, ridge, designOf, average }: BlockModels,
  rows: Matrix,
  onDesign: (done: number) => void = () => {},
): Promise<BlockScores> {
  const nTargets = rows.nRows;
  const size = nModels * folds.length * nTargets;
  const scores = {
    r: new Float64Array(size),
    bestAlpha: new Float64Array(size),
    pooled: new Float64Array(average === "concatenated" ? nModels * nTargets : 0),
  };
  const place = (model: number, fold: number) => (model * folds.length + fold) * nTargets;
  let done = 0;
  if (average === "concatenated") {
    const all = observedRows(rows, undefined, { precision: "float64" });
    for (let model = 0; model < nModels; model++) {
      const whole = new Float64Array(rows.data.length);
      for (const [fold, { train, test }] of folds.entries()) {
        const design = await designOf(model, fold);
        const { predicted, bestAlpha } = await predictTargets(design, rows, train, ridge);
        const observed = observedRows(rows, test, { precision: "float64" });
        scores.r.set(correlateRows(predicted, observed), place(model, fold));
        scores.bestAlpha.set(bestAlpha, place(model, fold));
        for (let t = 0; t < nTargets; t++) {
          for (let i = 0; i < test.length; i++)
            whole[t * rows.nColumns + test[i]!] = predicted.data[t * test.length + i]!;
        }
        onDesign(++done);
      }
      scores.pooled.set(correlateRows(Matrix.of(whole, nTargets, rows.nColumns), all), model * nTargets);
    }
    return scores;
  }
  const like = ridge.precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  for (const [fold, { train, test }] of folds.entries()) {
    const block = prepareTargets<FloatArray>(rows, train, ridge.intercept, like);
    const observed = observedRows(rows, test, ridge);
    for (let model = 0; model < nModels; model++) {
      const design = await designOf(model, fold);
      const { r, bestAlpha } = await scoreTargets(design, rows, train, observed, ridge, block);
      scores.r.set(r, place(model, fold));
      scores.bestAlpha.set(bestAlpha, place(model, fold));
      onDesign(++done);
    }
  }
  return scores;
}
