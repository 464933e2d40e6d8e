import { type FloatArray, Matrix, toFloat32 } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { type HeldOutSet, shrinkage, toSingle } from "./held-out.ts";
import { runHeldOut } from "./held-out-graph.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import {
  MOST_ALPHAS,
  type Shortlist,
  shortlistErrors,
  shortlistOf,
  sumsOfSquares,
  type TargetMoments,
  targetMoments,
} from "./shortlist.ts";
import { type GraphMemory, type Rows, rowsOf, withGraphMemory } from "./shortlist-graph.ts";
import { sliceTargets, type TargetBlock, takeSamples } from "./target-block.ts";

/** What the choice of a penalty needs of a design. */
export interface ChoiceDesign {
  readonly intercept: boolean;
  /** Orthonormal rows, [rank x nSamples]. */
  readonly left: Matrix<Float64Array>;
  /** [rank] */
  readonly singularValues: Float64Array;
  /** Whose errors add up, from `heldOutSets`. */
  readonly sets: readonly HeldOutSet<Float64Array>[];
}

/** A design as penalties are chosen on it. */
export interface Choosable {
  readonly intercept: boolean;
  /** What single precision needs, where it has a shortlist; asked for in single precision alone. */
  readonly shortlist: Shortlist | undefined;
  /** The design in double precision: for targets that rounding could decide, or where there is no shortlist. */
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
  /** Whether `error` is wanted for every target. */
  readonly wantsErrors: boolean;
  /** From {@link designMoments} of this design and block, where they are at hand. */
  readonly moments?: TargetMoments | undefined;
}

/** Temporaries of a batch stay under this many bytes, unless the caller sets the batch. */
const MOST_BYTES = 64e6;
const GREATEST_BATCH = 256;
/** Where penalties are shortlisted: large enough that calls cost little beside products. */
const SHORTLISTED_BATCH = 2048;
/** Rounding of single precision, 2^-24, with room for products that add up. */
export const ROUNDING = 2 ** -23;
/** Errors that rounding moves by no more than this share are trusted as they are. */
const NEGLIGIBLE = 3e-6;
/** As for errors, of coefficients and of predictions. */
export const NEGLIGIBLE_IN_COEFFICIENTS = 2e-5;

