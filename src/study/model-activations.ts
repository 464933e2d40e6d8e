import type { Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { OptionError } from "../errors.ts";
import {
  activationKey,
  cachedWordActivations,
  hasActivations,
  loadActivations,
  writeActivations,
} from "../language-model/cache.ts";
import type { LanguageModel } from "../language-model/language-model.ts";
import { embeddedModelFolder, loadLanguageModel } from "../language-model/load-language-model.ts";
import { type ActivationOptions, wordActivations } from "../language-model/word-activations.ts";
import { leadingLayer } from "../report/select.ts";
import { type InputSource, inputSource } from "../sources/input-source.ts";
import { folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { ActivationsOf } from "./features.ts";
import type { StudyOptions } from "./options.ts";
import { textsOf } from "./story-stimulus.ts";

/** The options that the language model and its passes understand. */
export type ModelOptions = Pick<
  StudyOptions,
  | "model"
  | "layer"
  | "context"
  | "maxContext"
  | "minContext"
  | "pooling"
  | "layerZero"
  | "finalNorm"
  | "seed"
  | "threads"
  | "provider"
>;

/** The folder of the checkpoint that a study names, or of the embedded small one. */
export function modelFiles({ model }: Pick<ModelOptions, "model">): InputSource {
  return inputSource(folderStore(model ?? embeddedModelFolder()));
}

/**
 * The language model of a study.
 *
 * @param settings.files - from {@link modelFiles}, where several models are loaded from them
 */
export function loadStudyModel(
  options: Pick<ModelOptions, "model" | "threads" | "provider"> & Partial<Pick<ModelOptions, "seed">>,
  settings: {
    readonly files?: InputSource;
    readonly randomWeights?: boolean;
    readonly onProgress?: OnProgress | undefined;
  } = {},
): Promise<LanguageModel> {
  const { provider, threads, seed } = options;
  return loadLanguageModel(settings.files ?? modelFiles(options), {
    device: { provider, threads },
    randomWeights: settings.randomWeights ? seed : undefined,
    onProgress: settings.onProgress,
  });
}

/**
 * The layers to score, in rising order: those asked for, or the one at two thirds of the model's depth (`leadingLayer`:
 * 8 of 12, as in the paper).
 *
 * @throws OptionError where the model has no such layer
 */
export function studyLayers(
  { layer }: ModelOptions,
  model: Pick<LanguageModel, "name" | "nLayers">,
): readonly number[] {
  const layers = layer ?? [leadingLayer([...Array(model.nLayers + 1).keys()])!];
  const bad = layers.find((wanted) => wanted < 0 || wanted > model.nLayers);
  if (bad !== undefined || layers.length === 0) {
    throw new OptionError(
      `layers must lie in 0..${model.nLayers} (model ${model.name}, 0 = embedding output), got ${bad ?? "none"}.`,
      { where: "`layer`" },
    );
  }
  return [...new Set(layers)].sort((a, b) => a - b);
}

/** Activation options of a study, but for the layers. */
export function activationOptions(options: ModelOptions): ActivationOptions {
  const { context, maxContext, minContext, pooling, layerZero, finalNorm } = options;
  return { context, maxContext, minContext, pooling, layerZero, finalNorm };
}

/**
 * Makes sure that every story's activations are in the store: the layers that are missing in one reading of the story, the
 * others untouched.
 *
 * @param store - holds activations by content
 * @throws OptionError, DeviceError as `wordActivations`
 * @throws FormatError where a stored file is damaged
 */
export async function cacheActivations(
  model: LanguageModel,
  transcripts: readonly Transcript[],
  layers: readonly number[],
  store: Store,
  { onProgress, ...options }: ModelOptions & { readonly onProgress: OnProgress },
): Promise<void> {
  for (const transcript of transcripts) {
    const tell: OnProgress = ({ done, total }) =>
      onProgress({ label: `activations of ${transcript.story} (${model.name})`, done, total });
    const words = textsOf(transcript);
    const settings = activationOptions(options);
    const key = activationKey(model, words, settings);
    const missing: number[] = [];
    for (const layer of layers) if (!(await loadActivations(store, key, [layer]))) missing.push(layer);
    if (missing.length === 0) continue;
    const computed = await wordActivations(model, words, { ...settings, layers: missing, onProgress: tell });
    await writeActivations(store, key, computed);
  }
}

/** Words of stories of which a layer is missing in the store. */
export async function countWordsToRead(
  model: LanguageModel,
  transcripts: readonly Transcript[],
  layers: readonly number[],
  store: Store,
  options: ModelOptions,
): Promise<number> {
  let nWords = 0;
  for (const transcript of transcripts) {
    const words = textsOf(transcript);
    const key = activationKey(model, words, activationOptions(options));
    if (!(await hasActivations(store, key, layers))) nWords += words.length;
  }
  return nWords;
}

/** One layer's activations of a story, from the store; each story is read from it once. */
export function activationsOfLayer(
  model: LanguageModel,
  layer: number,
  store: Store,
  options: ModelOptions,
): ActivationsOf {
  const known = new Map<string, Promise<Matrix>>();
  return (story) => {
    const words = textsOf(story);
    const name = JSON.stringify(words);
    const found =
      known.get(name) ??
      cachedWordActivations(model, words, store, { ...activationOptions(options), layers: [layer] }).then(
        ({ activations }) => activations.get(layer)!,
      );
    known.set(name, found);
    return found;
  };
}
