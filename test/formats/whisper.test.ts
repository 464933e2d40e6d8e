import { describe, expect, it } from "vitest";
import { readWhisper } from "../../src/formats/whisper.ts";
import { expectRefused, utf8 } from "./refused.ts";

const read = (value: unknown) => readWhisper(utf8(JSON.stringify(value)), { path: "w.json" });
const none = { score: Number.NaN, speaker: undefined };

describe("readWhisper", () => {
  it("by hand: WhisperX, with a number that has no time, and a segment that could not be aligned", () => {
    const words = [{ word: "In", start: 0.1, end: 0.25, score: 0.5, speaker: "SPEAKER_00" }, { word: "1999," }];
    const segments = [
      { start: 0.1, end: 1, text: " In 1999,", words },
      { start: 1, end: 2, text: "♪", words: [], chars: null },
    ];
    expect(read({ segments, word_segments: words, language: "en" })).toEqual([
      {
        text: " In 1999,",
        start: 0.1,
        end: 1,
        words: [
          { text: "In", onset: 0.1, offset: 0.25, score: 0.5, speaker: "SPEAKER_00" },
          { text: "1999,", onset: Number.NaN, offset: Number.NaN, ...none },
        ],
      },
      { text: "♪", start: 1, end: 2, words: [] },
    ]);
  });

  it("by hand: OpenAI's words begin with spaces; faster-whisper's list; whisper-timestamped's keys", () => {
    const openai = [
      { id: 0, text: " So,", start: 0, end: 1, words: [{ word: " So,", start: 0, end: 0.5, probability: 0.9 }] },
    ];
    expect(read({ text: " So,", segments: openai })[0]!.words).toEqual([
      { text: " So,", onset: 0, offset: 0.5, score: 0.9, speaker: undefined },
    ]);
    expect(read([{ id: 1, text: "So", start: 0, end: 1, words: null }])).toEqual([
      { text: "So", start: 0, end: 1, words: undefined },
    ]);
    const timestamped = { text: "So", start: 0, end: 1, words: [{ text: "So", start: 0, end: 1, confidence: 0.25 }] };
    expect(read({ segments: [timestamped] })[0]!.words![0]).toEqual({
      text: "So",
      onset: 0,
      offset: 1,
      score: 0.25,
      speaker: undefined,
    });
  });

  it("by hand: white space alone parts words, in Japanese", () => {
    const words = [{ text: "機" }, { text: " " }, { text: "実" }];
    const blank = (text: string) => ({ text, onset: Number.NaN, offset: Number.NaN, ...none });
    expect(read({ words })[0]).toMatchObject({ text: "機 実", words: ["機", " ", "実"].map(blank) });
  });

  it("by hand: words beside segments that have none, and words alone", () => {
    const words = [
      { word: "a", start: 0, end: 1 },
      { word: "b", start: 1, end: 2 },
    ];
    const expected = [
      {
        text: "a b",
        start: Number.NaN,
        end: Number.NaN,
        words: [
          { text: "a", onset: 0, offset: 1, ...none },
          { text: "b", onset: 1, offset: 2, ...none },
        ],
      },
    ];
    expect(read({ segments: [{ text: "A b.", start: 0, end: 2 }], words })).toEqual(expected);
    expect(read({ words })).toEqual(expected);
    expect(read({ word_segments: words })).toEqual(expected);
  });

  it.each([
    ["an object without either", { text: "a" }, "segments must be there, or words, got nothing"],
    ["a number", 5, "the document must be an object, got 5"],
    ["segments that are none", { segments: "a" }, 'segments must be an array, got "a"'],
    ["a segment that is none", { segments: [null] }, "segments[0] must be an object, got nothing"],
    ["a segment without text", { segments: [{ start: 0 }] }, "segments[0].text must be a text, got nothing"],
    ["a start that is none", [{ text: "a", start: "0" }], '[0].start must be seconds from 0, got "0"'],
    ["words that are none", [{ text: "a", words: 1 }], "[0].words must be an array, got 1"],
    ["a word without text", { words: [{ start: 0 }] }, "words[0].word must be a text, got nothing"],
    ["an empty word", { words: [{ word: "" }] }, 'words[0].word must be a word, got ""'],
    [
      "a time before the audio",
      { segments: [{ text: "a", words: [{ word: "a", start: -0.5 }] }] },
      "segments[0].words[0].start must be seconds from 0, got -0.5",
    ],
    ["an end that is none", { words: [{ word: "a", end: [] }] }, "words[0].end must be seconds from 0, got []"],
  ])("by hand: refuses %s", (_, value, message) => {
    expectRefused(() => read(value), `w.json: ${message}`);
  });

  it("by hand: refuses NaN, which Python writes", () => {
    expectRefused(
      () => readWhisper(utf8('{"segments": [{"text": "a", "start": NaN}]}')),
      "whisper.json: JSON must hold finite numbers, got NaN. Write null where a number is missing",
      37,
    );
  });
});
