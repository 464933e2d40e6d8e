import { joinRows, Matrix } from "../array/matrix.ts";
import { fitDesign } from "../features/design.ts";
import { forecastWindow } from "../features/window.ts";
import type { Device } from "../graph/device.ts";
import { wordsToVolumes } from "../stimulus/volumes.ts";

/** A story as the simulation needs it: its words in time, and what the model makes of them. */
export interface HeardStory {
  /** Seconds of scan time, one a word. */
  readonly onsets: Float64Array;
  readonly nVolumes: number;
  /** Layer to [nWords x nUnits]. */
  readonly activations: ReadonlyMap<number, Matrix<Float32Array>>;
}

/** What the volumes of all stories hold of one layer at one distance. */
export interface VolumeFeatures {
  /** Principal components of the volumes, each of mean 0 and variance 1, [nVolumes x nComponents]. */
  readonly components: Matrix<Float64Array>;
  /** The components at all delays, as an encoding model has them, [nVolumes x (nDelays * nComponents)]. */
  readonly design: Matrix<Float64Array>;
}

/** Components kept of X and of each window: the default of the analysis. */
export const N_COMPONENTS = 20;

const N_DELAYS = 6;

/**
 * The features of one layer, from all volumes: the words themselves (`distance` undefined), or the window of seven
 * words whose last is at `distance`. Summed to volumes, standardised, reduced to at most {@link N_COMPONENTS}.
 */
export async function volumeFeatures(
  stories: readonly HeardStory[],
  layer: number,
  distance: number | undefined,
  options: { readonly repetitionTime: number; readonly device?: Device | undefined },
): Promise<VolumeFeatures> {
  const { repetitionTime, device } = options;
  const volumes = joinRows(
    stories.map(({ activations, onsets, nVolumes }) => {
      const words = activations.get(layer)!;
      const vectors = distance === undefined ? words : forecastWindow(words, { distance });
      return wordsToVolumes(vectors, onsets, { nVolumes, repetitionTime });
    }),
  );
  const all = Int32Array.from({ length: volumes.nRows }, (_, t) => t);
  const storyLengths = stories.map((story) => story.nVolumes);
  const given = await fitDesign([volumes], all, { storyLengths, components: N_COMPONENTS, nDelays: N_DELAYS, device });
  const design = Matrix.of(Float64Array.from(given.data), given.nRows, given.nColumns);
  // Columns are ordered by delay: the first block is the components at delay 0.
  const nComponents = design.nColumns / N_DELAYS;
  const components = Matrix.zeros(design.nRows, nComponents);
  for (let t = 0; t < design.nRows; t++) {
    components.data.set(design.data.subarray(t * design.nColumns, t * design.nColumns + nComponents), t * nComponents);
  }
  return { components, design };
}

/**
 * Every column convolved with a response, within each story, then brought to mean 0 over all volumes.
 *
 * @param x - [nVolumes x nColumns], all stories one after the other
 * @param response - at 0, 1, 2, ... volumes after an event
 */
export function convolveStories(
  x: Matrix<Float64Array>,
  response: Float64Array,
  storyLengths: readonly number[],
): Matrix<Float64Array> {
  const { nRows, nColumns } = x;
  const result = Matrix.zeros(nRows, nColumns);
  let start = 0;
  for (const length of storyLengths) {
    for (let t = 0; t < length; t++) {
      const to = (start + t) * nColumns;
      for (let k = 0; k < Math.min(response.length, t + 1); k++) {
        const from = to - k * nColumns;
        for (let j = 0; j < nColumns; j++) result.data[to + j]! += response[k]! * x.data[from + j]!;
      }
    }
    start += length;
  }
  for (let j = 0; j < nColumns; j++) {
    let mean = 0;
    for (let t = 0; t < nRows; t++) mean += result.data[t * nColumns + j]! / nRows;
    for (let t = 0; t < nRows; t++) result.data[t * nColumns + j]! -= mean;
  }
  return result;
}
