import { joinRows, type Matrix } from "../array/matrix.ts";
import { wordRate } from "../encoding/nuisance.ts";
import { randomWindow } from "../features/control-window.ts";
import type { SlidingWindows } from "../features/sliding-windows.ts";
import { forecastWindow } from "../features/window.ts";
import { countWordsOutside, wordsToVolumes } from "../stimulus/volumes.ts";
import type { HeardStory } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";

/** Activations of a story's words, [nWords x nUnits]. */
export type ActivationsOf = (story: HeardStory) => Promise<Matrix>;

/** Seconds of scan time at which each word begins, counted from the first volume that is kept. */
export function scanOnsets({ transcript, audioStart }: HeardStory): Float64Array {
  return Float64Array.from(transcript.words, (word) => audioStart + word.onset);
}

/** Words that begin before the first or after the last volume; they are in no feature. */
export function wordsOutside(story: HeardStory): number {
  return countWordsOutside(scanOnsets(story), story);
}

/** Activations at volume level, all stories joined, [nVolumes x nUnits]. */
export function storyFeatures(
  stories: readonly HeardStory[],
  activationsOf: ActivationsOf,
  options: StudyOptions,
): Promise<Matrix> {
  return joinStories(stories, async (story) => atVolumes(await activationsOf(story), story, options));
}

/**
 * Forecast windows at volume level, all stories joined, by their single words: the windows of a volume are the sums of the
 * windows of its words. Each story's vectors are asked for once; kept are they, and the features at each offset that was
 * asked for, [nVolumes x nUnits].
 *
 * @param vectorsOf - what the windows are made of: activations, or random vectors in their place
 */
export function storyWindows(
  stories: readonly HeardStory[],
  distances: readonly number[],
  vectorsOf: ActivationsOf,
  options: StudyOptions,
): SlidingWindows {
  const vectors = remember(vectorsOf);
  const shifted = async (story: HeardStory, offset: number) =>
    forecastWindow(await vectors(story), { distance: offset, width: 1 });
  return {
    distances,
    width: options.width,
    featuresAt: remember((offset: number) =>
      joinStories(stories, async (story) => atVolumes(await shifted(story, offset), story, options)),
    ),
  };
}

/** Random vectors in place of each story's activations, with the means and deviations of these. */
export function randomVectors(activationsOf: ActivationsOf, { seed }: StudyOptions): ActivationsOf {
  return async (story) => randomWindow(await activationsOf(story), { seed: `${seed} ${story.files.story}` });
}

/** Words per volume, all stories joined, [nVolumes x 1]. */
export function storyWordRate(stories: readonly HeardStory[], { filing }: StudyOptions): Promise<Matrix> {
  return joinStories(stories, async (story) => {
    const { nVolumes, repetitionTime } = story;
    return wordRate(scanOnsets(story), { nVolumes, repetitionTime, filing });
  });
}

/** The same function, asked once for each argument. */
function remember<Key, Value>(compute: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const found = known.get(key) ?? compute(key);
    known.set(key, found);
    return found;
  };
}

async function joinStories(
  stories: readonly HeardStory[],
  featuresOf: (story: HeardStory) => Promise<Matrix>,
): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const story of stories) parts.push(await featuresOf(story));
  return joinRows(parts);
}

function atVolumes(activations: Matrix, story: HeardStory, { downsample, filing }: StudyOptions): Matrix {
  const { nVolumes, repetitionTime } = story;
  return wordsToVolumes(activations, scanOnsets(story), { nVolumes, repetitionTime, downsample, filing });
}
