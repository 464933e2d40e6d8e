import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findFiles, loadDataset, readSidecar } from "../../src/bids/dataset.ts";
import { FormatError, NotFoundError } from "../../src/errors.ts";
import { readTsv, type Table } from "../../src/formats/tsv.ts";
import { audioStarts } from "../../src/responses/audio-start.ts";
import { readExclusions } from "../../src/responses/exclusions.ts";
import { hearings, oddEvents, usualEvents } from "../../src/responses/hearing.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { readTar } from "../support/tar.ts";

const table = (text: string) => readTsv(new TextEncoder().encode(text), { path: "x_events.tsv" });
const events = (...rows: string[]) => table(["onset\tduration\ttrial_type\tstim_file", ...rows, ""].join("\n"));

describe("audioStarts", () => {
  it("takes the earliest row of each file, music too, whatever the order (by hand)", () => {
    const starts = audioStarts(
      events(
        "29.5\t9\tstory\ta.wav",
        "4.5\t22\tmusic\ta.wav",
        "1\t1\tmovie\tn/a",
        "0\t1\tcue\t",
        "50\t9\tstory\tb.wav",
      ),
    );
    expect([...starts]).toEqual([
      ["a.wav", 4.5],
      ["b.wav", 50],
    ]);
  });

  it("keeps negative starts (by hand: Alice)", () => {
    expect(audioStarts(events("-20.0\t743.634\tstory\talice.wav")).get("alice.wav")).toBe(-20);
  });

  it("gives nothing where no row names a file (by hand)", () => {
    expect(audioStarts(events("1\t1\tmovie\tn/a", "n/a\t1\tmovie\tn/a")).size).toBe(0);
  });

  it.each<readonly [string, Table, typeof FormatError | typeof NotFoundError, RegExp | string]>([
    [
      "a row without onset",
      events("n/a\t1\tstory\ta.wav"),
      FormatError,
      /must have an onset, got "n\/a" \(row 1, a\.wav\)/,
    ],
    ["no column stim_file", table("onset\tduration\n1\t2\n"), NotFoundError, /there must be a column "stim_file"/],
    ["no column onset", table("duration\tstim_file\n1\ta.wav\n"), NotFoundError, /there must be a column "onset"/],
    [
      "an onset that is no number",
      events("soon\t1\tstory\ta.wav"),
      FormatError,
      /column "onset" must hold numbers or n\/a, got "soon"/,
    ],
    ...["..", "/", ".wav", "sounds/..", "\u001b[31mred.wav"].map(
      (name) =>
        [
          `a stim_file of ${JSON.stringify(name)}`,
          events("1\t1\tstory\ta.wav", `2\t1\tstory\t${name}`),
          FormatError,
          `x_events.tsv: stim_file must be the name of an audio file, got ${JSON.stringify(name)} (row 2). Write the audio's file name there`,
        ] as const,
    ),
    [
      "a stim_file longer than any path",
      events(`1\t1\tstory\t${"a".repeat(5000)}.wav`),
      FormatError,
      `got "${"a".repeat(49)}…${"a".repeat(45)}.wav" (row 1)`,
    ],
  ])("refuses %s", (_, content, kind, message) => {
    expect(() => audioStarts(content)).toThrow(kind);
    expect(() => audioStarts(content)).toThrow(message);
  });
});

describe("hearings", () => {
  it("gives a run with one file to it whole, films beside it or not (by hand)", () => {
    expect(hearings(events("5\t9\tmovie\tn/a", "30\t9\tmusic\ta.wav", "40\t9\tstory\ta.wav"))).toEqual([
      { stimFile: "a.wav", audioStart: 30, rows: [0, 10] },
    ]);
  });

  it("cuts a run with two between films (by hand)", () => {
    const rows = [
      "5\t185\tmovie\tn/a",
      "195.94\t179\tstory\ta.wav",
      "380.21\t190\tmovie\tn/a",
      "575.99\t187\tstory\tb.wav",
    ];
    expect(hearings(events(...rows))).toEqual([
      { stimFile: "a.wav", audioStart: 195.94, rows: [0], window: { start: 195.94, end: 380.21 } },
      { stimFile: "b.wav", audioStart: 575.99, rows: [0], window: { start: 575.99, end: undefined } },
    ]);
  });
});

