import { expect, it } from "vitest";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";
import { gpt2Shapes, randomGpt2Weights } from "../../src/language-model/gpt2-weights.ts";
import { embeddedModelFolder, loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { wordActivations } from "../../src/language-model/word-activations.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { smallModelFiles } from "./small-models.ts";

const json = { model_type: "gpt2", n_layer: 8, n_head: 4, n_embd: 64, n_positions: 100, vocab_size: 500 };
const { config } = readGpt2Config(new TextEncoder().encode(JSON.stringify(json)), { path: "config.json" });

it("weights are normal with the deviations of GPT-2's start, biases 0, normalisations 1 and 0 (identity)", async () => {
  const weights = randomGpt2Weights(config, 5);
  for (const [name, shape] of gpt2Shapes(config)) {
    const { data } = await weights(name);
    expect(data).toHaveLength(shape.reduce((a, b) => a * b, 1));
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
    const isMatrix = shape.length === 2;
    const isScale = !isMatrix && name.endsWith(".weight");
    // sqrt(2 * 8 layers) = 4 for the two projections into the residual stream.
    const expected = isMatrix ? (name.endsWith("c_proj.weight") ? 0.02 / 4 : 0.02) : 0;
    // Five standard errors of a mean, and of a standard deviation, of n normal numbers; none for constants.
    expect(Math.abs(mean - (isScale ? 1 : 0))).toBeLessThanOrEqual((5 * expected) / Math.sqrt(data.length));
    expect(Math.abs(deviation - expected)).toBeLessThanOrEqual((5 * expected) / Math.sqrt(2 * data.length));
  }
});

it("a seed gives the same weights again, another seed others; no two tensors are alike (identity)", async () => {
  const one = await randomGpt2Weights(config, 1)("h.0.mlp.c_proj.weight");
  expect(await randomGpt2Weights(config, 1)("h.0.mlp.c_proj.weight")).toEqual(one);
  expect(await randomGpt2Weights(config, 2)("h.0.mlp.c_proj.weight")).not.toEqual(one);
  expect(await randomGpt2Weights(config, 1)("h.1.mlp.c_proj.weight")).not.toEqual(one);
});

it("the control model has the same architecture and tokens, other activations, and needs no weight file", async () => {
  const words = "the quick brown fox".split(" ");
  const trained = await loadLanguageModel(embeddedModelFolder());
  const control = await loadLanguageModel(embeddedModelFolder(), { randomWeights: 3 });
  expect(control.name).toBe("storyteller-7m (random weights, seed 3)");
  expect([control.nLayers, control.nUnits, control.contextLength]).toEqual([6, 256, 512]);
  const a = await wordActivations(trained, words, { layers: [6] });
  const b = await wordActivations(control, words, { layers: [6] });
  expect(b.nTokens).toBe(a.nTokens);
  expect(b.activations.get(6)).not.toEqual(a.activations.get(6));
  expect(b.activations.get(6)!.data.every(Number.isFinite)).toBe(true);
  await trained.close();
  await control.close();

  const { "model.safetensors": _, ...without } = await smallModelFiles();
  const bare = await loadLanguageModel(memoryStore(without), { randomWeights: "seed" });
  expect((await bare.hiddenStates(Int32Array.of(1, 2))).size).toBe(3);
  await bare.close();
});
