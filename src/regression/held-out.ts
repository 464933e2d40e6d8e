import { freeNow } from "../array/free-now.ts";
import { type FloatArray, Matrix, toFloat32 } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import type { SampleDecomposition } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";

/**
 * One set of held-out errors, for every penalty a and target t:
 * error[a, t] = sum_i weights[a, i] (base[t, i] + sum_k projection[t, k] damping[a, k] predict[k, i])^2,
 * where projection = targets fit'. With `base` "remainder", the base is targets - projection fit; with "nothing" it is
 * 0; with "tested" it is the targets at the `test` samples.
 */
export interface HeldOutSet<Data extends FloatArray = FloatArray> {
  readonly base: "remainder" | "nothing" | "tested";
  /** Samples that are fitted on and predicted; undefined where both are all of them. */
  readonly samples: { readonly train: Int32Array; readonly test: Int32Array } | undefined;
  /** [rank x nTrain] */
  readonly fit: Matrix<Data>;
  /** [rank x nTest]; the same matrix as `fit` unless the base is "tested". */
  readonly predict: Matrix<Data>;
  /** [nAlphas x rank] */
  readonly damping: Matrix<Data>;
  /** [nAlphas x nTest] */
  readonly weights: Matrix<Data>;
  /**
   * By how much the error grows where base and projection are off by independent errors of mean square 1, [nAlphas]:
   * tells how much of an error computed in single precision is rounding.
   */
  readonly sensitivity: Float64Array;
}

// What the sets hold follows from the decomposition and the penalties alone: every subject of a study asks for the same.
const known = new WeakMap<
  SampleDecomposition,
  { readonly key: string; readonly sets: readonly HeldOutSet<Float64Array>[] }
>();

/**
 * The sets whose errors add up to the mean squared held-out error of every penalty.
 *
 * Leave-one-out: with H = 11'/n + U diag(s^2 / (s^2 + alpha)) U', the error of sample i is (y - H y)_i / (1 - H_ii), and
 * y - H y = remainder + U diag(alpha / (s^2 + alpha)) U'y, a form without cancellation where alpha is small.
 * Generalised: the same with the mean of 1 - H_ii in place of each. Inner folds: one set a chunk.
 *
 * @throws OptionError where inner folds are asked for and the decomposition was made without
 */
export function heldOutSets(
  decomposition: SampleDecomposition,
  options: ResolvedRidgeOptions,
  where: string,
): readonly HeldOutSet<Float64Array>[] {
  const key = JSON.stringify([options.alphas, options.choice, options.nInnerFolds]);
  const kept = known.get(decomposition);
  if (kept?.key === key) return kept.sets;
  const sets = makeSets(decomposition, options, where);
  known.set(decomposition, { key, sets });
  return sets;
}

function makeSets(
  decomposition: SampleDecomposition,
  options: ResolvedRidgeOptions,
  where: string,
): readonly HeldOutSet<Float64Array>[] {
  const { alphas, choice } = options;
  if (choice !== "inner-folds") return [leaveOutSet(decomposition, alphas, choice === "generalised")];
  if (decomposition.inner.length !== options.nInnerFolds) {
    throw new OptionError(
      `${where}: a decomposition must be made for the inner folds it is used with (${options.nInnerFolds}), got ${decomposition.inner.length}. Give decomposeRidge the same choice and nInnerFolds.`,
    );
  }
  return decomposition.inner.map(({ train, test, decomposition: inner, projected }) => {
    const rank = projected.nRows;
    const nTest = test.length;
    const damping = Matrix.zeros(alphas.length, rank);
    alphas.forEach((alpha, a) => {
      damping.data.set(shrinkage(inner.singularValues, alpha), a * rank);
      for (let k = a * rank; k < (a + 1) * rank; k++) damping.data[k]! *= -1;
    });
    const weights = Matrix.zeros(alphas.length, nTest);
    weights.data.fill(1 / (nTest * decomposition.inner.length));
    return withSensitivity({
      base: "tested",
      samples: { train, test },
      fit: inner.left,
      predict: projected,
      damping,
      weights,
    });
  });
}

/** s / (s^2 + alpha) of each singular value: what takes a projection onto `left` to a coefficient along `right`. */
export function shrinkage(singularValues: Float64Array, alpha: number): Float64Array {
  const shrunk = new Float64Array(singularValues.length);
  for (let k = 0; k < shrunk.length; k++) shrunk[k] = singularValues[k]! / (singularValues[k]! ** 2 + alpha);
  return shrunk;
}

