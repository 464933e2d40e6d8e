import { range } from "../array/indices.ts";
import { Matrix } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { type HeldOutSet, shrinkage } from "./held-out.ts";
import { runHeldOut, runHeldOutPairs } from "./held-out-graph.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { coarsenessOn, TYPICAL_PROJECTION, UNIT } from "./rounding.ts";
import { MOST_ALPHAS, type Shortlist, shortlistOf, type TargetMoments, targetMoments } from "./shortlist.ts";
import { shortlistErrors } from "./shortlist-errors.ts";
import { type GraphMemory, type Rows, someRows, withGraphMemory } from "./shortlist-graph.ts";
import { sliceTargets, type TargetBlock, takeSamples } from "./target-block.ts";

/** What the choice of a penalty needs of a design. */
export interface ChoiceDesign {
  readonly intercept: boolean;
  /** Orthonormal rows, [rank x nSamples]. */
  readonly left: Matrix<Float64Array>;
  /** [rank] */
  readonly singularValues: Float64Array;
  /** Whose errors add up, from `heldOutSets`. */
  readonly sets: readonly HeldOutSet[];
}

/** A design as penalties are chosen on it. */
export interface Choosable {
  readonly intercept: boolean;
  /** What single precision needs, where it has a shortlist; asked for in single precision alone. */
  readonly shortlist: Shortlist | undefined;
  /** The design in double precision: for targets that rounding could decide, and for all where there is no shortlist. */
  readonly exact: () => ChoiceDesign | Promise<ChoiceDesign>;
}

/** A design in memory. */
export function choosable(design: ChoiceDesign, options: Pick<ResolvedRidgeOptions, "alphas">): Choosable {
  return {
    intercept: design.intercept,
    get shortlist() {
      return shortlistFor(design, options);
    },
    exact: () => design,
  };
}

/** Some targets of a block with their penalties chosen. */
export interface ChosenTargets {
  /** Which targets of the block, [nChosen]. */
  readonly rows: Int32Array;
  /** The same as {@link TargetBlock}, for these alone. */
  readonly targets: TargetBlock;
  /** Index of the penalty of each, -1 for targets that cannot be used, [nChosen]. */
  readonly best: Int32Array;
  /** Mean squared held-out error at that penalty, in units of the data squared; NaN where unusable or not wanted, [nChosen]. */
  readonly error: Float64Array;
  /** Targets, as scaled in `targets`, along the directions of the design, [nChosen x rank]; holds until the next batch. */
  readonly projection: Matrix;
}

/** How {@link chooseAlphas} works. */
export interface ChoiceSettings {
  readonly options: ResolvedRidgeOptions;
  /** The same targets in double precision, for those that rounding could decide. */
  readonly again: (rows: Int32Array) => TargetBlock<Float64Array>;
  /** Whether `error` and coefficients are wanted for every target. */
  readonly wantsErrors: boolean;
  /** From {@link designMoments} of this design and block, where they are at hand. */
  readonly moments?: TargetMoments | undefined;
}

/** Temporaries of a batch stay under this many bytes, unless the caller sets the batch. */
const MOST_BATCH_BYTES = 64e6;
const GREATEST_BATCH = 256;
/** Where penalties are shortlisted: large enough that calls cost little beside products. */
const SHORTLISTED_BATCH = 2048;
/** An error that is wanted may be off by this share of itself; else it is computed in double precision. */
const WANTED_ERROR = 5e-6;
/** Coefficients may be off by this share of their length; else they are computed in double precision. */
const WANTED_COEFFICIENTS = 2e-5;

/** What a batch of targets in single precision could not decide: bits of the penalties that may be the best, by target. */
type Doubtful = Map<number, number>;

/**
 * Chooses the penalty of every target of a block, batch after batch, and hands each batch to `use`. In single precision,
 * targets of which rounding could decide are handed on again in last batches, computed in double precision, as are those that
 * `use` says are not sure enough in single. Where a design has no shortlist all is computed in double precision.
 *
 * @param block - in the precision of the options, with as many samples as the design
 * @param use - also given memory for what it runs; in single precision, it may give targets of the batch back
 */
