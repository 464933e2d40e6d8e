import { type FloatArray, Matrix, toFloat32 } from "../array/matrix.ts";
import type { NiftiHeader } from "../formats/nifti-header.ts";
import { fitsSingle } from "../formats/number-type.ts";

/**
 * How many standard deviations the largest magnitude of a target may be. Single precision rounds by up to 2^-24 of the
 * magnitude: at 1,000 deviations by 6e-5 of one, which changes a correlation by less than 1e-8.
 */
const MOST_DEVIATIONS = 1000;

/**
 * The same numbers in single precision, where that is enough for every target: its largest magnitude is at most a thousand
 * times its standard deviation. Else the numbers as they are: a mean of 2e7 leaves steps of 2 to single precision, and
 * nothing of a deviation of 1. Scores are computed of deviations from the mean, which are taken in double precision.
 *
 * @param bold - [nVolumes x nTargets]; values that are not finite are left aside, and targets that do not vary
 */
export function singleWhereEnough(bold: Matrix): Matrix {
  return bold.data instanceof Float32Array || isEnough(bold) ? toFloat32(bold) : bold;
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
    const deviation = Math.sqrt(squares[v]! / n[v]!);
    if (deviation > 0 && largest[v]! > MOST_DEVIATIONS * deviation) return false;
  }
  return true;
}

/**
 * Whether the values of an image may need double precision: numbers wider than single precision, or scaled ones whose
 * steps are small beside their offset. Up to 2^20 steps rounding is a tenth of a step at most.
 */
export function mayNeedDouble({ type, slope, intercept }: Pick<NiftiHeader, "type" | "slope" | "intercept">): boolean {
  if (!fitsSingle(type)) return true;
  // Of scaled numbers that are not whole nobody knows the steps.
  if (type === "float32" || type === "float16") return intercept !== 0;
  return Math.abs(intercept) > Math.abs(slope) * 2 ** 20;
}

/** The matrices in the precision of the widest of them, each a copy only where it must be. */
export function inOnePrecision(parts: readonly Matrix[]): readonly Matrix[] {
  const isDouble = parts.some(({ data }) => data instanceof Float64Array);
  return parts.map(({ data, nRows, nColumns }): Matrix<FloatArray> => {
    return Matrix.of(isDouble ? Float64Array.from(data) : data, nRows, nColumns);
  });
}