/** The set with its numbers in single precision. */
export function toSingle(set: HeldOutSet<Float64Array>): HeldOutSet<Float32Array> {
  const fit = toFloat32(set.fit);
  return {
    ...set,
    fit,
    predict: set.predict === set.fit ? fit : toFloat32(set.predict),
    damping: toFloat32(set.damping),
    weights: toFloat32(set.weights),
  };
}

function leaveOutSet(
  decomposition: SampleDecomposition,
  alphas: readonly number[],
  generalised: boolean,
): HeldOutSet<Float64Array> {
  const { left, singularValues, nSamples, rank, intercept } = decomposition;
  const width = left.nRows;
  const damping = Matrix.zeros(alphas.length, width);
  const weights = Matrix.zeros(alphas.length, nSamples);
  // Where the design spans all that the intercept leaves, nothing remains, and what rounding leaves must not count.
  const spansAll = rank === nSamples - (intercept ? 1 : 0);
  const remaining = new Float64Array(nSamples).fill(spansAll ? 0 : 1 - (intercept ? 1 / nSamples : 0));
  const squares = squaresOf(left.data);
  if (!spansAll) {
    addScaled(remaining, squares, new Float64Array(width).fill(-1));
    for (let i = 0; i < nSamples; i++) remaining[i] = Math.max(0, remaining[i]!);
  }
  const free = new Float64Array(nSamples);
  for (const [a, alpha] of alphas.entries()) {
    const factors = damping.data.subarray(a * width, (a + 1) * width);
    for (let k = 0; k < width; k++) factors[k] = alpha / (singularValues[k]! ** 2 + alpha);
    // Error and 1 - H_ii shrink alike where all damping is small: scaled, so that single precision can hold both.
    const unit = spansAll ? Math.max(...factors) : 1;
    for (let k = 0; k < width; k++) factors[k]! /= unit;
    free.set(remaining);
    addScaled(free, squares, factors);
    if (generalised) free.fill(free.reduce((sum, value) => sum + value, 0) / nSamples);
    for (let i = 0; i < nSamples; i++) weights.data[a * nSamples + i] = 1 / (free[i]! ** 2 * nSamples);
  }
  return withSensitivity({
    base: spansAll ? "nothing" : "remainder",
    samples: undefined,
    fit: left,
    predict: left,
    damping,
    weights,
  });
}

/** Adds each row times a factor of its own. */
function addScaled(sum: Float64Array, rows: Float64Array, factors: Float64Array): void {
  const n = sum.length;
  for (let k = 0, from = 0; from < rows.length; k++, from += n) {
    const factor = factors[k]!;
    for (let i = 0; i < n; i++) sum[i]! += factor * rows[from + i]!;
  }
}

function withSensitivity(set: Omit<HeldOutSet<Float64Array>, "sensitivity">): HeldOutSet<Float64Array> {
  const { base, predict, damping, weights } = set;
  const { nRows: width, nColumns: nTest } = predict;
  const squares = squaresOf(predict.data);
  // What remains is computed as data less fit where it is bounded: the share that is kept counts, not what is damped.
  const share = (a: number, k: number) =>
    base === "remainder" ? 1 - damping.data[a * width + k]! : damping.data[a * width + k]!;
  const sensitivity = new Float64Array(weights.nRows);
  for (let a = 0; a < weights.nRows; a++) {
    const row = weights.data.subarray(a * nTest, (a + 1) * nTest);
    for (let i = 0; i < nTest; i++) sensitivity[a]! += base === "nothing" ? 0 : row[i]!;
    for (let k = 0; k < width; k++) sensitivity[a]! += weightedSum(row, squares, k * nTest) * share(a, k) ** 2;
  }
  freeNow(squares);
  return { ...set, sensitivity };
}

// Loops of named functions: callbacks made anew for each design would be compiled anew for each.
function squaresOf(numbers: Float64Array): Float64Array {
  const squares = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) squares[i] = numbers[i]! * numbers[i]!;
  return squares;
}

/** The sum of weights times numbers, the first of them at `from`. */
function weightedSum(weights: Float64Array, numbers: Float64Array, from: number): number {
  // Two running sums: one alone waits for each addition to end.
  let even = 0;
  let odd = 0;
  const n = weights.length;
  for (let i = 0; i + 1 < n; i += 2) {
    even += weights[i]! * numbers[from + i]!;
    odd += weights[i + 1]! * numbers[from + i + 1]!;
  }
  return n % 2 === 1 ? even + odd + weights[n - 1]! * numbers[from + n - 1]! : even + odd;
}
