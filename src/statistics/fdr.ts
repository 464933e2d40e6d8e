import { checkArgument } from "../array/arguments.ts";
import { OptionError } from "../errors.ts";

/**
 * p-values adjusted for many tests by Benjamini and Hochberg: testing each result at level q keeps the expected share
 * of false discoveries under q. For p in ascending order, adjusted_i = min over j >= i of p_j m / j, at most 1.
 *
 * @param pValues - each in 0..1; NaN (no test) stays NaN and does not count among the m tests
 * @returns in the order of `pValues`, of the same length
 * @throws OptionError where a value leaves 0..1
 * @see doi:10.1111/j.2517-6161.1995.tb02031.x
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  checkArgument("benjaminiHochberg: pValues", pValues, "a list of numbers");
  const adjusted = new Float64Array(pValues.length).fill(Number.NaN);
  const tested: number[] = [];
  for (let i = 0; i < pValues.length; i++) {
    const p = pValues[i]!;
    if (Number.isNaN(p)) continue;
    if (!(p >= 0 && p <= 1)) {
      throw new OptionError(`benjaminiHochberg: p-values must lie in 0..1, got ${p} (index ${i}).`);
    }
    tested.push(i);
  }
  tested.sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  let least = 1;
  for (let rank = tested.length; rank >= 1; rank--) {
    const i = tested[rank - 1]!;
    least = Math.min(least, (pValues[i]! * tested.length) / rank);
    adjusted[i] = least;
  }
  return adjusted;
}
