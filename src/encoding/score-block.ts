import { Matrix, takeRows } from "../array/matrix.ts";
import type { Workspace } from "../graph/workspace.ts";
import { correlateRows } from "../linear-algebra/correlation.ts";
import { targetMoments } from "../ridge/by-bounds-design.ts";
import { changeBeyond, type FactoredDesign } from "../ridge/factored-design.ts";
import type { Fold } from "../ridge/folds.ts";
import type { ResolvedRidgeOptions } from "../ridge/ridge-options.ts";
import { observedRows, predictTargets, scoreTargets } from "../ridge/score-targets.ts";
import { asRows, targetsToFit } from "../ridge/targets.ts";
import { judgeTargets, type MissingScores } from "./missing.ts";

/** Models that are scored side by side: the same stories in the same folds, with the same penalties. */
export interface BlockModels {
  readonly nModels: number;
  readonly folds: readonly Fold[];
  readonly ridge: ResolvedRidgeOptions;
  /** The design of a model in a fold; asked for once a block, so that it need not be in memory before. */
  readonly designOf: (model: number, fold: number) => FactoredDesign | Promise<FactoredDesign>;
  /** As {@link ScoreOptions.average}. */
  readonly average: "folds" | "concatenated";
  readonly workspace: Workspace;
}

/** Scores of a block of targets by several models, in double precision; NaN for targets that cannot be scored. */
export interface BlockScores {
  readonly nTargets: number;
  /** 1 for targets whose responses can be scored, [nTargets]. */
  readonly isScorable: Uint8Array;
  /** Why the others cannot. */
  readonly missing: readonly MissingScores[];
  /** Pearson r of each fold's test chunk, [nModels x nFolds x nTargets]; NaN also where the prediction is constant. */
  readonly r: Float64Array;
  /** The penalty that each fold chose, [nModels x nFolds x nTargets]. */
  readonly bestAlpha: Float64Array;
  /** Pearson r over the held-out volumes of all folds, [nModels x nTargets], for `average: "concatenated"`; else empty. */
  readonly pooled: Float64Array;
  /**
   * By how much coefficients could still change under penalties beyond the lowest and the highest ({@link changeBeyond}),
   * [nModels x nFolds x 2]; 0 where no target can be scored. It is the same for all blocks, and with each: who scores one has the designs
   * at hand, of which a whole file would have to be read anew for these two numbers.
   */
  readonly beyond: Float64Array;
}

/**
 * Fits and scores some targets by all models in all folds. What depends on the targets alone is done once a fold.
 *
 * The numbers of a target depend on nothing else in the block but, within the rounding of single precision, on how many
 * targets there are.
 *
 * @param rows - responses, one row a target, [nTargets x nVolumes]
 * @param onDesign - told how many designs are done, of nModels x nFolds; of all at the end, also where no target can be scored
 */
export async function scoreBlock(
  models: BlockModels,
  rows: Matrix,
  onDesign: (done: number) => void = () => {},
): Promise<BlockScores> {
  const nTargets = rows.nRows;
  const { nModels, folds, average } = models;
  const { scorable, missing } = judgeTargets(rows, folds);
  const isScorable = new Uint8Array(nTargets);
  for (const t of scorable) isScorable[t] = 1;
  const filled = (length: number) => new Float64Array(length).fill(Number.NaN);
  const scores = {
    r: filled(nModels * folds.length * nTargets),
    bestAlpha: filled(nModels * folds.length * nTargets),
    pooled: filled(average === "concatenated" ? nModels * nTargets : 0),
    beyond: new Float64Array(nModels * folds.length * 2),
  };
  const put = (to: Float64Array, row: number, values: Float64Array) => {
    for (let k = 0; k < scorable.length; k++) to[row * nTargets + scorable[k]!] = values[k]!;
  };
  if (scorable.length > 0) {
    const sound = scorable.length === nTargets ? rows : takeRows(rows, scorable);
    await (average === "folds" ? scoreFolds : scorePooled)(models, sound, scores, put, onDesign);
  } else onDesign(nModels * folds.length);
  return { nTargets, isScorable, missing, ...scores };
}

/** Models whose designs are in memory at a time: what their penalties follow from is one product of many columns. */
export const MODELS_AT_ONCE = 8;

type Scores = Pick<BlockScores, "r" | "bestAlpha" | "pooled" | "beyond">;
type Put = (to: Float64Array, row: number, values: Float64Array) => void;

async function scoreFolds(
  { nModels, folds, ridge, designOf, workspace }: BlockModels,
  rows: Matrix,
  scores: Scores,
  put: Put,
  onDesign: (done: number) => void,
): Promise<void> {
  const { precision, targetBlock } = ridge;
  for (const [fold, { train, test }] of folds.entries()) {
    const targets = targetsToFit(rows, train, ridge);
    const observed = observedRows(rows, test, ridge);
    for (let first = 0; first < nModels; first += MODELS_AT_ONCE) {
      const designs: FactoredDesign[] = [];
      for (let model = first; model < Math.min(nModels, first + MODELS_AT_ONCE); model++)
        designs.push(await designOf(model, fold));
      const bounds = designs.map((design) => (precision === "float32" ? design.bounds : undefined));
      const moments = await targetMoments(bounds, asRows(targets.block), workspace);
      for (const [i, design] of designs.entries()) {
        const model = first + i;
        const settings = { precision, targetBlock, workspace, moments: moments[i] };
        const { r, bestAlpha } = await scoreTargets(design, targets, observed, settings);
        scores.beyond.set(changeBeyond(design), (model * folds.length + fold) * 2);
        put(scores.r, model * folds.length + fold, r);
        put(scores.bestAlpha, model * folds.length + fold, bestAlpha);
        onDesign(fold * nModels + model + 1);
      }
    }
  }
}

async function scorePooled(
  { nModels, folds, ridge, designOf, workspace }: BlockModels,
  rows: Matrix,
  scores: Scores,
  put: Put,
  onDesign: (done: number) => void,
): Promise<void> {
  const { precision, targetBlock } = ridge;
  const inDouble = { precision: "float64" } as const;
  const all = observedRows(rows, undefined, inDouble);
  for (let model = 0; model < nModels; model++) {
    const whole = Matrix.zeros(rows.nRows, rows.nColumns);
    // Less the mean of the first fold's training volumes: what varies is not lost beside a large mean.
    let origin: Float64Array | undefined;
    for (const [fold, { train, test }] of folds.entries()) {
      const design = await designOf(model, fold);
      const { predicted, mean, bestAlpha } = await predictTargets(design, rows, train, {
        precision,
        targetBlock,
        workspace,
      });
      scores.beyond.set(changeBeyond(design), (model * folds.length + fold) * 2);
      put(scores.r, model * folds.length + fold, correlateRows(predicted, observedRows(rows, test, inDouble)));
      put(scores.bestAlpha, model * folds.length + fold, bestAlpha);
      origin ??= mean;
      for (let t = 0; t < rows.nRows; t++) {
        const offset = mean[t]! - origin[t]!;
        for (let i = 0; i < test.length; i++)
          whole.data[t * rows.nColumns + test[i]!] = predicted.data[t * test.length + i]! + offset;
      }
      onDesign(model * folds.length + fold + 1);
    }
    put(scores.pooled, model, correlateRows(whole, all));
  }
}
