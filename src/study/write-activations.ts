import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { checkArgument } from "../array/arguments.ts";
import { NotFoundError } from "../errors.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { wordActivations } from "../language-model/word-activations.ts";
import { formatNoun } from "../report/numbers.ts";
import { inputSource } from "../sources/input-source.ts";
import { withLock } from "../sources/lock.ts";
import { checkWritable, folderStore, removeAbandoned } from "../sources/node.ts";
import { checkOutputFiles, writeOutputFiles } from "../sources/output-files.ts";
import { listTranscripts, loadTranscript, storyOfTranscript } from "../stimulus/load-transcript.ts";
import type { Transcript } from "../stimulus/word.ts";
import { outputName } from "./check-output.ts";
import { checkPlace } from "./check-place.ts";
import { activationOptions, loadStudyModel, studyLayers } from "./model-activations.ts";
import type { StudyOptions } from "./options.ts";
import { type GivenTools, type StudyTools, toolsOf } from "./tools.ts";

/** What {@link writeStudyActivations} makes them with. */
export interface WriteActivationsOptions extends Pick<StudyTools, "onProgress" | "onNote" | "signal"> {
  /** Whether the model's weights are random, by the study's `seed` (default: those of the checkpoint). */
  readonly randomWeights?: boolean | undefined;
}

/** Activations that were written. */
export interface WrittenActivations {
  /** The model's name and fingerprint. */
  readonly model: string;
  readonly fingerprint: string;
  /** One entry a story. */
  readonly written: readonly WrittenStory[];
}

/** A story whose activations were written. */
export interface WrittenStory {
  readonly story: string;
  /** The file, in the output folder that the options name. */
  readonly path: string;
  readonly nWords: number;
  readonly nTokens: number;
  readonly nPasses: number;
}

const activationsPath = (story: string) => `${story}_activations.safetensors`;

/** Activations of other stories stay, as do other files of ours. */
const listed = { name: outputName, list: ".cortecast-activations.json", adds: true } as const;

/**
 * Writes the activations of a language model for every word of the stories of a data set (or of one transcript, where `dataset`
 * is the path of one) into the output folder: one safetensors file a story, with a tensor `layer-<k>` [nWords x nUnits] for each
 * layer that `layer` names, or all. `activations` of a later study may name the folder.
 *
 * @throws OptionError where an option cannot be used, or files of these names are not ours or were changed since
 * @throws NotFoundError where a transcript or the model is not there
 * @throws FormatError where one of them cannot be read; DeviceError as `wordActivations`
 */
export async function writeStudyActivations(
  options: StudyOptions,
  settings: WriteActivationsOptions = {},
): Promise<WrittenActivations> {
  checkArgument("writeStudyActivations: options", options, "an object", { dataset: "a text", output: "a text" });
  const tools = toolsOf("writeStudyActivations: settings", settings);
  await checkWritable(options.output, outputName);
  await checkPlace(options.output, outputName);
  const transcripts = await loadTranscripts(options);
  const paths = transcripts.map(({ story }) => activationsPath(story));
  await checkOutputFiles(folderStore(options.output), paths, listed);
  const { randomWeights = false } = settings;
  return withLock(options.output, outputName, () => writeAll(transcripts, options, randomWeights, tools));
}

async function writeAll(
  transcripts: readonly Transcript[],
  options: StudyOptions,
  randomWeights: boolean,
  { onProgress, onNote }: GivenTools,
): Promise<WrittenActivations> {
  await removeAbandoned(options.output);
  const model = await loadStudyModel(options, { randomWeights, onProgress });
  for (const line of model.warnings) onNote(line);
  const store = folderStore(options.output);
  const written: WrittenStory[] = [];
  try {
    const layers = options.layer ? studyLayers(options, model) : Array.from({ length: model.nLayers + 1 }, (_, k) => k);
    for (const { story, words } of transcripts) {
      const result = await wordActivations(
        model,
        words.map((word) => word.text),
        {
          ...activationOptions(options),
          layers,
          onProgress: ({ done, total }) => onProgress({ label: `activations of ${story}`, done, total }),
        },
      );
      const tensors = Object.fromEntries(
        [...result.activations].map(([layer, { data, nRows, nColumns }]) => [
          `layer-${layer}`,
          { shape: [nRows, nColumns], data },
        ]),
      );
      const metadata = {
        story,
        model: model.name,
        fingerprint: model.fingerprint,
        context: JSON.stringify(result.context),
        words: JSON.stringify(words.map((word) => word.text)),
        onsets: JSON.stringify(words.map((word) => word.onset)),
      };
      const path = activationsPath(story);
      await writeOutputFiles(store, [[{ path, bytes: writeSafetensors(tensors, metadata) }]], listed);
      const { nTokens, context } = result;
      const nWords = words.length;
      written.push({ story, path: join(options.output, path), nWords, nTokens, nPasses: context.nPasses });
      onNote(
        `${join(options.output, path)}: ${formatNoun(nWords, "word")}, ${formatNoun(nTokens, "token")}, ${formatNoun(context.nPasses, "pass", "passes")} (${context.policy}), layers ${layers.join(", ")}`,
      );
    }
  } finally {
    await model.close();
  }
  return { model: model.name, fingerprint: model.fingerprint, written };
}

async function loadTranscripts({
  dataset,
  stories,
  tier,
  cues,
  noiseLabels,
}: StudyOptions): Promise<readonly Transcript[]> {
  const info = await stat(dataset).catch(() => undefined);
  if (info?.isFile()) {
    const story = storyOfTranscript(resolve(dataset));
    return [
      await loadTranscript(inputSource(folderStore(dirname(dataset))), story, {
        path: basename(dataset),
        tier,
        cues,
        noiseLabels,
      }),
    ];
  }
  if (!info) throw new NotFoundError("the folder or transcript must exist.", { where: dataset });
  const source = inputSource(folderStore(dataset));
  const wanted = stories ?? (await listTranscripts(source));
  if (wanted.length === 0) {
    throw new NotFoundError("there must be transcripts in stimuli/, got none. Give a transcript's own path instead.", {
      where: dataset,
    });
  }
  const found: Transcript[] = [];
  for (const story of wanted) found.push(await loadTranscript(source, story, { tier, cues, noiseLabels }));
  return found;
}
