import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FloatArray } from "../../src/array/matrix.ts";
import * as formats from "../../src/formats.ts";
import * as cortecast from "../../src/index.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { simulateDataset } from "../../src/phantom/simulate.ts";
import * as ridge from "../../src/ridge.ts";
import { folderStore } from "../../src/sources/node.ts";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";
import * as studies from "../../src/study.ts";
import { smallModelFiles } from "../language-model/small-models.ts";
import { tinierStory, tinyStory } from "../phantom/tiny.ts";
import { codeBlocks, readDocument, root, sectionOf } from "./documents.ts";

const page = readDocument("docs/library.md");
let folder = "";
const back = process.cwd();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-library-"));
  process.chdir(folder);
  for (const [path, content] of Object.entries(await smallModelFiles({ n_positions: 256 })))
    await folderStore(join(folder, "gpt2")).write(path, content);
  const model = await loadLanguageModel(join(folder, "gpt2"));
  const simulation = { nSubjects: 2, stories: [tinyStory, tinierStory], nVertices: 42 };
  await simulateDataset(folderStore(join(folder, "my-data")), model, simulation);
  await model.close();
  for (const { path, text } of codeBlocks(page)) {
    if (path === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    // The package by its name is found where it is installed; here it is its source.
    const sourceOf = (entry: string) => JSON.stringify(pathToFileURL(join(root, "src", entry)).href);
    const code = text
      .replaceAll('from "cortecast"', `from ${sourceOf("index.ts")}`)
      .replaceAll('from "cortecast/ridge"', `from ${sourceOf("ridge.ts")}`)
      .replaceAll('from "cortecast/study"', `from ${sourceOf("study.ts")}`);
    writeFileSync(path, code);
  }
});
afterAll(() => {
  process.chdir(back);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** Runs a block of the page; what it prints, one entry a call. */
async function run(path: string): Promise<readonly unknown[][]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  await import(/* @vite-ignore */ pathToFileURL(join(folder, path)).href);
  return log.mock.calls;
}

describe("docs/library.md", () => {
  it("its example gives the numbers that the command writes (agreement)", async () => {
    const printed = (await run("library.mjs")).map(([line]) => line as string);
    const options = checkOptions({
      dataset: "my-data",
      output: "same",
      model: "gpt2",
      kind: "region",
      participants: "01",
      distances: "-4,0,8",
      drift: "linear",
    });
    const { result } = await runStudy(options, { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) });
    const { analyses, targets } = result.subjects[0]!;
    const means = new Map<string, FloatArray>();
    for (const { analysis, distance, loadMean } of analyses) means.set(`${analysis} ${distance}`, await loadMean());
    const at = (analysis: string, distance: number | "n/a") => means.get(`${analysis} ${distance}`)!;
    expect(printed).toHaveLength(targets.length);
    printed.forEach((line, target) => {
      const [r, ...gains] = [...line.matchAll(/= (-?\d+\.\d+)/g)].map(([, number]) => Number(number));
      // The command keeps scores in single precision; the example prints three and four decimals.
      expect(Math.abs(r! - at("brainScore", "n/a")[target]!)).toBeLessThan(6e-4);
      [-4, 0, 8].forEach((distance, row) => {
        expect(Math.abs(gains[row]! - at("forecastScore", distance)[target]!)).toBeLessThan(6e-5);
      });
    });
  });

  it("its study writes a report", async () => {
    const [[report, quality]] = (await run("study.mjs")) as [[string, unknown]];
    expect(await folderStore(join(folder, "results")).has(report)).toBe(true);
    expect(quality).toEqual([
      ["sub-01", 0],
      ["sub-02", 0],
    ]);
  });

  it("its regression finds a target that is a sum of features (identity), in every fold", async () => {
    expect(await run("ridge.mjs")).toEqual([0, 1, 2, 3, 4].map((fold) => [fold, "1.000", 0.1]));
  });

  it("names every value of the package, and no other", () => {
    const namedIn = (heading: string) =>
      [...sectionOf(page, heading).matchAll(/^\| (?!for|command|---).*?\| (.*?) \|/gm)]
        .flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
        .sort();
    expect(namedIn("## What there is")).toEqual(Object.keys(cortecast).sort());
    expect(namedIn("## A whole study")).toEqual(Object.keys(studies).sort());
    expect(namedIn("## Ridge regression of any data")).toEqual(Object.keys(ridge).sort());
    expect(namedIn("## Reading and writing files")).toEqual(Object.keys(formats).sort());
  });
});
