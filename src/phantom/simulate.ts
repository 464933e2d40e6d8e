import type { OnProgress } from "../array/progress.ts";
import { OptionError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import type { LanguageModel } from "../language-model/language-model.ts";
import type { Store } from "../sources/source.ts";
import { participantFiles } from "./participant.ts";
import { planHemispheres, planParticipants, planRegions, planStories, readStories } from "./plan.ts";
import { checkRegions, type PhantomRegion, phantomRegions } from "./regions.ts";
import { createSignalMaker, type Planted } from "./signals.ts";
import { type PhantomStory, phantomStories } from "./story.ts";
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
  /** Default {@link phantomRegions}. */
  readonly regions?: readonly PhantomRegion[] | undefined;
  /** Multiplies every region's signal-to-noise ratio (default 1). */
  readonly signalToNoise?: number | undefined;
  /** Signal-to-noise ratio of the right hemisphere over that of the left (default 0.85). */
  readonly rightShare?: number | undefined;
  /** Standard deviation of the forecast part over that of the part that is heard (default 1.5). */
  readonly forecastGain?: number | undefined;
  /** Standard deviation of a vertex's own noise over that of its region's (default 1). */
  readonly vertexNoise?: number | undefined;
  /** Of the noise, one volume to the next, before white noise is added (default 0.4). */
  readonly autocorrelation?: number | undefined;
  readonly device?: Device | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Share of the noise's variance that is white. */
const WHITE_SHARE = 0.3;

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
 * `*_timeseries.tsv`. The series of a region do not depend on which of these two are written.
 *
 * @throws OptionError where an option cannot be used
 */
export async function simulateDataset(
  store: Store,
  model: LanguageModel,
  options: SimulateOptions = {},
): Promise<PhantomTruth> {
  checkOptions(options);
  const { seed = 0, nSubjects = 8, stories = phantomStories, responses = "both", nVertices = 1442 } = options;
  const { repetitionTime = 1.5, regions = phantomRegions, signalToNoise = 1, rightShare = 0.85 } = options;
  const { forecastGain = 1.5, vertexNoise = 1, autocorrelation = 0.4, device, onProgress } = options;
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
  const planted = truth.regions.flatMap(({ layer, distance }): Planted[] =>
    layer === null ? [] : [{ layer, distance: distance ?? undefined }],
  );
  const layers = [...new Set(planted.map(({ layer }) => layer))];
  const heard = await readStories(model, spoken, layers, onProgress);
  const maker = await createSignalMaker(heard, planted, { seed, repetitionTime, forecastGain, device, onProgress });

  for (const [path, text] of textFiles(truth, spoken)) await store.write(path, text);
  for (const hemisphere of hemispheres) {
    const files = surfaceFiles(hemisphere, regions, hemisphere.regionOfVertex);
    for (const [path, bytes] of files) await store.write(path, bytes);
  }
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
  const progress = (done: number) => onProgress?.({ label: "responses of participants", done, total: nSubjects });
  for (const [index, { participant, latency }] of truth.participants.entries()) {
    progress(index);
    for (const [path, bytes] of participantFiles(plan, participant, latency)) await store.write(path, bytes);
  }
  progress(nSubjects);
  return truth;
}

function checkOptions(options: SimulateOptions): void {
  const {
    nSubjects = 8,
    stories = phantomStories,
    repetitionTime = 1.5,
    responses = "both",
    regions = phantomRegions,
  } = options;
  if (!(Number.isInteger(nSubjects) && nSubjects >= 1)) {
    throw new OptionError(`simulateDataset: nSubjects must be a whole number from 1, got ${nSubjects}.`);
  }
  if (!(repetitionTime >= 0.2 && repetitionTime <= 10)) {
    throw new OptionError(`simulateDataset: repetitionTime must lie in 0.2..10 seconds, got ${repetitionTime}.`);
  }
  if (!["surface", "regions", "both"].includes(responses)) {
    throw new OptionError(`simulateDataset: responses must be "surface", "regions" or "both", got "${responses}".`);
  }
  if (stories.length === 0) throw new OptionError("simulateDataset: stories must be one or more, got none.");
  const names = new Set<string>();
  for (const { name } of stories) {
    if (!/^[A-Za-z0-9]+$/.test(name) || names.has(name)) {
      throw new OptionError(`simulateDataset: stories must have different names of letters and digits, got "${name}".`);
    }
    names.add(name);
  }
  checkRegions(regions);
  for (const key of ["signalToNoise", "rightShare", "forecastGain", "vertexNoise"] as const) {
    const value = options[key] ?? 1;
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new OptionError(`simulateDataset: ${key} must be a number from 0, got ${value}.`);
    }
  }
}
