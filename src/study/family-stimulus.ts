import { modelName, type Vectors } from "../analyses/encoding-model.ts";
import type { ModelFamily } from "../analyses/families.ts";
import type { EncodingOptions } from "../encoding/prepared.ts";
import type { Stimulus } from "../engine/job.ts";
import { type ColumnBlocks, fitColumnBlocks } from "../features/column-blocks.ts";
import { contiguousFolds } from "../ridge/folds.ts";
import {
  type ActivationsOf,
  randomVectors,
  storyFeatures,
  storyVectors,
  storyWordRate,
  volumesBefore,
} from "./features.ts";
import { type DesignSettings, encodingSettings } from "./settings.ts";
import type { StoryStimulus } from "./story-stimulus.ts";

/** What the designs of a family of encoding models are made of and how. */
export interface FamilyStimulus {
  readonly options: EncodingOptions;
  readonly stimulus: () => Promise<Stimulus>;
}

/** What features are made from. */
export interface FeatureSources {
  /** Activations of a layer, of the model or of the one with random weights. */
  readonly layerOf: (vectors: Vectors & { readonly source: "layer" }) => ActivationsOf;
  /** The mean responses of others to these stories; undefined where no band is made of them. */
  readonly others: ColumnBlocks | undefined;
}

/** The options of `encoding/` for some stories. */
export function encodingOptions(
  stories: readonly StoryStimulus[],
  settings: DesignSettings,
  threads?: number,
): EncodingOptions {
  return {
    ...encodingSettings(settings, threads),
    storyLengths: stories.map((story) => story.nVolumes),
    volumesBefore: stories.map((story) => volumesBefore(story, settings)),
  };
}

/** Everything about a family of encoding models that does not depend on the responses to be predicted. */
export function familyStimulus(
  { base, window }: Pick<ModelFamily, "base" | "window">,
  stories: readonly StoryStimulus[],
  { layerOf, others }: FeatureSources,
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
  if (band.kind === "others") {
    // Of the volume that is predicted: neither delays nor what comes before a story.
    const ofVolume = { ...options, nDelays: 1, firstDelay: 0, edge: "zero", volumesBefore: undefined } as const;
    const nVolumes = stories.reduce((sum, story) => sum + story.nVolumes, 0);
    const trains = contiguousFolds(nVolumes, settings.folds, { gap: settings.gap }).map(({ train }) => train);
    const stimulus = async () => ({
      features: await fitColumnBlocks(others!, trains, ofVolume),
      windows: undefined,
    });
    return { options: ofVolume, stimulus };
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
