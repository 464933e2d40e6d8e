import { type Matrix, toFloat32 } from "../array/matrix.ts";
import { type AlphaBounds, boundsOf } from "./by-bounds-design.ts";
import type { Rows } from "./by-bounds-graphs.ts";
import type { HeldOutSet } from "./held-out.ts";
import type { AlphaChoice } from "./ridge-options.ts";

/** The penalties that a design was factored for, how one of them is chosen, and whether a constant is fitted. */
export interface Penalised {
  readonly alphas: readonly number[];
  readonly choice: AlphaChoice;
  readonly intercept: boolean;
}

/**
 * A design taken apart for ridge regression under its penalties, with the samples that are to be predicted: all that choices, predictions
 * and scores need of it. Made once for a design ({@link "./factor.ts"}), it serves any number of targets and subjects. It may lie on the
 * disk: what single precision needs is then in memory, and the rest is read where it is asked for.
 */
export interface FactoredDesign extends Penalised {
  readonly singularRange: SingularRange;
  /** What choices in single precision need; undefined where all errors are computed. Asked for in single precision alone. */
  readonly bounds: AlphaBounds | undefined;
  /** What predictions in single precision need. Asked for in single precision alone. */
  readonly predictor: Predictor;
  /** The design in double precision: for targets that rounding could decide, and for all where there are no bounds. */
  readonly exact: () => ExactDesign | Promise<ExactDesign>;
}

/** A factored design in double precision: centred x = left' diag(singularValues) right. */
export interface ExactDesign extends Penalised {
  /** Orthonormal rows, [rank x nSamples]. A design of rank 0 has one direction of zeros. */
  readonly left: Matrix<Float64Array>;
  /** At least 0, [rank]. */
  readonly singularValues: Float64Array;
  /** Whose errors add up to the mean squared held-out error, from `heldOutSets`. */
  readonly sets: readonly HeldOutSet[];
  /** The samples to predict along the directions, [rank x nTest]; without columns where there are none. */
  readonly test: Matrix<Float64Array>;
  /** What coefficients need; undefined where the design was made for scores alone. */
  readonly columns?: DesignColumns | undefined;
}

/** The columns of a design: what takes coefficients along its directions to those of its features. */
export interface DesignColumns {
  /** What was taken off each column: its mean, or 0 without an intercept, [nFeatures]. */
  readonly mean: Float64Array;
  /** Orthonormal rows, [rank x nFeatures]. */
  readonly right: Matrix<Float64Array>;
}

/** A factored design in memory. What single precision needs is made when it is first asked for. */
export function designInMemory(exact: ExactDesign): FactoredDesign {
  const { alphas, choice, intercept } = exact;
  let bounds: { readonly made: AlphaBounds | undefined } | undefined;
  let predictor: Predictor | undefined;
  return {
    alphas,
    choice,
    intercept,
    singularRange: singularRange(exact.singularValues),
    get bounds() {
      bounds ??= { made: boundsOf(exact.sets, shrinkagesOf(exact).map(overGreatest)) };
      return bounds.made;
    },
    get predictor() {
      predictor ??= predictorOf(exact);
      return predictor;
    },
    exact: () => exact,
  };
}

/** The least and the greatest singular value above 0 of a design; both 0 where it has none. */
export interface SingularRange {
  readonly least: number;
  readonly greatest: number;
}

