import { usesChance, usesWindows } from "../analyses/registry.ts";
import { ownValue } from "../array/records.ts";
import { parseBidsName } from "../bids/name.ts";
import { DEFAULT_ALPHAS } from "../ridge/ridge-options.ts";
import type { ActivationSource } from "./activation-source.ts";
import { askedAnalyses, askedWindows, describeAsked } from "./asked-analyses.ts";
import type { StudyInputs } from "./inputs.ts";
import { ownExclusions } from "./open-dataset.ts";
import { type StudyOptions, studyOptions } from "./options.ts";

/** Every option of a study with the value that was in force; "none" where there was none, or it had no effect. */
export type RecordedOptions = { readonly [Key in keyof typeof studyOptions]: RecordedValue };

/** A value, or all that there were. */
type RecordedValue = string | number | boolean | readonly (string | number)[];

/** Values of options that neither the options nor the inputs say. */
export interface InForce {
  /** How the model read the stories; undefined where activations were made elsewhere. */
  readonly reading: ActivationSource["reading"];
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  /** Folder. */
  readonly cache: string;
}

/** What {@link recordOptions} needs of the inputs. */
export interface RecordedInputs extends Pick<StudyInputs, "participants" | "transcripts" | "surfaces"> {
  readonly leftOut: ReadonlyMap<string, string>;
}

/**
 * The options of a study as they were used: defaults filled in, and where an option was left open, what was found or chosen. Their
 * order is that of the documentation, whatever was typed.
 */
export function recordOptions(
  options: StudyOptions,
  { participants, transcripts, surfaces = [], leftOut }: RecordedInputs,
  { reading, threads, memory, cache }: InForce,
  layers: readonly number[],
): RecordedOptions {
  const stories = participants.flatMap((one) => one.stories);
  const kinds = all(participants.map(({ space }) => space.kind));
  const none = "none";
  const windows = askedWindows(options).filter(({ distances }) => distances.length > 0);
  const asked = askedAnalyses(options).filter(
    ({ name }) => !usesWindows(name) || windows.some((window) => window.name === name),
  );
  // What every analysis sets for itself has no effect.
  const windowed = asked.filter(({ name }) => usesWindows(name));
  const random = asked.filter(({ name }) => usesChance(name));
  const label = (key: string) =>
    all(stories.flatMap(({ files }) => files.files.map((path) => labelIn(path, key) ?? none)));
  const derivative = stories.flatMap(({ files }) =>
    files.files.map((path) => /^derivatives\/(.+?)\/sub-/.exec(path)?.[1] ?? none),
  );
  const hasOwn = [...leftOut.values()].includes(ownExclusions);
  const ownMasks = kinds === "volume" ? "the brain masks of all runs" : none;
  const record: RecordedOptions = {
    ...options,
    stories: [...new Set(stories.map(({ files }) => files.story))],
    participants: participants.map(({ participant }) => participant),
    exclude: some(options.exclude),
    pattern: options.pattern ?? none,
    repetitionTime: all(stories.map(({ repetitionTime }) => repetitionTime)),
    audioStart: all(stories.map(({ files }) => files.audioStart)),
    volumesDiscarded: all(stories.map(({ nDiscarded }) => nDiscarded)),
    exclusions: options.exclusions ?? (hasOwn ? ownExclusions : none),
    derivatives: some(options.derivatives),
    derivative: all(derivative),
    kind: kinds,
    hemi: all(stories.flatMap(({ files }) => files.hemispheres).map((hemi) => (hemi === "n/a" ? none : hemi))),
    space: label("space"),
    res: label("res"),
    den: label("den"),
    desc: label("desc"),
    atlas: label("atlas"),
    seg: label("seg"),
    mask: options.mask ?? ownMasks,
    regions: some(options.regions),
    surfaces: some(options.surfaces),
    sulc: options.sulc ? some(options.sulc) : some(surfaces.flatMap((surface) => surface.shadingName ?? [])),
    transcript: options.transcript ?? all(transcripts.map(({ path }) => path)),
    tier: options.tier ?? none,
    noiseLabels: options.noiseLabels === undefined ? "those of tiers by default" : some(options.noiseLabels),
    confounds: some(options.confounds),
    cutoff: options.drift === "cosine" ? options.cutoff : none,
    missingConfounds: some(options.confounds) === none ? none : options.missingConfounds,
    model: options.model ?? (options.activations === undefined ? "the embedded model" : none),
    activations: options.activations ?? none,
    layer: layers,
    context: reading?.context ?? none,
    maxContext: reading?.maxContext ?? none,
    minContext: reading?.minContext ?? none,
    pooling: reading?.pooling ?? none,
    layerZero: reading?.layerZero ?? none,
    finalNorm: reading?.finalNorm ?? none,
    width: windowed.some(({ settings }) => settings.width === undefined) ? options.width : none,
    alphas: options.alphas ?? DEFAULT_ALPHAS,
    innerFolds: options.alphaChoice === "inner-folds" ? options.innerFolds : none,
    analyses: asked.map(describeAsked),
    controls: some(options.controls),
    distances: windowed.some(({ settings }) => settings.distances === undefined) ? options.distances : none,
    seed: random.some(({ settings }) => settings.seed === undefined) ? options.seed : none,
    threads,
    memory,
    cache,
  };
  const keys = Object.keys(studyOptions) as (keyof RecordedOptions)[];
  return Object.fromEntries(keys.map((key) => [key, record[key]])) as RecordedOptions;
}

const labelIn = (path: string, key: string) => ownValue(parseBidsName(path)?.entities ?? {}, key);

/** The value that all have, or each that occurs, numbers ascending. */
function all<T extends string | number>(values: readonly T[]): T | readonly T[] {
  const distinct = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
  return distinct.length === 1 ? distinct[0]! : distinct;
}

const some = (values: readonly string[] | undefined) => (values === undefined || values.length === 0 ? "none" : values);
