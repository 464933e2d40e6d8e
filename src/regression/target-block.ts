import type { Matrix } from "../array/matrix.ts";

/** Some targets, made ready for a fit: centred, scaled to at most 1 in magnitude, one row a target. */
export interface TargetBlock {
  /** [nTargets x nSamples]; zeros for targets that cannot be used. */
  readonly data: Float64Array;
  readonly nTargets: number;
  readonly nSamples: number;
  /** What was taken off: the mean, or 0 without an intercept, [nTargets]. */
  readonly mean: Float64Array;
  /** What each centred target was divided by: its largest magnitude; NaN for targets that cannot be used. */
  readonly scale: Float64Array;
  /** Mean of the squares of each row of `data`. */
  readonly meanSquare: Float64Array;
}

/**
 * Columns `start` to `end` (exclusive) of the data, ready for a fit, in double precision.
 *
 * A target cannot be used where it is constant, holds NaN or an infinity, or varies by less than double precision holds
 * (deviations from its mean all 0): its scale is NaN.
 */
export function prepareTargets(y: Matrix, start: number, end: number, intercept: boolean): TargetBlock {
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
  const data = new Float64Array(nTargets * nSamples);
  const meanSquare = new Float64Array(nTargets);
  for (let i = 0; i < nSamples; i++) {
    const row = i * nColumns + start;
    for (let t = 0; t < nTargets; t++) {
      const value = (source[row + t]! - mean[t]!) * factor[t]!;
      // Only targets that cannot be used have NaN here: they go on as zeros, so that no other is touched.
      const kept = Number.isNaN(value) ? 0 : value;
      data[t * nSamples + i] = kept;
      meanSquare[t]! += (kept * kept) / nSamples;
    }
  }
  return { data, nTargets, nSamples, mean, scale, meanSquare };
}

/**
 * The rows of a block at some samples, [nTargets x samples.length], less each target's mean over `centre`.
 *
 * @param centre - the samples to average over; undefined takes nothing off
 */
export function takeSamples(block: TargetBlock, samples: Int32Array, centre: Int32Array | undefined): Float64Array {
  const { data, nTargets, nSamples } = block;
  const taken = new Float64Array(nTargets * samples.length);
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
