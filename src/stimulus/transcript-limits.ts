/**
 * The limits of `checkTranscript`. None of the 42,989 words of the 26 Narratives alignments crosses a limit of an error;
 * those that cross another limit are worth a look.
 */
export const transcriptLimits = {
  /** Seconds; a longer word has swallowed a pause, or words after it. The longest of Narratives lasts 1.7 s. */
  longestWord: 3,
  /** Seconds; aligners work in frames of 10 ms, so that nothing shorter was measured. */
  shortestWord: 0.01,
  /** Seconds; two such frames, what rounding may make of two words that touch. */
  overlap: 0.02,
  /** Seconds between words that are worth a look: more than breath and a pause between sentences take. */
  silence: 5,
  /** Seconds between words in which speech may have been left out. */
  longSilence: 30,
  /** At most so many words at either end, beyond a silence, are told: they are often aligned with something else, such as music or a title. */
  edgeWords: 3,
  /** Words a second over a window: fast talkers come to 5 or 6, and Narratives to 5.7. */
  fastest: 7,
  /** Seconds of a window, and from one to the next. */
  window: 10,
  windowStep: 5,
  /** Words a second over a whole story; stories are told at 2 to 3. */
  slowestStory: 0.5,
  fastestStory: 5,
  /** Share of words without a time from which interpolation is more than a stopgap. Narratives: at most 6.4 %. */
  shareWithoutTime: 0.1,
  /** Seconds without a word that has a time: more than three volumes of 1.5 s, so that words may fall into wrong ones. */
  stretchWithoutTime: 5,
  /** Words without a time in a row, and seconds for each below which they can hardly be said. */
  squeezedWords: 3,
  squeezedStep: 0.05,
  /** Seconds of audio after the last word in which speech may have been left out. */
  missingEnd: 30,
  /** Seconds by which a word may outlast the audio: what resampling and rounding of lengths may take. */
  beyondAudio: 0.1,
  /** Median seconds from one word to the next, beyond which times are in another unit. */
  stepAtLeast: 0.03,
  stepAtMost: 20,
  /** Fewest words of which rates and medians are judged. */
  fewWords: 20,
} as const;
