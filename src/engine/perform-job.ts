import { freeNow } from "../array/free-now.ts";
import type { Matrix } from "../array/matrix.ts";
import { scoreBlock } from "../encoding/brain-score.ts";
import { foldDesigns } from "../encoding/fold-designs.ts";
import type { SlidingWindows } from "../features/sliding-windows.ts";
import { joinStories } from "../features/story-lengths.ts";
import { forecastWindow } from "../features/window.ts";
import { resolveRidgeOptions } from "../ridge/ridge-options.ts";
import { folderStore } from "../sources/node.ts";
import { wordsToVolumes } from "../stimulus/volumes.ts";
import { auditBlock } from "./audits.ts";
import { measureSpeed } from "./cost.ts";
import { designPath, writeDesign, writeShares } from "./design-file.ts";
import type { AuditedScores, DesignJob, Job, JobResult, ScoreJob, StoryVectors } from "./job.ts";
import type { ThreadMemory } from "./thread-memory.ts";

/**
 * Does a job, on whatever thread this is.
 *
 * @param memory - of this thread, and of no other job at the same time
 * @param onDesign - told how many designs of the job are made, or have been scored on
 */
export async function performJob<J extends Job>(
  job: J,
  memory: ThreadMemory,
  onDesign: (done: number) => void,
): Promise<JobResult<J>> {
  return (await perform(job, memory, onDesign)) as JobResult<J>;
}

function perform(job: Job, memory: ThreadMemory, onDesign: (done: number) => void): Promise<JobResult<Job>> {
  switch (job.kind) {
    case "designs":
      return performDesigns(job, onDesign);
    case "scores":
      return performScores(job, memory, onDesign);
    case "measure":
      return measureSpeed(job.size, job.options, () => performance.now() / 1000);
    default:
      return job satisfies never;
  }
}

async function performDesigns(job: DesignJob, onDesign: (done: number) => void): Promise<undefined> {
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

async function performScores(
  job: ScoreJob,
  memory: ThreadMemory,
  onDesign: (done: number) => void,
): Promise<AuditedScores> {
  const { nModels, folds, ridge, average, rows, audits } = job;
  const workspace = memory.workspaceOn(ridge.device);
  const designOf = (model: number, fold: number) => memory.designs.load(job, model, fold);
  const scores = await scoreBlock({ nModels, folds, ridge, average, designOf, workspace }, rows, onDesign);
  // By definition: from the design in double precision, and nothing that single precision needs.
  const exactOf = (model: number, fold: number) => memory.designs.loadExact(job, model, fold);
  return { ...scores, audits: await auditBlock({ audits, rows, nModels, folds, designOf: exactOf }, scores) };
}
