import { type FloatArray, Matrix, toFloat32 } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { type HeldOutSet, heldOutSets, shrinkage, toSingle } from "./held-out.ts";
import { runHeldOut } from "./held-out-graph.ts";
import type { RidgeDecomposition } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { type Shortlist, shortlistErrors, shortlistOf } from "./shortlist.ts";
import { prepareTargets, type TargetBlock, takeSamples } from "./target-block.ts";

/** A block of targets with their penalties chosen. */
export interface ChosenBlock {
  /** Which columns of the data the targets are, [nTargets]. */
  readonly columns: Int32Array;
  readonly targets: TargetBlock;
  /** Index of the penalty of each target, -1 for targets that cannot be used, [nTargets]. */
  readonly best: Int32Array;
  /** Mean squared held-out error at that penalty, in units of the data squared; NaN where unusable, [nTargets]. */
  readonly error: Float64Array;
  /** Coefficients along `right` of the decomposition, for targets as scaled in `targets`, [nTargets x rank]. */
  readonly coefficients: Matrix;
}

/** Temporaries of a block stay under this many bytes, unless the caller sets the block. */
const MOST_BYTES = 64e6;
const GREATEST_BLOCK = 256;
const SHORTLISTED_BLOCK = 2048;
/** Rounding of single precision, 2^-24, with room for products that add up. */
const ROUNDING = 2 ** -23;
/** Errors that rounding moves by no more than this are trusted as they are. */
const NEGLIGIBLE = 3e-6;
const NEGLIGIBLE_IN_COEFFICIENTS = 2e-5;

/** Chooses penalties of targets on one design. */
export interface AlphaChooser {
  /** Targets to give at once: their temporaries stay within bounds. */
  readonly width: number;
  /**
   * @param targets - with as many samples as the design, in the precision of the choice
   * @param columns - which columns of the data they are
   */
  readonly choose: (targets: TargetBlock, columns: Int32Array) => Promise<ChosenBlock>;
  /**
   * Chooses again, in double precision, for targets whose choice rounding could have decided; one block after the other.
   * To be called once all are chosen.
   *
   * @param y - [nSamples x nTargets]
   */
  readonly settle: (y: Matrix, use: (block: ChosenBlock) => Promise<void>) => Promise<void>;
}

/**
 * A chooser of penalties on a design.
 *
 * @throws OptionError where inner folds are asked for and the decomposition was made without
 */
export function alphaChooser(
  decomposition: RidgeDecomposition,
  options: ResolvedRidgeOptions,
  where: string,
): AlphaChooser {
  const sets = heldOutSets(decomposition, options, where);
  const single = options.precision === "float32";
  const shrinkages = options.alphas.map((alpha) => shrinkage(decomposition.singularValues, alpha));
  const shortlist = single ? shortlistFor(sets) : undefined;
  const inDouble = { decomposition, options, shrinkages, shortlist: undefined, sets };
  const work = { ...inDouble, shortlist, sets: single && !shortlist ? sets.map(toSingle) : sets };
  const width = blockWidth(decomposition, options, sets, shortlist !== undefined);
  const doubtful: number[] = [];
  return {
    width,
    async choose(targets, columns) {
      const block = await chooseBlock(work, targets, columns);
      if (single) doubtful.push(...block.doubtful);
      return block;
    },
    async settle(y, use) {
      for (let start = 0; start < doubtful.length; start += width) {
        const columns = Int32Array.from(doubtful.slice(start, start + width));
        const gathered = gatherColumns(y, columns);
        const { intercept } = decomposition;
        const targets = prepareTargets(gathered, 0, columns.length, intercept, new Float64Array(0));
        await use(await chooseBlock(inDouble, targets, columns));
      }
    },
  };
}

/**
 * Chooses the penalty of every target on several designs, block after block, and hands each block to `use`. Targets are
 * made ready once for all designs. In single precision, targets that rounding could have decided are handed on again in
 * last blocks, computed in double precision.
 *
 * @param decompositions - of as many samples each, all with an intercept or all without
 * @param use - told which design a block was fitted on
 * @throws ShapeError where `y` has another number of rows than the designs
 */
