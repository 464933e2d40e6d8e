import { type FloatArray, Matrix, toFloat32 } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { type HeldOutSet, heldOutSets, shrinkage, toSingle } from "./held-out.ts";
import { runHeldOut } from "./held-out-graph.ts";
import type { RidgeDecomposition } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
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
/** Rounding of single precision, 2^-24, with room for products that add up. */
const ROUNDING = 2 ** -23;
/** Errors that rounding moves by no more than this are trusted as they are. */
const NEGLIGIBLE = 3e-6;
const NEGLIGIBLE_IN_COEFFICIENTS = 2e-5;

/**
 * Chooses the penalty of every target, block after block, and hands each block to `use`. In single precision, targets
 * that rounding could have decided are handed on again in a last block, computed in double precision.
 */
export async function chooseAlphas(
  decomposition: RidgeDecomposition,
  y: Matrix,
  options: ResolvedRidgeOptions,
  where: string,
  use: (block: ChosenBlock) => Promise<void>,
): Promise<void> {
  if (y.nRows !== decomposition.nSamples) {
    throw new ShapeError(
      `${where}: y must have a row for each sample of the design (${decomposition.nSamples}), got ${y.nRows}.`,
    );
  }
  const sets = heldOutSets(decomposition, options, where);
  const single = options.precision === "float32";
  const shrinkages = options.alphas.map((alpha) => shrinkage(decomposition.singularValues, alpha));
  const work = { decomposition, options, shrinkages, sets: single ? sets.map(toSingle) : sets };
  const width = blockWidth(decomposition, options, sets);
  const doubtful: number[] = [];
  for (let start = 0; start < y.nColumns; start += width) {
    const end = Math.min(y.nColumns, start + width);
    const columns = Int32Array.from({ length: end - start }, (_, t) => start + t);
    const block = await chooseBlock(work, y, start, end, columns);
    if (single) doubtful.push(...block.doubtful);
    await use(block);
  }
  for (let start = 0; start < doubtful.length; start += width) {
    const columns = Int32Array.from(doubtful.slice(start, start + width));
    const gathered = gatherColumns(y, columns);
    await use(await chooseBlock({ ...work, sets }, gathered, 0, columns.length, columns));
  }
}

interface Work {
  readonly decomposition: RidgeDecomposition;
  readonly options: ResolvedRidgeOptions;
  /** For each penalty, [rank]. */
  readonly shrinkages: readonly Float64Array[];
  readonly sets: readonly HeldOutSet[];
}

async function chooseBlock(
  work: Work,
  y: Matrix,
  start: number,
  end: number,
  columns: Int32Array,
): Promise<ChosenBlock & { readonly doubtful: readonly number[] }> {
  const { decomposition, options, shrinkages, sets } = work;
  const like = sets[0]!.fit.data;
  const targets = prepareTargets(y, start, end, decomposition.intercept, like);
  const { nTargets, nSamples, scale, meanSquare } = targets;
  const all = Matrix.of(targets.data, nTargets, nSamples);
  const nAlphas = options.alphas.length;
  const errors = new Float64Array(nAlphas * nTargets);
  const sensitivity = new Float64Array(nAlphas);
  let projection: Matrix | undefined;
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
    const left = like instanceof Float32Array ? toFloat32(decomposition.left) : decomposition.left;
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
    const loss = ROUNDING * Math.sqrt((meanSquare[t]! * most) / actual);
    const decided = choiceIsCertain(errors, sensitivity, meanSquare[t]!, index, t, nTargets);
    if (!decided || loss > NEGLIGIBLE_IN_COEFFICIENTS) doubtful.push(columns[t]!);
  }
  return { columns, targets, best, error, coefficients: projection, doubtful };
}

/** Whether no other penalty could be the best once rounding of single precision is allowed for. */
function choiceIsCertain(
  errors: Float64Array,
  sensitivity: Float64Array,
  meanSquare: number,
  best: number,
  t: number,
  nTargets: number,
): boolean {
  const share = (a: number) => ROUNDING * Math.sqrt((meanSquare * sensitivity[a]!) / errors[a * nTargets + t]!);
  const bestShare = share(best);
  const most = errors[best * nTargets + t]! * (1 + bestShare);
  for (let a = 0; a < sensitivity.length; a++) {
    const otherShare = a === best ? 0 : share(a);
    if (bestShare <= NEGLIGIBLE && otherShare <= NEGLIGIBLE) continue;
    if (a === best || !(errors[a * nTargets + t]! * (1 - otherShare) > most)) return false;
  }
  return true;
}

/** How many targets fit into the bytes that a block may take. */
function blockWidth(
  { nSamples, nFeatures }: RidgeDecomposition,
  options: ResolvedRidgeOptions,
  sets: readonly HeldOutSet[],
): number {
  if (options.targetBlock !== undefined) return options.targetBlock;
  const nTest = Math.max(...sets.map((set) => set.predict.nColumns));
  const rank = Math.max(...sets.map((set) => set.predict.nRows));
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
