import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { OptionError } from "../../src/errors.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { phantomRegions } from "../../src/phantom/phantom-regions.ts";
import { type SimulateOptions, simulateDataset } from "../../src/phantom/simulate.ts";
import type { PhantomTruth } from "../../src/phantom/truth.ts";
import { findResponses } from "../../src/responses/find.ts";
import { loadResponse } from "../../src/responses/load-response.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { loadTranscript } from "../../src/stimulus/load-transcript.ts";
import { loadTinyModel, tinierStory, tinyStory } from "./tiny.ts";

const tiny = { nSubjects: 2, stories: [tinyStory], nVertices: 42, repetitionTime: 2 } as const;

let model: LanguageModel;
let truth: PhantomTruth;
const store = memoryStore({}, "phantom");
beforeAll(async () => {
  model = await loadTinyModel();
  truth = await simulateDataset(store, model, tiny);
});
afterAll(() => model.close());

/** All files of a data set. */
async function simulate(options: SimulateOptions): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = memoryStore();
  await simulateDataset(files, model, { ...tiny, ...options });
  return files.files;
}

describe("the data set", () => {
  it("is read by the project's own readers: one response a participant, as phantom.json says (identity)", async () => {
    const dataset = await loadDataset(store);
    for (const kind of ["region", "surface"] as const) {
      const found = await findResponses(dataset, { kind });
      expect(found.map(({ participant, story }) => [participant, story])).toEqual([
        ["sub-01", "tiny"],
        ["sub-02", "tiny"],
      ]);
      for (const files of found) {
        const { bold, repetitionTime, audioStart, quality } = await loadResponse(dataset, files);
        expect([repetitionTime, audioStart]).toEqual([2, tinyStory.audioStart]);
        expect([bold.nRows, bold.nColumns]).toEqual([truth.stories[0]!.nVolumes, kind === "region" ? 16 : 84]);
        expect(quality).toEqual({ nConstant: 0, nNotFinite: 0, nVolumesEmpty: 0 });
      }
    }
    const { words } = await loadTranscript(store, "tiny", { stimFile: "tiny_audio.wav" });
    expect(words).toHaveLength(truth.stories[0]!.nWords);
  });

  it("names in phantom.json, and in what it gives back, the model, stories, regions and participants", () => {
    expect(JSON.parse(new TextDecoder().decode(store.files.get("phantom.json")))).toEqual(truth);
    expect(truth.model).toEqual({ name: "tiny-model", fingerprint: model.fingerprint, nLayers: 2 });
    expect(truth.regions.map(({ hemi, name }) => [hemi, name])).toEqual(
      ["L", "R"].flatMap((hemi) => phantomRegions.map(({ name }) => [hemi, name])),
    );
    // The right hemisphere is .85 as strong; layers are shares of two.
    expect(truth.regions.find(({ name, hemi }) => name === "Angular" && hemi === "R")).toMatchObject({
      content: "heard-and-forecast",
      layer: Math.round((4 / 6) * 2),
      distance: 10,
      signalToNoise: 0.9 * 0.85,
    });
    for (const path of Object.values(truth.surfaces).flatMap((paths) => Object.values(paths)))
      expect(store.files.has(path as string)).toBe(true);
  });
});

describe("determinism", () => {
  it("the same seed gives the same bytes (identity)", async () => {
    expect(await simulate({})).toEqual(store.files);
  });

  it("another seed gives other times, folds and responses", async () => {
    const other = await simulate({ seed: 1 });
    expect([...other.keys()]).toEqual([...store.files.keys()]);
    const same = [...other].filter(([path, bytes]) => Buffer.compare(bytes, store.files.get(path)!) === 0);
    // What is said of the data set, its participants and its sidecars holds no random number, nor do the regions.
    for (const [path] of same) expect(path).toMatch(/^README$|^participants\.tsv$|\.json$|inflated|dseg/);
    expect(same.length).toBeGreaterThan(0);
  });

  it("more participants leave those before as they are (identity)", async () => {
    const more = await simulate({ nSubjects: 3 });
    const own = [...store.files].filter(([path]) => path.startsWith("sub-"));
    expect(own.map(([path]) => more.get(path))).toEqual(own.map(([, bytes]) => bytes));
  });

  it("a seed may be a text", async () => {
    expect(await simulate({ seed: "a", responses: "regions" })).not.toEqual(
      await simulate({ seed: "b", responses: "regions" }),
    );
  });
});

describe("progress", () => {
  it("tells every participant, and ends at the last", async () => {
    const told: string[] = [];
    await simulate({
      responses: "regions",
      onProgress: ({ label, done, total }) => {
        if (label === "responses of participants") told.push(`${done}/${total}`);
      },
    });
    expect(told).toEqual(["0/2", "1/2", "2/2"]);
  });

  it("stops where the listener throws: this is how a run is cancelled", async () => {
    const onProgress = () => {
      throw new Error("stop");
    };
    await expect(simulate({ onProgress })).rejects.toThrow("stop");
  });
});

