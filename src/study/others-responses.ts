import { joinRows, Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { createRandom } from "../array/random.ts";
import { NotFoundError } from "../errors.ts";
import type { ColumnBlocks } from "../features/column-blocks.ts";
import { loadKeptArrays, writeKeptArrays } from "../keep/kept-arrays.ts";
import {
  addResponses,
  auditMean,
  emptySum,
  meanOfOthers,
  type SummedResponses,
} from "../responses/sum-of-responses.ts";
import { TARGETS_AT_ONCE } from "../ridge/targets.ts";
import { sha256 } from "../sources/checksum.ts";
import type { Store } from "../sources/source.ts";
import type { SharedStory, StoryOf } from "./shared-stories.ts";

/** What the mean responses of others are made with. */
export interface OthersSettings {
  /** The cleaned responses of one story of a participant, [nVolumes x nTargets]. */
  readonly load: (story: StoryOf) => Promise<Matrix>;
  readonly nTargets: number;
  /** Targets that are added up at once; with fewer, runs are read again for the next. */
  readonly nAtOnce: number;
  /** Where sums are kept, for all who share them. */
  readonly store: Store;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The mean responses of the other participants to the stories that a participant shares with them, joined, a block of targets at a
 * time: the features of the noise ceiling. The responses of all who heard a story are added up once and kept; of each participant
 * their own are taken off again. Where rounding could be felt then, the others are added up without them. So they are for one
 * participant of each set and one block, drawn by the key: what was taken off must give the same, or the run stops.
 *
 * A target that no other participant has, finite in every volume of every story, is zeros.
 *
 * @param shared - one story or more, all of the same participant
 */
export function othersResponses(shared: readonly SharedStory[], settings: OthersSettings): ColumnBlocks {
  const { nTargets } = settings;
  return {
    nColumns: nTargets,
    async *blocks() {
      const stories: StoryMeans[] = [];
      for (const story of shared) stories.push(await storyMeans(story, settings));
      const total = Math.ceil(nTargets / TARGETS_AT_ONCE);
      for (let from = 0, done = 0; from < nTargets; from += TARGETS_AT_ONCE, done++) {
        settings.onProgress?.({ label: "responses of others", done, total });
        const parts: Matrix[] = [];
        for (const means of stories) parts.push(await means(from));
        yield withoutGaps(joinRows(parts) as Matrix<Float64Array>);
      }
      settings.onProgress?.({ label: "responses of others", done: total, total });
    },
  };
}

/** The mean responses of others to a story, of the block of targets that begins with `from`. */
type StoryMeans = (from: number) => Promise<Matrix<Float64Array>>;

async function storyMeans(shared: SharedStory, settings: OthersSettings): Promise<StoryMeans> {
  const { of, nVolumes, heardBy } = shared;
  const isOwn = ({ participant }: StoryOf) => participant === of.participant;
  await keepSums(heardBy, nVolumes, settings);
  const audited = drawAudit(sumKey(heardBy, nVolumes), heardBy.length, settings.nTargets);
  const counted = heardBy.find(isOwn);
  const own = counted && (await settings.load(counted));
  const others = heardBy.filter((one) => !isOwn(one));
  return async (from) => {
    const sum = await loadSum(heardBy, nVolumes, from, settings);
    const { mean, nUnsure } = meanOfOthers(sum, own && { bold: own, from });
    const isAudited = from === audited.from && isOwn(heardBy[audited.index]!);
    if (nUnsure === 0 && !isAudited) return mean;
    // By definition: the others alone, added up.
    const added = meanOfOthers(await loadSum(others, nVolumes, from, settings), undefined).mean;
    if (nUnsure > 0) return added;
    auditMean(mean, added, `${of.participant}, targets from ${from}`);
    return mean;
  };
}

/** Whose mean of others is added up without them as well, and the first target of the block: the same for the same key. */
function drawAudit(key: string, nHeard: number, nTargets: number): { readonly index: number; readonly from: number } {
  const random = createRandom(`audit of ${key}`);
  const nBlocks = Math.ceil(nTargets / TARGETS_AT_ONCE);
  return { index: random.integer(nHeard), from: random.integer(nBlocks) * TARGETS_AT_ONCE };
}

/** What names the sums of the responses of some to a story. */
export function sumKey(heardBy: readonly StoryOf[], nVolumes: number): string {
  return sha256(JSON.stringify([heardBy, nVolumes]));
}

const sumPath = (key: string, from: number) => `${key}/${from}.sum`;

/** Sees to it that the responses of these participants to a story are added up and kept, block by block. */
async function keepSums(
  heardBy: readonly StoryOf[],
  nVolumes: number,
  { load, nTargets, nAtOnce, store, onProgress }: OthersSettings,
): Promise<void> {
  const key = sumKey(heardBy, nVolumes);
  for (let start = 0; start < nTargets; start += nAtOnce) {
    const end = Math.min(nTargets, start + nAtOnce);
    const blocks: { readonly from: number; readonly sum: SummedResponses }[] = [];
    for (let from = start; from < end; from += TARGETS_AT_ONCE) {
      if (await store.has(sumPath(key, from))) continue;
      blocks.push({ from, sum: emptySum(nVolumes, Math.min(TARGETS_AT_ONCE, end - from)) });
    }
    if (blocks.length === 0) continue;
    for (const [done, one] of heardBy.entries()) {
      onProgress?.({ label: "adding up responses", done, total: heardBy.length });
      const bold = await load(one);
      for (const { from, sum } of blocks) addResponses(sum, bold, from);
    }
    for (const { from, sum } of blocks) {
      const arrays = [sum.sum.data, sum.counts, sum.reach];
      await writeKeptArrays(store, sumPath(key, from), key, { about: null, arrays });
    }
  }
}

async function loadSum(
  heardBy: readonly StoryOf[],
  nVolumes: number,
  from: number,
  settings: OthersSettings,
): Promise<SummedResponses> {
  const key = sumKey(heardBy, nVolumes);
  const read = () => loadKeptArrays(settings.store, sumPath(key, from), key);
  let found: Awaited<ReturnType<typeof read>>;
  try {
    found = await read();
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    // Not made yet, or another run, which shares the cache, has ended and removed them.
    await keepSums(heardBy, nVolumes, settings);
    found = await read();
  }
  const [sum, counts, reach] = found.arrays as readonly Float64Array[];
  return { sum: Matrix.of(sum!, nVolumes, counts!.length), counts: counts!, reach: reach! };
}

/** Zeros in the place of targets that are not finite in every volume: they are constant, and predict nothing. */
function withoutGaps(mean: Matrix<Float64Array>): Matrix<Float64Array> {
  const { data, nRows, nColumns } = mean;
  for (let t = 0; t < nColumns; t++) {
    let isWhole = true;
    for (let i = 0; i < nRows; i++) isWhole &&= Number.isFinite(data[i * nColumns + t]);
    for (let i = 0; !isWhole && i < nRows; i++) data[i * nColumns + t] = 0;
  }
  return mean;
}

/** Removes the sums that are kept, when no design is to be made of them any more. */
export async function removeSums(store: Store): Promise<void> {
  for (const { name: key, kind } of await store.list("")) {
    if (kind !== "folder") continue;
    for (const { name } of await store.list(key)) await store.remove(`${key}/${name}`);
  }
}
