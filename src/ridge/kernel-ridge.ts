import { Matrix, sliceColumns, takeRows, transpose } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";
import { requireNoOverflow } from "./check.ts";
import type { Fold } from "./folds.ts";
import { heldOutSets } from "./held-out.ts";
import { decomposeInnerFolds, rankOfDesign } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { flattenConstantRows, type ScoringDesign } from "./scoring-design.ts";

/**
 * What scores need of a design that was never formed, from its samples' inner products alone, in double precision. With
 * centred training rows X = left' diag(s) right, X X' has the eigenvectors `left` and the eigenvalues s^2, and samples A
 * lie along `right` by A X' left' / s: the kernel A X' is enough. What needs coefficients needs the design.
 *
 * @param kernel - inner products of all samples with the training samples, [nSamples x nTrain], as of `trainingKernel`
 * @param fold - rows of the kernel to fit on, in the order of its columns, and to predict
 * @param nFeatures - columns of the design; tells what is rounding, as in `decomposeRidge`
 * @throws ShapeError where the kernel holds NaN or an infinity
 * @throws OptionError where inner folds leave too few samples
 */
export async function kernelDesign(
  kernel: Matrix<Float64Array>,
  { train, test }: Pick<Fold, "train" | "test">,
  nFeatures: number,
  options: ResolvedRidgeOptions,
): Promise<ScoringDesign> {
  const { intercept, choice, device } = options;
  requireNoOverflow(kernel, "kernelDesign");
  const nSamples = train.length;
  const { values, vectors } = await symmetricEigen(takeRows(kernel, train), device);
  const rank = rankOfDesign(values, { nSamples, nFeatures, intercept });
  // As of `decomposeRidge`: a design of rank 0 is kept as one direction of zeros.
  const directions = rank === 0 ? Matrix.zeros(nSamples, 1) : sliceColumns(vectors, 0, rank); // [nTrain x rank]
  const singularValues = rank === 0 ? new Float64Array(1) : values.slice(0, rank).map(Math.sqrt);
  const along = await multiply(kernel, directions, { device }); // [nSamples x rank]
  if (rank > 0) for (let at = 0; at < along.data.length; at++) along.data[at]! /= singularValues[at % rank]!;
  // Coordinates along the directions are a design with the same inner products, and have the same inner folds.
  const inner = choice === "inner-folds" ? await decomposeInnerFolds(takeRows(along, train), options) : [];
  const left = transpose(directions);
  const sets = await heldOutSets({ nSamples, rank, intercept, left, singularValues, inner }, options, "kernelDesign");
  const tested = transpose(takeRows(along, test));
  flattenConstantRows(tested);
  return { intercept, left, singularValues, sets, test: tested };
}
