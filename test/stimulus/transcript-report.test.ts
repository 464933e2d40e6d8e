import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { readGentle } from "../../src/formats/gentle.ts";
import type { CheckTranscriptOptions } from "../../src/stimulus/place-issues.ts";
import { readRawTranscript, readTranscript } from "../../src/stimulus/transcript.ts";
import { checkTranscript } from "../../src/stimulus/transcript-report.ts";
import { describeWithShared, shared, sharedNames } from "../support/shared.ts";

type Row = readonly [text: string, onset?: number, offset?: number];

/** A transcript of these rows; words without a time have none. */
const raw = (rows: readonly Row[]) => {
  const lines = rows.map(([text, onset, offset]) =>
    onset === undefined ? `n/a\tn/a\t${text}` : `${onset}\t${offset === undefined ? "n/a" : offset - onset}\t${text}`,
  );
  const bytes = new TextEncoder().encode(`onset\tduration\tword\n${lines.join("\n")}\n`);
  return readRawTranscript(bytes, { path: "s.tsv", story: "s" });
};
const check = (rows: readonly Row[], options: CheckTranscriptOptions = {}) => checkTranscript(raw(rows), options);
const found = (...parameters: Parameters<typeof check>) =>
  check(...parameters).issues.map(({ severity, code, word, time, message }) => [severity, code, word, time, message]);
const kinds = (...parameters: Parameters<typeof check>) => check(...parameters).issues.map(({ code }) => code);

/** Words of half a second, one after the other, from some second on. */
const speech = (n: number, from = 0, step = 0.5): Row[] =>
  Array.from({ length: n }, (_, i) => ["la", from + i * step, from + (i + 1) * step]);

