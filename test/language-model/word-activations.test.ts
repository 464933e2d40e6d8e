import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Progress } from "../../src/array/progress.ts";
import { createRandom } from "../../src/array/random.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { type ActivationOptions, wordActivations } from "../../src/language-model/word-activations.ts";
import { tokeniseWords } from "../../src/language-model/word-tokens.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { relativeError, smallModelFiles } from "./small-models.ts";

// Two layers, 8 units, 12 positions, one token a byte.
let model: LanguageModel;
beforeAll(async () => {
  model = await loadLanguageModel(memoryStore(await smallModelFiles()));
});
afterAll(() => model.close());

const random = createRandom("activations.test");
const makeWord = () => Array.from({ length: 1 + random.integer(3) }, () => "abcdeéx,."[random.integer(9)]).join("");
const story = Array.from({ length: 40 }, makeWord);
const row = (data: Float32Array, n: number) => data.subarray(n * 8, (n + 1) * 8);

describe("wordActivations", () => {
  it("stories that fit: exact and strided are one pass and bit-equal (agreement)", async () => {
    const short = story.slice(0, 3);
    const strided = await wordActivations(model, short);
    const exact = await wordActivations(model, short, { context: "exact" });
    expect(strided.nTokens).toBeLessThanOrEqual(12);
    expect(strided.context).toEqual({ policy: "strided", maxContext: 12, minContext: 6, nPasses: 1 });
    expect(exact.context).toEqual({ policy: "exact", maxContext: 12, minContext: 11, nPasses: 1 });
    expect(exact.activations).toEqual(strided.activations);
  });

  it.each(["last", "mean", "sum"] as const)("exact, %s: each word from its own window (agreement)", async (pooling) => {
    const { activations } = await wordActivations(model, story, { context: "exact", pooling });
    const { tokens, words } = tokeniseWords(story, model.tokenizer);
    for (const [n, { first, last }] of words.entries()) {
      const start = Math.max(0, last - 11);
      const states = await model.hiddenStates(tokens.subarray(start, last + 1));
      for (const [layer, { data }] of states) {
        const pooled = Array.from({ length: 8 }, (_, j) => {
          let sum = 0;
          for (let token = pooling === "last" ? last : first; token <= last; token++)
            sum += row(data, token - start)[j]!;
          return pooling === "mean" ? sum / (last - first + 1) : sum;
        });
        // float32 sums of at most seven numbers.
        expect(relativeError(row(activations.get(layer)!.data, n), pooled)).toBeLessThan(1e-6);
      }
    }
  });

  it("strided: each token from the last pass that starts minContext tokens before it (agreement)", async () => {
    const { activations, nTokens, context } = await wordActivations(model, story, { minContext: 7 });
    const { tokens, words } = tokeniseWords(story, model.tokenizer);
    // The first pass covers 12 tokens, each later one 5 more.
    expect(context.nPasses).toBe(1 + Math.ceil((nTokens - 12) / 5));
    for (const [n, { last }] of words.entries()) {
      const start = last < 12 ? 0 : 5 * Math.ceil((last - 11) / 5);
      const states = await model.hiddenStates(tokens.subarray(start, last + 1));
      for (const [layer, { data }] of states) {
        // The pass reads tokens behind the word as well: other lengths, so other orders of float32 sums.
        expect(relativeError(row(activations.get(layer)!.data, n), row(data, last - start))).toBeLessThan(1e-5);
      }
    }
  });

  it("strided with minContext = maxContext - 1 equals exact (identity)", async () => {
    const strided = await wordActivations(model, story, { minContext: 11 });
    const exact = await wordActivations(model, story, { context: "exact" });
    for (const layer of exact.layers) {
      // The words of the first pass stand in passes of different lengths: other orders of float32 sums.
      const error = relativeError(strided.activations.get(layer)!.data, exact.activations.get(layer)!.data);
      expect(error).toBeLessThan(1e-6);
    }
  });

  it.each([
    ["strided", "last"],
    ["strided", "mean"],
    ["exact", "last"],
    ["exact", "mean"],
  ] as const)("%s, %s: changing later words changes no earlier activation (identity)", async (context, pooling) => {
    const options: ActivationOptions = { context, pooling };
    const original = await wordActivations(model, story, options);
    for (const n of [0, 2, 5, 17, 30, 38]) {
      // Same length, another word; and a rest of another length altogether.
      const replaced = story.map((word, k) => (k > n ? "z".repeat(new TextEncoder().encode(word).length) : word));
      const shortened = [...story.slice(0, n + 1), "quite", "another", "end"];
      const same = await wordActivations(model, replaced, options);
      const other = await wordActivations(model, shortened, options);
      for (const layer of original.layers) {
        const until = (data: Float32Array) => data.subarray(0, (n + 1) * 8);
        const before = until(original.activations.get(layer)!.data);
        // Bit-equal: hidden tokens have weight 0 exactly.
        expect(until(same.activations.get(layer)!.data)).toEqual(before);
        // A shorter last pass is a product of another size, whose float32 sums may run in another order.
        expect(relativeError(until(other.activations.get(layer)!.data), before)).toBeLessThan(1e-6);
        const behind = (data: Float32Array) => data.slice((n + 1) * 8);
        expect(behind(same.activations.get(layer)!.data)).not.toEqual(behind(original.activations.get(layer)!.data));
      }
    }
  });

  it("some layers are those layers of all (agreement)", async () => {
    const all = await wordActivations(model, story);
    const some = await wordActivations(model, story, { layers: [2, 0, 2] });
    expect(some.layers).toEqual([0, 2]);
    for (const layer of some.layers) {
      // The runtime may fuse the operators of a smaller graph otherwise: float32 rounding.
      expect(relativeError(some.activations.get(layer)!.data, all.activations.get(layer)!.data)).toBeLessThan(1e-6);
    }
  });

  it("layerZero and finalNorm reach the model (identity)", async () => {
    const words = ["a", "b", "a"];
    const tokens = (await wordActivations(model, words, { layerZero: "tokens", pooling: "sum" })).activations.get(0)!;
    // "b" and "a" differ, both with a space before them; the last two words are at other places than the first.
    expect(row(tokens.data, 1)).not.toEqual(row(tokens.data, 2));
    const again = (await wordActivations(model, ["b", "a", "a"], { layerZero: "tokens" })).activations.get(0)!;
    expect(row(again.data, 1)).toEqual(row(again.data, 2));
    const normed = (await wordActivations(model, words, { layers: [2] })).activations.get(2)!;
    const raw = (await wordActivations(model, words, { layers: [2], finalNorm: false })).activations.get(2)!;
    for (let n = 0; n < 3; n++) {
      // The normalisation of fresh weights has scale 1 and bias 0: mean 0 and variance 1 in the normed state.
      const values = row(raw.data, n);
      const mean = values.reduce((sum, x) => sum + x, 0) / 8;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8;
      const expected = [...values].map((x) => (x - mean) / Math.sqrt(variance + 1e-5));
      expect(relativeError(row(normed.data, n), expected)).toBeLessThan(1e-6);
    }
  });

  it("no words give matrices without rows (by hand)", async () => {
    const { activations, nTokens, context } = await wordActivations(model, [], { layers: [1] });
    expect(activations.get(1)).toEqual({ data: new Float32Array(0), nRows: 0, nColumns: 8 });
    expect([nTokens, context.nPasses]).toEqual([0, 0]);
  });

  it("progress counts the tokens, rising, to the end (identity)", async () => {
    const seen: Progress[] = [];
    const { nTokens, context } = await wordActivations(model, story, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toHaveLength(context.nPasses);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ label: "activations of memory", done: nTokens, total: nTokens });
  });

  it.each<[string, ActivationOptions, string]>([
    ["a context of none", { maxContext: 0 }, "context: maxContext must be a whole number of tokens from 1, got 0."],
    [
      "minContext beyond the model's limit",
      { minContext: 12 },
      "context: minContext must be a whole number of tokens in 0..11 (below maxContext), got 12.",
    ],
    [
      "minContext with exact",
      { context: "exact", minContext: 3 },
      'wordActivations: minContext must be left out where the context is "exact" (every word has the whole context), got 3.',
    ],
    [
      "an unknown context",
      { context: "rotating" as never },
      'wordActivations: context must be "strided" or "exact", got "rotating".',
    ],
    [
      "an unknown pooling",
      { pooling: "max" as never },
      'wordActivations: pooling must be "last", "mean" or "sum", got "max".',
    ],
    [
      "an unknown layer 0",
      { layerZero: "both" as never },
      'wordActivations: layerZero must be "with-positions" or "tokens", got "both".',
    ],
    ["a norm of text", { finalNorm: "no" as never }, 'wordActivations: finalNorm must be true or false, got "no".'],
    [
      "a layer too many",
      { layers: [3] },
      "layers: layers must be whole numbers in 0..2 (0 is the embedding output), got 3.",
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(wordActivations(model, story, options)).rejects.toMatchObject({ name: "OptionError", message });
  });
});
