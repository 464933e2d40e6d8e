import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, type Matrix, sliceRows, transpose } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";
import { leadingEigen } from "../linear-algebra/leading-eigen.ts";
import { rankOfGram } from "../linear-algebra/rank.ts";
import { requireCount, requireFinite, requireNoOverflow, requireSamples } from "./requirements.ts";

/** Principal components of the columns of a matrix. */
export interface Pca {
  /** The mean of each column, [nFeatures]. */
  readonly mean: Float64Array;
  /** Orthonormal rows in descending order of the variance along them, [nComponents x nFeatures]. */
  readonly components: Matrix<Float64Array>;
  /** The variance along each component (divided by nSamples - 1), [nComponents]. */
  readonly explainedVariance: Float64Array;
  /** The variance of all features together (divided by nSamples - 1). */
  readonly totalVariance: number;
  /** How many of the components that were asked for the rank of the samples does not allow; 0 as a rule. */
  readonly nMissing: number;
}

/** Where {@link fitPca} runs, and from where it searches. */
export interface PcaOptions {
  readonly device?: Device | undefined;
  /** What one search for components leaves for the next of the same size, of whoever makes many. */
  readonly start?: { block?: Matrix<Float64Array> } | undefined;
}

/**
 * The leading principal components, exact: the right singular vectors of the centred samples with the largest singular
 * values, from the eigenvectors of the smaller of the two Gram matrices (nSamples or nFeatures square), all in double
 * precision. The signs are fixed: the entry of largest magnitude of each component is positive (the first such entry).
 *
 * Where the samples have a smaller rank than `nComponents`, only as many components as the rank are given, and
 * `nMissing` says how many are not. Rank: eigenvalues over max(nSamples, nFeatures) eps times the largest.
 *
 * @param x - [nSamples x nFeatures], any precision
 * @throws OptionError where `nComponents` is not a whole number from 1 to min(nSamples, nFeatures)
 * @throws ShapeError where `x` has fewer than 2 rows, or holds NaN, an infinity, or numbers whose squares overflow
 * @remarks As scikit-learn's PCA(svd_solver="full") from version 1.5 on: earlier versions took the sign from the
 * scores. Singular values under about 1e-7 of the largest are lost to the squares of the Gram matrix; scikit-learn
 * returns such directions, which are rounding noise in single-precision features, and ours counts them as missing.
 */
export async function fitPca(x: Matrix, nComponents: number, options: PcaOptions = {}): Promise<Pca> {
  checkArgument("fitPca: options", options, "an object");
  checkMatrix(x, "fitPca: x");
  const { device, start } = options;
  requireSamples(x, 2, "fitPca", "x");
  const { nRows: nSamples, nColumns: nFeatures } = x;
  const shape = { nSamples, nFeatures, nComponents };
  requireComponents(shape);
  requireFinite(x, "fitPca", "x");
  const mean = columnMeans(x);
  const centred = centreColumns(x, mean, "fitPca");
  const wide = nFeatures > nSamples;
  const gram = await multiply(centred, centred, { transposeA: !wide, transposeB: wide, device });
  requireNoOverflow(gram, "fitPca");
  const totalVariance = traceOf(gram) / (nSamples - 1);
  const { values, vectors } = await leadingEigen(gram, nComponents, device, start);
  const rank = rankOfGram(values, x);
  // Rows of `directions` have norm 1 where the Gram matrix is over features, and else the singular value.
  const directions = wide ? await multiply(vectors, centred, { transposeA: true, device }) : transpose(vectors);
  const components = sliceRows(directions, 0, rank);
  for (let k = 0; k < rank; k++) normaliseWithSign(components.data.subarray(k * nFeatures, (k + 1) * nFeatures));
  return {
    mean,
    components,
    explainedVariance: values.slice(0, rank).map((value) => value / (nSamples - 1)),
    totalVariance,
    nMissing: nComponents - rank,
  };
}

/**
 * The samples along each component, (x - mean) components', in double precision: [nSamples x nComponents].
 *
 * @throws ShapeError where `x` has another number of columns than the components were fitted on
 */
export async function applyPca(
  x: Matrix,
  pca: Pca,
  options: Pick<PcaOptions, "device"> = {},
): Promise<Matrix<Float64Array>> {
  checkMatrix(x, "applyPca: x");
  checkArgument("applyPca: pca", pca, "an object", { mean: "a list of numbers", components: "an object" });
  checkArgument("applyPca: options", options, "an object");
  const centred = centreColumns(x, pca.mean, "applyPca");
  return multiply(centred, pca.components, { transposeB: true, device: options.device });
}

/**
 * The share of the training samples' variance that components keep (0..1): the sum of scikit-learn's
 * `explained_variance_ratio_`. NaN where nothing varies.
 */
export function keptVariance({ explainedVariance, totalVariance }: ExplainedVariance): number {
  const kept = explainedVariance.reduce((sum, variance) => sum + variance, 0);
  // Where components keep everything, rounding may put the share above 1.
  return Math.min(1, kept / totalVariance);
}

/** The variance along components, [nComponents], and that of all features together. */
export type ExplainedVariance = Pick<Pca, "explainedVariance" | "totalVariance">;

function traceOf({ data, nRows }: Matrix<Float64Array>): number {
  let sum = 0;
  for (let i = 0; i < nRows; i++) sum += data[i * nRows + i]!;
  return sum;
}

/** What components are taken of, and how many. */
export interface PcaShape {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
}

/**
 * Refuses more components than there can be.
 *
 * @throws OptionError where `nComponents` is not a whole number from 1 to min(nSamples, nFeatures)
 */
export function requireComponents({ nSamples, nFeatures, nComponents }: PcaShape): void {
  requireCount(nComponents, 1, "fitPca", "nComponents");
  const most = Math.min(nSamples, nFeatures);
  if (nComponents <= most) return;
  throw new OptionError(
    `fitPca: nComponents must be at most min(nSamples, nFeatures) (${most}), got ${nComponents} (x is ${nSamples} x ${nFeatures}). Ask for fewer components.`,
  );
}

/** Norm 1, with the entry of largest magnitude positive. */
function normaliseWithSign(component: Float64Array): void {
  let squares = 0;
  let largest = 0;
  for (const loading of component) {
    squares += loading * loading;
    if (Math.abs(loading) > Math.abs(largest)) largest = loading;
  }
  const factor = Math.sign(largest) / Math.sqrt(squares);
  for (let j = 0; j < component.length; j++) component[j]! *= factor;
}
