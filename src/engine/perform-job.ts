import { freeNow } from "../array/free-now.ts";
import type { Matrix } from "../array/matrix.ts";
import { MODELS_AT_ONCE } from "../encoding/block-scores.ts";
import { scoreBlock } from "../encoding/brain-score.ts";
import { foldDesigns } from "../encoding/fold-designs.ts";
import type { SlidingWindows } from "../features/sliding-windows.ts";
import { joinStories } from "../features/story-lengths.ts";
import { forecastWindow } from "../features/window.ts";
import { openWorkspace } from "../graph/workspace.ts";
import { designInMemory, type ExactDesign, type FactoredDesign } from "../ridge/factored-design.ts";
import { resolveRidgeOptions } from "../ridge/ridge-options.ts";
import { folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import { wordsToVolumes } from "../stimulus/volumes.ts";
import { auditBlock } from "./audits.ts";
import { measureSpeed } from "./cost.ts";
import { designPath, loadDesign, loadSingleDesign, writeDesign, writeShares } from "./design-file.ts";
import type { AuditedScores, DesignJob, Job, JobResult, ScoreJob, StoryVectors } from "./job.ts";

/**
 * Does a job, on whatever thread this is.
 *
 * @param onDesign - told how many designs of the job are made, or have been scored on
 */
export async function performJob<J extends Job>(job: J, onDesign: (done: number) => void): Promise<JobResult<J>> {
  return (await perform(job, onDesign)) as JobResult<J>;
}

function perform(job: Job, onDesign: (done: number) => void): Promise<JobResult<Job>> {
  switch (job.kind) {
    case "designs":
      return makeDesigns(job, onDesign);
    case "scores":
      return score(job, onDesign);
    case "measure":
      return measureSpeed(job.size, job.options, () => performance.now() / 1000);
    default:
      return job satisfies never;
  }
}

async function makeDesigns(job: DesignJob, onDesign: (done: number) => void): Promise<undefined> {
  const { designs, stimulus, fold, models, options } = job;
  const store = folderStore(designs.location);
  const ridge = resolveRidgeOptions(options, "makeDesigns");
  const distances = [...models.keys()].filter((distance) => distance !== undefined);
  const windows =
    stimulus.windows && distances.length > 0
      ? slidingWindows(stimulus.windows.stories, distances, stimulus.windows.width)
      : undefined;
  const features = "data" in stimulus.features ? stimulus.features : stimulus.features[fold.index]!;
  let done = 0;
  for await (const { distance, design, keptVariance } of foldDesigns([features], windows, fold, options)) {
    const model = models.get(distance);
    // The features alone come with every window, asked for or not.
    if (model === undefined) continue;
    const key = designs.keys[model]!;
    const path = designPath(key, fold.index);
    // Shares are written before the design: so a design that is there has them.
    await writeShares(store, path, key, keptVariance);
    await writeDesign(store, path, key, design, ridge);
    onDesign(++done);
  }
  return undefined;
}

/** Windows of words, brought to volumes offset by offset. */
export function slidingWindows(
  stories: readonly StoryVectors[],
  distances: readonly number[],
  width: number,
): SlidingWindows {
  const featuresAt = (offset: number): Matrix => {
    const parts = stories.map(({ vectors, onsets, volumes }) => {
      const words = forecastWindow(vectors, { distance: offset, width: 1 });
      const features = wordsToVolumes(words, onsets, volumes);
      freeNow(words.data);
      return features;
    });
    const joined = joinStories(
      parts,
      stories.map(({ volumes }) => volumes.nBefore ?? 0),
    );
    freeNow(...parts.map(({ data }) => data));
    return joined;
  };
  return { distances, width, featuresAt };
}

async function score(job: ScoreJob, onDesign: (done: number) => void): Promise<AuditedScores> {
  const { nModels, folds, ridge, average, rows, audits } = job;
  const workspace = openWorkspace(ridge.device);
  const designOf = (model: number, fold: number) => designIn(job, model, fold);
  const scores = await scoreBlock({ nModels, folds, ridge, average, designOf, workspace }, rows, onDesign);
  // By definition: from the design in double precision, and nothing that single precision needs.
  const { location, keys } = job.designs;
  const exactOf = (model: number, fold: number) =>
    loadExact(folderStore(location), designPath(keys[model]!, fold), keys[model]!);
  return { ...scores, audits: await auditBlock({ audits, rows, nModels, folds, designOf: exactOf }, scores) };
}

/** Designs in the memory of this thread, as many as fit. Every block asks for them in the same order. */
const held = new Map<string, FactoredDesign>();
let heldBytes = 0;
// The encoding models that these are of.
let heldKeys = "";
// Memory of designs that are not held: as many as are scored on side by side, then that of the first again.
const memories: Uint8Array[] = [];
let nextMemory = 0;
// Files whose digest this thread has checked: it is checked once, since that takes longer than reading the file.
const checksums = new Map<string, number>();

// Memory of one design in double precision, beside those in single precision.
let exactMemory = new Uint8Array(0);

/** A design in double precision, for a few targets of a block; it holds until the next is asked for. */
async function loadExact(store: Store, path: string, key: string): Promise<ExactDesign> {
  const design = await loadDesign(store, path, key, { checksums, memory: exactMemory });
  const { byteLength } = design.left.data.buffer;
  if (byteLength > exactMemory.length) exactMemory = new Uint8Array(byteLength);
  return design;
}

async function designIn(
  { designs, ridge, average, designBytes: mostBytes }: ScoreJob,
  model: number,
  fold: number,
): Promise<FactoredDesign> {
  const { location, keys } = designs;
  const key = keys[model]!;
  const path = designPath(key, fold);
  // Scores that are pooled, and errors of inner folds, are computed from the design in double precision.
  const inSingle = ridge.precision === "float32" && average === "folds" && ridge.choice !== "inner-folds";
  const name = `${path} ${inSingle ? "single" : "double"}`;
  const asked = [location, ...keys].join();
  if (heldKeys !== asked) {
    held.clear();
    checksums.clear();
    heldBytes = 0;
    heldKeys = asked;
  }
  const found = held.get(name);
  if (found) return found;
  const isHeld = mostBytes > 0;
  const memory = isHeld ? undefined : memories[nextMemory];
  const settings = { checksums, memory };
  const store = folderStore(location);
  const design = inSingle
    ? await loadSingleDesign(store, path, key, settings, () => loadExact(store, path, key))
    : designInMemory(await loadDesign(store, path, key, settings));
  const { byteLength } = (inSingle ? design.predictor.test : (await design.exact()).left).data.buffer;
  if (!isHeld) {
    if (!(memory && memory.length >= byteLength)) memories[nextMemory] = new Uint8Array(byteLength);
    nextMemory = (nextMemory + 1) % MODELS_AT_ONCE;
  } else if (heldBytes + byteLength <= mostBytes) {
    held.set(name, design);
    heldBytes += byteLength;
  }
  return design;
}
