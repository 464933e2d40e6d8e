import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderStore } from "../../src/sources/node.ts";
import { listFiles } from "../../src/sources/source.ts";
import type { StudyRun } from "../../src/study/run.ts";
import { checkOf, createTinyStudy, type TinyStudy } from "./tiny-study.ts";

describe("a study with noise ceilings", () => {
  let study: TinyStudy;
  let run: StudyRun;
  beforeAll(async () => {
    study = await createTinyStudy({ nSubjects: 3 });
    run = await study.run({ analyses: "brainScore,noiseCeiling" });
  });
  afterAll(() => study.remove());

  const ceilings = (of: StudyRun) =>
    Promise.all(
      of.result.subjects.map(async ({ analyses }) => [
        ...(await analyses.find(({ analysis }) => analysis === "noiseCeiling")!.loadMean()),
      ]),
    );

  test("has them of everybody, a step each, in maps of participants and of the group; no sum is left", async () => {
    // Three participants, two analyses.
    expect(run.nComputed).toBe(6);
    const all = await ceilings(run);
    for (const scores of all) expect(scores.filter(Number.isFinite).length).toBeGreaterThan(70);
    expect(new Set(all.map((scores) => JSON.stringify(scores))).size).toBe(3);
    expect(run.written).toContain("sub-01/func/sub-01_hemi-L_space-phantom_desc-noiseCeiling_statmap.shape.gii");
    expect(run.written.join()).toMatch(/group\/.*desc-noiseCeiling_statmap/);
    expect(await listFiles(folderStore(`${run.cache}/sums`))).toEqual([]);
  });

  test("a second run computes nothing; with fewer others all ceilings are others, and nothing else is", async () => {
    const same = await study.run({ analyses: "brainScore,noiseCeiling" });
    expect([same.nComputed, await ceilings(same)]).toEqual([0, await ceilings(run)]);
    const fewer = await study.run({
      analyses: "brainScore,noiseCeiling",
      participants: "sub-01,sub-02",
      output: study.at("fewer"),
      cache: run.cache,
    });
    expect([fewer.nComputed, fewer.nReused]).toEqual([2, 2]);
    expect((await ceilings(fewer))[0]).not.toEqual((await ceilings(run))[0]);
  });

  test("by hand: a group of several runs says whose ceilings are of others than the group's; records and JSON say of whom", async () => {
    expect(run.result.notes.join("\n")).not.toContain("Noise ceilings are of the others");
    const into = (participants: string) =>
      study.run({ analyses: "noiseCeiling", participants, output: study.at("joined"), cache: run.cache });
    const first = await into("sub-01,sub-02");
    expect(first.result.notes.join("\n")).not.toContain("Noise ceilings are of the others");
    const { result } = await into("sub-02,sub-03");
    expect(result.notes.join("\n")).toContain(
      "these are not those of the group for sub-01 (of sub-02), sub-02 (of sub-03), sub-03 (of sub-02).",
    );
    const about = JSON.parse(readFileSync(study.at("joined/sub-01/func/sub-01_scores.json"), "utf8")) as Readonly<
      Record<string, unknown>
    >;
    expect(about["Others"]).toEqual([{ Story: run.result.subjects[0]!.stories[0], Participants: ["sub-02"] }]);
    const all = await into("sub-01,sub-02,sub-03");
    expect(all.result.notes.join("\n")).not.toContain("Noise ceilings are of the others");
  });

  test("one participant alone is refused before anything is computed", async () => {
    const { issues } = await checkOf({
      dataset: study.at("data"),
      output: study.at("alone"),
      model: study.at("model"),
      participants: "sub-01",
      analyses: "noiseCeiling",
      layer: "1",
    });
    expect(issues).toContainEqual(expect.objectContaining({ severity: "error", code: "no-others" }));
    expect(issues.map(({ message }) => message).join()).toContain("got none for anybody.");
  });

  test("a participant whose stories nobody else heard has none, which is said; others are not changed by it", async () => {
    // The third participant's audio begins five seconds later than that of the others.
    const data = folderStore(study.at("data"));
    const path = (await listFiles(data)).find((file) => /sub-03_.*_events\.tsv$/.test(file))!;
    const events = new TextDecoder().decode(await data.read(path));
    const [header, ...rows] = events.trimEnd().split("\n");
    const later = rows.map((row) => row.replace(/^[\d.]+/, (onset) => String(Number(onset) + 5)));
    await data.write(path, `${[header, ...later].join("\n")}\n`);
    const two = await study.run({
      analyses: "brainScore,noiseCeiling",
      participants: "sub-01,sub-02",
      output: study.at("two"),
    });
    const notes: string[] = [];
    const three = await study.run({ analyses: "brainScore,noiseCeiling", output: study.at("three") }, (line) =>
      notes.push(line),
    );
    const all = await ceilings(three);
    expect(all[2]!.every(Number.isNaN)).toBe(true);
    expect(all.slice(0, 2)).toEqual(await ceilings(two));
    expect(notes.join("\n")).toContain("sub-03");
    expect(three.result.notes.join("\n")).toMatch(/noise ceilings need other participants .* got none for sub-03/);
    rmSync(study.at("three"), { recursive: true });
    // No encoding model at all is theirs then.
    const { result } = await study.run({ analyses: "noiseCeiling", output: study.at("three") });
    expect(result.subjects[2]!.quality.nNotScored).toBe(0);
    rmSync(study.at("three"), { recursive: true });
  });
});
