import { freeNow } from "../array/free-now.ts";
import { Matrix, sliceColumns, takeRows, transpose } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";
import { orthogonaliseRows } from "../linear-algebra/one-sided-jacobi.ts";
import { rankOfGram } from "../linear-algebra/rank.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";
import { type DesignColumns, designInMemory, type FactoredDesign } from "./factored-design.ts";
import { contiguousFolds, type Fold } from "./folds.ts";
import { type Directions, heldOutSets, type InnerFold } from "./held-out.ts";
import { requireFinite, requireNoOverflow, requireSamples } from "./requirements.ts";
import { type ResolvedRidgeOptions, type RidgeOptions, resolveRidgeOptions } from "./ridge-options.ts";

/**
 * Takes a design apart for ridge regression, by the eigenvectors of the smaller of its two Gram matrices.
 *
 * Directions whose eigenvalue is under max(nSamples, nFeatures) eps times the largest count as zero: singular values
 * below about 1e-7 of the largest. For penalties that do not dwarf that either, such directions have no effect.
 *
 * @param x - [nSamples x nFeatures], any precision; constant columns and dependent columns are fine
 * @param test - samples to predict, [nTest x nFeatures]; undefined where coefficients are wanted, which need the design's columns
 * @param options - `alphas`, `intercept`, `choice`, `nInnerFolds` and `device` matter here
 * @throws ShapeError where `x` has fewer than 2 rows, no columns, or holds NaN, an infinity, or numbers whose squares overflow; where
 * `test` has another number of columns
 * @throws OptionError where an option cannot be used, or inner folds leave too few samples
 */
export async function factorDesign(
  x: Matrix,
  test: Matrix | undefined,
  options: RidgeOptions = {},
): Promise<FactoredDesign> {
  const resolved = resolveRidgeOptions(options, "factorDesign");
  requireSamples(x, 2, "factorDesign", "x");
  requireFinite(x, "factorDesign", "x");
  if (test) requireFinite(test, "factorDesign", "test");
  const inner = resolved.choice === "inner-folds" ? await innerFolds(x, resolved) : [];
  const found = await findDirections(x, resolved);
  const { left, singularValues } = found;
  const sets = await heldOutSets(found, inner, resolved);
  const tested = test ? await projectSamples(found, test, resolved) : Matrix.zeros(left.nRows, 0);
  flattenConstantRows(tested);
  const { alphas, choice, intercept } = resolved;
  const columns = test ? undefined : { mean: found.mean, right: found.right };
  return designInMemory({ alphas, choice, intercept, left, singularValues, sets, test: tested, columns });
}

/**
 * Takes a design apart that was never formed, from its samples' inner products alone, in double precision. With
 * centred training rows X = left' diag(s) right, X X' has the eigenvectors `left` and the eigenvalues s^2, and samples A
 * lie along `right` by A X' left' / s: the kernel A X' is enough. What needs coefficients needs the design.
 *
 * @param kernel - inner products of all samples with the training samples, [nSamples x nTrain], as of `trainingKernel`
 * @param fold - rows of the kernel to fit on, in the order of its columns, and to predict
 * @param nFeatures - columns of the design; tells what is rounding, as in {@link factorDesign}
 * @throws ShapeError where the kernel holds NaN or an infinity
 * @throws OptionError where inner folds leave too few samples
 */
export async function factorKernel(
  kernel: Matrix<Float64Array>,
  { train, test }: Pick<Fold, "train" | "test">,
  nFeatures: number,
  options: ResolvedRidgeOptions,
): Promise<FactoredDesign> {
  const { alphas, choice, intercept, device } = options;
  requireNoOverflow(kernel, "factorKernel");
  const nSamples = train.length;
  const { values, vectors } = await symmetricEigen(takeRows(kernel, train), device);
  const rank = rankOfDesign(values, { nSamples, nFeatures, intercept });
  // As in `factorDesign`: a design of rank 0 has one direction of zeros.
  const directions = rank === 0 ? Matrix.zeros(nSamples, 1) : sliceColumns(vectors, 0, rank); // [nTrain x rank]
  const singularValues = rank === 0 ? new Float64Array(1) : values.slice(0, rank).map(Math.sqrt);
  const along = await multiply(kernel, directions, { device }); // [nSamples x rank]
  if (rank > 0) for (let at = 0; at < along.data.length; at++) along.data[at]! /= singularValues[at % rank]!;
  // Coordinates along the directions are a design with the same inner products, and have the same inner folds.
  const inner = choice === "inner-folds" ? await innerFolds(takeRows(along, train), options) : [];
  const left = transpose(directions);
  const sets = await heldOutSets({ left, singularValues, rank }, inner, options);
  const tested = transpose(takeRows(along, test));
  flattenConstantRows(tested);
  return designInMemory({ alphas, choice, intercept, left, singularValues, sets, test: tested });
}

