import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { phantomStories, speakStory, wordsTable, wordTexts } from "../../src/phantom/story.ts";
import { readTranscript } from "../../src/stimulus/transcript.ts";
import { tinierStory, tinyStory } from "./tiny.ts";

const stories = [...phantomStories, tinyStory, tinierStory];

describe.each(stories)("speakStory, $name", (story) => {
  const words = speakStory(story, 0);
  const last = words.at(-1)!;

  it("says every word of the text, in order, with its punctuation", () => {
    expect(words.map((word) => word.text)).toEqual(story.text.trim().split(/\s+/));
  });

  it("begins 1.5 s after the music", () => {
    expect(words[0]!.onset).toBe(story.music + 1.5);
  });

  it("says one word after the other: durations above zero, none before the last one has ended", () => {
    for (const [n, { onset, duration }] of words.entries()) {
      expect(duration).toBeGreaterThan(0);
      const previous = words[n - 1];
      // Onset and duration are each rounded to a millisecond.
      if (previous) expect(onset).toBeGreaterThanOrEqual(previous.onset + previous.duration - 0.0015);
    }
  });

  it("has times of whole milliseconds", () => {
    for (const { onset, duration } of words) {
      for (const time of [onset, duration]) expect(time).toBe(Math.round(time * 1000) / 1000);
    }
  });

  it("speaks as narrators do: 1.5 to 3 words a second, no word over 3 s", () => {
    const rate = words.length / (last.onset + last.duration - words[0]!.onset);
    expect(rate).toBeGreaterThan(1.5);
    expect(rate).toBeLessThan(3);
    expect(Math.max(...words.map((word) => word.duration))).toBeLessThan(3);
  });

  it("pauses after punctuation alone, longer after the end of a sentence", () => {
    for (const [n, { text, onset, duration }] of words.slice(0, -1).entries()) {
      const pause = words[n + 1]!.onset - onset - duration;
      const [least, most] = /[.?!]$/.test(text) ? [0.3, 3.5] : /[,;:]$/.test(text) ? [0.15, 0.4] : [0, 0];
      expect(pause).toBeGreaterThan(least - 0.002);
      expect(pause).toBeLessThan(most + 0.002);
    }
  });

  it("has the same times for the same seed, others for another", () => {
    expect(speakStory(story, 0)).toEqual(words);
    expect(speakStory(story, 1)).not.toEqual(words);
  });

  it("writes a table that the reader of transcripts gives back (identity)", () => {
    const bytes = new TextEncoder().encode(wordsTable(words));
    const transcript = readTranscript(bytes, { path: `${story.name}_words.tsv`, story: story.name });
    expect(transcript.nInterpolated).toBe(0);
    expect(transcript.words.map((word) => word.text)).toEqual(wordTexts(words));
    expect(transcript.words.map((word) => word.onset)).toEqual(words.map((word) => word.onset));
    transcript.words.forEach((word, n) => {
      // The reader goes over the word's end: one addition and one subtraction of numbers up to 1,000.
      expect(word.duration).toBeCloseTo(words[n]!.duration, 10);
    });
  });
});

describe("the pace", () => {
  const words = speakStory(phantomStories[0]!, 0);

  it("makes a distance in words no fixed number of seconds", () => {
    const seconds = words.slice(8).map(({ onset }, n) => onset - words[n]!.onset);
    const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
    const deviation = Math.sqrt(seconds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / seconds.length);
    expect(mean).toBeGreaterThan(3);
    expect(mean).toBeLessThan(5);
    // A sentence pause (sd 0.9 s) falls into about half of the stretches, and phrases differ in pace by a factor 1.5.
    expect(deviation / mean).toBeGreaterThan(0.25);
  });

  it("is one within a phrase, and another in the next: logarithms of pace spread by 0.4 over phrases", () => {
    const phrases: number[][] = [[]];
    for (const { text, duration } of words) {
      const letters = text.replace(/[^\p{L}\p{N}]/gu, "").length;
      phrases.at(-1)!.push(Math.log(duration / (0.155 + 0.041 * letters)));
      if (/[.?!,;:]$/.test(text)) phrases.push([]);
    }
    const long = phrases.filter((phrase) => phrase.length >= 4);
    const spread = (values: readonly number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    };
    const within = Math.sqrt(long.reduce((sum, phrase) => sum + spread(phrase) ** 2, 0) / long.length);
    const between = spread(long.map((phrase) => phrase.reduce((sum, value) => sum + value, 0) / phrase.length));
    expect(long.length).toBeGreaterThan(30);
    // sd 0.15 of single words; sd 0.4 of phrases. Standard errors of a spread: about sd / sqrt(2 n).
    expect(Math.abs(within - 0.15)).toBeLessThan(0.03);
    expect(Math.abs(between - 0.4)).toBeLessThan(0.12);
  });
});

it.each(["", " \n "])("a text of %j is refused: it holds no words", (text) => {
  const story = { ...tinyStory, text };
  expect(() => speakStory(story, 0)).toThrow(OptionError);
  expect(() => speakStory(story, 0)).toThrow('the text must hold words, got none (story "tiny").');
});
