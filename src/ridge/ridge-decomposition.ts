import { freeNow } from "../array/free-now.ts";
import { Matrix, sliceColumns, takeRows, transpose } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";
import { orthogonaliseRows } from "../linear-algebra/one-sided-jacobi.ts";
import { rankOfGram } from "../linear-algebra/rank.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";
import { requireFinite, requireNoOverflow, requireSamples } from "./check.ts";
import { contiguousFolds } from "./folds.ts";
import { type ResolvedRidgeOptions, type RidgeOptions, resolveRidgeOptions } from "./ridge-options.ts";

/**
 * A design matrix taken apart, so that many targets can be fitted on it: centred x = left diag(singularValues) right',
 * in double precision. Make it once for a design, use it for any number of subjects.
 */
export interface RidgeDecomposition {
  readonly nSamples: number;
  readonly nFeatures: number;
  /** Directions that the design spans. A design of rank 0 is kept as one direction of zeros. */
  readonly rank: number;
  readonly intercept: boolean;
  /** What was taken off each column: its mean, or 0 without an intercept, [nFeatures]. */
  readonly mean: Float64Array;
  /** Orthonormal rows, [rank x nSamples]. */
  readonly left: Matrix<Float64Array>;
  /** At least 0, [rank]. */
  readonly singularValues: Float64Array;
  /** Orthonormal rows, [rank x nFeatures]. */
  readonly right: Matrix<Float64Array>;
  /** What `choice: "inner-folds"` needs; empty where the decomposition was made for another choice. */
  readonly inner: readonly InnerFold[];
}

/** What the samples of a design have in common with those of any other with the same inner products. */
export type SampleDecomposition = Omit<RidgeDecomposition, "nFeatures" | "mean" | "right">;

/** One contiguous chunk of the samples, and the design without it. */
export interface InnerFold {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Of the training samples alone. */
  readonly decomposition: RidgeDecomposition;
  /** The test samples along the directions of that decomposition, [rank x nTest]. */
  readonly projected: Matrix<Float64Array>;
}

/**
 * Takes a design apart for ridge regression, by the eigenvectors of the smaller of its two Gram matrices.
 *
 * Directions whose eigenvalue is under max(nSamples, nFeatures) eps times the largest count as zero: singular values
 * below about 1e-7 of the largest. For penalties that do not dwarf that either, such directions have no effect.
 *
 * @param x - [nSamples x nFeatures], any precision; constant columns and dependent columns are fine
 * @param options - `intercept`, `choice`, `nInnerFolds` and `device` matter here
 * @throws ShapeError where `x` has fewer than 2 rows, no columns, or holds NaN, an infinity, or numbers whose squares overflow
 * @throws OptionError where an option cannot be used
 */
export async function decomposeRidge(x: Matrix, options: RidgeOptions = {}): Promise<RidgeDecomposition> {
  const resolved = resolveRidgeOptions(options, "decomposeRidge");
  requireSamples(x, 2, "decomposeRidge", "x");
  requireFinite(x, "decomposeRidge", "x");
  const inner = resolved.choice === "inner-folds" ? await decomposeInnerFolds(x, resolved) : [];
  return { ...(await decompose(x, resolved)), inner };
}

/**
 * The test samples along the directions of a decomposition, [rank x nTest].
 *
 * @throws ShapeError where `x` has another number of columns than the design
 */
export async function projectSamples(
  decomposition: Pick<RidgeDecomposition, "mean" | "right">,
  x: Matrix,
  options: Pick<RidgeOptions, "device">,
  where: string,
): Promise<Matrix<Float64Array>> {
  const centred = centreColumns(x, decomposition.mean, where);
  return multiply(decomposition.right, centred, { transposeB: true, device: options.device });
}

/**
 * The contiguous chunks that `choice: "inner-folds"` predicts, and the design without each.
 *
 * @param x - [nSamples x nFeatures]
 * @throws OptionError where a chunk leaves too few samples
 */
export async function decomposeInnerFolds(x: Matrix, options: ResolvedRidgeOptions): Promise<readonly InnerFold[]> {
  const folds: InnerFold[] = [];
  for (const { train, test } of contiguousFolds(x.nRows, options.nInnerFolds)) {
    if (train.length < 2) {
      throw new OptionError(
        `decomposeRidge: inner folds must leave at least 2 samples to train on, got ${train.length} (${x.nRows} samples in ${options.nInnerFolds} folds).`,
      );
    }
    const decomposition = { ...(await decompose(takeRows(x, train), options)), inner: [] };
    const projected = await projectSamples(decomposition, takeRows(x, test), options, "decomposeRidge");
    folds.push({ train, test, decomposition, projected });
  }
  return folds;
}

/** Singular values of this ratio leave their directions orthogonal to 1e-10. */
const UNLIKE = 1000;

async function decompose(
  x: Matrix,
  { intercept, device }: ResolvedRidgeOptions,
): Promise<Omit<RidgeDecomposition, "inner">> {
  const { nRows: nSamples, nColumns: nFeatures } = x;
  const mean = intercept ? columnMeans(x) : new Float64Array(nFeatures);
  const centred = centreColumns(x, mean, "decomposeRidge");
  const wide = nFeatures > nSamples;
  const gram = await multiply(centred, centred, { transposeA: !wide, transposeB: wide, device });
  requireNoOverflow(gram, "decomposeRidge");
  const { values, vectors } = await symmetricEigen(gram, device);
  const rank = rankOfDesign(values, { nSamples, nFeatures, intercept });
  const shape = { nSamples, nFeatures, rank, intercept, mean };
  if (rank === 0) {
    const singularValues = new Float64Array(1);
    return { ...shape, left: Matrix.zeros(1, nSamples), singularValues, right: Matrix.zeros(1, nFeatures) };
  }
  const known = transpose(sliceColumns(vectors, 0, rank));
  const other = await multiply(known, centred, { transposeB: !wide, device });
  freeNow(centred.data);
  // Inner products hold the square of the ratio of singular values: directions of small ones are mended where it is large.
  if (values[0]! > UNLIKE ** 2 * values[rank - 1]!) orthogonaliseRows(other, known);
  // The lengths are the singular values, more exactly than the roots of the eigenvalues.
  const singularValues = normaliseRows(other);
  return { ...shape, left: wide ? known : other, singularValues, right: wide ? other : known };
}

/**
 * How many directions of a design are no rounding, as {@link rankOfGram} says; no more than an intercept leaves.
 *
 * @param values - eigenvalues of the smaller Gram matrix, largest first
 */
export function rankOfDesign(
  values: Float64Array,
  { nSamples, nFeatures, intercept }: Pick<RidgeDecomposition, "nSamples" | "nFeatures" | "intercept">,
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
