import type { Matrix } from "../array/matrix.ts";
import { wordRate } from "../encoding/nuisance.ts";
import type { StoryVectors } from "../engine/job.ts";
import { randomWindow } from "../features/control-window.ts";
import { joinStories } from "../features/story-lengths.ts";
import {
  countWordsOutside,
  fileWords,
  type VolumesOptions,
  volumesReached,
  wordsToVolumes,
} from "../stimulus/volumes.ts";
import type { DesignSettings } from "./settings.ts";
import type { StoryStimulus } from "./story-stimulus.ts";

/** Activations of a story's words, [nWords x nUnits]. */
export type ActivationsOf = (story: StoryStimulus) => Promise<Matrix>;

/** Seconds of scan time at which each word begins, counted from the first volume that remains after trims. */
export function scanOnsets({ words, audioStart }: StoryStimulus): Float64Array {
  return Float64Array.from(words, (word) => audioStart + word.onset);
}

/**
 * How many volumes before a story's first its features are made for as well: as many as the delays reach back, where words were
 * spoken in them, else none. The first volumes that remain still respond to words in volumes that were discarded, cut away or
 * trimmed.
 *
 * @returns 0 where something else than silence is to come before a story
 */
export function volumesBefore(
  story: StoryStimulus,
  { edge, delays, firstDelay, downsample, filing }: DesignSettings,
): number {
  if (edge !== "silence") return 0;
  const nBefore = firstDelay + delays - 1 + volumesReached({ downsample, filing });
  const rows = fileWords(scanOnsets(story), { nVolumes: 0, nBefore, repetitionTime: story.repetitionTime });
  return rows.some((row) => row >= 0) ? nBefore : 0;
}

/** Words that begin before the first or after the last volume: {@link volumesBefore} says which of them are in features. */
export function wordsOutside(story: StoryStimulus): number {
  return countWordsOutside(scanOnsets(story), story);
}

/** Activations at volume level, all stories joined, [nVolumes x nUnits], and below them the {@link volumesBefore} of each. */
export function storyFeatures(
  stories: readonly StoryStimulus[],
  activationsOf: ActivationsOf,
  options: DesignSettings,
): Promise<Matrix> {
  return joinFeatures(stories, options, async (story) => atVolumes(await activationsOf(story), story, options));
}

/** What forecast windows are made of, story by story: one vector a word, and how words become volumes. */
export async function storyVectors(
  stories: readonly StoryStimulus[],
  vectorsOf: ActivationsOf,
  options: DesignSettings,
): Promise<readonly StoryVectors[]> {
  const parts: StoryVectors[] = [];
  for (const story of stories) {
    parts.push({ vectors: await vectorsOf(story), onsets: scanOnsets(story), volumes: volumesOf(story, options) });
  }
  return parts;
}

/** Random vectors in place of each story's activations, with the means and deviations of these. */
export function randomVectors(activationsOf: ActivationsOf, seed: number): ActivationsOf {
  return async (story) => randomWindow(await activationsOf(story), { seed: `${seed} ${story.story}` });
}

/** Words per volume, all stories joined, [nVolumes x 1], and below them the {@link volumesBefore} of each. */
export function storyWordRate(stories: readonly StoryStimulus[], options: DesignSettings): Promise<Matrix> {
  return joinFeatures(stories, options, async (story) => {
    const { downsample: _, ...volumes } = volumesOf(story, options);
    return wordRate(scanOnsets(story), volumes);
  });
}

async function joinFeatures(
  stories: readonly StoryStimulus[],
  options: DesignSettings,
  featuresOf: (story: StoryStimulus) => Promise<Matrix>,
): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const story of stories) parts.push(await featuresOf(story));
  return joinStories(
    parts,
    stories.map((story) => volumesBefore(story, options)),
  );
}

function atVolumes(activations: Matrix, story: StoryStimulus, options: DesignSettings): Matrix {
  return wordsToVolumes(activations, scanOnsets(story), volumesOf(story, options));
}

function volumesOf(story: StoryStimulus, options: DesignSettings): VolumesOptions {
  const { nVolumes, repetitionTime } = story;
  const { downsample, filing } = options;
  return { nVolumes, nBefore: volumesBefore(story, options), repetitionTime, downsample, filing };
}
