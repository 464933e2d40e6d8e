import { freeNow } from "../array/free-now.ts";
import { type Matrix, sliceColumns, takeRows, transpose } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";
import { type EigenStart, leadingEigen } from "../linear-algebra/leading-eigen.ts";
import { rankOfGram } from "../linear-algebra/rank.ts";
import { type ExplainedVariance, requireComponents } from "./pca.ts";
import { requireNoOverflow } from "./requirements.ts";

/**
 * Inner products of all samples with the training samples, of columns centred on these, in double precision:
 * [nSamples x nTrain]. Products of columns side by side are the sums of those of their parts.
 *
 * @param x - [nSamples x nFeatures], any precision
 * @param train - rows of the training samples
 */
export async function trainingKernel(
  x: Matrix,
  train: Int32Array,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const centred = centreColumns(x, columnMeans(x, train), "trainingKernel");
  const ofTraining = takeRows(centred, train);
  const kernel = await multiply(centred, ofTraining, { transposeB: true, device });
  freeNow(centred.data, ofTraining.data);
  return kernel;
}

/** Samples along principal components of features that were never formed. */
export interface KernelPca extends ExplainedVariance {
  /** Every sample along each component, in descending order of variance over the training samples, [nSamples x rank]. */
  readonly scores: Matrix<Float64Array>;
  /** How many of the components that were asked for the rank of the training samples does not allow; 0 as a rule. */
  readonly nMissing: number;
  /** Orthonormal rows: the scores of the training samples, scaled to length 1, [rank x nTrain]. */
  readonly directions: Matrix<Float64Array>;
}

/** What {@link kernelPca} works on besides the kernel. */
export interface KernelPcaOptions {
  /** Rows of the kernel that are training samples, in the order of its columns. */
  readonly train: Int32Array;
  /** Columns of the features that the kernel stands for. */
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly device?: Device | undefined;
  /** What one kernel leaves for the next; made anew where it is missing. */
  readonly memory?: KernelMemory | undefined;
}

/** What {@link kernelPca} uses again, of whoever has many kernels of one size. */
export interface KernelMemory {
  /** Numbers to work in, nTrain^2 of them. */
  readonly square?: Float64Array | undefined;
  readonly start: EigenStart;
}

/**
 * What `fitPca` on the training samples and `applyPca` on all give, from the samples' inner products alone, in double
 * precision. With training rows Z of centred features and Z Z' = V diag(l) V', component k is Z' v_k / sqrt(l_k), and
 * all samples A lie along it by A Z' v_k / sqrt(l_k): so the kernel A Z' is enough.
 *
 * Rank and `nMissing` are those of `fitPca`. The signs are fixed: of each component, the score of largest magnitude among
 * the training samples is positive (the first such score). `fitPca` takes the sign from the loadings, which are not formed here.
 *
 * @param kernel - inner products of all samples with the training samples, of features whose columns have mean 0 over the
 * training samples, [nSamples x nTrain]
 * @throws OptionError where `nComponents` is not a whole number from 1 to min(nTrain, nFeatures)
 * @throws ShapeError where the kernel holds NaN or an infinity
 * @see B. Schölkopf, A. Smola, K.-R. Müller (1998), doi:10.1162/089976698300017467 (with the linear kernel)
 */
export async function kernelPca(
  kernel: Matrix<Float64Array>,
  { train, nFeatures, nComponents, device, memory }: KernelPcaOptions,
): Promise<KernelPca> {
  const nTrain = train.length;
  const shape = { nSamples: nTrain, nFeatures, nComponents };
  requireComponents(shape);
  requireNoOverflow(kernel, "kernelPca");
  let trace = 0;
  for (const [i, row] of train.entries()) trace += kernel.data[row * nTrain + i]!;
  const own = takeRows(kernel, train, memory?.square);
  const { values, vectors } = await leadingEigen(own, nComponents, device, memory?.start);
  const rank = rankOfGram(values, { nRows: nTrain, nColumns: nFeatures });
  const directions = sliceColumns(vectors, 0, rank);
  const scores = await multiply(kernel, directions, { device }); // [nSamples x rank]
  for (let k = 0; k < rank; k++) {
    let squares = 0;
    let largest = 0;
    for (let i = 0; i < nTrain; i++) {
      const score = scores.data[train[i]! * rank + k]!;
      squares += score * directions.data[i * rank + k]!;
      if (Math.abs(score) > Math.abs(largest)) largest = score;
    }
    // v' Z Z' v: the length of Z' v to all digits; the eigenvalue is only as exact as the solver's tolerance.
    const factor = Math.sign(largest) / Math.sqrt(squares);
    for (let i = 0; i < scores.nRows; i++) scores.data[i * rank + k]! *= factor;
  }
  return {
    scores,
    nMissing: nComponents - rank,
    directions: transpose(directions),
    explainedVariance: values.slice(0, rank).map((value) => value / (nTrain - 1)),
    totalVariance: trace / (nTrain - 1),
  };
}
