import { describe, expect, it } from "vitest";
import { readMfaCsv, readMfaJson } from "../../src/formats/mfa.ts";
import { expectRefused, utf8 } from "./refused.ts";

const readJson = (value: unknown) => readMfaJson(utf8(JSON.stringify(value)), { path: "a.json" });
const readCsv = (text: string) => readMfaCsv(utf8(text), { path: "a.csv" });
const header = "Begin,End,Label,Type,Speaker\r\n";
const words = [
  { start: 0.5, end: 0.75, text: "it's" },
  { start: 0.75, end: 1, text: "so, so" },
];
const entries = words.map(({ start, end, text }) => [start, end, text]);

describe("readMfaJson", () => {
  it("by hand: tiers by name, as the aligner writes them", () => {
    const tiers = { words: { type: "interval", entries }, beeps: { type: "point", entries: [[0.25, "beep"]] } };
    expect(readJson({ start: 0, end: 2, tiers })).toEqual([
      { name: "words", kind: "interval", intervals: words },
      { name: "beeps", kind: "point", intervals: [{ start: 0.25, end: 0.25, text: "beep" }] },
    ]);
  });

  it("by hand: tiers as a list, as praatIO writes them", () => {
    const tiers = [
      { class: "IntervalTier", name: "words", xmin: 0, xmax: 2, entries },
      { class: "TextTier", name: "beeps", xmin: 0, xmax: 2, entries: [[0.25, "beep"]] },
    ];
    expect(readJson({ xmin: 0, xmax: 2, tiers }).map(({ name, kind }) => [name, kind])).toEqual([
      ["words", "interval"],
      ["beeps", "point"],
    ]);
    expect(readJson({ tiers })[0]!.intervals).toEqual(words);
  });

  const tier = (...list: readonly unknown[]) => ({ tiers: { words: { type: "interval", entries: list } } });
  it.each([
    ["no tiers", {}, "tiers must be an object, got nothing"],
    ["a tier that is none", { tiers: { words: 1 } }, "tiers.words must be an object, got 1"],
    ["an unknown type", { tiers: { words: {} } }, 'tiers.words.type must be "interval" or "point", got nothing'],
    [
      "an unknown class",
      { tiers: [{ class: "Tier" }] },
      'tiers[0].class must be "IntervalTier" or "TextTier", got "Tier"',
    ],
    ["a tier without a name", { tiers: [{ class: "TextTier" }] }, "tiers[0].name must be a text, got nothing"],
    ["no entries", { tiers: { w: { type: "point" } } }, "tiers.w.entries must be an array, got nothing"],
    ["an entry that is none", tier("a"), 'tiers.words.entries[0] must be an array, got "a"'],
    ["a short entry", tier([1, "a"]), 'tiers.words.entries[0] must be [start, end, label], got [1,"a"]'],
    ["a text for a time", tier([0, "1", "a"]), 'tiers.words.entries[0][1] must be seconds from 0, got "1"'],
    ["no time", tier([null, 1, "a"]), "tiers.words.entries[0][0] must be seconds from 0, got nothing"],
    ["a time before the audio", tier([-1, 1, "a"]), "tiers.words.entries[0][0] must be seconds from 0, got -1"],
    ["a label that is no text", tier([0, 1, 5]), "tiers.words.entries[0][2] must be a text, got 5"],
  ])("by hand: refuses %s", (_, value, message) => {
    expectRefused(() => readJson(value), `a.json: ${message}`);
  });
});

describe("readMfaCsv", () => {
  it("by hand: a tier for each type; of several speakers, for each type of each", () => {
    const rows = '0.5,0.75,it\'s,words,Ann\r\n0.75,1,"so, so",words,Ann\r\n0.5,0.6,IH,phones,Ann\r\n';
    expect(readCsv(header + rows)).toEqual([
      { name: "words", kind: "interval", intervals: words },
      { name: "phones", kind: "interval", intervals: [{ start: 0.5, end: 0.6, text: "IH" }] },
    ]);
    const names = readCsv(`${header}${rows}2,3,no,words,Bob\r\n`).map(({ name }) => name);
    expect(names).toEqual(["Ann - words", "Ann - phones", "Bob - words"]);
    expect(readCsv(header)).toEqual([]);
  });

  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    [
      "another header",
      "Begin,End,Label\n",
      'the first line must be Begin,End,Label,Type,Speaker, got "Begin,End,Label"',
      0,
    ],
    [
      "a short row",
      `${header}0,1,a,words\n`,
      "a row must have five cells (Begin,End,Label,Type,Speaker), got 4 in line 2",
      30,
    ],
    ["a word for a time", `${header}0,x,a,words,A\n`, 'End must be seconds from 0, got "x" in line 2', 30],
    ["no time", `${header},1,a,words,A\n`, 'Begin must be seconds from 0, got "" in line 2', 30],
    ["a time before the audio", `${header}-1,1,a,words,A\n`, 'Begin must be seconds from 0, got "-1" in line 2', 30],
    ["no type", `${header}0,1,é,,A\n`, "Type must be a name, such as words, got none in line 2", 30],
    [
      "a quote that never ends",
      `${header}0,1,é,words,A\n0,1,"a,words,A\n`,
      "a quoted cell must end with a quote, then a comma or the end of the line, got otherwise in line 3",
      45,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    expectRefused(() => readCsv(text), `a.csv: ${message}`, byteOffset);
  });
});