describe("checkTranscript", () => {
  it("of a story without anything odd has nothing to say (by hand)", () => {
    expect(check(speech(40, 1), { audioDuration: 25, audioStart: 3, repetitionTime: 2, nVolumes: 20 })).toEqual({
      story: "s",
      path: "s.tsv",
      format: "table",
      nWords: 40,
      nUntimed: 0,
      start: 1,
      end: 21,
      audioDuration: 25,
      rate: 2,
      nErrors: 0,
      nWarnings: 0,
      issues: [],
      silences: [],
      untimed: [],
      // 20 volumes of 2 s, the first 3 s before the audio.
      run: { start: -3, end: 37 },
      // 20 words in ten seconds; 40 words from 1 s on, the last at 20.5 s: 30 are left at 6, 20 at 11, 10 at 16 s.
      rates: [
        { start: 1, end: 11, rate: 2 },
        { start: 6, end: 16, rate: 2 },
        { start: 11, end: 21, rate: 2 },
        { start: 16, end: 26, rate: 1 },
      ],
    });
  });

  it.each<readonly [string, readonly Row[], CheckTranscriptOptions, readonly unknown[]]>([
    [
      "words without a time",
      [["a", 0, 0.5], ["b"], ["c"], ["d", 2, 2.5], ["e"], ...speech(46, 3)],
      {},
      [
        [
          "note",
          "without-time",
          1,
          0.5,
          "every word should have a time, got 3 of 51 without (5.9 %), at most 2 in a row (2 within 1.5 s from word 2 on)",
        ],
      ],
    ],
    [
      "many words without a time",
      [["a", 0, 0.5], ["b"], ["c", 2, 2.5]],
      {},
      [
        [
          "warning",
          "without-time",
          1,
          0.5,
          "every word should have a time, got 1 of 3 without (33.3 %), at most 1 in a row (1 within 1.5 s from word 2 on)",
        ],
      ],
    ],
    [
      "words without a time that have no room",
      [...speech(20), ["a"], ["b"], ["c"], ...speech(20, 10.125)],
      {},
      [
        [
          "note",
          "without-time",
          20,
          10,
          "every word should have a time, got 3 of 43 without (7.0 %), at most 3 in a row (3 within 0.13 s from word 21 on)",
        ],
        [
          "warning",
          "squeezed-words",
          20,
          10,
          "words without a time should have enough time between their neighbours, got 0.13 s for 3 (from word 21 on)",
        ],
      ],
    ],
    [
      "no times",
      [["a"], ["b", 1, 2]],
      {},
      [["error", "no-times", undefined, undefined, "at least two words must have a time, got 1 of 2"]],
    ],
    [
      "what readTranscript refuses",
      [
        ["a", 3, 4],
        [" ", 4, 4.5],
        ["b", 2, 1.5],
      ],
      {},
      [
        ["error", "ends-before-onset", 2, 2, 'a word must end after its onset (2 s), got 1.5 s (word 3, "b")'],
        ["error", "decreasing-onset", 2, 2, 'onsets must not decrease, got 2 s after 4 s (word 3, "b")'],
        ["error", "no-text", 1, 4, "every word must have text, got none (word 2)"],
      ],
    ],
    [
      "words too long and too short",
      [
        ["a", 0, 3.25],
        ["b", 4, 4.005],
        ["c", 5, 5.009999],
        ["d", 6, 6],
      ],
      {},
      [
        ["warning", "long-word", 0, 0, 'a word should last at most 3 s, got 3.25 s (word 1, "a")'],
        ["warning", "short-word", 1, 4, 'a word should last at least 0.01 s, got 0.005 s (word 2, "b")'],
        ["warning", "short-word", 3, 6, 'a word should last at least 0.01 s, got 0 s (word 4, "d")'],
      ],
    ],
    [
      "words that overlap, and words that begin together",
      [["a", 0, 1.02], ["b", 1, 2.5], ["c", 2.25, 3], ["d", 2.25, 3], ["e"], ["f", 2.9, 3.5], ...speech(10, 4)],
      {},
      [
        [
          "warning",
          "overlap",
          2,
          2.25,
          'a word should begin after the end of the one before, got 0.25 s of overlap (word 3, "c")',
        ],
        ["warning", "same-onset", 3, 2.25, 'words should begin one after the other, got two at 2.25 s (word 4, "d")'],
        [
          "note",
          "without-time",
          4,
          2.9,
          "every word should have a time, got 1 of 16 without (6.3 %), at most 1 in a row (1 within 0 s from word 5 on)",
        ],
        [
          "warning",
          "overlap",
          5,
          2.9,
          'a word should begin after the end of the one before, got 0.1 s of overlap (word 6, "f")',
        ],
      ],
    ],
    [
      "silences",
      [...speech(20), ...speech(20, 15.5), ...speech(20, 56)],
      {},
      [
        ["note", "silence", 39, 25.5, "2 silences longer than 5 s, the longest 30.5 s (after word 40)"],
        ["warning", "long-silence", 39, 25.5, "speech should not pause for more than 30 s, got 30.5 s (after word 40)"],
      ],
    ],
    [
      "words at either end that a silence parts from the rest",
      [["a", 0, 0.5], ...speech(30, 8), ...speech(3, 32)],
      {},
      [
        [
          "warning",
          "edge-words",
          0,
          0.5,
          "the words at either end should be near the others, got 7.5 s of silence between the first word and the rest",
        ],
        ["note", "silence", 30, 23, "2 silences longer than 5 s, the longest 9 s (after word 31)"],
        [
          "warning",
          "edge-words",
          30,
          23,
          "the words at either end should be near the others, got 9 s of silence between the last 3 words and the rest",
        ],
      ],
    ],
    [
      "speech that is too fast",
      [...speech(40), ...speech(160, 20, 0.125), ...speech(40, 40)],
      {},
      [
        [
          "warning",
          "fast-speech",
          40,
          20,
          "people should say at most 7 words a second for 10 s, got 8.0 between 20 s and 40 s",
        ],
      ],
    ],
    [
      "stories that are too slow, and too fast",
      speech(20, 0, 2.5),
      {},
      [["warning", "story-rate", undefined, undefined, "a story should have 0.5 to 5 words a second, got 0.40"]],
    ],
    [
      "milliseconds",
      speech(30).map(([text, onset, offset]): Row => [text, onset! * 1000, offset! * 1000]),
      {},
      [["error", "unit", undefined, undefined, "times must be seconds, got a median of 500 from word to word"]],
    ],
    [
      "durations in milliseconds",
      [
        ["a", 0, 250],
        ["b", 1, 251],
        ["c", 2, 252],
      ],
      {},
      [["error", "unit", undefined, undefined, "times must be seconds, got a median of 250 for a word"]],
    ],
    [
      "minutes",
      Array.from({ length: 25 }, (_, i): Row => ["la", i / 128]),
      {},
      [["error", "unit", undefined, undefined, "times must be seconds, got a median of 0.0078125 from word to word"]],
    ],
    [
      "words beyond the audio",
      [...speech(20), ["a", 12, 13], ["b", 13, 14]],
      { audioDuration: 11.5 },
      [
        [
          "error",
          "after-audio",
          20,
          12,
          'words must begin before the audio ends (11.5 s), got 2 after (word 21, "a", 12 s)',
        ],
      ],
    ],
    [
      "words without a time that are counted on beyond the audio",
      [...speech(20), ["a"], ["b"]],
      { audioDuration: 10.1 },
      [
        [
          "note",
          "without-time",
          20,
          10,
          "every word should have a time, got 2 of 22 without (9.1 %), at most 2 in a row (2 within 0.5 s from word 21 on)",
        ],
        [
          "warning",
          "after-audio",
          21,
          10.5,
          'words must begin before the audio ends (10.1 s), got 1 after (word 22, "b", 10.5 s)',
        ],
      ],
    ],
    [
      "a word that outlasts the audio",
      speech(20),
      { audioDuration: 9.75 },
      [["warning", "outlasts-audio", undefined, 10, "words must end before the audio does (9.75 s), got 10 s"]],
    ],
    [
      "audio without its end",
      speech(20),
      { audioDuration: 40.5 },
      [
        [
          "warning",
          "missing-end",
          undefined,
          10,
          "the last word should end near the end of the audio (40.5 s), got 10 s",
        ],
      ],
    ],
    [
      "words before the audio",
      speech(20, -1),
      {},
      [
        [
          "warning",
          "before-audio",
          0,
          -1,
          'words must begin at 0 s of the audio or later, got 2 before (word 1, "la", -1 s)',
        ],
      ],
    ],
    [
      "words outside of the run, at its borders",
      [
        ["a", 0.9, 1],
        ["b", 1, 1.5],
        ["c", 1.5, 2],
        ["d", 4.5, 5],
        ["e", 5, 5.5],
      ],
      { audioStart: -1, nVolumes: 2, repetitionTime: 2 },
      [
        [
          "warning",
          "outside-run",
          0,
          0.9,
          "words must begin within the run (0 to 4 s, the audio from -1 s), got 1 before and 1 after",
        ],
      ],
    ],
    [
      "all words outside of the run",
      speech(3, 10),
      { runDuration: 10 },
      [
        [
          "error",
          "outside-run",
          0,
          10,
          "words must begin within the run (0 to 10 s, the audio from 0 s), got 0 before and 3 after",
        ],
      ],
    ],
    [
      "odd texts",
      [
        "[laughter]",
        "(sighs)",
        "<unk>",
        "SPN",
        "ANN:",
        "Speaker 2",
        "of course",
        "donâ€™t",
        "—",
        "1999",
        "№5",
        "слово",
        "It:",
        "O'Hara",
        "Mr.",
        "so:",
      ].map((text, i): Row => [text, i, i + 0.5]),
      {},
      [
        ["warning", "markup", 0, 0, 'a word must be said, not describe a sound, got "[laughter]" (word 1)'],
        ["warning", "markup", 1, 1, 'a word must be said, not describe a sound, got "(sighs)" (word 2)'],
        ["warning", "unknown-word", 2, 2, 'a word must be written, not marked as unknown, got "<unk>" (word 3)'],
        ["warning", "unknown-word", 3, 3, 'a word must be written, not marked as unknown, got "SPN" (word 4)'],
        ["warning", "speaker-label", 4, 4, 'a word must be said, not name who speaks, got "ANN:" (word 5)'],
        ["warning", "speaker-label", 5, 5, 'a word must be said, not name who speaks, got "Speaker 2" (word 6)'],
        ["warning", "several-words", 6, 6, 'a row must hold one word, got "of course" (word 7)'],
        ["warning", "damaged-text", 7, 7, 'text must be decoded as it was written, got "donâ€™t" (word 8)'],
        ["note", "no-letter", 8, 8, 'a word should hold a letter or a digit, got "—" (word 9)'],
        ["note", "digits", 9, 9, 'numbers should be written out, got "1999" (word 10 and 1 more)'],
        [
          "note",
          "other-letters",
          11,
          11,
          'letters should be of the language that the model knows, got "слово" (word 12)',
        ],
      ],
    ],
  ])("finds %s (by hand)", (_, rows, options, expected) => {
    expect(found(rows, options)).toEqual(expected);
  });

  it("times that are infinite are errors, and no place (by hand)", () => {
    const bytes = new TextEncoder().encode("onset\tduration\tword\n1\tinf\ta\ninf\t1\tb\n");
    expect(() => readTranscript(bytes, { path: "s.tsv", story: "s" })).toThrow(
      's.tsv: times must be seconds of audio, got 1 to Infinity (word 1, "a"). Write n/a where a word has no time',
    );
    const { issues } = checkTranscript(readRawTranscript(bytes, { path: "s.tsv", story: "s" }));
    const errors = issues.filter(({ code }) => code === "not-seconds");
    expect(errors.map(({ word, time }) => [word, time])).toEqual([
      [1, undefined],
      [0, 1],
    ]);
  });

  it("a file of no words is one error (by hand)", () => {
    const bytes = new TextEncoder().encode("onset\tduration\tword\n");
    const report = checkTranscript(readRawTranscript(bytes, { path: "s.tsv", story: "s" }));
    expect(report.issues.map(({ code }) => code)).toEqual(["no-words"]);
    expect([report.nWords, report.start, report.end, report.rate, report.nErrors]).toEqual([0, null, null, null, 1]);
  });

  it("words that share a cue's time: an error, or a warning where they are to be spread (by hand)", () => {
    const bytes = new TextEncoder().encode("1\n00:00:00,000 --> 00:00:02,000\na b c d\n");
    const of = (cues: "refuse" | "interpolate") =>
      checkTranscript(readRawTranscript(bytes, { path: "s.srt", story: "s", cues }));
    const message = 'every word must have a time of its own, got 3 of 4 words that share one with others (word 2, "b")';
    expect(of("refuse").issues).toEqual([
      expect.objectContaining({ severity: "error", code: "spread-words", message }),
    ]);
    expect(of("interpolate").issues).toEqual([
      expect.objectContaining({ severity: "warning", code: "spread-words", word: 1, time: 0.5, message }),
    ]);
    expect([of("refuse").nUntimed, of("refuse").untimed]).toEqual([3, [{ word: 1, nWords: 3, start: 0.5, end: 1.5 }]]);
  });

  it("says the same of a transcript that was read (agreement)", () => {
    const rows: Row[] = [...speech(20), ["b"], ...speech(20, 16), ["[c]", 27, 31]];
    const lines = rows.map(
      ([text, onset, offset]) => `${onset ?? "n/a"}\t${onset === undefined ? "n/a" : offset! - onset}\t${text}`,
    );
    const bytes = new TextEncoder().encode(`onset\tduration\tword\n${lines.join("\n")}\n`);
    const { format, ...expected } = check(rows);
    const { format: none, ...report } = checkTranscript(readTranscript(bytes, { path: "s.tsv", story: "s" }));
    expect([format, none]).toEqual(["table", null]);
    expect(report).toEqual(expected);
    expect(report.issues.length).toBeGreaterThan(2);
  });

  it("refuses exactly where it holds an error of the file's own (agreement)", () => {
    const cases: readonly (readonly Row[])[] = [
      speech(3),
      [
        ["a", 1, 2],
        ["b", 0, 1],
      ],
      [["a", 1, 0]],
      [["a"], ["b"]],
      [["", 1, 2]],
    ];
    for (const rows of cases) {
      const { path, story, rows: list, issues } = raw(rows);
      const lines = list.map(({ text, onset, offset }) => {
        const times = [onset, offset - onset].map((n) => (Number.isNaN(n) ? "n/a" : String(n)));
        return [...times, text].join("\t");
      });
      const bytes = new TextEncoder().encode(`onset\tduration\tword\n${lines.join("\n")}\n`);
      const refused = checkTranscript(raw(rows)).nErrors > 0;
      if (refused)
        expect(() => readTranscript(bytes, { path, story })).toThrow(
          issues[0]?.message ?? "at least two words must have a time",
        );
      else expect(() => readTranscript(bytes, { path, story })).not.toThrow();
    }
  });

  it("is made of JSON values (identity)", () => {
    const report = check([["a", 3, 1], ["b"], ["[c]", 20, 30]], { audioDuration: 10 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const untimed = check([["a"], ["b"]]);
    expect(JSON.parse(JSON.stringify(untimed))).toEqual(untimed);
  });

  it("says nothing else of times in a unit beyond all speech, and counts none for a week and more (by hand)", () => {
    expect(
      kinds([
        ["a", 0, 1],
        ["b", 1e8, 1e8],
        ["c", 2e8, 2e8],
      ]),
    ).toEqual(["unit"]);
    expect(
      check([
        ["a", 0, 1],
        ["b", 0.5, 1],
        ["c", 1, 2],
        ["d", 7e5, 7e5 + 1],
      ]).rates,
    ).toEqual([]);
  });

  it.each<readonly [CheckTranscriptOptions, string]>([
    [{ audioDuration: -1 }, "checkTranscript: audioDuration must be a number from 0, got -1."],
    [{ runDuration: Number.NaN }, "checkTranscript: runDuration must be a number from 0, got NaN."],
    [
      { audioStart: Number.POSITIVE_INFINITY },
      "checkTranscript: audioStart must be a finite number of seconds, got Infinity.",
    ],
    [
      { nVolumes: 5 },
      "checkTranscript: nVolumes and repetitionTime must be given together, got 5 and undefined. Together they are the length of the run.",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => check(speech(3), options)).toThrow(OptionError);
    expect(() => check(speech(3), options)).toThrow(message);
  });
});

describeWithShared("checkTranscript on Narratives", "data/narratives/stimuli/gentle", () => {
  const folder = "data/narratives/stimuli/gentle";
  const stories = sharedNames(folder);
  const bytesOf = (story: string) => readFileSync(shared(folder, story, "align.csv"));
  const report = (story: string) =>
    checkTranscript(readRawTranscript(bytesOf(story), { path: `${story}/align.csv`, story }));
  const kindsOf = (story: string) => report(story).issues.map(({ code }) => code);

  it.each(stories)("%s: no error, and counts as a plain count over the file's lines has them (identity)", (story) => {
    const { nErrors, nWords, nUntimed, start, end, issues, untimed, silences } = report(story);
    expect(nErrors).toBe(0);
    const lines = new TextDecoder().decode(bytesOf(story)).trimEnd().split(/\r?\n/);
    const without = lines.filter((line) => line.endsWith(",,,"));
    expect([nWords, nUntimed]).toEqual([lines.length, without.length]);
    expect(untimed.reduce((sum, { nWords: n }) => sum + n, 0)).toBe(without.length);
    expect(issues.some(({ code }) => code === "without-time")).toBe(without.length > 0);
    const words = readGentle(bytesOf(story));
    const timed = words.filter(({ onset }) => !Number.isNaN(onset));
    expect(start).toBe(timed[0]!.onset);
    // Words after the last with a time are counted on from it.
    if (!Number.isNaN(words.at(-1)!.onset)) expect(end).toBe(timed.at(-1)!.offset);
    const pauses = words.filter(({ onset }, n) => onset - (words[n - 1]?.offset ?? Number.NaN) > 5);
    expect(silences).toHaveLength(pauses.length);
  });

  it("26 stories, 42,989 words, of which 789 have no time (by hand: lines that end in three commas)", () => {
    const reports = stories.map(report);
    expect(reports).toHaveLength(26);
    expect(reports.reduce((sum, { nWords }) => sum + nWords, 0)).toBe(42_989);
    const count = (line: string) => line.endsWith(",,,");
    const nWithout = stories
      .flatMap((story) => new TextDecoder().decode(bytesOf(story)).trimEnd().split(/\r?\n/))
      .filter(count);
    expect(nWithout).toHaveLength(789);
    expect(reports.reduce((sum, { nUntimed }) => sum + nUntimed, 0)).toBe(789);
  });

  it("milkywaysynonyms: its first word stands at 5.56 s, 16 s before the rest; its siblings' at 21 s (by hand)", () => {
    expect(report("milkywaysynonyms").start).toBe(5.56);
    expect(kindsOf("milkywaysynonyms")).toContain("edge-words");
    for (const sibling of ["milkywayoriginal", "milkywayvodka"]) {
      expect(report(sibling).start).toBeGreaterThan(21);
      expect(kindsOf(sibling)).not.toContain("edge-words");
    }
  });

  it("stories whose first word was corrected by hand begin with it, and nothing is odd there (by hand)", () => {
    const first = { merlin: 29, prettymouth: 21, notthefallintact: 25.8 };
    for (const [story, onset] of Object.entries(first)) {
      const { start, issues } = report(story);
      expect(start).toBe(onset);
      expect(issues.filter(({ word }) => word === 0)).toEqual([]);
    }
  });

  it("tunnel: 40 words in a row without a time, within 7 s (by hand: lines 318 to 357)", () => {
    const longest = report("tunnel").untimed.find(({ nWords }) => nWords === 40)!;
    const lines = new TextDecoder().decode(bytesOf("tunnel")).split(/\r?\n/);
    expect(lines.slice(317, 357).every((line) => line.endsWith(",,,"))).toBe(true);
    expect([longest.word, `${longest.start}`, `${longest.end}`]).toEqual([
      317,
      lines[316]!.split(",")[3],
      lines[357]!.split(",")[2],
    ]);
    expect(kindsOf("tunnel")).toContain("without-time");
    expect(report("tunnel").nWarnings).toBeGreaterThan(0);
  });
});

describeWithShared("checkTranscript on Alice", "data/alice/stimuli/alice.TextGrid", () => {
  it("2,127 words with times, and nothing odd (by hand)", () => {
    const bytes = readFileSync(shared("data/alice/stimuli/alice.TextGrid"));
    const { nWords, nUntimed, issues, start } = checkTranscript(
      readRawTranscript(bytes, { path: "alice.TextGrid", story: "alice" }),
    );
    expect([nWords, nUntimed, issues, start]).toEqual([2127, 0, [], 20.05891632653599]);
  });
});

it("half a character, which JSON can spell, is an error, as the model's tokenizer has it (by hand)", () => {
  const file = String.raw`{"words": [{"word": "a", "start": 0, "end": 1}, {"word": "b\ud800", "start": 1, "end": 2}]}`;
  const read = () => readTranscript(new TextEncoder().encode(file), { path: "a.json", story: "a" });
  expect(read).toThrow(
    String.raw`a.json: text must be whole characters, got half of one in "b\ud800" (word 2). Write the word anew`,
  );
});
