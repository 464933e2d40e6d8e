import { describe, expect, it } from "vitest";
import { parseXml, type XmlElement } from "../../src/formats/xml.ts";
import { formatClock } from "../../src/report/numbers.ts";
import { transcriptPicture } from "../../src/report/transcript-picture.ts";
import { formatTranscriptReport } from "../../src/report/transcript-text.ts";
import { readRawTranscript } from "../../src/stimulus/transcript.ts";
import { checkTranscript } from "../../src/stimulus/transcript-report.ts";

const check = (rows: readonly string[], story = "a <b>", options: Parameters<typeof checkTranscript>[1] = {}) => {
  const bytes = new TextEncoder().encode(`onset\tduration\tword\n${rows.map((row) => `${row}\n`).join("")}`);
  return checkTranscript(readRawTranscript(bytes, { path: "s.tsv", story }), options);
};
const elements = (svg: string): XmlElement[] => {
  const all = [parseXml(new TextEncoder().encode(svg), "svg")];
  for (const element of all) all.push(...element.children);
  return all;
};

describe("formatClock", () => {
  it.each([
    [0, 0, "0:00"],
    [65.25, 2, "1:05.25"],
    [59.999, 2, "1:00.00"],
    [3723.4, 0, "1:02:03"],
    [-1.5, 1, "−0:01.5"],
    [-0.001, 2, "0:00.00"],
    [Number.NaN, 0, "n/a"],
  ])("%d s with %d decimals (by hand)", (seconds, decimals, text) => {
    expect(formatClock(seconds, decimals)).toBe(text);
  });
});

describe("formatTranscriptReport", () => {
  it("lists issues by kind, errors first, each kind with its remedy (by hand)", () => {
    const rows = ["0\t0.5\t<unk>", "1\t0.5\t[b]", "2\t-1\tc", "3\t0.5\t<unk>", "4\t0.5\t<unk>", "62\t0.5\tx\u0007"];
    expect(formatTranscriptReport(check(rows, "pieman"), { mostOfKind: 2 })).toEqual([
      "pieman: 6 words, 0:00.00 to 1:02.50 (table, s.tsv)",
      "0.10 words a second, every word has a time, 1 silence over 5 s",
      "It cannot be used so: 1 error, 6 warnings",
      "",
      'error    0:02.00  a word must end after its onset (2 s), got 1 s (word 3, "c")',
      "                  Correct its times",
      "",
      'warning  0:00.00  a word must be written, not marked as unknown, got "<unk>" (word 1)',
      'warning  0:03.00  a word must be written, not marked as unknown, got "<unk>" (word 4)',
      "                  and 1 more",
      "                  Write the word that is said there: the model reads the mark as it stands",
      "",
      'warning  0:01.00  a word must be said, not describe a sound, got "[b]" (word 2)',
      "                  Remove the row where nobody says it",
      "",
      "warning  0:04.50  speech should not pause for more than 30 s, got 57.5 s (after word 5)",
      "                  Look whether words are missing there",
      "",
      'warning  1:02.00  text must be decoded as it was written, got "x\\u0007" (word 6)',
      "                  Write the file anew in UTF-8",
      "",
      "note     0:04.50  1 silence longer than 5 s, the longest 57.5 s (after word 5)",
      "                  Nothing need be done where nobody speaks",
    ]);
  });

  it("of a good transcript, and of one without times (by hand)", () => {
    expect(formatTranscriptReport(check(["0\t1\ta", "1\t1\tb"], "s"))).toEqual([
      "s: 2 words, 0:00.00 to 0:02.00 (table, s.tsv)",
      "1.00 words a second, every word has a time, no silence over 5 s",
      "It can be used",
    ]);
    expect(formatTranscriptReport(check(["n/a\tn/a\ta"], "s"))).toEqual([
      "s: 1 word, no times (table, s.tsv)",
      "1 word without a time, no silence over 5 s",
      "It cannot be used so: 1 error, no warnings",
      "",
      "error      at least two words must have a time, got 0 of 1",
      "           Align the transcript with the audio",
    ]);
  });
});

