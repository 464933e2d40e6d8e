import { ownValue } from "../array/records.ts";
import { FormatError } from "../errors.ts";
import { checkFields } from "../formats/field-table.ts";
import { readJsonObject } from "../formats/json.ts";
import { gpt2ConfigFields } from "./config-fields.ts";

/** Everything in a GPT-2's `config.json` that its hidden states depend on. */
export interface Gpt2Config {
  /** Layers after the embedding; the hidden states are layers 0 (embedding) to nLayers. */
  readonly nLayers: number;
  readonly nHeads: number;
  /** Length of a hidden state. */
  readonly nUnits: number;
  /** Length of the hidden part of a layer's feed-forward network. */
  readonly nInner: number;
  /** Positions that have an embedding: the longest context, in tokens. */
  readonly nPositions: number;
  readonly vocabularySize: number;
  readonly activation: Gpt2Activation;
  readonly layerNormEpsilon: number;
  /** Attention scores are divided by the square root of a head's width. */
  readonly scaleAttention: boolean;
  /** Attention scores of layer k (from 1) are divided by k as well. */
  readonly scaleAttentionByLayer: boolean;
  /** Standard deviation of freshly made weights. */
  readonly initializerRange: number;
}

/** The nonlinearity of a layer's feed-forward network, by the first name that `config.json` has for it. */
export type Gpt2Activation = "gelu_new" | "gelu" | "relu";

/** By all names of transformers for the same formula (class ACT2CLS), up to rounding. */
const activationNames: ReadonlyMap<unknown, Gpt2Activation> = new Map([
  ["gelu_new", "gelu_new"],
  ["gelu_fast", "gelu_new"],
  ["gelu_accurate", "gelu_new"],
  ["gelu_pytorch_tanh", "gelu_new"],
  ["gelu_python_tanh", "gelu_new"],
  ["gelu", "gelu"],
  ["gelu_python", "gelu"],
  ["relu", "relu"],
]);

/** Twenty times the layers of the largest GPT-2 (48). A layer is many nodes of a graph, so a damaged number would never end. */
const mostLayers = 1000;

/** Reads one field, under any of its names, or throws; `fallback` stands where the field is absent. */
type Field = <T>(name: string, fits: (value: unknown) => value is T, must: string, fallback?: T) => T;

/** A configuration, and what of its file the user should be told. */
export interface ReadConfig {
  readonly config: Gpt2Config;
  readonly warnings: readonly string[];
}

const configRemedy = "Only GPT-2 checkpoints can be read";

/**
 * The architecture that a Hugging Face `config.json` of model type "gpt2" describes. Fields that are absent have
 * the defaults of GPT-2; what becomes of each field stands in {@link gpt2ConfigFields}.
 *
 * @param path - the file, for messages
 * @throws FormatError naming the field, where one is missing, malformed, asks for something other than a GPT-2, or has
 * another value under another of its names
 * @see https://huggingface.co/docs/transformers/model_doc/gpt2
 */
export function readGpt2Config(bytes: Uint8Array, { path }: { readonly path: string }): ReadConfig {
  const values = readJsonObject(bytes, path);
  const field: Field = (name, fits, must, fallback) => {
    const [first, ...others] = fieldNames(name).filter((known) => Object.hasOwn(values, known));
    const value = first === undefined ? fallback : ownValue(values, first);
    for (const other of others) {
      const second = ownValue(values, other);
      if (JSON.stringify(second) === JSON.stringify(value)) continue;
      const got = `${JSON.stringify(value)} and ${JSON.stringify(second)}`;
      throw new FormatError(
        path,
        `${first} and ${other} must be equal, as names of one field, got ${got}. Take the wrong one out`,
      );
    }
    if (fits(value)) return value;
    const got = value === undefined ? "none" : JSON.stringify(value);
    throw new FormatError(path, `${first ?? name} must be ${must}, got ${got}. ${configRemedy}`);
  };
  field("model_type", (value) => value === "gpt2", '"gpt2"');
  const warnings = checkFields(values, gpt2ConfigFields, { path, remedy: configRemedy });
  const nHeads = field("n_head", isCount, "a whole number from 1", 12);
  const nUnits = field(
    "n_embd",
    (value): value is number => isCount(value) && value % nHeads === 0,
    `a whole number divisible by n_head (${nHeads})`,
    768,
  );
  const config = {
    nLayers: field(
      "n_layer",
      (value): value is number => isCount(value) && value <= mostLayers,
      `a whole number from 1 to ${mostLayers}`,
      12,
    ),
    nHeads,
    nUnits,
    nInner: field("n_inner", isCountOrNull, "null or a whole number from 1", null) ?? 4 * nUnits,
    nPositions: field("n_positions", isCount, "a whole number from 1", 1024),
    vocabularySize: field("vocab_size", isCount, "a whole number from 1", 50257),
    activation: activationNames.get(
      field("activation_function", isActivation, `one of ${[...activationNames.keys()].join(", ")}`, "gelu_new"),
    )!,
    layerNormEpsilon: field("layer_norm_epsilon", isPositive, "a positive number", 1e-5),
    scaleAttention: field("scale_attn_weights", isBoolean, "true or false", true),
    scaleAttentionByLayer: field("scale_attn_by_inverse_layer_idx", isBoolean, "true or false", false),
    initializerRange: field("initializer_range", isPositive, "a positive number", 0.02),
  };
  return { config, warnings };
}

/** A field's own name, and those that transformers takes for it as well. */
function fieldNames(name: string): readonly string[] {
  const others = Object.entries(gpt2ConfigFields).filter(
    ([, rule]) => rule.effect === "obeyed" && rule.sameAs === name,
  );
  return [name, ...others.map(([other]) => other)];
}

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isCountOrNull = (value: unknown): value is number | null => value === null || isCount(value);
const isPositive = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && Number.isFinite(value);
const isActivation = (value: unknown): value is string => activationNames.has(value);
