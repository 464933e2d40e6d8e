import { Matrix, toFloat32, transpose } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import type { HeldOutSet } from "./held-out.ts";
import { type GraphMemory, type Rows, runProjection, runResiduals } from "./shortlist-graph.ts";

/**
 * What bounds on the errors of a set need beside it, for every penalty a. In the following d are the shares that a penalty
 * keeps of the directions, w its weights of the samples, c their mean.
 */
export interface Shortlist {
  readonly nAlphas: number;
  readonly fit: Rows;
  /** d of each penalty, [nAlphas x rank]. */
  readonly kept: Rows;
  /** 1 - d of each penalty, in double precision, [nAlphas x rank]. */
  readonly damping: Float64Array;
  /** d^2 of each penalty, then -d of each: [rank x 2 nAlphas]. */
  readonly shares: Rows;
  /** w - c of each penalty, then (w - c)^2 of each, then ones: [nSamples x (2 nAlphas + 1)]. */
  readonly weights: Rows;
  readonly meanWeight: Float64Array;
  readonly leastWeight: Float64Array;
  readonly greatestWeight: Float64Array;
  /** As {@link HeldOutSet.sensitivity}. */
  readonly sensitivity: Float64Array;
  /** From each penalty g to each other a: (d_g - d_a)^2 and (1 - d_g)(d_g - d_a), [rank] each; made when first asked for. */
  readonly steps: Map<number, { readonly distances: Float64Array; readonly products: Float64Array }>;
}

/** What is known of the errors of a block of targets once the best penalty of each is. */
export interface ShortlistedErrors {
  /** [nTargets x rank] */
  readonly projection: Rows;
  /** [nTargets x nAlphas]; NaN where it was not computed, or single precision does not hold it. */
  readonly errors: Float64Array;
  /** Penalties that may be the best, bit a for penalty a, and whose errors were computed unless only one is left; [nTargets]. */
  readonly candidates: Int32Array;
  /** How many errors were computed. */
  readonly nComputed: number;
}

/** How {@link shortlistErrors} decides. */
export interface ShortlistSettings {
  /** By how much of itself an error under a penalty may be off by rounding. */
  readonly rounding: (alpha: number, error: number) => number;
  /** Compute the error of the best penalty where bounds alone have singled it out (default false). */
  readonly wantsErrors?: boolean | undefined;
  readonly device?: Device | undefined;
  /** Holds the projection that is given. */
  readonly memory: GraphMemory;
}

/** Shares of the terms of a bound by which it is loosened, for the rounding of single precision; of a length in double. */
const [SLACK, EXACT] = [1e-5, 1e-7];

/** Penalties are bits of a number: of more of them all errors are computed. */
export const MOST_ALPHAS = 31;

/** Bounds for a set whose base is "remainder". */
export function shortlistOf(set: HeldOutSet<Float64Array>): Shortlist {
  const { fit, damping, weights } = set;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const meanWeight = new Float64Array(nAlphas);
  const leastWeight = new Float64Array(nAlphas).fill(Number.POSITIVE_INFINITY);
  const greatestWeight = new Float64Array(nAlphas);
  const nWeights = 2 * nAlphas + 1;
  const columns = new Float32Array(nSamples * nWeights).fill(1);
  for (let a = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    for (const weight of row) {
      meanWeight[a]! += weight / nSamples;
      leastWeight[a] = Math.min(leastWeight[a]!, weight);
      greatestWeight[a] = Math.max(greatestWeight[a]!, weight);
    }
    for (let i = 0; i < nSamples; i++) {
      columns[i * nWeights + a] = row[i]! - meanWeight[a]!;
      columns[i * nWeights + nAlphas + a] = (row[i]! - meanWeight[a]!) ** 2;
    }
  }
  const shares = new Float32Array(rank * 2 * nAlphas);
  const kept = new Float32Array(nAlphas * rank);
  for (let a = 0; a < nAlphas; a++) {
    for (let k = 0; k < rank; k++) {
      const share = 1 - damping.data[a * rank + k]!;
      kept[a * rank + k] = share;
      shares[k * 2 * nAlphas + a] = share * share;
      shares[k * 2 * nAlphas + nAlphas + a] = -share;
    }
  }
  return {
    ...{ nAlphas, meanWeight, leastWeight, greatestWeight, damping: damping.data, steps: new Map() },
    ...{ fit: toFloat32(fit), kept: { data: kept, nRows: nAlphas, nColumns: rank } },
    shares: { data: shares, nRows: rank, nColumns: 2 * nAlphas },
    weights: { data: columns, nRows: nSamples, nColumns: nWeights },
    sensitivity: set.sensitivity,
  };
}

