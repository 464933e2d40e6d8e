import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { parseBidsName } from "../../src/bids/name.ts";
import { type GiftiArray, readGifti } from "../../src/formats/gifti.ts";
import { readTsv } from "../../src/formats/tsv.ts";
import { phantomRegions } from "../../src/phantom/phantom-regions.ts";
import { planHemispheres, planRegions, planStories } from "../../src/phantom/plan-simulation.ts";
import { wordsTable } from "../../src/phantom/story.ts";
import { seriesFile, surfaceFiles, surfacePaths } from "../../src/phantom/surface-files.ts";
import { eventsTable, stimFileOf, textFiles } from "../../src/phantom/text-files.ts";
import type { PhantomTruth } from "../../src/phantom/truth.ts";
import { audioStarts } from "../../src/responses/audio-start.ts";
import { regionsOfLabels } from "../../src/responses/region.ts";
import { tinierStory, tinyStory } from "./tiny.ts";

const hemispheres = planHemispheres(phantomRegions, 42, 0);
const spoken = planStories([tinyStory, tinierStory], 2, 0);
const truth: PhantomTruth = {
  seed: 0,
  model: { name: "some-model", fingerprint: "0123", nLayers: 6 },
  repetitionTime: 2,
  stories: spoken.map(({ story, words, nVolumes }) => ({
    name: story.name,
    nWords: words.length,
    nVolumes,
    audioStart: story.audioStart,
  })),
  regions: hemispheres.flatMap((hemisphere) => planRegions(hemisphere, phantomRegions, 6, 1)),
  participants: [
    { participant: "sub-01", latency: 0.1 },
    { participant: "sub-02", latency: -0.2 },
  ],
  forecastGain: 1.5,
  noise: { autocorrelation: 0.4, whiteShare: 0.3, vertexNoise: 1 },
  surfaces: { L: surfacePaths("L"), R: surfacePaths("R") },
};
const bytes = (text: string) => new TextEncoder().encode(text);
const single = (numbers: ArrayLike<number>) => [...Float32Array.from(numbers)];
const withIntent = (arrays: readonly GiftiArray[], intent: string) => arrays.find((array) => array.intent === intent)!;

describe("textFiles", () => {
  const files = textFiles(truth, spoken);
  const parsed = (path: string) => JSON.parse(files.get(path)!) as Record<string, unknown>;

  it("are description, README, participants, the truth, and for each story two sidecars and its words", () => {
    expect([...files.keys()].sort()).toEqual(
      [
        "README",
        "dataset_description.json",
        "participants.tsv",
        "phantom.json",
        ...["tiny", "tinier"].flatMap((name) => [
          `stimuli/${name}_words.tsv`,
          `task-${name}_bold.json`,
          `task-${name}_timeseries.json`,
        ]),
      ].sort(),
    );
  });

  it("describe a BIDS data set and who made it", () => {
    expect(parsed("dataset_description.json")).toMatchObject({
      BIDSVersion: "1.10.0",
      DatasetType: "derivative",
      GeneratedBy: [{ Name: "cortecast", Description: "Simulated from activations of some-model, seed 0" }],
      License: "CC0",
    });
  });

  it("hold the truth whole, so that reading it back gives the same (identity)", () => {
    expect(parsed("phantom.json")).toEqual(truth);
  });

  it("list participants, repetition time and words as their readers read them (identity)", () => {
    const table = readTsv(bytes(files.get("participants.tsv")!));
    expect(table).toMatchObject({ columns: ["participant_id"], rows: [["sub-01"], ["sub-02"]] });
    for (const { story, words } of spoken) {
      const sidecar = { TaskName: story.name, RepetitionTime: 2 };
      expect(parsed(`task-${story.name}_bold.json`)).toEqual(sidecar);
      expect(parsed(`task-${story.name}_timeseries.json`)).toEqual(sidecar);
      expect(files.get(`stimuli/${story.name}_words.tsv`)).toBe(wordsTable(words));
    }
  });

  it("say in words what is planted, region by region of the left hemisphere", () => {
    const readme = files.get("README")!;
    expect(readme).toContain("2 simulated participants heard tiny and tinier.");
    expect(readme).toContain("- Occipital: noise alone");
    expect(readme).toContain("- Heschl: layer 2 of 6, no forecast");
    expect(readme).toContain("- Angular: layer 4 of 6, forecast distance 10 words");
    expect(readme.match(/^- /gm)).toHaveLength(phantomRegions.length);
  });
});

