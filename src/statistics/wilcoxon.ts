import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { OptionError } from "../errors.ts";
import { normalCdf } from "./normal.ts";

/** What the differences are held to be, if not symmetric about 0; and what many tests share. */
export interface WilcoxonOptions {
  /** `"greater"`: above 0; `"less"`: below; `"two-sided"` (default): either. */
  readonly alternative?: "two-sided" | "greater" | "less" | undefined;
  /** Kept from one test to the next by who takes many, of few different numbers of differences; new for each unless given. */
  readonly counts?: Map<number, Float64Array> | undefined;
}

/** The outcome of a signed-rank test. */
export interface WilcoxonResult {
  /** Sum of ranks of the positive differences; two-sided, the smaller of that and the sum for the negative ones. */
  readonly statistic: number;
  /** Sum of ranks of the positive differences: above n (n + 1) / 4 they lie above 0 by rank, below it below. */
  readonly positive: number;
  /** NaN where no difference is left. */
  readonly pValue: number;
  /** Differences that were ranked: neither 0 nor NaN. */
  readonly n: number;
}

/** Up to this many differences the null distribution is exact, where there are no ties and no zeros: scipy's limit. */
const MOST_EXACT = 50;
/** Up to this many it is exact with ties and zeros as well: scipy's limit, which enumerates all 2^13 patterns of signs. */
const MOST_EXACT_WITH_TIES = 13;

/**
 * Wilcoxon's signed-rank test of whether differences over subjects are symmetric about 0.
 *
 * Zeros are dropped. The p-value comes from the exact null distribution, over all patterns of signs, where at most 50
 * differences were given and neither ties (in magnitude) nor zeros are among them, or at most 13 with them; else from the
 * normal approximation, its variance corrected for ties, without continuity correction.
 *
 * @param differences - one a subject; NaN marks a subject without a value, who is left out
 * @throws OptionError where `alternative` is unknown, or a difference is infinite
 * @remarks Equal to scipy.stats.wilcoxon(d, nan_policy="omit", correction=False) of scipy 1.17, method "auto", which takes
 * ties and zeros so since 1.13. Where all of at most 13 differences are zeros, scipy gives 1; we give NaN, as both do for more.
 * @see doi:10.2307/3001968
 */
export function wilcoxonSignedRank(differences: ArrayLike<number>, options: WilcoxonOptions = {}): WilcoxonResult {
  checkArgument("wilcoxonSignedRank: differences", differences, "a list of numbers");
  checkArgument("wilcoxonSignedRank: options", options, "an object");
  const { alternative = "two-sided", counts = new Map() } = options;
  checkChoice("wilcoxonSignedRank: alternative", alternative, ["two-sided", "greater", "less"]);
  const kept = new Float64Array(differences.length);
  let [n, nGiven] = [0, 0];
  for (let i = 0; i < differences.length; i++) {
    const difference = differences[i]!;
    if (Number.isNaN(difference)) continue;
    if (!Number.isFinite(difference)) {
      throw new OptionError(`wilcoxonSignedRank: differences must be finite or NaN, got ${difference} (index ${i}).`);
    }
    nGiven++;
    if (difference !== 0) kept[n++] = difference;
  }
  const doubledRanks: number[] | undefined = nGiven <= MOST_EXACT_WITH_TIES ? [] : undefined;
  const { positive, tieCorrection } = rankSum(kept.subarray(0, n), doubledRanks);
  const total = (n * (n + 1)) / 2;
  const statistic = alternative === "two-sided" ? Math.min(positive, total - positive) : positive;
  if (n === 0) return { statistic, positive, pValue: Number.NaN, n };
  const isPlain = n === nGiven && tieCorrection === 0;
  const [less, greater] =
    isPlain && nGiven <= MOST_EXACT
      ? exactTails(countSubsets(n, counts), positive, n)
      : doubledRanks
        ? exactTails(countSums(doubledRanks), 2 * positive, n)
        : normalTails(positive, n, tieCorrection);
  const pValue =
    alternative === "less" ? less : alternative === "greater" ? greater : Math.min(1, 2 * Math.min(less, greater));
  return { statistic, positive, pValue, n };
}

