import { sumOfSquares } from "./dot.ts";

/** Poles and weights of a secular function 1 / rho + sum_i z_i^2 / (d_i - x). */
export interface Secular {
  /** The poles d_i, ascending and distinct, [k]. */
  readonly poles: Float64Array;
  /** None is 0, [k]. */
  readonly z: Float64Array;
  /** Above 0. */
  readonly rho: number;
}

/** Roots of a secular function: eigenvalues of diag(d) + rho z z'. */
export interface SecularRoots {
  /** Ascending, root j between poles j and j + 1, [k]. */
  readonly roots: Float64Array;
  /** d_i - root_j to a few eps of itself, at j k + i, [k x k]. Not to be had from the rounded roots. */
  readonly distances: Float64Array;
}

/** The iteration usually ends in 3 to 5 rounds. Halving a bracket from 1e-30 to 1 on a scale of magnitudes takes fewer than 100. */
const MOST_ITERATIONS = 200;
const EPSILON = Number.EPSILON;

/**
 * All roots of a secular function. Each is sought as its distance from the nearer pole, by the two-pole rational
 * iteration ("the middle way"), within a bracket that shrinks every round.
 *
 * @see R.-C. Li (1993), "Solving secular equations stably and efficiently", LAPACK Working Note 89
 */
export function secularRoots(secular: Secular): SecularRoots {
  const { poles } = secular;
  const k = poles.length;
  const roots = new Float64Array(k);
  const distances = new Float64Array(k * k);
  const fromPole = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    const { nearest, rest } = nearestPole(secular, j);
    for (let i = 0; i < k; i++) fromPole[i] = poles[i]! - poles[nearest]!;
    const offset = k === 1 ? secular.rho * sumOfSquares(secular.z) : offsetOfRoot(secular, j, nearest, rest, fromPole);
    roots[j] = poles[nearest]! + offset;
    for (let i = 0, at = j * k; i < k; i++, at++) distances[at] = fromPole[i]! - offset;
  }
  return { roots, distances };
}

/**
 * The z of which computed roots are the exact ones, signs as before. Vectors made with it are orthogonal to rounding,
 * however close the roots.
 *
 * @see M. Gu, S. Eisenstat (1995), doi:10.1137/S0895479892241287 (section 3)
 */
export function exactWeights({ poles, z, rho }: Secular, distances: Float64Array): Float64Array {
  const k = poles.length;
  const squares = new Float64Array(k);
  for (let i = 0; i < k; i++) squares[i] = -distances[i * k + i]! / rho;
  for (let j = 0; j < k; j++) {
    const pole = poles[j]!;
    const row = j * k;
    for (let i = 0; i < j; i++) squares[i]! *= distances[row + i]! / (poles[i]! - pole);
    for (let i = j + 1; i < k; i++) squares[i]! *= distances[row + i]! / (poles[i]! - pole);
  }
  for (let i = 0; i < k; i++) squares[i] = (z[i]! < 0 ? -1 : 1) * Math.sqrt(Math.abs(squares[i]!));
  return squares;
}

/**
 * The pole in whose half of its interval root j lies, as f rises from -infinity to infinity between poles, and the value
 * of f in the middle of the interval but for the terms of the two poles that the iteration starts with.
 */
function nearestPole({ poles, z, rho }: Secular, j: number): { readonly nearest: number; readonly rest: number } {
  const k = poles.length;
  const last = j === k - 1;
  const lower = last ? j - 1 : j;
  const pole = poles[j]!;
  const half = (last ? rho * sumOfSquares(z) : poles[j + 1]! - pole) / 2;
  let rest = 1 / rho;
  for (let i = 0; i < lower; i++) rest += (z[i]! * z[i]!) / (poles[i]! - pole - half);
  for (let i = lower + 2; i < k; i++) rest += (z[i]! * z[i]!) / (poles[i]! - pole - half);
  const below = z[j]! * z[j]!;
  const above = last ? 0 : z[j + 1]! * z[j + 1]!;
  // Both poles are as far from the middle.
  return { nearest: last || rest * half + above > below ? j : j + 1, rest };
}

