import { freeNow } from "../array/free-now.ts";
import { Matrix, takeRows } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { shrinkage } from "./factored-design.ts";
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

/** Directions and singular values of the samples of a design: the same for all designs with the same inner products. */
export interface Directions {
  /** Orthonormal rows, [rank x nSamples]. A design of rank 0 has one direction of zeros. */
  readonly left: Matrix<Float64Array>;
  /** At least 0, [rank]. */
  readonly singularValues: Float64Array;
  /** How many directions the design spans. */
  readonly rank: number;
}

/** One contiguous chunk of the samples, and the design without it. */
export interface InnerFold {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Of the training samples alone. */
  readonly directions: Directions;
  /** The test samples along these directions, [rank x nTest]. */
  readonly projected: Matrix<Float64Array>;
}

/**
 * The sets whose errors add up to the mean squared held-out error of every penalty.
 *
 * Leave-one-out: with H = 11'/n + U diag(s^2 / (s^2 + alpha)) U', the error of sample i is (y - H y)_i / (1 - H_ii), and
 * y - H y = remainder + U diag(alpha / (s^2 + alpha)) U'y, a form without cancellation where alpha is small.
 * Generalised: the same with the mean of 1 - H_ii in place of each. Inner folds: one set a chunk.
 *
 * @param inner - for `choice: "inner-folds"`
 */
export async function heldOutSets(
  directions: Directions,
  inner: readonly InnerFold[],
  options: ResolvedRidgeOptions,
): Promise<readonly HeldOutSet[]> {
  const { alphas, choice } = options;
  if (choice !== "inner-folds") return [await leaveOutSet(directions, options)];
  return inner.map(({ train, test, directions: { left, singularValues }, projected }) => {
    const rank = projected.nRows;
    const nTest = test.length;
    const damping = Matrix.zeros(alphas.length, rank);
    alphas.forEach((alpha, a) => {
      damping.data.set(shrinkage(singularValues, alpha), a * rank);
      for (let k = a * rank; k < (a + 1) * rank; k++) damping.data[k]! *= -1;
    });
    const weights = Matrix.zeros(alphas.length, nTest);
    weights.data.fill(1 / (nTest * inner.length));
    return { base: "tested", samples: { train, test }, fit: left, predict: projected, damping, weights };
  });
}

async function leaveOutSet(
  { left, singularValues, rank }: Directions,
  { alphas, choice, intercept, device }: ResolvedRidgeOptions,
): Promise<HeldOutSet> {
  const { nRows: width, nColumns: nSamples } = left;
  const damping = Matrix.zeros(alphas.length, width);
  const weights = Matrix.zeros(alphas.length, nSamples);
  // A design that spans all samples but the intercept leaves no remainder: rounding must not pass for one.
  const spansAll = rank === nSamples - (intercept ? 1 : 0);
  const outside = spansAll ? undefined : await outsideOf(left, intercept, device);
  const squares = squaresOf(left.data);
  const free = new Float64Array(nSamples);
  for (const [a, alpha] of alphas.entries()) {
    const factors = damping.data.subarray(a * width, (a + 1) * width);
    for (let k = 0; k < width; k++) factors[k] = alpha / (singularValues[k]! ** 2 + alpha);
    // Where all damping is small, error and 1 - H_ii shrink alike: both are scaled up, so that neither becomes 0.
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

/** What of each sample lies outside of all that a design and an intercept span. */
export interface Outside {
  /** The squared length of what is left of the sample's unit vector, 1 - 1/n - sum_k U_ki^2, [nSamples]. */
  readonly remaining: Float64Array;
  /** What a residual is made of beside the directions that a penalty damps. */
  readonly base: OutsideBase;
}

/**
 * What lies outside of all directions, for targets y with projections p:
 * isFar (y - p fit) + (y nearlyInside') places.
 */
export interface OutsideBase {
  /** 1 for samples of which more than a millionth lies outside, whose differences keep their digits; 0 for the others, [nSamples]. */
  readonly isFar: Float64Array;
  /** What is left of the unit vectors of samples that lie nearly inside; a row of zeros where there are none, [nNear x nSamples]. */
  readonly nearlyInside: Matrix<Float64Array>;
  /** Which sample each of these is: a row of zeros with one 1, [nNear x nSamples]. */
  readonly places: Matrix<Float64Array>;
}

/** Below this the difference 1 - H_ii has lost more than six of its sixteen digits, and is computed from the unit vector. */
export const FEW_DIGITS = 1e-6;
/** Most that rounding leaves of a unit vector after three projections, where it lies inside of all directions. */
export const INSIDE = 1e-13;

/**
 * The part of each sample outside of all directions of a design. Where it is small, as for a volume that is unlike all
 * others, the difference 1 - H_ii cancels, as does that of a target and its projections there. Both are computed from the
 * unit vector less its projections, which are taken off three times.
 *
 * @param left - orthonormal rows, [rank x nSamples]
 */
export async function outsideOf(
  left: Matrix<Float64Array>,
  intercept: boolean,
  device: Device | undefined,
): Promise<Outside> {
  const { data, nRows: rank, nColumns: n } = left;
  const remaining = new Float64Array(n).fill(intercept ? 1 - 1 / n : 1);
  for (let k = 0, at = 0; k < rank; k++) for (let i = 0; i < n; i++, at++) remaining[i]! -= data[at]! * data[at]!;
  const isFar = new Float64Array(n).fill(1);
  const some: number[] = [];
  for (let i = 0; i < n; i++) if (remaining[i]! < FEW_DIGITS) some.push(i);
  const none = () => Matrix.zeros(1, n);
  if (some.length === 0) return { remaining, base: { isFar, nearlyInside: none(), places: none() } };
  let rest = Matrix.zeros(some.length, n);
  for (const [row, i] of some.entries()) rest.data[row * n + i] = 1;
  for (let pass = 0; pass < 3; pass++) {
    if (intercept) centreRows(rest);
    const along = await multiply(rest, left, { transposeB: true, device }); // [nSome x rank]
    const inside = await multiply(along, left, { device }); // [nSome x nSamples]
    for (let at = 0; at < inside.data.length; at++) inside.data[at] = rest.data[at]! - inside.data[at]!;
    rest = inside;
  }
  const near: number[] = [];
  for (const [row, i] of some.entries()) {
    let squares = 0;
    for (let at = row * n; at < (row + 1) * n; at++) squares += rest.data[at]! ** 2;
    const isInside = squares <= INSIDE ** 2;
    remaining[i] = isInside ? 0 : squares;
    isFar[i] = 0;
    if (!isInside) near.push(row);
  }
  if (near.length === 0) return { remaining, base: { isFar, nearlyInside: none(), places: none() } };
  const places = Matrix.zeros(near.length, n);
  for (const [at, row] of near.entries()) places.data[at * n + some[row]!] = 1;
  return { remaining, base: { isFar, nearlyInside: takeRows(rest, Int32Array.from(near)), places } };
}

function centreRows({ data, nRows, nColumns }: Matrix<Float64Array>): void {
  for (let row = 0; row < nRows; row++) {
    let mean = 0;
    for (let i = 0; i < nColumns; i++) mean += data[row * nColumns + i]! / nColumns;
    for (let i = 0; i < nColumns; i++) data[row * nColumns + i]! -= mean;
  }
}
