import type { FloatArray, Matrix } from "../array/matrix.ts";

/**
 * The shares (0..1) of chosen penalties that are the lowest and the highest of those on offer, over the targets with a
 * score above zero; NaN where none was chosen.
 *
 * @param chosen - penalties, [nFolds x nTargets]; NaN is passed over
 * @param score - of each target, [nTargets]
 * @param alphas - the penalties on offer, in any order
 * @remarks A target that is noise is predicted best by almost nothing, and chooses the highest penalty of any grid: it
 * says nothing about whether the grid is wide enough.
 */
export function alphaAtEdges(
  chosen: Matrix,
  score: FloatArray,
  alphas: readonly number[],
): { readonly lowest: number; readonly highest: number } {
  const least = Math.min(...alphas);
  const greatest = Math.max(...alphas);
  let lowest = 0;
  let highest = 0;
  let n = 0;
  chosen.data.forEach((alpha, i) => {
    // A score that is NaN is not above zero.
    if (Number.isNaN(alpha) || !(score[i % chosen.nColumns]! > 0)) return;
    n++;
    if (alpha === least) lowest++;
    if (alpha === greatest) highest++;
  });
  return { lowest: lowest / n, highest: highest / n };
}
