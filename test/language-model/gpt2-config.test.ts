import { describe, expect, it } from "vitest";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";

const readAll = (json: unknown) =>
  readGpt2Config(new TextEncoder().encode(JSON.stringify(json)), { path: "config.json" });
const read = (json: unknown) => readAll(json).config;

describe("readGpt2Config", () => {
  it("absent fields have GPT-2's values (by hand, from the model card of the 124M model)", () => {
    expect(read({ model_type: "gpt2" })).toEqual({
      nLayers: 12,
      nHeads: 12,
      nUnits: 768,
      nInner: 3072,
      nPositions: 1024,
      vocabularySize: 50257,
      activation: "gelu_new",
      layerNormEpsilon: 1e-5,
      scaleAttention: true,
      scaleAttentionByLayer: false,
      initializerRange: 0.02,
    });
  });

  it("fields that are there are read (by hand)", () => {
    const config = read({
      model_type: "gpt2",
      n_layer: 2,
      n_head: 2,
      n_embd: 6,
      n_inner: 5,
      n_positions: 9,
      vocab_size: 11,
      activation_function: "relu",
      layer_norm_epsilon: 0.5,
      scale_attn_weights: false,
      scale_attn_by_inverse_layer_idx: true,
      reorder_and_upcast_attn: true,
      tie_word_embeddings: false,
      initializer_range: 0.1,
      resid_pdrop: 0.3,
    });
    expect(Object.values(config)).toEqual([2, 2, 6, 5, 9, 11, "relu", 0.5, false, true, 0.1]);
    expect(read({ model_type: "gpt2", n_embd: 24, n_inner: null }).nInner).toBe(96);
  });

  it("fields are read under the names that transformers gives them as well (by hand, from its attribute map)", () => {
    const config = read({
      model_type: "gpt2",
      num_hidden_layers: 3,
      num_attention_heads: 4,
      hidden_size: 8,
      max_position_embeddings: 16,
    });
    expect(config).toMatchObject({ nLayers: 3, nHeads: 4, nUnits: 8, nInner: 32, nPositions: 16 });
    expect(read({ model_type: "gpt2", n_head: 4, num_attention_heads: 4 }).nHeads).toBe(4);
  });

  it("names of one nonlinearity are read as one (by hand: transformers' formulas differ in how they are written)", () => {
    const read = (name: string) => readAll({ model_type: "gpt2", activation_function: name }).config.activation;
    expect(["gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"].map(read)).toEqual(
      Array<string>(4).fill("gelu_new"),
    );
    expect(["gelu_python", "relu"].map(read)).toEqual(["gelu", "relu"]);
  });

  it.each([
    ["n_layer", "num_hidden_layers"],
    ["n_head", "num_attention_heads"],
    ["n_embd", "hidden_size"],
    ["n_positions", "max_position_embeddings"],
  ])("refuses other values of %s and %s", (name, other) => {
    expect(() => read({ model_type: "gpt2", [other]: 24, [name]: 12 })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `config.json: ${name} and ${other} must be equal, as names of one field, got 12 and 24. Take the wrong one out`,
      }),
    );
  });

  it("tells of fields that it does not know, and of those that ask for what is not done (by hand)", () => {
    expect(readAll({ model_type: "gpt2", n_ctx: 1024, resid_pdrop: 0.5, dtype: "float16" }).warnings).toEqual([]);
    expect(
      readAll({ model_type: "gpt2", rotary_dim: 64, toString: 1, tokenizer_class: "BertTokenizer" }).warnings,
    ).toEqual([
      'config.json: tokenizer_class is "BertTokenizer": tokens are made as GPT2Tokenizer makes them.',
      "config.json: not known here, and not obeyed: rotary_dim, toString. Does the model compute something else with them?",
    ]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, 'model_type must be "gpt2", got none'],
    [{ model_type: "llama" }, 'model_type must be "gpt2", got "llama"'],
    [
      { activation_function: "swish" },
      'activation_function must be one of gelu_new, gelu_fast, gelu_accurate, gelu_pytorch_tanh, gelu_python_tanh, gelu, gelu_python, relu, got "swish"',
    ],
    [{ n_layer: 0 }, "n_layer must be a whole number from 1 to 1000, got 0"],
    [{ n_layer: 5e6 }, "n_layer must be a whole number from 1 to 1000, got 5000000"],
    [{ n_layer: "12" }, 'n_layer must be a whole number from 1 to 1000, got "12"'],
    [{ n_head: 1.5 }, "n_head must be a whole number from 1, got 1.5"],
    [{ n_embd: 770 }, "n_embd must be a whole number divisible by n_head (12), got 770"],
    [{ n_inner: -3 }, "n_inner must be null or a whole number from 1, got -3"],
    [{ n_positions: {} }, "n_positions must be a whole number from 1, got {}"],
    [{ vocab_size: 1e300 }, "vocab_size must be a whole number from 1, got 1e+300"],
    [{ layer_norm_epsilon: 0 }, "layer_norm_epsilon must be a positive number, got 0"],
    [{ scale_attn_weights: 1 }, "scale_attn_weights must be true or false, got 1"],
    [{ scale_attn_by_inverse_layer_idx: "no" }, 'scale_attn_by_inverse_layer_idx must be true or false, got "no"'],
    [{ n_layer: null }, "n_layer must be a whole number from 1 to 1000, got null"],
    [
      { add_cross_attention: true },
      "add_cross_attention must be false (a decoder without an encoder is computed), got true",
    ],
    [{ pruned_heads: { 1: [0] } }, 'pruned_heads must be null or {} (all heads are computed), got {"1":[0]}'],
    [
      { quantization_config: { load_in_8bit: true } },
      'quantization_config must be null (weights must be numbers of floating point), got {"load_in_8bit":true}',
    ],
    [{ num_attention_heads: 0 }, "num_attention_heads must be a whole number from 1, got 0"],
    [{ initializer_range: -1 }, "initializer_range must be a positive number, got -1"],
  ])("refuses %j", (fields, message) => {
    const json = Object.keys(fields).length === 0 ? {} : { model_type: "gpt2", ...fields };
    expect(() => read(json)).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `config.json: ${message}. Only GPT-2 checkpoints can be read`,
      }),
    );
  });

  it.each([
    ["no JSON", "{", /^config.json: the file must be JSON, got an end too early/],
    ["a list", "[1]", /^config.json: the file must hold a JSON object \(\{\.\.\.\}\), got an array$/],
    ["null", "null", /^config.json: the file must hold a JSON object \(\{\.\.\.\}\), got null$/],
  ])("refuses %s", (_, text, message) => {
    const attempt = () => readGpt2Config(new TextEncoder().encode(text), { path: "config.json" });
    expect(attempt).toThrow(expect.objectContaining({ name: "FormatError", message: expect.stringMatching(message) }));
  });
});
