import { emptyLike, type FloatArray, type Matrix } from "../array/matrix.ts";

/** Some targets, made ready for a fit: centred, scaled to at most 1 in magnitude, one row a target. */
export interface TargetBlock<Data extends FloatArray = FloatArray> {
  /** [nTargets x nSamples]; zeros for targets that cannot be used. */
  readonly data: Data;
  readonly nTargets: number;
  readonly nSamples: number;
  /** What was taken off: the mean, or 0 without an intercept, [nTargets]. */
  readonly mean: Float64Array;
  /** What each centred target was divided by: its largest magnitude; NaN for targets that cannot be used. */
  readonly scale: Float64Array;
}

/** Targets turned at a time: their numbers in a row of the data fill a line of cache. */
const TILE = 16;

/**
 * Columns `start` to `end` (exclusive) of the data, ready for a fit: centred and scaled in double precision, and only
 * then rounded to that of `like`.
 *
 * A target cannot be used where it is constant, holds NaN or an infinity, or varies by less than double precision holds
 * (deviations from its mean all 0): its scale is NaN.
 */
export function prepareTargets<Data extends FloatArray>(
  y: Matrix,
  start: number,
  end: number,
  intercept: boolean,
  like: Data,
): TargetBlock<Data> {
  const { data: source, nRows: nSamples, nColumns } = y;
  const nTargets = end - start;
  const mean = new Float64Array(nTargets);
  const least = new Float64Array(nTargets).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(nTargets).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < nSamples; i++) {
    const row = i * nColumns + start;
    for (let t = 0; t < nTargets; t++) {
      const value = source[row + t]!;
      mean[t]! += value;
      if (value < least[t]!) least[t] = value;
      if (value > greatest[t]!) greatest[t] = value;
    }
  }
  const scale = new Float64Array(nTargets);
  const factor = new Float64Array(nTargets);
  for (let t = 0; t < nTargets; t++) {
    // NaN passes both comparisons above by, but not the sum.
    const usable = Number.isFinite(mean[t]!) && greatest[t]! > least[t]!;
    mean[t] = intercept ? mean[t]! / nSamples : 0;
    const magnitude = Math.max(greatest[t]! - mean[t]!, mean[t]! - least[t]!);
    scale[t] = usable && magnitude > 0 && Number.isFinite(1 / magnitude) ? magnitude : Number.NaN;
    factor[t] = 1 / scale[t]!;
  }
  const data = emptyLike(like, nTargets * nSamples);
  for (let first = 0; first < nTargets; first += TILE) {
    const last = Math.min(nTargets, first + TILE);
    for (let i = 0; i < nSamples; i++) {
      const row = i * nColumns + start;
      for (let t = first; t < last; t++) {
        const value = (source[row + t]! - mean[t]!) * factor[t]!;
        // Only targets that cannot be used have NaN here: they go on as zeros, so that no other is touched.
        data[t * nSamples + i] = Number.isNaN(value) ? 0 : value;
      }
    }
  }
  return { data, nTargets, nSamples, mean, scale };
}

/**
 * The rows of a block at some samples, [nTargets x samples.length], less each target's mean over `centre`.
 *
 * @param centre - the samples to average over; undefined takes nothing off
 */
export function takeSamples<Data extends FloatArray>(
  block: TargetBlock<Data>,
  samples: Int32Array,
  centre: Int32Array | undefined,
): Data {
  const { data, nTargets, nSamples } = block;
  const taken = emptyLike(data, nTargets * samples.length);
  for (let t = 0; t < nTargets; t++) {
    const row = t * nSamples;
    let mean = 0;
    if (centre) {
      for (let i = 0; i < centre.length; i++) mean += data[row + centre[i]!]!;
      mean /= centre.length;
    }
    for (let i = 0; i < samples.length; i++) taken[t * samples.length + i] = data[row + samples[i]!]! - mean;
  }
  return taken;
}
