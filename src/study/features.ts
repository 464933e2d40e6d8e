import { joinRows, type Matrix } from "../array/matrix.ts";
import { wordRate } from "../encoding/nuisance.ts";
import { randomWindow } from "../features/control-window.ts";
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

/** Forecast windows at volume level, all stories joined, [nVolumes x (width * nUnits)]. */
export function storyWindows(
  stories: readonly HeardStory[],
  distance: number,
  activationsOf: ActivationsOf,
  options: StudyOptions,
): Promise<Matrix> {
  const { width } = options;
  return joinStories(stories, async (story) =>
    atVolumes(forecastWindow(await activationsOf(story), { distance, width }), story, options),
  );
}

/** Forecast windows of random vectors with the activations' means and deviations, at volume level, all stories joined. */
export function randomWindows(
  stories: readonly HeardStory[],
  distance: number,
  activationsOf: ActivationsOf,
  options: StudyOptions,
): Promise<Matrix> {
  const { width, seed } = options;
  return joinStories(stories, async (story) => {
    const random = randomWindow(await activationsOf(story), { seed: `${seed} ${story.files.story}` });
    return atVolumes(forecastWindow(random, { distance, width }), story, options);
  });
}

/** Words per volume, all stories joined, [nVolumes x 1]. */
export function storyWordRate(stories: readonly HeardStory[], { filing }: StudyOptions): Promise<Matrix> {
  return joinStories(stories, async (story) => {
    const { nVolumes, repetitionTime } = story;
    return wordRate(scanOnsets(story), { nVolumes, repetitionTime, filing });
  });
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
