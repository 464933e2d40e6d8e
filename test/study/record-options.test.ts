import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { studyOptions } from "../../src/study/options.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
let json: { readonly Options: Readonly<Record<string, unknown>> };
let page = "";
beforeAll(async () => {
  study = await createTinyStudy();
  await study.run();
  json = JSON.parse(readFileSync(study.at("out/sub-01/func/sub-01_scores.json"), "utf8")) as typeof json;
  page = readFileSync(study.at("out/report.html"), "utf8");
});
afterAll(() => study.remove());

describe("the record of a study that was given few options", () => {
  const known = Object.keys(studyOptions);

  test("every option stands in the JSON with a value", () => {
    const told = Object.keys(json.Options);
    // Who else was scored is no part of a participant's results.
    expect(known.filter((key) => !told.includes(key) && !["participants", "level"].includes(key))).toEqual([]);
    const empty = Object.entries(json.Options).filter(([, value]) => value === null || value === "");
    expect(empty).toEqual([]);
  });

  test("every option stands in the report with a value", () => {
    const [, section] = /<h2>Options<\/h2>(.*?)<\/section>/s.exec(page)!;
    for (const key of known)
      expect(section).toMatch(new RegExp(`<code>${key}</code></t[dh]>\\s*<td[^>]*>(?:<span[^>]*>)?[^<]`));
    expect(section).not.toContain("not set");
  });

  test("they stand in the order of the documentation, whatever was typed and what was found later", () => {
    const told = Object.keys(json.Options);
    expect(told.filter((key) => known.includes(key))).toEqual(known.filter((key) => told.includes(key)));
    const [, section] = /<h2>Options<\/h2>(.*?)<\/section>/s.exec(page)!;
    expect([...section!.matchAll(/<code>(\w+)<\/code>/g)].map(([, key]) => key)).toEqual(known);
  });

  // By hand: the model holds 256 tokens, half of which every word sees at least; the simulated responses have 1.5 s between
  // volumes and audio from 3 s; the paper's alphas are 1e-1 to 1e8; nothing was cleaned, left out or masked.
  test.each<[string, unknown]>([
    ["repetitionTime", 1.5],
    ["audioStart", 3],
    ["volumesDiscarded", 0],
    ["alphas", [0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]],
    ["maxContext", 256],
    ["minContext", 128],
    ["context", "strided"],
    ["layer", [1]],
    ["distances", [-1, 8]],
    ["components", 3],
    ["precision", "float32"],
    ["edge", "silence"],
    ["stories", ["tiny"]],
    ["kind", "surface"],
    ["hemi", ["L", "R"]],
    ["space", "phantom"],
    ["desc", "clean"],
    ["den", "none"],
    ["derivative", "none"],
    ["transcript", "stimuli/tiny_words.tsv"],
    ["exclusions", "none"],
    ["confounds", "none"],
    ["missingConfounds", "none"],
    ["cutoff", "none"],
    ["controls", "none"],
    ["seed", "none"],
    ["activations", "none"],
  ])("%s was %j", (key, value) => {
    expect(json.Options[key]).toEqual(value);
  });

  test("threads and memory are numbers of this machine", () => {
    const { threads, memory } = json.Options as { readonly threads: number; readonly memory: number };
    expect(threads).toBeGreaterThanOrEqual(1);
    expect(threads).toBeLessThanOrEqual(availableParallelism());
    expect(memory).toBeGreaterThanOrEqual(1e9);
  });
});
