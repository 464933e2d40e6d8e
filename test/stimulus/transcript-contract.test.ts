import { describe, expect, it } from "vitest";
import { FormatError, NotFoundError, OptionError } from "../../src/errors.ts";
import { transcriptPicture } from "../../src/report/transcript-picture.ts";
import { formatTranscriptReport } from "../../src/report/transcript-text.ts";
import { readRawTranscript, readTranscript } from "../../src/stimulus/transcript.ts";
import { checkTranscript } from "../../src/stimulus/transcript-report.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";
import * as write from "./write-transcript.ts";

// One story of twelve words, in three phrases with silence between; in formats that can say so, "café," has no time.
// Its neighbours begin at 3 and 4 s, and words last 0.6 s and more on average: it gets 3.5 to 4 s in either case.
const timed: write.Phrases = [
  [
    { text: "It’s", onset: 0.5, offset: 0.9004 },
    { text: "the", onset: 0.9004, offset: 1.25 },
    { text: "the", onset: 1.25, offset: 2 },
    { text: "naïve—", onset: 2, offset: 2.75 },
  ],
  [
    { text: "don't", onset: 3, offset: 3.5 },
    { text: "café,", onset: 3.5, offset: 4 },
    { text: "R&B", onset: 4, offset: 5.1236 },
    { text: "naïve", onset: 5.1236, offset: 5.5 },
  ],
  [
    { text: '"no."', onset: 7, offset: 7.5 },
    { text: "日本", onset: 7.5, offset: 8.25 },
    { text: "o'clock", onset: 8.25, offset: 9 },
    { text: "end…", onset: 9, offset: 10 },
  ],
];
const missing = timed.map((phrase) => phrase.map((word) => (word.text === "café," ? { text: word.text } : word)));

/** By hand: as `cleanWord` leaves them. */
const texts = ["It’s", "the", "the", "naïve,", "don't", "café,", "R&B", "naïve", '"no."', "日本", "o'clock", "end."];
const onsets = [0.5, 0.9004, 1.25, 2, 3, 3.5, 4, 5.1236, 7, 7.5, 8.25, 9];
const offsets = [0.9004, 1.25, 2, 2.75, 3.5, 4, 5.1236, 5.5, 7.5, 8.25, 9, 10];

const exact = 1e-12;
/** Subtitles and ELAN hold whole milliseconds: half of one may be lost. */
const milliseconds = 0.0005 + exact;

interface Case {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** Seconds that the format's own resolution may change a time by. */
  readonly resolution: number;
  readonly canMiss: boolean;
}

const cases: readonly Case[] = [
  { name: "Gentle, CSV", path: "align.csv", text: write.gentleCsv(missing.flat()), resolution: exact, canMiss: true },
  {
    name: "Gentle, JSON",
    path: "align.json",
    text: write.gentleJson(missing.flat()),
    resolution: exact,
    canMiss: true,
  },
  { name: "table", path: "s_words.tsv", text: write.tsv(missing.flat()), resolution: exact, canMiss: true },
  { name: "WhisperX", path: "s.json", text: write.whisperX(missing), resolution: exact, canMiss: true },
  { name: "Whisper", path: "s.json", text: write.whisper(timed), resolution: exact, canMiss: false },
  {
    name: "TextGrid, long",
    path: "s.TextGrid",
    text: write.textGrid(timed.flat(), false),
    resolution: exact,
    canMiss: false,
  },
  {
    name: "TextGrid, short",
    path: "s.textgrid",
    text: write.textGrid(timed.flat(), true),
    resolution: exact,
    canMiss: false,
  },
  {
    name: "Montreal Forced Aligner, JSON",
    path: "s.json",
    text: write.mfaJson(timed.flat()),
    resolution: exact,
    canMiss: false,
  },
  {
    name: "Montreal Forced Aligner, CSV",
    path: "s.csv",
    text: write.mfaCsv(timed.flat()),
    resolution: exact,
    canMiss: false,
  },
  { name: "SubRip", path: "s.srt", text: write.srt(timed.flat()), resolution: milliseconds, canMiss: false },
  { name: "WebVTT", path: "s.vtt", text: write.vtt(timed.flat()), resolution: milliseconds, canMiss: false },
  { name: "WebVTT, rolling", path: "s.vtt", text: write.rollingVtt(timed), resolution: milliseconds, canMiss: false },
  { name: "ELAN", path: "s.eaf", text: write.eaf(missing.flat()), resolution: milliseconds, canMiss: true },
];

describe.each(cases)("the same story as $name", ({ path, text, resolution, canMiss }) => {
  const bytes = new TextEncoder().encode(text);
  const { words, nInterpolated, ...rest } = readTranscript(bytes, { path, story: "s" });

  it("has the same words (by hand)", () => {
    expect(rest).toEqual({ path, story: "s" });
    expect(words.map((word) => word.text)).toEqual(texts);
  });

  it("has the same onsets and durations, within its resolution (by hand)", () => {
    words.forEach((word, n) => {
      expect(Math.abs(word.onset - onsets[n]!)).toBeLessThanOrEqual(resolution);
      // A duration is the difference of two times.
      expect(Math.abs(word.duration - (offsets[n]! - onsets[n]!))).toBeLessThanOrEqual(2 * resolution);
    });
  });

  it("says which word had no time, where the format can (by hand)", () => {
    expect(nInterpolated).toBe(canMiss ? 1 : 0);
    expect(words.map((word) => word.interpolated)).toEqual(texts.map((word) => canMiss && word === "café,"));
  });

  it("looks the same, rows raw, and there is nothing to refuse (agreement)", () => {
    const raw = readRawTranscript(bytes, { path, story: "s" });
    expect(raw.issues).toEqual([]);
    expect(raw.rows).toHaveLength(12);
    expect(raw.rows.filter((row) => Number.isNaN(row.onset)).map((row) => row.text)).toEqual(canMiss ? ["café,"] : []);
  });

  it("damaged, it is reported and drawn, or refused by one of our errors (identity)", async () => {
    await expectOnlyFormatErrors(
      [bytes],
      (damaged) => {
        try {
          const report = checkTranscript(readRawTranscript(damaged, { path, story: "s", cues: "interpolate" }));
          expect(JSON.parse(JSON.stringify(report))).toEqual(report);
          const drawn = [...formatTranscriptReport(report), transcriptPicture(report)].join("\n");
          return expect(drawn).not.toMatch(/undefined|"[^"]*(?:NaN|Infinity)[^"]*"\/?>/);
        } catch (error) {
          // A tier or a column of another name is not there.
          if (error instanceof OptionError || error instanceof NotFoundError)
            throw new FormatError(path, error.message);
          throw error;
        }
      },
      1000,
    );
  });
});
