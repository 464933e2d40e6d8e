import { z } from "zod";
import { keptFileBytes, openKeptArrays, refusalOf } from "../keep/kept-arrays.ts";
import type { ScoreKey, Surface, TargetRegion } from "../report/result.ts";
import { leadingLayer } from "../report/select.ts";
import {
  grayordinateTargets,
  surfaceTargets,
  type Target,
  type TargetSpace,
  voxelTargets,
} from "../responses/target.ts";
import { sha256 } from "../sources/checksum.ts";
import type { OutputFile } from "../sources/output-files.ts";
import type { Source } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import { askedAnalyses, describeAsked } from "./asked-analyses.ts";
import { type ResultContext, type Scored, softwareVersions } from "./assemble-result.ts";
import { packJson, unpackJson } from "./packed-json.ts";
import { numbersVersion } from "./plan.ts";

/**
 * What a participant's results hold for the group level: scores averaged over the folds, and all that tables, maps and the
 * report say of the participant. It lies beside them, under a name that BIDS tools pass over.
 */
export interface ParticipantRecord {
  readonly scored: Scored;
  /** Of the run, as far as it concerns the participant. */
  readonly context: ResultContext;
  /** What must be equal for participants to be joined, by name: options, language model, data set, what was scored. */
  readonly settings: Readonly<Record<string, string>>;
  /** Versions of the software that made it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Options as they were used, but for those of the run alone (participants, level). */
  readonly recorded: Readonly<Record<string, unknown>>;
}

/** Where a participant's record lies. */
export const recordPath = (participant: string) => `${participant}/.cortecast-scores.record`;

/** Where earlier versions wrote it, in a form that is no longer read. */
const earlierPath = (participant: string) => `${participant}/.cortecast-scores.safetensors`;

/** Raised when records come to be written otherwise. */
const recordKey = "cortecast participant 6";

/** Whether there is a record of a participant, were it one of an earlier version, which a {@link recordReader} refuses. */
export async function hasRecord(output: Source, participant: string): Promise<boolean> {
  return (await output.has(recordPath(participant))) || output.has(earlierPath(participant));
}

/** Options that may differ between participants who are joined: they change no number, or their contents are compared. */
export const passedOver: ReadonlySet<string> = new Set([
  "dataset",
  "output",
  "participants",
  "level",
  "threads",
  "memory",
  "cache",
  "exclude",
  "exclusions",
  "model",
  "activations",
  "derivatives",
  "mask",
  "regions",
  "surfaces",
  "transcript",
]);

/** The {@link ParticipantRecord.settings} as far as they can be told before anything is computed. */
export function settingsOf(
  {
    inputs,
    model,
    layers,
    options,
  }: Pick<ResultContext, "model" | "layers" | "options"> & {
    readonly inputs: Pick<ResultContext["inputs"], "regions" | "surfaces"> & {
      readonly dataset: { readonly description: Readonly<Record<string, unknown>> };
    };
  },
  { space, targets }: { readonly space: TargetSpace; readonly targets: readonly Target[] },
): Record<string, string> {
  const settings = new Map<string, string>(
    Object.entries({
      "version of the numbers": String(numbersVersion),
      "name of the data set": JSON.stringify(inputs.dataset.description["Name"] ?? "none"),
      "fingerprint of the language model": model.fingerprint,
      layer: layers.join(", "),
      "what was scored": sha256(packJson([space, space.kind === "region" ? targets : undefined])),
      regions: sha256(packJson(inputs.regions ?? null)),
      surfaces: sha256(packJson(inputs.surfaces ?? null)),
    }),
  );
  // The main layer: random controls are made with it, and the group's figures show it.
  if (layers.length > 1) settings.set("main layer", String(leadingLayer(layers, model.nLayers)));
  settings.set("analyses", packJson(askedAnalyses(options).map(describeAsked)));
  for (const [name, value] of Object.entries(options)) {
    if (!passedOver.has(name) && !["layer", "analyses", "controls"].includes(name) && value !== undefined)
      settings.set(name, packJson(value));
  }
  return Object.fromEntries(settings);
}

