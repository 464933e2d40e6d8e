import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError, NotFoundError, OptionError } from "../../src/errors.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import {
  findTranscript,
  listTranscripts,
  loadTranscript,
  storyOfTranscript,
} from "../../src/stimulus/load-transcript.ts";
import { readRawTranscript, readTranscript, type TranscriptOptions } from "../../src/stimulus/transcript.ts";
import { transcriptExtensions } from "../../src/stimulus/transcript-formats.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const read = (text: string, path: string, options: Partial<TranscriptOptions> = {}) =>
  readTranscript(new TextEncoder().encode(text), { path, story: "s", ...options });

const gentleJson = '{"words":[{"word":"a","alignedWord":"a","case":"success","start":0,"end":1}]}';

/** A TextGrid with one interval tier a name, each with the same intervals of one second. */
function textGrid(tiers: readonly string[], words: readonly string[]): string {
  const lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", `xmax = ${words.length}`];
  lines.push("tiers? <exists>", `size = ${tiers.length}`, "item []:");
  tiers.forEach((tier, i) => {
    lines.push(`item [${i + 1}]:`, 'class = "IntervalTier"', `name = "${tier}"`, "xmin = 0", `xmax = ${words.length}`);
    lines.push(`intervals: size = ${words.length}`);
    words.forEach((word, n) => {
      lines.push(`intervals [${n + 1}]:`, `xmin = ${n}`, `xmax = ${n + 1}`, `text = "${word}"`);
    });
  });
  return `${lines.join("\n")}\n`;
}

