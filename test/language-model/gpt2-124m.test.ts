import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";
import { gpt2Shapes } from "../../src/language-model/gpt2-weights.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { jsonFixture, vocabularyFiles } from "./small-models.ts";

interface Expected {
  readonly nTokens: number;
  readonly step: number;
  readonly layers: readonly { readonly norm: number; readonly values: readonly number[] }[];
}
const expected = jsonFixture<Expected>("gpt2-124m.json");

/** Number i of the t-th tensor, as fixtures/make_gpt2_124m.py has it: uniform in [-0.5, 0.5). */
function hashed(i: number, tensor: number): number {
  let x = (i + Math.imul(tensor, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32 - 0.5;
}

/** A checkpoint of the size of the smallest GPT-2, whose numbers follow from a formula. */
function checkpoint(): Record<string, Uint8Array | string> {
  const text = JSON.stringify({
    model_type: "gpt2",
    n_layer: 12,
    n_head: 12,
    n_embd: 768,
    n_positions: 1024,
    vocab_size: 50257,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
  });
  const { config } = readGpt2Config(new TextEncoder().encode(text), { path: "config.json" });
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [tensor, [name, shape]] of [...gpt2Shapes(config)].entries()) {
    const scale = shape.length === 2 ? 0.07 : 0.35;
    const offset = /(^|\.)ln_\w+\.weight$/.test(name) ? 1 : 0;
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    for (let i = 0; i < data.length; i++) data[i] = offset + scale * hashed(i, tensor);
    tensors[name] = { shape, data };
  }
  return { "config.json": text, "model.safetensors": writeSafetensors(tensors), ...vocabularyFiles() };
}

describe("GPT-2 of the 124M size", () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = await loadLanguageModel(memoryStore(checkpoint(), "gpt2-124m"));
  }, 120_000);
  afterAll(() => model.close());

  it("1,024 tokens: all 13 layers agree with transformers to 1e-4 (oracle)", async () => {
    const tokens = Int32Array.from({ length: expected.nTokens }, (_, i) => (i * 7919) % 50257);
    const states = await model.hiddenStates(tokens);
    const errors = expected.layers.map(({ norm, values }, layer) => {
      const { data } = states.get(layer)!;
      // Every 1,009th number meets every unit and tokens all along; what lies between them is held by the norm.
      const picked = Array.from({ length: Math.ceil(data.length / expected.step) }, (_, k) => data[k * expected.step]!);
      expect(picked).toHaveLength(values.length);
      const total = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
      expect(Math.abs(total / norm - 1)).toBeLessThan(1e-5);
      const difference = Math.hypot(...picked.map((value, k) => value - values[k]!));
      return difference / Math.hypot(...values);
    });
    console.log(`relative error of layers 0..12: ${errors.map((error) => error.toExponential(1)).join(" ")}`);
    expect(errors).toHaveLength(13);
    // float32 on both sides with sums in another order: 1e-6 is usual, 1e-4 is what an analysis can bear.
    for (const error of errors) expect(error).toBeLessThan(1e-4);
  }, 120_000);
});
