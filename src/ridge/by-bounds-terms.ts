/**
 * Weights of samples whose sums with the squares of one residual bound the errors under every penalty, from below and from
 * above: terms 0 to nAlphas - 1 are of the lower bounds, the rest of the upper.
 */
export interface ErrorBounds {
  readonly nAlphas: number;
  /** The mean of each term's weights, [2 nAlphas]. */
  readonly mean: Float64Array;
  /** The greatest magnitude of each term's weights less their mean, [2 nAlphas]. */
  readonly spread: Float64Array;
  /** What is taken off for each unit of the other residual's squared length beside this one, [2 nAlphas]. */
  readonly multiplier: Float64Array;
}

/** With the weights themselves, less each term's mean, [2 nAlphas x nSamples]. */
export interface WeightedBounds extends ErrorBounds {
  readonly weights: Float64Array;
}

/** Multipliers: of lower bounds in units of the least weight, above -1; of upper ones in units of the greatest, above 1. */
export interface Multipliers {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Bounds on a weighted sum of the squares of b r + z, where r, b and |z| are given, and z is orthogonal to r. By Lagrange's multipliers, for any m > -min w and any k
 *
 *   sum w (b r + z)^2 >= b^2 sum (w - (w - k)^2 / (w + m)) r^2 - m |z|^2,
 *
 * as the least of the left side + m |z|^2 + 2 k' r z over all z; the best m makes it the least that there is for that length.
 * Weights that are far above the others hardly raise what they count for: z may undo r at few samples. From above, for any
 * m > max w,
 *
 *   sum w (b r + z)^2 <= b^2 sum (w + (w - k)^2 / (m - w)) r^2 + m |z|^2.
 *
 * Both are linear in r^2 and |z|^2, so that products with a few columns bound any number of targets. k is what makes
 * the sum of a term's weights the most and the least.
 *
 * @param weights - w of each penalty, [nAlphas x nSamples]
 */
export function errorBounds(weights: Float64Array, nAlphas: number, multipliers: Multipliers): WeightedBounds {
  const nSamples = weights.length / nAlphas;
  const terms = new Float64Array(2 * weights.length);
  const mean = new Float64Array(2 * nAlphas);
  const spread = new Float64Array(2 * nAlphas);
  const multiplier = new Float64Array(2 * nAlphas);
  for (let a = 0; a < nAlphas; a++) {
    const row = weights.subarray(a * nSamples, (a + 1) * nSamples);
    let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
    for (const weight of row) {
      least = Math.min(least, weight);
      greatest = Math.max(greatest, weight);
    }
    for (const [term, m] of [
      [a, multipliers.lower * least],
      [nAlphas + a, -multipliers.upper * greatest],
    ] as const) {
      // With -m for m, the upper bound is the lower one.
      let [weighted, total] = [0, 0];
      for (const weight of row) {
        weighted += weight / (weight + m);
        total += 1 / (weight + m);
      }
      const k = weighted / total;
      const to = terms.subarray(term * nSamples, (term + 1) * nSamples);
      for (let i = 0; i < nSamples; i++) {
        to[i] = row[i]! - (row[i]! - k) ** 2 / (row[i]! + m);
        mean[term]! += to[i]! / nSamples;
      }
      for (let i = 0; i < nSamples; i++) {
        to[i]! -= mean[term]!;
        spread[term] = Math.max(spread[term]!, Math.abs(to[i]!));
      }
      multiplier[term] = m;
    }
  }
  return { nAlphas, weights: terms, mean, spread, multiplier };
}

/** The rounding of sums of a few terms in double precision, as a share of the greatest: 16 times 2^-52. */
const FEW_TERMS = 2 ** -48;

/** One residual r_g, and how another r_a = b r_g + z follows from it, z orthogonal to r_g; with what each may be off by. */
export interface ResidualStep {
  /** |r_g|^2 */
  length: number;
  offLength: number;
  /** |r_a - r_g|^2 */
  distance: number;
  /** (r_a - r_g)'r_g */
  along: number;
  /** By how much `along` and `distance` may be off. */
  off: number;
  /** By how much the sum of the squares of r_g with weights of at most 1 may be off. */
  offMoments: number;
  /** Sums of the squares of r_g with the weights of each term less their mean, from `from` on. */
  moments: Float32Array;
  from: number;
}

/** Lower and upper bounds of errors, loosened by all rounding, [nTargets x nAlphas]. */
export interface KnownErrors {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Narrows the bounds of the error under penalty a.
 *
 * With s = along / |r_g|^2 and b = 1 + s, a bound is c b^2 |r_g|^2 + b^2 M - m |z|^2, where c is the mean of its weights and M
 * the sum of r_g^2 with weights less c, which are at most `spread` in magnitude; b^2 |r_g|^2 = |r_g|^2 + along (2 + s) and
 * |z|^2 = distance - along s. With e = off + |s| offLength and q = e^2 / (|r_g|^2 - offLength) for the second order, these are
 * off by, and bounds are loosened by,
 *
 *   s: e / (|r_g|^2 - offLength),
 *   c b^2 |r_g|^2: c (offLength (1 + s^2) + 2 (1 + |s|) off + q),
 *   b^2 M: spread (b^2 offMoments + 2 |b| e + q), as |M| is at most spread |r_g|^2,
 *   m |z|^2: |m| ((1 + 2 |s|) off + s^2 offLength + q),
 *
 * and by the rounding of double precision, 2^-48 of the greatest term. Where half of |r_g|^2 is rounding, the bounds stay as they are.
 *
 * @param known - its bounds so far, at `at`
 */
export function narrowError(
  { nAlphas, mean, spread, multiplier }: ErrorBounds,
  a: number,
  { length, offLength, distance, along, off, offMoments, moments, from }: Readonly<ResidualStep>,
  { lower, upper }: KnownErrors,
  at: number,
): void {
  if (!(offLength < length / 2)) return;
  const s = along / length;
  const size = Math.abs(s);
  const b = 1 + s;
  const square = b * b;
  const beside = Math.max(0, distance - along * s);
  // b^2 |r_g|^2 less |r_g|^2, which is exact where little is predicted.
  const growth = along * (2 + s);
  const e = off + size * offLength;
  const q = (e * e) / (length - offLength);
  const ofMean = offLength * (1 + s * s) + 2 * (1 + size) * off + q + FEW_TERMS * (length + Math.abs(growth));
  const ofSpread = square * (offMoments + FEW_TERMS * length) + 2 * Math.abs(b) * e + q;
  const ofBeside = (1 + 2 * size) * off + s * s * offLength + q + FEW_TERMS * distance;
  for (let term = a; term < 2 * nAlphas; term += nAlphas) {
    const c = mean[term]!;
    const m = multiplier[term]!;
    const bound = c * length + c * growth + square * moments[from + term]! - m * beside;
    const slack = c * ofMean + spread[term]! * ofSpread + Math.abs(m) * ofBeside;
    // Where single precision does not hold a number these are NaN, and the bounds stay as they are.
    if (term === a && bound - slack > lower[at]!) lower[at] = bound - slack;
    if (term !== a && bound + slack < upper[at]!) upper[at] = bound + slack;
  }
}
