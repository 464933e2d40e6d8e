/** Below this the series of erf is used, above it the continued fraction of erfc: both then need few terms. */
const SERIES_TO = 2;

/**
 * P(Z <= z) of a standard normal Z: to 2e-14 relatively where the result is a normal number, in both tails.
 *
 * @param z - any number; NaN gives NaN, infinities 0 and 1
 */
export function normalCdf(z: number): number {
  return z <= 0 ? complement(-z / Math.SQRT2) / 2 : 1 - complement(z / Math.SQRT2) / 2;
}

/** erfc(x) = 1 - erf(x) for x from 0. */
function complement(x: number): number {
  if (x < SERIES_TO) {
    // erf(x) = 2 / sqrt(pi) exp(-x^2) sum_n 2^n x^(2n + 1) / (2n + 1)!!, all terms positive.
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  if (x === Number.POSITIVE_INFINITY) return 0;
  // erfc(x) = exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))), from the inside out.
  let fraction = x;
  for (let n = 120; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
