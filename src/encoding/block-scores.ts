import { Matrix, takeRows } from "../array/matrix.ts";
import type { Workspace } from "../graph/workspace.ts";
import type { FactoredDesign } from "../ridge/factored-design.ts";
import type { Fold } from "../ridge/folds.ts";
import type { ResolvedRidgeOptions } from "../ridge/ridge-options.ts";
import { alphaAtEdges, chanceDeviation } from "./alpha-edges.ts";
import type { EncodingScore } from "./brain-score.ts";
import { addMissing, constantPredictions, judgeTargets, type MissingScores } from "./missing.ts";

/** Encoding models that are scored side by side: the same stories in the same folds, with the same penalties. */
export interface BlockModels {
  readonly nModels: number;
  readonly folds: readonly Fold[];
  readonly ridge: ResolvedRidgeOptions;
  /** The design of an encoding model in a fold; asked for once a block, so that it need not be in memory before. */
  readonly designOf: (model: number, fold: number) => FactoredDesign | Promise<FactoredDesign>;
  /** As `ScoreOptions.average`. */
  readonly average: "folds" | "concatenated";
  readonly workspace: Workspace;
}

/** Scores of a block of targets by several encoding models, in double precision; NaN for targets that cannot be scored. */
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
   * [nModels x nFolds x 2]; 0 where no target can be scored. It is the same for all blocks, and kept with
   * each: a whole file of a design would have to be read anew for these two numbers.
   */
  readonly beyond: Float64Array;
}

/** Encoding models whose designs are in memory at a time: eight, so that their choices begin with one wide product. */
export const MODELS_AT_ONCE = 8;

/** A block of targets whose scores are to be filled in. */
export interface OpenBlock {
  readonly scores: BlockScores;
  /** Those that can be scored, one row a target. */
  readonly rows: Matrix;
  /** Where the numbers of an encoding model in a fold begin, in units of a row of targets. */
  readonly rowOf: (model: number, fold: number) => number;
  /** Notes numbers of {@link rows}, one each, as a row of numbers of all targets. */
  readonly put: (to: Float64Array, row: number, values: Float64Array) => void;
}

/** Finds which targets of a block can be scored, and makes arrays for their scores: NaN for all others. */
export function openBlock({ nModels, folds, average }: BlockModels, rows: Matrix): OpenBlock {
  const nTargets = rows.nRows;
  const { scorable, missing } = judgeTargets(rows, folds);
  const isScorable = new Uint8Array(nTargets);
  for (const t of scorable) isScorable[t] = 1;
  const filled = (length: number) => new Float64Array(length).fill(Number.NaN);
  return {
    scores: {
      nTargets,
      isScorable,
      missing,
      r: filled(nModels * folds.length * nTargets),
      bestAlpha: filled(nModels * folds.length * nTargets),
      pooled: filled(average === "concatenated" ? nModels * nTargets : 0),
      beyond: new Float64Array(nModels * folds.length * 2),
    },
    rows: scorable.length === nTargets ? rows : takeRows(rows, scorable),
    rowOf: (model, fold) => model * folds.length + fold,
    put(to, row, values) {
      for (let k = 0; k < scorable.length; k++) to[row * nTargets + scorable[k]!] = values[k]!;
    },
  };
}

/** Puts the scores of blocks of targets together. */
export interface ScoreCollection {
  /**
   * Takes a block in.
   *
   * @param columns - the targets of the block
   */
  add(columns: Int32Array, block: BlockScores): void;
  /** The scores of all targets, by model. */
  finish(): readonly EncodingScore[];
}

/**
 * Puts the scores of blocks together.
 *
 * @param nTargets - of the responses
 */
export function gatherBlocks(
  nTargets: number,
  {
    nModels,
    folds,
    ridge,
  }: { readonly nModels: number; readonly folds: readonly Fold[]; readonly ridge: ResolvedRidgeOptions },
): ScoreCollection {
  const nFolds = folds.length;
  const filled = (nRows: number) => {
    const matrix = Matrix.zeros(nRows, nTargets);
    matrix.data.fill(Number.NaN);
    return matrix;
  };
  const models = Array.from({ length: nModels }, () => ({
    foldScores: filled(nFolds),
    bestAlphas: filled(nFolds),
    pooled: new Float64Array(nTargets).fill(Number.NaN),
    beyond: Matrix.zeros(nFolds, 2),
  }));
  let isPooled = false;
  const isScorable = new Uint8Array(nTargets);
  const missing: (readonly MissingScores[])[] = [];
  return {
    add(columns, { r, bestAlpha, pooled, beyond, ...block }) {
      isPooled ||= pooled.length > 0;
      missing.push(block.missing);
      columns.forEach((column, k) => {
        isScorable[column] = block.isScorable[k]!;
      });
      const width = columns.length;
      models.forEach((model, m) => {
        // The same in all blocks with targets that can be scored.
        for (let i = 0; i < nFolds * 2; i++)
          model.beyond.data[i] = Math.max(model.beyond.data[i]!, beyond[m * nFolds * 2 + i]!);
        for (let fold = 0; fold < nFolds; fold++) {
          const from = (m * nFolds + fold) * width;
          for (let k = 0; k < width; k++) {
            const to = fold * nTargets + columns[k]!;
            model.foldScores.data[to] = r[from + k]!;
            model.bestAlphas.data[to] = bestAlpha[from + k]!;
          }
        }
        if (isPooled) for (let k = 0; k < width; k++) model.pooled[columns[k]!] = pooled[m * width + k]!;
      });
    },
    finish: () =>
      models.map(({ foldScores, bestAlphas, pooled, beyond }) => {
        const score = isPooled ? pooled : meanOverFolds(foldScores);
        const nTest = folds.map(({ test }) => test.length);
        const deviation = chanceDeviation(score, nTest);
        return {
          score,
          foldScores,
          bestAlphas,
          nNotScored: score.reduce((count, r) => count + (Number.isNaN(r) ? 1 : 0), 0),
          missing: [...addMissing(missing), ...constantPredictions(foldScores, isScorable)],
          alphaAtEdges: alphaAtEdges(bestAlphas, score, { alphas: ridge.alphas, beyond, deviation }),
        };
      }),
  };
}

/** The mean of each column; NaN where any fold is. */
function meanOverFolds({ data, nRows, nColumns }: Matrix): Float64Array {
  const mean = new Float64Array(nColumns);
  for (let fold = 0; fold < nRows; fold++) {
    for (let j = 0; j < nColumns; j++) mean[j]! += data[fold * nColumns + j]! / nRows;
  }
  return mean;
}
