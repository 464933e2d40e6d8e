import { range } from "../array/indices.ts";
import type { Device } from "../graph/device.ts";
import { coarsenessOn, pairsOff, residualNoise, sharesOff, sumOverSamples, UNIT } from "./rounding.ts";
import { MOST_ALPHAS, pairOf, type Shortlist, type TargetMoments } from "./shortlist.ts";
import { narrowError, type ResidualStep } from "./shortlist-bounds.ts";
import { type GraphMemory, type Rows, runAllResiduals, runProjection, runResiduals } from "./shortlist-graph.ts";

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

/** Above this share of a block, residuals are computed of all its targets: rows need not be brought together first. */
const MOST_OF_ALL = 0.6;

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
    lengths,
    shortlist,
    wantsErrors,
    sums: sums.data,
    coarse: coarsenessOn(device, fit.nColumns, fit.nRows),
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
  /** How many times as large as on the CPU every allowance for rounding is. */
  readonly coarse: number;
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

const roomOfMemory = new WeakMap<GraphMemory, { readonly numbers: Float64Array; readonly bits: Int32Array }>();

/** Of targets of which nothing is known yet, in memory that goes with that of the graphs. */
function roomFor(memory: GraphMemory, nTargets: number, nAlphas: number): Room {
  const count = nTargets * nAlphas;
  let room = roomOfMemory.get(memory);
  if (!room || room.numbers.length < 3 * count || room.bits.length < 3 * nTargets) {
    room = { numbers: new Float64Array(3 * count), bits: new Int32Array(3 * nTargets) };
    roomOfMemory.set(memory, room);
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
  const { shortlist, coarse, lengths, sums, lower, upper, likely, step } = state;
  const { nAlphas, fromTarget, meanWeight, shares } = shortlist;
  const ofSum = coarse * UNIT * sumOverSamples(shortlist.fit.nColumns);
  step.offLength = 0;
  for (let t = 0; t < lengths.length; t++) {
    const at = t * shares.nColumns;
    step.length = lengths[t]!;
    step.offMoments = ofSum * step.length;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      step.distance = sums[at + a]!;
      step.along = sums[at + nAlphas + a]!;
      step.off = coarse * sharesOff(step.length, -step.along, step.distance);
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
 * {@link residualNoise} gives for weights of 1 and for w - w_0, s the allowance of a sum over samples, and u = 2^-24 ({@link coarsenessOn} times
 * as large where not on the CPU),
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
  const { shortlist, coarse, lengths, sums, errors, lower, upper, candidates, isTried, step } = state;
  const { nAlphas, fromResidual, leastWeight, greatestWeight, ofWeights, ofLeverages, leverages, shares } = shortlist;
  const unit = coarse * UNIT;
  const ofSum = unit * sumOverSamples(shortlist.fit.nColumns);
  for (let i = 0; i < open.length; i++) {
    const t = open[i]!;
    const row = isWhole ? t : i;
    const g = penalties[row]!;
    const from = row * (3 * nAlphas + 1);
    const at = t * shares.nColumns;
    const length = lengths[t]!;
    const noise = coarse * residualNoise(length, leverages[g]!, length);
    const sum = moments[from + 3 * nAlphas]!;
    const offSum = ofSum * sum + 2 * Math.sqrt(sum) * noise + noise * noise;
    const rest = length + 2 * sums[at + nAlphas + g]! + sums[at + g]!;
    const offRest = 3 * coarse * sharesOff(length, -sums[at + nAlphas + g]!, sums[at + g]!);
    const isRest = offRest < offSum;
    step.length = isRest ? rest : sum;
    step.offLength = isRest ? offRest : offSum;
    step.offMoments = offSum;
    const excess = moments[from + 2 * nAlphas + g]!;
    const weighted = coarse * residualNoise(ofWeights[g]!, ofLeverages[g]!, length);
    const error = leastWeight[g]! * step.length + excess;
    const off =
      leastWeight[g]! * step.offLength +
      ofSum * excess +
      2 * Math.sqrt(excess) * weighted +
      weighted * weighted +
      2 * unit * Math.sqrt(greatestWeight[g]! * error);
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
      step.off = coarse * pairsOff(length, Math.max(own, other));
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
