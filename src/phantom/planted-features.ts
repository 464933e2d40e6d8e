import { joinRows, Matrix, toFloat64 } from "../array/matrix.ts";
import { DEFAULT_COMPONENTS } from "../features/design.ts";
import { DEFAULT_WIDTH, FORECAST_DISTANCE, forecastWindow } from "../features/window.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { fitPca } from "../ridge/pca.ts";
import { applyStandardise, fitStandardise } from "../ridge/standardise.ts";
import { wordsToVolumes } from "../stimulus/volumes.ts";

/** A story as the simulation needs it: its words in time, and what the model makes of them. */
export interface StoryActivations {
  /** Seconds of scan time, one a word. */
  readonly onsets: Float64Array;
  readonly nVolumes: number;
  /** Layer to [nWords x nUnits]. */
  readonly activations: ReadonlyMap<number, Matrix<Float32Array>>;
}

/**
 * The volumes of all stories in terms of one layer's principal components, [nVolumes x 20]: the words themselves (`distance`
 * undefined), or the window of seven words whose last is at `distance`. A volume without words is a row of zeros, and so is
 * what comes before a story.
 */
export type LayerComponents = (distance: number | undefined) => Matrix<Float64Array>;

/**
 * Fits the components of one layer, two sets of them: of the words, and of windows. Both are fitted to the volumes of all
 * stories as the default analysis does it: vectors summed to volumes, standardised, 20 principal components. Windows are fitted at the paper's distance.
 *
 * @remarks The analysis fits components at every distance and for every fold anew. Here one fit stands for all
 * distances; the words in windows are the same but for a few at the ends of the stories.
 */
export async function fitLayerComponents(
  stories: readonly StoryActivations[],
  layer: number,
  options: { readonly repetitionTime: number; readonly device?: Device | undefined },
): Promise<LayerComponents> {
  const words = await projectWords(stories, layer, 1, 0, options);
  const windows = await projectWords(stories, layer, DEFAULT_WIDTH, FORECAST_DISTANCE, options);
  const known = new Map<number | undefined, Matrix<Float64Array>>();
  return (distance) => {
    let components = known.get(distance);
    if (!components) {
      components =
        distance === undefined
          ? sumToVolumes(stories, words, 1, 0, options)
          : sumToVolumes(stories, windows, DEFAULT_WIDTH, distance, options);
      known.set(distance, components);
    }
    return components;
  };
}

/**
 * What every word adds to each component from each place of a window, one matrix a story, [nWords x (width * 20)]:
 * component scores of volumes are linear in the words, so that windows at all distances are sums of these few numbers.
 */
async function projectWords(
  stories: readonly StoryActivations[],
  layer: number,
  width: number,
  distance: number,
  { repetitionTime, device }: { readonly repetitionTime: number; readonly device?: Device | undefined },
): Promise<readonly Matrix<Float64Array>[]> {
  const volumes = joinRows(
    stories.map(({ activations, onsets, nVolumes }) =>
      wordsToVolumes(forecastWindow(activations.get(layer)!, { distance, width }), onsets, {
        nVolumes,
        repetitionTime,
      }),
    ),
  );
  const standardisation = fitStandardise(volumes);
  const nComponents = Math.min(DEFAULT_COMPONENTS, volumes.nColumns, volumes.nRows);
  const { components } = await fitPca(applyStandardise(volumes, standardisation), nComponents, { device });
  // components: [nComponents x (width * nUnits)] to [nUnits x (width * nComponents)], in units of the words.
  const nUnits = volumes.nColumns / width;
  const weights = Matrix.zeros(nUnits, width * components.nRows);
  for (let k = 0; k < components.nRows; k++) {
    for (let place = 0; place < width; place++) {
      for (let unit = 0; unit < nUnits; unit++) {
        const column = place * nUnits + unit;
        weights.data[unit * weights.nColumns + place * components.nRows + k] =
          components.data[k * components.nColumns + column]! / standardisation.scale[column]!;
      }
    }
  }
  const projected: Matrix<Float64Array>[] = [];
  for (const { activations } of stories)
    projected.push(await multiply(toFloat64(activations.get(layer)!), weights, { device }));
  return projected;
}

function sumToVolumes(
  stories: readonly StoryActivations[],
  projected: readonly Matrix<Float64Array>[],
  width: number,
  distance: number,
  { repetitionTime }: { readonly repetitionTime: number },
): Matrix<Float64Array> {
  const parts = stories.map(({ onsets, nVolumes }, s) => {
    const { data, nRows: nWords, nColumns } = projected[s]!;
    const nComponents = nColumns / width;
    const windows = Matrix.zeros(nWords, nComponents);
    for (let n = 0; n < nWords; n++) {
      for (let place = 0; place < width; place++) {
        const word = n + distance - width + 1 + place;
        if (word < 0 || word >= nWords) continue;
        for (let k = 0; k < nComponents; k++) {
          windows.data[n * nComponents + k]! += data[word * nColumns + place * nComponents + k]!;
        }
      }
    }
    return wordsToVolumes(windows, onsets, { nVolumes, repetitionTime });
  });
  return joinRows(parts) as Matrix<Float64Array>;
}
