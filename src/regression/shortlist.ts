import { range } from "../array/indices.ts";
import { Matrix, toFloat32 } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import type { HeldOutSet } from "./held-out.ts";
import { pairsOff, residualNoise, sharesOff, sumOverSamples, UNIT } from "./rounding.ts";
import { type ErrorBounds, errorBounds, narrowError, type ResidualStep } from "./shortlist-bounds.ts";
import {
  type GraphMemory,
  type Rows,
  runAllResiduals,
  runMoments,
  runProjection,
  runResiduals,
} from "./shortlist-graph.ts";

/**
 * What bounds on the errors of a set need beside it, for every penalty a. In the following d are the shares that a penalty
 * keeps of the directions, w its weights of the samples, c their mean.
 */
export interface Shortlist {
  readonly nAlphas: number;
  readonly fit: Rows;
  /** d of each penalty, [nAlphas x rank]. */
  readonly kept: Rows;
  /**
   * What the squares of a projection are summed with: for each penalty d^2, then -d, then the square of what takes a projection
   * to a coefficient; then (1 - d_g)(1 - d_a) of each pair ({@link pairOf}), [rank x (3 nAlphas + nPairs)].
   */
  readonly shares: Rows;
  /** Bounds that the target itself gives, and their weights, [nSamples x 2 nAlphas]. */
  readonly fromTarget: ErrorBounds;
  readonly targetWeights: Rows;
  /**
   * Bounds that a residual gives, their weights, w of each penalty less its least, and ones, [nSamples x (3 nAlphas + 1)]. What is
   * left of the weights has one sign: sums with them do not cancel.
   */
  readonly fromResidual: ErrorBounds;
  readonly residualWeights: Rows;
  readonly meanWeight: Float64Array;
  readonly leastWeight: Float64Array;
  readonly greatestWeight: Float64Array;
  /** With w less its least as weights: what an error is off by as residuals are, [nAlphas] each. */
  readonly ofWeights: Float64Array;
  readonly ofLeverages: Float64Array;
  /** The sum over the samples of h_i = sum_k d_k U_ki^2, [nAlphas]. */
  readonly leverages: Float64Array;
  /** The sum of the squares of what takes a projection to a coefficient, [nAlphas]. */
  readonly shrinkageSquares: Float64Array;
}

/** Sums of the squares of targets with the weights of a shortlist: columns `first` to `first + 2 nAlphas` of a row. */
export interface TargetMoments {
  readonly rows: Rows;
  readonly first: number;
}

/**
 * What is known of the errors of a block of targets once the best penalty of each is. It holds until the same memory is used
 * again.
 */
export interface ShortlistedErrors {
  /** [nTargets x rank] */
  readonly projection: Rows;
  /** [nTargets x nAlphas]; NaN where it was not computed, or single precision does not hold it. */
  readonly errors: Float64Array;
  /** What the errors are at most and at least, with all rounding allowed for, [nTargets x nAlphas]. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  /** Penalties that may be the best once rounding is allowed for, bit a for penalty a, [nTargets]. */
  readonly candidates: Int32Array;
  /** The sum of the squares of a target's coefficients under a penalty. */
  readonly coefficientSquares: (target: number, alpha: number) => number;
  /** How many errors were computed. */
  readonly nComputed: number;
}

/** How {@link shortlistErrors} decides. */
export interface ShortlistSettings {
  /** Compute the error of the best penalty where bounds alone have singled it out (default false). */
  readonly wantsErrors?: boolean | undefined;
  readonly device?: Device | undefined;
  /** Holds the projection that is given. */
  readonly memory: GraphMemory;
}

/** Penalties are bits of a number: of more of them all errors are computed. */
export const MOST_ALPHAS = 31;

/**
 * Multipliers that settle the most on responses to stories, whose slow drifts lie along leading directions; any others give bounds
 * that hold as well.
 */
const [FROM_TARGET, FROM_RESIDUAL] = [
  { lower: -0.7, upper: 1.3 },
  { lower: -0.3, upper: 1.1 },
];

/**
 * Where the greatest weight of a penalty is more than this times its least, single precision does not hold the least beside it
 * (2^24), and all is computed in double.
 */
const MOST_SPAN = 2 ** 24;

/** Above this share of a block, residuals are computed of all its targets: rows need not be brought together first. */
const MOST_OF_ALL = 0.6;

