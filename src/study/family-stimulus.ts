import { modelName, type Vectors } from "../analyses/encoding-model.ts";
import type { ModelFamily } from "../analyses/families.ts";
import type { EncodingOptions } from "../encoding/prepared.ts";
import type { Stimulus } from "../engine/job.ts";
import {
  type ActivationsOf,
  randomVectors,
  storyFeatures,
  storyVectors,
  storyWordRate,
  volumesBefore,
} from "./features.ts";
import type { HeardStory } from "./inputs.ts";
import { type DesignSettings, encodingSettings } from "./settings.ts";

/** What the designs of a family of encoding models are made of and how. */
export interface FamilyStimulus {
  readonly options: EncodingOptions;
  readonly stimulus: () => Promise<Stimulus>;
}

/** Options of the encoding room for some stories. */
export function encodingOptions(
  stories: readonly HeardStory[],
  settings: DesignSettings,
  threads?: number,
): EncodingOptions {
  return {
    ...encodingSettings(settings, threads),
    storyLengths: stories.map((story) => story.nVolumes),
    volumesBefore: stories.map((story) => volumesBefore(story, settings)),
  };
}

/**
 * Everything about a family of encoding models that depends on the stimulus alone.
 *
 * @param layerOf - activations of a layer, of the model or of the one with random weights
 */
export function familyStimulus(
  { base, window }: Pick<ModelFamily, "base" | "window">,
  stories: readonly HeardStory[],
  layerOf: (vectors: Vectors & { readonly source: "layer" }) => ActivationsOf,
  settings: DesignSettings,
  threads: number | undefined,
): FamilyStimulus {
  const options = encodingOptions(stories, settings, threads);
  const vectorsOf = (vectors: Vectors): ActivationsOf =>
    vectors.source === "layer" ? layerOf(vectors) : randomVectors(vectorsOf(vectors.like), vectors.seed);
  const [band, ...more] = base.bands;
  if (!band || more.length > 0 || band.kind === "window")
    throw new Error(`a family must have one band beside its window, got ${modelName(base)}`);
  if (band.kind === "word-rate") {
    const stimulus = async () => ({ features: await storyWordRate(stories, settings), windows: undefined });
    return { options: { ...options, components: "none" }, stimulus };
  }
  const stimulus = async () => ({
    features: await storyFeatures(stories, vectorsOf(band.vectors), settings),
    windows: window && {
      stories: await storyVectors(stories, vectorsOf(window.vectors), settings),
      width: window.width,
    },
  });
  return { options, stimulus };
}
