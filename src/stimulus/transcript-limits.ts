/**
 * Where `checkTranscript` draws its lines. They are set so that none of the 42,989 words of the 26 Narratives alignments
 * crosses one that marks an error, and those that cross another are worth a look.
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
  /** So few words at either end, beyond a silence, are often aligned with something else: music, a title. */
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
  /** Seconds without a known time: three volumes of 1.5 s and more, so that words may fall into others. */
  stretchWithoutTime: 5,
  /** So many words without a time in a row, with less than so many seconds for each, are hardly said at all. */
  squeezedWords: 3,
  squeezedStep: 0.05,
  /** Seconds of audio after the last word in which speech may have been left out. */
  missingEnd: 30,
  /** Seconds by which a word may outlast the audio: what resampling and rounding of lengths may take. */
  beyondAudio: 0.1,
  /** Median seconds from one word to the next, beyond which times are in another unit. */
  stepAtLeast: 0.03,
  stepAtMost: 20,
  /** Words below which rates and medians say little. */
  fewWords: 20,
} as const;