/** Where the sum over two penalties lies among those of all pairs. */
function pairOf(g: number, a: number): number {
  return g > a ? (g * (g + 1)) / 2 + a : (a * (a + 1)) / 2 + g;
}

/**
 * Bounds for a set whose base is "remainder".
 *
 * @param shrinkages - what takes a projection to a coefficient under each penalty, [rank] each
 * @returns undefined where the weights of a penalty span more than single precision holds
 */
export function shortlistOf(set: HeldOutSet, shrinkages: readonly Float64Array[]): Shortlist | undefined {
  const { fit, damping, weights } = set;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const ofPenalty = () => new Float64Array(nAlphas);
  const [meanWeight, leastWeight, greatestWeight] = [ofPenalty(), ofPenalty(), ofPenalty()];
  const [ofWeights, ofLeverages, leverages] = [ofPenalty(), ofPenalty(), ofPenalty()];
  const excess = new Float64Array(weights.data.length);
  for (let a = 0, at = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
    for (const weight of row) {
      meanWeight[a]! += weight / nSamples;
      least = Math.min(least, weight);
      greatest = Math.max(greatest, weight);
    }
    if (!(greatest <= MOST_SPAN * least)) return undefined;
    leastWeight[a] = least;
    greatestWeight[a] = greatest;
    for (const weight of row) {
      excess[at++] = weight - least;
      // 1 - 1 / sqrt(n w) is the leverage of a sample, with an intercept's 1 / n: no less than h_i.
      const leverage = Math.max(0, 1 - 1 / Math.sqrt(weight * nSamples));
      ofWeights[a]! += weight - least;
      ofLeverages[a]! += (weight - least) * leverage;
      leverages[a]! += leverage;
    }
  }
  const { weights: targetTerms, ...fromTarget } = errorBounds(weights.data, nAlphas, FROM_TARGET);
  const { weights: residualTerms, ...fromResidual } = errorBounds(weights.data, nAlphas, FROM_RESIDUAL);
  const ones = new Float64Array(nSamples).fill(1);
  const kept = new Float64Array(damping.data.length);
  for (let i = 0; i < kept.length; i++) kept[i] = 1 - damping.data[i]!;
  return {
    ...{ nAlphas, fit: toFloat32(fit), kept: toFloat32(Matrix.of(kept, nAlphas, rank)) },
    shares: sharesOf(damping, kept, shrinkages),
    ...{ fromTarget, targetWeights: columnsOf([targetTerms], nSamples) },
    ...{ fromResidual, residualWeights: columnsOf([residualTerms, excess, ones], nSamples) },
    ...{ meanWeight, leastWeight, greatestWeight, ofWeights, ofLeverages, leverages },
    shrinkageSquares: sumsOfSquares(shrinkages),
  };
}

/** {@link Shortlist.shares}. */
function sharesOf(
  { data: damping, nRows: nAlphas, nColumns: rank }: Matrix,
  kept: Float64Array,
  shrinkages: readonly Float64Array[],
): Rows {
  const nColumns = 3 * nAlphas + (nAlphas * (nAlphas + 1)) / 2;
  const data = new Float32Array(rank * nColumns);
  for (let k = 0; k < rank; k++) {
    const at = k * nColumns;
    for (let g = 0; g < nAlphas; g++) {
      const share = kept[g * rank + k]!;
      data[at + g] = share * share;
      data[at + nAlphas + g] = -share;
      data[at + 2 * nAlphas + g] = shrinkages[g]![k]! ** 2;
      for (let a = 0; a <= g; a++)
        data[at + 3 * nAlphas + pairOf(g, a)] = damping[g * rank + k]! * damping[a * rank + k]!;
    }
  }
  return { data, nRows: rank, nColumns };
}

/** The sum of the squares of what takes a projection to a coefficient under each penalty, [nAlphas]. */
function sumsOfSquares(shrinkages: readonly Float64Array[]): Float64Array {
  const squares = new Float64Array(shrinkages.length);
  for (const [a, shrunk] of shrinkages.entries()) for (const value of shrunk) squares[a]! += value * value;
  return squares;
}

