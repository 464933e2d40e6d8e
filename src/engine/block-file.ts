import type { MissingScores } from "../encoding/missing.ts";
import { loadKeptArrays, writeKeptArrays } from "../keep/kept-arrays.ts";
import type { AuditCount } from "../ridge/audit.ts";
import type { Store } from "../sources/source.ts";
import type { AuditedScores } from "./job.ts";

/** Keeps the scores of a block, bit for bit, until those of all blocks are put together. */
export async function writeBlock(store: Store, path: string, key: string, block: AuditedScores): Promise<void> {
  const { nTargets, isScorable, missing, r, bestAlpha, pooled, beyond, audits } = block;
  const arrays = [Float64Array.from(isScorable), r, bestAlpha, pooled, beyond];
  await writeKeptArrays(store, path, key, { about: { nTargets, missing, audits }, arrays });
}

/**
 * Scores that {@link writeBlock} kept.
 *
 * @throws FormatError where the file is not what was written under this key
 */
export async function loadBlock(store: Store, path: string, key: string): Promise<AuditedScores> {
  const { about, arrays } = await loadKeptArrays(store, path, key);
  const { nTargets, missing, audits } = about as { nTargets: number; missing: MissingScores[]; audits: AuditCount[] };
  const [isScorable, r, bestAlpha, pooled, beyond] = arrays as Float64Array[];
  const scores = { r: r!, bestAlpha: bestAlpha!, pooled: pooled!, beyond: beyond! };
  return { nTargets, isScorable: Uint8Array.from(isScorable!), missing, ...scores, audits };
}
