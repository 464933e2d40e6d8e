import { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import type { BlockScores } from "../encoding/block-scores.ts";
import { type AuditCount, addAudits, auditTarget, NO_AUDIT } from "../ridge/audit.ts";
import type { ExactDesign } from "../ridge/factored-design.ts";
import type { Fold } from "../ridge/folds.ts";

/** Which target is computed again by definition, on which design. */
export interface AuditPlace {
  readonly target: number;
  readonly model: number;
  readonly fold: number;
}

/**
 * How many choices are computed again for the designs of a set of stories, over all participants who heard them. With 100 a
 * fault of 3 % of the choices is found with a probability of 1 - .97^100 = .95.
 */
export const AUDITS = 100;

/**
 * Draws what of one participant is audited: the same places for the same key.
 *
 * @param seed - the key of the scores
 * @param n - how many; all different, fewer where there are fewer
 */
export function drawAudits(
  seed: string,
  n: number,
  { nTargets, nModels, nFolds }: Readonly<Record<"nTargets" | "nModels" | "nFolds", number>>,
): readonly AuditPlace[] {
  const random = createRandom(`audit ${seed}`);
  const places = new Map<string, AuditPlace>();
  for (let i = 0; i < n; i++) {
    const place = {
      target: random.integer(nTargets),
      model: random.integer(nModels),
      fold: random.integer(nFolds),
    };
    places.set(Object.values(place).join(), place);
  }
  return [...places.values()];
}

/** What {@link auditBlock} works on. */
export interface AuditedBlock {
  /** Targets are counted within the block. */
  readonly audits: readonly AuditPlace[];
  /** One row a target, [nTargets x nVolumes]. */
  readonly rows: Matrix;
  readonly nModels: number;
  readonly folds: readonly Fold[];
  /** A design in double precision. */
  readonly designOf: (model: number, fold: number) => ExactDesign | Promise<ExactDesign>;
}

/**
 * Computes some choices of a block again by definition, in double precision.
 *
 * @param scores - of the block
 * @returns what was found, by model
 * @throws AuditError where a choice is not the best beyond near-ties, or a correlation is off
 */
export async function auditBlock(
  { audits, rows, nModels, folds, designOf }: AuditedBlock,
  { r, bestAlpha, isScorable, nTargets }: BlockScores,
): Promise<readonly AuditCount[]> {
  const found = Array.from({ length: nModels }, () => NO_AUDIT);
  for (const { target, model, fold } of audits) {
    // A target that cannot be scored in one fold has no score in any.
    if (isScorable[target] === 0) continue;
    const design = await designOf(model, fold);
    const row = Matrix.of(rows.data.subarray(target * rows.nColumns, (target + 1) * rows.nColumns), 1, rows.nColumns);
    const at = (model * folds.length + fold) * nTargets + target;
    const name = `target ${target} of its block, model ${model}, fold ${fold + 1}`;
    found[model] = addAudits(
      found[model]!,
      auditTarget(design, row, folds[fold]!, { bestAlpha: bestAlpha[at]!, r: r[at]!, name }),
    );
  }
  return found;
}