/** Rows of a length, one below the other, as columns in single precision. */
function columnsOf(rows: readonly Float64Array[], length: number): Rows {
  const nColumns = rows.reduce((sum, some) => sum + some.length, 0) / length;
  const data = new Float32Array(length * nColumns);
  let column = 0;
  for (const some of rows) {
    for (let from = 0; from < some.length; from += length, column++) {
      for (let i = 0; i < length; i++) data[i * nColumns + column] = some[from + i]!;
    }
  }
  return { data, nRows: length, nColumns };
}

/**
 * What the squares of targets say of their errors under several shortlists, all in one product.
 *
 * Operations a target: 4 nSamples nAlphas for each shortlist.
 *
 * @param shortlists - of one set of samples
 * @param targets - [nTargets x nSamples]
 * @returns one for each shortlist; they hold until it is called again with the same memory
 */
export async function targetMoments(
  shortlists: readonly Shortlist[],
  targets: Rows,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<readonly TargetMoments[]> {
  const nColumns = shortlists.reduce((sum, { targetWeights }) => sum + targetWeights.nColumns, 0);
  const nSamples = targets.nColumns;
  const weights = new Float32Array(nSamples * nColumns);
  let first = 0;
  const firsts = shortlists.map(({ targetWeights: { data, nColumns: nOwn } }) => {
    for (let i = 0; i < nSamples; i++) {
      weights.set(data.subarray(i * nOwn, (i + 1) * nOwn), i * nColumns + first);
    }
    first += nOwn;
    return first - nOwn;
  });
  const rows = await runMoments(targets, { data: weights, nRows: nSamples, nColumns }, device, memory);
  return firsts.map((own) => ({ rows, first: own }));
}

/**
 * The errors of a block of targets under as few penalties as it takes to know the best.
 *
 * The error under a penalty a is the sum of w_a r_a^2, where r_a = r_g + U'q, with r_g the residual under another penalty g,
 * U the directions, p the targets along them, and q = (d_g - d_a) p. What r_a has of r_g is known, since U r_g = (1 - d_g) p:
 * r_a = b r_g + z with z orthogonal to r_g, b = 1 + q'(1 - d_g) p / |r_g|^2 and |z|^2 = |q|^2 - (q'(1 - d_g) p)^2 / |r_g|^2. So
 * one residual bounds the errors under all penalties ({@link errorBounds}), by products with a few columns. The first is
 * that of an infinite penalty, the target itself, which costs nothing. The next is that of the penalty known least
 * among the one that generalised cross-validation prefers and its neighbours, and so on until only one may be the best.
 *
 * Operations a target: 2 rank nSamples for the projection, and as many again for each error that is computed.
 *
 * @param targets - [nTargets x nSamples]
 * @param lengths - the sum of the squares of each, [nTargets]
 * @param moments - from {@link targetMoments}
 */
export async function shortlistErrors(
  shortlist: Shortlist,
  targets: Rows,
  lengths: Float64Array,
  moments: TargetMoments,
  { wantsErrors = false, device, memory }: ShortlistSettings,
): Promise<ShortlistedErrors> {
  const { nAlphas, fit, kept, shares, residualWeights: weights } = shortlist;
  const nTargets = targets.nRows;
  const { projection, sums } = await runProjection({ targets, fit, shares }, device, memory);
  const state: State = {
    ...{ lengths, shortlist, wantsErrors, sums: sums.data },
    ...roomFor(memory, nTargets, nAlphas),
    step: { length: 0, offLength: 0, distance: 0, along: 0, off: 0, offMoments: 0 },
  };
  let open: Int32Array = range(nTargets);
  boundFromTargets(state, moments);
  open = narrow(state, open);
  let nComputed = 0;
  while (open.length > 0) {
    const isMost = open.length > MOST_OF_ALL * nTargets;
    const nRows = isMost ? nTargets : open.length;
    const penalties = new Int32Array(nRows);
    for (let i = 0; i < open.length; i++) penalties[isMost ? open[i]! : i] = nextOf(state, open[i]!);
    const inputs = { targets, projection, kept, fit, weights };
    const residuals = isMost
      ? await runAllResiduals(inputs, penalties, device, memory)
      : await runResiduals(inputs, open, penalties, device, memory);
    nComputed += open.length;
    boundFromResiduals(state, open, penalties, residuals.data, isMost);
    open = narrow(state, open);
  }
  const coefficientSquares = (t: number, a: number) => sums.data[t * sums.nColumns + 2 * nAlphas + a]!;
  const { errors, lower, upper, candidates } = state;
  return { projection, errors, lower, upper, candidates, coefficientSquares, nComputed };
}

/** What is known so far, [nTargets x nAlphas], or bits a target. */
interface State extends Room {
  /** |y|^2 of each target, [nTargets]. */
  readonly lengths: Float64Array;
  readonly shortlist: Shortlist;
  readonly wantsErrors: boolean;
  /** Squares of the projection with the shares, [nTargets x nShares]. */
  readonly sums: Float32Array;
  /** Room for one. */
  readonly step: ResidualStep;
}

/** Where what is known lies. */
interface Room {
  readonly errors: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly candidates: Int32Array;
  readonly isTried: Int32Array;
  /** The penalty that generalised cross-validation prefers, [nTargets]. */
  readonly likely: Int32Array;
}

const rooms = new WeakMap<GraphMemory, { readonly numbers: Float64Array; readonly bits: Int32Array }>();

/** Of targets of which nothing is known yet, in memory that goes with that of the graphs. */
function roomFor(memory: GraphMemory, nTargets: number, nAlphas: number): Room {
  const count = nTargets * nAlphas;
  let room = rooms.get(memory);
  if (!room || room.numbers.length < 3 * count || room.bits.length < 3 * nTargets) {
    room = { numbers: new Float64Array(3 * count), bits: new Int32Array(3 * nTargets) };
    rooms.set(memory, room);
  }
  const { numbers, bits } = room;
  const every = nAlphas === MOST_ALPHAS ? 2 ** 31 - 1 : 2 ** nAlphas - 1;
  return {
    errors: numbers.subarray(0, count).fill(Number.NaN),
    lower: numbers.subarray(count, 2 * count).fill(Number.NEGATIVE_INFINITY),
    upper: numbers.subarray(2 * count, 3 * count).fill(Number.POSITIVE_INFINITY),
    candidates: bits.subarray(0, nTargets).fill(every),
    isTried: bits.subarray(nTargets, 2 * nTargets).fill(0),
    likely: bits.subarray(2 * nTargets, 3 * nTargets).fill(0),
  };
}

/** Bounds that the targets themselves give. */
function boundFromTargets(state: State, { rows, first }: TargetMoments): void {
  const { shortlist, lengths, sums, lower, upper, likely, step } = state;
  const { nAlphas, fromTarget, meanWeight, shares } = shortlist;
  const ofSum = UNIT * sumOverSamples(shortlist.fit.nColumns);
  step.offLength = 0;
  for (let t = 0; t < lengths.length; t++) {
    const at = t * shares.nColumns;
    step.length = lengths[t]!;
    step.offMoments = ofSum * step.length;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      step.distance = sums[at + a]!;
      step.along = sums[at + nAlphas + a]!;
      step.off = sharesOff(step.length, -step.along, step.distance);
      narrowError(fromTarget, a, step, rows.data, t * rows.nColumns + first, lower, upper, t * nAlphas + a);
      const generalised = meanWeight[a]! * (step.length + 2 * step.along + step.distance);
      if (generalised < least) {
        least = generalised;
        likely[t] = a;
      }
    }
  }
}

