import { joinRows, type Matrix } from "../array/matrix.ts";
import { wordRate } from "../encoding/nuisance.ts";
import type { StoryVectors } from "../engine/job.ts";
import { randomWindow } from "../features/control-window.ts";
import { countWordsOutside, type VolumesOptions, wordsToVolumes } from "../stimulus/volumes.ts";
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

/** What forecast windows are made of, story by story: one vector a word, and how words become volumes. */
export async function storyVectors(
  stories: readonly HeardStory[],
  vectorsOf: ActivationsOf,
  options: StudyOptions,
): Promise<readonly StoryVectors[]> {
  const parts: StoryVectors[] = [];
  for (const story of stories) {
    parts.push({ vectors: await vectorsOf(story), onsets: scanOnsets(story), volumes: volumesOf(story, options) });
  }
  return parts;
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

async function joinStories(
  stories: readonly HeardStory[],
  featuresOf: (story: HeardStory) => Promise<Matrix>,
): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const story of stories) parts.push(await featuresOf(story));
  return joinRows(parts);
}

function atVolumes(activations: Matrix, story: HeardStory, options: StudyOptions): Matrix {
  return wordsToVolumes(activations, scanOnsets(story), volumesOf(story, options));
}

function volumesOf({ nVolumes, repetitionTime }: HeardStory, { downsample, filing }: StudyOptions): VolumesOptions {
  return { nVolumes, repetitionTime, downsample, filing };
}