describe("readTranscript", () => {
  it("keeps every word of Gentle's table, with times from its neighbours where it has none (by hand)", () => {
    const transcript = read("I,i,1,1.5\nbegan—,,,\nmy,my,3,3.25\nend,,,\n", "align.csv");
    expect(transcript).toEqual({
      story: "s",
      path: "align.csv",
      nInterpolated: 2,
      words: [
        { text: "I", onset: 1, duration: 0.5, interpolated: false },
        // Until the next word there is 1 s; the mean duration, (0.5 + 0.25) / 2, is shorter.
        { text: "began,", onset: 2, duration: 0.375, interpolated: true },
        { text: "my", onset: 3, duration: 0.25, interpolated: false },
        { text: "end", onset: 4, duration: 0.375, interpolated: true },
      ],
    });
  });

  it("reads onset, duration and word of a table, other columns aside (by hand)", () => {
    const text = "word\tonset\tpitch\tduration\nIt's\t0\t9\t0.5\nn't\tn/a\t9\tn/a\nso\t2\t9\tn/a\n";
    expect(read(text, "x_words.tsv").words).toEqual([
      { text: "It's", onset: 0, duration: 0.5, interpolated: false },
      { text: "n't", onset: 1, duration: 0.5, interpolated: true },
      { text: "so", onset: 2, duration: 0.5, interpolated: false },
    ]);
  });

  it("takes the step between onsets where no word has a duration (by hand)", () => {
    const { words } = read("onset\tduration\tword\n0\tn/a\ta\n1\tn/a\tb\n4\tn/a\tc\n", "x.tsv");
    expect(words.map((word) => word.duration)).toEqual([1, 2, 2]);
  });

  it("drops the silences of a TextGrid and nothing else (by hand)", () => {
    const { words } = read(
      textGrid(["word"], ["sp", "Alice", "", "was", "<s>", "spn", "SIL", "{br}", "<unk>"]),
      "x.TextGrid",
    );
    expect(words.map((word) => [word.text, word.onset])).toEqual([
      ["Alice", 1],
      ["was", 3],
      ["spn", 5],
      ["<unk>", 8],
    ]);
  });

  it("leaves labels of noise out of a tier, with and without brackets, and counts them (by hand)", () => {
    const labels = ["br", "{LG}", "<ls>", "[ns]", "NS", "{laughter}", "laughter", "um", "silence", "[cough]", "sp"];
    const grid = textGrid(["word"], ["a", ...labels]);
    expect(read(grid, "x.TextGrid").words.map((word) => word.text)).toEqual(["a", "laughter", "um", "silence"]);
    const { issues } = readRawTranscript(new TextEncoder().encode(grid), { path: "x.TextGrid", story: "x" });
    expect(issues).toEqual([
      {
        severity: "warning",
        code: "noise-labels",
        message:
          'labels of noise are no words and were left out, got "br" once, "{LG}" once, "<ls>" once, "[ns]" once, "NS" once, "{laughter}" once, "[cough]" once',
        remedy: "Say with `noiseLabels` which labels are noise, or none, where one of these is a word",
      },
    ]);
  });

  it("takes the user's labels in place of its own, in every format (by hand)", () => {
    const own = { noiseLabels: ["um", "{xx}"] };
    const texts = (text: string, path: string, options = {}) =>
      read(text, path, options).words.map((word) => word.text);
    const grid = textGrid(["word"], ["a", "um", "[UM]", "br", "xx", ""]);
    expect(texts(grid, "x.TextGrid", own)).toEqual(["a", "br"]);
    expect(texts(grid, "x.TextGrid", { noiseLabels: [] })).toEqual(["a", "um", "[UM]", "br", "xx"]);
    const table = "onset\tduration\tword\n0\t1\tbr\n1\t1\tum\n2\t1\t{xx}\n3\t1\t{br}\n";
    expect(texts(table, "x.tsv")).toEqual(["br", "um", "{xx}", "{br}"]);
    expect(texts(table, "x.tsv", own)).toEqual(["br", "{br}"]);
  });

  it("takes the only tier, the one named word, or the one asked for (by hand)", () => {
    const words = ["a", "b"];
    expect(read(textGrid(["anything"], words), "x.TextGrid").words).toHaveLength(2);
    expect(read(textGrid(["phones", "Words"], words), "x.TextGrid").words).toHaveLength(2);
    expect(read(textGrid(["phones", "other"], words), "x.TextGrid", { tier: "other" }).words).toHaveLength(2);
  });

  it.each(["phones", "Ann - phones", "MAU", "phoneme@Ann"])(
    "refuses speech sounds as words: a lone tier %s",
    (name) => {
      const file = textGrid([name], ["IH1", "T"]);
      expect(() => read(file, "x.TextGrid")).toThrow(
        new OptionError(
          `x.TextGrid: the only interval tier must hold words, got "${name}", which is a name for speech sounds. Save the words too, or name the tier with the option tier.`,
        ),
      );
      expect(read(file, "x.TextGrid", { tier: name }).words).toHaveLength(2);
    },
  );

  it.each([
    [
      "an unknown extension",
      "x.txt",
      "",
      OptionError,
      /the extension must be one of \.TextGrid, \.tsv, .*, \.json, got "x\.txt"/,
    ],
    ["no words", "x.tsv", "onset\tduration\tword\n", FormatError, /a transcript must hold words, got none/],
    ["silence alone", "x.TextGrid", textGrid(["w"], ["sp", ""]), FormatError, /a transcript must hold words, got none/],
    ["a missing column", "x.tsv", "onset\tword\n0\ta\n", NotFoundError, /there must be a column "duration"/],
    [
      "an empty word",
      "x.tsv",
      "onset\tduration\tword\n0\t1\ta\n1\t1\t \n",
      FormatError,
      /every word must have text, got none \(word 2\)/,
    ],
    ...["\u200b", "\u200b\u200d ", "\u00ad", "\u2060\ufeff", "\u3164", "\u2800"].map(
      (text): [string, string, string, typeof FormatError, string] => [
        `a word that shows nothing (${JSON.stringify(text)})`,
        "x.tsv",
        `onset\tduration\tword\n0\t1\ta\n1\t1\t${text}\n`,
        FormatError,
        "x.tsv: every word must have text, got none (word 2). Write the word or remove its row",
      ],
    ),
    [
      "a word that shows nothing, of Gentle",
      "x.csv",
      "\u200b,a,0,1\n",
      FormatError,
      'x.csv: a row must begin with a word, got "\u200b" in line 1 (at byte 0)',
    ],
    ...["inf", "-inf", "Infinity"].map((time): [string, string, string, typeof FormatError, string] => [
      `an onset of ${time}`,
      "x.tsv",
      `onset\tduration\tword\n0\t1\ta\n${time}\tn/a\tb\n2\t1\tc\n`,
      FormatError,
      `x.tsv: times must be seconds of audio, got ${time.startsWith("-") ? "-" : ""}Infinity to NaN (word 2, "b"). Write n/a where a word has no time`,
    ]),
    [
      "a missing word",
      "x.tsv",
      "onset\tduration\tword\n0\t1\tn/a\n",
      FormatError,
      /every word must have text, got none \(word 1\)/,
    ],
    [
      "a negative duration",
      "x.tsv",
      "onset\tduration\tword\n2\t-1\ta\n",
      FormatError,
      /a word must end after its onset \(2 s\), got 1 s \(word 1, "a"\)/,
    ],
    [
      "times that run back",
      "x.csv",
      "a,a,2,3\nb,,,\nc,c,1,2\n",
      FormatError,
      /onsets must not decrease, got 1 s after 2 s \(word 3, "c"\)/,
    ],
    ["no times", "x.csv", "a,,,\nb,,,\n", FormatError, /at least two words must have a time, got 0 of 2/],
    [
      "two tiers that could be",
      "x.TextGrid",
      textGrid(["A - words", "B - words"], ["a"]),
      OptionError,
      /exactly one interval tier must hold the words, got 0 that fit of 2 \("A - words", "B - words"\). Name it with the option tier/,
    ],
    ["no tier", "x.TextGrid", textGrid([], []), OptionError, /got 0 that fit of 0 \(none\)/],
  ])("refuses a file with %s", (_, path, text, kind, message) => {
    expect(() => read(text, path)).toThrow(kind);
    expect(() => read(text, path)).toThrow(message);
  });

  it("a tier's label, and a part of a cue, that show nothing are passed over as empty ones are (by hand)", () => {
    const grid = textGrid(["word"], ["a", "\u200b", "b"]);
    expect(read(grid, "x.TextGrid").words.map(({ text, onset }) => [text, onset])).toEqual([
      ["a", 0],
      ["b", 2],
    ]);
    const cue = "1\n00:00:00,000 --> 00:00:01,000\n\u200b a\n";
    expect(read(cue, "x.srt").words.map(({ text }) => text)).toEqual(["a"]);
  });

  it.each([
    ["x.tsv", "onset\tduration\tword\n0\t1\ta\n", "table"],
    ["x.csv", "a,a,0,1\n", "Gentle, CSV"],
    ["x.json", gentleJson, "Gentle, JSON"],
    ["x.json", '[{"text":"a","start":0,"end":1}]', "Whisper, JSON"],
    ["x.srt", "1\n00:00:00,000 --> 00:00:01,000\na\n", "SubRip"],
    ["x.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\na\n", "WebVTT"],
  ])("refuses a tier of %s, which has none: %j (by hand)", (path, text, format) => {
    expect(() => read(text, path, { tier: "words" })).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: `${path}: \`tier\` must be left out where a transcript has no tiers, got "words" (${format}). Leave it out; where other stories need it, take those apart (\`stories\`).`,
      }),
    );
  });

  it("names the nearest tier", () => {
    expect(() => read(textGrid(["words", "phones"], ["a"]), "x.TextGrid", { tier: "word" })).toThrow(
      /got "word"\. Nearest: "words"\./,
    );
  });
});

