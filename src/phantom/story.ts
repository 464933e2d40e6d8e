import { createRandom } from "../array/random.ts";
import { OptionError } from "../errors.ts";
import { writeTsv } from "../formats/tsv.ts";
import { cleanWord } from "../stimulus/clean-text.ts";
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
/** Standard deviation of the logarithm of the pace from one phrase to the next. */
const PACE_SPREAD = 0.4;
/** Standard deviation of the logarithm of a word's duration at one pace. */
const WORD_SPREAD = 0.15;
/** Least and most seconds of silence after the end of a sentence, and within one. */
const SENTENCE_PAUSE = [0.3, 3.5] as const;
const PHRASE_PAUSE = [0.15, 0.4] as const;

/**
 * The stories that come with the package. The audio of `lighthouse` starts with the first volume; that of `bicycle`
 * starts 4.5 s into the scan, with 9 s of music that belong to the audio file.
 */
export const phantomStories: readonly PhantomStory[] = [
  { name: "lighthouse", text: lighthouse, audioStart: 0, music: 0 },
  { name: "bicycle", text: bicycle, audioStart: 4.5, music: 9 },
];

/**
 * When each word of a story is said: a narrator of about two words a second, pauses included.
 *
 * A word lasts `(0.155 + 0.041 letters) s`, times the pace of its phrase, times exp(0.15 z) with z normal. A phrase ends
 * at a punctuation mark; the logarithm of its pace is normal with mean 0 and standard deviation 0.4. After a full stop,
 * question or exclamation mark there are 0.3 to 3.5 s of silence, after a comma, semicolon or colon 0.15 to 0.4 s.
 *
 * @param seed - the same seed gives the same times
 * @throws OptionError where the text holds no words
 * @remarks Phrases differ in pace more than a trained narrator's, and pauses vary more, on purpose. At an even pace a
 * distance in words is a fixed number of seconds, and the delays of the response stand in for it.
 */
export function speakStory(story: PhantomStory, seed: number | string): readonly SpokenWord[] {
  const texts = textWords(story.text);
  if (texts.length === 0)
    throw new OptionError(`speakStory: the text must hold words, got none (story "${story.name}").`);
  const random = createRandom(`speech of ${story.name}, seed ${seed}`);
  const within = ([least, most]: readonly [number, number]) => least + (most - least) * random.uniform();
  let time = story.music + LEAD;
  let pace = Math.exp(PACE_SPREAD * random.normal());
  return texts.map((text) => {
    const letters = text.replace(/[^\p{L}\p{N}]/gu, "").length;
    const duration = (0.155 + 0.041 * letters) * pace * Math.exp(WORD_SPREAD * random.normal());
    const word = { text, onset: roundToMilliseconds(time), duration: roundToMilliseconds(duration) };
    time += duration;
    if (/[.?!]$/.test(text)) time += within(SENTENCE_PAUSE);
    else if (/[,;:]$/.test(text)) time += within(PHRASE_PAUSE);
    if (/[.?!,;:]$/.test(text)) pace = Math.exp(PACE_SPREAD * random.normal());
    return word;
  });
}

/** The words of a text, with their punctuation. */
export function textWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
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

const roundToMilliseconds = (seconds: number) => Math.round(seconds * 1000) / 1000;