describe("eventsTable", () => {
  it.each(spoken)("starts the audio of $story.name where its words count from (identity)", ({ story, words }) => {
    const table = readTsv(bytes(eventsTable(story, words)), { path: "events.tsv" });
    expect([...audioStarts(table)]).toEqual([[stimFileOf(story.name), story.audioStart]]);
    const last = words.at(-1)!;
    const ends = table.rows.map(([onset, duration]) => Number(onset) + Number(duration));
    expect(Math.max(...ends)).toBeCloseTo(story.audioStart + last.onset + last.duration, 3);
  });

  it("has a row of music where there is music, right before the story (by hand)", () => {
    const [tiny, tinier] = spoken.map(({ story, words }) => readTsv(bytes(eventsTable(story, words))).rows);
    expect(tiny!.map(([onset, , kind]) => [onset, kind])).toEqual([
      ["3", "music"],
      ["7.5", "story"],
    ]);
    expect(tiny![0]![1]).toBe("4.5");
    expect(tinier!.map(([onset, , kind]) => [onset, kind])).toEqual([["-1.25", "story"]]);
  });
});

describe.each(hemispheres)("surfaceFiles, $hemi", (hemisphere) => {
  const { hemi, folded, inflated, depth, regionOfVertex } = hemisphere;
  const paths = surfacePaths(hemi);
  const files = surfaceFiles(hemisphere, phantomRegions, regionOfVertex);
  const read = (path: string) => readGifti(files.get(path)!, { path });

  it("lie in atlas/ under BIDS names that say the hemisphere", () => {
    expect(new Set(files.keys())).toEqual(new Set(Object.values(paths)));
    for (const path of files.keys()) {
      expect(path).toMatch(/^atlas\//);
      expect(parseBidsName(path)!.entities).toMatchObject({ tpl: "phantom", hemi });
    }
  });

  it.each([
    ["folded", folded],
    ["inflated", inflated],
  ] as const)("give the %s mesh back, single precision (identity)", (name, mesh) => {
    const { arrays, metadata } = read(paths[name]);
    const points = withIntent(arrays, "NIFTI_INTENT_POINTSET");
    const triangles = withIntent(arrays, "NIFTI_INTENT_TRIANGLE");
    expect(points.dimensions).toEqual([42, 3]);
    expect([...(points.data as Float32Array)]).toEqual(single(mesh.coordinates));
    expect(triangles.dimensions).toEqual([80, 3]);
    expect([...(triangles.data as Int32Array)]).toEqual([...mesh.triangles]);
    expect(metadata).toMatchObject({ AnatomicalStructurePrimary: hemi === "L" ? "CortexLeft" : "CortexRight" });
  });

  it("give the depth of the folds back, single precision (identity)", () => {
    const { arrays } = read(paths.sulc);
    expect(arrays.map((array) => array.intent)).toEqual(["NIFTI_INTENT_SHAPE"]);
    expect([...(arrays[0]!.data as Float32Array)]).toEqual(single(depth));
  });

  it("give the regions back, with their colours, to the reader of atlases (identity)", () => {
    const gifti = read(paths.labels);
    expect(gifti.labels.map(({ key, name }) => [key, name])).toEqual([
      [0, "???"],
      ...phantomRegions.map(({ name }, r) => [r + 1, name]),
    ]);
    gifti.labels.slice(1).forEach(({ rgba }, r) => {
      // Written as decimal numbers of the double: no more than rounding is lost.
      phantomRegions[r]!.colour.forEach((value, i) => {
        expect(rgba[i]! * 255).toBeCloseTo(value, 3);
      });
      expect(rgba[3]).toBe(1);
    });
    const regions = regionsOfLabels(gifti, { path: paths.labels, hemi });
    expect(regions.map((region) => [region.name, [...region.vertices]])).toEqual(
      phantomRegions.map(({ name }, r) => [name, [...regionOfVertex.keys()].filter((v) => regionOfVertex[v] === r)]),
    );
  });
});

describe("seriesFile", () => {
  it("gives one array a volume, and the time between volumes in milliseconds (identity)", () => {
    const bold = Matrix.of(Float32Array.of(1, 2, 3, 4.5, 5, -6), 3, 2);
    const { arrays, metadata } = readGifti(seriesFile(bold, "R", 0.72));
    expect(arrays.map((array) => [...(array.data as Float32Array)])).toEqual([
      [1, 2],
      [3, 4.5],
      [5, -6],
    ]);
    expect(arrays.every((array) => array.intent === "NIFTI_INTENT_TIME_SERIES")).toBe(true);
    expect(metadata).toEqual({ AnatomicalStructurePrimary: "CortexRight", TimeStep: "720" });
  });
});