describe("loadTranscript", () => {
  const table = "onset\tduration\tword\n0\t1\ta\n";
  it.each([
    ["stimuli/pieman.TextGrid", textGrid(["w"], ["a"])],
    ["stimuli/pieman_words.tsv", table],
    ["stimuli/pieman.tsv", table],
    ["stimuli/pieman.csv", "a,a,0,1\n"],
    ["stimuli/pieman_words.csv", "Begin,End,Label,Type,Speaker\n0,1,a,words,s\n"],
    ["stimuli/pieman.json", '{"segments":[{"text":"a","words":[{"word":"a","start":0,"end":1}]}]}'],
    ["stimuli/pieman_words.json", '{"tiers":{"words":{"type":"interval","entries":[[0,1,"a"]]}}}'],
    ["stimuli/pieman.srt", "1\n00:00:00,000 --> 00:00:01,000\na\n"],
    ["stimuli/pieman.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\na\n"],
    [
      "stimuli/pieman.eaf",
      '<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t" TIME_VALUE="0"/></TIME_ORDER><TIER TIER_ID="w"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="t" TIME_SLOT_REF2="t"><ANNOTATION_VALUE>a</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>',
    ],
    ["stimuli/gentle/pieman/align.csv", "a,a,0,1\n"],
    ["stimuli/gentle/pieman/align.json", gentleJson],
  ])("finds %s", async (path, content) => {
    const transcript = await loadTranscript(memoryStore({ [path]: content }), "pieman");
    expect([transcript.path, transcript.story, transcript.words.length]).toEqual([path, "pieman", 1]);
  });

  const spellings = transcriptExtensions.flatMap((extension) =>
    [...new Set([extension, extension.toLowerCase(), extension.toUpperCase()])].flatMap((spelt) => [
      `stimuli/pieman${spelt}`,
      `stimuli/pieman_words${spelt}`,
    ]),
  );
  it.each([...spellings, "stimuli/gentle/pieman/align.CSV", "stimuli/gentle/pieman/align.Json"])(
    "finds and lists %s, as it is read by its path (agreement)",
    async (path) => {
      const source = memoryStore({ [path]: gentleJson });
      expect(await findTranscript(source, "pieman", undefined)).toBe(path);
      expect(await listTranscripts(source)).toEqual(["pieman"]);
      expect(storyOfTranscript(path)).toBe("pieman");
      // Whatever else is wrong with the bytes, the extension is none that is refused.
      const error = await loadTranscript(source, "pieman", { path }).catch((thrown: unknown) => thrown);
      expect(error).not.toBeInstanceOf(OptionError);
    },
  );

  it.each(["stimuli/pieman.TextGrid.gz", "stimuli/pieman.txt", "stimuli/pieman.tsv.bak"])(
    "neither finds nor reads %s (agreement)",
    async (path) => {
      const source = memoryStore({ [path]: table });
      await expect(findTranscript(source, "pieman", undefined)).rejects.toThrow(NotFoundError);
      expect(await listTranscripts(source)).toEqual([]);
      await expect(loadTranscript(source, "pieman", { path })).rejects.toThrow(
        `the extension must be one of .TextGrid, .tsv, .csv, .eaf, .vtt, .srt, .json, got "${path}"`,
      );
    },
  );

  it("goes by the audio file before the story's name (by hand)", async () => {
    const source = memoryStore({
      "stimuli/milkyway.tsv": table,
      "stimuli/gentle/milkywayvodka/align.csv": "a,a,0,1\n",
    });
    const load = async (stimFile?: string) => (await loadTranscript(source, "milkyway", { stimFile })).path;
    expect(await load("milkywayvodka_audio.wav")).toBe("stimuli/gentle/milkywayvodka/align.csv");
    expect(await load("other_audio.wav")).toBe("stimuli/milkyway.tsv");
    expect(await load()).toBe("stimuli/milkyway.tsv");
  });

  it("reads the path that it is given, and nothing else", async () => {
    const source = memoryStore({ "stimuli/a.tsv": table, "mine/b.tsv": table });
    expect((await loadTranscript(source, "a", { path: "mine/b.tsv" })).path).toBe("mine/b.tsv");
    await expect(loadTranscript(source, "a", { path: "mine/c.tsv" })).rejects.toThrow(NotFoundError);
  });

  it("refuses to choose between two transcripts", async () => {
    const source = memoryStore({ "stimuli/a.tsv": table, "stimuli/a_words.tsv": table });
    await expect(loadTranscript(source, "a")).rejects.toThrow(OptionError);
    await expect(loadTranscript(source, "a")).rejects.toThrow(/got 2 \(stimuli\/a_words\.tsv, stimuli\/a\.tsv\)/);
  });

  it("takes Gentle's table where its JSON lies beside it (by hand)", async () => {
    const gentle = "stimuli/gentle/a/align";
    const both = memoryStore({ [`${gentle}.csv`]: "a,a,0,1\n", [`${gentle}.json`]: gentleJson });
    expect((await loadTranscript(both, "a")).path).toBe(`${gentle}.csv`);
    expect(await listTranscripts(both)).toEqual(["a"]);
    const renamed = memoryStore({ "stimuli/a.csv": "a,a,0,1\n", "stimuli/a.json": gentleJson });
    expect((await loadTranscript(renamed, "a")).path).toBe("stimuli/a.csv");
  });

  it("passes over JSON that is a sidecar, and does not pass over JSON that is damaged (by hand)", async () => {
    const sidecar = '{"onset":{"Description":"seconds"}}';
    const source = memoryStore({
      "stimuli/a_audio.json": sidecar,
      "stimuli/a_words.json": sidecar,
      "stimuli/a_words.tsv": table,
      "stimuli/b.json": "{",
    });
    expect((await loadTranscript(source, "a", { stimFile: "a_audio.wav" })).path).toBe("stimuli/a_words.tsv");
    expect(await listTranscripts(source)).toEqual(["a", "b"]);
    await expect(loadTranscript(source, "b")).rejects.toThrow(FormatError);
  });

  it("refuses a table and JSON of another name that both are transcripts (by hand)", async () => {
    const source = memoryStore({ "stimuli/a_words.tsv": table, "stimuli/a.json": gentleJson });
    await expect(loadTranscript(source, "a")).rejects.toThrow(/got 2 \(stimuli\/a_words\.tsv, stimuli\/a\.json\)/);
  });

  it("hands down cues (by hand)", async () => {
    const source = memoryStore({ "stimuli/a.srt": "1\n00:00:00,000 --> 00:00:01,000\na b\n" });
    expect((await loadTranscript(source, "a", { cues: "interpolate" })).nInterpolated).toBe(1);
    await expect(loadTranscript(source, "a")).rejects.toThrow(/every word must have a time of its own/);
  });

  it("lists what was looked for, and what there is", async () => {
    const source = memoryStore(
      { "stimuli/gentle/pieman/align.csv": "a,a,0,1\n", "stimuli/lucy_words.tsv": table },
      "data",
    );
    const error = await loadTranscript(source, "piman", { stimFile: "x_audio.wav" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotFoundError);
    expect((error as Error).message).toBe(
      'data: a transcript of the story "piman" must exist, got none by the name x_audio, x, piman: stimuli/<name> or stimuli/<name>_words (.TextGrid, .tsv, .csv, .eaf, .vtt, .srt, .json), stimuli/gentle/<name>/align (.csv, .json). Add one of these, or give its path. Transcripts there: Nearest: "pieman".',
    );
  });
});

const fixture = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")) as unknown;

describeWithShared("the Narratives alignments", "data/narratives/stimuli/gentle", () => {
  const expected = fixture("alignments.json") as Record<
    string,
    { nWords: number; nWithoutTime: number; first: number; last: number; sum: number }
  >;
  const source = folderStore(shared("data/narratives"));

  it.each(Object.keys(expected))("%s: words, times and gaps as numpy finds them (oracle)", async (story) => {
    const { words, nInterpolated } = await loadTranscript(source, story, { stimFile: `${story}_audio.wav` });
    const { nWords, nWithoutTime, first, last, sum } = expected[story]!;
    expect(words).toHaveLength(nWords);
    expect(nInterpolated).toBe(nWithoutTime);
    expect(words.filter((word) => word.interpolated)).toHaveLength(nWithoutTime);
    // Double precision over at most 8,267 additions of numbers up to 3,400.
    expect(words[0]!.onset).toBeCloseTo(first, 9);
    expect(words.at(-1)!.onset).toBeCloseTo(last, 9);
    expect(words.reduce((total, word) => total + word.onset, 0)).toBeCloseTo(sum, 5);
    expect(words.every((word) => word.text !== "" && word.duration >= 0)).toBe(true);
    expect(words.every((word, n) => n === 0 || word.onset >= words[n - 1]!.onset)).toBe(true);
  });

  it("are 26 with 42,989 words in all (by hand: the data set's README)", () => {
    expect(Object.keys(expected)).toHaveLength(26);
    expect(Object.values(expected).reduce((sum, story) => sum + story.nWords, 0)).toBe(42989);
  });
});

describeWithShared("the Alice transcript", "data/alice", () => {
  it("has 2,127 words with the times of the file (oracle: a regular expression over it)", async () => {
    const expected = fixture("alice.json") as {
      nWords: number;
      first: [number, number, string];
      last: [number, number, string];
      sumOfOnsets: number;
      sumOfDurations: number;
    };
    const { words, nInterpolated } = await loadTranscript(folderStore(shared("data/alice")), "alice", {
      stimFile: "alice.wav",
    });
    expect([words.length, expected.nWords, nInterpolated]).toEqual([2127, 2127, 0]);
    const [onset, offset, text] = expected.first;
    expect(words[0]).toEqual({ text, onset, duration: offset - onset, interpolated: false });
    expect(words.at(-1)!.text).toBe(expected.last[2]);
    expect(words.at(-1)!.onset).toBe(expected.last[0]);
    // Double precision over 2,127 additions.
    expect(words.reduce((sum, word) => sum + word.onset, 0)).toBeCloseTo(expected.sumOfOnsets, 6);
    expect(words.reduce((sum, word) => sum + word.duration, 0)).toBeCloseTo(expected.sumOfDurations, 6);
  });
});
