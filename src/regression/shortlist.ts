import { Matrix, toFloat32, transpose } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import type { HeldOutSet } from "./held-out.ts";
import { type Rows, runProjection, runResiduals } from "./shortlist-graph.ts";

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
  /** w of each penalty, then (w - c)^2 of each: [nSamples x 2 nAlphas]. */
  readonly weights: Rows;
  readonly meanWeight: Float64Array;
  readonly leastWeight: Float64Array;
  readonly greatestWeight: Float64Array;
  /** As {@link HeldOutSet.sensitivity}, for errors that are computed as data less fit. */
  readonly sensitivity: Float64Array;
  /** From each penalty g to each other a: (d_g - d_a)^2 and (1 - d_g)(d_g - d_a), [rank] each; made when first asked for. */
  readonly steps: Map<number, readonly [squares: Float64Array, products: Float64Array]>;
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
}

/** Share of the terms of a bound by which it is loosened, for the rounding of single precision. */
const SLACK = 1e-5;

/** Penalties are bits of a number: of more of them all errors are computed. */
export const MOST_ALPHAS = 31;

/** Bounds for a set whose base is "remainder". */
export function shortlistOf(set: HeldOutSet<Float64Array>): Shortlist {
  const { fit, damping, weights } = set;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const meanWeight = new Float64Array(nAlphas);
  const leastWeight = new Float64Array(nAlphas).fill(Number.POSITIVE_INFINITY);
  const greatestWeight = new Float64Array(nAlphas);
  const columns = new Float32Array(nSamples * 2 * nAlphas);
  for (let a = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    for (const weight of row) {
      meanWeight[a]! += weight / nSamples;
      leastWeight[a] = Math.min(leastWeight[a]!, weight);
      greatestWeight[a] = Math.max(greatestWeight[a]!, weight);
    }
    for (let i = 0; i < nSamples; i++) {
      columns[i * 2 * nAlphas + a] = row[i]!;
      columns[i * 2 * nAlphas + nAlphas + a] = (row[i]! - meanWeight[a]!) ** 2;
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
    weights: { data: columns, nRows: nSamples, nColumns: 2 * nAlphas },
    sensitivity: sensitivityOf(set),
  };
}

/** By how much errors of data less fit grow where data and projections are off by independent errors of mean square 1. */
function sensitivityOf({ fit, damping, weights }: HeldOutSet<Float64Array>): Float64Array {
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const sensitivity = new Float64Array(nAlphas);
  for (let a = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    for (let i = 0; i < nSamples; i++) sensitivity[a]! += row[i]!;
    for (let k = 0; k < rank; k++) {
      let weighted = 0;
      for (let i = 0, at = k * nSamples; i < nSamples; i++, at++) weighted += row[i]! * fit.data[at]! * fit.data[at]!;
      sensitivity[a]! += (1 - damping.data[a * rank + k]!) ** 2 * weighted;
    }
  }
  return sensitivity;
}

/**
 * The errors of a block of targets under as few penalties as it takes to know the best.
 *
 * The error under a penalty a is the sum of w_a r_a^2, where r_a = r_g + U'q, with r_g the residual under another penalty g,
 * U the directions, p the targets along them, and q = (d_g - d_a) p. Since U r_g = (1 - d_g) p,
 *
 *   error_a = sum w_a r_g^2 + 2 c q'(1 - d_g) p + 2 sum (w_a - c) r_g U'q + sum w_a (U'q)^2
 *
 * for any number c; c is the mean of w_a. The third term lies within 2 |(w_a - c) r_g| |q| of zero, by Cauchy's inequality,
 * and the fourth between the least and the greatest w_a times |q|^2. So one residual bounds the errors under all penalties,
 * by products with a few columns. The first is that of an infinite penalty, the target itself, which costs nothing: where
 * little is predicted it settles the matter. Else the most promising penalty is computed, then those whose bounds still
 * reach below the least error.
 *
 * Operations a target: 2 rank nSamples for the projection, and as many again for each error that is computed.
 *
 * @param targets - [nTargets x nSamples]
 */
export async function shortlistErrors(
  shortlist: Shortlist,
  targets: Rows,
  { rounding, wantsErrors = false, device }: ShortlistSettings,
): Promise<ShortlistedErrors> {
  const { nAlphas, fit, kept, shares, weights } = shortlist;
  const nTargets = targets.nRows;
  const { projection, distances, moments } = await runProjection({ targets, fit, shares, weights }, device);
  const state: State = {
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
    const guess = boundFromNothing(state, t, moments.data, distances.data);
    narrow(state, t);
    if (isOne(state.candidates[t]!) && !wantsErrors) continue;
    const among = state.candidates[t]!;
    pairs.push(t, (among >> guess) & 1 ? guess : lowestOf(state, t, among));
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
    const residuals = await runResiduals({ targets, projection, kept, fit, weights }, indices, device);
    for (let i = 0; i < nPairs; i++) boundFromResidual(state, indices[i]!, indices[nPairs + i]!, residuals.data, i);
    const next: number[] = [];
    for (let i = 0; i < nPairs; i++) {
      const t = indices[i]!;
      // Pairs of one target lie side by side.
      if (i > 0 && indices[i - 1] === t) continue;
      narrow(state, t);
      const left = state.candidates[t]! & ~state.isTried[t]!;
      if (left === 0 || (isOne(state.candidates[t]!) && !wantsErrors)) continue;
      if (isOne(left) || isOne(left & (left - 1))) {
        for (let a = 0; a < nAlphas; a++) if ((left >> a) & 1) next.push(t, a);
      } else next.push(t, lowestOf(state, t, left));
    }
    pairs = next;
  }
  return { projection, errors: state.errors, candidates: state.candidates, nComputed };
}

/** What is known so far, [nTargets x nAlphas], or bits a target. */
interface State {
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

/** Bounds that the target itself gives; the penalty whose error is the least by their middle terms. */
function boundFromNothing(
  { shortlist, lower, upper }: State,
  t: number,
  moments: Float32Array,
  distances: Float32Array,
) {
  const { nAlphas, meanWeight } = shortlist;
  const from = t * 2 * nAlphas;
  let guess = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < nAlphas; a++) {
    const [inPlace, distance, along] = [moments[from + a]!, distances[from + a]!, distances[from + nAlphas + a]!];
    raise(shortlist, a, t * nAlphas + a, inPlace, moments[from + nAlphas + a]!, distance, along, lower, upper);
    const estimate = inPlace + meanWeight[a]! * (2 * along + distance);
    if (estimate < least) {
      least = estimate;
      guess = a;
    }
  }
  return guess;
}

/** Notes the error under penalty g, and the bounds that its residual gives for the candidates. */
function boundFromResidual(state: State, t: number, g: number, moments: Float32Array, row: number): void {
  const { shortlist, projection, errors, lower, upper, candidates, isTried } = state;
  const { nAlphas } = shortlist;
  const rank = shortlist.fit.nRows;
  const from = row * 2 * nAlphas;
  errors[t * nAlphas + g] = moments[from + g]!;
  isTried[t]! |= 1 << g;
  const others = candidates[t]! & ~isTried[t]!;
  for (let a = 0; a < nAlphas; a++) {
    if (((others >> a) & 1) === 0) continue;
    const [squares, products] = stepOf(shortlist, g, a);
    let distance = 0;
    let along = 0;
    for (let k = 0, at = t * rank; k < rank; k++, at++) {
      const square = projection[at]! * projection[at]!;
      distance += square * squares[k]!;
      along += square * products[k]!;
    }
    const [inPlace, spread] = [moments[from + a]!, moments[from + nAlphas + a]!];
    raise(shortlist, a, t * nAlphas + a, inPlace, spread, distance, along, lower, upper);
  }
}

/** Narrows what is known of one error, by the terms of the equation of {@link shortlistErrors}. */
function raise(
  { meanWeight, leastWeight, greatestWeight }: Shortlist,
  a: number,
  at: number,
  inPlace: number,
  spread: number,
  distance: number,
  along: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const middle = inPlace + 2 * meanWeight[a]! * along;
  const across = 2 * Math.sqrt(spread * distance);
  const most = greatestWeight[a]! * distance;
  const slack = SLACK * (inPlace + 2 * meanWeight[a]! * Math.abs(along) + across + most);
  const low = middle - across + leastWeight[a]! * distance - slack;
  const high = middle + across + most + slack;
  // Where single precision does not hold a term these are NaN, and nothing is known.
  if (low > lower[at]!) lower[at] = low;
  if (high < upper[at]!) upper[at] = high;
}

/** Drops the candidates whose errors are above that of another, with room for rounding. */
function narrow({ shortlist, rounding, errors, lower, upper, candidates, isTried }: State, t: number): void {
  const { nAlphas } = shortlist;
  const from = t * nAlphas;
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < nAlphas; a++) {
    if (((candidates[t]! >> a) & 1) === 0) continue;
    const most = (isTried[t]! >> a) & 1 ? errors[from + a]! : upper[from + a]!;
    if (most > 0 && most < least) least = Math.min(least, most * (1 + rounding(a, most)));
  }
  for (let a = 0; a < nAlphas; a++) {
    const low = lower[from + a]!;
    if ((isTried[t]! >> a) & 1 || !(low > 0)) continue;
    if (low * (1 - rounding(a, low)) > least) candidates[t]! &= ~(1 << a);
  }
}

function lowestOf({ shortlist: { nAlphas }, lower }: State, t: number, among: number): number {
  let lowest = -1;
  for (let a = 0; a < nAlphas; a++) {
    if ((among >> a) & 1 && (lowest === -1 || lower[t * nAlphas + a]! < lower[t * nAlphas + lowest]!)) lowest = a;
  }
  return lowest;
}

function stepOf({ nAlphas, damping, steps }: Shortlist, g: number, a: number) {
  const key = g * nAlphas + a;
  let step = steps.get(key);
  if (!step) {
    const rank = damping.length / nAlphas;
    step = [new Float64Array(rank), new Float64Array(rank)];
    for (let k = 0; k < rank; k++) {
      // As a difference of what is left: it does not cancel where both keep nearly all.
      const difference = damping[a * rank + k]! - damping[g * rank + k]!;
      step[0][k] = difference * difference;
      step[1][k] = damping[g * rank + k]! * difference;
    }
    steps.set(key, step);
  }
  return step;
}

/** Errors as one row a penalty, [nAlphas x nTargets]. */
export function byPenalty(errors: Float64Array, nAlphas: number): Float64Array {
  return transpose(Matrix.of(errors, errors.length / nAlphas, nAlphas)).data;
}
