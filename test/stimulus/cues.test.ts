import { describe, expect, it } from "vitest";
import { readTranscript, type TranscriptOptions } from "../../src/stimulus/transcript.ts";

const read = (content: unknown, path: string, options: Partial<TranscriptOptions> = {}) => {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return readTranscript(new TextEncoder().encode(text), { path, story: "s", ...options });
};
const times = (...parameters: Parameters<typeof read>) =>
  read(...parameters).words.map(({ text, onset, duration, interpolated }) => [text, onset, duration, interpolated]);
const vtt = (...cues: readonly (readonly [string, string])[]) =>
  `WEBVTT\n\n${cues.map(([time, text]) => `${time}\n${text}\n`).join("\n")}`;

describe("cues of several words", () => {
  const srt = "1\n00:00:01,000 --> 00:00:02,500\n- one two\nthree\n\n2\n00:00:04,000 --> 00:00:04,500\nfour\n";
  const refusal =
    /every word must have a time of its own, got 3 of 5 words that share one with others \(word 2, "one"\)\. Align the words with the audio, or have times spread evenly with the option cues \("interpolate"\)$/;

  it("are refused, or spread evenly over the cue and counted as interpolated (by hand)", () => {
    expect(() => read(srt, "a.srt")).toThrow(refusal);
    // Four words, the dash among them, in 1.5 s; the silence until the next cue stays one.
    expect(times(srt, "a.srt", { cues: "interpolate" })).toEqual([
      [",", 1, 0.375, false],
      ["one", 1.375, 0.375, true],
      ["two", 1.75, 0.375, true],
      ["three", 2.125, 0.375, true],
      ["four", 4, 0.5, false],
    ]);
    expect(read(srt, "a.srt", { cues: "interpolate" }).nInterpolated).toBe(3);
  });

  it("so are segments of Whisper without words, and annotations of ELAN (by hand)", () => {
    const whisper = { segments: [{ text: " one two", start: 1, end: 2 }] };
    expect(() => read(whisper, "a.json")).toThrow(/got 1 of 2 words that share one/);
    const expected = [
      ["one", 1, 0.5, false],
      ["two", 1.5, 0.5, true],
    ];
    expect(times(whisper, "a.json", { cues: "interpolate" })).toEqual(expected);
    const eaf = (words: string) =>
      `<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="2000"/></TIME_ORDER><TIER TIER_ID="text"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2"><ANNOTATION_VALUE>one two</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>${words}</ANNOTATION_DOCUMENT>`;
    expect(() => read(eaf(""), "a.eaf")).toThrow(/got 1 of 2 words that share one/);
    expect(times(eaf(""), "a.eaf", { cues: "interpolate" })).toEqual(expected);
    const divided = eaf(
      '<TIER TIER_ID="words@A"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="b" ANNOTATION_REF="a"><ANNOTATION_VALUE>one</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="c" ANNOTATION_REF="a" PREVIOUS_ANNOTATION="b"><ANNOTATION_VALUE>two</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>',
    );
    expect(() => read(divided, "a.eaf")).toThrow(/got 1 of 2 words that share one/);
    expect(times(divided, "a.eaf", { cues: "interpolate" })).toEqual(expected);
    expect(read(divided, "a.eaf", { cues: "interpolate", tier: "text" }).words).toHaveLength(2);
    expect(() => read(divided, "a.eaf", { tier: "words" })).toThrow(
      /the tier must be one of the file's tiers, got "words"\. Nearest: "words@A"/,
    );
  });
});

describe("time stamps within cues", () => {
  it("begin words and end those before; a piece without a space goes on the word (by hand)", () => {
    const text = vtt([
      "00:01.000 --> 00:05.000",
      "<v Ann>some<00:01.500><c>thing</c><00:02.000><c> else</c><00:03.000>",
    ]);
    expect(times(text, "a.vtt")).toEqual([
      ["something", 1, 1, false],
      ["else", 2, 1, false],
    ]);
    // A stamp before the first word: the cue is shown before it is heard.
    expect(times(vtt(["00:01.000 --> 00:05.000", "<00:02.000><c>a</c><00:04.000><c> b</c>"]), "a.vtt")).toEqual([
      ["a", 2, 2, false],
      ["b", 4, 1, false],
    ]);
  });

  it("several words between two stamps share a time (by hand)", () => {
    const text = vtt(["00:01.000 --> 00:03.000", "a<00:02.000><c> b c</c>"]);
    expect(() => read(text, "a.vtt")).toThrow(/got 1 of 3 words that share one with others \(word 3, "c"\)/);
    expect(times(text, "a.vtt", { cues: "interpolate" })).toEqual([
      ["a", 1, 1, false],
      ["b", 2, 0.5, false],
      ["c", 2.5, 0.5, true],
    ]);
  });

  it("rolling captions: a repeated line is no new one, a repeated word is (by hand)", () => {
    const text = vtt(
      ["00:01.000 --> 00:03.000", " \nno<00:02.000><c> no</c>"],
      ["00:03.000 --> 00:03.010", "no no\n "],
      // "no no" is shown once more above a new "no", which has no stamp, being alone.
      ["00:03.010 --> 00:04.000", "no no\nno"],
      ["00:04.000 --> 00:04.010", "no\n "],
      ["00:04.010 --> 00:05.000", "no\nno<00:04.500><c> yes</c>"],
      // After a pause the same word is said again.
      ["00:07.000 --> 00:08.000", "yes"],
      ["00:09.000 --> 00:10.000", "yes"],
    );
    expect(times(text, "a.vtt").map(([word, onset]) => [word, onset])).toEqual([
      ["no", 1],
      ["no", 2],
      ["no", 3.01],
      ["no", 4.01],
      ["yes", 4.5],
      ["yes", 7],
      ["yes", 9],
    ]);
  });

  it("without stamps nothing is taken for a repetition (by hand)", () => {
    const text = vtt(["00:01.000 --> 00:02.000", "no"], ["00:02.000 --> 00:03.000", "no"]);
    expect(times(text, "a.vtt")).toHaveLength(2);
  });
});

