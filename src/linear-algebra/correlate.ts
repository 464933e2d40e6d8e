import type { Matrix } from "../array/matrix.ts";

/**
 * Pearson r of each row of `predicted` with a series, in double precision, [nSeries]. NaN where the prediction is constant,
 * or either holds NaN or an infinity.
 *
 * @param predicted - [nSeries x nSamples]
 * @param observed - deviations from the mean, of length 1, [nSeries x nSamples]
 */
export function correlateRows(predicted: Matrix, observed: Matrix): Float64Array {
  const { nRows, nColumns: nSamples } = predicted;
  return Float64Array.from({ length: nRows }, (_, t) => {
    const row = predicted.data.subarray(t * nSamples, (t + 1) * nSamples);
    let mean = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < nSamples; i++) {
      const value = row[i]!;
      mean += value / nSamples;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    // Scaled by the range before squares are taken; NaN for a constant makes r NaN.
    const range = greatest > least ? greatest - least : Number.NaN;
    let squares = 0;
    let products = 0;
    for (let i = 0, at = t * nSamples; i < nSamples; i++, at++) {
      const deviation = (row[i]! - mean) / range;
      squares += deviation * deviation;
      products += deviation * observed.data[at]!;
    }
    return Math.max(-1, Math.min(1, products / Math.sqrt(squares)));
  });
}
