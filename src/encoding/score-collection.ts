import { Matrix } from "../array/matrix.ts";
import type { Fold } from "../ridge/folds.ts";
import type { ResolvedRidgeOptions } from "../ridge/ridge-options.ts";
import { alphaAtEdges, chanceDeviation } from "./alpha-edges.ts";
import type { EncodingScore } from "./brain-score.ts";
import { addMissing, constantPredictions, type MissingScores } from "./missing.ts";
import type { BlockScores } from "./score-block.ts";

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

/** @param nTargets - of the responses */
export function collectScores(
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
