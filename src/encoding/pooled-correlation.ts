import type { Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";

/** Pearson correlations of series that arrive chunk by chunk. */
export interface PooledCorrelation {
  /**
   * Adds a chunk.
   *
   * @param prediction - [nRows x columns.length]
   * @param observed - the same shape
   * @param columns - the target that each column belongs to
   * @throws ShapeError where the shapes differ
   */
  add(prediction: Matrix, observed: Matrix, columns: Int32Array): void;
  /** r over all chunks so far of the given targets, [nTargets]; NaN elsewhere, and where either series is constant. */
  correlation(columns: Int32Array): Float64Array;
}

/**
 * Sums from which the correlation of predicted and observed series follows without keeping either: five numbers a target,
 * in double precision.
 *
 * @param reference - [nVolumes x nTargets]; both series are taken as deviations from its column means, so that little is
 * lost to cancellation where a response is large beside its variation
 */
export function createPooledCorrelation(reference: Matrix): PooledCorrelation {
  const { nRows, nColumns: nTargets, data } = reference;
  const origin = new Float64Array(nTargets);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nTargets; j++) origin[j]! += data[i * nTargets + j]! / nRows;
  }
  const count = new Float64Array(nTargets);
  const sumP = new Float64Array(nTargets);
  const sumO = new Float64Array(nTargets);
  const sumPP = new Float64Array(nTargets);
  const sumOO = new Float64Array(nTargets);
  const sumPO = new Float64Array(nTargets);
  return {
    add(prediction, observed, columns) {
      const width = columns.length;
      if (prediction.nColumns !== width || observed.nColumns !== width || prediction.nRows !== observed.nRows) {
        throw new ShapeError(
          `createPooledCorrelation: prediction and data must have equal shapes and ${width} columns, got ` +
            `${prediction.nRows} x ${prediction.nColumns} and ${observed.nRows} x ${observed.nColumns}.`,
        );
      }
      for (let i = 0; i < observed.nRows; i++) {
        for (let k = 0; k < width; k++) {
          const j = columns[k]!;
          const p = prediction.data[i * width + k]! - origin[j]!;
          const o = observed.data[i * width + k]! - origin[j]!;
          sumP[j]! += p;
          sumO[j]! += o;
          sumPP[j]! += p * p;
          sumOO[j]! += o * o;
          sumPO[j]! += p * o;
        }
      }
      for (const j of columns) count[j]! += observed.nRows;
    },
    correlation(columns) {
      const r = new Float64Array(nTargets).fill(Number.NaN);
      for (const j of columns) {
        const total = count[j]!;
        const varianceP = sumPP[j]! - sumP[j]! ** 2 / total;
        const varianceO = sumOO[j]! - sumO[j]! ** 2 / total;
        const covariance = sumPO[j]! - (sumP[j]! * sumO[j]!) / total;
        // What is left of a constant series by rounding is no variance.
        const rounding = total * Number.EPSILON;
        if (varianceP > rounding * sumPP[j]! && varianceO > rounding * sumOO[j]!)
          r[j] = covariance / Math.sqrt(varianceP * varianceO);
      }
      return r;
    },
  };
}