/** A participant's record as a file. */
export async function recordFile(
  scored: Scored,
  context: ResultContext,
  recorded: ParticipantRecord["recorded"],
): Promise<OutputFile> {
  const { inputs, analyses, keptVariance, facts, others } = scored;
  const { targets, space, ...rest } = inputs;
  const { dataset, transcripts, regions, surfaces, leftOut, withResponses, withoutResponses } = context.inputs;
  const keys = analyses.map(({ analysis, layer, distance }): ScoreKey => ({ analysis, layer, distance }));
  const arrays: Float32Array[] = [];
  for (const own of analyses) arrays.push(Float32Array.from(await own.loadMean()));
  const { participants: _, level: __, ...options } = context.options;
  const about = {
    inputs: rest,
    keys,
    keptVariance,
    facts,
    others,
    context: {
      ...context,
      inputs: { dataset: { description: dataset.description }, leftOut, withResponses, withoutResponses },
      model: {
        name: context.model.name,
        fingerprint: context.model.fingerprint,
        warnings: context.model.warnings,
        nLayers: context.model.nLayers,
      },
      options,
    },
    transcripts,
    settings: settingsOf(context, inputs),
    environment: softwareVersions(),
    recorded,
  };
  const places = { space, targets: space.kind === "region" ? targets : undefined, regions, surfaces };
  const packed: AboutRecord = { about: packJson(about), places: packJson(places) };
  const path = recordPath(inputs.participant);
  return { path, bytes: keptFileBytes(path, recordKey, { about: packed, arrays }) };
}

/** The header of the scores: two values, each packed. */
const describedRecord = z.object({ about: z.string(), places: z.string() });

type AboutRecord = z.infer<typeof describedRecord>;

/** Where the scores belong, and meshes to draw them on: the same object for all participants who have the same. */
interface Places {
  readonly space: TargetSpace;
  readonly targets: readonly Target[];
  readonly regions: readonly TargetRegion[] | undefined;
  readonly surfaces: readonly Surface[] | undefined;
}

/** Opens records; what is the same in several of them is in memory once. */
export function recordReader(output: Source): (participant: string) => Promise<ParticipantRecord> {
  const places = new Map<string, Places>();
  const heard = new Map<string, Transcript>();
  const share = (transcript: Transcript): Transcript => {
    const digest = sha256(JSON.stringify(transcript));
    const known = heard.get(digest) ?? transcript;
    heard.set(digest, known);
    return known;
  };
  return async (participant) => {
    const path = recordPath(participant);
    const remedy = `Delete it, and score ${participant} again: its results are read from it, and nothing is computed here`;
    if (!(await output.has(path)) && (await output.has(earlierPath(participant))))
      throw refusalOf(`${output.location}/${earlierPath(participant)}`, remedy)("a record of an earlier version");
    const { about: kept, load } = await openKeptArrays(output, path, recordKey, { remedy });
    const found = describedRecord.safeParse(kept);
    if (!found.success) throw refusalOf(`${output.location}/${path}`, remedy)("no description", found.error);
    const { about: text, places: packed } = found.data;
    const digest = sha256(packed);
    const place = places.get(digest) ?? restoredPlaces(unpackJson(packed) as Places);
    places.set(digest, place);
    // The digest of the whole file says that it is what recordFile wrote.
    const about = unpackJson(text) as Packed;
    const { targets, space, regions, surfaces } = place;
    const { dataset, leftOut, withResponses, withoutResponses } = about.context.inputs;
    const stories = about.inputs.stories.map((story) => ({ ...story, transcript: share(story.transcript) }));
    const inputs = { ...about.inputs, stories, targets, space };
    const transcripts = about.transcripts.map(share);
    return {
      scored: {
        inputs,
        analyses: about.keys.map((key, i) => ({
          ...key,
          loadMean: () => load(i),
          loadFolds: () => Promise.resolve(undefined),
        })),
        keptVariance: about.keptVariance,
        facts: about.facts,
        others: about.others,
      },
      context: {
        ...about.context,
        inputs: {
          dataset,
          leftOut,
          withResponses,
          withoutResponses,
          regions,
          surfaces,
          transcripts,
          participants: [inputs],
        },
      },
      settings: about.settings,
      environment: about.environment,
      recorded: about.recorded,
    };
  };
}

type Inputs = ResultContext["inputs"];

/** What {@link recordFile} packs. */
interface Packed
  extends Pick<ParticipantRecord, "settings" | "environment" | "recorded">,
    Pick<Scored, "keptVariance" | "facts" | "others"> {
  readonly inputs: Omit<Scored["inputs"], "targets" | "space">;
  readonly keys: readonly ScoreKey[];
  readonly context: Omit<ResultContext, "inputs"> & {
    readonly inputs: Pick<Inputs, "dataset" | "leftOut" | "withResponses" | "withoutResponses">;
  };
  readonly transcripts: Inputs["transcripts"];
}

function restoredPlaces({ space, targets, regions, surfaces }: Places): Places {
  return { space, targets: targetsOf(space, targets), regions, surfaces };
}

function targetsOf(space: TargetSpace, targets: readonly Target[]): readonly Target[] {
  switch (space.kind) {
    case "region":
      return targets;
    case "surface":
      return surfaceTargets(space.nVertices);
    case "volume":
      return voxelTargets(space.shape, space.voxels);
    case "grayordinate":
      return grayordinateTargets(space.grayordinates);
    default:
      return space satisfies never;
  }
}
