import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";
import type { Device } from "../graph/device.ts";
import type { LanguageModel } from "../language-model/language-model.ts";
import { checkOutputFiles, type OutputFile, writeOutputFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import { WHITE_SHARE } from "./noise.ts";
import { type ParticipantPlan, participantPaths, simulatedFiles } from "./participant.ts";
import type { PhantomRegion } from "./phantom-regions.ts";
import { planHemispheres, planParticipants, planRegions, planStories, readStories } from "./plan-simulation.ts";
import { createSignalMaker, type Planted } from "./signals.ts";
import { simulationSettings } from "./simulation-options.ts";
import type { PhantomStory } from "./story.ts";
import { surfaceFiles, surfacePaths } from "./surface-files.ts";
import { textFiles } from "./text-files.ts";
import type { PhantomTruth } from "./truth.ts";

/** How a synthetic data set is made. */
export interface SimulateOptions {
  /** Default 0. The same seed, options and model give the same bytes on the same machine. */
  readonly seed?: number | string | undefined;
  /** Default 8. */
  readonly nSubjects?: number | undefined;
  /** Default both built-in stories. */
  readonly stories?: readonly PhantomStory[] | undefined;
  /** Series of vertices (GIFTI), of regions (tables), or both (default). */
  readonly responses?: "surface" | "regions" | "both" | undefined;
  /** Vertices of a hemisphere, `10 f^2 + 2` for a whole f (default 1442). */
  readonly nVertices?: number | undefined;
  /** Seconds (default 1.5). */
  readonly repetitionTime?: number | undefined;
  /** Default the built-in regions. */
  readonly regions?: readonly PhantomRegion[] | undefined;
  /** Multiplies every region's signal-to-noise ratio (default 1). */
  readonly signalToNoise?: number | undefined;
  /** Signal-to-noise ratio of the right hemisphere over that of the left (default 0.85). */
  readonly rightShare?: number | undefined;
  /** Standard deviation of the forecast part over that of the part that is heard (default 2). */
  readonly forecastGain?: number | undefined;
  /** Standard deviation of a vertex's own noise over that of its region's (default 1). */
  readonly vertexNoise?: number | undefined;
  /** Of the noise, one volume to the next, before white noise is added (default 0.4). */
  readonly autocorrelation?: number | undefined;
  readonly device?: Device | undefined;
  /** What the folder is called in messages: `` `output` ``. Default: by its location. */
  readonly name?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * A synthetic BIDS data set with a known answer, written to a store: participants who hear stories, on a toy cortex
 * whose regions respond to what a language model makes of the words.
 *
 * A region's response is its signal-to-noise ratio times what is planted (see `createSignalMaker`: activations of one
 * layer, summed to volumes, reduced, convolved with the participant's haemodynamic response; with or without the window
 * of words to come), plus noise that is autocorrelated in time, times 10, plus about 1000. Vertices add noise of their
 * own, which neighbours share. `phantom.json` lists regions, stories and layers; this function also gives it back.
 *
 * Written: `dataset_description.json`, `README`, `participants.tsv`, `phantom.json`, `task-*_bold.json` and
 * `task-*_timeseries.json` (RepetitionTime, by inheritance), `stimuli/*_words.tsv`, surfaces and labels in `atlas/`, and
 * for every participant and story `*_events.tsv` and, one a hemisphere, `*_desc-clean_bold.func.gii` and
 * `*_timeseries.tsv`. The series of a region do not depend on which of these two are written. What an earlier call wrote
 * and this one does not is removed; other files are left alone.
 *
 * @throws OptionError where an option cannot be used, or files of these names are not ours or were changed since
 */
export async function simulateDataset(
  store: Store,
  model: LanguageModel,
  options: SimulateOptions = {},
): Promise<PhantomTruth> {
  checkArgument("simulateDataset: store", store, "an object", { write: "a function" });
  checkArgument("simulateDataset: model", model, "an object", { contextLength: "a number", nUnits: "a number" });
  checkArgument("simulateDataset: options", options, "an object");
  const { device, name, onProgress } = options;
  const settings = simulationSettings(options);
  const { seed, nSubjects, stories, responses, nVertices, repetitionTime, regions } = settings;
  const { signalToNoise, rightShare, forecastGain, vertexNoise, autocorrelation } = settings;
  const noise = { autocorrelation, whiteShare: WHITE_SHARE };
  const hemispheres = planHemispheres(regions, nVertices, seed);
  const spoken = planStories(stories, repetitionTime, seed);
  const truth: PhantomTruth = {
    seed,
    model: { name: model.name, fingerprint: model.fingerprint, nLayers: model.nLayers },
    repetitionTime,
    stories: spoken.map(({ story, words, nVolumes }) => ({
      name: story.name,
      nWords: words.length,
      nVolumes,
      audioStart: story.audioStart,
    })),
    regions: hemispheres.flatMap((hemisphere) =>
      planRegions(hemisphere, regions, model.nLayers, signalToNoise * (hemisphere.hemi === "R" ? rightShare : 1)),
    ),
    participants: planParticipants(nSubjects, seed),
    forecastGain,
    noise: { ...noise, vertexNoise },
    surfaces: { L: surfacePaths("L"), R: surfacePaths("R") },
  };
  const surfaces = [truth.surfaces.L, truth.surfaces.R].flatMap((paths) => Object.values(paths) as string[]);
  const ofParticipants = truth.participants.flatMap(({ participant }) =>
    participantPaths({ hemispheres, stories: spoken, responses }, participant),
  );
  await checkOutputFiles(store, [...textFiles(truth, spoken).keys(), ...surfaces, ...ofParticipants], { name });
  const planted = truth.regions.flatMap(({ layer, distance }): Planted[] =>
    layer === null ? [] : [{ layer, distance: distance ?? undefined }],
  );
  const layers = [...new Set(planted.map(({ layer }) => layer))];
  const heard = await readStories(model, spoken, layers, onProgress);
  const maker = await createSignalMaker(heard, planted, { seed, repetitionTime, forecastGain, device, onProgress });

  const plan = {
    seed,
    hemispheres,
    stories: spoken,
    regions: truth.regions,
    maker,
    noise,
    vertexNoise,
    repetitionTime,
    responses,
  };
  await writeOutputFiles(store, filesOf(truth, regions, plan, onProgress), { name });
  return truth;
}

/** All files; those of one participant are in memory at a time. */
function* filesOf(
  truth: PhantomTruth,
  regions: readonly PhantomRegion[],
  plan: ParticipantPlan,
  onProgress: OnProgress | undefined,
): Generator<OutputFile[]> {
  const outputs = (files: Iterable<readonly [string, Uint8Array | string]>): OutputFile[] =>
    Array.from(files, ([path, bytes]) => ({ path, bytes }));
  yield outputs(textFiles(truth, plan.stories));
  for (const hemisphere of plan.hemispheres)
    yield outputs(surfaceFiles(hemisphere, regions, hemisphere.regionOfVertex));
  const total = truth.participants.length;
  for (const [done, { participant, latency }] of truth.participants.entries()) {
    onProgress?.({ label: "responses of participants", done, total });
    yield outputs(simulatedFiles(plan, participant, latency));
  }
  onProgress?.({ label: "responses of participants", done: total, total });
}
