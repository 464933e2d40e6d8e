import { describe, expect, it } from "vitest";
import { readGentleJson } from "../../src/formats/gentle-json.ts";
import { expectRefused, utf8 } from "./refused.ts";

const read = (text: string) => readGentleJson(utf8(text), { path: "align.json" });
const words = (...entries: readonly unknown[]) => JSON.stringify({ transcript: "", words: entries });
const success = { case: "success", word: "a", alignedWord: "a", start: 1, end: 2 };

describe("readGentleJson", () => {
  it("by hand: words found, not found, unknown, and heard though not in the transcript", () => {
    const text = `\uFEFF${words(
      {
        alignedWord: "this",
        case: "success",
        end: 0.75,
        endOffset: 4,
        start: 0.5,
        startOffset: 0,
        word: "This",
        phones: [{ duration: 0.25, phone: "dh_B" }],
      },
      { case: "not-found-in-audio", endOffset: 7, startOffset: 5, word: "of" },
      { alignedWord: "um", case: "not-found-in-transcript", end: 1, phones: [], start: 0.875, word: "um" },
      { alignedWord: "uh", case: "not-found-in-transcript", end: 1, start: 0.9 },
      { alignedWord: "<unk>", case: "success", end: 2.5, start: 1, word: "Ciénega" },
    )}`;
    expect(read(text)).toEqual([
      { text: "This", aligned: "this", onset: 0.5, offset: 0.75, case: "success" },
      { text: "of", aligned: "", onset: Number.NaN, offset: Number.NaN, case: "not-found-in-audio" },
      { text: "um", aligned: "um", onset: 0.875, offset: 1, case: "not-found-in-transcript" },
      { text: "uh", aligned: "uh", onset: 0.9, offset: 1, case: "not-found-in-transcript" },
      { text: "Ciénega", aligned: "<unk>", onset: 1, offset: 2.5, case: "success" },
    ]);
  });

  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    ["half a file", '{"words": [{"wo', "the file must be JSON, got an end too early. It looks truncated", 15],
    ["text that is none", '{"é": 1,}', "the file must be JSON, got otherwise. Write it anew, or correct it", 9],
    [
      "NaN for a number",
      '{"é NaN": "\\"", "words": [NaN]}',
      "JSON must hold finite numbers, got NaN. Write null where a number is missing",
      27,
    ],
    ["a list", "[]", "the document must be an object, got []", undefined],
    ["no words", '{"transcript": "a"}', "words must be an array, got nothing", undefined],
    ["words that are none", words(5), "words[0] must be an object, got 5", undefined],
    [
      "an unknown case",
      words({ ...success, case: "found" }),
      'words[0].case must be "success", "not-found-in-audio", "not-found-in-transcript", got "found"',
      undefined,
    ],
    ["no word", words({ ...success, word: undefined }), "words[0].word must be a text, got nothing", undefined],
    ["an empty word", words(success, { ...success, word: " " }), 'words[1].word must be a word, got " "', undefined],
    [
      "a word found nowhere",
      words({ ...success, end: null }),
      'words[0].end must be there (case "success"), got nothing',
      undefined,
    ],
    [
      "a word not found, with a time",
      words({ ...success, case: "not-found-in-audio" }),
      'words[0].start must not be there (case "not-found-in-audio"), got 1',
      undefined,
    ],
    [
      "a word for a time",
      words({ ...success, start: "1" }),
      'words[0].start must be seconds from 0, got "1"',
      undefined,
    ],
    [
      "a time before the audio",
      words({ ...success, start: -1 }),
      "words[0].start must be seconds from 0, got -1",
      undefined,
    ],
    [
      "an infinite time",
      '{"words":[{"case":"success","word":"a","start":1e999,"end":2}]}',
      "words[0].start must be seconds from 0, got null",
      undefined,
    ],
    [
      "an end before the start",
      words({ ...success, end: 0.5 }),
      "words[0].end must not lie before the start, 1, got 0.5",
      undefined,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    expectRefused(() => read(text), `align.json: ${message}`, byteOffset);
  });
});
