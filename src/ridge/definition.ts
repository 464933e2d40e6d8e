import { Matrix } from "../array/matrix.ts";
import { correlateRows } from "../linear-algebra/correlation.ts";
import { sumOfSquares } from "../linear-algebra/dot.ts";
import { subtractProjections } from "../linear-algebra/gram-schmidt.ts";
import { type ChoiceDesign, overGreatest } from "./choose-alpha.ts";
import { shrinkage } from "./held-out.ts";
import { FEW_DIGITS, INSIDE } from "./outside.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import type { ScoringDesign } from "./scoring-design.ts";

/** What the definition says of one target under every penalty. */
export interface DefinedErrors {
  /** The mean squared held-out error, in units of the target squared, [nAlphas]. */
  readonly errors: Float64Array;
  /** The greatest weight of a squared residual, [nAlphas]: by it the rounding of a target grows. */
  readonly greatestWeights: Float64Array;
}

/**
 * The mean squared held-out error of one target under every penalty, straight from the definition: loops in double precision over
 * samples and directions, no bound, no block, no product of matrices. What fast paths compute is held against it.
 *
 * Leave-one-out: with n samples, directions U and shares d = s^2 / (s^2 + alpha), the error of sample i is
 * (y - U'd U y)_i / (1 - 1/n - sum_k d_k U_ki^2), without 1/n where there is no intercept. Generalised: the same with the
 * mean of the denominators. Inner folds: the errors of each chunk, predicted by the design of the others.
 *
 * Numerator and denominator are each the part that lies outside of all directions, plus the shares alpha / (s^2 + alpha) that a
 * penalty takes off inside: a sum, where the difference would lose its digits for small alpha.
 *
 * @param target - deviations from its mean where there is an intercept, [nSamples]
 */
export function definedErrors(
  design: ChoiceDesign,
  target: Float64Array,
  { alphas, choice }: Pick<ResolvedRidgeOptions, "alphas" | "choice">,
): DefinedErrors {
  return choice === "inner-folds"
    ? innerFoldErrors(design, target, alphas.length)
    : leftOutErrors(design, target, alphas, choice === "generalised");
}

/** Pearson r of a prediction by definition. */
export interface DefinedCorrelation {
  /** NaN where the prediction is constant. */
  readonly r: number;
  /** By how much r is open to the rounding of double precision: that of the prediction, as a share of its length. */
  readonly open: number;
}

/** Rounding of double precision, with room for sums. */
export const DOUBLE = 2 ** -46;

/**
 * Pearson r of what a penalty predicts for the other samples of a design and what was observed, by loops in double precision.
 *
 * @param target - as in {@link definedErrors}
 * @param observed - deviations from the mean, of length 1, [nTest]
 */
export function definedCorrelation(
  { left, singularValues, test }: Pick<ScoringDesign, "left" | "singularValues" | "test">,
  target: Float64Array,
  observed: Float64Array,
  alpha: number,
): DefinedCorrelation {
  const projection = along(left.data, left.nRows, target);
  // Over the greatest: correlation does not see it, and squares of what penalties above 1e150 leave are 0.
  const shrunk = overGreatest(shrinkage(singularValues, alpha));
  const predicted = new Float64Array(test.nColumns);
  const length = sumOfSquares(target);
  let noise = 0;
  for (let k = 0, at = 0; k < test.nRows; k++) {
    let squares = 0;
    for (let i = 0; i < predicted.length; i++, at++) {
      predicted[i]! += projection[k]! * shrunk[k]! * test.data[at]!;
      squares += test.data[at]! ** 2;
    }
    noise += (length + projection[k]! ** 2) * shrunk[k]! ** 2 * squares;
  }
  const mean = predicted.reduce((sum, value) => sum + value / predicted.length, 0);
  const deviations = predicted.map((value) => value - mean);
  const [r] = correlateRows(Matrix.of(predicted, 1, predicted.length), Matrix.of(observed, 1, observed.length));
  return { r: r!, open: DOUBLE * Math.sqrt(noise / sumOfSquares(deviations)) };
}

