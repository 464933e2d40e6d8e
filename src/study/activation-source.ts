import type { OnProgress } from "../array/progress.ts";
import { stimFileBase } from "../bids/stim-file.ts";
import { OptionError } from "../errors.ts";
import { openActivationFolder } from "../language-model/activation-folder.ts";
import {
  planWordActivations,
  type ResolvedActivationOptions,
  resolveActivationOptions,
} from "../language-model/word-activations.ts";
import { leadingLayer } from "../report/select.ts";
import type { InputSource } from "../sources/input-source.ts";
import { checkFolder, folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { ActivationsOf } from "./features.ts";
import type { HeardStory } from "./inputs.ts";
import {
  activationOptions,
  activationsOfLayer,
  cacheActivations,
  countWordsToRead,
  loadStudyModel,
  studyLayers,
} from "./model-activations.ts";
import type { StudyOptions } from "./options.ts";
import { textsOf } from "./story-stimulus.ts";

/** Where a study has its activations from: a language model, or a folder of activations made elsewhere. */
export interface ActivationSource {
  readonly name: string;
  /** SHA-256 of the model, or of the files of the folder. */
  readonly fingerprint: string;
  /** What identifies the activations: the fingerprint, and the options that change them. */
  readonly key: string;
  /** What the model's files ask for that is not done: one sentence each. */
  readonly warnings: readonly string[];
  /** Layers to score, in rising order. */
  readonly layers: readonly number[];
  /** Depth of the model; undefined where activations were made elsewhere, which do not say it. */
  readonly nLayers: number | undefined;
  /** Length of a word's vector. */
  readonly nUnits: number;
  /** How the model reads stories, its own limits applied; undefined where activations were made elsewhere. */
  readonly reading: Omit<ResolvedActivationOptions, "layers"> | undefined;
  /**
   * Checks that every story's activations can be given, as far as that can be told without computing anything or reading a file whole.
   *
   * @throws OptionError, FormatError where a word, a layer or an option cannot be used
   */
  check(transcripts: readonly Transcript[]): Promise<void>;
  /** Words of stories of which a layer is still to be computed. */
  wordsToRead(transcripts: readonly Transcript[], layers: readonly number[]): Promise<number>;
  /** Floating-point operations to read a token, in all layers of the model; 0 where activations were made elsewhere. */
  readonly operationsPerToken: number;
  /** Makes sure that these layers of every story can be given. */
  prepare(transcripts: readonly Transcript[], layers: readonly number[]): Promise<void>;
  /** One layer's activations of a story. */
  activationsOf(layer: number): ActivationsOf;
  close(): Promise<void>;
}

/** How {@link openActivationSource} works. */
export interface ActivationSourceSettings {
  /** The stories of the study. */
  readonly stories: readonly HeardStory[];
  /** Keeps a model's activations. */
  readonly store: Store;
  /** Files of the model, where there is one. */
  readonly modelFiles: InputSource;
  readonly onProgress: OnProgress;
  /** The control: the same architecture with random weights. */
  readonly randomWeights?: boolean | undefined;
}

/**
 * Opens the model or the folder that the options name. Close it when it is no longer needed.
 *
 * @throws NotFoundError where there is none, or a story has no activations in the folder
 * @throws OptionError where a layer is asked for that is not there
 * @throws FormatError where a file cannot be read
 */
export function openActivationSource(
  options: StudyOptions,
  settings: ActivationSourceSettings,
): Promise<ActivationSource> {
  return options.activations === undefined
    ? modelSource(options, settings)
    : folderSource(options, options.activations, settings);
}

async function modelSource(
  options: StudyOptions,
  { store, modelFiles, onProgress, randomWeights = false }: ActivationSourceSettings,
): Promise<ActivationSource> {
  const model = await loadStudyModel(options, { files: modelFiles, randomWeights, onProgress });
  try {
    const { context, maxContext, minContext, pooling, layerZero, finalNorm } = options;
    const { name, fingerprint, warnings } = model;
    const { layers: _, ...reading } = resolveActivationOptions(model, activationOptions(options));
    const plan = (words: readonly string[]) => planWordActivations(model, words, activationOptions(options));
    return {
      name,
      fingerprint,
      warnings,
      key: JSON.stringify([fingerprint, context, maxContext, minContext, pooling, layerZero, finalNorm]),
      layers: studyLayers(options, model),
      nLayers: model.nLayers,
      nUnits: model.nUnits,
      reading,
      // Each layer has 12 U^2 weights; attention itself takes little beside them.
      operationsPerToken: 24 * model.nLayers * model.nUnits ** 2,
      async check(transcripts) {
        for (const { words } of transcripts) plan(textsOf({ words }));
      },
      wordsToRead: (transcripts, layers) => countWordsToRead(model, transcripts, layers, store, options),
      prepare: (transcripts, layers) => cacheActivations(model, transcripts, layers, store, { ...options, onProgress }),
      activationsOf: (layer) => activationsOfLayer(model, layer, store, options),
      close: () => model.close(),
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

async function folderSource(
  options: StudyOptions,
  folder: string,
  { stories, onProgress }: ActivationSourceSettings,
): Promise<ActivationSource> {
  await checkFolder(folder, "`activations`");
  const names = new Map(stories.map(({ files, transcript }) => [transcript, namesOf(files)]));
  const opened = await openActivationFolder(folderStore(folder), [...names.values()], { onProgress });
  const { name, fingerprint } = opened;
  const layers = folderLayers(options, opened);
  const [story] = stories;
  const nUnits = await opened.check(namesOf(story!.files)[0], layers[0]!, textsOf(story!.transcript));
  return {
    name,
    fingerprint,
    warnings: [],
    key: fingerprint,
    layers,
    nLayers: undefined,
    nUnits,
    reading: undefined,
    operationsPerToken: 0,
    async check(transcripts) {
      for (const layer of layers) {
        let units: number | undefined;
        for (const transcript of transcripts) {
          const [named] = names.get(transcript)!;
          const n = await opened.check(named, layer, textsOf(transcript));
          units ??= n;
          if (n === units) continue;
          throw new OptionError(
            `the vectors of a layer must have one length, got ${units} and ${n} units (${folder}, layer ${layer}, the latter of "${named}"). Take all stories from one model.`,
            { where: "`activations`" },
          );
        }
      }
    },
    wordsToRead: () => Promise.resolve(0),
    prepare: () => Promise.resolve(),
    activationsOf(layer) {
      const known = new Map<string, ReturnType<typeof opened.load>>();
      return (stimulus) => {
        const name = JSON.stringify([stimulus.story, textsOf(stimulus)]);
        const found = known.get(name) ?? opened.load(stimulus.story, layer, textsOf(stimulus));
        known.set(name, found);
        return found;
      };
    },
    close: () => Promise.resolve(),
  };
}

/** A story under the names that its transcript may have too: the audio file's, that without `_audio`, its own. */
function namesOf({ story, stimFile }: HeardStory["files"]): readonly [string, ...string[]] {
  const base = stimFileBase(stimFile);
  return [story, ...(base === story ? [] : [base])];
}

function folderLayers(
  { layer }: StudyOptions,
  { name, layers }: { readonly name: string; readonly layers: readonly number[] },
) {
  const bad = layer?.find((wanted) => !layers.includes(wanted));
  if (bad !== undefined || layer?.length === 0) {
    throw new OptionError(
      `layers must be among those of the folder ${name} (${layers.join(", ")}), got ${bad ?? "none"}.`,
      { where: "`layer`" },
    );
  }
  if (layer) return [...new Set(layer)].sort((a, b) => a - b);
  return [leadingLayer(layers)!];
}
