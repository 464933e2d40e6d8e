import { Matrix } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import type { Workspace } from "../graph/workspace.ts";
import { runHeldOut, runHeldOutPairs } from "./by-errors-graphs.ts";
import { type Choice, singleBit } from "./choice.ts";
import type { ExactDesign } from "./factored-design.ts";
import { type TargetBlock, takeSamples } from "./targets.ts";

/** Most bytes of a batch's temporaries, unless the caller sets the batch: little beside the responses of a participant. */
const MOST_BATCH_BYTES = 64e6;
/** Most targets whose errors are computed at a time. */
export const GREATEST_BATCH = 256;

/** How many targets {@link chooseByErrors} takes at a time: as many as fit into the bytes that a batch may take. */
export function errorBatch({ left, sets, alphas }: ExactDesign): number {
  const nTest = Math.max(...sets.map((set) => set.predict.nColumns));
  const rank = Math.max(...sets.map((set) => set.predict.nRows));
  const nSamples = left.nColumns;
  const bytes = 8 * 2 * nSamples + 8 * (alphas.length * (3 * nTest + rank) + 3 * nSamples + 3 * rank);
  return Math.max(1, Math.min(GREATEST_BATCH, Math.floor(MOST_BATCH_BYTES / bytes)));
}

/** The best penalty of each target by the errors of all, in double precision. */
export async function chooseByErrors(
  design: ExactDesign,
  targets: TargetBlock<Float64Array>,
  workspace: Workspace,
): Promise<Choice> {
  const { nTargets, nSamples, scale } = targets;
  const nAlphas = design.alphas.length;
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
    const held = await runHeldOut(set, fitted, tested, workspace);
    for (let i = 0; i < errors.length; i++) errors[i]! += held.errors.data[i]!;
    if (!set.samples) projection = held.projection;
  }
  projection ??= await multiply(all, design.left, { transposeB: true, device: workspace.device });
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
  return { best, error, projection };
}

/**
 * The best of the penalties that are left of each target, by their errors in double precision.
 *
 * @param candidates - bit a for penalty a, [nTargets]
 * @param wantsErrors - whether the error is wanted also where one penalty is left
 */
export async function chooseAmong(
  design: ExactDesign,
  targets: TargetBlock<Float64Array>,
  candidates: Int32Array,
  wantsErrors: boolean,
  workspace: Workspace,
): Promise<Choice> {
  const [set] = design.sets;
  const { nTargets, nSamples, scale } = targets;
  const best = new Int32Array(nTargets).fill(-1);
  const error = new Float64Array(nTargets).fill(Number.NaN);
  const pairs: { readonly row: number; readonly penalty: number }[] = [];
  for (let row = 0; row < nTargets; row++) {
    const left = candidates[row]!;
    best[row] = scale[row]! > 0 ? singleBit(left) : -1;
    if (!(scale[row]! > 0) || (best[row] !== -1 && !wantsErrors)) continue;
    for (let penalty = 0; penalty < design.alphas.length; penalty++) {
      if ((left >> penalty) & 1) pairs.push({ row, penalty });
    }
  }
  const { projection, errors } = await runHeldOutPairs(
    set!,
    Matrix.of(targets.data, nTargets, nSamples),
    { rows: Int32Array.from(pairs, ({ row }) => row), penalties: Int32Array.from(pairs, ({ penalty }) => penalty) },
    workspace,
  );
  for (const [i, { row, penalty }] of pairs.entries()) {
    if (!isLess(errors[i]!, error[row]!)) continue;
    error[row] = errors[i]!;
    best[row] = penalty;
  }
  for (let row = 0; row < nTargets; row++) error[row]! *= scale[row]! ** 2;
  return { best, error, projection };
}

/** Whether an error is less than the least so far, NaN where there is none yet. Of equal errors the first wins. */
function isLess(error: number, least: number): boolean {
  return error >= 0 && !(error >= least);
}