/**
 * The errors of a block of targets under as few penalties as it takes to know the best.
 *
 * The error under a penalty a is the sum of w_a r_a^2, where r_a = r_g + U'q, with r_g the residual under another penalty g,
 * U the directions, p the targets along them, and q = (d_g - d_a) p. What r_a has of r_g is known, since U r_g = (1 - d_g) p:
 * r_a = b r_g + z with z orthogonal to r_g, b = 1 + q'(1 - d_g) p / |r_g|^2 and |z|^2 = |q|^2 - (q'(1 - d_g) p)^2 / |r_g|^2. So
 *
 *   error_a = b^2 sum w_a r_g^2 + 2 b sum w_a r_g z + sum w_a z^2
 *
 * The second term lies within 2 b |v| |z| of zero, where v is what w_a r_g has orthogonal to r_g, by Cauchy's inequality:
 * |v|^2 = sum (w_a - c)^2 r_g^2 - (sum w_a r_g^2 - c |r_g|^2)^2 / |r_g|^2 for any number c; c is the mean of w_a. The third lies
 * between the least and the greatest w_a times |z|^2. So one residual bounds the errors under all penalties, by
 * products with a few columns. The first is that of an infinite penalty, the target itself, which costs nothing: where little
 * is predicted and samples weigh alike it settles the matter. Else residuals are computed that settle the most: of the
 * most promising penalty until its error is known well, then of the one nearest to it, and so on.
 *
 * Operations a target: 2 rank nSamples for the projection, and as many again for each error that is computed.
 *
 * @param targets - [nTargets x nSamples]
 * @param lengths - the sum of the squares of each, [nTargets]
 */
export async function shortlistErrors(
  shortlist: Shortlist,
  targets: Rows,
  lengths: Float64Array,
  { rounding, wantsErrors = false, device, memory }: ShortlistSettings,
): Promise<ShortlistedErrors> {
  const { nAlphas, fit, kept, shares, weights } = shortlist;
  const nTargets = targets.nRows;
  const { projection, distances, moments } = await runProjection({ targets, fit, shares, weights }, device, memory);
  const state: State = {
    lengths,
    squares: new Float64Array(fit.nRows),
    shortlist,
    rounding,
    projection: projection.data,
    errors: new Float64Array(nTargets * nAlphas).fill(Number.NaN),
    lower: new Float64Array(nTargets * nAlphas).fill(Number.NEGATIVE_INFINITY),
    upper: new Float64Array(nTargets * nAlphas).fill(Number.POSITIVE_INFINITY),
    candidates: new Int32Array(nTargets).fill(nAlphas === MOST_ALPHAS ? 2 ** 31 - 1 : 2 ** nAlphas - 1),
    isTried: new Int32Array(nTargets),
  };
  let pairs: number[] = [];
  for (let t = 0; t < nTargets; t++) {
    boundFromNothing(state, t, moments.data, distances.data);
    const best = narrow(state, t);
    if (isOne(state.candidates[t]!) && !wantsErrors) continue;
    pushNext(state, t, best, pairs);
  }
  let nComputed = 0;
  while (pairs.length > 0) {
    const nPairs = pairs.length / 2;
    nComputed += nPairs;
    const indices = new Int32Array(pairs.length);
    for (let i = 0; i < nPairs; i++) {
      indices[i] = pairs[2 * i]!;
      indices[nPairs + i] = pairs[2 * i + 1]!;
    }
    const residuals = await runResiduals({ targets, projection, kept, fit, weights }, indices, device, memory);
    for (let i = 0; i < nPairs; i++) boundFromResidual(state, indices[i]!, indices[nPairs + i]!, residuals.data, i);
    const next: number[] = [];
    for (let i = 0; i < nPairs; i++) {
      const t = indices[i]!;
      // Pairs of one target lie side by side.
      if (i > 0 && indices[i - 1] === t) continue;
      const best = narrow(state, t);
      if ((state.candidates[t]! & ~state.isTried[t]!) === 0 || (isOne(state.candidates[t]!) && !wantsErrors)) continue;
      pushNext(state, t, best, next);
    }
    pairs = next;
  }
  return { projection, errors: state.errors, candidates: state.candidates, nComputed };
}

