/** Below this the series around 0 is used, above it the continued fraction of the tail, which does not cancel. */
const SERIES_TO = 1.5;

/**
 * P(Z <= z) of a standard normal Z: to 1e-14 relatively in both tails, as far as the result is a normal number.
 *
 * @param z - any number; NaN gives NaN, infinities 0 and 1
 * @see M. Abramowitz, I. Stegun (1964), 26.2.11 and 26.2.14
 */
export function normalCdf(z: number): number {
  return z <= 0 ? upperTail(-z) : 1 - upperTail(z);
}

/** P(Z > z) for z from 0. */
function upperTail(z: number): number {
  if (z < SERIES_TO) {
    // 1/2 - density sum_n z^(2n + 1) / (2n + 1)!!, all terms positive.
    let term = z;
    let sum = z;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (z * z) / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  if (z === Number.POSITIVE_INFINITY) return 0;
  // density / (z + 1 / (z + 2 / (z + 3 / (z + ...)))), from the inside out.
  let fraction = z;
  for (let n = 250; n >= 1; n--) fraction = z + n / fraction;
  return density(z) / fraction;
}

/** exp(-z^2 / 2) / sqrt(2 pi), with the square taken in two parts: rounded whole, it would cost z^2 eps. */
function density(z: number): number {
  const near = Math.trunc(z * 16) / 16;
  return (Math.exp((-near * near) / 2) * Math.exp((-(z - near) * (z + near)) / 2)) / Math.sqrt(2 * Math.PI);
}