/**
 * Chooses the penalty of every target of a block, batch after batch, and hands each batch to `use`. In single precision,
 * targets that rounding could have decided are handed on again in last batches, computed in double precision, as are those that
 * `use` says are not sure enough in single.
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
  return withGraphMemory((memory) => chooseWithin(memory, design, block, settings, (chosen) => use(chosen, memory)));
}

async function chooseWithin(
  memory: GraphMemory,
  design: Choosable,
  block: TargetBlock,
  { options, again, wantsErrors, moments }: ChoiceSettings,
  use: (chosen: ChosenTargets) => Promise<readonly number[] | undefined>,
): Promise<void> {
  const single = options.precision === "float32";
  const shortlist = single ? design.shortlist : undefined;
  const doubtful: number[] = [];
  const choose = async (start: number, end: number, errorsOf: (targets: TargetBlock) => Promise<Errors>) => {
    const targets = sliceTargets(block, start, end);
    const rows = Int32Array.from({ length: end - start }, (_, t) => start + t);
    const chosen = chooseBatch(await errorsOf(targets), targets, rows, wantsErrors);
    const unsure = await use(chosen);
    if (single) for (const t of new Set([...chosen.doubtful, ...(unsure ?? [])])) doubtful.push(start + t);
  };
  if (shortlist) {
    const known = moments ?? (await targetMoments([shortlist], asRows(block), options.device, memory))[0]!;
    const width = options.targetBlock ?? SHORTLISTED_BATCH;
    for (let start = 0; start < block.nTargets; start += width) {
      const end = Math.min(block.nTargets, start + width);
      const own = { rows: rowsOf(known.rows, start, end), first: known.first };
      await choose(start, end, (targets) =>
        errorsOfShortlist(shortlist, own, targets, { options, wantsErrors, memory }),
      );
    }
  }
  if (shortlist && doubtful.length === 0) return;
  const exact = await design.exact();
  const width = batchWidth(exact, options);
  if (!shortlist) {
    const sets = single ? exact.sets.map(toSingle) : exact.sets;
    for (let start = 0; start < block.nTargets; start += width) {
      const end = Math.min(block.nTargets, start + width);
      await choose(start, end, (targets) => errorsOfSets(sets, targets, exact, options));
    }
  }
  for (let start = 0; start < doubtful.length; start += width) {
    const rows = Int32Array.from(doubtful.slice(start, start + width));
    const targets = again(rows);
    await use(chooseBatch(await errorsOfSets(exact.sets, targets, exact, options), targets, rows, wantsErrors));
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
const shortlists = new WeakMap<HeldOutSet, Shortlist>();

function shortlistFor(design: ChoiceDesign, options: Pick<ResolvedRidgeOptions, "alphas">): Shortlist | undefined {
  const [set, ...more] = design.sets;
  if (set!.base !== "remainder" || more.length > 0 || set!.weights.nRows > MOST_ALPHAS) return undefined;
  let shortlist = shortlists.get(set!);
  if (!shortlist) {
    shortlist = shortlistOf(set!, shrinkagesOf(design, options).map(overGreatest));
    shortlists.set(set!, shortlist);
  }
  return shortlist;
}

/** Chooses by errors. */
function chooseBatch(
  known: Errors,
  targets: TargetBlock,
  rows: Int32Array,
  wantsErrors: boolean,
): ChosenTargets & { readonly doubtful: readonly number[] } {
  const { nTargets, scale } = targets;
  const { errors, ofTarget, ofPenalty, shrinkageSquares, projection, candidates, coefficientSquares } = known;
  const nAlphas = shrinkageSquares.length;
  const best = new Int32Array(nTargets).fill(-1);
  const error = new Float64Array(nTargets).fill(Number.NaN);
  const doubtful: number[] = [];
  for (let t = 0; t < nTargets; t++) {
    if (!(scale[t]! > 0)) continue;
    const from = t * ofTarget;
    const only = wantsErrors ? -1 : singleBit(candidates[t]!);
    let index = only;
    if (only === -1) {
      for (let a = 0; a < nAlphas; a++) {
        const value = errors[from + a * ofPenalty]!;
        if (value >= 0 && (index === -1 || value < errors[from + index * ofPenalty]!)) index = a;
      }
    }
    if (index === -1) {
      doubtful.push(t);
      continue;
    }
    best[t] = index;
    error[t] = errors[from + index * ofPenalty]! * scale[t]! ** 2;
    // Both lengths tell how much of the coefficients is rounding.
    const loss = ROUNDING * Math.sqrt(shrinkageSquares[index]! / coefficientSquares(t, index));
    const decided = only !== -1 || choiceIsCertain(known, index, t);
    if (!decided || loss > NEGLIGIBLE_IN_COEFFICIENTS) doubtful.push(t);
  }
  return { rows, targets, best, error, projection, doubtful };
}

/** The penalty that a number with a single bit stands for; -1 for any other number. */
function singleBit(bits: number): number {
  return bits !== 0 && (bits & (bits - 1)) === 0 ? 31 - Math.clz32(bits) : -1;
}

interface Errors {
  /** Of target t under penalty a at `t * ofTarget + a * ofPenalty`; NaN where it was not computed. */
  readonly errors: Float64Array;
  readonly ofTarget: number;
  readonly ofPenalty: number;
  readonly sensitivity: Float64Array;
  /** The sum of the squares of what takes a projection to a coefficient, [nAlphas]. */
  readonly shrinkageSquares: Float64Array;
  readonly projection: Matrix;
  /** Bits of the penalties that may be the best; 0 where every error was computed. */
  readonly candidates: Int32Array;
  /** The sum of the squares of a target's coefficients under a penalty. */
  readonly coefficientSquares: (target: number, alpha: number) => number;
}

async function errorsOfShortlist(
  shortlist: Shortlist,
  moments: TargetMoments,
  targets: TargetBlock,
  {
    options,
    wantsErrors,
    memory,
  }: { readonly options: ResolvedRidgeOptions; readonly wantsErrors: boolean; readonly memory: GraphMemory },
): Promise<Errors> {
  const { sensitivity, shrinkageSquares, nAlphas } = shortlist;
  const { projection, ...found } = await shortlistErrors(shortlist, asRows(targets), targets.squares, moments, {
    rounding: (a, error) => roundingShare(sensitivity[a]!, error),
    ...{ wantsErrors, memory, device: options.device },
  });
  return {
    ...{ ...found, ofTarget: nAlphas, ofPenalty: 1, sensitivity, shrinkageSquares },
    projection: Matrix.of(projection.data, targets.nTargets, projection.nColumns),
  };
}