/** What is known so far, [nTargets x nAlphas], or bits a target. */
interface State {
  /** |y|^2 of each target, [nTargets]. */
  readonly lengths: Float64Array;
  /** Squares of one target's projection: room for them. */
  readonly squares: Float64Array;
  readonly shortlist: Shortlist;
  readonly rounding: ShortlistSettings["rounding"];
  readonly projection: Float32Array;
  readonly errors: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly candidates: Int32Array;
  readonly isTried: Int32Array;
}

const isOne = (bits: number) => (bits & (bits - 1)) === 0;

/** Bounds that the target itself gives. */
function boundFromNothing(
  { shortlist, lengths, lower, upper }: State,
  t: number,
  moments: Float32Array,
  distances: Float32Array,
) {
  const { nAlphas } = shortlist;
  const from = t * (2 * nAlphas + 1);
  const at = t * 2 * nAlphas;
  for (let a = 0; a < nAlphas; a++) {
    const [distance, along] = [distances[at + a]!, distances[at + nAlphas + a]!];
    raise(shortlist, a, t * nAlphas + a, moments, from, lengths[t]!, distance, along, lower, upper);
  }
}

/** Notes the error under penalty g, and the bounds that its residual gives for the candidates. */
function boundFromResidual(state: State, t: number, g: number, moments: Float32Array, row: number): void {
  const { shortlist, projection, lengths, squares, errors, lower, upper, candidates, isTried } = state;
  const { nAlphas, damping, meanWeight } = shortlist;
  const rank = shortlist.fit.nRows;
  const from = row * (2 * nAlphas + 1);
  // From the projection, more exactly than from the residual, unless little is left.
  let explained = 0;
  for (let k = 0, at = t * rank; k < rank; k++, at++) {
    const square = projection[at]! * projection[at]!;
    const left = damping[g * rank + k]!;
    squares[k] = square;
    explained += (1 - left * left) * square;
  }
  const rest = lengths[t]! - explained;
  const length = rest > MUCH * lengths[t]! ? rest : moments[from + 2 * nAlphas]!;
  errors[t * nAlphas + g] = meanWeight[g]! * length + moments[from + g]!;
  isTried[t]! |= 1 << g;
  const others = candidates[t]! & ~isTried[t]!;
  for (let a = 0; a < nAlphas; a++) {
    if (((others >> a) & 1) === 0) continue;
    const { distances, products } = stepOf(shortlist, g, a);
    let distance = 0;
    let along = 0;
    for (let k = 0; k < rank; k++) {
      distance += squares[k]! * distances[k]!;
      along += squares[k]! * products[k]!;
    }
    raise(shortlist, a, t * nAlphas + a, moments, from, length, distance, along, lower, upper);
  }
}

/** Where this share of a target is left, what is left is the difference of two numbers that are known well. */
const MUCH = 0.3;

/**
 * Narrows what is known of one error, by the terms of the equation of {@link shortlistErrors}.
 *
 * @param moments - of r_g, from `from` on
 * @param length - |r_g|^2
 * @param distance - |q|^2
 * @param along - q'(1 - d_g) p
 */