export async function chooseAlphas(
  decompositions: readonly RidgeDecomposition[],
  y: Matrix,
  options: ResolvedRidgeOptions,
  where: string,
  use: (block: ChosenBlock, design: number) => Promise<void>,
): Promise<void> {
  for (const { nSamples } of decompositions) {
    if (y.nRows === nSamples) continue;
    throw new ShapeError(`${where}: y must have a row for each sample of the design (${nSamples}), got ${y.nRows}.`);
  }
  const choosers = decompositions.map((decomposition) => alphaChooser(decomposition, options, where));
  const width = Math.min(...choosers.map((chooser) => chooser.width));
  const like = options.precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  for (let start = 0; start < y.nColumns; start += width) {
    const end = Math.min(y.nColumns, start + width);
    const columns = Int32Array.from({ length: end - start }, (_, t) => start + t);
    const targets = prepareTargets(y, start, end, options.intercept, like);
    for (const [design, chooser] of choosers.entries()) await use(await chooser.choose(targets, columns), design);
  }
  for (const [design, chooser] of choosers.entries()) await chooser.settle(y, (block) => use(block, design));
}

interface Work {
  readonly decomposition: RidgeDecomposition;
  readonly options: ResolvedRidgeOptions;
  /** For each penalty, [rank]. */
  readonly shrinkages: readonly Float64Array[];
  readonly sets: readonly HeldOutSet[];
  /** Where it is given, errors are computed for as many penalties as it takes. */
  readonly shortlist: Shortlist | undefined;
}

// What follows from a set alone: every subject of a study asks for the same.
const shortlists = new WeakMap<HeldOutSet, Shortlist>();

function shortlistFor([set, ...more]: readonly HeldOutSet<Float64Array>[]): Shortlist | undefined {
  if (set!.base !== "remainder" || more.length > 0) return undefined;
  let shortlist = shortlists.get(set!);
  if (!shortlist) {
    shortlist = shortlistOf(set!);
    shortlists.set(set!, shortlist);
  }
  return shortlist;
}

async function chooseBlock(
  work: Work,
  targets: TargetBlock,
  columns: Int32Array,
): Promise<ChosenBlock & { readonly doubtful: readonly number[] }> {
  const { decomposition, options, shrinkages, sets } = work;
  const { nTargets, nSamples, scale } = targets;
  const all = Matrix.of(targets.data, nTargets, nSamples);
  const nAlphas = options.alphas.length;
  let errors: Float64Array = new Float64Array(nAlphas * nTargets);
  const sensitivity = Float64Array.from(work.shortlist?.sensitivity ?? { length: nAlphas });
  let projection: Matrix | undefined;
  if (work.shortlist) {
    const isRuledOut = (a: number, bound: number, least: number, best: number) => {
      const share = (alpha: number, error: number) => roundingShare(sensitivity[alpha]!, error);
      return bound > 0 && bound * (1 - share(a, bound)) > least * (1 + share(best, least));
    };
    const rows = { data: targets.data as Float32Array, nRows: nTargets, nColumns: nSamples };
    const held = await shortlistErrors(work.shortlist, rows, isRuledOut, options.device);
    errors = held.errors;
    projection = Matrix.of(held.projection.data, nTargets, held.projection.nColumns);
  } else
    for (const set of sets) {
      let fitted = all;
      let tested: Matrix | undefined;
      if (set.samples) {
        const { train, test } = set.samples;
        const centre = decomposition.intercept ? train : undefined;
        fitted = Matrix.of(takeSamples(targets, train, centre), nTargets, train.length);
        tested = Matrix.of(takeSamples(targets, test, centre), nTargets, test.length);
      }
      const held = await runHeldOut<FloatArray>(set, fitted, tested, options.device);
      for (let i = 0; i < errors.length; i++) errors[i]! += held.errors.data[i]!;
      for (let a = 0; a < nAlphas; a++) sensitivity[a]! += set.sensitivity[a]!;
      if (!set.samples) projection = held.projection;
    }
  if (!projection) {
    const left = targets.data instanceof Float32Array ? toFloat32(decomposition.left) : decomposition.left;
    projection = await multiply<FloatArray>(all, left, { transposeB: true, device: options.device });
  }
  const rank = projection.nColumns;
  const best = new Int32Array(nTargets).fill(-1);
  const error = new Float64Array(nTargets).fill(Number.NaN);
  const doubtful: number[] = [];
  const coefficients = projection.data;
  for (let t = 0; t < nTargets; t++) {
    if (!(scale[t]! > 0)) continue;
    let index = -1;
    for (let a = 0; a < nAlphas; a++) {
      const value = errors[a * nTargets + t]!;
      if (value >= 0 && (index === -1 || value < errors[index * nTargets + t]!)) index = a;
    }
    if (index === -1) {
      doubtful.push(columns[t]!);
      continue;
    }
    best[t] = index;
    error[t] = errors[index * nTargets + t]! * scale[t]! ** 2;
    // The projection becomes the coefficient along each direction; both lengths tell how much of it is rounding.
    const shrunk = shrinkages[index]!;
    let most = 0;
    let actual = 0;
    for (let k = 0, at = t * rank; k < rank; k++, at++) {
      const coefficient = coefficients[at]! * shrunk[k]!;
      coefficients[at] = coefficient;
      most += shrunk[k]! * shrunk[k]!;
      actual += coefficient * coefficient;
    }
    const loss = ROUNDING * Math.sqrt(most / actual);
    const decided = choiceIsCertain(errors, sensitivity, index, t, nTargets);
    if (!decided || loss > NEGLIGIBLE_IN_COEFFICIENTS) doubtful.push(columns[t]!);
  }
  return { columns, targets, best, error, coefficients: projection, doubtful };
}

