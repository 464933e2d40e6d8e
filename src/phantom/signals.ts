import { Matrix, sliceColumns } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { createRandom } from "../array/random.ts";
import { delayColumns } from "../features/delays.ts";
import type { Device } from "../graph/device.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";
import { type ClearDirections, clearestDirections, type Rival, whitenColumns } from "./directions.ts";
import { sampleHrf } from "./hrf.ts";
import { fitLayerComponents, type LayerComponents, type StoryActivations } from "./planted-features.ts";
import { convolveStories, toUnitVariance } from "./series.ts";

/** What a region's responses hold, layers counted. */
export interface Planted {
  readonly layer: number;
  /** Words; undefined where only the words heard are planted. */
  readonly distance: number | undefined;
}

/** Makes the noise-free responses of regions. */
export interface SignalMaker {
  /**
   * The response of one region of one subject, mean 0 and variance 1 over all stories, [nVolumes].
   *
   * @param region - name that seeds the region's own directions, common to all subjects
   * @param subject - name that seeds how the subject differs from the others
   * @param latency - seconds by which the subject's haemodynamic response is late
   */
  signal(planted: Planted, region: string, subject: string, latency: number): Float64Array;
}

/** How {@link createSignalMaker} works. */
export interface SignalOptions {
  readonly seed: number | string;
  readonly repetitionTime: number;
  /** Standard deviation of the forecast part over that of the part that is heard. */
  readonly forecastGain: number;
  readonly device?: Device | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Windows that must not explain what is planted of the words heard. */
const HEARD_RIVALS: readonly number[] = [-4, -2, 0, 2, 4, 6, 8, 10, 12, 14, 16];
/** How many words other windows are away that must not explain a planted forecast. */
const FORECAST_RIVALS: readonly number[] = [-8, -6, -4, -2, 2, 4, 6, 8];
/** Weight of the words heard as a rival of a forecast; each of the eight other windows has weight 1. A choice. */
const HEARD_WEIGHT = 3;
/** Leading components that directions combine: those that the fits of all folds share. With all 20, windows add up to .05 without a forecast. */
const N_PLANTED = 12;
/** Directions that a region's own is drawn from: more than one, so that regions differ. */
const N_DIRECTIONS = 2;
/** Length of the part of a direction that is the subject's own; the region's has length 1. */
const SUBJECT_SHARE = 0.5;

/**
 * Prepares all that is planted: components of the words heard and of the forecast windows, and the directions among
 * them that can be told apart.
 *
 * A response is `h * (A a) + gain h * (B b)`: A the components of the words heard, B those of the window at the planted
 * distance, h the subject's haemodynamic response, both parts of variance 1 before `gain`.
 *
 * @remarks Which combinations a and b are drawn matters. A window of words to come is, a few seconds later, a window of words
 * heard, and six delays reach over 7.5 s. So most combinations of a window's components are explained just as well by the
 * words heard at other delays, or by a window some words nearer or farther. A forecast planted at random has no distance of
 * its own. Therefore a is drawn from the two combinations that windows (at -4, -2, ... 16, with their
 * delays) explain least, and b from the two that the words heard (weight 3) and the windows 2, 4, 6 and 8 words nearer
 * and farther (weight 1 each) explain least; see `clearestDirections`. Both combine the 12 leading components only. An
 * analysis fits its 20 components in every fold and at every distance anew, and those with little variance come out
 * differently each time. What is planted in them would be lost, and forecast windows would win it back at a distance of their
 * own. With 12, windows add at most .01 to regions without a forecast; with all 20, up to .05.
 *
 * Such data can show that an analysis finds a distance that can be found. They cannot show that there is one in a brain.
 * Distances below about 8 words cannot be found in this sense: the window of seven words
 * that ends 4 words ahead shares three words with the past, and was heard whole before the response to it is over. A
 * forecast planted there raises the score, but its peak is found elsewhere.
 */
export async function createSignalMaker(
  stories: readonly StoryActivations[],
  wanted: readonly Planted[],
  options: SignalOptions,
): Promise<SignalMaker> {
  const { seed, repetitionTime, forecastGain, device, onProgress } = options;
  const storyLengths = stories.map((story) => story.nVolumes);
  const canonical = sampleHrf(repetitionTime);
  const components = new Map<number, LayerComponents>();
  for (const layer of new Set(wanted.map((part) => part.layer))) {
    components.set(layer, await fitLayerComponents(stories, layer, { repetitionTime, device }));
  }
  const bases = new Map<string, Rival["basis"]>();
  const rival = async (part: Planted, weight: number): Promise<Rival> => {
    let basis = bases.get(plantedKey(part));
    if (!basis) {
      const design = delayColumns(components.get(part.layer)!(part.distance), { storyLengths });
      basis = await whitenColumns(centreColumns(design, columnMeans(design), "createSignalMaker"));
      bases.set(plantedKey(part), basis);
    }
    return { basis, weight };
  };
  const rivals = async (layer: number, distances: readonly number[]): Promise<Rival[]> => {
    const found: Rival[] = [];
    for (const distance of distances) found.push(await rival({ layer, distance }, 1));
    return found;
  };

  const planted = new Map<string, ClearDirections>();
  const plant = async (part: Planted, others: readonly Rival[]) => {
    const scores = components.get(part.layer)!(part.distance);
    const leading = sliceColumns(scores, 0, Math.min(N_PLANTED, scores.nColumns));
    const convolved = convolveStories(leading, canonical, storyLengths);
    planted.set(plantedKey(part), await clearestDirections(convolved, others, N_DIRECTIONS));
  };
  for (const [index, part] of wanted.entries()) {
    onProgress?.({ label: "what is planted", done: index, total: wanted.length });
    const { layer, distance } = part;
    const heard: Planted = { layer, distance: undefined };
    if (!planted.has(plantedKey(heard))) await plant(heard, await rivals(layer, HEARD_RIVALS));
    if (distance === undefined || planted.has(plantedKey(part))) continue;
    const others = FORECAST_RIVALS.map((step) => distance + step);
    await plant(part, [await rival(heard, HEARD_WEIGHT), ...(await rivals(layer, others))]);
  }
  onProgress?.({ label: "what is planted", done: wanted.length, total: wanted.length });

  const partSignal = (part: Planted, region: string, subject: string, response: Float64Array): Float64Array => {
    const { weights } = planted.get(plantedKey(part))!;
    const scores = components.get(part.layer)!(part.distance);
    const kind = part.distance === undefined ? "heard" : "forecast";
    const common = unitVector(weights.nColumns, `${kind} part of ${region}, seed ${seed}`);
    const own = unitVector(weights.nColumns, `${kind} part of ${region}, ${subject}, seed ${seed}`);
    const mixed = common.map((value, j) => value + SUBJECT_SHARE * own[j]!);
    const combined = Matrix.zeros(scores.nRows, 1);
    for (let i = 0; i < weights.nRows; i++) {
      const weight = mixed.reduce((sum, value, j) => sum + weights.data[i * weights.nColumns + j]! * value, 0);
      for (let t = 0; t < scores.nRows; t++) combined.data[t]! += weight * scores.data[t * scores.nColumns + i]!;
    }
    return toUnitVariance(convolveStories(combined, response, storyLengths).data);
  };

  return {
    signal(part, region, subject, latency) {
      const response = sampleHrf(repetitionTime, { latency });
      const heard = partSignal({ layer: part.layer, distance: undefined }, region, subject, response);
      if (part.distance === undefined) return heard;
      const forecast = partSignal(part, region, subject, response);
      return toUnitVariance(heard.map((value, t) => value + forecastGain * forecast[t]!));
    },
  };
}

const plantedKey = ({ layer, distance }: Planted) => `${layer} ${distance ?? "heard"}`;

function unitVector(length: number, seed: string): number[] {
  const random = createRandom(seed);
  const vector = Array.from({ length }, () => random.normal());
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}