function raise(
  { nAlphas, meanWeight, leastWeight, greatestWeight }: Shortlist,
  a: number,
  at: number,
  moments: Float32Array,
  from: number,
  length: number,
  distance: number,
  along: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const off = moments[from + a]!;
  const spread = moments[from + nAlphas + a]!;
  const c = meanWeight[a]!;
  const step = along / length;
  const b = 1 + step;
  const beside = Math.max(0, distance - along * step);
  const askew = Math.max(0, spread - (off * off) / length) + SLACK * spread;
  const second = 2 * Math.abs(b) * Math.sqrt(askew * (beside + SLACK * distance));
  const most = greatestWeight[a]! * (beside + SLACK * distance);
  // The data's own length is exact; all that is added to c |r_g|^2 is small where little is predicted, and so is its rounding.
  const rest = b * b * off + c * along * (2 + step);
  const slack =
    SLACK * (b * b * Math.sqrt(spread * length) + c * Math.abs(along) * (2 + Math.abs(step)) + second + most) +
    EXACT * c * length;
  const low = c * length + rest - second + leastWeight[a]! * beside - slack;
  const high = c * length + rest + second + most + slack;
  // Where single precision does not hold a term these are NaN, and nothing is known.
  if (low > lower[at]!) lower[at] = low;
  if (high < upper[at]!) upper[at] = high;
}

/**
 * Drops the candidates whose errors are above that of another, with room for rounding; gives the one whose error is certain
 * to be the least high, -1 where nothing is known.
 */
function narrow({ shortlist, rounding, errors, lower, upper, candidates, isTried }: State, t: number): number {
  const { nAlphas } = shortlist;
  const from = t * nAlphas;
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < nAlphas; a++) {
    if (((candidates[t]! >> a) & 1) === 0) continue;
    const wasTried = (isTried[t]! >> a) & 1;
    const most = wasTried ? errors[from + a]! : upper[from + a]!;
    if (!(most > 0 && most < least)) continue;
    const high = wasTried ? most * (1 + rounding(a, most)) : most;
    if (high < least) {
      least = high;
      best = a;
    }
  }
  for (let a = 0; a < nAlphas; a++) {
    const wasTried = (isTried[t]! >> a) & 1;
    const low = wasTried ? errors[from + a]! : lower[from + a]!;
    if (a === best || !(low > 0)) continue;
    // Bounds hold rounding already.
    if (low * (wasTried ? 1 - rounding(a, low) : 1) > least) candidates[t]! &= ~(1 << a);
  }
  return best;
}

/** An error that is known to this share of itself is known well enough to look at others first. */
const KNOWN_WELL = 0.02;

/** Notes which errors of a target are to be computed next. */
function pushNext(
  { shortlist, lower, upper, candidates, isTried }: State,
  t: number,
  best: number,
  pairs: number[],
): void {
  const { nAlphas } = shortlist;
  const left = candidates[t]! & ~isTried[t]!;
  const at = t * nAlphas + best;
  if (best >= 0 && (left >> best) & 1 && !(upper[at]! - lower[at]! < KNOWN_WELL * upper[at]!)) {
    pairs.push(t, best);
    return;
  }
  // Of the others that nearest to the best: errors grow on both sides of it, and its residual bounds those beyond.
  const others = isOne(left) || best < 0 ? left : left & ~(1 << best);
  let next = -1;
  for (let a = 0; a < nAlphas; a++) {
    if (((others >> a) & 1) === 0) continue;
    const nearer = next === -1 ? -1 : Math.abs(a - best) - Math.abs(next - best);
    if (nearer < 0 || (nearer === 0 && lower[t * nAlphas + a]! < lower[t * nAlphas + next]!)) next = a;
  }
  pairs.push(t, next);
}

function stepOf({ nAlphas, damping, steps }: Shortlist, g: number, a: number) {
  const key = g * nAlphas + a;
  let step = steps.get(key);
  if (!step) {
    const rank = damping.length / nAlphas;
    step = { distances: new Float64Array(rank), products: new Float64Array(rank) };
    for (let k = 0; k < rank; k++) {
      // As a difference of what is left: it does not cancel where both keep nearly all.
      const difference = damping[a * rank + k]! - damping[g * rank + k]!;
      step.distances[k] = difference * difference;
      step.products[k] = damping[g * rank + k]! * difference;
    }
    steps.set(key, step);
  }
  return step;
}

/** Errors as one row a penalty, [nAlphas x nTargets]. */
export function byPenalty(errors: Float64Array, nAlphas: number): Float64Array {
  return transpose(Matrix.of(errors, errors.length / nAlphas, nAlphas)).data;
}