/** Whether no other penalty could be the best once rounding of single precision is allowed for. */
function choiceIsCertain(
  errors: Float64Array,
  sensitivity: Float64Array,
  best: number,
  t: number,
  nTargets: number,
): boolean {
  const share = (a: number) => roundingShare(sensitivity[a]!, errors[a * nTargets + t]!);
  const bestShare = share(best);
  const most = errors[best * nTargets + t]! * (1 + bestShare);
  for (let a = 0; a < sensitivity.length; a++) {
    // Ruled out with room for rounding.
    if (Number.isNaN(errors[a * nTargets + t]!)) continue;
    const otherShare = a === best ? 0 : share(a);
    if (bestShare <= NEGLIGIBLE && otherShare <= NEGLIGIBLE) continue;
    if (a === best || !(errors[a * nTargets + t]! * (1 - otherShare) > most)) return false;
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

/** How many targets fit into the bytes that a block may take. */
function blockWidth(
  { nSamples, nFeatures }: RidgeDecomposition,
  options: ResolvedRidgeOptions,
  sets: readonly HeldOutSet[],
  isShortlisted: boolean,
): number {
  if (options.targetBlock !== undefined) return options.targetBlock;
  const nTest = Math.max(...sets.map((set) => set.predict.nColumns));
  const rank = Math.max(...sets.map((set) => set.predict.nRows));
  if (isShortlisted) return SHORTLISTED_BLOCK;
  const size = options.precision === "float32" ? 4 : 8;
  const bytes =
    8 * 2 * nSamples + size * (options.alphas.length * (3 * nTest + rank) + 3 * nSamples + 3 * rank + nFeatures);
  return Math.max(1, Math.min(GREATEST_BLOCK, Math.floor(MOST_BYTES / bytes)));
}

function gatherColumns(y: Matrix, columns: Int32Array): Matrix<Float64Array> {
  const gathered = Matrix.zeros(y.nRows, columns.length);
  for (let i = 0; i < y.nRows; i++) {
    for (let c = 0; c < columns.length; c++) {
      gathered.data[i * columns.length + c] = y.data[i * y.nColumns + columns[c]!]!;
    }
  }
  return gathered;
}
