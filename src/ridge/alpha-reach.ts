/** The least and the greatest singular value above 0 of a design; both 0 where it has none. */
export interface SingularRange {
  readonly least: number;
  readonly greatest: number;
}

/** @param singularValues - at least 0, in any order */
export function singularRange(singularValues: Float64Array): SingularRange {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of singularValues) {
    if (!(value > 0)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return greatest > 0 ? { least, greatest } : { least: 0, greatest: 0 };
}

/**
 * By how much the coefficients of a ridge regression can still change under penalties beyond those on offer: at most this
 * share (0..1) of their length, for any target, below the lowest penalty and above the highest.
 *
 * Along a direction of the design with singular value s the coefficient is s / (s^2 + alpha) times the target's projection.
 * Towards alpha = 0 it grows to 1 / s times it: a share of alpha / (s^2 + alpha) of the limit is missing, most where s is
 * least. Towards infinity alpha times it grows to s times the projection: a share of s^2 / (s^2 + alpha) is missing, most where s is
 * greatest. The factor alpha is common to all directions, and a correlation does not see it.
 *
 * @returns [below the lowest, above the highest]
 */
export function changeBeyond({ least, greatest }: SingularRange, alphas: readonly number[]): readonly [number, number] {
  if (greatest === 0) return [0, 0];
  const lowest = Math.min(...alphas);
  return [lowest / (least ** 2 + lowest), greatest ** 2 / (greatest ** 2 + Math.max(...alphas))];
}
