import { fileURLToPath } from "node:url";
import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";
import { foreignModelFiles, modelFile } from "../catalogue/model-files.ts";
import { FormatError, listSome } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import { inputSource } from "../sources/input-source.ts";
import { folderStore } from "../sources/node.ts";
import { nameOfLocation } from "../sources/path.ts";
import type { Source } from "../sources/source.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { fingerprintModel } from "./fingerprint.ts";
import { type Gpt2Config, readGpt2Config } from "./gpt2-config.ts";
import { gpt2Runner } from "./gpt2-runner.ts";
import { gpt2Weights, randomGpt2Weights, unusedTensors } from "./gpt2-weights.ts";
import type { LanguageModel } from "./language-model.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

/**
 * The folder of the small language model that comes with the package, storyteller-7m: 6 layers of 256 units, 512
 * tokens of context. For demonstrations and tests; not a substitute for a model of published size in science.
 */
export function embeddedModelFolder(): string {
  return fileURLToPath(new URL("../../models/storyteller-7m", import.meta.url));
}

/**
 * A GPT-2 from a folder in Hugging Face's layout: `config.json`, `model.safetensors` (or shards with their index;
 * float16, bfloat16, float32), and `tokenizer.json` or `vocab.json` with `merges.txt`. Everything is computed in
 * single precision. Weights are read tensor by tensor when the first hidden states are asked for, and not held afterwards. Close the
 * model when it is no longer needed: it holds native memory.
 *
 * @param folder - path of the folder, or a source whose root it is
 * @param options.device - where it runs (default: the CPU, all cores); refused, if at all, with the first hidden states
 * @param options.randomWeights - a seed: same architecture and tokenizer, freshly made weights (no weight file needed)
 * @param options.onProgress - bytes hashed for the fingerprint
 * @throws NotFoundError where a file is missing
 * @throws FormatError where a file is malformed or does not belong to a GPT-2; lists every tensor that does not fit. So does
 * the model later, where a file has changed since its fingerprint was taken
 * @remarks Layers agree with the `hidden_states` of the transformers library: its last one is taken after the final
 * layer normalisation, so layer nLayers is here as well; `finalNorm: false` gives the last layer's own output.
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners"
 */
export async function loadLanguageModel(
  folder: string | Source,
  options: {
    readonly device?: Device | undefined;
    readonly randomWeights?: number | string | undefined;
    readonly onProgress?: OnProgress | undefined;
  } = {},
): Promise<LanguageModel> {
  const given = typeof folder === "string" ? folderStore(folder) : folder;
  checkArgument("loadLanguageModel: folder, if no text,", given, "an object", {
    read: "a function",
    has: "a function",
  });
  checkArgument("loadLanguageModel: options", options, "an object");
  const source = inputSource(given);
  const { device, randomWeights: seed, onProgress } = options;
  const configPath = `${source.location}/${modelFile.config}`;
  const { config, warnings: configWarnings } = readGpt2Config(await source.read(modelFile.config), {
    path: configPath,
  });
  const tokenizer = await loadTokenizer(source);
  if (tokenizer.baseVocabularySize > config.vocabularySize) {
    throw new FormatError(
      configPath,
      `vocab_size must cover the tokenizer's ${tokenizer.baseVocabularySize} tokens, got ${config.vocabularySize}. Are tokenizer and weights of the same model?`,
    );
  }
  const checkpoint = seed === undefined ? await openCheckpoint(source) : undefined;
  const weights = checkpoint ? gpt2Weights(checkpoint, config, source.location) : randomGpt2Weights(config, seed ?? 0);
  const warnings = [
    ...configWarnings,
    ...tokenizer.warnings,
    ...(checkpoint?.warnings ?? []),
    ...(checkpoint ? unusedTensors(checkpoint, config, source.location) : []),
    ...withoutEmbedding(tokenizer, config, source.location),
  ];
  for (const [file, why] of foreignModelFiles)
    if (await source.has(file)) warnings.push(`${source.location}/${file}: ${why}.`);
  const folderName = nameOfLocation(source.location);
  const name = seed === undefined ? folderName : `${folderName} (random weights, seed ${seed})`;
  const files = [modelFile.config, ...tokenizer.files, ...(checkpoint?.files ?? [])];
  const fingerprint = await fingerprintModel(source, files, { seed, onProgress });
  return {
    name,
    nLayers: config.nLayers,
    nUnits: config.nUnits,
    contextLength: config.nPositions,
    fingerprint,
    warnings,
    tokenizer,
    ...gpt2Runner(config, weights, device),
  };
}

/** Added tokens behind the last embedding: files of a tokenizer often list some that the model was never given. */
function withoutEmbedding({ added }: Tokenizer, { vocabularySize }: Gpt2Config, location: string): readonly string[] {
  const beyond = added
    .filter(({ id }) => id >= vocabularySize)
    .map(({ id, content }) => `${JSON.stringify(content)} (${id})`);
  if (beyond.length === 0) return [];
  return [
    `${location}: added tokens without an embedding (vocab_size ${vocabularySize}): ${listSome(beyond)}. A text that holds one is refused.`,
  ];
}
