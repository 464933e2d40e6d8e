import { createRandom } from "../array/random.ts";
import { OptionError } from "../errors.ts";
import { writeTsv } from "../formats/tsv.ts";
import { cleanWord } from "../stimulus/text.ts";
import { bicycle } from "./texts/bicycle.ts";
import { lighthouse } from "./texts/lighthouse.ts";

/** A story to be heard in a synthetic scan. */
export interface PhantomStory {
  /** Letters and digits alone: it becomes part of file names. */
  readonly name: string;
  /** What is said, with punctuation. */
  readonly text: string;
  /** Seconds from the first volume to the start of the audio file. */
  readonly audioStart: number;
  /** Seconds of music at the head of the audio file (0: none). It is part of the file, so word times count it. */
  readonly music: number;
}

/** A word as it is said. */
export interface SpokenWord {
  /** As in the text, with its punctuation. */
  readonly text: string;
  /** Seconds of audio, whole milliseconds. */
  readonly onset: number;
  /** Seconds, whole milliseconds. */
  readonly duration: number;
}

/** Seconds of silence before the first word. */
const LEAD = 1.5;

/**
 * The stories that come with the package. The audio of `lighthouse` starts with the first volume; that of `bicycle`
 * starts 4.5 s into the scan, with 9 s of music that belong to the audio file.
 */
export const phantomStories: readonly PhantomStory[] = [
  { name: "lighthouse", text: lighthouse, audioStart: 0, music: 0 },
  { name: "bicycle", text: bicycle, audioStart: 4.5, music: 9 },
];

/**
 * When each word of a story is said: a narrator of about 2.5 words a second.
 *
 * A word lasts `(0.155 + 0.041 letters) s`, times the narrator's present pace, times exp(0.15 z) with z normal. The pace
 * drifts: its logarithm is `0.3 sin(2 pi n / 47 + a) + 0.2 sin(2 pi n / 19 + b)` for the n-th word, with random a and b.
 * After a full stop, question or exclamation mark there are 0.45 to 1 s of silence, after a comma 0.15 to 0.4 s.
 *
 * @param seed - the same seed gives the same times
 * @throws OptionError where the text holds no words
 * @remarks Without the drift a distance in words would be a fixed number of seconds, and delays of the response could
 * stand in for it.
 */
export function speakStory(story: PhantomStory, seed: number | string): readonly SpokenWord[] {
  const texts = story.text.split(/\s+/).filter((text) => text !== "");
  if (texts.length === 0)
    throw new OptionError(`speakStory: the text must hold words, got none (story "${story.name}").`);
  const random = createRandom(`speech of ${story.name}, seed ${seed}`);
  const phases = [random.uniform() * 2 * Math.PI, random.uniform() * 2 * Math.PI] as const;
  let time = story.music + LEAD;
  return texts.map((text, n) => {
    const letters = text.replace(/[^\p{L}\p{N}]/gu, "").length;
    const drift =
      0.3 * Math.sin((2 * Math.PI * n) / 47 + phases[0]) + 0.2 * Math.sin((2 * Math.PI * n) / 19 + phases[1]);
    const duration = (0.155 + 0.041 * letters) * Math.exp(drift + 0.15 * random.normal());
    const word = { text, onset: milliseconds(time), duration: milliseconds(duration) };
    time += duration;
    if (/[.?!]$/.test(text)) time += 0.45 + 0.55 * random.uniform();
    else if (/[,;:]$/.test(text)) time += 0.15 + 0.25 * random.uniform();
    return word;
  });
}

/** The words as `stimuli/<story>_words.tsv` has them: onset, duration, word. */
export function wordsTable(words: readonly SpokenWord[]): string {
  return writeTsv(
    ["onset", "duration", "word"],
    words.map((word) => [word.onset, word.duration, word.text]),
  );
}

/** The words as a language model reads them after the transcript was loaded. */
export function wordTexts(words: readonly SpokenWord[]): readonly string[] {
  return words.map((word) => cleanWord(word.text));
}

const milliseconds = (seconds: number) => Math.round(seconds * 1000) / 1000;