describe("oddEvents", () => {
  it("says of a run what is unlike the others, within half a second (by hand)", () => {
    const others = [
      [0, 21],
      [0, 21.2],
      [0, 13.5],
    ];
    expect(oddEvents([0, 21], usualEvents(others))).toBeUndefined();
    expect(oddEvents([0, 21.2], usualEvents(others))).toBeUndefined();
    expect(oddEvents([0, 13.5], usualEvents(others))).toMatch(
      /\(0 s, 21 s after its start, 2 of 3 runs\), got 0 s, 13\.5 s\./,
    );
    expect(oddEvents([0], usualEvents([[0]]))).toBeUndefined();
  });
});

describe("readExclusions", () => {
  const read = (text: string) => readExclusions(new TextEncoder().encode(text), "scan_exclude.json");
  it("lists runs (by hand)", () => {
    expect(
      read('{"a": {}, "b": {"sub-1": ["sub-1_task-b_run-1", "sub-1_task-b_run-2"], "sub-2": ["sub-2_task-b"]}}'),
    ).toEqual(["sub-1_task-b_run-1", "sub-1_task-b_run-2", "sub-2_task-b"]);
  });

  it.each([
    ["[]", /must hold a JSON object/],
    ['{"a": ["x"]}', /each story must hold participants with lists of runs, got \["x"\] \(a\)/],
    ['{"a": {"sub-1": "x"}}', /each participant must hold a list of run names, got "x" \(a, sub-1\)/],
  ])("refuses %s", (text, message) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(message);
  });
});

describeWithShared("the events of Narratives", "data/narratives/ds002345-sidecars.tar.gz", () => {
  const load = () =>
    loadDataset(memoryStore(readTar(readFileSync(shared("data/narratives/ds002345-sidecars.tar.gz")))));
  const expected = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/audio-starts.json"), "utf8")) as {
    nFiles: number;
    nStarts: number;
    sha256: string;
    counts: Record<string, number>;
  };

  it("start every audio file when Python's csv says, in all 873 runs (oracle)", async () => {
    const dataset = await load();
    const files = findFiles(dataset, { suffix: "events", extension: ".tsv" });
    expect([files.length, expected.nFiles]).toEqual([873, 873]);
    const lines: string[] = [];
    const counts: Record<string, number> = {};
    const odd: string[] = [];
    const heard = [];
    for (const { path, name } of files) {
      const content = readTsv(await dataset.source.read(path), { path });
      for (const [stimFile, start] of audioStarts(content)) {
        lines.push(`${path}\t${stimFile}\t${start.toFixed(2)}\n`);
        const key = `${name.entities["task"]} ${stimFile} ${start.toFixed(2)}`;
        if (name.entities["task"] !== "schema") counts[key] = (counts[key] ?? 0) + 1;
      }
      for (const hearing of hearings(content)) heard.push({ path, ...hearing });
    }
    expect(counts).toEqual(expected.counts);
    expect(lines).toHaveLength(expected.nStarts);
    expect(createHash("sha256").update(lines.sort().join("")).digest("hex")).toBe(expected.sha256);
    // By hand, all tables of the two tasks counted: in these the story follows its music after 13.5 or 15 s, in the 89
    // others after 21 s. The data set's own scan_exclude.json has all four.
    for (const { path, stimFile, rows } of heard) {
      const others = heard.filter((other) => other.stimFile === stimFile).map((other) => other.rows);
      if (oddEvents(rows, usualEvents(others)) !== undefined) odd.push(path.slice(path.lastIndexOf("/") + 1));
    }
    expect(odd).toEqual([
      "sub-038_task-milkyway_events.tsv",
      "sub-038_task-prettymouth_events.tsv",
      "sub-105_task-milkyway_events.tsv",
      "sub-105_task-prettymouth_events.tsv",
    ]);
  });

  it("come with a repetition time of 1.5 s, of 1.52 s in 17 runs (oracle: grep over the sidecars)", async () => {
    const dataset = await load();
    const times: Record<string, number> = {};
    for (const file of findFiles(dataset, { suffix: "bold", extension: ".json" })) {
      const time = String((await readSidecar(dataset, file))["RepetitionTime"]);
      times[time] = (times[time] ?? 0) + 1;
    }
    expect(times).toEqual({ "1.5": 856, "1.52": 17 });
  });

  it("come with 27 scans that the data set itself excludes (oracle: the lists counted by Python)", async () => {
    const { source } = await load();
    const path = "code/scan_exclude.json";
    const runs = readExclusions(await source.read(path), path);
    expect(runs).toContain("sub-105_task-milkyway");
    expect(runs).toHaveLength(27);
  });
});
