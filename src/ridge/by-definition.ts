import type { Matrix } from "../array/matrix.ts";
import { sumOfSquares } from "../linear-algebra/dot.ts";
import { subtractProjections } from "../linear-algebra/gram-schmidt.ts";
import { type ExactDesign, overGreatest, shrinkage } from "./factored-design.ts";
import { FEW_DIGITS, INSIDE } from "./held-out.ts";

// Choice and prediction straight from their definitions: loops in double precision over samples and directions, no bound, no block, no
// product of matrices. Tests and audits compare the fast ways with it.

/** Errors of one target under every penalty, by definition. */
export interface DefinedErrors {
  /** The mean squared held-out error, in units of the target squared, [nAlphas]. The best penalty is that of the least. */
  readonly errors: Float64Array;
  /** The greatest weight of a squared residual, [nAlphas]: by it the rounding of a target grows. */
  readonly greatestWeights: Float64Array;
}

/**
 * The mean squared held-out error of one target under every penalty.
 *
 * Leave-one-out: with n samples, directions U and shares d = s^2 / (s^2 + alpha), the error of sample i is
 * (y - U'd U y)_i / (1 - 1/n - sum_k d_k U_ki^2), without 1/n where there is no intercept. Generalised: the same with the
 * mean of the denominators. Inner folds: the errors of each chunk, predicted by the design of the others.
 *
 * @param target - deviations from its mean where there is an intercept, [nSamples]
 */
export function errorsByDefinition(design: ExactDesign, target: Float64Array): DefinedErrors {
  return design.choice === "inner-folds" ? innerFoldErrors(design, target) : leftOutErrors(design, target);
}

/**
 * What a penalty predicts for the other samples of a design, up to a factor that correlation does not see: sum_k test_k c_k p_k, with
 * p the target along the directions and c = s / (s^2 + alpha) over the greatest c, [nTest].
 *
 * @param target - as in {@link errorsByDefinition}
 */
export function predictByDefinition(design: ExactDesign, target: Float64Array, alpha: number): Float64Array {
  const { left, singularValues, test } = design;
  const projection = along(left, target);
  // Over the greatest: squares of what penalties above 1e150 leave are 0.
  const shrunk = overGreatest(shrinkage(singularValues, alpha));
  const predicted = new Float64Array(test.nColumns);
  for (let k = 0, at = 0; k < test.nRows; k++)
    for (let i = 0; i < predicted.length; i++, at++) predicted[i]! += projection[k]! * shrunk[k]! * test.data[at]!;
  return predicted;
}

function leftOutErrors(design: ExactDesign, target: Float64Array): DefinedErrors {
  const { left, singularValues, alphas, choice } = design;
  const { data: directions, nRows: rank, nColumns: n } = left;
  const projection = along(left, target);
  const outside = outsideByDefinition(design, target, projection);
  const errors = new Float64Array(alphas.length);
  const greatestWeights = new Float64Array(alphas.length);
  for (const [a, alpha] of alphas.entries()) {
    // The part outside of all directions, plus what a penalty takes off inside. As a sum it keeps its digits for small alpha; the
    // difference would lose them.
    const residual = outside.residual.slice();
    const denominator = outside.denominator.slice();
    for (let k = 0, at = 0; k < rank; k++) {
      const taken = alpha / (singularValues[k]! ** 2 + alpha);
      for (let i = 0; i < n; i++, at++) {
        residual[i]! += taken * projection[k]! * directions[at]!;
        denominator[i]! += taken * directions[at]! ** 2;
      }
    }
    if (choice === "generalised") denominator.fill(denominator.reduce((sum, value) => sum + value / n, 0));
    for (let i = 0; i < n; i++) {
      errors[a]! += (residual[i]! / denominator[i]!) ** 2 / n;
      greatestWeights[a] = Math.max(greatestWeights[a]!, 1 / (denominator[i]! ** 2 * n));
    }
  }
  return { errors, greatestWeights };
}

/** What of a target, and of 1 - 1/n, lies outside of all directions: y - U'U y and 1 - 1/n - sum_k U_ki^2, [nSamples] each. */
function outsideByDefinition({ left, singularValues, intercept }: ExactDesign, target: Float64Array, p: Float64Array) {
  const { data: directions, nRows: rank, nColumns: n } = left;
  const residual = target.slice();
  const denominator = new Float64Array(n).fill(intercept ? 1 - 1 / n : 1);
  for (let k = 0, at = 0; k < rank; k++) {
    for (let i = 0; i < n; i++, at++) {
      residual[i]! -= p[k]! * directions[at]!;
      denominator[i]! -= directions[at]! ** 2;
    }
  }
  // A design of as many directions as there are leaves nothing outside; one of rank 0 is kept as a direction of zeros.
  const isFull = singularValues[0]! > 0 && rank === n - (intercept ? 1 : 0);
  for (let i = 0; i < n; i++) {
    if (isFull) denominator[i] = residual[i] = 0;
    else if (denominator[i]! < FEW_DIGITS) {
      const rest = unitVectorOutside(left, i, intercept);
      const length = sumOfSquares(rest);
      const isInside = length <= INSIDE ** 2;
      denominator[i] = isInside ? 0 : length;
      residual[i] = isInside ? 0 : rest.reduce((sum, value, j) => sum + value * target[j]!, 0);
    }
  }
  return { residual, denominator };
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
  // Directions of singular values that are far apart are orthogonal to 1e-10 only: what is left is as small where a row is far from all
  // others, and needs them taken off twice as often as of directions that are orthogonal to the last digit.
  for (let again = 0; again < 2; again++) subtractProjections(rest, directions);
  return rest;
}

function innerFoldErrors({ sets, intercept, alphas }: ExactDesign, target: Float64Array): DefinedErrors {
  const errors = new Float64Array(alphas.length);
  const greatestWeights = new Float64Array(alphas.length);
  for (const { samples, fit, predict, damping, weights } of sets) {
    const { train, test } = samples!;
    // All errors of a chunk have the same weight, under every penalty.
    greatestWeights.fill(Math.max(greatestWeights[0]!, weights.data[0]!));
    let mean = 0;
    for (const i of train) mean += intercept ? target[i]! / train.length : 0;
    const fitted = Float64Array.from(train, (i) => target[i]! - mean);
    const projection = along(fit, fitted);
    for (let a = 0; a < alphas.length; a++) {
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

/** A target along directions, [rank]. */
function along({ data, nRows: rank }: Matrix, target: Float64Array): Float64Array {
  const projection = new Float64Array(rank);
  for (let k = 0, at = 0; k < rank; k++) {
    for (let i = 0; i < target.length; i++, at++) projection[k]! += data[at]! * target[i]!;
  }
  return projection;
}
