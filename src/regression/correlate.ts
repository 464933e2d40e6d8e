import type { Matrix } from "../array/matrix.ts";

/**
 * Pearson r of each row of `predicted` with a column of `observed`, in double precision, [columns.length].
 * NaN where either is constant, or holds NaN or an infinity.
 *
 * @param predicted - [columns.length x nSamples]
 * @param observed - [nSamples x nTargets]
 * @param columns - the column of `observed` that belongs to each row
 */
export function correlateRows(predicted: Matrix, observed: Matrix, columns: Int32Array): Float64Array {
  const { nRows, nColumns: nSamples } = predicted;
  const rows = new Float64Array(nSamples);
  return Float64Array.from({ length: nRows }, (_, t) => {
    const column = columns[t]!;
    for (let i = 0; i < nSamples; i++) rows[i] = observed.data[i * observed.nColumns + column]!;
    return pearson(predicted.data.subarray(t * nSamples, (t + 1) * nSamples), rows);
  });
}

function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const { mean: meanA, range: rangeA } = momentsOf(a);
  const { mean: meanB, range: rangeB } = momentsOf(b);
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let i = 0; i < n; i++) {
    const deviationA = (a[i]! - meanA) / rangeA;
    const deviationB = (b[i]! - meanB) / rangeB;
    squaresA += deviationA * deviationA;
    squaresB += deviationB * deviationB;
    products += deviationA * deviationB;
  }
  return Math.max(-1, Math.min(1, products / Math.sqrt(squaresA * squaresB)));
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
