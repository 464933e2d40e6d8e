import { Matrix } from "../array/matrix.ts";
import type { ResolvedRidgeOptions } from "../regression/ridge-options.ts";
import { alphaAtEdges } from "./alpha-edges.ts";
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
    nFolds,
    ridge,
  }: { readonly nModels: number; readonly nFolds: number; readonly ridge: ResolvedRidgeOptions },
): ScoreCollection {
  const filled = (nRows: number) => {
    const matrix = Matrix.zeros(nRows, nTargets);
    matrix.data.fill(Number.NaN);
    return matrix;
  };
  const models = Array.from({ length: nModels }, () => ({
    foldScores: filled(nFolds),
    bestAlphas: filled(nFolds),
    pooled: new Float64Array(nTargets).fill(Number.NaN),
  }));
  let isPooled = false;
  const isScorable = new Uint8Array(nTargets);
  const missing: (readonly MissingScores[])[] = [];
  return {
    add(columns, { r, bestAlpha, pooled, ...block }) {
      isPooled ||= pooled.length > 0;
      missing.push(block.missing);
      columns.forEach((column, k) => {
        isScorable[column] = block.isScorable[k]!;
      });
      const width = columns.length;
      models.forEach((model, m) => {
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
      models.map(({ foldScores, bestAlphas, pooled }) => {
        const score = isPooled ? pooled : meanOverFolds(foldScores);
        return {
          score,
          foldScores,
          bestAlphas,
          nNotScored: score.reduce((count, r) => count + (Number.isNaN(r) ? 1 : 0), 0),
          missing: [...addMissing(missing), ...constantPredictions(foldScores, isScorable)],
          alphaAtEdges: alphaAtEdges(bestAlphas, score, ridge.alphas),
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