/** The {@link SingularRange} of singular values that are at least 0, in any order. */
export function singularRange(singularValues: Float64Array): SingularRange {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of singularValues) {
    if (!(value > 0)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return greatest > 0 ? { least, greatest } : { least: 0, greatest: 0 };
}

/**
 * By how much the coefficients of a ridge regression can still change under penalties beyond those on offer: at most this
 * share (0..1) of their length, for any target, below the lowest penalty and above the highest.
 *
 * Along a direction of the design with singular value s the coefficient is s / (s^2 + alpha) times the target's projection.
 * Towards alpha = 0 it grows to 1 / s times it: a share of alpha / (s^2 + alpha) of the limit is missing, most where s is
 * least. Towards infinity alpha times it grows to s times the projection: a share of s^2 / (s^2 + alpha) is missing, most where s is
 * greatest. The factor alpha is common to all directions, and a correlation does not see it.
 *
 * @returns [below the lowest, above the highest]
 */
export function changeBeyond({
  singularRange: { least, greatest },
  alphas,
}: Pick<FactoredDesign, "singularRange" | "alphas">): readonly [number, number] {
  if (greatest === 0) return [0, 0];
  const lowest = Math.min(...alphas);
  return [lowest / (least ** 2 + lowest), greatest ** 2 / (greatest ** 2 + Math.max(...alphas))];
}

/** s / (s^2 + alpha) of each singular value: what takes a projection onto `left` to a coefficient along `right`. */
export function shrinkage(singularValues: Float64Array, alpha: number): Float64Array {
  const shrunk = new Float64Array(singularValues.length);
  for (let k = 0; k < shrunk.length; k++) shrunk[k] = singularValues[k]! / (singularValues[k]! ** 2 + alpha);
  return shrunk;
}

/** The {@link shrinkage} of each penalty of a design, [rank] each. */
export function shrinkagesOf({
  singularValues,
  alphas,
}: Pick<ExactDesign, "singularValues" | "alphas">): readonly Float64Array[] {
  return alphas.map((alpha) => shrinkage(singularValues, alpha));
}

/** Numbers over the greatest of them. */
export function overGreatest(numbers: Float64Array): Float64Array {
  let greatest = 0;
  for (const number of numbers) greatest = Math.max(greatest, number);
  return greatest > 0 ? numbers.map((number) => number / greatest) : numbers;
}

/** What predictions in single precision need. */
export interface Predictor {
  /**
   * What takes a projection to a coefficient under each penalty, over the greatest, [nAlphas x rank]: correlation does not see
   * it, and single precision would lose the coefficients of large penalties.
   */
  readonly shrinkage: Rows;
  /** The samples to predict, less their mean, along the directions, [rank x nTest]. */
  readonly test: Rows;
  /** By how much the squares of a prediction grow where the projection is off by independent errors of mean square 1, [nAlphas]. */
  readonly sensitivity: Float64Array;
  /**
   * The greatest, over directions, of the sum of the squares of what one adds to a prediction, of a target whose length along it is
   * 1, [nAlphas]: of a target of length |y|, the squares of all summands of a prediction add up to at most |y|^2 times this.
   */
  readonly greatestSummands: Float64Array;
}

/**
 * What predictions in single precision need of a design. Correlation does not see the mean of the predicted samples: it is
 * taken off in double precision, where their variation may be small beside it.
 */
function predictorOf(design: ExactDesign): Predictor {
  const { test } = design;
  const { nRows: rank, nColumns: nTest } = test;
  const shrinkages = shrinkagesOf(design).map(overGreatest);
  const shrunk = new Float32Array(shrinkages.length * rank);
  for (const [a, row] of shrinkages.entries()) shrunk.set(row, a * rank);
  const centred = new Float32Array(rank * nTest);
  for (let k = 0; k < rank; k++) {
    const row = test.data.subarray(k * nTest, (k + 1) * nTest);
    // Less the first, so that a constant row has a mean of 0 to the last digit.
    let mean = 0;
    for (const value of row) mean += (value - row[0]!) / nTest;
    for (let i = 0; i < nTest; i++) centred[k * nTest + i] = row[i]! - row[0]! - mean;
  }
  const sensitivity = new Float64Array(shrinkages.length);
  const greatestSummands = new Float64Array(shrinkages.length);
  for (let k = 0; k < rank; k++) {
    let squares = 0;
    for (let i = 0; i < nTest; i++) squares += centred[k * nTest + i]! ** 2;
    for (let a = 0; a < sensitivity.length; a++) {
      const summands = shrinkages[a]![k]! ** 2 * squares;
      sensitivity[a]! += summands;
      greatestSummands[a] = Math.max(greatestSummands[a]!, summands);
    }
  }
  return {
    sensitivity,
    greatestSummands,
    shrinkage: { data: shrunk, nRows: shrinkages.length, nColumns: rank },
    test: toFloat32({ data: centred, nRows: rank, nColumns: nTest }),
  };
}
