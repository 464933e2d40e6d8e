import { describe, expect, it } from "vitest";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { embeddedModelFolder, loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { fixture, jsonFixture, relativeError, smallModelFiles, vocabularyFiles } from "./small-models.ts";

interface Sample {
  readonly tokens: readonly number[];
  readonly places: readonly number[];
  readonly units: readonly number[];
  /** Layer, place, unit. */
  readonly layers: readonly (readonly (readonly number[])[])[];
  readonly lastBlock: readonly (readonly number[])[];
}

const samples = jsonFixture<Record<"tiny-gpt2" | "storyteller-7m", Sample>>("hidden-states.json");

// Both sides compute in float32 (24 bits) and differ in the order of their sums; through a few layers the relative
// difference of whole states stays near 1e-6. 1e-5 leaves room for other processors, and is far below any error of
// the arithmetic itself.
const tolerance = 1e-5;

/** The largest relative error over all layers and the last block's own output; NaN where layers are missing. */
async function worstError(model: LanguageModel, sample: Sample): Promise<number> {
  const tokens = Int32Array.from(sample.tokens);
  const places = Int32Array.from(sample.places);
  const pick = (data: Float32Array) =>
    sample.places.flatMap((_, row) => sample.units.map((unit) => data[row * model.nUnits + unit]!));
  const states = await model.hiddenStates(tokens, { places });
  const errors = sample.layers.map((state, layer) => relativeError(pick(states.get(layer)!.data), state.flat()));
  const block = await model.hiddenStates(tokens, { places, layers: [model.nLayers], finalNorm: false });
  errors.push(relativeError(pick(block.get(model.nLayers)!.data), sample.lastBlock.flat()));
  await model.close();
  return states.size === sample.layers.length ? Math.max(...errors) : Number.NaN;
}

it("storyteller-7m, float16 weights, full context: all layers agree with transformers (oracle)", async () => {
  const model = await loadLanguageModel(embeddedModelFolder());
  expect(await worstError(model, samples["storyteller-7m"])).toBeLessThan(tolerance);
});

describeWithShared("a checkpoint that transformers saved", "data/tiny-gpt2", () => {
  it("tiny-gpt2: all layers agree with transformers (oracle)", async () => {
    const model = await loadLanguageModel(shared("data/tiny-gpt2"));
    expect(await worstError(model, samples["tiny-gpt2"])).toBeLessThan(tolerance);
  });
});

describe("every field of config.json that changes the arithmetic", () => {
  it.each(["gelu", "relu", "unscaled", "by-layer"])("%s: all layers agree with transformers (oracle)", async (name) => {
    const expected = jsonFixture<Pick<Sample, "tokens" | "layers" | "lastBlock">>(`variants/${name}/expected.json`);
    const store = memoryStore({
      "config.json": fixture(`variants/${name}/config.json`),
      "model.safetensors": fixture(`variants/${name}/model.safetensors`),
      ...vocabularyFiles(),
    });
    const all = { places: expected.tokens.map((_, i) => i), units: [0, 1, 2, 3, 4, 5, 6, 7] };
    expect(await worstError(await loadLanguageModel(store), { ...expected, ...all })).toBeLessThan(tolerance);
  });
});

describe("hiddenStates", () => {
  it("layer 0 of tokens alone is with-positions minus the position embedding (identity)", async () => {
    const model = await loadLanguageModel(embeddedModelFolder());
    const tokens = Int32Array.of(5, 9, 5);
    const both = (await model.hiddenStates(tokens, { layers: [0] })).get(0)!;
    const alone = (await model.hiddenStates(tokens, { layers: [0], layerZero: "tokens" })).get(0)!;
    const row = (data: Float32Array, i: number) => data.slice(i * 256, (i + 1) * 256);
    expect(row(alone.data, 0)).toEqual(row(alone.data, 2));
    expect(row(both.data, 0)).not.toEqual(row(both.data, 2));
    // The position embedding is the same whichever token stands there.
    const other = Int32Array.of(5, 11, 5);
    const both2 = (await model.hiddenStates(other, { layers: [0] })).get(0)!;
    const alone2 = (await model.hiddenStates(other, { layers: [0], layerZero: "tokens" })).get(0)!;
    for (let j = 256; j < 512; j++) {
      // One rounding of a float32 sum of numbers below 1 each: 6e-8.
      expect(Math.abs(both.data[j]! - alone.data[j]! - (both2.data[j]! - alone2.data[j]!))).toBeLessThan(5e-7);
    }
    await model.close();
  });

  it.each([2, 3, 12])("%s positions: fewer tokens give the first rows of what more give (identity)", async (n) => {
    const model = await loadLanguageModel(memoryStore(await smallModelFiles({ n_positions: n })));
    const tokens = Int32Array.from({ length: n }, (_, i) => 40 + 7 * i);
    const all = await model.hiddenStates(tokens);
    for (let length = 1; length < n; length++) {
      for (const [layer, { data }] of await model.hiddenStates(tokens.subarray(0, length))) {
        expect(data).toHaveLength(8 * length);
        // Sums over tokens in another order, in single precision.
        expect(relativeError(data, all.get(layer)!.data.subarray(0, 8 * length))).toBeLessThan(1e-6);
      }
    }
    await model.close();
  });

  it("calls at the same time with other layers give what calls one by one give (agreement)", async () => {
    const model = await loadLanguageModel(embeddedModelFolder());
    const tokens = Int32Array.from({ length: 20 }, (_, i) => i * 31);
    const [a, b] = await Promise.all([model.hiddenStates(tokens, { layers: [3] }), model.hiddenStates(tokens)]);
    expect(a.get(3)).toEqual(b.get(3));
    await model.close();
    expect((await model.hiddenStates(tokens, { layers: [3] })).get(3)).toEqual(a.get(3));
    await model.close();
  });

  it.each([
    ["no tokens", [], {}, "hiddenStates: the model reads 1..512 tokens at once, got 0."],
    ["too many", Array(513).fill(1), {}, "hiddenStates: the model reads 1..512 tokens at once, got 513."],
    ["a number beyond the vocabulary", [8192], {}, "hiddenStates: tokens must lie in 0..8191, got 8192."],
    ["a place outside", [1, 2], { places: Int32Array.of(2) }, "hiddenStates: places must lie in 0..1, got 2."],
    [
      "a layer too many",
      [1],
      { layers: [7] },
      "layers: layers must be whole numbers in 0..6 (0 is the embedding output), got 7.",
    ],
    ["no layer", [1], { layers: [] }, "layers: at least one layer must be asked for, got none."],
  ])("refuses %s", async (_, tokens, options, message) => {
    const model = await loadLanguageModel(embeddedModelFolder());
    const attempt = model.hiddenStates(Int32Array.from(tokens as number[]), options);
    await expect(attempt).rejects.toMatchObject({ name: "OptionError", message: expect.stringContaining(message) });
  });
});
