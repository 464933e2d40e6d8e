import { describe, expect, it } from "vitest";
import { readEaf } from "../../src/formats/eaf.ts";
import { expectRefused, utf8 } from "./refused.ts";

const read = (text: string) => readEaf(utf8(text), { path: "a.eaf" });

interface Parts {
  readonly slots?: readonly (number | string | undefined)[];
  readonly header?: string;
}

/** An ELAN document with the time slots ts1, ts2, ... (milliseconds, or none). */
function eaf(tiers: string, { slots = [0, 1000, undefined, 2500], header = "" }: Parts = {}): string {
  const order = slots.map(
    (value, i) => `<TIME_SLOT TIME_SLOT_ID="ts${i + 1}"${value === undefined ? "" : ` TIME_VALUE="${value}"`}/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER TIME_UNITS="milliseconds">${header}</HEADER><TIME_ORDER>${order.join("")}</TIME_ORDER>${tiers}</ANNOTATION_DOCUMENT>`;
}
const aligned = (id: string, from: string, to: string, value: string) =>
  `<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="${id}" TIME_SLOT_REF1="${from}" TIME_SLOT_REF2="${to}"><ANNOTATION_VALUE>${value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>`;
const refers = (id: string, to: string, value: string, previous?: string) =>
  `<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="${id}" ANNOTATION_REF="${to}"${previous === undefined ? "" : ` PREVIOUS_ANNOTATION="${previous}"`}><ANNOTATION_VALUE>${value}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>`;
const tier = (name: string, ...annotations: readonly string[]) =>
  `<TIER TIER_ID="${name}" PARTICIPANT="Ann">${annotations.join("")}</TIER>`;

describe("readEaf", () => {
  it("by hand: times of slots, slots without a time, entities, annotations without text, in order of time", () => {
    const document = eaf(
      tier(
        "words",
        aligned("a3", "ts3", "ts4", "R&amp;B"),
        aligned("a1", "ts1", "ts2", "It’s"),
        aligned("a2", "ts2", "ts3", ""),
      ),
    );
    expect(read(document)).toEqual([
      {
        name: "words",
        participant: "Ann",
        annotations: [
          { text: "R&B", start: Number.NaN, end: 2.5, isDivided: false },
          { text: "It’s", start: 0, end: 1, isDivided: false },
          { text: "", start: 1, end: Number.NaN, isDivided: false },
        ],
      },
    ]);
    const unordered = eaf(tier("words", aligned("b", "ts2", "ts4", "b"), aligned("a", "ts1", "ts2", "a")));
    expect(read(unordered)[0]!.annotations.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  it("by hand: what refers to an annotation has its time; several divide it evenly, in the order that they say", () => {
    const document = eaf(
      [
        tier("pos", refers("p", "w2", "NN")),
        tier("words", refers("w2", "u", "two", "w1"), refers("w1", "u", "one"), refers("w3", "u", "three", "w2")),
        tier("utterance", aligned("u", "ts1", "ts4", "one two three")),
        tier("gloss", refers("g", "u", "1 2 3")),
      ].join(""),
      { slots: [1000, undefined, undefined, 2500] },
    );
    const [pos, words, , gloss] = read(document);
    expect(words!.annotations).toEqual([
      { text: "one", start: 1, end: 1.5, isDivided: false },
      { text: "two", start: 1.5, end: 2, isDivided: true },
      { text: "three", start: 2, end: 2.5, isDivided: true },
    ]);
    expect(gloss!.annotations).toEqual([{ text: "1 2 3", start: 1, end: 2.5, isDivided: false }]);
    expect(pos!.annotations).toEqual([{ text: "NN", start: 1.5, end: 2, isDivided: true }]);
  });

  it("by hand: a video beside the audio may begin at another time", () => {
    const video = '<MEDIA_DESCRIPTOR MIME_TYPE="video/mp4" TIME_ORIGIN="1500"/>';
    const audio = '<MEDIA_DESCRIPTOR MIME_TYPE="audio/x-wav"/>';
    expect(read(eaf("", { header: video + audio }))).toEqual([]);
    expect(() => read(eaf("", { header: video }))).toThrow(/TIME_ORIGIN must be 0/);
  });

  const offset = (text: string, part: string) => utf8(text.slice(0, text.indexOf(part))).length;
  const word = tier("words", aligned("a1", "ts1", "ts2", "é"));
  it.each([
    ["another document", "<a/>", "the root must be <ANNOTATION_DOCUMENT>, got <a>", "<a/>"],
    [
      "other units",
      eaf(word).replace("milliseconds", "PAL-frames"),
      'TIME_UNITS must be milliseconds, got "PAL-frames". Save the file with ELAN',
      "<HEADER",
    ],
    [
      "media that begins later",
      eaf(word, { header: '<MEDIA_DESCRIPTOR TIME_ORIGIN="1500"/>' }),
      `TIME_ORIGIN must be 0, so that times are those of the audio, got "1500". Reset the offset in ELAN's media synchronisation`,
      "<MEDIA",
    ],
    [
      "half a millisecond",
      eaf(word, { slots: [0.5] }),
      'TIME_VALUE must be whole milliseconds from 0, got "0.5"',
      "<TIME_SLOT ",
    ],
    [
      "a time before the audio",
      eaf(word, { slots: [-1] }),
      'TIME_VALUE must be whole milliseconds from 0, got "-1"',
      "<TIME_SLOT ",
    ],
    [
      "a slot without an id",
      eaf(word).replace("TIME_SLOT_ID=", "ID="),
      "<TIME_SLOT> must have the attribute TIME_SLOT_ID, got none",
      "<TIME_SLOT ",
    ],
    [
      "two slots of one id, of which one time would be lost",
      eaf(word, { slots: [0, 1000] }).replace('"ts2" TIME', '"ts1" TIME'),
      'time slots must have different ids, got "ts1" twice',
      '<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"',
    ],
    [
      "a slot that is not there",
      eaf(tier("w", aligned("a", "ts1", "ts9", "é"))),
      'TIME_SLOT_REF2 must be the id of a time slot, got "ts9"',
      "<ALIGNABLE",
    ],
    [
      "an annotation that is none",
      eaf(tier("w", "<ANNOTATION/>")),
      "<ANNOTATION> must hold one <ALIGNABLE_ANNOTATION> or <REF_ANNOTATION>, got none",
      "<ANNOTATION/>",
    ],
    [
      "an annotation without an id",
      eaf(word).replace("ANNOTATION_ID", "ID"),
      "<ALIGNABLE_ANNOTATION> must have the attribute ANNOTATION_ID, got none",
      "<ALIGNABLE",
    ],
    [
      "two of one id",
      eaf(word + tier("w", aligned("a1", "ts1", "ts2", "b"))),
      'annotations must have different ids, got "a1" twice',
      '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>b',
    ],
    [
      "a tier without a name",
      eaf(word).replace("TIER_ID", "ID"),
      "<TIER> must have the attribute TIER_ID, got none",
      "<TIER",
    ],
    [
      "a reference to nothing",
      eaf(tier("w", refers("a", "b", "é"))),
      'ANNOTATION_REF must be the id of an annotation, got "b"',
      "<REF",
    ],
    [
      "references in a circle",
      eaf(tier("w", refers("a", "b", "é"), refers("b", "a", "b"))),
      'ANNOTATION_REF must not lead in a circle, got "a"',
      "<REF",
    ],
    [
      "annotations that divide one without an order",
      eaf(word + tier("w", refers("b", "a1", "b"), refers("c", "a1", "c"))),
      'annotations that divide one must follow each other by PREVIOUS_ANNOTATION, got 1 in a row of 2 (parent "a1")',
      "<REF",
    ],
    [
      "annotations that follow each other in a circle",
      eaf(word + tier("w", refers("b", "a1", "b", "c"), refers("c", "a1", "c", "b"))),
      'annotations that divide one must follow each other by PREVIOUS_ANNOTATION, got 0 in a row of 2 (parent "a1")',
      "<REF",
    ],
  ])("by hand: refuses %s", (_, text, message, at) => {
    expectRefused(() => read(text), `a.eaf: ${message}`, offset(text, at));
  });
});
