import { describe, expect, it } from "vitest";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";

const read = (json: unknown) => readGpt2Config(new TextEncoder().encode(JSON.stringify(json)), { path: "config.json" });

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

  it.each<[Record<string, unknown>, string]>([
    [{}, 'model_type must be "gpt2", got none'],
    [{ model_type: "llama" }, 'model_type must be "gpt2", got "llama"'],
    [{ activation_function: "swish" }, 'activation_function must be one of gelu_new, gelu, relu, got "swish"'],
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
    [{ reorder_and_upcast_attn: 0 }, "reorder_and_upcast_attn must be true or false, got 0"],
    [{ tie_word_embeddings: "yes" }, 'tie_word_embeddings must be true or false, got "yes"'],
    [{ add_cross_attention: true }, "add_cross_attention must be false (a decoder without an encoder), got true"],
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
    ["no JSON", "{", /^config.json: the file must be JSON, got: /],
    ["a list", "[1]", /^config.json: the file must hold one JSON object, got \[1\]$/],
    ["null", "null", /^config.json: the file must hold one JSON object, got null$/],
  ])("refuses %s", (_, text, message) => {
    const attempt = () => readGpt2Config(new TextEncoder().encode(text), { path: "config.json" });
    expect(attempt).toThrow(expect.objectContaining({ name: "FormatError", message: expect.stringMatching(message) }));
  });
});
