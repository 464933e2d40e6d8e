import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Progress } from "../../src/array/progress.ts";
import { OptionError } from "../../src/errors.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { wordActivations } from "../../src/language-model/word-activations.ts";
import { phantomRegions } from "../../src/phantom/phantom-regions.ts";
import {
  planHemispheres,
  planParticipants,
  planRegions,
  planStories,
  type RegionedHemisphere,
  readStories,
} from "../../src/phantom/plan-simulation.ts";
import { speakStory, wordTexts } from "../../src/phantom/story.ts";
import { loadTinyModel, tinierStory, tinyStory } from "./tiny.ts";

describe("planHemispheres", () => {
  const hemispheres = planHemispheres(phantomRegions, 42, 0);

  it("gives L and R, with every region on both, and neighbours along the edges of the mesh", () => {
    expect(hemispheres.map(({ hemi }) => hemi)).toEqual(["L", "R"]);
    for (const { regionOfVertex, neighbours, folded } of hemispheres) {
      expect(new Set(regionOfVertex)).toEqual(new Set([-1, ...phantomRegions.keys()]));
      // Each edge of a closed mesh lies in two triangles and is in the lists of both ends: three entries a triangle.
      expect(neighbours.reduce((sum, list) => sum + list.length, 0)).toBe(folded.triangles.length);
    }
  });

  it("refuses a region that no vertex falls into, by name", () => {
    const small = phantomRegions.map((region) => (region.name === "IFG" ? { ...region, radius: 0.01 } : region));
    expect(() => planHemispheres(small, 42, 0)).toThrow(OptionError);
    expect(() => planHemispheres(small, 42, 0)).toThrow('must hold a vertex, got none of 42 (region "IFG")');
  });
});

describe("planStories", () => {
  const repetitionTime = 1.5;
  const spoken = planStories([tinyStory, tinierStory], repetitionTime, 7);

  it("speaks each story with the seed", () => {
    expect(spoken.map(({ story, words }) => [story.name, words])).toEqual(
      [tinyStory, tinierStory].map((story) => [story.name, speakStory(story, 7)]),
    );
  });

  it("ends each run at the first whole volume 12 s or more after its last word (by hand)", () => {
    for (const { story, words, nVolumes } of spoken) {
      const end = story.audioStart + words.at(-1)!.onset + words.at(-1)!.duration + 12;
      expect(nVolumes * repetitionTime).toBeGreaterThanOrEqual(end);
      expect((nVolumes - 1) * repetitionTime).toBeLessThan(end);
    }
  });
});

describe("planRegions", () => {
  const hemisphere = { hemi: "R", regionOfVertex: Int32Array.of(0, -1, 2, 2) } as unknown as RegionedHemisphere;
  const place = { centre: [1, 0, 0], radius: 1, colour: [0, 0, 0] } as const;

  it("says what is planted where: layers by share of the depth, strength by hemisphere (by hand)", () => {
    const truth = planRegions(
      hemisphere,
      [
        { ...place, name: "A", content: "heard", depth: 2 / 3, signalToNoise: 0.8 },
        { ...place, name: "B", content: "noise" },
        { ...place, name: "C", content: "heard-and-forecast", depth: 0.4, distance: 6, signalToNoise: 2 },
      ],
      12,
      0.5,
    );
    expect(truth).toEqual([
      { name: "A", hemi: "R", nVertices: 1, content: "heard", layer: 8, distance: null, signalToNoise: 0.4 },
      { name: "B", hemi: "R", nVertices: 0, content: "noise", layer: null, distance: null, signalToNoise: 0 },
      { name: "C", hemi: "R", nVertices: 2, content: "heard-and-forecast", layer: 5, distance: 6, signalToNoise: 1 },
    ]);
  });
});

describe("planParticipants", () => {
  it("numbers participants with two digits, with three from a hundred on", () => {
    expect(planParticipants(3, 0).map(({ participant }) => participant)).toEqual(["sub-01", "sub-02", "sub-03"]);
    const many = planParticipants(100, 0);
    expect([many[0]!.participant, many[99]!.participant]).toEqual(["sub-001", "sub-100"]);
  });

  it("gives each a latency of its own, about .25 s early or late, in whole milliseconds", () => {
    const latencies = planParticipants(400, 1).map(({ latency }) => latency);
    const deviation = Math.sqrt(latencies.reduce((sum, value) => sum + value ** 2, 0) / 400);
    // 400 draws: standard deviation .25 / sqrt(800) = .009; four of them.
    expect(Math.abs(deviation - 0.25)).toBeLessThan(0.036);
    expect(new Set(latencies).size).toBeGreaterThan(300);
    for (const latency of latencies) expect(latency).toBe(Math.round(latency * 1000) / 1000);
  });

  it("adds participants without changing those before, with numbers of equal width", () => {
    expect(planParticipants(9, 5).slice(0, 4)).toEqual(planParticipants(4, 5));
  });
});

describe("readStories", () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = await loadTinyModel();
  });
  afterAll(() => model.close());

  it("gives what an analysis of the written files has: scan onsets, volumes, activations (identity)", async () => {
    const spoken = planStories([tinierStory], 1.5, 0);
    const progress: Progress[] = [];
    const [heard] = await readStories(model, spoken, [1, 2], (step) => progress.push(step));
    const words = spoken[0]!.words;
    expect([...heard!.onsets]).toEqual(words.map((word) => -1.25 + word.onset));
    expect(heard!.nVolumes).toBe(spoken[0]!.nVolumes);
    const { activations } = await wordActivations(model, wordTexts(words), { layers: [1, 2] });
    expect(heard!.activations).toEqual(activations);
    expect(progress.at(-1)!.done).toBe(progress.at(-1)!.total);
  });
});