/**
 * The sum of the ranks (by magnitude, ties averaged) of the positive numbers, and sum of t^3 - t over ties of t.
 *
 * @param values - none 0; they are sorted in place
 * @param doubledRanks - where twice the rank of each number goes, a whole number with ties as well
 */
function rankSum(
  values: Float64Array,
  doubledRanks?: number[],
): { readonly positive: number; readonly tieCorrection: number } {
  sortInPlace(values);
  // From zero outwards, magnitudes rise to both sides: negative numbers to the left, positive ones to the right.
  let right = 0;
  while (right < values.length && values[right]! < 0) right++;
  let left = right - 1;
  let positive = 0;
  let tieCorrection = 0;
  for (let nRanked = 0; nRanked < values.length; ) {
    const below = left >= 0 ? -values[left]! : Number.POSITIVE_INFINITY;
    const above = right < values.length ? values[right]! : Number.POSITIVE_INFINITY;
    const magnitude = Math.min(below, above);
    const from = right;
    while (right < values.length && values[right] === magnitude) right++;
    while (left >= 0 && values[left] === -magnitude) left--;
    const end = right - 1 - left;
    positive += ((nRanked + 1 + end) / 2) * (right - from);
    tieCorrection += (end - nRanked) ** 3 - (end - nRanked);
    if (doubledRanks) for (let k = nRanked; k < end; k++) doubledRanks.push(nRanked + 1 + end);
    nRanked = end;
  }
  return { positive, tieCorrection };
}

/** Up to this many numbers, putting each in its place is quicker than the built-in sort, which is called for each vertex. */
const FEW = 24;

function sortInPlace(values: Float64Array): void {
  if (values.length > FEW) values.sort();
  else
    for (let i = 1; i < values.length; i++) {
      const value = values[i]!;
      let to = i;
      for (; to > 0 && values[to - 1]! > value; to--) values[to] = values[to - 1]!;
      values[to] = value;
    }
}

/** P(W <= w) and P(W >= w) under the normal approximation. */
function normalTails(positive: number, n: number, tieCorrection: number): readonly [number, number] {
  const variance = (n * (n + 1) * (2 * n + 1) - tieCorrection / 2) / 24;
  const z = (positive - (n * (n + 1)) / 4) / Math.sqrt(variance);
  return [normalCdf(z), normalCdf(-z)];
}

/**
 * P(W <= w) and P(W >= w), exactly.
 *
 * @param counts - of patterns of signs, for each sum of ranks from 0 to the largest
 * @param positive - the sum that was seen, as `counts` counts it
 * @param n - signs in a pattern
 */
function exactTails(counts: Float64Array, positive: number, n: number): readonly [number, number] {
  const patterns = 2 ** n;
  const sumTo = (end: number) => {
    let sum = 0;
    for (let w = 0; w <= end; w++) sum += counts[w]!;
    return sum / patterns;
  };
  // The distribution is symmetric: both tails are sums from its lower end.
  return [sumTo(positive), sumTo(counts.length - 1 - positive)];
}

/** How many subsets of 1..n have each sum. */
function countSubsets(n: number, counts: Map<number, Float64Array>): Float64Array {
  let own = counts.get(n);
  if (!own) {
    own = countSums(Array.from({ length: n }, (_, i) => i + 1));
    counts.set(n, own);
  }
  return own;
}

/** How many subsets of whole numbers have each sum, [sum of all + 1]; exact, since all counts are whole numbers under 2^53. */
function countSums(numbers: readonly number[]): Float64Array {
  const total = numbers.reduce((sum, number) => sum + number, 0);
  const counts = new Float64Array(total + 1);
  counts[0] = 1;
  for (const number of numbers) {
    for (let sum = total; sum >= number; sum--) counts[sum]! += counts[sum - number]!;
  }
  return counts;
}
