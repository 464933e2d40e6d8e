/** One word of a story, with its time in the audio. */
export interface Word {
  /** As the language model reads it: the transcript's text after `cleanWord`. Never empty. */
  readonly text: string;
  /** Seconds of audio. */
  readonly onset: number;
  /** Seconds. */
  readonly duration: number;
  /** Whether the transcript gives no time for this word, so that it was set from its neighbours'. */
  readonly interpolated: boolean;
}

/** The words of one story in the order in which they are heard. */
export interface Transcript {
  readonly story: string;
  readonly words: readonly Word[];
  /** The file that it was read from. */
  readonly path: string;
  /** Words whose time was interpolated. */
  readonly nInterpolated: number;
}

/**
 * Stories that have the same words at the same times, each group of two or more in the order given: one transcript is
 * then the copy of another.
 */
export function storiesAlike(
  transcripts: readonly Pick<Transcript, "story" | "words">[],
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const { story, words } of transcripts) {
    const key = JSON.stringify(words.map(({ text, onset }) => [text, onset]));
    groups.set(key, [...(groups.get(key) ?? []), story]);
  }
  return [...groups.values()].filter((stories) => stories.length > 1);
}
