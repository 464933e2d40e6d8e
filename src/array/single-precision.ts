import { type Matrix, toFloat32 } from "./matrix.ts";

/**
 * How many standard deviations the largest magnitude of a column may be. Single precision rounds by up to 2^-24 of the
 * magnitude: at 1,000 deviations by 6e-5 of one, which changes a correlation by less than 1e-8.
 */
const MOST_DEVIATIONS = 1000;

/** The least and the greatest magnitude that single precision holds with all its digits, and whose squares double precision holds. */
const [LEAST, GREATEST] = [2 ** -100, 2 ** 127];

/**
 * The same numbers in single precision, where that is enough for every column: its largest magnitude is at most a thousand
 * times its standard deviation, and neither so large nor so small that single precision has other digits there. Else the numbers as they are. Beside a mean
 * of 2e7, single precision holds even numbers only, and nothing of a deviation of 1. Responses and features are centred in double
 * precision, and only their deviations count.
 *
 * @param x - [nSamples x nColumns]; values that are not finite are left aside, and columns that do not vary
 */
export function singleWhereEnough(x: Matrix): Matrix {
  return x.data instanceof Float32Array || isEnough(x) ? toFloat32(x) : x;
}

function isEnough({ data, nRows, nColumns }: Matrix): boolean {
  const n = new Float64Array(nColumns);
  const mean = new Float64Array(nColumns);
  const squares = new Float64Array(nColumns);
  const largest = new Float64Array(nColumns);
  for (let t = 0; t < nRows; t++) {
    for (let v = 0; v < nColumns; v++) {
      const value = data[t * nColumns + v]!;
      if (!Number.isFinite(value)) continue;
      // Welford's update: the squares do not cancel, whatever the mean.
      const deviation = value - mean[v]!;
      mean[v]! += deviation / ++n[v]!;
      squares[v]! += deviation * (value - mean[v]!);
      largest[v] = Math.max(largest[v]!, Math.abs(value));
    }
  }
  for (let v = 0; v < nColumns; v++) {
    if (largest[v]! > 0 && !(largest[v]! >= LEAST && largest[v]! <= GREATEST)) return false;
    const deviation = Math.sqrt(squares[v]! / n[v]!);
    if (deviation > 0 && largest[v]! > MOST_DEVIATIONS * deviation) return false;
  }
  return true;
}