export async function chooseAlphas(
  design: Choosable,
  block: TargetBlock,
  settings: ChoiceSettings,
  use: (chosen: ChosenTargets, memory: GraphMemory) => Promise<readonly number[] | undefined>,
): Promise<void> {
  const { options, again } = settings;
  const shortlist = options.precision === "float32" ? design.shortlist : undefined;
  await withGraphMemory(async (memory) => {
    const handOn = (chosen: ChosenTargets) => use(chosen, memory);
    if (shortlist) {
      const doubtful = await chooseFromShortlist(shortlist, block, settings, memory, handOn);
      if (doubtful.size > 0) await chooseAmong(await design.exact(), doubtful, settings, handOn);
      return;
    }
    const exact = await design.exact();
    const width = batchWidth(exact, options);
    for (let start = 0; start < block.nTargets; start += width) {
      const rows = range(Math.min(width, block.nTargets - start), start);
      const targets =
        block.data instanceof Float64Array ? sliceTargets(block, start, start + rows.length) : again(rows);
      await handOn(await chooseByAllErrors(exact, targets as TargetBlock<Float64Array>, rows, options));
    }
  });
}

/** @returns the targets of which rounding could decide */
async function chooseFromShortlist(
  shortlist: Shortlist,
  block: TargetBlock,
  { options, wantsErrors, moments }: ChoiceSettings,
  memory: GraphMemory,
  use: (chosen: ChosenTargets) => Promise<readonly number[] | undefined>,
): Promise<Doubtful> {
  const { nAlphas, shrinkageSquares, fit } = shortlist;
  const unit = UNIT * coarsenessOn(options.device, fit.nColumns, fit.nRows);
  const doubtful: Doubtful = new Map();
  const known = moments ?? (await targetMoments([shortlist], asRows(block), options.device, memory))[0]!;
  const width = options.targetBlock ?? SHORTLISTED_BATCH;
  for (let start = 0; start < block.nTargets; start += width) {
    const end = Math.min(block.nTargets, start + width);
    const targets = sliceTargets(block, start, end);
    const { nTargets, scale, squares } = targets;
    const own = { rows: someRows(known.rows, start, end), first: known.first };
    const found = await shortlistErrors(shortlist, asRows(targets), squares, own, {
      wantsErrors,
      memory,
      device: options.device,
    });
    const { errors, lower, upper, candidates, coefficientSquares } = found;
    const best = new Int32Array(nTargets).fill(-1);
    const error = new Float64Array(nTargets).fill(Number.NaN);
    for (let t = 0; t < nTargets; t++) {
      if (!(scale[t]! > 0)) continue;
      const only = singleBit(candidates[t]!);
      if (only === -1) {
        doubtful.set(start + t, candidates[t]!);
        continue;
      }
      best[t] = only;
      if (!wantsErrors) continue;
      const at = t * nAlphas + only;
      error[t] = errors[at]! * scale[t]! ** 2;
      // The relative rounding error of the coefficients: that of the projection times |shrinkage| / |coefficients|.
      const projected = TYPICAL_PROJECTION * unit * Math.sqrt(squares[t]!);
      const loss = projected * Math.sqrt(shrinkageSquares[only]! / coefficientSquares(t, only));
      const isSure = upper[at]! - lower[at]! < 2 * WANTED_ERROR * errors[at]! && loss < WANTED_COEFFICIENTS;
      if (!isSure) doubtful.set(start + t, candidates[t]!);
    }
    const projection = Matrix.of(found.projection.data, nTargets, found.projection.nColumns);
    const unsure = await use({ rows: range(nTargets, start), targets, best, error, projection });
    for (const t of unsure ?? []) doubtful.set(start + t, candidates[t]!);
  }
  return doubtful;
}