/**
 * Notes the errors of some targets under a penalty each, and the bounds that its residual gives for the candidates.
 *
 * The error is w_0 |r|^2 + M, with w_0 the least weight and M = sum (w - w_0) r^2: terms of one sign. |r|^2 is |y|^2 less what the
 * projection explains, or the sum of the squares of the residual, whichever is known better. With n_1 and n_w what
 * {@link residualNoise} gives for weights of 1 and for w - w_0, s the allowance of a sum over samples, and u = 2^-24,
 *
 *   |r|^2 from the projection is off by 3 times what a sum of its shares is ({@link sharesOff}),
 *   |r|^2 from the residual by s u |r|^2 + 2 |r| n_1 + n_1^2,
 *   M by s u M + 2 sqrt(M) n_w + n_w^2,
 *   the error by both, and for rounding the target by 2 u sqrt(greatest weight) sqrt(error).
 *
 * @param penalties - by row of the moments
 * @param isWhole - whether every target has a row; else those that are open
 */
function boundFromResiduals(
  state: State,
  open: Int32Array,
  penalties: Int32Array,
  moments: Float32Array,
  isWhole: boolean,
): void {
  const { shortlist, lengths, sums, errors, lower, upper, candidates, isTried, step } = state;
  const { nAlphas, fromResidual, leastWeight, greatestWeight, ofWeights, ofLeverages, leverages, shares } = shortlist;
  const ofSum = UNIT * sumOverSamples(shortlist.fit.nColumns);
  for (let i = 0; i < open.length; i++) {
    const t = open[i]!;
    const row = isWhole ? t : i;
    const g = penalties[row]!;
    const from = row * (3 * nAlphas + 1);
    const at = t * shares.nColumns;
    const length = lengths[t]!;
    const noise = residualNoise(length, leverages[g]!, length);
    const sum = moments[from + 3 * nAlphas]!;
    const offSum = ofSum * sum + 2 * Math.sqrt(sum) * noise + noise * noise;
    const rest = length + 2 * sums[at + nAlphas + g]! + sums[at + g]!;
    const offRest = 3 * sharesOff(length, -sums[at + nAlphas + g]!, sums[at + g]!);
    const isRest = offRest < offSum;
    step.length = isRest ? rest : sum;
    step.offLength = isRest ? offRest : offSum;
    step.offMoments = offSum;
    const excess = moments[from + 2 * nAlphas + g]!;
    const weighted = residualNoise(ofWeights[g]!, ofLeverages[g]!, length);
    const error = leastWeight[g]! * step.length + excess;
    const off =
      leastWeight[g]! * step.offLength +
      ofSum * excess +
      2 * Math.sqrt(excess) * weighted +
      weighted * weighted +
      2 * UNIT * Math.sqrt(greatestWeight[g]! * error);
    errors[t * nAlphas + g] = error;
    if (error - off > lower[t * nAlphas + g]!) lower[t * nAlphas + g] = error - off;
    if (error + off < upper[t * nAlphas + g]!) upper[t * nAlphas + g] = error + off;
    isTried[t]! |= 1 << g;
    const others = candidates[t]! & ~isTried[t]!;
    const pairs = at + 3 * nAlphas;
    const own = sums[pairs + pairOf(g, g)]!;
    for (let a = 0; a < nAlphas; a++) {
      if (((others >> a) & 1) === 0) continue;
      const other = sums[pairs + pairOf(a, a)]!;
      const both = sums[pairs + pairOf(g, a)]!;
      step.distance = Math.max(0, own - 2 * both + other);
      step.along = both - own;
      step.off = pairsOff(length, Math.max(own, other));
      narrowError(fromResidual, a, step, moments, from, lower, upper, t * nAlphas + a);
    }
  }
}

