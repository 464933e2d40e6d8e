import { checkChoice } from "../array/check-choice.ts";
import { OptionError } from "../errors.ts";
import { DEFAULT_VERTICES } from "./cortex.ts";
import { icosphereFrequency } from "./icosphere.ts";
import { DEFAULT_AUTOCORRELATION } from "./noise.ts";
import { type PhantomRegion, phantomRegions } from "./phantom-regions.ts";
import type { SimulateOptions } from "./simulate.ts";
import { type PhantomStory, phantomStories, textWords } from "./story.ts";

/** By how many words a story must be longer than any planted distance: windows up to 8 words farther are compared, and need some words. */
const MARGIN = 20;
/** Most participants: more than any study has, and few enough for their plans to be in memory. */
const MOST_SUBJECTS = 10_000;

/** What a simulation is made with: its options, and the default of each that is left out. */
export type SimulationSettings = {
  readonly [Key in Exclude<keyof SimulateOptions, "device" | "name" | "onProgress">]-?: NonNullable<
    SimulateOptions[Key]
  >;
};

/** The options of a simulation, unless said otherwise. */
export const simulationDefaults: SimulationSettings = {
  seed: 0,
  nSubjects: 8,
  stories: phantomStories,
  responses: "both",
  nVertices: DEFAULT_VERTICES,
  repetitionTime: 1.5,
  regions: phantomRegions,
  signalToNoise: 1,
  rightShare: 0.85,
  forecastGain: 2,
  vertexNoise: 1,
  autocorrelation: DEFAULT_AUTOCORRELATION,
};

/**
 * Checks the settings of a simulation before anything is computed or written.
 *
 * @throws OptionError at the first that cannot be used
 */
export function simulationSettings(options: SimulateOptions): SimulationSettings {
  const settings = Object.fromEntries(
    Object.entries(simulationDefaults).map(([key, value]) => [key, options[key as keyof SimulationSettings] ?? value]),
  ) as SimulationSettings;
  const { nSubjects, stories, repetitionTime, responses, regions, autocorrelation, nVertices } = settings;
  if (!(Number.isInteger(nSubjects) && nSubjects >= 1 && nSubjects <= MOST_SUBJECTS))
    fail(`nSubjects must be a whole number from 1 to ${MOST_SUBJECTS}`, nSubjects);
  if (!(repetitionTime >= 0.2 && repetitionTime <= 10))
    fail("repetitionTime must lie in 0.2..10 seconds", repetitionTime);
  checkChoice("simulateDataset: responses", responses, ["surface", "regions", "both"]);
  icosphereFrequency(nVertices, "simulateDataset");
  if (!(autocorrelation > -1 && autocorrelation < 1))
    fail("autocorrelation must lie between -1 and 1", autocorrelation);
  for (const key of ["signalToNoise", "rightShare", "forecastGain", "vertexNoise"] as const) {
    const value = settings[key];
    if (!(value >= 0 && Number.isFinite(value))) fail(`${key} must be a number from 0`, value);
  }
  checkRegions(regions);
  const farthest = Math.max(0, ...regions.map(({ distance = 0 }) => Math.abs(distance)));
  checkStories(stories, farthest);
  return settings;
}

/**
 * Checks that stories are as {@link PhantomStory} says.
 *
 * @param farthest - the farthest planted distance, words
 */
function checkStories(stories: readonly PhantomStory[], farthest: number): void {
  if (stories.length === 0) fail("stories must be one or more", "none");
  const names = new Set<string>();
  for (const { name, text, audioStart, music } of stories) {
    if (!/^[A-Za-z0-9]+$/.test(name) || names.has(name))
      fail("stories must have different names of letters and digits", `"${name}"`);
    names.add(name);
    const story = `story "${name}"`;
    const nWords = textWords(text).length;
    if (nWords < farthest + MARGIN)
      fail(`a story must have ${MARGIN} words more than the farthest planted distance (${farthest})`, nWords, story);
    if (!Number.isFinite(audioStart)) fail("audioStart must be a number of seconds", audioStart, story);
    if (!(music >= 0 && Number.isFinite(music))) fail("music must be a number of seconds from 0", music, story);
  }
}

/**
 * Checks that regions are as {@link PhantomRegion} says.
 *
 * @throws OptionError at the first region that cannot be planted
 */
export function checkRegions(regions: readonly PhantomRegion[]): void {
  if (regions.length === 0) fail("regions must be one or more", "none");
  const names = new Set<string>();
  for (const { name, content, distance, depth, signalToNoise, radius, centre, colour } of regions) {
    const region = `region "${name}"`;
    if (!/^[A-Za-z0-9]+$/.test(name)) fail("a region's name must be letters and digits", `"${name}"`, region);
    if (names.has(name)) fail("regions must have different names", "this one twice", region);
    names.add(name);
    if (!(radius > 0 && radius <= Math.PI))
      fail("a region's radius must lie above 0 and up to pi radians", radius, region);
    const length = Math.hypot(...centre);
    if (!(centre.length === 3 && length > 0 && Number.isFinite(length)))
      fail("a region's centre must be three numbers, not all 0", centre.join(), region);
    if (!(colour.length === 3 && colour.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)))
      fail("a region's colour must be three whole numbers in 0..255", colour.join(), region);
    checkChoice(`simulateDataset: ${region}: content`, content, ["noise", "heard", "heard-and-forecast"]);
    if (content === "noise") {
      const planted = distance ?? depth ?? signalToNoise;
      if (planted !== undefined)
        fail('a region of content "noise" must have no distance, depth or signalToNoise', planted, region);
      continue;
    }
    if (!(depth !== undefined && depth >= 0 && depth <= 1))
      fail("depth must be a share of the layers, 0..1", depth, region);
    if (!(signalToNoise !== undefined && signalToNoise > 0 && Number.isFinite(signalToNoise)))
      fail("signalToNoise must be a number above 0", signalToNoise, region);
    if (content === "heard" && distance !== undefined)
      fail('a region of content "heard" must have no distance', distance, region);
    if (content === "heard-and-forecast" && !Number.isInteger(distance))
      fail("distance must be a whole number of words", distance, region);
  }
}

function fail(must: string, got: unknown, where?: string): never {
  throw new OptionError(`simulateDataset: ${must}, got ${String(got)}${where ? ` (${where})` : ""}.`);
}