/** The contiguous chunks that `choice: "inner-folds"` predicts, and the design without each. */
async function innerFolds(x: Matrix, options: ResolvedRidgeOptions): Promise<readonly InnerFold[]> {
  const folds: InnerFold[] = [];
  for (const { train, test } of contiguousFolds(x.nRows, options.nInnerFolds)) {
    if (train.length < 2) {
      throw new OptionError(
        `factorDesign: inner folds must leave at least 2 samples to train on, got ${train.length} (${x.nRows} samples in ${options.nInnerFolds} folds).`,
      );
    }
    const directions = await findDirections(takeRows(x, train), options);
    const projected = await projectSamples(directions, takeRows(x, test), options);
    folds.push({ train, test, directions, projected });
  }
  return folds;
}

/** Samples along the directions of a design, [rank x nRows]. */
async function projectSamples(
  { mean, right }: DesignColumns,
  x: Matrix,
  { device }: Pick<RidgeOptions, "device">,
): Promise<Matrix<Float64Array>> {
  const centred = centreColumns(x, mean, "factorDesign");
  return multiply(right, centred, { transposeB: true, device });
}

/** Share of their magnitude by which samples to predict vary along a direction, below which they count as constant: 16 digits less the four that sums may lose. */
const CONSTANT = 1e-12;

/**
 * Makes rows that vary by rounding alone constant to the last digit, in place: a prediction from nothing else is constant, and has
 * no correlation.
 *
 * @param test - the samples to predict along the directions, [rank x nTest]
 */
function flattenConstantRows({ data, nRows, nColumns }: Matrix<Float64Array>): void {
  for (let k = 0; k < nRows; k++) {
    const row = data.subarray(k * nColumns, (k + 1) * nColumns);
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of row) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    if (greatest - least <= CONSTANT * Math.max(-least, greatest)) row.fill(least);
  }
}

/** Ratio of singular values from which directions are made orthogonal again: its square times 1e-16 is 1e-10. */
const UNLIKE = 1000;

async function findDirections(
  x: Matrix,
  { intercept, device }: ResolvedRidgeOptions,
): Promise<Directions & DesignColumns> {
  const { nRows: nSamples, nColumns: nFeatures } = x;
  const mean = intercept ? columnMeans(x) : new Float64Array(nFeatures);
  const centred = centreColumns(x, mean, "factorDesign");
  const wide = nFeatures > nSamples;
  const gram = await multiply(centred, centred, { transposeA: !wide, transposeB: wide, device });
  requireNoOverflow(gram, "factorDesign");
  const { values, vectors } = await symmetricEigen(gram, device);
  const rank = rankOfDesign(values, { nSamples, nFeatures, intercept });
  if (rank === 0) {
    const singularValues = new Float64Array(1);
    return { rank, mean, left: Matrix.zeros(1, nSamples), singularValues, right: Matrix.zeros(1, nFeatures) };
  }
  const known = transpose(sliceColumns(vectors, 0, rank));
  const other = await multiply(known, centred, { transposeB: !wide, device });
  freeNow(centred.data);
  // Inner products hold the square of the ratio of singular values: directions of small ones are mended where it is large.
  if (values[0]! > UNLIKE ** 2 * values[rank - 1]!) orthogonaliseRows(other, known);
  // The lengths are the singular values, more exactly than the roots of the eigenvalues.
  const singularValues = normaliseRows(other);
  return { rank, mean, left: wide ? known : other, singularValues, right: wide ? other : known };
}

/**
 * The rank of a design, by {@link rankOfGram}; at most one less than the samples where there is an intercept.
 *
 * @param values - eigenvalues of the smaller Gram matrix, largest first
 */
function rankOfDesign(
  values: Float64Array,
  { nSamples, nFeatures, intercept }: Readonly<Record<"nSamples" | "nFeatures", number> & { intercept: boolean }>,
): number {
  const most = Math.min(intercept ? nSamples - 1 : nSamples, nFeatures);
  return Math.min(most, rankOfGram(values, { nRows: nSamples, nColumns: nFeatures }));
}

/** Divides each row by its length, in place; gives the lengths. */
function normaliseRows(rows: Matrix<Float64Array>): Float64Array {
  const { data, nRows, nColumns } = rows;
  const lengths = new Float64Array(nRows);
  for (let k = 0; k < nRows; k++) {
    let squares = 0;
    for (let i = k * nColumns; i < (k + 1) * nColumns; i++) squares += data[i]! * data[i]!;
    const length = Math.sqrt(squares);
    for (let i = k * nColumns; i < (k + 1) * nColumns; i++) data[i]! /= length;
    lengths[k] = length;
  }
  return lengths;
}
