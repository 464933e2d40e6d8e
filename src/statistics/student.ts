import { OptionError } from "../errors.ts";

/**
 * P(|T| <= t) of Student's t with a whole number of degrees of freedom, by the finite sums of cosines; to 1e-13
 * absolutely up to 1e5 degrees of freedom.
 *
 * @param t - from 0
 * @throws OptionError where `degrees` is not a whole number from 1
 * @see M. Abramowitz, I. Stegun (1964), 26.7.3 and 26.7.4
 */
export function studentCentral(t: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new OptionError(`studentCentral: degrees must be a whole number from 1, got ${degrees}.`);
  }
  if (t === Number.POSITIVE_INFINITY) return 1;
  const angle = Math.atan2(t, Math.sqrt(degrees));
  const squaredCosine = degrees / (degrees + t * t);
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * squaredCosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/**
 * The t with P(|T| <= t) = level: what a two-sided confidence interval is wide. To 1e-10 relatively for levels up to
 * .9999.
 *
 * @param level - over 0 and under 1
 * @throws OptionError where `level` leaves that range, or `degrees` is not a whole number from 1
 */
export function studentQuantile(level: number, degrees: number): number {
  if (!(level > 0 && level < 1)) {
    throw new OptionError(`studentQuantile: level must be over 0 and under 1, got ${level}.`);
  }
  let high = 1;
  while (studentCentral(high, degrees) < level && high < Number.MAX_VALUE / 2) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  // Bisection down to neighbouring numbers: slow, sure, and called once for a number of subjects.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentCentral(middle, degrees) < level) low = middle;
    else high = middle;
  }
  return high;
}