describe("words of Whisper", () => {
  it("that begin without a space go on the word before, where words begin with spaces (by hand)", () => {
    const words = [
      { word: " mother", start: 1, end: 1.5 },
      { word: "-in", start: 1.5, end: 1.75 },
      { word: "-law,", start: 1.75, end: 2 },
      { word: " so", start: 2, end: 3 },
    ];
    const segment = { text: " mother-in-law, so", start: 1, end: 3, words };
    expect(times({ segments: [segment] }, "a.json")).toEqual([
      ["mother-in-law,", 1, 1, false],
      ["so", 2, 1, false],
    ]);
    const bare = words.map(({ word, ...rest }) => ({ word: word.trim(), ...rest }));
    expect(times({ segments: [{ ...segment, words: bare }] }, "a.json")).toHaveLength(4);
  });

  it("are not the white space that parts them; what follows it begins a word (by hand)", () => {
    const at = (text: string, start: number) => ({ text, start, end: start + 1 });
    const bare = [at("機", 0), at(" ", 1), at("実", 2), at("際", 3)];
    expect(times({ words: bare }, "a.json").map(([text]) => text)).toEqual(["機", "実", "際"]);
    const phrases = [at("機", 0), at("が", 1), at(" 実", 2), at("際", 3), at("と", 4)];
    expect(times({ words: phrases }, "a.json").map(([text]) => text)).toEqual(["機", "が", "実", "際", "と"]);
    const spaced = [at(" so", 0), at(" ", 1), at("late", 2), at("-ly", 3), at(" or", 4), at(" now", 5)];
    expect(times({ words: spaced }, "a.json")).toEqual([
      ["so", 0, 1, false],
      ["late-ly", 2, 2, false],
      ["or", 4, 1, false],
      ["now", 5, 1, false],
    ]);
  });

  it("of a segment that could not be aligned are kept, without times (by hand)", () => {
    const segments = [
      { text: "a", start: 0, end: 1, words: [{ word: "a", start: 0, end: 1 }] },
      { text: " 12 % ", start: 1, end: 3, words: [] },
      { text: "b", start: 3, end: 4, words: [{ word: "b", start: 3, end: 4 }] },
    ];
    expect(times({ segments }, "a.json")).toEqual([
      ["a", 0, 1, false],
      ["12", 1, 1, true],
      ["%", 2, 1, true],
      ["b", 3, 1, false],
    ]);
  });
});

describe("whose file it is", () => {
  it("tiers of the Montreal Forced Aligner: the only speaker's, or the one asked for (by hand)", () => {
    const tier = (label: string) => ({ type: "interval", entries: [[0, 1, label]] });
    const one = { tiers: { "Ann - words": tier("a"), "Ann - phones": tier("AH") } };
    expect(times(one, "a.json")).toEqual([["a", 0, 1, false]]);
    const two = { tiers: { ...one.tiers, "Bob - words": tier("b") } };
    expect(() => read(two, "a.json")).toThrow(
      /exactly one interval tier must hold the words, got 0 that fit of 3 \("Ann - words", "Ann - phones", "Bob - words"\)/,
    );
    expect(times(two, "a.json", { tier: "Bob - words" })).toEqual([["b", 0, 1, false]]);
    const csv = "Begin,End,Label,Type,Speaker\n0,1,a,words,Ann\n0,1,b,words,Bob\n";
    expect(times(`\uFEFF${csv}`, "a.csv", { tier: "Bob - words" })).toEqual([["b", 0, 1, false]]);
    // MFA's words that are not in its dictionary, its silences, and noises.
    const labels = {
      tiers: { words: { type: "interval", entries: ["<unk>", "sil", "spn", ""].map((l, i) => [i, i + 1, l]) } },
    };
    expect(times(labels, "a.json").map(([text]) => text)).toEqual(["<unk>", "spn"]);
  });

  it("a point tier is no tier of words (by hand)", () => {
    const grid =
      '"ooTextFile" "TextGrid" 0 1 <exists> 2 "TextTier" "words" 0 1 1 0.5 "a" "IntervalTier" "x" 0 1 1 0 1 "b"';
    expect(times(grid, "a.TextGrid")).toEqual([["b", 0, 1, false]]);
    expect(() => read(grid, "a.TextGrid", { tier: "words" })).toThrow(
      /must be one of the file's interval tiers, got "words"/,
    );
  });

  it.each([
    [
      "{}",
      /the document must hold words \(Gentle\), segments \(Whisper\) or tiers \(Montreal Forced Aligner\), got \{\}$/,
    ],
    ["[1]", /the document must hold words .*, got \[1\]$/],
    ['{"words": {"Description": "a sidecar"}}', /must hold words .*, got \{"words":\{"Description":"a sidecar"\}\}$/],
    ['{"words": []}', /a transcript must hold words, got none\. Check the file$/],
    ["{", /the file must be JSON, got an end too early/],
  ])("JSON that is none: %s", (text, message) => {
    expect(() => read(text, "a.json")).toThrow(expect.objectContaining({ name: "FormatError" }));
    expect(() => read(text, "a.json")).toThrow(message);
  });
});