describe("transcriptPicture", () => {
  it("even speech is a level line to its end: windows that reach past the last word are not drawn (by hand)", () => {
    // A word a second for a minute: windows of 10 s from 0, 5, ... 45 s end before 59.5 s.
    const rows = Array.from({ length: 60 }, (_, i) => `${i}\t0.5\tw${i}`);
    const line = elements(transcriptPicture(check(rows))).find(({ name }) => name === "polyline")!;
    const heights = line.attributes
      .get("points")!
      .split(" ")
      .map((point) => point.split(",")[1]);
    expect(heights).toHaveLength(10);
    expect(new Set(heights).size).toBe(1);
  });

  const rows = ["0\t0.5\ta", "n/a\tn/a\tb", "1\t0.5\t[c]", "20\t0.5\td", "19\t0.5\te & f"];
  const svg = transcriptPicture(check(rows, "a <b>", { audioDuration: 40 }));

  it("is a document by itself: well-formed, with a title, no links, scripts or styles from elsewhere (by hand)", () => {
    const [root, ...others] = elements(svg);
    expect([root!.name, root!.attributes.get("xmlns")]).toEqual(["svg", "http://www.w3.org/2000/svg"]);
    expect(svg).toContain("<title>a &#60;b&#62;</title>");
    expect(
      others.map(({ name }) => name).filter((name) => ["script", "image", "use", "a", "style"].includes(name)),
    ).toEqual([]);
    expect(svg.match(/https?:[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
  });

  it("has a mark for each silence, stretch, warning and error, at its place in time (by hand)", () => {
    const all = elements(svg);
    // Seconds 0 to 40 lie between 212 and 964.
    const at = (time: number) => 212 + (time / 40) * 752;
    const bars = all.filter(({ name, attributes }) => name === "rect" && attributes.get("width") !== "1000");
    // The silence behind the curve and in its lane, from 1.5 s to 20 s; the word without a time, from 0.5 s to 1 s.
    expect(bars.map(({ attributes }) => Number(attributes.get("x")))).toEqual([at(1.5), at(1.5), at(0.5)]);
    expect(Number(bars[0]!.attributes.get("width"))).toBeCloseTo(at(20) - at(1.5), 2);
    const points = all.filter(({ name }) => name === "path").map(({ attributes }) => attributes.get("d")!);
    expect(points.map((d) => Number(/^M([\d.]+)/.exec(d)![1]) + 6)).toEqual([at(0.5), at(1), at(19), at(19)]);
    expect(svg).toContain("e &#38; f");
  });

  it("has the run from its first volume to the end of its last, where it was given, as a bar between two lines (by hand)", () => {
    // 30 volumes of 2 s, the audio from 12 s on: in seconds of the audio from -12 to 48. The time axis takes all: 60 s from 212 to 964.
    const run = { audioDuration: 40, audioStart: 12, nVolumes: 30, repetitionTime: 2 };
    const report = check(["0\t0.5\ta", "1\t0.5\tb", "2\t0.5\tc"], "s", run);
    expect(report.run).toEqual({ start: -12, end: 48 });
    const all = elements(transcriptPicture(report));
    const number = ({ attributes }: XmlElement, name: string) => Number(attributes.get(name));
    const dashed = all.filter(({ attributes }) => attributes.get("stroke-dasharray") === "7,4");
    expect(dashed.map((line) => [number(line, "x1"), number(line, "x2")])).toEqual([
      [212, 212],
      [964, 964],
    ]);
    // The lines reach over the curve and all lanes, as that of the end of the audio does.
    const audio = all.find(({ attributes }) => attributes.get("stroke-dasharray") === "2,3")!;
    for (const line of dashed) {
      expect([number(line, "y1"), number(line, "y2")]).toEqual([number(audio, "y1"), number(audio, "y2")]);
    }
    expect(number(audio, "x1")).toBeCloseTo(212 + (52 / 60) * 752, 2);
    const bars = all.filter(({ name, attributes }) => name === "rect" && attributes.get("fill") === "#2f7d4f");
    expect(bars.map((bar) => [number(bar, "x"), number(bar, "width")])).toEqual([[212, 752]]);
    // A run that ends before the story does is drawn where it ends.
    const short = check(["0\t0.5\ta", "99\t1\tb"], "s", { nVolumes: 20, repetitionTime: 2 });
    const ends = elements(transcriptPicture(short)).filter(
      ({ attributes }) => attributes.get("stroke-dasharray") === "7,4",
    );
    expect(ends.map((line) => number(line, "x1"))).toEqual([212, 212 + 0.4 * 752]);
    expect(transcriptPicture(check(["0\t0.5\ta", "1\t0.5\tb"]))).not.toContain("the run");
  });

  it("writes characters out that turn or break what is shown (by hand)", () => {
    const drawn = transcriptPicture(check(["0\t0.5\ta", "20\t0.5\t\u202e[\u001b]"], "\u001b[31m"));
    expect(drawn).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
    expect(drawn).toContain(String.raw`\u001b[31m`);
  });

  it.each([
    ["no words", []],
    ["no times", ["n/a\tn/a\ta"]],
    ["times of another unit", ["0\t1\ta", "1e15\t1\tb", "2e15\t1\tc"]],
    ["one word", ["5\t1\ta"]],
    ["infinite times", ["inf\t1\ta", "n/a\tn/a\tb", "-1e308\t1\tc", "n/a\tn/a\td", "1e308\t1\t<unk>"]],
    ["times before the audio", ["-5\t1\ta", "-3\t1\tb"]],
  ])("of %s is drawn as well", (_, of) => {
    const drawn = transcriptPicture(check(of));
    expect(() => elements(drawn)).not.toThrow();
    expect(drawn).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(drawn.length).toBeLessThan(10_000);
  });
});
