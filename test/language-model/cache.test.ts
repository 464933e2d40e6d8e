import { beforeAll, describe, expect, it } from "vitest";
import { writeKeptArrays } from "../../src/keep/kept-arrays.ts";
import {
  activationKey,
  cachedWordActivations,
  loadActivations,
  writeActivations,
} from "../../src/language-model/cache.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { type ActivationOptions, wordActivations } from "../../src/language-model/word-activations.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { smallModelFiles } from "./small-models.ts";

const words = ["once", "upon", "a", "time"];
const known = { policy: "strided", maxContext: 12, minContext: 6, nPasses: 1 };
let files: Record<string, Uint8Array | string>;
let model: LanguageModel;
beforeAll(async () => {
  files = await smallModelFiles();
  model = await loadLanguageModel(memoryStore(files));
});

describe("activationKey", () => {
  const key = (options: ActivationOptions = {}, text: readonly string[] = words) => activationKey(model, text, options);

  it("is the same for options that mean the same, and does not depend on the layers (identity)", () => {
    expect(key()).toMatch(/^[0-9a-f]{64}$/);
    expect(key({ context: "strided", maxContext: 12, minContext: 6, pooling: "last", finalNorm: true })).toBe(key());
    expect(key({ maxContext: 5000 })).toBe(key());
    expect(key({ layers: [1], onProgress: () => {} })).toBe(key());
  });

  it("differs wherever a number may differ (identity)", () => {
    const keys = [
      key(),
      key({ context: "exact" }),
      key({ maxContext: 10 }),
      key({ minContext: 5 }),
      key({ pooling: "mean" }),
      key({ layerZero: "tokens" }),
      key({ finalNorm: false }),
      key({}, ["once", "upon", "a", "time."]),
      key({}, ["once upon", "a", "time"]),
      activationKey({ ...model, fingerprint: "other" }, words),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("fingerprint", () => {
  it("changes with every file and with random weights, not with the folder (identity)", async () => {
    const of = async (changes: Record<string, Uint8Array | string>, seed?: number | string) =>
      (await loadLanguageModel(memoryStore({ ...files, ...changes }, "elsewhere"), { randomWeights: seed }))
        .fingerprint;
    expect(await of({})).toBe(model.fingerprint);
    const weights = Uint8Array.from(files["model.safetensors"] as Uint8Array);
    weights[weights.length - 1]! ^= 1;
    const others = [
      await of({ "config.json": `${files["config.json"] as string} ` }),
      await of({ "model.safetensors": weights }),
      await of({
        "merges.txt": "#version: 0.2\na b\n",
        "vocab.json": (files["vocab.json"] as string).replace("<|endoftext|>", "ab"),
      }),
      await of({}, 1),
      await of({}, 2),
      await of({}, "1"),
    ];
    expect(new Set([model.fingerprint, ...others]).size).toBe(others.length + 1);
  });
});

describe("stored activations", () => {
  it("come back as they were written, layer by layer (identity)", async () => {
    const store = memoryStore();
    const value = await wordActivations(model, words);
    await writeActivations(store, "k", value);
    expect([...store.files.keys()]).toEqual([0, 1, 2].map((layer) => `k/layer-${layer}.activations`));
    expect(await loadActivations(store, "k", [0, 1, 2])).toEqual(value);
    expect((await loadActivations(store, "k", [1]))!.activations).toEqual(new Map([[1, value.activations.get(1)]]));
    expect(await loadActivations(store, "other", [1])).toBeUndefined();
  });

  it("are not computed again, and more layers are added later (agreement)", async () => {
    const store = memoryStore();
    let nRuns = 0;
    const counting: LanguageModel = {
      ...model,
      hiddenStates: (tokens, options) => {
        nRuns++;
        return model.hiddenStates(tokens, options);
      },
    };
    const first = await cachedWordActivations(counting, words, store, { layers: [1] });
    const runs = nRuns;
    expect(await cachedWordActivations(counting, words, store, { layers: [1] })).toEqual(first);
    expect(nRuns).toBe(runs);
    const all = await cachedWordActivations(counting, words, store);
    expect(nRuns).toBe(2 * runs);
    expect(all.layers).toEqual([0, 1, 2]);
    await cachedWordActivations(counting, words, store, { layers: [0, 2] });
    expect(nRuns).toBe(2 * runs);
  });

  it("that an earlier version kept, in another form, are not used and left alone (by hand)", async () => {
    const earlier = `${activationKey(model, words)}/layer-1.safetensors`;
    const store = memoryStore({ [earlier]: "no longer read" });
    const computed = await cachedWordActivations(model, words, store, { layers: [1] });
    expect(computed).toEqual(await wordActivations(model, words, { layers: [1] }));
    expect(store.files.size).toBe(2);
    expect(new TextDecoder().decode(await store.read(earlier))).toBe("no longer read");
  });

  it("under a name that is not theirs are refused", async () => {
    const store = memoryStore();
    await writeActivations(store, "k", await wordActivations(model, words));
    await store.write("other/layer-1.activations", await store.read("k/layer-1.activations"));
    await store.write("k/layer-1.activations", await store.read("k/layer-2.activations"));
    await expect(loadActivations(store, "k", [1])).rejects.toThrow(
      "got that of another key (k layer-2.activations). Delete it: it is computed anew",
    );
    await expect(loadActivations(store, "other", [1])).rejects.toMatchObject({
      name: "FormatError",
      message:
        "memory/other/layer-1.activations: the file must hold what was kept in it, got that of another key (k). Delete it: it is computed anew",
    });
  });

  it.each([
    ["without their own history", { nRows: 1, nColumns: 2, nTokens: 5 }, [Float32Array.of(1, 2)]],
    ["without numbers", { nRows: 1, nColumns: 2, nTokens: 5, context: known }, []],
    ["in double precision", { nRows: 1, nColumns: 2, nTokens: 5, context: known }, [Float64Array.of(1, 2)]],
  ])("%s are refused", async (_, about, arrays) => {
    const store = memoryStore();
    await writeKeptArrays(store, "k/layer-1.activations", "k", { about, arrays });
    await expect(loadActivations(store, "k", [1])).rejects.toMatchObject({
      name: "FormatError",
      message:
        "memory/k/layer-1.activations: the file must hold what was kept in it, got what is not described as activations. Delete it: it is computed anew",
    });
  });
});
