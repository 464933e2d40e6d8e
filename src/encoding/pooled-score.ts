import { Matrix } from "../array/matrix.ts";
import { correlateRows } from "../linear-algebra/correlation.ts";
import { changeBeyond } from "../ridge/factored-design.ts";
import { observedRows, predictTargets } from "../ridge/score-targets.ts";
import type { BlockModels, OpenBlock } from "./block-scores.ts";

/**
 * Scores a block by the correlation of the held-out predictions of all folds, one after the other, with the data, in double precision.
 *
 * @param onDesign - as of `scoreBlock`
 */
export async function scorePooled(
  { nModels, folds, ridge, designOf, workspace }: BlockModels,
  { rows, scores, rowOf, put }: OpenBlock,
  onDesign: (done: number) => void,
): Promise<void> {
  const { precision, targetBlock } = ridge;
  const inDouble = { precision: "float64" } as const;
  const all = observedRows(rows, undefined, inDouble);
  for (let model = 0; model < nModels; model++) {
    const whole = Matrix.zeros(rows.nRows, rows.nColumns);
    // Less the mean of the first fold's training volumes, so that variations keep their digits beside a large mean.
    let origin: Float64Array | undefined;
    for (const [fold, { train, test }] of folds.entries()) {
      const design = await designOf(model, fold);
      const { predicted, mean, bestAlpha } = await predictTargets(design, rows, train, {
        precision,
        targetBlock,
        workspace,
      });
      scores.beyond.set(changeBeyond(design), rowOf(model, fold) * 2);
      put(scores.r, rowOf(model, fold), correlateRows(predicted, observedRows(rows, test, inDouble)));
      put(scores.bestAlpha, rowOf(model, fold), bestAlpha);
      origin ??= mean;
      for (let t = 0; t < rows.nRows; t++) {
        const offset = mean[t]! - origin[t]!;
        for (let i = 0; i < test.length; i++)
          whole.data[t * rows.nColumns + test[i]!] = predicted.data[t * test.length + i]! + offset;
      }
      onDesign(rowOf(model, fold) + 1);
    }
    put(scores.pooled, model, correlateRows(whole, all));
  }
}
