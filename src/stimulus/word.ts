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
