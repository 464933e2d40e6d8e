import { describe, expect, it } from "vitest";
import { selectModelFiles } from "../../src/catalogue/hugging-face.ts";
import { foreignModelFiles, modelFile } from "../../src/catalogue/model-files.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import type { Source } from "../../src/sources/source.ts";
import { smallModelFiles } from "./small-models.ts";

/** A source, and the names of the files that were read of it or asked for. */
function watched(source: Source) {
  const [read, asked] = [new Set<string>(), new Set<string>()];
  const noting: Source = {
    ...source,
    has(path) {
      asked.add(path);
      return source.has(path);
    },
    read(path, room) {
      read.add(path);
      return source.read(path, room);
    },
    readRange(path, start, length) {
      read.add(path);
      return source.readRange(path, start, length);
    },
  };
  return { noting, read, asked };
}

const beside = {
  "tokenizer_config.json": "{}",
  "special_tokens_map.json": "{}",
  "added_tokens.json": "{}",
  "generation_config.json": "{}",
  "README.md": "# a model",
};

const known = new Set<string>([...Object.values(modelFile), ...foreignModelFiles.keys()]);

// Agreement: what is read is what is fetched, by the same list of names.
describe("the files of a model", () => {
  it("that are read are those that are fetched: vocabulary and merges, weights whole", async () => {
    const files = { ...(await smallModelFiles()), ...beside };
    const { noting, read, asked } = watched(memoryStore(files));
    await (await loadLanguageModel(noting)).close();
    expect([...read].sort()).toEqual([...selectModelFiles(Object.keys(files), "hub")].sort());
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });

  it("that would change what transformers computes are told (by hand)", async () => {
    const model = await loadLanguageModel(memoryStore({ ...(await smallModelFiles()), "adapter_config.json": "{}" }));
    await model.close();
    expect(model.warnings).toEqual([
      "memory/adapter_config.json: an adapter changes the weights, and is not applied: merge it into the model first.",
    ]);
  });

  it("that are read are those that are fetched: tokenizer.json, weights in shards", async () => {
    const { "vocab.json": vocab, "merges.txt": _, "model.safetensors": weights, ...others } = await smallModelFiles();
    const tokenizer = {
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
      model: { type: "BPE", vocab: JSON.parse(vocab as string), merges: [] },
    };
    const index = { weight_map: { "wte.weight": "part.safetensors" } };
    const files = {
      ...others,
      ...beside,
      "tokenizer.json": JSON.stringify(tokenizer),
      "model.safetensors.index.json": JSON.stringify(index),
      "part.safetensors": weights!,
    };
    const { noting, read, asked } = watched(memoryStore(files));
    await (await loadLanguageModel(noting)).close();
    expect([...read].sort()).toEqual([...selectModelFiles(Object.keys(files), "hub", ["part.safetensors"])].sort());
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });
});
