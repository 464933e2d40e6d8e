import { formatBidsName } from "../bids/name.ts";
import { writeTsv } from "../formats/tsv.ts";
import { type BoldPlan, regionBold, vertexBaselines, vertexBold } from "./bold.ts";
import type { NoiseOptions } from "./noise.ts";
import type { RegionedHemisphere, SpokenStory } from "./plan-simulation.ts";
import type { SignalMaker } from "./signals.ts";
import { PHANTOM_SPACE, seriesFile } from "./surface-files.ts";
import { eventsTable } from "./text-files.ts";
import type { RegionTruth } from "./truth.ts";

/** What the files of every participant are made from. */
export interface ParticipantPlan {
  readonly seed: number | string;
  readonly hemispheres: readonly RegionedHemisphere[];
  readonly stories: readonly SpokenStory[];
  /** Of both hemispheres. */
  readonly regions: readonly RegionTruth[];
  readonly maker: SignalMaker;
  readonly noise: NoiseOptions;
  readonly vertexNoise: number;
  /** Seconds. */
  readonly repetitionTime: number;
  readonly responses: "surface" | "regions" | "both";
}

/** The files of one participant, one after the other: path, relative to the data set, and content. */
export function* simulatedFiles(
  plan: ParticipantPlan,
  participant: string,
  latency: number,
): Generator<readonly [string, Uint8Array | string]> {
  const { hemispheres, stories, regions, maker, noise, vertexNoise, repetitionTime, responses, seed } = plan;
  const sub = participant.slice("sub-".length);
  const nAll = stories.reduce((sum, { nVolumes }) => sum + nVolumes, 0);
  for (const { story, words } of stories) {
    yield [funcPath({ sub, task: story.name }, "events", ".tsv"), eventsTable(story, words)];
  }
  for (const { hemi, regionOfVertex, neighbours } of hemispheres) {
    const own = regions.filter((region) => region.hemi === hemi);
    const signals = own.map(({ name, layer, distance, signalToNoise }) => {
      if (layer === null) return new Float64Array(nAll);
      const signal = maker.signal({ layer, distance: distance ?? undefined }, `${name} ${hemi}`, participant, latency);
      return signal.map((value) => signalToNoise * value);
    });
    const baselines = vertexBaselines(regionOfVertex.length, `${participant} ${hemi}, seed ${seed}`);
    let start = 0;
    for (const { story, nVolumes } of stories) {
      const bold: BoldPlan = {
        name: `${participant} ${hemi} ${story.name}, seed ${seed}`,
        signals: signals.map((signal) => signal.subarray(start, start + nVolumes)),
        nVolumes,
        regionOfVertex,
        neighbours,
        noise,
        vertexNoise,
      };
      start += nVolumes;
      const series = regionBold(bold, baselines);
      if (responses !== "surface") {
        const rows = Array.from({ length: nVolumes }, (_, t) =>
          Array.from(
            series.data.subarray(t * own.length, (t + 1) * own.length),
            (value) => Math.round(value * 1e4) / 1e4,
          ),
        );
        yield [
          tablePath(sub, story.name, hemi),
          writeTsv(
            own.map(({ name }) => name),
            rows,
          ),
        ];
      }
      if (responses !== "regions") {
        yield [
          surfacePath(sub, story.name, hemi),
          seriesFile(vertexBold(bold, baselines, series), hemi, repetitionTime),
        ];
      }
    }
  }
}

/** The paths of {@link simulatedFiles}, without the files: they can be listed before anything is computed. */
export function participantPaths(
  { hemispheres, stories, responses }: Pick<ParticipantPlan, "hemispheres" | "stories" | "responses">,
  participant: string,
): string[] {
  const sub = participant.slice("sub-".length);
  return stories.flatMap(({ story: { name: task } }) => [
    funcPath({ sub, task }, "events", ".tsv"),
    ...hemispheres.flatMap(({ hemi }) => [
      ...(responses === "surface" ? [] : [tablePath(sub, task, hemi)]),
      ...(responses === "regions" ? [] : [surfacePath(sub, task, hemi)]),
    ]),
  ]);
}

const tablePath = (sub: string, task: string, hemi: "L" | "R") =>
  funcPath({ sub, task, hemi, atlas: PHANTOM_SPACE }, "timeseries", ".tsv");

const surfacePath = (sub: string, task: string, hemi: "L" | "R") =>
  funcPath({ sub, task, hemi, space: PHANTOM_SPACE, desc: "clean" }, "bold", ".func.gii");

function funcPath(
  entities: Readonly<Record<string, string>> & { readonly sub: string },
  suffix: string,
  extension: string,
): string {
  return `sub-${entities.sub}/func/${formatBidsName({ entities, suffix, extension })}`;
}
