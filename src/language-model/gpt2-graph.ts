import { emptyRecord } from "../array/records.ts";
import type { Expression } from "../graph/expression.ts";
import {
  add,
  gather,
  gelu,
  input,
  layerNormalisation,
  lengthOf,
  matmul,
  relu,
  reshape,
  scalar,
  slice,
  transposeAxes,
  weight,
  wholeNumbersFrom,
} from "../graph/operators.ts";
import { type CausalPart, causalAttention, causalParts, nCausalParts } from "./causal-attention.ts";
import type { Gpt2Config } from "./gpt2-config.ts";
import type { Gpt2Weights } from "./gpt2-weights.ts";

/** Which hidden states a graph gives. */
export interface Gpt2Outputs {
  /** Layers 0..nLayers; layers above the highest are left out of the graph. */
  readonly layers: readonly number[];
  /** What layer 0 is. */
  readonly layerZero: "with-positions" | "tokens";
  /** Whether the last layer is given after the final layer normalisation. */
  readonly finalNorm: boolean;
}

/**
 * A GPT-2 as a graph: inputs `tokens` (int64, [nTokens], at least {@link nCausalParts}) and `places` (int64, [nPlaces], which of the tokens are
 * wanted); outputs `layer0`, `layer1`, ... ([nPlaces x nUnits], float32), one for each wanted layer.
 *
 * Token i has position i. A layer is x + attention(norm(x)), then x + feedForward(norm(x)); attention is causal, so
 * that a token's states depend on itself and those before it only.
 */
export async function gpt2Graph(
  config: Gpt2Config,
  weights: Gpt2Weights,
  outputs: Gpt2Outputs,
): Promise<Readonly<Record<string, Expression>>> {
  const parameter = async (name: string) => {
    const { shape, data } = await weights(name);
    return weight(name, data, shape);
  };
  const wanted = new Set(outputs.layers);
  const top = Math.max(...outputs.layers);
  const tokens = input("tokens", "int64", ["nTokens"]);
  const places = input("places", "int64", ["nPlaces"]);
  const results = emptyRecord<Expression>();
  const give = (layer: number, x: Expression) => {
    if (wanted.has(layer)) results[`layer${layer}`] = gather(x, places);
  };

  const positions = wholeNumbersFrom(scalar(0, "int64"), lengthOf(tokens, 0), "nTokens");
  const tokenEmbedding = gather(await parameter("wte.weight"), tokens);
  let x = add(tokenEmbedding, gather(await parameter("wpe.weight"), positions));
  give(0, outputs.layerZero === "tokens" ? tokenEmbedding : x);
  const parts = causalParts(positions, nCausalParts(config.nPositions));
  for (let k = 0; k < top; k++) {
    const part = (name: string) => parameter(`h.${k}.${name}`);
    x = add(x, await attention(await normalise(x, part, "ln_1", config), part, parts, k, config));
    x = add(x, await feedForward(await normalise(x, part, "ln_2", config), part, config));
    const isLast = k + 1 === config.nLayers;
    give(k + 1, isLast && outputs.finalNorm ? await normalise(x, parameter, "ln_f", config) : x);
  }
  return results;
}

type Parameter = (name: string) => Promise<Expression>;

async function normalise(x: Expression, parameter: Parameter, name: string, config: Gpt2Config): Promise<Expression> {
  return layerNormalisation(
    x,
    await parameter(`${name}.weight`),
    await parameter(`${name}.bias`),
    config.layerNormEpsilon,
  );
}

/** a W + b */
async function projectLinearly(a: Expression, parameter: Parameter, name: string): Promise<Expression> {
  return add(matmul(a, await parameter(`${name}.weight`)), await parameter(`${name}.bias`));
}

async function attention(
  x: Expression,
  parameter: Parameter,
  parts: readonly CausalPart[],
  layer: number,
  config: Gpt2Config,
): Promise<Expression> {
  const { nUnits, nHeads } = config;
  const width = nUnits / nHeads;
  const joined = await projectLinearly(x, parameter, "attn.c_attn");
  /** [nHeads x nTokens x width], or its last two axes swapped. */
  const heads = (part: number, order: readonly number[]) =>
    transposeAxes(reshape(slice(joined, 1, part * nUnits, (part + 1) * nUnits), ["nTokens", nHeads, width]), order);
  const queries = heads(0, [1, 0, 2]);
  const keys = heads(1, [1, 2, 0]);
  const values = heads(2, [1, 0, 2]);
  const scale = (config.scaleAttention ? 1 / Math.sqrt(width) : 1) / (config.scaleAttentionByLayer ? layer + 1 : 1);
  const mixed = causalAttention(queries, keys, values, scale, parts);
  // [nHeads x nTokens x width] back to [nTokens x nUnits]
  return projectLinearly(reshape(transposeAxes(mixed, [1, 0, 2]), ["nTokens", nUnits]), parameter, "attn.c_proj");
}

async function feedForward(x: Expression, parameter: Parameter, config: Gpt2Config): Promise<Expression> {
  const inner = await projectLinearly(x, parameter, "mlp.c_fc");
  const active = { gelu_new: () => gelu(inner, "tanh"), gelu: () => gelu(inner, "exact"), relu: () => relu(inner) };
  return projectLinearly(active[config.activation](), parameter, "mlp.c_proj");
}
