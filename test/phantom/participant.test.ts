import { describe, expect, it } from "vitest";
import { parseBidsName } from "../../src/bids/name.ts";
import { readTsv } from "../../src/formats/tsv.ts";
import { type ParticipantPlan, simulatedFiles } from "../../src/phantom/participant.ts";
import { type PhantomRegion, phantomRegions } from "../../src/phantom/phantom-regions.ts";
import { planHemispheres, planRegions, planStories } from "../../src/phantom/plan-simulation.ts";
import { loadSurfaceSeries } from "../../src/responses/surface-series.ts";
import { readRegionSeries } from "../../src/responses/time-series.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { tinierStory, tinyStory } from "./tiny.ts";

const nVertices = 162;
const stories = planStories([tinyStory, tinierStory], 2, 0);
const nVolumes = stories.map((story) => story.nVolumes);
const nAll = nVolumes[0]! + nVolumes[1]!;
const hemispheres = planHemispheres(phantomRegions, nVertices, 0);

/** A participant's plan whose planted signals are a sine of the volume, so that what is planted is known by hand. */
function planOf(changes: Partial<ParticipantPlan> = {}, regions: readonly PhantomRegion[] = phantomRegions) {
  const sine = Float64Array.from({ length: nAll }, (_, t) => Math.SQRT2 * Math.sin(0.3 * t));
  const plan: ParticipantPlan = {
    seed: 0,
    hemispheres,
    stories,
    regions: hemispheres.flatMap((hemisphere) => planRegions(hemisphere, regions, 6, 1)),
    maker: { signal: () => sine },
    noise: { autocorrelation: 0.4, whiteShare: 0.3 },
    vertexNoise: 1,
    repetitionTime: 2,
    responses: "both",
    ...changes,
  };
  return { plan, sine };
}
const filesOf = (plan: ParticipantPlan, participant = "sub-01") => new Map(simulatedFiles(plan, participant, 0));
const surfacePath = (story: string, hemi: string) =>
  `sub-01/func/sub-01_task-${story}_hemi-${hemi}_space-phantom_desc-clean_bold.func.gii`;
const regionPath = (story: string, hemi: string) =>
  `sub-01/func/sub-01_task-${story}_hemi-${hemi}_atlas-phantom_timeseries.tsv`;
const regionSeries = (files: ReadonlyMap<string, Uint8Array | string>, story: string, hemi: "L" | "R") =>
  readRegionSeries(new TextEncoder().encode(files.get(regionPath(story, hemi)) as string), "table", hemi);
const surfaceSeries = async (files: ReadonlyMap<string, Uint8Array | string>, story: string, hemi: string) => {
  const source = memoryStore({ gifti: files.get(surfacePath(story, hemi))! });
  return (await loadSurfaceSeries(source, "gifti", "phantom")).bold;
};

describe("participantFiles", () => {
  const { plan } = planOf();
  const files = filesOf(plan);

  it("are events, region tables and surfaces of each story, under BIDS names", () => {
    const expected = ["tiny", "tinier"].flatMap((story) => [
      `sub-01/func/sub-01_task-${story}_events.tsv`,
      ...["L", "R"].flatMap((hemi) => [regionPath(story, hemi), surfacePath(story, hemi)]),
    ]);
    expect([...files.keys()].sort()).toEqual(expected.sort());
    for (const path of files.keys()) expect(parseBidsName(path)!.entities["sub"]).toBe("01");
  });

  it("hold the volumes of each story, the regions by name, the vertices of a hemisphere", async () => {
    for (const [index, story] of ["tiny", "tinier"].entries()) {
      for (const hemi of ["L", "R"] as const) {
        const { bold, targets } = regionSeries(files, story, hemi);
        expect([bold.nRows, bold.nColumns]).toEqual([nVolumes[index], phantomRegions.length]);
        expect(targets).toEqual(phantomRegions.map(({ name }) => ({ name, hemi })));
        const surface = await surfaceSeries(files, story, hemi);
        expect([surface.nRows, surface.nColumns]).toEqual([nVolumes[index], nVertices]);
      }
    }
  });

  it("have region series that are the means over the region's vertices (identity, to their rounding)", async () => {
    for (const { hemi, regionOfVertex } of hemispheres) {
      const series = regionSeries(files, "tiny", hemi).bold;
      const surface = await surfaceSeries(files, "tiny", hemi);
      for (let r = 0; r < phantomRegions.length; r++) {
        const members = [...regionOfVertex.keys()].filter((v) => regionOfVertex[v] === r);
        for (const t of [0, 5, nVolumes[0]! - 1]) {
          const mean = members.reduce((sum, v) => sum + surface.data[t * nVertices + v]!, 0) / members.length;
          // Vertices are rounded to 1/64, tables to 1e-4, both read in single precision near 1,000.
          expect(Math.abs(mean - series.data[t * phantomRegions.length + r]!)).toBeLessThan(1 / 128 + 3e-4);
        }
      }
    }
  });

  it("lie around 1,000, the same level in all stories", async () => {
    const levels: number[] = [];
    for (const story of ["tiny", "tinier"]) {
      const { data } = await surfaceSeries(files, story, "L");
      levels.push(Array.from(data).reduce((sum, value) => sum + value, 0) / data.length);
    }
    // 162 vertices with a spread of 40: standard error 3; noise adds less.
    for (const level of levels) expect(Math.abs(level - 1000)).toBeLessThan(15);
    expect(Math.abs(levels[0]! - levels[1]!)).toBeLessThan(5);
  });

  it.each(["surface", "regions"] as const)(
    "with responses %s are a part of both, byte for byte (identity)",
    (responses) => {
      const part = filesOf(planOf({ responses }).plan);
      expect(part.size).toBe(6);
      for (const [path, content] of part) expect(content).toEqual(files.get(path));
    },
  );

  it("are the same for the same participant and seed, others for another", () => {
    expect(filesOf(plan)).toEqual(files);
    const other = filesOf(planOf({ seed: 1 }).plan);
    const second = new Map(
      [...filesOf(plan, "sub-02")].map(([path, content]) => [path.replaceAll("sub-02", "sub-01"), content]),
    );
    for (const path of [regionPath("tiny", "L"), surfacePath("tiny", "R")]) {
      expect(other.get(path)).not.toEqual(files.get(path));
      expect(second.get(path)).not.toEqual(files.get(path));
    }
  });

  it("say in events.tsv when the audio starts", () => {
    const table = readTsv(new TextEncoder().encode(files.get("sub-01/func/sub-01_task-tinier_events.tsv") as string));
    expect(table.columns).toEqual(["onset", "duration", "trial_type", "stim_file"]);
    expect(table.rows[0]!.filter((_, i) => i !== 1)).toEqual(["-1.25", "story", "tinier_audio.wav"]);
  });
});

