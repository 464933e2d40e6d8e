import { freeNow } from "../array/free-now.ts";
import { Matrix } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import { type OutsideBase, outsideOf } from "./outside.ts";
import type { SampleDecomposition } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";

/**
 * One set of held-out errors, for every penalty a and target t:
 * error[a, t] = sum_i weights[a, i] (base[t, i] + sum_k projection[t, k] damping[a, k] predict[k, i])^2,
 * where projection = targets fit'. With `base` "remainder", the base is what {@link OutsideBase} says; with "nothing" it is 0; with
 * "tested" it is the targets at the `test` samples.
 */
export interface HeldOutSet {
  readonly base: "remainder" | "nothing" | "tested";
  /** Samples that are fitted on and predicted; undefined where both are all of them. */
  readonly samples: { readonly train: Int32Array; readonly test: Int32Array } | undefined;
  /** [rank x nTrain] */
  readonly fit: Matrix<Float64Array>;
  /** [rank x nTest]; the same matrix as `fit` unless the base is "tested". */
  readonly predict: Matrix<Float64Array>;
  /** [nAlphas x rank] */
  readonly damping: Matrix<Float64Array>;
  /** Where the base is "remainder". */
  readonly outside?: OutsideBase | undefined;
  /** [nAlphas x nTest] */
  readonly weights: Matrix<Float64Array>;
}

// What the sets hold follows from the decomposition and the penalties alone: every subject of a study asks for the same.
const known = new WeakMap<SampleDecomposition, { readonly key: string; readonly sets: readonly HeldOutSet[] }>();

/**
 * The sets whose errors add up to the mean squared held-out error of every penalty.
 *
 * Leave-one-out: with H = 11'/n + U diag(s^2 / (s^2 + alpha)) U', the error of sample i is (y - H y)_i / (1 - H_ii), and
 * y - H y = remainder + U diag(alpha / (s^2 + alpha)) U'y, a form without cancellation where alpha is small.
 * Generalised: the same with the mean of 1 - H_ii in place of each. Inner folds: one set a chunk.
 *
 * @throws OptionError where inner folds are asked for and the decomposition was made without
 */
export async function heldOutSets(
  decomposition: SampleDecomposition,
  options: ResolvedRidgeOptions,
  where: string,
): Promise<readonly HeldOutSet[]> {
  const key = JSON.stringify([options.alphas, options.choice, options.nInnerFolds]);
  const kept = known.get(decomposition);
  if (kept?.key === key) return kept.sets;
  const sets = await makeSets(decomposition, options, where);
  known.set(decomposition, { key, sets });
  return sets;
}

async function makeSets(
  decomposition: SampleDecomposition,
  options: ResolvedRidgeOptions,
  where: string,
): Promise<readonly HeldOutSet[]> {
  const { alphas, choice } = options;
  if (choice !== "inner-folds") return [await leaveOutSet(decomposition, options)];
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
    return {
      base: "tested",
      samples: { train, test },
      fit: inner.left,
      predict: projected,
      damping,
      weights,
    };
  });
}

/** s / (s^2 + alpha) of each singular value: what takes a projection onto `left` to a coefficient along `right`. */
export function shrinkage(singularValues: Float64Array, alpha: number): Float64Array {
  const shrunk = new Float64Array(singularValues.length);
  for (let k = 0; k < shrunk.length; k++) shrunk[k] = singularValues[k]! / (singularValues[k]! ** 2 + alpha);
  return shrunk;
}

async function leaveOutSet(
  decomposition: SampleDecomposition,
  { alphas, choice, device }: ResolvedRidgeOptions,
): Promise<HeldOutSet> {
  const { left, singularValues, nSamples, rank, intercept } = decomposition;
  const width = left.nRows;
  const damping = Matrix.zeros(alphas.length, width);
  const weights = Matrix.zeros(alphas.length, nSamples);
  // Where the design spans all that the intercept leaves, nothing remains, and what rounding leaves must not count.
  const spansAll = rank === nSamples - (intercept ? 1 : 0);
  const outside = spansAll ? undefined : await outsideOf(left, intercept, device);
  const squares = squaresOf(left.data);
  const free = new Float64Array(nSamples);
  for (const [a, alpha] of alphas.entries()) {
    const factors = damping.data.subarray(a * width, (a + 1) * width);
    for (let k = 0; k < width; k++) factors[k] = alpha / (singularValues[k]! ** 2 + alpha);
    // Error and 1 - H_ii shrink alike where all damping is small: scaled, so that neither vanishes.
    let unit = spansAll ? 0 : 1;
    if (spansAll) for (let k = 0; k < width; k++) unit = Math.max(unit, factors[k]!);
    for (let k = 0; k < width; k++) factors[k]! /= unit;
    if (outside) free.set(outside.remaining);
    else free.fill(0);
    addScaled(free, squares, factors);
    if (choice === "generalised") free.fill(free.reduce((sum, value) => sum + value, 0) / nSamples);
    for (let i = 0; i < nSamples; i++) weights.data[a * nSamples + i] = 1 / (free[i]! ** 2 * nSamples);
  }
  freeNow(squares);
  return {
    base: spansAll ? "nothing" : "remainder",
    samples: undefined,
    fit: left,
    predict: left,
    damping,
    weights,
    outside: outside?.base,
  };
}

/** Adds each row times a factor of its own. */
function addScaled(sum: Float64Array, rows: Float64Array, factors: Float64Array): void {
  const n = sum.length;
  for (let k = 0, from = 0; from < rows.length; k++, from += n) {
    const factor = factors[k]!;
    for (let i = 0; i < n; i++) sum[i]! += factor * rows[from + i]!;
  }
}

// Loops of named functions: callbacks made anew for each design would be compiled anew for each.
function squaresOf(numbers: Float64Array): Float64Array {
  const squares = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) squares[i] = numbers[i]! * numbers[i]!;
  return squares;
}