/** Decides in double precision among the penalties that are left of each target. */
async function chooseAmong(
  design: ChoiceDesign,
  doubtful: Doubtful,
  { options, again, wantsErrors }: ChoiceSettings,
  use: (chosen: ChosenTargets) => Promise<unknown>,
): Promise<void> {
  const [set] = design.sets;
  const all = Int32Array.from(doubtful.keys());
  const width = options.targetBlock ?? GREATEST_BATCH;
  for (let start = 0; start < all.length; start += width) {
    const rows = all.subarray(start, start + width);
    const targets = again(rows);
    const { nTargets, nSamples, scale } = targets;
    const best = new Int32Array(nTargets).fill(-1);
    const error = new Float64Array(nTargets).fill(Number.NaN);
    const pairs: { readonly row: number; readonly penalty: number }[] = [];
    for (let row = 0; row < nTargets; row++) {
      const left = doubtful.get(rows[row]!)!;
      best[row] = scale[row]! > 0 ? singleBit(left) : -1;
      if (!(scale[row]! > 0) || (best[row] !== -1 && !wantsErrors)) continue;
      for (let penalty = 0; penalty < options.alphas.length; penalty++) {
        if ((left >> penalty) & 1) pairs.push({ row, penalty });
      }
    }
    const { projection, errors } = await runHeldOutPairs(
      set!,
      Matrix.of(targets.data, nTargets, nSamples),
      { rows: Int32Array.from(pairs, ({ row }) => row), penalties: Int32Array.from(pairs, ({ penalty }) => penalty) },
      options.device,
    );
    for (const [i, { row, penalty }] of pairs.entries()) {
      if (!isLess(errors[i]!, error[row]!)) continue;
      error[row] = errors[i]!;
      best[row] = penalty;
    }
    for (let row = 0; row < nTargets; row++) error[row]! *= scale[row]! ** 2;
    await use({ rows, targets, best, error, projection });
  }
}

/**
 * What the squares of a block's targets say of their errors on several designs of the same samples, all in one product: the
 * choice of their penalties begins with it. It holds until this is asked again with the same memory.
 *
 * @returns one for each design; undefined where all errors are computed
 */
export async function designMoments(
  designs: readonly Choosable[],
  block: TargetBlock,
  options: ResolvedRidgeOptions,
  memory: GraphMemory,
): Promise<readonly (TargetMoments | undefined)[]> {
  if (options.precision !== "float32") return designs.map(() => undefined);
  const shortlists = designs.map(({ shortlist }) => shortlist);
  const listed = shortlists.filter((shortlist) => shortlist !== undefined);
  const moments = listed.length > 0 ? await targetMoments(listed, asRows(block), options.device, memory) : [];
  let at = 0;
  return shortlists.map((shortlist) => shortlist && moments[at++]);
}

/** Targets of single precision. */
function asRows({ data, nTargets, nSamples }: TargetBlock): Rows {
  return { data: data as Float32Array, nRows: nTargets, nColumns: nSamples };
}

/** s / (s^2 + alpha) for each penalty, [rank] each. */
export function shrinkagesOf(
  { singularValues }: Pick<ChoiceDesign, "singularValues">,
  { alphas }: Pick<ResolvedRidgeOptions, "alphas">,
): readonly Float64Array[] {
  return alphas.map((alpha) => shrinkage(singularValues, alpha));
}

/** Numbers over the greatest of them. */
export function overGreatest(numbers: Float64Array): Float64Array {
  let greatest = 0;
  for (const number of numbers) greatest = Math.max(greatest, number);
  return greatest > 0 ? numbers.map((number) => number / greatest) : numbers;
}