describe("mistakes: an OptionError that names the option", () => {
  it.each<[string, SimulateOptions, string]>([
    ["nSubjects 0", { nSubjects: 0 }, "nSubjects must be a whole number from 1 to 10000, got 0"],
    ["nSubjects 1.5", { nSubjects: 1.5 }, "nSubjects must be a whole number from 1 to 10000, got 1.5"],
    ["nSubjects NaN", { nSubjects: Number.NaN }, "nSubjects must be a whole number from 1 to 10000, got NaN"],
    ["no stories", { stories: [] }, "stories must be one or more, got none"],
    ["a story's name", { stories: [{ ...tinyStory, name: "a-b" }] }, 'names of letters and digits, got "a-b"'],
    [
      "stories of one name",
      { stories: [tinyStory, tinyStory] },
      'stories must have different names of letters and digits, got "tiny"',
    ],
    [
      "a story without words",
      { stories: [{ ...tinyStory, text: " " }] },
      'a story must have 20 words more than the farthest planted distance (12), got 0 (story "tiny")',
    ],
    [
      "a distance beyond the story",
      { regions: [{ ...phantomRegions[2]!, distance: -150 }], stories: [tinyStory] },
      'a story must have 20 words more than the farthest planted distance (150), got 156 (story "tiny")',
    ],
    ["audioStart", { stories: [{ ...tinyStory, audioStart: Number.NaN }] }, 'got NaN (story "tiny")'],
    [
      "music",
      { stories: [{ ...tinyStory, music: -1 }] },
      'music must be a number of seconds from 0, got -1 (story "tiny")',
    ],
    ["responses", { responses: "volume" as "both" }, 'responses must be "surface", "regions" or "both", got "volume"'],
    [
      "nVertices",
      { nVertices: 100 },
      "nVertices, the vertices of a hemisphere, must be 10 f^2 + 2 for a whole f, got 100",
    ],
    ["too few vertices", { nVertices: 12 }, "every region must hold a vertex, got none of 12"],
    ["repetitionTime 0", { repetitionTime: 0 }, "repetitionTime must lie in 0.2..10 seconds, got 0"],
    ["repetitionTime in ms", { repetitionTime: 1500 }, "repetitionTime must lie in 0.2..10 seconds, got 1500"],
    ["no regions", { regions: [] }, "regions must be one or more, got none"],
    [
      "a region's rule",
      { regions: [{ ...phantomRegions[0]!, depth: 2 }] },
      'depth must be a share of the layers, 0..1, got 2 (region "Heschl")',
    ],
    ["signalToNoise", { signalToNoise: -1 }, "signalToNoise must be a number from 0, got -1"],
    ["rightShare", { rightShare: Number.NaN }, "rightShare must be a number from 0, got NaN"],
    ["forecastGain", { forecastGain: Number.POSITIVE_INFINITY }, "forecastGain must be a number from 0, got Infinity"],
    ["vertexNoise", { vertexNoise: -0.5 }, "vertexNoise must be a number from 0, got -0.5"],
    ["autocorrelation", { autocorrelation: 1 }, "autocorrelation must lie between -1 and 1, got 1"],
    ["threads", { device: { threads: 0 } }, "threads must be a whole number from 1, got 0"],
  ])("%s", async (_, options, message) => {
    const store = memoryStore();
    const failed = simulateDataset(store, model, { ...tiny, ...options });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(OptionError);
    expect(store.files.size).toBe(0);
  });
});

describe("several stories", () => {
  it("each get a run, sidecars and words", async () => {
    const files = await simulate({ stories: [tinyStory, tinierStory], nSubjects: 1, responses: "regions" });
    for (const name of ["tiny", "tinier"]) {
      expect(files.has(`stimuli/${name}_words.tsv`)).toBe(true);
      expect(files.has(`sub-01/func/sub-01_task-${name}_events.tsv`)).toBe(true);
    }
  });
});

describe("a folder that holds an earlier simulation", () => {
  it("keeps nothing of it, and what others put there", async () => {
    const store = memoryStore();
    await simulateDataset(store, model, { ...tiny, nSubjects: 3 });
    await store.write("sub-03/notes.txt", "mine");
    await simulateDataset(store, model, { ...tiny, nSubjects: 2 });
    expect([...store.files.keys()].filter((path) => path.startsWith("sub-03"))).toEqual(["sub-03/notes.txt"]);
    await store.remove("sub-03/notes.txt");
    const fresh = memoryStore();
    await simulateDataset(fresh, model, { ...tiny, nSubjects: 2 });
    expect([...store.files.keys()].sort()).toEqual([...fresh.files.keys()].sort());
    for (const [path, bytes] of fresh.files) expect(store.files.get(path)).toEqual(bytes);
  });
});

describe("noise alone", () => {
  it("needs no activations: a null data set", async () => {
    const files = await simulate({ regions: [phantomRegions.at(-1)!], responses: "regions", nSubjects: 1 });
    expect(files.has("sub-01/func/sub-01_task-tiny_hemi-L_atlas-phantom_timeseries.tsv")).toBe(true);
  });
});
