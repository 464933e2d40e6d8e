/** What {@link rounding} goes by: the matrix whose inner products were taken. */
export interface InnerProductShape {
  readonly nRows: number;
  readonly nColumns: number;
}

/**
 * How many eigenvalues of a Gram matrix are no rounding: the leading ones over max(nRows, nColumns) eps times the largest.
 *
 * @param values - largest first
 * @param shape - of the matrix whose inner products the Gram matrix holds
 */
export function rankOfGram(values: Float64Array, { nRows, nColumns }: InnerProductShape): number {
  return rankAbove(values, Math.max(nRows, nColumns) * Number.EPSILON);
}

/**
 * How many leading eigenvalues are over a share of the largest; none of a matrix of zeros.
 *
 * @param values - largest first
 */
export function rankAbove(values: Float64Array, share: number): number {
  const least = share * values[0]!;
  const rank = values.findIndex((value) => !(value > least));
  return rank === -1 ? values.length : rank;
}
