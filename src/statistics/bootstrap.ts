import { createRandom } from "../array/random.ts";

/** Draws of a bootstrap: 25 of them lie beyond each end of a 95 % interval. */
export const BOOTSTRAP_DRAWS = 1000;

/** The share of draws that an interval holds: as of the other intervals, by custom. */
const LEVEL = 0.95;

/** Where a mean curve is largest: indices into its points, -1 where there is none. */
export interface CurvePeak {
  readonly peak: number;
  /** 95 % percentile interval over draws of subjects; -1 with fewer than two subjects. */
  readonly low: number;
  readonly high: number;
}

/**
 * Samples of subjects drawn with replacement, as many in each as there are: the same seed, the same samples.
 *
 * @returns [nDraws x nSubjects], indices of subjects
 */
export function drawSubjects(nSubjects: number, options: { readonly nDraws?: number | undefined } = {}): Int32Array {
  const { nDraws = BOOTSTRAP_DRAWS } = options;
  const random = createRandom("bootstrap over subjects");
  return Int32Array.from({ length: nDraws * nSubjects }, () => random.integer(nSubjects));
}

/**
 * The point at which the mean over subjects is largest, with its bootstrap interval over subjects. The mean curve of each
 * sample of subjects has a largest point. 2.5 % of these lie at or below the lower end of the interval, 97.5 % at or below
 * the upper one.
 *
 * @param curves - [nPoints x nSubjects]; NaN where a subject has no score, who is left out at that point
 * @param draws - of {@link drawSubjects} for as many subjects
 * @returns of equal means the first counts
 * @see Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13: the percentile interval
 */
export function peakOfMeanCurve(curves: Float64Array, nSubjects: number, draws: Int32Array): CurvePeak {
  const nPoints = curves.length / nSubjects;
  const everybody = Int32Array.from({ length: nSubjects }, (_, s) => s);
  const peak = indexOfLargestMean(curves, nPoints, nSubjects, everybody);
  if (peak < 0 || nSubjects < 2) return { peak, low: -1, high: -1 };
  const counts = new Int32Array(nPoints);
  let n = 0;
  for (let start = 0; start < draws.length; start += nSubjects) {
    const at = indexOfLargestMean(curves, nPoints, nSubjects, draws.subarray(start, start + nSubjects));
    if (at < 0) continue;
    counts[at]!++;
    n++;
  }
  const pointAt = (share: number) => {
    let sum = 0;
    for (let point = 0; point < nPoints; point++) {
      sum += counts[point]!;
      if (sum >= share * n) return point;
    }
    return nPoints - 1;
  };
  return { peak, low: pointAt((1 - LEVEL) / 2), high: pointAt((1 + LEVEL) / 2) };
}

/** A ratio of two means, with its interval. */
export interface MeanRatio {
  readonly ratio: number;
  /** 95 % percentile interval over draws of subjects; NaN with fewer than two subjects. */
  readonly low: number;
  readonly high: number;
}

/**
 * The mean of some numbers over subjects divided by the mean of others, over the subjects that have both, with its bootstrap
 * interval: 2.5 % of the samples' ratios lie at or below its lower end, 97.5 % at or below its upper one. Samples whose divisor
 * is not above 0 are left out.
 *
 * @param numerators - [nSubjects]; NaN where a subject has none
 * @param divisors - [nSubjects], the same
 * @param draws - of {@link drawSubjects} for as many subjects
 * @see Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13: the percentile interval
 */
export function ratioOfMeans(numerators: Float64Array, divisors: Float64Array, draws: Int32Array): MeanRatio {
  const nSubjects = numerators.length;
  const everybody = Int32Array.from({ length: nSubjects }, (_, s) => s);
  const both = everybody.filter((s) => Number.isFinite(numerators[s]! - divisors[s]!));
  const ratioIn = (sample: Int32Array) => {
    let [above, below] = [0, 0];
    for (const s of sample) {
      if (!Number.isFinite(numerators[s]! - divisors[s]!)) continue;
      above += numerators[s]!;
      below += divisors[s]!;
    }
    return below > 0 ? above / below : Number.NaN;
  };
  const ratio = ratioIn(everybody);
  if (both.length < 2) return { ratio, low: Number.NaN, high: Number.NaN };
  const ratios = Float64Array.from({ length: draws.length / nSubjects }, (_, draw) =>
    ratioIn(draws.subarray(draw * nSubjects, (draw + 1) * nSubjects)),
  )
    .filter(Number.isFinite)
    .sort();
  const at = (share: number) => ratios[Math.max(0, Math.ceil(share * ratios.length) - 1)] ?? Number.NaN;
  return { ratio, low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
}

function indexOfLargestMean(curves: Float64Array, nPoints: number, nSubjects: number, sample: Int32Array): number {
  let [best, largest] = [-1, Number.NEGATIVE_INFINITY];
  for (let point = 0; point < nPoints; point++) {
    const row = point * nSubjects;
    let [sum, n] = [0, 0];
    for (let i = 0; i < sample.length; i++) {
      const value = curves[row + sample[i]!]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      n++;
    }
    if (n > 0 && sum / n > largest) [best, largest] = [point, sum / n];
  }
  return best;
}