/** Root j less pole `nearest`. */
function offsetOfRoot({ z, rho }: Secular, j: number, nearest: number, rest: number, fromPole: Float64Array): number {
  const k = z.length;
  const last = j === k - 1;
  // The last root has no pole above it: the two poles below serve.
  const lower = last ? k - 2 : j;
  const gap = fromPole[lower + 1]! - fromPole[lower]!;
  // The bracket does not reach a pole, where f is infinite; `near` is the end towards pole `nearest`.
  const sign = nearest === j ? 1 : -1;
  let near = 0;
  let far = (last ? rho * sumOfSquares(z) : gap / 2) * (1 + 4 * EPSILON);
  let offset = sign * startingOffset(z, lower, { rest, gap, last, sign, far });
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ITERATIONS; round++) {
    // Left and right of the two poles apart, with slopes; `slack` bounds the rounding of the sums.
    let left = 0;
    let leftSlope = 0;
    let slack = 0;
    for (let i = 0; i <= lower; i++) {
      const term = z[i]! / (fromPole[i]! - offset);
      left += z[i]! * term;
      leftSlope += term * term;
      slack += left;
    }
    slack = Math.abs(slack);
    let right = 0;
    let rightSlope = 0;
    for (let i = k - 1; i > lower; i--) {
      const term = z[i]! / (fromPole[i]! - offset);
      right += z[i]! * term;
      rightSlope += term * term;
      slack += Math.abs(right);
    }
    const value = 1 / rho + left + right;
    const slope = leftSlope + rightSlope;
    slack += 8 * (Math.abs(left) + Math.abs(right)) + 1 / rho + Math.abs(offset) * slope;
    if (Math.abs(value) <= EPSILON * slack) break;
    if (value > 0 === sign > 0) far = Math.min(far, sign * offset);
    else near = Math.max(near, sign * offset);
    const next = sign * (offset + rationalStep(fromPole, lower, offset, { value, leftSlope, rightSlope, last }));
    const slow = round > 2 && Math.abs(value) > before / 2;
    const inside = next > near && next < far;
    const proposed = inside && !slow ? next : halve(near, far);
    if (proposed === sign * offset || !(proposed > near && proposed < far)) break;
    before = Math.abs(value);
    offset = sign * proposed;
  }
  return offset;
}

/** Where a root is sought. */
interface Interval {
  /** f in the middle of the interval, but for the terms of its two poles. */
  readonly rest: number;
  /** From the lower pole to the upper. */
  readonly gap: number;
  /** Whether it is the last root, which has no pole above it. */
  readonly last: boolean;
  /** 1 where the root is counted from the pole below it, -1 from the pole above. */
  readonly sign: number;
  /** The root's distance from that pole is smaller. */
  readonly far: number;
}

/** The root with all but two poles held fixed at the middle of its interval, as a magnitude within (0, far). */
function startingOffset(z: Float64Array, lower: number, interval: Interval): number {
  const { rest, gap, last, sign, far } = interval;
  const below = z[lower]! * z[lower]!;
  const above = z[lower + 1]! * z[lower + 1]!;
  let start: number;
  if (last) {
    // rest + below / (-gap - x) + above / -x = 0
    start = largerRoot(rest, below + above - rest * gap, -above * gap);
  } else if (sign > 0) {
    start = rootTowardsZero(rest, rest * gap + below + above, below * gap);
  } else {
    start = -rootTowardsZero(rest, below + above - rest * gap, -above * gap);
  }
  return start > 0 && start < far ? start : far / 2;
}

/** A secular function at a place. */
interface SecularValue {
  readonly value: number;
  /** Of the terms up to the lower pole. */
  readonly leftSlope: number;
  /** Of the terms from the upper pole on. */
  readonly rightSlope: number;
  /** Whether the last root is sought. */
  readonly last: boolean;
}

/** The step to the root of c + s / (pole - x) + t / (next pole - x) that meets f's parts in value and slope. */
function rationalStep(fromPole: Float64Array, lower: number, offset: number, at: SecularValue): number {
  const { value, leftSlope, rightSlope, last } = at;
  const below = fromPole[lower]! - offset;
  const above = fromPole[lower + 1]! - offset;
  const c = value - below * leftSlope - above * rightSlope;
  const a = (below + above) * value - below * above * (leftSlope + rightSlope);
  const b = below * above * value;
  const step = last ? largerRoot(c, a, b) : rootTowardsZero(c, a, b);
  // f rises: a step against its sign is the work of rounding, and Newton's step serves.
  return value * step < 0 ? step : -value / (leftSlope + rightSlope);
}

/** The root (a - sqrt(a^2 - 4 b c)) / 2 c of c x^2 - a x + b, without cancellation; that between the two poles. */
function rootTowardsZero(c: number, a: number, b: number): number {
  const root = Math.sqrt(Math.abs(a * a - 4 * b * c));
  return a > 0 ? (2 * b) / (a + root) : (a - root) / (2 * c);
}

/** The root (a + sqrt(a^2 - 4 b c)) / 2 c of c x^2 - a x + b, without cancellation; that above both poles. */
function largerRoot(c: number, a: number, b: number): number {
  const root = Math.sqrt(Math.abs(a * a - 4 * b * c));
  return a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root);
}

/** The middle of a bracket of positive numbers on a scale of magnitudes: roots may lie 1e-30 from a pole. */
function halve(near: number, far: number): number {
  if (near === 0) return far / 1024;
  return far > 4 * near ? Math.sqrt(near) * Math.sqrt(far) : near + (far - near) / 2;
}
