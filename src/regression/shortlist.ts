import { range } from "../array/indices.ts";
import { Matrix, toFloat32 } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import type { HeldOutSet } from "./held-out.ts";
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
  /** Bounds that a residual gives, their weights, w - c of each penalty, and ones, [nSamples x (3 nAlphas + 1)]. */
  readonly fromResidual: ErrorBounds;
  readonly residualWeights: Rows;
  readonly meanWeight: Float64Array;
  /** As {@link HeldOutSet.sensitivity}. */
  readonly sensitivity: Float64Array;
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
  /** Penalties that may be the best, bit a for penalty a, and whose errors were computed unless only one is left; [nTargets]. */
  readonly candidates: Int32Array;
  /** The sum of the squares of a target's coefficients under a penalty. */
  readonly coefficientSquares: (target: number, alpha: number) => number;
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

/** Sums over pairs of penalties are off by less than this share of those of each with itself. */
const PAIR_ROUNDING = 5e-6;

/** Where this share of a target is left, what is left is the difference of two numbers that are known well. */
const MUCH = 0.3;

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
 */
export function shortlistOf(set: HeldOutSet<Float64Array>, shrinkages: readonly Float64Array[]): Shortlist {
  const { fit, damping, weights, sensitivity } = set;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const meanWeight = new Float64Array(nAlphas);
  const departures = new Float64Array(weights.data.length);
  for (let a = 0, at = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    for (const weight of row) meanWeight[a]! += weight / nSamples;
    for (const weight of row) departures[at++] = weight - meanWeight[a]!;
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
    ...{ fromResidual, residualWeights: columnsOf([residualTerms, departures, ones], nSamples) },
    ...{ meanWeight, sensitivity },
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
export function sumsOfSquares(shrinkages: readonly Float64Array[]): Float64Array {
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
  { rounding, wantsErrors = false, device, memory }: ShortlistSettings,
): Promise<ShortlistedErrors> {
  const { nAlphas, fit, kept, shares, residualWeights: weights } = shortlist;
  const nTargets = targets.nRows;
  const { projection, sums } = await runProjection({ targets, fit, shares }, device, memory);
  const state: State = {
    ...{ lengths, shortlist, rounding, wantsErrors, sums: sums.data },
    ...roomFor(memory, nTargets, nAlphas),
    step: { length: 0, distance: 0, along: 0, off: 0 },
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
  return { projection, errors: state.errors, candidates: state.candidates, coefficientSquares, nComputed };
}

/** What is known so far, [nTargets x nAlphas], or bits a target. */
interface State extends Room {
  /** |y|^2 of each target, [nTargets]. */
  readonly lengths: Float64Array;
  readonly shortlist: Shortlist;
  readonly rounding: ShortlistSettings["rounding"];
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
  step.off = 0;
  for (let t = 0; t < lengths.length; t++) {
    const at = t * shares.nColumns;
    step.length = lengths[t]!;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      step.distance = sums[at + a]!;
      step.along = sums[at + nAlphas + a]!;
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
  const { nAlphas, fromResidual, meanWeight, shares } = shortlist;
  for (let i = 0; i < open.length; i++) {
    const t = open[i]!;
    const row = isWhole ? t : i;
    const g = penalties[row]!;
    const from = row * (3 * nAlphas + 1);
    const at = t * shares.nColumns;
    // From the projection, more exactly than from the residual, unless little is left.
    const rest = lengths[t]! + 2 * sums[at + nAlphas + g]! + sums[at + g]!;
    step.length = rest > MUCH * lengths[t]! ? rest : moments[from + 3 * nAlphas]!;
    errors[t * nAlphas + g] = meanWeight[g]! * step.length + moments[from + 2 * nAlphas + g]!;
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
      step.off = PAIR_ROUNDING * (own + other);
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
  const { shortlist, rounding, wantsErrors, errors, lower, upper, candidates, isTried } = state;
  const { nAlphas } = shortlist;
  const open = new Int32Array(some.length);
  let nOpen = 0;
  for (let i = 0; i < some.length; i++) {
    const t = some[i]!;
    const from = t * nAlphas;
    const tried = isTried[t]!;
    let left = candidates[t]!;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      if (((left >> a) & 1) === 0) continue;
      const wasTried = (tried >> a) & 1;
      const most = wasTried ? errors[from + a]! : upper[from + a]!;
      if (!(most > 0 && most < least)) continue;
      const high = wasTried ? most * (1 + rounding(a, most)) : most;
      if (high < least) {
        least = high;
        best = a;
      }
    }
    for (let a = 0; a < nAlphas; a++) {
      if (a === best || ((left >> a) & 1) === 0) continue;
      const wasTried = (tried >> a) & 1;
      const low = wasTried ? errors[from + a]! : lower[from + a]!;
      if (!(low > 0)) continue;
      // Bounds hold rounding already.
      if (low * (wasTried ? 1 - rounding(a, low) : 1) > least) left &= ~(1 << a);
    }
    candidates[t] = left;
    const isSettled = (left & ~tried) === 0 || ((left & (left - 1)) === 0 && !wantsErrors);
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
