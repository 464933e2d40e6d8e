import { type Device, resolveDevice } from "../graph/device.ts";

/**
 * How far numbers that the choice of a penalty computes in single precision may lie from what they would be in exact
 * arithmetic. Every term of a bound or an error has its allowance, in units of u = 2^-24 times the greatest of its summands or
 * the sum of their magnitudes. What lies within the allowances is decided in double precision.
 *
 * A target y is taken as it is in single precision, scaled to at most 1 in magnitude, p = U y are its n projections on the
 * orthonormal directions, d the shares that a penalty keeps of them, r = y - U'(d p) its residual, w the weights of the samples.
 *
 * Three kinds of rounding occur:
 *
 * 1. **A projection** is a sum over the samples. Products of matrices run in panels of at most {@link PANEL} summands, whose sums
 *    are added up. A partial sum is at most |y| in magnitude (Cauchy-Schwarz), and m roundings of random sign
 *    leave sqrt(m / 3) u of it, where m is at most 128 in a panel: so |dp_k| is at most about 6.5 u |y|, reached where y lies along
 *    the direction, and sqrt(1 / 6 m) of that where it does not. The allowance is {@link PROJECTION} u |y| for the root mean square
 *    over the directions that a sum reaches.
 * 2. **A sum of n terms of one sign** is off by at most n u of itself, sqrt(n / 3) u where roundings have random signs; equal
 *    terms, as of samples that are repeated, have roundings of one sign. The allowance is {@link sumOverSamples},
 *    {@link SUM_OVER_DIRECTIONS}.
 * 3. **A residual** of a sample is its target less n products: u |y_i| for rounding the target, as much again for the difference,
 *    and up to 4 u for the products, whose partial sums are at most sqrt(p'd p h_i) with h_i = sum_k d_k U_ki^2; further sqrt(h_i)
 *    times what its projections are off by. So (dr_i)^2 is at most u^2 (2 y_i^2 + ({@link PROJECTION}^2 + 32) |y|^2 h_i).
 *
 * The constants hold for the CPU provider of ONNX Runtime in the version that is pinned; on others every allowance is
 * {@link coarseness} times as large. They are held by `test/ridge/rounding.test.ts`, which measures each kind of rounding on
 * designs and targets of many shapes, and by `test/graph/webgpu.test.ts`.
 *
 * @see N. J. Higham, T. Mary (2019), SIAM J. Sci. Comput. 41, A2815 (sums whose roundings have random signs)
 */
export const UNIT_ROUNDOFF = 2 ** -24;

/** Summands that a product of matrices adds up before it rounds to memory, where it is not narrow; four times as many there. */
const PANEL = 128;

/** In units of u |y|. */
export const PROJECTION = 4;

/** The same as a root mean square over all directions, of which a target lies along few. */
export const TYPICAL_PROJECTION = 1;

/** Of a sum of terms of one sign over directions, in units of u times the sum. */
export const SUM_OVER_DIRECTIONS = 32;

/** The factors of y_i^2 and of |y|^2 h_i in the square of what a residual is off by, in units of u^2. */
const [OF_TARGET, OF_FIT] = [2, PROJECTION ** 2 + 32];

/**
 * Of a sum of terms of one sign over samples, in units of u times the sum: 16, and a quarter of the summands of a panel, as of
 * samples that are all equal.
 */
export function sumOverSamples(nSamples: number): number {
  return 16 + Math.min(nSamples, 4 * PANEL) / 4;
}

/**
 * The root of the weighted sum of squares of what the residual of a target is off by, in units of the target.
 *
 * @param squares - the sum of weights times y_i^2, or of weights, as y_i^2 is at most 1
 * @param leverages - the sum of weights times h_i
 * @param length - |y|^2
 */
export function residualNoise(squares: number, leverages: number, length: number): number {
  return UNIT_ROUNDOFF * Math.sqrt(OF_TARGET * squares + OF_FIT * length * leverages);
}

/**
 * By how much sum d p^2 and sum d^2 p^2 of a target may be off, of which the first is the greater.
 *
 * @param length - |y|^2
 */
export function sharesOff(length: number, sum: number, sumOfSquares: number): number {
  return UNIT_ROUNDOFF * (SUM_OVER_DIRECTIONS * sum + 2 * PROJECTION * Math.sqrt(length * sumOfSquares));
}

/**
 * By how much sums over two penalties, of (1 - d_g)(1 - d_a) p^2, may be off where up to four of them are added.
 *
 * @param length - |y|^2
 * @param greatest - the greatest of the sums
 */
export function pairsOff(length: number, greatest: number): number {
  return UNIT_ROUNDOFF * (4 * SUM_OVER_DIRECTIONS * greatest + 2 * PROJECTION * Math.sqrt(length * greatest));
}

/** {@link coarseness} on a device. */
export function coarsenessOn(device: Device | undefined, nSamples: number, rank: number): number {
  return coarseness(resolveDevice(device).provider, nSamples, rank);
}

/**
 * How many times as large every allowance is on an execution provider. Those of graphics processors add up all n summands
 * of a product one after the other: partial sums leave sqrt(n / 3) u of a projection in place of sqrt(PANEL / 3) u, and equal terms
 * of one sign n / 4 u of their sum.
 *
 * @param provider - of ONNX Runtime
 */
export function coarseness(provider: string, nSamples: number, rank: number): number {
  if (provider === "cpu") return 1;
  const ofProjection = Math.sqrt(Math.max(nSamples, rank) / PANEL);
  const overSamples = (16 + nSamples / 4) / sumOverSamples(nSamples);
  const overDirections = (16 + rank / 4) / SUM_OVER_DIRECTIONS;
  return Math.max(1, ofProjection, overSamples, overDirections);
}
