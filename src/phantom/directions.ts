import { Matrix } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { rankAbove } from "../linear-algebra/rank.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";

/** Share of the largest variance that a direction must have to count: delayed copies of components have many directions with hardly any. */
const LEAST_SHARE = 1e-10;

/** A design that must not explain what is planted. */
export interface Rival {
  /** Orthonormal columns, [nVolumes x rank]. */
  readonly basis: Matrix<Float64Array>;
  readonly weight: number;
}

/** Directions to plant, and how far the rivals explain them. */
export interface ClearDirections {
  /** Weights of the components, one column a direction, [nComponents x nDirections]. Responses have variance 1. */
  readonly weights: Matrix<Float64Array>;
  /** For each direction the weighted mean share of its variance that a rival explains, 0..1, ascending. */
  readonly overlap: Float64Array;
}

/**
 * Combinations of the columns of a matrix of mean 0 that are orthonormal, [nVolumes x rank]: along its principal directions, but
 * for those with no more than 1e-10 of the largest variance.
 */
export async function whitenColumns(x: Matrix<Float64Array>): Promise<Matrix<Float64Array>> {
  return multiply(x, await whitening(await multiply(x, x, { transposeA: true })));
}

/**
 * The combinations of convolved components that rivals explain least: those a region can hold without another distance,
 * or the words heard, passing for them.
 *
 * With U an orthonormal basis of the convolved components and B_i that of rival i, these are the eigenvectors of
 * `sum_i w_i (B_i' U)' (B_i' U) / sum_i w_i` with the smallest eigenvalues, which are the shares explained.
 *
 * @param convolved - components after the haemodynamic response, mean 0, [nVolumes x nComponents]
 * @param nDirections - 1..nComponents
 */
export async function clearestDirections(
  convolved: Matrix<Float64Array>,
  rivals: readonly Rival[],
  nDirections: number,
): Promise<ClearDirections> {
  const toBasis = await whitening(await multiply(convolved, convolved, { transposeA: true }));
  const basis = await multiply(convolved, toBasis);
  const rank = basis.nColumns;
  const explained = Matrix.zeros(rank, rank);
  const total = rivals.reduce((sum, rival) => sum + rival.weight, 0);
  for (const rival of rivals) {
    const shared = await multiply(rival.basis, basis, { transposeA: true });
    const square = await multiply(shared, shared, { transposeA: true });
    square.data.forEach((value, i) => {
      explained.data[i]! += (rival.weight / total) * value;
    });
  }
  const { values, vectors } = await symmetricEigen(explained);
  const n = Math.min(nDirections, rank);
  // Eigenvalues descend: the last columns are the clearest.
  const clearest = Matrix.zeros(rank, n);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < n; j++) clearest.data[i * n + j] = vectors.data[i * rank + (rank - 1 - j)]!;
  }
  const weights = await multiply(toBasis, clearest);
  const scale = Math.sqrt(convolved.nRows);
  return {
    weights: Matrix.of(
      weights.data.map((value) => value * scale),
      weights.nRows,
      weights.nColumns,
    ),
    overlap: Float64Array.from({ length: n }, (_, j) => Math.max(0, values[rank - 1 - j]!)),
  };
}

/** What makes the columns with this Gram matrix orthonormal, [n x rank]: its eigenvectors over the roots of its eigenvalues. */
async function whitening(gram: Matrix<Float64Array>): Promise<Matrix<Float64Array>> {
  const { values, vectors } = await symmetricEigen(gram);
  const rank = rankAbove(values, LEAST_SHARE);
  const result = Matrix.zeros(gram.nRows, rank);
  for (let i = 0; i < gram.nRows; i++) {
    for (let j = 0; j < rank; j++)
      result.data[i * rank + j] = vectors.data[i * gram.nRows + j]! / Math.sqrt(values[j]!);
  }
  return result;
}
