import type { HeardStory } from "./inputs.ts";

/**
 * A story as one participant heard it: all that features follow from, but for settings and the vectors of its words. What makes
 * features is given this and nothing else of the story, and keys of designs are its hash.
 */
export interface StoryStimulus {
  readonly story: string;
  /** Volumes that are left of the run. */
  readonly nVolumes: number;
  /** Seconds from the first of these volumes to the start of the audio. */
  readonly audioStart: number;
  /** Seconds. */
  readonly repetitionTime: number;
  /** In order of time; onsets in seconds of audio. */
  readonly words: readonly { readonly text: string; readonly onset: number }[];
}

/** What features of a story are made from. */
export function stimulusOf({ files, transcript, nVolumes, audioStart, repetitionTime }: HeardStory): StoryStimulus {
  const words = transcript.words.map(({ text, onset }) => ({ text, onset }));
  return { story: files.story, nVolumes, audioStart, repetitionTime, words };
}

/** The words of a story, without their times. */
export function textsOf({ words }: Pick<StoryStimulus, "words">): readonly string[] {
  return words.map(({ text }) => text);
}
