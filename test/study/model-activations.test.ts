import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { activationKey } from "../../src/language-model/cache.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { cacheActivations } from "../../src/study/model-activations.ts";
import { checkOptions } from "../../src/study/options.ts";
import { loadTinyModel, tinierStory } from "../phantom/tiny.ts";

let model: LanguageModel;
beforeAll(async () => {
  model = await loadTinyModel();
});
afterAll(() => model.close());

const words = tinierStory.text.split(/\s+/).map((text, i) => ({ text, onset: i, duration: 1, interpolated: false }));
const transcript = { story: "tinier", path: "stimuli/tinier.tsv", words, nInterpolated: 0 };
const options = checkOptions({ dataset: "in", output: "out" });

/** The model, counting the layers that it is asked for in each pass. */
function counting() {
  const asked: (readonly number[])[] = [];
  const hiddenStates: LanguageModel["hiddenStates"] = (tokens, settings) => {
    asked.push(settings?.layers ?? []);
    return model.hiddenStates(tokens, settings);
  };
  return { asked, model: { ...model, hiddenStates } };
}

describe("cacheActivations", () => {
  const cache = (used: LanguageModel, layers: readonly number[], store: ReturnType<typeof memoryStore>) =>
    cacheActivations(used, [transcript], layers, store, { ...options, onProgress: () => {} });

  test("identity: all layers in one reading give what each gives in its own", async () => {
    const [together, apart] = [memoryStore(), memoryStore()];
    const counted = counting();
    await cache(counted.model, [0, 1, 2], together);
    expect(new Set(counted.asked.map(String))).toEqual(new Set(["0,1,2"]));
    for (const layer of [0, 1, 2]) await cache(model, [layer], apart);
    expect([...together.files.keys()].sort()).toEqual([...apart.files.keys()].sort());
    for (const [path, bytes] of together.files) expect(apart.files.get(path)).toEqual(bytes);
  });

  test("only the layers that are missing are computed, and nothing where none is", async () => {
    const store = memoryStore();
    await cache(model, [0, 2], store);
    const counted = counting();
    await cache(counted.model, [0, 1, 2], store);
    expect(new Set(counted.asked.map(String))).toEqual(new Set(["1"]));
    const again = counting();
    await cache(again.model, [0, 1, 2], store);
    expect(again.asked).toEqual([]);
    const key = activationKey(
      model,
      words.map((word) => word.text),
      {},
    );
    expect([...store.files.keys()].sort()).toEqual([0, 1, 2].map((layer) => `${key}/layer-${layer}.activations`));
  });
});
