import { range } from "../array/indices.ts";
import { Matrix } from "../array/matrix.ts";
import type { Workspace } from "../graph/workspace.ts";
import { type AlphaBounds, MOST_ALPHAS, pairOf, type TargetMoments, targetMoments } from "./by-bounds-design.ts";
import { runRows, runSomeResiduals } from "./by-bounds-graphs.ts";
import { type KnownErrors, narrowError, type ResidualStep } from "./by-bounds-terms.ts";
import { type Choice, singleBit } from "./choice.ts";
import {
  coarsenessOn,
  pairsOff,
  residualNoise,
  sharesOff,
  sumOverSamples,
  TYPICAL_PROJECTION,
  UNIT_ROUNDOFF,
} from "./rounding.ts";
import { asRows, type TargetBlock } from "./targets.ts";

/** A choice by bounds. It holds until the same workspace is used again. */
export interface BoundedChoice extends Choice {
  /** [nTargets x nAlphas]; NaN where it was not computed, or single precision does not hold it. In units of the scaled targets. */
  readonly errors: Float64Array;
  /** How many errors were computed. */
  readonly nComputed: number;
}

/** How {@link chooseByBounds} decides. */
export interface BoundSettings {
  /** Whether the error of the best penalty, and sure coefficients, are wanted where bounds alone have singled it out. */
  readonly wantsErrors: boolean;
  /** Of these targets, from {@link targetMoments}, where they are at hand. */
  readonly moments?: TargetMoments | undefined;
  readonly workspace: Workspace;
}

/** Share of a block's targets above which residuals of all are computed: that costs less than bringing the rows together first. */
const MOST_OF_ALL = 0.6;
/** Relative rounding error above which a wanted error is computed in double precision: half of the 1e-5 that docs/methods.md promises. */
const WANTED_ERROR = 5e-6;
/** Rounding error over the length of coefficients above which they are computed in double precision: a fifth of the 1e-4 that `ridgeCv` promises. */
const WANTED_COEFFICIENTS = 2e-5;

/**
 * The best penalty of each target, in single precision, by as few computed errors as possible.
 *
 * The error under a penalty a is the sum of w_a r_a^2, where r_a = r_g + U'q, with r_g the residual under another penalty g,
 * U the directions, p the targets along them, and q = (d_g - d_a) p. The part of r_a along r_g follows from U r_g = (1 - d_g) p:
 * r_a = b r_g + z with z orthogonal to r_g, b = 1 + q'(1 - d_g) p / |r_g|^2 and |z|^2 = |q|^2 - (q'(1 - d_g) p)^2 / |r_g|^2. So
 * one residual bounds the errors under all penalties ({@link errorBounds}), by products with a few columns. The first is
 * that of an infinite penalty, the target itself, which costs nothing. The next is that of the penalty with the widest bounds
 * among the one that generalised cross-validation prefers and its neighbours, and so on until only one may be the best.
 *
 * Operations a target: 2 rank nSamples for the projection, and as many again for each error that is computed.
 *
 * @param bounds - of the design
 * @param block - in single precision
 */
export async function chooseByBounds(
  bounds: AlphaBounds,
  block: TargetBlock,
  { wantsErrors, moments, workspace }: BoundSettings,
): Promise<BoundedChoice> {
  const { nAlphas, fit, kept, shares, residualWeights: weights } = bounds;
  const targets = asRows(block);
  const { nTargets, squares: lengths } = block;
  const own = moments ?? (await targetMoments([bounds], targets, workspace))[0]!;
  const columns = { projection: fit.nRows, sums: shares.nColumns };
  const { projection, sums } = await runRows(
    "projection",
    { perTarget: { targets }, shared: { fit, shares }, columns },
    workspace,
  );
  const buffers = buffersFor(workspace, nTargets, nAlphas);
  const state: State = {
    lengths,
    bounds,
    wantsErrors,
    sums: sums.data,
    coarse: coarsenessOn(workspace.device, fit.nColumns, fit.nRows),
    ...buffers,
    step: { length: 0, offLength: 0, distance: 0, along: 0, off: 0, offMoments: 0, moments: own.rows.data, from: 0 },
  };
  boundFromTargets(state, own);
  let open = narrow(state, range(nTargets));
  let nComputed = 0;
  while (open.length > 0) {
    const isMost = open.length > MOST_OF_ALL * nTargets;
    const nRows = isMost ? nTargets : open.length;
    const penalties = new Int32Array(nRows);
    for (let i = 0; i < open.length; i++) penalties[isMost ? open[i]! : i] = nextOf(state, open[i]!);
    const all = {
      perTarget: { targets, projection },
      shared: { kept, fit, weights },
      columns: { moments: weights.nColumns },
      penalties,
    };
    const residuals = isMost
      ? (await runRows("allResiduals", all, workspace)).moments
      : await runSomeResiduals({ targets, projection, kept, fit, weights }, open, penalties, workspace);
    nComputed += open.length;
    boundFromResiduals(state, open, penalties, residuals.data, isMost);
    open = narrow(state, open);
  }
  const found = Matrix.of(projection.data, nTargets, projection.nColumns);
  return { ...settle(state, block), projection: found, errors: state.errors, nComputed };
}