/** @param sets - of the design, in the precision of the targets */
async function errorsOfSets(
  sets: readonly HeldOutSet[],
  targets: TargetBlock,
  design: ChoiceDesign,
  options: ResolvedRidgeOptions,
): Promise<Errors> {
  const { nTargets, nSamples } = targets;
  const nAlphas = options.alphas.length;
  const shrinkages = shrinkagesOf(design, options);
  const all = Matrix.of(targets.data, nTargets, nSamples);
  const errors = new Float64Array(nAlphas * nTargets);
  const sensitivity = new Float64Array(nAlphas);
  let projection: Matrix | undefined;
  for (const set of sets) {
    let fitted = all;
    let tested: Matrix | undefined;
    if (set.samples) {
      const { train, test } = set.samples;
      const centre = design.intercept ? train : undefined;
      fitted = Matrix.of(takeSamples(targets, train, centre), nTargets, train.length);
      tested = Matrix.of(takeSamples(targets, test, centre), nTargets, test.length);
    }
    const held = await runHeldOut<FloatArray>(set, fitted, tested, options.device);
    for (let i = 0; i < errors.length; i++) errors[i]! += held.errors.data[i]!;
    for (let a = 0; a < nAlphas; a++) sensitivity[a]! += set.sensitivity[a]!;
    if (!set.samples) projection = held.projection;
  }
  if (!projection) {
    const left = targets.data instanceof Float32Array ? toFloat32(design.left) : design.left;
    projection = await multiply<FloatArray>(all, left, { transposeB: true, device: options.device });
  }
  const along = projection;
  const coefficientSquares = (t: number, a: number) => {
    const shrunk = shrinkages[a]!;
    let sum = 0;
    for (let k = 0, at = t * along.nColumns; k < shrunk.length; k++, at++) sum += (along.data[at]! * shrunk[k]!) ** 2;
    return sum;
  };
  const candidates = new Int32Array(nTargets);
  return {
    ...{ errors, ofTarget: 1, ofPenalty: nTargets, sensitivity, shrinkageSquares: sumsOfSquares(shrinkages) },
    ...{ projection, candidates, coefficientSquares },
  };
}

/** Whether no other penalty could be the best once rounding of single precision is allowed for. */
function choiceIsCertain({ errors, ofTarget, ofPenalty, sensitivity }: Errors, best: number, t: number): boolean {
  const errorAt = (a: number) => errors[t * ofTarget + a * ofPenalty]!;
  const share = (a: number) => roundingShare(sensitivity[a]!, errorAt(a));
  const bestShare = share(best);
  const most = errorAt(best) * (1 + bestShare);
  for (let a = 0; a < sensitivity.length; a++) {
    // Ruled out with room for rounding.
    if (Number.isNaN(errorAt(a))) continue;
    const otherShare = a === best ? 0 : share(a);
    if (bestShare <= NEGLIGIBLE && otherShare <= NEGLIGIBLE) continue;
    if (a === best || !(errorAt(a) * (1 - otherShare) > most)) return false;
  }
  return true;
}

/**
 * By how much of itself an error may be off. Numbers are taken to be off by the rounding of a target's greatest, which is
 * 1: what a sample of high leverage is off by follows from its own size, not from that of the others.
 */
function roundingShare(sensitivity: number, error: number): number {
  return ROUNDING * Math.sqrt(sensitivity / error);
}

/** How many targets fit into the bytes that a batch may take. */
function batchWidth({ left, sets }: ChoiceDesign, options: ResolvedRidgeOptions): number {
  if (options.targetBlock !== undefined) return options.targetBlock;
  const nTest = Math.max(...sets.map((set) => set.predict.nColumns));
  const rank = Math.max(...sets.map((set) => set.predict.nRows));
  const size = options.precision === "float32" ? 4 : 8;
  const nSamples = left.nColumns;
  const bytes = 8 * 2 * nSamples + size * (options.alphas.length * (3 * nTest + rank) + 3 * nSamples + 3 * rank);
  return Math.max(1, Math.min(GREATEST_BATCH, Math.floor(MOST_BYTES / bytes)));
}