/** Coefficients along `right` of the design, for targets as scaled in `targets`, [nChosen x rank]; the projection is overwritten. */
export function coefficientsOf(
  { best, projection }: Pick<ChosenTargets, "best" | "projection">,
  shrinkages: readonly Float64Array[],
): Matrix {
  const { data, nColumns: rank } = projection;
  best.forEach((index, t) => {
    if (index < 0) return;
    const shrunk = shrinkages[index]!;
    for (let k = 0, at = t * rank; k < rank; k++, at++) data[at]! *= shrunk[k]!;
  });
  return projection;
}

// What follows from a set and its penalties alone: every block of targets asks for the same.
const shortlists = new WeakMap<HeldOutSet, { readonly shortlist: Shortlist | undefined }>();

function shortlistFor(design: ChoiceDesign, options: Pick<ResolvedRidgeOptions, "alphas">): Shortlist | undefined {
  const [set, ...more] = design.sets;
  if (set!.base !== "remainder" || more.length > 0 || set!.weights.nRows > MOST_ALPHAS) return undefined;
  let known = shortlists.get(set!);
  if (!known) {
    known = { shortlist: shortlistOf(set!, shrinkagesOf(design, options).map(overGreatest)) };
    shortlists.set(set!, known);
  }
  return known.shortlist;
}

/** The penalty that a number with a single bit stands for; -1 for any other number. */
function singleBit(bits: number): number {
  return bits !== 0 && (bits & (bits - 1)) === 0 ? 31 - Math.clz32(bits) : -1;
}

/** Whether an error is less than the least so far, NaN where there is none yet. Of equal errors the first is the least. */
function isLess(error: number, least: number): boolean {
  return error >= 0 && !(error >= least);
}

/** Chooses by the errors of all penalties. */
async function chooseByAllErrors(
  design: ChoiceDesign,
  targets: TargetBlock<Float64Array>,
  rows: Int32Array,
  options: ResolvedRidgeOptions,
): Promise<ChosenTargets> {
  const { nTargets, nSamples, scale } = targets;
  const nAlphas = options.alphas.length;
  const all = Matrix.of(targets.data, nTargets, nSamples);
  const errors = new Float64Array(nAlphas * nTargets);
  let projection: Matrix | undefined;
  for (const set of design.sets) {
    let fitted = all;
    let tested: Matrix<Float64Array> | undefined;
    if (set.samples) {
      const { train, test } = set.samples;
      const centre = design.intercept ? train : undefined;
      fitted = Matrix.of(takeSamples(targets, train, centre), nTargets, train.length);
      tested = Matrix.of(takeSamples(targets, test, centre), nTargets, test.length);
    }
    const held = await runHeldOut(set, fitted, tested, options.device);
    for (let i = 0; i < errors.length; i++) errors[i]! += held.errors.data[i]!;
    if (!set.samples) projection = held.projection;
  }
  projection ??= await multiply(all, design.left, { transposeB: true, device: options.device });
  const best = new Int32Array(nTargets).fill(-1);
  const error = new Float64Array(nTargets).fill(Number.NaN);
  for (let t = 0; t < nTargets; t++) {
    if (!(scale[t]! > 0)) continue;
    for (let a = 0; a < nAlphas; a++) {
      if (!isLess(errors[a * nTargets + t]!, error[t]!)) continue;
      best[t] = a;
      error[t] = errors[a * nTargets + t]!;
    }
    error[t]! *= scale[t]! ** 2;
  }
  return { rows, targets, best, error, projection };
}

/** How many targets fit into the bytes that a batch may take. */
function batchWidth({ left, sets }: ChoiceDesign, options: ResolvedRidgeOptions): number {
  if (options.targetBlock !== undefined) return options.targetBlock;
  const nTest = Math.max(...sets.map((set) => set.predict.nColumns));
  const rank = Math.max(...sets.map((set) => set.predict.nRows));
  const nSamples = left.nColumns;
  const bytes = 8 * 2 * nSamples + 8 * (options.alphas.length * (3 * nTest + rank) + 3 * nSamples + 3 * rank);
  return Math.max(1, Math.min(GREATEST_BATCH, Math.floor(MOST_BATCH_BYTES / bytes)));
}