function leftOutErrors(
  { left, singularValues, intercept }: ChoiceDesign,
  target: Float64Array,
  alphas: readonly number[],
  generalised: boolean,
): DefinedErrors {
  const { data: directions, nRows: rank, nColumns: n } = left;
  const projection = along(directions, rank, target);
  const outside = target.slice();
  const free = new Float64Array(n).fill(intercept ? 1 - 1 / n : 1);
  for (let k = 0, at = 0; k < rank; k++) {
    for (let i = 0; i < n; i++, at++) {
      outside[i]! -= projection[k]! * directions[at]!;
      free[i]! -= directions[at]! ** 2;
    }
  }
  // A design of as many directions as there are leaves nothing outside; one of rank 0 is kept as a direction of zeros.
  const isFull = singularValues[0]! > 0 && rank === n - (intercept ? 1 : 0);
  for (let i = 0; i < n; i++) {
    if (isFull) free[i] = outside[i] = 0;
    else if (free[i]! < FEW_DIGITS) {
      const rest = unitVectorOutside(left, i, intercept);
      const length = sumOfSquares(rest);
      const isInside = length <= INSIDE ** 2;
      free[i] = isInside ? 0 : length;
      outside[i] = isInside ? 0 : rest.reduce((sum, value, j) => sum + value * target[j]!, 0);
    }
  }
  const errors = new Float64Array(alphas.length);
  const greatestWeights = new Float64Array(alphas.length);
  for (const [a, alpha] of alphas.entries()) {
    const residual = outside.slice();
    const denominator = free.slice();
    for (let k = 0, at = 0; k < rank; k++) {
      const taken = alpha / (singularValues[k]! ** 2 + alpha);
      for (let i = 0; i < n; i++, at++) {
        residual[i]! += taken * projection[k]! * directions[at]!;
        denominator[i]! += taken * directions[at]! ** 2;
      }
    }
    if (generalised) denominator.fill(denominator.reduce((sum, value) => sum + value / n, 0));
    for (let i = 0; i < n; i++) {
      errors[a]! += (residual[i]! / denominator[i]!) ** 2 / n;
      greatestWeights[a] = Math.max(greatestWeights[a]!, 1 / (denominator[i]! ** 2 * n));
    }
  }
  return { errors, greatestWeights };
}

/**
 * What is left of a sample's unit vector when all directions are taken off: its squared length is 1 - H_ii for a penalty of 0,
 * and its product with a target what lies outside there, of which the differences have few digits where they are small.
 */
function unitVectorOutside({ data, nRows, nColumns: n }: Matrix, sample: number, intercept: boolean): Float64Array {
  const rest = new Float64Array(n);
  rest[sample] = 1;
  const directions = Array.from({ length: nRows }, (_, k) => data.subarray(k * n, (k + 1) * n) as Float64Array);
  if (intercept) directions.push(new Float64Array(n).fill(1 / Math.sqrt(n)));
  subtractProjections(rest, directions);
  return rest;
}

function innerFoldErrors({ sets, intercept }: ChoiceDesign, target: Float64Array, nAlphas: number): DefinedErrors {
  const errors = new Float64Array(nAlphas);
  const greatestWeights = new Float64Array(nAlphas);
  for (const { samples, fit, predict, damping, weights } of sets) {
    const { train, test } = samples!;
    // All errors of a chunk count alike, under every penalty.
    greatestWeights.fill(Math.max(greatestWeights[0]!, weights.data[0]!));
    let mean = 0;
    for (const i of train) mean += intercept ? target[i]! / train.length : 0;
    const projection = along(
      fit.data,
      fit.nRows,
      Float64Array.from(train, (i) => target[i]! - mean),
    );
    for (let a = 0; a < nAlphas; a++) {
      for (let i = 0; i < test.length; i++) {
        let difference = target[test[i]!]! - mean;
        // `damping` is what takes a projection to a coefficient, with the sign changed.
        for (let k = 0; k < fit.nRows; k++)
          difference += projection[k]! * damping.data[a * fit.nRows + k]! * predict.data[k * test.length + i]!;
        errors[a]! += difference ** 2 / (test.length * sets.length);
      }
    }
  }
  return { errors, greatestWeights };
}

/** The projection of a target on directions, [rank]. */
function along(directions: Float64Array, rank: number, target: Float64Array): Float64Array {
  const projection = new Float64Array(rank);
  for (let k = 0, at = 0; k < rank; k++) {
    for (let i = 0; i < target.length; i++, at++) projection[k]! += directions[at]! * target[i]!;
  }
  return projection;
}