/**
 * Drops the candidates whose errors are above that of another, with room for rounding.
 *
 * @param some - targets
 * @returns those of them that need another error
 */
function narrow(state: State, some: Int32Array): Int32Array {
  const { shortlist, wantsErrors, lower, upper, candidates, isTried } = state;
  const { nAlphas } = shortlist;
  const open = new Int32Array(some.length);
  let nOpen = 0;
  for (let i = 0; i < some.length; i++) {
    const t = some[i]!;
    const from = t * nAlphas;
    let left = candidates[t]!;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      if (((left >> a) & 1) === 0 || !(upper[from + a]! < least)) continue;
      least = upper[from + a]!;
      best = a;
    }
    for (let a = 0; a < nAlphas; a++) {
      if (a !== best && (left >> a) & 1 && lower[from + a]! > least) left &= ~(1 << a);
    }
    candidates[t] = left;
    const isSettled = (left & ~isTried[t]!) === 0 || ((left & (left - 1)) === 0 && !wantsErrors);
    if (!isSettled) open[nOpen++] = t;
  }
  return open.subarray(0, nOpen);
}

/** The penalty whose error a target needs next: of those by the likely one, where any are left, the one known least. */
function nextOf({ shortlist, lower, upper, candidates, isTried, likely }: State, t: number): number {
  const { nAlphas } = shortlist;
  const left = candidates[t]! & ~isTried[t]!;
  const near = left & ((7 << likely[t]!) >> 1);
  const some = near !== 0 ? near : left;
  let next = -1;
  let widest = -1;
  for (let a = 0; a < nAlphas; a++) {
    if (((some >> a) & 1) === 0) continue;
    const width = upper[t * nAlphas + a]! - lower[t * nAlphas + a]!;
    if (next === -1 || width > widest) {
      next = a;
      widest = width;
    }
  }
  return next;
}
