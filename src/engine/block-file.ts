import type { MissingScores } from "../encoding/missing.ts";
import type { BlockScores } from "../encoding/score-block.ts";
import type { Store } from "../sources/source.ts";
import { loadKeptArrays, writeKeptArrays } from "./kept-arrays.ts";

/** Keeps the scores of a block, bit for bit, until those of all blocks are put together. */
export async function writeBlock(store: Store, path: string, key: string, block: BlockScores): Promise<void> {
  const { nTargets, isScorable, missing, r, bestAlpha, pooled } = block;
  const arrays = [Float64Array.from(isScorable), r, bestAlpha, pooled];
  await writeKeptArrays(store, path, key, { about: { nTargets, missing }, arrays });
}

/**
 * Scores that {@link writeBlock} kept.
 *
 * @throws FormatError where the file is not what was written under this key
 */
export async function loadBlock(store: Store, path: string, key: string): Promise<BlockScores> {
  const { about, arrays } = await loadKeptArrays(store, path, key);
  const { nTargets, missing } = about as { nTargets: number; missing: MissingScores[] };
  const [isScorable, r, bestAlpha, pooled] = arrays as [Float64Array, Float64Array, Float64Array, Float64Array];
  return { nTargets, isScorable: Uint8Array.from(isScorable), missing, r, bestAlpha, pooled };
}
