import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { NotFoundError } from "../errors.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { wordActivations } from "../language-model/activations.ts";
import { formatNoun } from "../report/numbers.ts";
import { inputSource } from "../sources/input-source.ts";
import { withLock } from "../sources/lock.ts";
import { checkWritable, folderStore, removeAbandoned } from "../sources/node.ts";
import { checkOutputFiles, writeOutputFiles } from "../sources/output-files.ts";
import { listTranscripts, loadTranscript, storyOfTranscript } from "../stimulus/load-transcript.ts";
import { transcriptExtensions } from "../stimulus/transcript-formats.ts";
import type { Transcript } from "../stimulus/word.ts";
import { activationOptions, loadStudyModel, studyLayers } from "../study/activations.ts";
import { checkPlace } from "../study/check-place.ts";
import type { StudyOptions } from "../study/options.ts";
import type { Command } from "./command-line.ts";
import type { Parsed } from "./flags.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";
import type { Terminal } from "./terminal.ts";

/** `cortecast activations`. */
export const activations: Command = {
  usage: {
    name: "activations",
    summary:
      "Writes a language model's activations for every word: one safetensors file a story, with tensors layer-<k> [nWords x nUnits].",
    positionals: [
      {
        name: "dataset",
        required: true,
        help: `BIDS folder with transcripts in stimuli/, or one transcript (${transcriptExtensions.join(", ")})`,
      },
      { name: "output", required: true, help: "folder for the activations" },
    ],
    flags: {
      ...studyFlags(
        (key, group) =>
          (group === "model" && key !== "activations") ||
          ["stories", "tier", "cues", "noiseLabels", "seed", "threads", "provider"].includes(key),
      ),
      stories: {
        type: "value",
        group: "data",
        help: "transcripts to read, by name of the story (default: all in stimuli/)",
      },
      layer: {
        type: "value",
        group: "model",
        help: "layers to write, 0 = embedding output: 8, or 0,4,8, or 0:12 (default: all)",
      },
      seed: { type: "value", group: "model", help: "seed of the random weights (default: 0)" },
      randomWeights: {
        type: "switch",
        group: "model",
        help: "take random weights (see --seed) in place of the trained ones",
      },
    },
  },
  async run({ parsed, terminal }) {
    const options = await studyOptionsOf(parsed);
    await checkWritable(options.output, "<output>");
    await checkPlace(options.output, "<output>");
    const transcripts = await loadTranscripts(options);
    const paths = transcripts.map(({ story }) => activationsPath(story));
    await checkOutputFiles(folderStore(options.output), paths, listed);
    return withLock(options.output, "<output>", () => writeAll(transcripts, options, parsed, terminal));
  },
};

const activationsPath = (story: string) => `${story}_activations.safetensors`;

/** Activations of other stories stay, as do other files of ours. */
const listed = { name: "<output>", list: ".cortecast-activations.json", adds: true } as const;

async function writeAll(
  transcripts: readonly Transcript[],
  options: StudyOptions,
  parsed: Parsed,
  terminal: Terminal,
): Promise<unknown> {
  const { onProgress } = terminal;
  await removeAbandoned(options.output);
  const randomWeights = parsed.switches.has("randomWeights");
  const model = await loadStudyModel(options, { randomWeights, onProgress });
  for (const line of model.warnings) terminal.note(line);
  const store = folderStore(options.output);
  const written: { story: string; path: string; nWords: number; nTokens: number; nPasses: number }[] = [];
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
      written.push({
        story,
        path: join(options.output, path),
        nWords: words.length,
        nTokens,
        nPasses: context.nPasses,
      });
      terminal.note(
        `${join(options.output, path)}: ${formatNoun(words.length, "word")}, ${formatNoun(nTokens, "token")}, ${formatNoun(context.nPasses, "pass", "passes")} (${context.policy}), layers ${layers.join(", ")}`,
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
