import { createRandom } from "../array/random.ts";
import { FormatError, listSome } from "../errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Gpt2Config } from "./gpt2-config.ts";

/** The numbers of one named tensor of a GPT-2. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Gives a tensor by its name without the `transformer.` prefix (`"h.0.attn.c_attn.weight"`). */
export type Gpt2Weights = (name: string) => Promise<WeightTensor>;

/**
 * The tensors that the hidden states of a GPT-2 depend on: name without `transformer.` prefix to shape. Weight
 * matrices are [inputs x outputs], as OpenAI's code has them.
 */
export function gpt2Shapes(config: Gpt2Config): ReadonlyMap<string, readonly number[]> {
  const { nLayers, nUnits, nInner, nPositions, vocabularySize } = config;
  const shapes = new Map<string, readonly number[]>([
    ["wte.weight", [vocabularySize, nUnits]],
    ["wpe.weight", [nPositions, nUnits]],
  ]);
  for (let k = 0; k < nLayers; k++) {
    const layer: Record<string, readonly number[]> = {
      "ln_1.weight": [nUnits],
      "ln_1.bias": [nUnits],
      "attn.c_attn.weight": [nUnits, 3 * nUnits],
      "attn.c_attn.bias": [3 * nUnits],
      "attn.c_proj.weight": [nUnits, nUnits],
      "attn.c_proj.bias": [nUnits],
      "ln_2.weight": [nUnits],
      "ln_2.bias": [nUnits],
      "mlp.c_fc.weight": [nUnits, nInner],
      "mlp.c_fc.bias": [nInner],
      "mlp.c_proj.weight": [nInner, nUnits],
      "mlp.c_proj.bias": [nUnits],
    };
    for (const [name, shape] of Object.entries(layer)) shapes.set(`h.${k}.${name}`, shape);
  }
  return shapes.set("ln_f.weight", [nUnits]).set("ln_f.bias", [nUnits]);
}

/**
 * The weights of a checkpoint, each read when it is asked for. Tensors that hidden states do not depend on (output
 * heads, stored attention masks) may be there.
 *
 * @param path - the folder, for messages
 * @throws FormatError where the weights have another number of layers; else listing the tensors that are missing, there under
 * both names, have another shape than the configuration says, or belong to a layer beyond `nLayers`
 */
export function gpt2Weights(checkpoint: Checkpoint, config: Gpt2Config, path: string): Gpt2Weights {
  // Before tensors are listed: a damaged n_layer may be any number.
  const indices = [...checkpoint.shapes.keys()].map((name) => layerOf(name));
  const nFound = new Set(indices.filter((index) => index !== undefined)).size;
  if (nFound !== config.nLayers) {
    throw new FormatError(
      path,
      `the weights must have as many layers as config.json says, n_layer ${config.nLayers}, got ${nFound}. Are both files of the same model?`,
    );
  }
  const expected = gpt2Shapes(config);
  const stored = (name: string) => (checkpoint.shapes.has(name) ? name : `transformer.${name}`);
  const troubles: string[] = [];
  for (const [name, shape] of expected) {
    const got = checkpoint.shapes.get(stored(name));
    if (checkpoint.shapes.has(name) && checkpoint.shapes.has(`transformer.${name}`))
      troubles.push(`"${name}" is there twice, as "transformer.${name}" too`);
    if (!got) troubles.push(`"${name}" is missing`);
    else if (got.join() !== shape.join())
      troubles.push(`"${name}" must be [${shape.join(" x ")}], got [${got.join(" x ")}]`);
  }
  for (const name of checkpoint.shapes.keys()) {
    const layer = layerOf(name);
    if (layer !== undefined && layer >= config.nLayers) troubles.push(`"${name}" belongs to no layer`);
  }
  if (troubles.length > 0) {
    const more = troubles.length > 10 ? [`  and ${troubles.length - 10} more`] : [];
    throw new FormatError(path, [
      `the weights must be those of config.json (${config.nLayers} layers of ${config.nUnits} units), got ${troubles.length} that are not:`,
      ...troubles.slice(0, 10).map((trouble) => `  ${trouble}`),
      ...more,
      "Are both files of the same model?",
    ]);
  }
  return async (name) => ({ shape: expected.get(name)!, data: await checkpoint.readTensor(stored(name)) });
}

/** Tensors that no hidden state depends on: heads, and the masks that older versions of transformers stored. */
const withoutEffect =
  /^(?:h\.\d+\.attn\.(?:masked_)?bias|(?:lm_head|score|classifier|qa_outputs|multiple_choice_head)\..+)$/;

/**
 * What is to be told of tensors that are not read, though hidden states may depend on them in the program that wrote them:
 * adapters that were not merged, attention to an encoder. One sentence, or none.
 *
 * @param path - the folder, for messages
 */
export function unusedTensors(checkpoint: Checkpoint, config: Gpt2Config, path: string): readonly string[] {
  const expected = gpt2Shapes(config);
  const unused = [...checkpoint.shapes.keys()].filter((name) => {
    const bare = name.replace(/^transformer\./, "");
    return !expected.has(bare) && !withoutEffect.test(bare);
  });
  if (unused.length === 0) return [];
  const shown = listSome(
    unused.map((name) => `"${name}"`),
    3,
  );
  return [
    `${path}: tensors that are not used, since GPT-2 has none of that name: ${shown}. An adapter must be merged into the weights first.`,
  ];
}

/** The layer that a tensor belongs to, counted from 0 as in its name. */
function layerOf(name: string): number | undefined {
  const index = /^(?:transformer\.)?h\.(\d+)\./.exec(name)?.[1];
  return index === undefined ? undefined : Number(index);
}

/**
 * Fresh weights for the same architecture, as GPT-2 starts its training: a control model that has read nothing.
 * Matrices and embeddings are normal with standard deviation `initializerRange`, the two projections of a layer that
 * lead back into the residual stream divided by sqrt(2 nLayers); biases are 0, layer normalisations 1 and 0. A
 * tensor depends on the seed and its own name only.
 *
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3
 */
export function randomGpt2Weights(config: Gpt2Config, seed: number | string): Gpt2Weights {
  const expected = gpt2Shapes(config);
  return async (name) => {
    const shape = expected.get(name)!;
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    if (/(^|\.)ln_(1|2|f)\.weight$/.test(name)) data.fill(1);
    else if (name.endsWith(".weight")) {
      const toResidual = name.endsWith(".c_proj.weight");
      const deviation = config.initializerRange / (toResidual ? Math.sqrt(2 * config.nLayers) : 1);
      const random = createRandom(`${seed}/${name}`);
      for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
    }
    return { shape, data };
  };
}
