import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { checkOutputFolder } from "../../src/study/check-output.ts";
import { filesBelow } from "../support/results.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

describe("checkOutputFolder", () => {
  test.each([
    ["raw data", { "dataset_description.json": '{"Name": "Narratives", "BIDSVersion": "1.6.0"}' }],
    ["another derivative", { "dataset_description.json": '{"GeneratedBy": [{"Name": "fMRIPrep"}]}' }],
    ["what cannot be read", { "dataset_description.json": "{" }],
  ])("refuses a folder that holds %s", async (_, files) => {
    const store = memoryStore(files, "out");
    await expect(checkOutputFolder(store)).rejects.toMatchObject({
      name: "OptionError",
      message:
        "`output`: the folder must be empty or hold results of cortecast, got another data set (out/dataset_description.json). Give a folder of its own.",
    });
  });

  test.each([
    ["nothing", {}],
    ["results of cortecast", { "dataset_description.json": '{"GeneratedBy": [{"Name": "cortecast"}]}' }],
  ])("accepts a folder that holds %s", async (_, files) => {
    await expect(checkOutputFolder(memoryStore(files, "out"))).resolves.toBeUndefined();
  });
});

describe("runStudy", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  });
  afterAll(() => study.remove());

  const tree = () => filesBelow(study.at("out"));

  test("identity: with other options and back, the folder is what it was, from the scores that are kept", async () => {
    const first = await study.run();
    const before = tree().map((path) => [path, readFileSync(study.at("out", path), "latin1")]);
    writeFileSync(study.at("out/sub-02/notes.txt"), "mine");

    const other = await study.run({ distances: "8" });
    // One of the distances that are there.
    expect([other.nComputed, other.nReused]).toEqual([0, 2]);
    expect(other.removed.some((path) => path.startsWith("sub-02/"))).toBe(true);
    expect(tree().filter((path) => /Dminus1|forecastDistance/.test(path))).toEqual([]);

    const back = await study.run();
    expect(back).toMatchObject({ nComputed: 0, nReused: first.nComputed });
    expect(tree().filter((path) => path !== "sub-02/notes.txt")).toEqual(before.map(([path]) => path));
    for (const [path, text] of before) expect(readFileSync(study.at("out", path!), "latin1")).toBe(text);
    expect((await study.run()).written).toEqual([]);
  });

  test("by hand: files that are not ours are refused by name before anything is read or computed, whatever is asked for", async () => {
    mkdirSync(study.at("mine"));
    writeFileSync(study.at("mine/report.html"), "my work");
    writeFileSync(study.at("mine/scores.json"), '{"mine": 1}');
    await expect(study.run({ output: study.at("mine") })).rejects.toMatchObject({
      name: "OptionError",
      message: `\`output\`: files that cortecast did not write, or that were changed since, must not be replaced, got scores.json (not written by cortecast), report.html (not written by cortecast) in ${study.at("mine")}. Move them away, or give another folder.`,
    });
    expect(readdirSync(study.at("mine")).sort()).toEqual(["report.html", "scores.json"]);
    expect(readFileSync(study.at("mine/report.html"), "utf8")).toBe("my work");
  });

  test("by hand: maps and tables too, and ours once they were changed; nothing is computed first", async () => {
    const output = study.at("changed");
    const { written } = await study.run({ output });
    const before = readdirSync(study.at("changed-cache/scores")).length;
    // Every file that is written is one that was looked for before; those at the root are looked for before data are read.
    const changed = written.filter((path) => path !== "dataset_description.json");
    expect(changed.length).toBeGreaterThan(30);
    const bytes = changed.map((path) => [join(output, path), readFileSync(join(output, path))] as const);
    for (const [path] of bytes) writeFileSync(path, "changed");
    await expect(study.run({ output, delays: "3" })).rejects.toThrow(
      "got README.md (changed since cortecast wrote it), .bidsignore (changed since cortecast wrote it), scores.json (changed since cortecast wrote it), ",
    );
    const fixed = ["README.md", ".bidsignore", "scores.json", "group_scores.tsv", "group_scores.json", "report.html"];
    for (const [path, content] of bytes) if (fixed.includes(relative(output, path))) writeFileSync(path, content);
    await expect(study.run({ output, delays: "3" })).rejects.toThrow(
      `(changed since cortecast wrote it) and ${changed.length - fixed.length - 10} more in ${output}.`,
    );
    for (const [path, content] of bytes) writeFileSync(path, content);
    expect(readdirSync(study.at("changed-cache/scores"))).toHaveLength(before);
    expect((await study.run({ output })).written).toEqual([]);
  });

  test("refuses to write results into the data set", async () => {
    await expect(study.run({ output: study.at("data") })).rejects.toThrow(
      "`output`: the folder must be empty or hold results of cortecast",
    );
  });
});