/** Penalties that are chosen, and the candidates of targets that are still open. */
function settle(
  { bounds, wantsErrors, sums, coarse, errors, lower, upper, candidates }: State,
  { nTargets, scale, squares }: TargetBlock,
): Pick<Choice, "best" | "error" | "candidates" | "isDoubtful"> {
  const { nAlphas, shares, shrinkageSquares } = bounds;
  const unit = UNIT_ROUNDOFF * coarse;
  const best = new Int32Array(nTargets).fill(-1);
  const error = new Float64Array(nTargets).fill(Number.NaN);
  const isDoubtful = new Uint8Array(nTargets);
  for (let t = 0; t < nTargets; t++) {
    if (!(scale[t]! > 0)) continue;
    const only = singleBit(candidates[t]!);
    if (only === -1) {
      isDoubtful[t] = 1;
      continue;
    }
    best[t] = only;
    if (!wantsErrors) continue;
    const at = t * nAlphas + only;
    error[t] = errors[at]! * scale[t]! ** 2;
    // The relative rounding error of the coefficients: that of the projection times |shrinkage| / |coefficients|.
    const projected = TYPICAL_PROJECTION * unit * Math.sqrt(squares[t]!);
    const coefficientSquares = sums[t * shares.nColumns + 2 * nAlphas + only]!;
    const loss = projected * Math.sqrt(shrinkageSquares[only]! / coefficientSquares);
    const isSure = upper[at]! - lower[at]! < 2 * WANTED_ERROR * errors[at]! && loss < WANTED_COEFFICIENTS;
    if (!isSure) isDoubtful[t] = 1;
  }
  return { best, error, candidates, isDoubtful };
}

/** The bounds so far, [nTargets x nAlphas], or bits a target. */
interface State extends Buffers {
  /** |y|^2 of each target, [nTargets]. */
  readonly lengths: Float64Array;
  readonly bounds: AlphaBounds;
  readonly wantsErrors: boolean;
  /** How many times as large as on the CPU every allowance for rounding is. */
  readonly coarse: number;
  /** Squares of the projection with the shares, [nTargets x nShares]. */
  readonly sums: Float32Array;
  /** A buffer for one. */
  readonly step: ResidualStep;
}

/** Buffers of the workspace for bounds and candidates. */
interface Buffers extends KnownErrors {
  readonly errors: Float64Array;
  readonly candidates: Int32Array;
  readonly isTried: Int32Array;
  /** The penalty that generalised cross-validation prefers, [nTargets]. */
  readonly likely: Int32Array;
}

/** Buffers of targets before any bound: every penalty is a candidate. */
function buffersFor(workspace: Workspace, nTargets: number, nAlphas: number): Buffers {
  const count = nTargets * nAlphas;
  const numbers = workspace.numbers("by bounds", 3 * count);
  const bits = workspace.integers("by bounds", 3 * nTargets);
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
  const { bounds, coarse, lengths, sums, likely, step } = state;
  const { nAlphas, fromTarget, meanWeight, shares } = bounds;
  const ofSum = coarse * UNIT_ROUNDOFF * sumOverSamples(bounds.fit.nColumns);
  step.offLength = 0;
  step.moments = rows.data;
  for (let t = 0; t < lengths.length; t++) {
    const at = t * shares.nColumns;
    step.length = lengths[t]!;
    step.offMoments = ofSum * step.length;
    step.from = t * rows.nColumns + first;
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a < nAlphas; a++) {
      step.distance = sums[at + a]!;
      step.along = sums[at + nAlphas + a]!;
      step.off = coarse * sharesOff(step.length, -step.along, step.distance);
      narrowError(fromTarget, a, step, state, t * nAlphas + a);
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
 * projection explains, or the sum of the squares of the residual, whichever has the smaller rounding error. With n_1 and n_w what
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
  const { bounds, coarse, lengths, sums, errors, lower, upper, candidates, isTried, step } = state;
  const { nAlphas, fromResidual, leastWeight, greatestWeight, ofWeights, ofLeverages, leverages, shares } = bounds;
  const unit = coarse * UNIT_ROUNDOFF;
  const ofSum = unit * sumOverSamples(bounds.fit.nColumns);
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
    step.moments = moments;
    step.from = from;
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
      narrowError(fromResidual, a, step, state, t * nAlphas + a);
    }
  }
}

/**
 * Drops the candidates whose errors are above that of another by more than their allowances for rounding.
 *
 * @param some - targets
 * @returns those of them that need another error
 */
function narrow(state: State, some: Int32Array): Int32Array {
  const { bounds, wantsErrors, lower, upper, candidates, isTried } = state;
  const { nAlphas } = bounds;
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

/** The penalty whose error a target needs next: of the likely one and its neighbours, where any is left, the one with the widest bounds. */
function nextOf({ bounds, lower, upper, candidates, isTried, likely }: State, t: number): number {
  const { nAlphas } = bounds;
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
