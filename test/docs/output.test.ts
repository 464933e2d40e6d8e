import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analysisNames, groupDescriptions, peakNamed } from "../../src/analyses/registry.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { simulateDataset } from "../../src/phantom/simulate.ts";
import { scoreColumns } from "../../src/report/derivatives.ts";
import { groupColumns } from "../../src/report/group-files.ts";
import { folderStore } from "../../src/sources/node.ts";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";
import { smallModelFiles } from "../language-model/small-models.ts";
import { tinyStory } from "../phantom/tiny.ts";
import { filesBelow } from "../support/results.ts";
import { readDocument, sectionOf } from "./documents.ts";

const page = readDocument("docs/output.md");
/** The first column of the tables of a section, without headers and backticks. */
const firstColumn = (heading: string) =>
  [
    ...sectionOf(page, heading)
      .replace(/^\|.*\n\|---.*$/gm, "")
      .matchAll(/^\| (.*?) \|/gm),
  ].map(([, cell]) => cell!.replaceAll("`", ""));

let folder = "";
const at = (...parts: string[]) => join(folder, ...parts);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-output-"));
  const files = await smallModelFiles({ n_positions: 256 });
  for (const [path, content] of Object.entries(files)) await folderStore(at("model")).write(path, content);
  const model = await loadLanguageModel(at("model"));
  const simulation = { nSubjects: 2, stories: [tinyStory], nVertices: 42 };
  const { surfaces } = await simulateDataset(folderStore(at("data")), model, simulation);
  await model.close();
  const options = checkOptions({
    dataset: at("data"),
    output: at("out"),
    model: at("model"),
    kind: "surface",
    layer: "1,2",
    distances: "-1,0,8",
    components: 3,
    controls: "word-rate,random-weights,random-window",
    analyses: "brainScore,forecastScore,noiseCeiling",
    regions: (["L", "R"] as const).map((hemi) => at("data", surfaces[hemi].labels)),
    surfaces: (["L", "R"] as const).map((hemi) => at("data", surfaces[hemi].inflated)),
  });
  await runStudy(options, { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.").replace(/<\w+>/g, "[A-Za-z0-9]+")}$`);
const json = (...parts: string[]) => JSON.parse(readFileSync(at(...parts), "utf8")) as Record<string, object>;
const tableOf = (path: string) => {
  const [header, ...rows] = readFileSync(at(path), "utf8").trim().split("\n");
  return { columns: header!.split("\t"), rows: rows.map((row) => row.split("\t")) };
};

describe("docs/output.md, files", () => {
  it.each([
    ["## Files of `score`", "out", []],
    ["## The cache", "out-cache", []],
    ["## Simulated data sets", "data", ["dataset_description.json", "README", "participants.tsv"]],
  ])("%s: every file that is written is told, and every file that is told is written", (heading, output, more) => {
    const told = [...firstColumn(heading).filter((cell) => /[./]/.test(cell)), ...more].map(patternOf);
    const written = filesBelow(at(output));
    expect(written.filter((path) => !told.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(told.filter((pattern) => !written.some((path) => pattern.test(path)))).toEqual([]);
  });

  it("by hand: participants' files are in func/, and .bidsignore lists all but what BIDS defines", () => {
    const written = filesBelow(at("out"));
    const ofParticipants = written.filter((path) => /^sub-\d+\/(?!\.cortecast-)/.test(path));
    expect(ofParticipants.length).toBeGreaterThan(50);
    expect(ofParticipants.filter((path) => !/^(sub-\d+)\/func\/\1_[^/]+$/.test(path))).toEqual([]);
    // As in .gitignore: a star within a name, two for any folders, a slash at the end for a folder.
    const lines = readFileSync(at("out/.bidsignore"), "utf8").split("\n");
    const patterns = lines
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) =>
        line
          .replaceAll(".", "\\.")
          .replaceAll("*", "[^/]*")
          .replace(/^\[\^\/\]\*\[\^\/\]\*\//, "(.*/)?"),
      )
      .map((text) => new RegExp(`^${text}${text.endsWith("/") ? "" : "$"}`));
    const shown = written.filter((path) => !patterns.some((pattern) => pattern.test(path)));
    // Validators read .bidsignore, and do not ask what it is.
    expect(shown).toEqual([".bidsignore", "README.md", "dataset_description.json"]);
  });

  it("maps are named and hold arrays as told", () => {
    for (const label of ["brainScoreL2", "forecastScoreL1D8", "forecastScoreL1Dminus1", "brainScoreWordRate"]) {
      const own = readGifti(
        readFileSync(at("out", `sub-01/func/sub-01_hemi-L_space-phantom_desc-${label}_statmap.shape.gii`)),
      );
      expect(own.arrays).toHaveLength(1);
      const group = readGifti(readFileSync(at("out", `group/hemi-R_space-phantom_desc-${label}_statmap.shape.gii`)));
      expect(group.arrays.map((array) => array.metadata["Name"])).toEqual(["mean", "n", "statistic", "sign", "p", "q"]);
      for (const array of [...own.arrays, ...group.arrays]) expect(array.intent).toBe("NIFTI_INTENT_SHAPE");
    }
  });
});

describe("docs/output.md, tables", () => {
  const analyses = firstColumn("## Analyses");

  it("columns are told in their order", () => {
    expect(firstColumn("## Columns of a participant's scores")).toEqual([...scoreColumns]);
    expect(tableOf("out/sub-01/func/sub-01_scores.tsv").columns).toEqual([...scoreColumns]);
    expect(firstColumn("## Columns of the group's scores")).toEqual([...groupColumns]);
    expect(tableOf("out/group_scores.tsv").columns).toEqual([...groupColumns]);
  });

  it("analyses are those that the files hold; differences, shares and peaks in the group's alone, unmasked ones in participants'", () => {
    const own = new Set(tableOf("out/sub-01/func/sub-01_scores.tsv").rows.map((row) => row[3]!));
    const group = new Set(tableOf("out/group_scores.tsv").rows.map((row) => row[2]!));
    const isGroups = (name: string) => name in groupDescriptions || peakNamed(name) !== undefined;
    expect(group).toEqual(new Set(analyses.filter((name) => !name.endsWith("Unmasked"))));
    expect(own).toEqual(new Set(analyses.filter((name) => !isGroups(name))));
  });

  it("no analysis of the registry is left out", () => {
    expect(analyses).toEqual(expect.arrayContaining(analysisNames));
  });

  it("folds are numbers from 1 and mean; argmaxes have the mean alone", () => {
    const { rows } = tableOf("out/sub-01/func/sub-01_scores.tsv");
    const foldsOf = (analysis: string) => [...new Set(rows.filter((row) => row[3] === analysis).map((row) => row[6]))];
    expect(foldsOf("brainScore")).toEqual(["mean", "1", "2", "3", "4", "5"]);
    expect(foldsOf("forecastDistanceUnmasked")).toEqual(["mean"]);
    expect(foldsOf("forecastDepthUnmasked")).toEqual(["mean"]);
  });
});

describe("docs/output.md, JSON", () => {
  const told = firstColumn("## JSON of a participant");
  const isQuality = (field: string) => /^[a-z]/.test(field);

  it("of a participant: fields and counts are told in their order", () => {
    const sidecar = json("out", "sub-01/func/sub-01_scores.json");
    expect(Object.keys(sidecar)).toEqual(told.filter((field) => !isQuality(field)));
    expect(new Set(Object.keys(sidecar["Quality"]!))).toEqual(new Set(told.filter(isQuality)));
    const [transcript] = sidecar["Transcripts"] as object[];
    for (const field of Object.keys(transcript!)) expect(sectionOf(page, "## JSON of a participant")).toContain(field);
  });

  it("of maps: what is more is told", () => {
    const own = Object.keys(json("out", "sub-01/func/sub-01_hemi-L_space-phantom_desc-brainScoreL1_statmap.json"));
    const group = Object.keys(json("out", "group/hemi-L_space-phantom_desc-brainScoreL1_statmap.json"));
    const more = ["Description", "Analysis", "Layer", "Distance", "Hemisphere", "NNotScored"];
    const text = sectionOf(page, "## JSON of a participant");
    for (const field of [...more, "Arrays", "Mask"]) expect(text).toContain(`\`${field}\``);
    expect(new Set(own)).toEqual(new Set([...told.filter((field) => !isQuality(field)), ...more]));
    expect(new Set(group)).toEqual(new Set([...more, "Arrays"]));
    const peaks = Object.keys(json("out", "group/hemi-L_space-phantom_desc-forecastDistanceL1_statmap.json"));
    expect(new Set(peaks)).toEqual(new Set([...more, "Mask"]));
  });

  it("of a simulation: fields are told", () => {
    const fields = firstColumn("## Simulated data sets").filter((cell) => !/[./]/.test(cell));
    expect(new Set(Object.keys(json("data", "phantom.json")))).toEqual(new Set(fields));
  });
});

describe("docs/output.md, the report", () => {
  it("its parts are told in their order", () => {
    const headings = [...readFileSync(at("out", "report.html"), "utf8").matchAll(/<h2>([^<]*)/g)].map(
      ([, text]) => text,
    );
    expect(firstColumn("## The report")).toEqual(["(lead)", ...headings]);
  });
});
