import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { type BidsDataset, loadDataset } from "../../src/bids/dataset.ts";
import { inspectDataset } from "../../src/inspection/inspect.ts";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { readExclusions } from "../../src/responses/exclusions.ts";
import { findResponses } from "../../src/responses/find.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { readTar } from "../support/tar.ts";
import { functional } from "./toy.ts";

// The real tree of Narratives (participants, events, sidecars of 873 runs, word times of 26 stories), with made-up responses of
// three vertices a hemisphere, each run as long as its events and twelve seconds more. The traps are those that the data's
// README names; they were found by hand, not by this program.
describeWithShared("the data set of Narratives", "data/narratives/ds002345-sidecars.tar.gz", () => {
  let dataset: BidsDataset;
  let excluded: ReadonlyMap<string, string>;
  let inspection: Inspection;

  beforeAll(async () => {
    const root = shared("data/narratives");
    const files: Record<string, Uint8Array | string> = readTar(readFileSync(`${root}/ds002345-sidecars.tar.gz`));
    for (const story of readdirSync(`${root}/stimuli/gentle`)) {
      files[`stimuli/gentle/${story}/align.csv`] = readFileSync(`${root}/stimuli/gentle/${story}/align.csv`);
    }
    const made = new Map<number, Uint8Array>();
    for (const [path, bytes] of Object.entries(files)) {
      const [, sub, run] = /^(sub-\d+)\/func\/(.*)_events\.tsv$/.exec(path) ?? [];
      if (sub === undefined) continue;
      const rows = new TextDecoder()
        .decode(bytes as Uint8Array)
        .trim()
        .split("\n")
        .slice(1);
      const end = Math.max(...rows.map((row) => Number(row.split("\t")[0]) + Number(row.split("\t")[1])));
      const nVolumes = Math.ceil((end + 12) / 1.5);
      const series = made.get(nVolumes) ?? functional(nVolumes);
      made.set(nVolumes, series);
      for (const hemi of ["L", "R"]) {
        files[`derivatives/afni-nosmooth/${sub}/func/${run}_space-toy_hemi-${hemi}_desc-clean.func.gii`] = series;
      }
    }
    dataset = await loadDataset(memoryStore(files, "narratives"));
    const path = "code/scan_exclude.json";
    excluded = new Map(readExclusions(await dataset.source.read(path), path).map((run) => [run, path]));
    inspection = await inspectDataset(dataset, { excluded });
  });

  const told = (code: string, of = inspection) => of.issues.filter((issue) => issue.code === code);

  it("873 runs of 345 participants, 27 runs of them left out by the data set's own file", () => {
    expect(inspection).toMatchObject({ nRuns: 846, nExcluded: 27 });
    expect(told("excluded")).toHaveLength(27);
    expect(told("participant-missing")).toEqual([]);
  });

  it("audio starts at 0, 3, 4.5 or 12 s", () => {
    const startOf = (story: string) => inspection.stories.find((one) => one.story === story)!.audioStarts;
    expect(startOf("pieman")).toEqual([0]);
    for (const story of ["lucy", "tunnel"]) expect(startOf(story)).toEqual([3]);
    for (const story of ["merlin", "sherlock", "slumlordreach"]) expect(startOf(story)).toEqual([4.5]);
    for (const story of ["black", "bronx", "forgot", "piemanpni"]) expect(startOf(story)).toEqual([12]);
  });

  it("milkyway plays three audio files, slumlordreach tells two stories in one run", () => {
    expect(told("several-audio-files").map(({ message }) => message)).toContain(
      "task milkyway plays 3 audio files (milkywayoriginal_audio.wav, milkywaysynonyms_audio.wav, milkywayvodka_audio.wav), told apart by stim_file: each is a story of its own.",
    );
    const [stretches, ...more] = told("several-stretches");
    expect(more).toEqual([]);
    expect(stretches!.message).toMatch(/^slumlordreach_audio\.wav has 2 stretches of story in one run/);
  });

  it("the first word of milkywaysynonyms lies in its music; all of bronx and piemanpni look shifted", () => {
    const outside = told("words-outside-story");
    expect(outside.map(({ path }) => path.split("/").at(-2)!).sort()).toEqual([
      "bronx",
      "milkywaysynonyms",
      "piemanpni",
    ]);
    const of = (story: string) => outside.find(({ path }) => path.includes(`/${story}/`))!.message;
    expect(of("milkywaysynonyms")).toContain('got 1 of 1066 outside (word 1, "Martin", at 5.56 s, during music)');
    // By hand from the files: the first word at 15.19 s, the last until 550.46 s, an event from 0 to 536 s.
    expect(of("bronx")).toContain("begins 15.19 s after the start and the last ends 14.46 s after the end");
    expect(of("piemanpni")).toContain("begins 8.71 s after the start and the last ends 8.41 s after the end");
  });

  it("the runs of milkywaysynonyms have another repetition time than their task: 17, one of them excluded", async () => {
    const differs = told("repetition-time-differs");
    expect(differs).toHaveLength(16);
    expect(
      differs.every(({ message }) => message.includes("of task milkyway (1.5 s, 34 of 50 runs), got 1.52 s")),
    ).toBe(true);
    const all = await inspectDataset(dataset, { stories: ["milkyway", "prettymouth"], read: "headers" });
    expect(told("repetition-time-differs", all)).toHaveLength(17);
    // Two participants in two stories have events unlike the others'; the data set leaves all four out.
    expect(told("events-unlike-others", all).map(({ path }) => path.split("/").at(-1))).toEqual([
      "sub-038_task-milkyway_events.tsv",
      "sub-038_task-prettymouth_events.tsv",
      "sub-105_task-milkyway_events.tsv",
      "sub-105_task-prettymouth_events.tsv",
    ]);
    expect(told("events-unlike-others")).toEqual([]);
  });

  it("the 304 participants of the paper are those of 14 tasks; with one of the scrambled versions they are 622 pairs", async () => {
    // The tasks that are left without milkyway (three audio files), slumlordreach (two stories), schema (films) and the
    // scrambled versions of notthefall.
    const tasks =
      "21styear black bronx forgot lucy merlin notthefallintact pieman piemanpni prettymouth shapesphysical shapessocial sherlock tunnel".split(
        " ",
      );
    const count = async (stories: readonly string[]) => {
      const found = await findResponses(dataset, { stories, exclude: [...excluded.keys()] });
      const distinct = (keyOf: (files: (typeof found)[number]) => string) => new Set(found.map(keyOf)).size;
      return [distinct((files) => files.participant), distinct((files) => `${files.participant} ${files.story}`)];
    };
    expect(await count(tasks)).toEqual([304, 600]);
    expect(await count([...tasks, "notthefallshortscram"])).toEqual([304, 622]);
    expect(await count([...tasks, "notthefalllongscram"])).toEqual([304, 622]);
    expect(await count([...tasks, "milkyway", "slumlordreach"])).toEqual([321, 667]);
  });
});
