import { range } from "../array/indices.ts";
import type { Matrix } from "../array/matrix.ts";
import type { Workspace } from "../graph/workspace.ts";
import { chooseByBounds } from "./by-bounds.ts";
import { type TargetMoments, targetMoments } from "./by-bounds-design.ts";
import { someRows } from "./by-bounds-graphs.ts";
import { chooseAmong, chooseByErrors, errorBatch, GREATEST_BATCH } from "./by-errors.ts";
import type { Choice } from "./choice.ts";
import type { ExactDesign, FactoredDesign } from "./factored-design.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { asRows, inDouble, sliceTargets, type TargetBlock, type TargetsToFit } from "./targets.ts";

/** How work on targets is done. */
export interface TargetSettings extends Pick<ResolvedRidgeOptions, "precision" | "targetBlock"> {
  readonly workspace: Workspace;
}

/** How {@link choose} works. */
export interface ChooseSettings extends TargetSettings {
  /** Whether `error` and coefficients are wanted for every target (default false). */
  readonly wantsErrors?: boolean | undefined;
  /** From `targetMoments` of this design and these targets, where they are at hand. */
  readonly moments?: TargetMoments | undefined;
}

/** A batch of targets with their penalties chosen. It holds until the next. */
export interface ChosenTargets extends Choice {
  /** Which targets, [nChosen]. */
  readonly rows: Int32Array;
  /** These targets alone, in the precision of the choice. */
  readonly targets: TargetBlock;
  /** The design where the choice is in double precision. */
  readonly exact: ExactDesign | undefined;
  /** Filled by the caller: places in the batch of targets for which single precision is too coarse. They come again, in double precision. */
  readonly again: number[];
}

/** Targets of a batch of choices by bounds: many, so that calls cost little beside products; 8 MB of 1,000 samples. */
const BOUNDED_BATCH = 2048;

/**
 * Chooses the penalty of every target, batch after batch: in single precision by bounds, where the design has any, else by all errors in
 * double. Targets of which rounding could decide come once more in last batches, in double precision, as do those of `again`.
 *
 * @param targets - in the precision of the settings, with as many samples as the design
 */
export async function* choose(
  design: FactoredDesign,
  targets: TargetsToFit,
  settings: ChooseSettings,
): AsyncGenerator<ChosenTargets, void, void> {
  const { precision, targetBlock, workspace, wantsErrors = false } = settings;
  const { block } = targets;
  const bounds = precision === "float32" ? design.bounds : undefined;
  if (!bounds) {
    const exact = await design.exact();
    for (const rows of batches(block.nTargets, targetBlock ?? errorBatch(exact))) {
      const some = doubleBlock(targets, rows);
      yield { rows, targets: some, exact, again: [], ...(await chooseByErrors(exact, some, workspace)) };
    }
    return;
  }
  const known = settings.moments ?? (await targetMoments([bounds], asRows(block), workspace))[0]!;
  const doubtful: { readonly row: number; readonly candidates: number }[] = [];
  for (const rows of batches(block.nTargets, targetBlock ?? BOUNDED_BATCH)) {
    const [start, end] = [rows[0]!, rows[0]! + rows.length];
    const some = sliceTargets(block, start, end);
    const moments = { rows: someRows(known.rows, start, end), first: known.first };
    const choice = await chooseByBounds(bounds, some, { wantsErrors, moments, workspace });
    const { isDoubtful, candidates } = choice;
    const again: number[] = [];
    yield { rows, targets: some, exact: undefined, again, ...choice };
    for (const t of again) isDoubtful![t] = 1;
    rows.forEach((row, t) => {
      if (isDoubtful![t] === 1) doubtful.push({ row, candidates: candidates![t]! });
    });
  }
  if (doubtful.length === 0) return;
  const exact = await design.exact();
  for (const places of batches(doubtful.length, targetBlock ?? GREATEST_BATCH)) {
    const rows = places.map((at) => doubtful[at]!.row);
    const candidates = places.map((at) => doubtful[at]!.candidates);
    const some = inDouble(targets, rows);
    const choice = await chooseAmong(exact, some, candidates, wantsErrors, workspace);
    yield { rows, targets: some, exact, again: [], ...choice };
  }
}

/** 0 to `n` - 1, some at a time. */
function* batches(n: number, width: number): Generator<Int32Array> {
  for (let start = 0; start < n; start += width) yield range(Math.min(width, n - start), start);
}

function doubleBlock(targets: TargetsToFit, rows: Int32Array): TargetBlock<Float64Array> {
  const { block } = targets;
  return block.data instanceof Float64Array
    ? (sliceTargets(block, rows[0]!, rows[0]! + rows.length) as TargetBlock<Float64Array>)
    : inDouble(targets, rows);
}

/** Coefficients along the directions of the design, for targets as they were scaled, [nChosen x rank]; the projection is overwritten. */
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
