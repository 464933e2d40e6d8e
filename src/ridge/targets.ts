import { emptyLike, type FloatArray, Matrix, takeRows } from "../array/matrix.ts";
import { factorNearOne } from "../array/near-one.ts";
import type { Rows } from "./by-bounds-graphs.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";

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
  /** The sum of the squares of each row of `data`, [nTargets]. */
  readonly squares: Float64Array;
}

/** Targets that are worked on at once: of 1,000 volumes they take 16 MB in single precision, 32 in double. */
export const TARGETS_AT_ONCE = 4096;

/** Columns 0 to `nTargets` - 1, some thousands at a time. */
export function* targetBlocks(nTargets: number): Generator<Int32Array> {
  for (let start = 0; start < nTargets; start += TARGETS_AT_ONCE) {
    yield Int32Array.from({ length: Math.min(TARGETS_AT_ONCE, nTargets - start) }, (_, t) => start + t);
  }
}

/** Targets transposed at a time: 16 numbers of single precision fill a line of cache (64 bytes). */
const TILE = 16;

/** Some columns of data as rows, in its precision: [columns.length x nSamples]. */
export function targetRows<Data extends FloatArray>(y: Matrix<Data>, columns: Int32Array): Matrix<Data> {
  const { data: source, nRows: nSamples, nColumns } = y;
  const nTargets = columns.length;
  const data = emptyLike(source, nTargets * nSamples);
  for (let first = 0; first < nTargets; first += TILE) {
    const last = Math.min(nTargets, first + TILE);
    for (let i = 0; i < nSamples; i++) {
      const row = i * nColumns;
      for (let t = first; t < last; t++) data[t * nSamples + i] = source[row + columns[t]!]!;
    }
  }
  return Matrix.of(data, nTargets, nSamples);
}

/**
 * Some columns of data as rows, [columns.length x nSamples], to be scored: as {@link targetRows}, but targets so large or small that sums of them
 * overflow, or that they have few digits, are brought near 1 by a power of two. No score depends on a target's unit.
 */
export function scoredRows<Data extends FloatArray>(y: Matrix<Data>, columns: Int32Array): Matrix<Data> {
  const rows = targetRows(y, columns);
  const { data, nRows, nColumns } = rows;
  // All numbers of single precision have squares and sums in double.
  if (data instanceof Float32Array) return rows;
  for (let t = 0; t < nRows; t++) {
    const [from, to] = [t * nColumns, (t + 1) * nColumns];
    let largest = 0;
    for (let i = from; i < to; i++) if (Number.isFinite(data[i]!)) largest = Math.max(largest, Math.abs(data[i]!));
    const factor = factorNearOne(largest);
    if (factor !== 1) for (let i = from; i < to; i++) data[i]! *= factor;
  }
  return rows;
}

/**
 * Targets at some samples, ready for a fit: centred and scaled in double precision, and only then rounded to that of
 * `like`.
 *
 * A target cannot be used where it is constant, holds NaN or an infinity, or varies by less than double precision holds
 * (deviations from its mean all 0): its scale is NaN.
 *
 * @param rows - one row a target
 * @param samples - the columns of `rows` to fit on; undefined for all
 */
export function prepareTargets<Data extends FloatArray>(
  rows: Matrix,
  samples: Int32Array | undefined,
  intercept: boolean,
  like: Data,
): TargetBlock<Data> {
  const { data: source, nRows: nTargets, nColumns } = rows;
  const nSamples = samples?.length ?? nColumns;
  const means = new Float64Array(nTargets);
  const scale = new Float64Array(nTargets);
  const squares = new Float64Array(nTargets);
  const data = emptyLike(like, nTargets * nSamples);
  for (let t = 0; t < nTargets; t++) {
    const from = t * nColumns;
    const to = t * nSamples;
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < nSamples; i++) {
      const value = source[from + (samples ? samples[i]! : i)]!;
      sum += value;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    // NaN fails both comparisons above without effect, but makes the sum NaN.
    const usable = Number.isFinite(sum) && greatest > least;
    const mean = intercept ? sum / nSamples : 0;
    const magnitude = Math.max(greatest - mean, mean - least);
    means[t] = mean;
    scale[t] = usable && magnitude > 0 && Number.isFinite(1 / magnitude) ? magnitude : Number.NaN;
    // Targets that cannot be used become zeros: NaN would spread to others in products.
    if (Number.isNaN(scale[t]!)) data.fill(0, to, to + nSamples);
    else {
      const factor = 1 / magnitude;
      let sumOfSquares = 0;
      for (let i = 0; i < nSamples; i++) {
        data[to + i] = (source[from + (samples ? samples[i]! : i)]! - mean) * factor;
        // The sum of the squares of the rounded numbers.
        sumOfSquares += data[to + i]! * data[to + i]!;
      }
      // In single precision the rest of the mean is below rounding.
      if (intercept && data instanceof Float64Array) sumOfSquares = takeOffMean(data.subarray(to, to + nSamples));
      squares[t] = sumOfSquares;
    }
  }
  return { data, nTargets, nSamples, mean: means, scale, squares };
}

/**
 * Takes off, in place, what rounding left of the mean: samples of high leverage would raise it a million times.
 *
 * @returns the sum of the squares after it
 */
function takeOffMean(row: Float64Array): number {
  let rest = 0;
  for (const value of row) rest += value;
  let squares = 0;
  for (let i = 0; i < row.length; i++) {
    row[i]! -= rest / row.length;
    squares += row[i]! * row[i]!;
  }
  return squares;
}

/** Targets `start` to `end` (exclusive) of a block, sharing its memory. */
export function sliceTargets<Data extends FloatArray>(
  block: TargetBlock<Data>,
  start: number,
  end: number,
): TargetBlock<Data> {
  const { data, nSamples, mean, scale, squares } = block;
  return {
    data: data.subarray(start * nSamples, end * nSamples) as Data,
    nTargets: end - start,
    nSamples,
    mean: mean.subarray(start, end),
    scale: scale.subarray(start, end),
    squares: squares.subarray(start, end),
  };
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

/** Targets to fit on some samples, ready in one precision, and to be had in double where that is not enough. */
export interface TargetsToFit {
  /** One row a target. */
  readonly rows: Matrix;
  /** The columns of `rows` that are the samples of the design; undefined for all. */
  readonly samples: Int32Array | undefined;
  readonly intercept: boolean;
  /** In the precision that was asked for. */
  readonly block: TargetBlock;
}

/**
 * Makes targets ready for designs of the same samples.
 *
 * @param rows - one row a target
 * @param samples - the columns of `rows` that are the samples of the designs; undefined for all
 * @param options - `intercept` as of the designs
 */
export function targetsToFit(
  rows: Matrix,
  samples: Int32Array | undefined,
  { intercept, precision }: Pick<ResolvedRidgeOptions, "intercept" | "precision">,
): TargetsToFit {
  const like: FloatArray = precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  return { rows, samples, intercept, block: prepareTargets(rows, samples, intercept, like) };
}

/** Some of the targets in double precision. */
export function inDouble({ rows, samples, intercept }: TargetsToFit, some: Int32Array): TargetBlock<Float64Array> {
  return prepareTargets(takeRows(rows, some), samples, intercept, new Float64Array(0));
}

/** Targets of single precision, as graphs take them. */
export function asRows({ data, nTargets, nSamples }: TargetBlock): Rows {
  return { data: data as Float32Array, nRows: nTargets, nColumns: nSamples };
}
