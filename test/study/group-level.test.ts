import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanStudy } from "../../src/study/clean-results.ts";
import { reportStudy } from "../../src/study/group-level.ts";
import { filesBelow } from "../support/results.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy({ nSubjects: 3 });
});
afterAll(() => study.remove());

/** Files of results by path, with their bytes. */
function treeOf(folder: string): ReadonlyMap<string, string> {
  return new Map(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), "latin1")]));
}
const cache = () => study.at("cache");
const silent = { onProgress: () => {} };
const atlas = () =>
  ["L", "R"].map((hemi) => study.at(`data/atlas/tpl-phantom_hemi-${hemi}_atlas-phantom_dseg.label.gii`));
const meshes = () => ["L", "R"].map((hemi) => study.at(`data/atlas/tpl-phantom_hemi-${hemi}_inflated.surf.gii`));
const into = (output: string, options: Readonly<Record<string, unknown>> = {}) =>
  study.run({
    output: study.at(output),
    cache: cache(),
    controls: "word-rate",
    regions: atlas(),
    surfaces: meshes(),
    ...options,
  });

describe("reportStudy", () => {
  test("participants scored apart, at the same time, then joined, give the files of one run of all, to the byte (identity)", async () => {
    // What was typed is the one thing that must differ; here nothing was. Paths in the options are the same folder's.
    const whole = await into("out");
    const before = treeOf(study.at("out"));
    expect(before.size).toBeGreaterThan(60);
    rmSync(study.at("out"), { recursive: true });
    const apart = ["03", "01", "02"].map((participants) => into("out", { participants, level: "participant" }));
    for (const run of await Promise.all(apart)) {
      expect([run.report, run.result.subjects.length, run.nComputed]).toEqual([undefined, 1, 0]);
    }
    expect(existsSync(study.at("out/report.html"))).toBe(false);
    const joined = await reportStudy(study.at("out"), silent);
    expect(treeOf(study.at("out"))).toEqual(before);
    expect(joined.summary).toEqual(whole.summary);
    // Once more there is nothing to do, by either way.
    expect((await reportStudy(study.at("out"), silent)).written).toEqual([]);
    expect((await into("out", { participants: "02" })).written).toEqual([]);
  }, 120_000);

  test("by hand: a run for one participant refreshes their files and the group's, and leaves the others'", async () => {
    await into("added", { participants: "01" });
    const first = treeOf(study.at("added"));
    const { written, removed, result, participants } = await into("added", { participants: "sub-03" });
    expect([participants, result.subjects.map((one) => one.participant), removed]).toEqual([
      ["sub-03"],
      ["sub-01", "sub-03"],
      [],
    ]);
    expect(written.filter((path) => path.startsWith("sub-01/"))).toEqual([]);
    for (const [path, text] of first) {
      if (path.startsWith("sub-01/")) expect(readFileSync(study.at("added", path), "latin1")).toBe(text);
    }
    expect(readFileSync(study.at("added/group_scores.tsv"), "utf8")).toMatch(/\tbrainScore\t1\tn\/a\t2\t/);
    // Scores of single folds are those of the run's own.
    const folds = await Promise.all(result.subjects.map((one) => one.analyses[0]!.loadFolds()));
    expect(folds.map((own) => own?.nRows)).toEqual([undefined, 5]);
  }, 120_000);

  test("by hand: participants scored with other options are not mixed: the run is refused before it computes, by name", async () => {
    await into("mixed", { participants: "01,02", level: "participant" });
    const before = treeOf(study.at("mixed"));
    await expect(into("mixed", { participants: "03", delays: "3" })).rejects.toMatchObject({
      name: "OptionError",
      message:
        "`output`: participants in one folder must be scored with the same options, got delays 3 (sub-03), 6 (sub-01, sub-02). Score all with the same, remove the others' results with cortecast clean, or give another folder.",
    });
    expect(treeOf(study.at("mixed"))).toEqual(before);
    // Options that change no number may differ.
    await into("mixed", { participants: "03", threads: 1, level: "participant" });
    expect((await reportStudy(study.at("mixed"), silent)).result.subjects).toHaveLength(3);
    // All may be scored anew with others: nobody is left behind.
    const again = await into("mixed", { distances: "8" });
    expect(again.removed.filter((path) => path.startsWith("sub-02/")).length).toBeGreaterThan(0);
  }, 120_000);

  test("by hand: a run of all participants that leaves one out whose results are there is refused", async () => {
    await into("left", { distances: "none" });
    const exclude = "sub-02_task-tiny";
    const folder = study.at("left");
    await expect(into("left", { distances: "none", exclude })).rejects.toThrow(
      `\`output\`: a run of all participants must be of all whose results are there, got others, which would stay in the group (sub-02 in ${folder}). Remove them with cortecast clean ${folder} \`participants: sub-02\` \`yes\`, or name this run's with \`participants\`.`,
    );
    await cleanStudy(folder, { participants: ["02"], removes: true });
    const { result } = await into("left", { distances: "none", exclude });
    expect(result.subjects.map(({ participant }) => participant)).toEqual(["sub-01", "sub-03"]);
  }, 120_000);

  test("by hand: what was cut off while it was written is told, not joined; so is a folder without results", async () => {
    await into("cut", { distances: "none", level: "participant" });
    const record = "cut/sub-02/.cortecast-scores.record";
    const whole = readFileSync(study.at(record));
    writeFileSync(study.at(record), whole.subarray(0, whole.length - 1));
    await expect(reportStudy(study.at("cut"), silent)).rejects.toThrow(
      `${study.at(record)}: the file must hold what was kept in it, got damaged bytes. Delete it, and score sub-02 again: its results are read from it, and nothing is computed here`,
    );
    // The advice is right: with the record deleted, sub-02 can be scored again.
    rmSync(study.at(record));
    await expect(reportStudy(study.at("cut"), silent)).rejects.toThrow(
      `got tables without the record beside them (sub-02 in ${study.at("cut")}). Score these again;`,
    );
    await into("cut", { distances: "none", level: "participant", participants: "02" });
    expect((await reportStudy(study.at("cut"), silent)).result.subjects).toHaveLength(3);
    mkdirSync(study.at("nothing"));
    await expect(reportStudy(study.at("nothing"), silent)).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(reportStudy(study.at("nowhere"), silent)).rejects.toMatchObject({ name: "NotFoundError" });
  }, 120_000);

  test("by hand: who has responses in the data set and no results is named on the terminal and the page", async () => {
    const apart = { distances: "none", level: "participant" };
    await into("absent", { ...apart, participants: "01" });
    const folder = study.at("absent");
    const two = await reportStudy(folder, silent);
    expect(two.result.absent).toEqual(["sub-02", "sub-03"]);
    expect(two.summary.slice(-2)).toEqual([
      "No results of 2 participants of the 3 with responses in the data set:",
      "  sub-02, sub-03",
    ]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain(
      "No results of 2 participants of the 3 with responses in the data set: sub-02 and sub-03.",
    );
    // Nothing of them is said in the participant's own files.
    expect(readFileSync(join(folder, "sub-01/func/sub-01_scores.json"), "utf8")).not.toContain("sub-02");
    // One who was left out on purpose is not awaited.
    await into("absent", { ...apart, participants: "01", exclude: "sub-02_task-tiny" });
    expect((await reportStudy(folder, silent)).result.absent).toEqual(["sub-03"]);
    // One of whom a run began to write is, whatever the data set had.
    mkdirSync(join(folder, "sub-09"));
    writeFileSync(join(folder, "sub-09/.cortecast-files.json"), '{"files":{}}');
    expect((await reportStudy(folder, silent)).result.absent).toEqual(["sub-03", "sub-09"]);
    rmSync(join(folder, "sub-09"), { recursive: true });
    await into("absent", { ...apart, participants: "03", exclude: "sub-02_task-tiny" });
    const all = await reportStudy(folder, silent);
    expect([all.result.absent, all.summary.join().includes("No results")]).toEqual([[], false]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).not.toContain("No results of");
  }, 120_000);

  test("by hand: who is listed without responses is named once on the page, and told to nobody who did not ask", async () => {
    const list = study.at("data/participants.tsv");
    const before = readFileSync(list, "utf8");
    const listed = Array.from({ length: 22 }, (_, i) => `sub-${30 + i}`);
    writeFileSync(
      list,
      `${before.trimEnd()}\n${listed.map((name) => `${name}${"\tn/a".repeat(before.split("\n")[0]!.split("\t").length - 1)}\n`).join("")}`,
    );
    const notes: string[] = [];
    try {
      const all = { participants: undefined, distances: "none", level: "participant" };
      await into("listed", all);
      const whole = treeOf(study.at("listed"));
      const run = study.run(
        {
          output: study.at("listed"),
          cache: cache(),
          controls: "word-rate",
          regions: atlas(),
          surfaces: meshes(),
          ...all,
          participants: "01",
        },
        (line) => notes.push(line),
      );
      const { warnings } = await run;
      expect(notes.filter((line) => line.includes("sub-30"))).toEqual([]);
      expect(warnings.map(({ code }) => code)).not.toContain("participant-missing");
      // The files of sub-01 are those of the run of all, to the byte.
      expect(treeOf(study.at("listed"))).toEqual(whole);
      const { result } = await reportStudy(study.at("listed"), silent);
      expect(result.absent).toEqual([]);
      expect(result.notes.filter((note) => note.includes("sub-30"))).toEqual([
        `22 participants of the data set have no responses there, and no results: ${listed.slice(0, 20).join(", ")} and 2 more.`,
      ]);
      expect(readFileSync(study.at("listed/sub-01/func/sub-01_scores.json"), "utf8")).not.toContain("sub-30");
    } finally {
      writeFileSync(list, before);
    }
  }, 120_000);

  test("by hand: participants' files that somebody changed or removed are told; the group is made without them", async () => {
    await into("altered", { distances: "none" });
    const folder = study.at("altered");
    const before = readFileSync(join(folder, "group_scores.tsv"), "utf8");
    const untouched = await reportStudy(folder, silent);
    expect([untouched.changed, untouched.missing]).toEqual([[], []]);
    writeFileSync(join(folder, "sub-02/func/sub-02_scores.tsv"), "mine");
    rmSync(join(folder, "sub-03/func/sub-03_scores.json"));
    expect(await reportStudy(folder, silent)).toMatchObject({
      changed: ["sub-02/func/sub-02_scores.tsv"],
      missing: ["sub-03/func/sub-03_scores.json"],
      written: [],
    });
    expect(readFileSync(join(folder, "group_scores.tsv"), "utf8")).toBe(before);
  }, 120_000);

  test("by hand: a report that somebody wrote into, or their own file under a group map's name, is not replaced", async () => {
    const folder = study.at("theirs");
    await into("theirs", { distances: "none", participants: "01", level: "participant" });
    writeFileSync(join(folder, "group_scores.tsv"), "mine");
    await expect(reportStudy(folder, silent)).rejects.toThrow("got group_scores.tsv (not written by cortecast)");
    rmSync(join(folder, "group_scores.tsv"));
    mkdirSync(join(folder, "group"));
    const map = "group/hemi-L_space-phantom_desc-brainScoreL1_statmap.shape.gii";
    writeFileSync(join(folder, map), "mine");
    await expect(reportStudy(folder, silent)).rejects.toThrow(`got ${map} (not written by cortecast)`);
    expect(existsSync(join(folder, "report.html"))).toBe(false);
  }, 120_000);
});

describe("cleanStudy (by hand)", () => {
  test("tells what it would remove, removes what is ours, leaves what was changed and what is others'", async () => {
    const folder = study.at("cleaned");
    await into("cleaned", { distances: "none", level: "both" });
    const before = treeOf(folder);
    const lists = [...before.keys()].filter((path) => path.endsWith(".cortecast-files.json"));
    writeFileSync(join(folder, "sub-01/mine.txt"), "mine");
    writeFileSync(join(folder, "report.html"), "changed");
    const wanted = [...before.keys()].filter((path) => !lists.includes(path) && path !== "report.html");
    const told = await cleanStudy(folder);
    expect([told.ours.toSorted(), told.changed]).toEqual([wanted, ["report.html"]]);
    expect(treeOf(folder).size).toBe(before.size + 1);

    await expect(cleanStudy(folder, { participants: ["04"] })).rejects.toThrow("got none of sub-04");
    const one = await cleanStudy(folder, { participants: ["sub-02"], removes: true });
    expect(one.ours.every((path) => path.startsWith("sub-02/"))).toBe(true);
    expect(existsSync(join(folder, "sub-02"))).toBe(false);
    const rest = await cleanStudy(folder, { removes: true });
    expect(rest.changed).toEqual(["report.html"]);
    expect([...treeOf(folder).keys()]).toEqual(["report.html", "sub-01/mine.txt"]);
  }, 120_000);
});

describe("results of an earlier version, whose tables and maps lie in sub-<label>/ itself", () => {
  /** Moves a participant's files, and what the list of them says, to where earlier versions wrote them. */
  function toOldPlace(folder: string, participant: string): void {
    const list = join(folder, participant, ".cortecast-files.json");
    writeFileSync(list, readFileSync(list, "utf8").replaceAll(`${participant}/func/`, `${participant}/`));
    for (const path of filesBelow(join(folder, participant, "func")))
      renameSync(join(folder, participant, "func", path), join(folder, participant, path));
    rmdirSync(join(folder, participant, "func"));
  }

  test("by hand: score moves those of its participants, and tells whose are left; none lies in both places", async () => {
    const folder = study.at("old");
    await into("old", { participants: "01,02" });
    const fresh = treeOf(folder);
    for (const participant of ["sub-01", "sub-02"]) toOldPlace(folder, participant);
    expect([...treeOf(folder).keys()].filter((path) => path.includes("/func/"))).toEqual([]);

    const first = await into("old", { participants: "01" });
    expect([first.nComputed, first.inOldPlace]).toEqual([0, ["sub-02"]]);
    // The table and maps, each with its JSON; the record stays where it was.
    const ofFirst = [...fresh.keys()].filter((path) => path.startsWith("sub-01/func/"));
    expect(first.removed).toEqual(ofFirst.map((path) => path.replace("/func/", "/")));
    expect((await reportStudy(folder, silent)).inOldPlace).toEqual(["sub-02"]);

    expect((await into("old", { participants: "01,02" })).inOldPlace).toEqual([]);
    expect(treeOf(folder)).toEqual(fresh);
    expect((await into("old", { participants: "01,02" })).written).toEqual([]);
  }, 120_000);

  test("by hand: a record in their form is told before anything is computed; who is scored again gets a new one", async () => {
    const folder = study.at("earlier");
    await into("earlier", { distances: "none" });
    const fresh = treeOf(folder);
    const [own, earlier] = [".cortecast-scores.record", ".cortecast-scores.safetensors"];
    for (const participant of ["sub-01", "sub-02"]) {
      const list = join(folder, participant, ".cortecast-files.json");
      writeFileSync(list, readFileSync(list, "utf8").replaceAll(own, earlier));
      renameSync(join(folder, participant, own), join(folder, participant, earlier));
    }
    await expect(into("earlier", { participants: "03", distances: "none" })).rejects.toMatchObject({
      name: "FormatError",
      message: `${folder}/sub-01/${earlier}: the file must hold what was kept in it, got a record of an earlier version. Delete it, and score sub-01 again: its results are read from it, and nothing is computed here`,
    });
    await expect(reportStudy(folder, silent)).rejects.toThrow(
      `got tables without the record beside them (sub-01, sub-02 in ${folder}). Score these again; they were cut off, or are of an earlier version.`,
    );
    const { nComputed, removed } = await into("earlier", { participants: "01,02", distances: "none" });
    expect([nComputed, removed]).toEqual([0, [`sub-01/${earlier}`, `sub-02/${earlier}`]]);
    expect(treeOf(folder)).toEqual(fresh);
  }, 120_000);

  test("by hand: a file that somebody changed there is told and left; clean removes the others", async () => {
    const folder = study.at("older");
    await into("older", { participants: "01", distances: "none" });
    toOldPlace(folder, "sub-01");
    const table = "sub-01/sub-01_scores.tsv";
    writeFileSync(join(folder, table), "mine");
    const cleaned = await cleanStudy(folder);
    expect([cleaned.changed, cleaned.ours.filter((path) => path.includes("/func/"))]).toEqual([[table], []]);
    const { kept, inOldPlace } = await into("older", { participants: "01", distances: "none" });
    expect([kept, inOldPlace]).toEqual([[table], []]);
    expect(readFileSync(join(folder, table), "utf8")).toBe("mine");
    expect(filesBelow(join(folder, "sub-01")).filter((path) => /^sub-01_/.test(path))).toEqual(["sub-01_scores.tsv"]);
  }, 120_000);
});
