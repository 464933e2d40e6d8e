import type { Matrix } from "../array/matrix.ts";

/** Series to correlate predictions with, ready for it. */
export interface ObservedRows {
  /** Deviations from the mean of each series, over its range, [nSeries x nSamples]; NaN for a constant. */
  readonly deviations: Float64Array;
  /** The sum of their squares, [nSeries]. */
  readonly squares: Float64Array;
}

/**
 * Columns of data as series.
 *
 * @param observed - [nSamples x nTargets]
 * @param columns - the column of `observed` that becomes each series
 */
export function observedRows({ data, nRows: nSamples, nColumns }: Matrix, columns: Int32Array): ObservedRows {
  const deviations = new Float64Array(columns.length * nSamples);
  const squares = new Float64Array(columns.length);
  columns.forEach((column, t) => {
    const row = deviations.subarray(t * nSamples, (t + 1) * nSamples);
    for (let i = 0; i < nSamples; i++) row[i] = data[i * nColumns + column]!;
    const { mean, range } = momentsOf(row);
    for (let i = 0; i < nSamples; i++) {
      row[i] = (row[i]! - mean) / range;
      squares[t]! += row[i]! * row[i]!;
    }
  });
  return { deviations, squares };
}

/**
 * Pearson r of each row of `predicted` with a series, in double precision, [nSeries]. NaN where either is constant, or
 * holds NaN or an infinity.
 *
 * @param predicted - [nSeries x nSamples]
 */
export function correlateRows(predicted: Matrix, { deviations, squares }: ObservedRows): Float64Array {
  const { nRows, nColumns: nSamples } = predicted;
  return Float64Array.from({ length: nRows }, (_, t) => {
    const row = predicted.data.subarray(t * nSamples, (t + 1) * nSamples);
    const { mean, range } = momentsOf(row);
    let squaresOfRow = 0;
    let products = 0;
    for (let i = 0, at = t * nSamples; i < nSamples; i++, at++) {
      const deviation = (row[i]! - mean) / range;
      squaresOfRow += deviation * deviation;
      products += deviation * deviations[at]!;
    }
    return Math.max(-1, Math.min(1, products / Math.sqrt(squaresOfRow * squares[t]!)));
  });
}

/** The mean, and the range: NaN for a constant, which makes r NaN, as NaN or an infinity among the values does. */
function momentsOf(values: ArrayLike<number>): { readonly mean: number; readonly range: number } {
  const n = values.length;
  let mean = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    mean += value / n;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { mean, range: greatest > least ? greatest - least : Number.NaN };
}
