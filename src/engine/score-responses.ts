import type { Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { gatherBlocks } from "../encoding/block-scores.ts";
import type { EncodingScore } from "../encoding/brain-score.ts";
import type { MissingScores } from "../encoding/missing.ts";
import { jsonItems, jsonText, parseJson } from "../formats/json.ts";
import { loadKeptArrays, writeKeptArrays } from "../keep/kept-arrays.ts";
import { type AuditCount, addAudits, NO_AUDIT } from "../ridge/audit.ts";
import { scoredRows, TARGETS_AT_ONCE } from "../ridge/targets.ts";
import { sha256 } from "../sources/checksum.ts";
import type { Store } from "../sources/source.ts";
import { AUDITS, drawAudits } from "./audits.ts";
import type { AuditedScores } from "./job.ts";
import type { KeptModels } from "./make-designs.ts";
import type { Pool } from "./pool.ts";
import { shareOut } from "./share-out.ts";

/** Responses of which some targets are in memory at a time. */
export interface ResponseBlocks {
  readonly nTargets: number;
  /** Targets to load at once; blocks do not cross from one load to the next. */
  readonly nLoaded: number;
  /** Responses of targets `from` to `to` (exclusive), all stories joined, [nVolumes x (to - from)]. */
  readonly load: (from: number, to: number) => Promise<Matrix>;
}

/** How {@link scoreResponses} works. */
export interface ScoreResponsesSettings {
  readonly average: "folds" | "concatenated";
  /** Bytes of designs that each thread may keep from block to block. */
  readonly designBytes: number;
  /** Where the scores of blocks are kept until all are done. */
  readonly store: Store;
  /** The key of each encoding model's scores: the same key, the same numbers. */
  readonly keys: readonly string[];
  /** How many choices are computed again by definition (default {@link AUDITS}). */
  readonly nAudits?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Scores by model, and what the audit of some of them found. */
export interface AuditedResponses {
  readonly scores: readonly EncodingScore[];
  readonly audits: readonly AuditCount[];
  /** The key that the blocks are kept under, for {@link removeBlocks}. */
  readonly blocks: string;
}

/** Targets of a block: as many as are made ready at once. A killed run loses at most a block on each thread. */
export const BLOCK = TARGETS_AT_ONCE;

const folderOf = (key: string) => `${key}.blocks`;
/** Which scores the blocks of a folder are of. */
const keysPath = (key: string) => `${folderOf(key)}/keys.json`;
const pathOfBlock = (key: string, from: number, to: number) => `${folderOf(key)}/${from}-${to}.scores`;

/**
 * Scores responses by all encoding models, block by block on all threads. Each block's scores are kept when they are there, and found
 * again by a run that comes after one that was killed; {@link removeBlocks} clears up once they are all together.
 *
 * @throws FormatError where a kept block was changed; DeviceError where a thread fails; AuditError where scores are not what
 * their definition gives
 */
export async function scoreResponses(
  pool: Pool,
  models: KeptModels,
  responses: ResponseBlocks,
  { average, designBytes, store, keys, nAudits = AUDITS, onProgress }: ScoreResponsesSettings,
): Promise<AuditedResponses> {
  const { designs, folds, ridge } = models;
  const nModels = models.distances.length;
  const key = sha256(JSON.stringify(keys));
  await store.write(keysPath(key), JSON.stringify(keys));
  const { nTargets, nLoaded, load } = responses;
  const collection = gatherBlocks(nTargets, { nModels, folds, ridge });
  const total = nModels * folds.length;
  const places = drawAudits(key, nAudits, { nTargets, nModels, nFolds: folds.length });
  const audits = Array.from({ length: nModels }, () => NO_AUDIT);
  const takeAudits = (found: readonly AuditCount[]) => {
    for (const [model, audit] of found.entries()) audits[model] = addAudits(audits[model]!, audit);
  };
  // In designs times targets.
  let done = 0;
  const running = new Map<number, number>();
  const tell = () => {
    const sum = done + [...running.values()].reduce((all, part) => all + part, 0);
    onProgress?.({ label: "scores", done: Math.floor(sum / nTargets), total });
  };
  for (let start = 0; start < nTargets; start += nLoaded) {
    const end = Math.min(nTargets, start + nLoaded);
    const blocks: { readonly from: number; readonly to: number; readonly columns: Int32Array }[] = [];
    for (const [from, to] of blocksOf(start, end)) {
      const columns = Int32Array.from({ length: to - from }, (_, t) => from + t);
      if (await store.has(pathOfBlock(key, from, to))) {
        const block = await loadBlock(store, pathOfBlock(key, from, to), key);
        collection.add(columns, block);
        takeAudits(block.audits);
        done += nModels * folds.length * columns.length;
      } else blocks.push({ from, to, columns });
    }
    tell();
    if (blocks.length === 0) continue;
    const bold = await load(start, end);
    await shareOut(blocks, pool.nThreads, async ({ from, to, columns }) => {
      // Rows are made when a thread is free to take them.
      const rows = scoredRows(
        bold,
        columns.map((column) => column - start),
      );
      const onDesign = (nDesigns: number) => {
        running.set(from, nDesigns * columns.length);
        tell();
      };
      const own = places
        .filter(({ target }) => target >= from && target < to)
        .map((place) => ({ ...place, target: place.target - from }));
      const job = { kind: "scores", designs, nModels, folds, ridge, average, designBytes, audits: own, rows } as const;
      const scores = await pool.run(job, { transfer: [rows.data.buffer as ArrayBuffer], onDesign });
      await writeBlock(store, pathOfBlock(key, from, to), key, scores);
      collection.add(columns, scores);
      takeAudits(scores.audits);
      running.delete(from);
      done += nModels * folds.length * columns.length;
      tell();
    });
  }
  return { scores: collection.finish(), audits, blocks: key };
}

/** Blocks lie at multiples of their size, whatever is loaded at once. */
function* blocksOf(start: number, end: number): Generator<readonly [from: number, to: number]> {
  for (let from = start; from < end; ) {
    const to = Math.min(end, (Math.floor(from / BLOCK) + 1) * BLOCK);
    yield [from, to];
    from = to;
  }
}

/** Removes the scores of blocks, when those of all are kept elsewhere. */
export async function removeBlocks(store: Store, key: string): Promise<void> {
  for (const { name } of await store.list(folderOf(key))) await store.remove(`${folderOf(key)}/${name}`);
}

/**
 * Removes the scores of blocks that a run left which was killed just after it had put them together.
 *
 * @param isKept - whether the scores of this key are kept elsewhere
 */
export async function removeLeftBlocks(store: Store, isKept: (key: string) => Promise<boolean>): Promise<void> {
  for (const { name, kind } of await store.list("")) {
    const key = /^(.+)\.blocks$/.exec(name)?.[1];
    if (kind !== "folder" || key === undefined || !(await store.has(keysPath(key)))) continue;
    const path = keysPath(key);
    const keys = jsonItems(parseJson(await store.read(path), `${store.location}/${path}`)).map(jsonText);
    let isWhole = true;
    for (const own of keys) isWhole &&= await isKept(own);
    if (isWhole) await removeBlocks(store, key);
  }
}

/** Keeps the scores of a block, bit for bit, until those of all blocks are put together. */
async function writeBlock(store: Store, path: string, key: string, block: AuditedScores): Promise<void> {
  const { nTargets, isScorable, missing, r, bestAlpha, pooled, beyond, audits } = block;
  const arrays = [Float64Array.from(isScorable), r, bestAlpha, pooled, beyond];
  await writeKeptArrays(store, path, key, { about: { nTargets, missing, audits }, arrays });
}

/**
 * Scores that {@link writeBlock} kept.
 *
 * @throws FormatError where the file is not what was written under this key
 */
async function loadBlock(store: Store, path: string, key: string): Promise<AuditedScores> {
  const { about, arrays } = await loadKeptArrays(store, path, key);
  const { nTargets, missing, audits } = about as { nTargets: number; missing: MissingScores[]; audits: AuditCount[] };
  const [isScorable, r, bestAlpha, pooled, beyond] = arrays as Float64Array[];
  const scores = { r: r!, bestAlpha: bestAlpha!, pooled: pooled!, beyond: beyond! };
  return { nTargets, isScorable: Uint8Array.from(isScorable!), missing, ...scores, audits };
}
