import type { Matrix } from "../array/matrix.ts";

/**
 * The shares (0..1) of chosen penalties that are the lowest and the highest of those on offer; NaN where none was chosen.
 *
 * @param chosen - penalties, any shape; NaN is passed over
 * @param alphas - the penalties on offer, in any order
 */
export function alphaAtEdges(
  chosen: Matrix,
  alphas: readonly number[],
): { readonly lowest: number; readonly highest: number } {
  const least = Math.min(...alphas);
  const greatest = Math.max(...alphas);
  let lowest = 0;
  let highest = 0;
  let n = 0;
  for (const alpha of chosen.data) {
    if (Number.isNaN(alpha)) continue;
    n++;
    if (alpha === least) lowest++;
    if (alpha === greatest) highest++;
  }
  return { lowest: lowest / n, highest: highest / n };
}