describe("what is planted", () => {
  it("is the signal times its strength, ten units a standard deviation, cut at the stories (recovery)", async () => {
    const strong = phantomRegions.map((region) =>
      region.content === "noise" ? region : { ...region, signalToNoise: 1000 },
    );
    const { plan, sine } = planOf({ responses: "regions" }, strong);
    const files = filesOf(plan);
    let start = 0;
    for (const [index, story] of ["tiny", "tinier"].entries()) {
      const { bold } = regionSeries(files, story, "R");
      strong.forEach(({ content }, r) => {
        const values = Float64Array.from({ length: bold.nRows }, (_, t) => bold.data[t * bold.nColumns + r]!);
        const planted = content === "noise" ? 0 : 10 * 1000;
        for (const [t, value] of values.entries()) {
          // Noise of standard deviation 10 around a mean within 40 of 1,000: five of each.
          expect(Math.abs(value - 1000 - planted * sine[start + t]!)).toBeLessThan(5 * 10 + 5 * 40);
        }
      });
      start += nVolumes[index]!;
    }
  });
});

describe("noise of vertices", () => {
  const neighbourCorrelation = async (vertexNoise: number) => {
    const { plan } = planOf({ responses: "surface", vertexNoise });
    const { data, nRows } = await surfaceSeries(filesOf(plan), "tiny", "L");
    const { neighbours, regionOfVertex } = hemispheres[0]!;
    const series = (v: number) => {
      const values = Float64Array.from({ length: nRows }, (_, t) => data[t * nVertices + v]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / nRows;
      return values.map((value) => value - mean);
    };
    const correlate = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, value, t) => sum + value * b[t]!, 0) /
      Math.sqrt(a.reduce((sum, value) => sum + value ** 2, 0) * b.reduce((sum, value) => sum + value ** 2, 0));
    const outside = [...regionOfVertex.keys()].filter((v) => regionOfVertex[v]! < 0);
    const near = outside.flatMap((v) =>
      neighbours[v]!.filter((u) => regionOfVertex[u]! < 0).map((u) => [v, u] as const),
    );
    const far = outside.map((v, i) => [v, outside[(i + Math.floor(outside.length / 2)) % outside.length]!] as const);
    const mean = (pairs: readonly (readonly [number, number])[]) =>
      pairs.reduce((sum, [v, u]) => sum + correlate(series(v), series(u)), 0) / pairs.length;
    return { near: mean(near), far: mean(far.filter(([v, u]) => !neighbours[v]!.includes(u))) };
  };

  it("outside all regions is shared among neighbours, and hardly with others", async () => {
    const { near, far } = await neighbourCorrelation(1);
    // Two vertices of six neighbours share four of seven draws: 4 / 7; the mean over a hundred pairs is near it.
    expect(near).toBeGreaterThan(0.45);
    expect(near).toBeLessThan(0.7);
    expect(Math.abs(far)).toBeLessThan(0.15);
  });

  it("is none within a region where vertexNoise is 0: all its vertices differ by their baselines alone", async () => {
    const surface = await surfaceSeries(filesOf(planOf({ responses: "surface", vertexNoise: 0 }).plan), "tiny", "L");
    const { regionOfVertex } = hemispheres[0]!;
    const [a, b] = [...regionOfVertex.keys()].filter((v) => regionOfVertex[v] === 0);
    const differences = Array.from(
      { length: surface.nRows },
      (_, t) => surface.data[t * nVertices + a!]! - surface.data[t * nVertices + b!]!,
    );
    // Each is rounded to 1/64.
    expect(Math.max(...differences) - Math.min(...differences)).toBeLessThanOrEqual(1 / 32);
  });
});
