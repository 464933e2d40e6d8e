import type { FloatArray, Matrix } from "../array/matrix.ts";
import { benjaminiHochberg } from "../statistics/fdr.ts";
import { normalCdf } from "../statistics/normal.ts";

/** A target is predicted beyond chance where its q is under this: the level of all tests of the report. */
const MOST_FALSE = 0.01;

/** Share of their length by which coefficients may change without a warning: a change of 1 % at a right angle moves r by 5e-5 of itself. */
const NO_CHANGE = 0.01;

/**
 * The standard deviation of a score where there is nothing to predict: the greater of two.
 *
 * - Of white noise: r of n independent normal numbers with any others has variance 1 / (n - 1); the mean over K folds
 *   sum_k 1 / (n_k - 1) / K^2, which is, of equal folds, nearly that of all n volumes together.
 * - Of the scores below zero, the root of their mean square: where something is predicted the score is above zero, so that these are
 *   noise, and noise lies as far above zero as below. Neighbouring volumes are alike, so that this is more than of white noise.
 *
 * @param score - of each target, [nTargets]; NaN is passed over
 * @param nTest - volumes that each fold holds out, [nFolds]
 */
export function chanceDeviation(score: FloatArray, nTest: readonly number[]): number {
  const white = nTest.reduce((sum, n) => sum + 1 / (n - 1), 0) / nTest.length ** 2;
  let [squares, n] = [0, 0];
  for (const r of score) {
    if (!(r < 0)) continue;
    squares += r * r;
    n++;
  }
  return Math.sqrt(n > 0 ? Math.max(white, squares / n) : white);
}

/** What {@link alphaAtEdges} judges choices by. */
export interface EdgeSettings {
  /** The penalties on offer, in any order. */
  readonly alphas: readonly number[];
  /** From `changeBeyond` of each fold's design, [nFolds x 2]. */
  readonly beyond: Matrix;
  /** From {@link chanceDeviation}. */
  readonly deviation: number;
}

/**
 * The shares (0..1) of chosen penalties at the lower and at the upper edge of those on offer, where a wider range would matter.
 *
 * All choices are counted, one a fold, of the targets that are predicted beyond chance: whose score over `deviation` is, as a
 * standard normal number, significantly above zero (one-sided, q < .01 by Benjamini and Hochberg over the targets). Of these, a choice is at
 * an edge where it fell on the lowest or highest penalty and penalties beyond that could change the fold's coefficients by more than 1 %.
 *
 * @param chosen - penalties, [nFolds x nTargets]; NaN is passed over
 * @param score - of each target, [nTargets]; NaN where it has none
 * @returns NaN where no target is predicted
 * @remarks A target that is noise chooses the highest penalty of any range, and half of all such targets have a score above zero: they
 * are not counted. Where the highest penalty is far larger than the design, a higher one only scales the prediction, and r stays.
 */
export function alphaAtEdges(
  chosen: Matrix,
  score: FloatArray,
  { alphas, beyond, deviation }: EdgeSettings,
): { readonly lowest: number; readonly highest: number } {
  const [least, greatest] = [Math.min(...alphas), Math.max(...alphas)];
  const q = benjaminiHochberg(Float64Array.from(score, (r) => normalCdf(-r / deviation)));
  const edges = [least, greatest];
  const counts = [0, 0];
  let n = 0;
  chosen.data.forEach((alpha, i) => {
    // A q that is NaN is not under the limit.
    if (Number.isNaN(alpha) || !(q[i % chosen.nColumns]! < MOST_FALSE)) return;
    n++;
    const fold = Math.floor(i / chosen.nColumns);
    edges.forEach((edge, e) => {
      if (alpha === edge && beyond.data[fold * 2 + e]! > NO_CHANGE) counts[e]!++;
    });
  });
  return { lowest: counts[0]! / n, highest: counts[1]! / n };
}
