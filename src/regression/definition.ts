import type { ChoiceDesign } from "./choose-alpha.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";

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
 * @returns [nAlphas], in units of the target squared
 */
export function definedErrors(
  design: ChoiceDesign,
  target: Float64Array,
  { alphas, choice }: Pick<ResolvedRidgeOptions, "alphas" | "choice">,
): Float64Array {
  return choice === "inner-folds"
    ? innerFoldErrors(design, target, alphas.length)
    : leftOutErrors(design, target, alphas, choice === "generalised");
}

function leftOutErrors(
  { left, singularValues, intercept }: ChoiceDesign,
  target: Float64Array,
  alphas: readonly number[],
  generalised: boolean,
): Float64Array {
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
  // A design of as many directions as there are leaves nothing outside, and one of rank 0 is kept as a direction of zeros.
  const isFull = singularValues[0]! > 0 && rank === n - (intercept ? 1 : 0);
  if (isFull) outside.fill(0);
  for (let i = 0; i < n; i++) free[i] = isFull ? 0 : Math.max(0, free[i]!);
  return Float64Array.from(alphas, (alpha) => {
    const residual = outside.slice();
    const denominator = free.slice();
    for (let k = 0, at = 0; k < rank; k++) {
      const taken = alpha / (singularValues[k]! ** 2 + alpha);
      for (let i = 0; i < n; i++, at++) {
        residual[i]! += taken * projection[k]! * directions[at]!;
        denominator[i]! += taken * directions[at]! ** 2;
      }
    }
    const mean = denominator.reduce((sum, value) => sum + value / n, 0);
    let error = 0;
    for (let i = 0; i < n; i++) error += (residual[i]! / (generalised ? mean : denominator[i]!)) ** 2 / n;
    return error;
  });
}

function innerFoldErrors({ sets, intercept }: ChoiceDesign, target: Float64Array, nAlphas: number): Float64Array {
  const errors = new Float64Array(nAlphas);
  for (const { samples, fit, predict, damping } of sets) {
    const { train, test } = samples!;
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
  return errors;
}

/** The projection of a target on directions, [rank]. */
function along(directions: Float64Array, rank: number, target: Float64Array): Float64Array {
  const projection = new Float64Array(rank);
  for (let k = 0, at = 0; k < rank; k++) {
    for (let i = 0; i < target.length; i++, at++) projection[k]! += directions[at]! * target[i]!;
  }
  return projection;
}
