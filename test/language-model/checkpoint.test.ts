import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.ts";
import { openCheckpoint } from "../../src/language-model/checkpoint.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { smallModelFiles, vocabularyFiles } from "./small-models.ts";

const tensor = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
const index = (weightMap: unknown) => JSON.stringify({ metadata: {}, weight_map: weightMap });

describe("openCheckpoint", () => {
  it("reads tensors from shards, and only their own bytes (by hand)", async () => {
    const store = memoryStore({
      "model.safetensors.index.json": index({
        a: "model-1.safetensors",
        b: "model-2.safetensors",
        c: "model-2.safetensors",
      }),
      "model-1.safetensors": writeSafetensors({ a: tensor(1, 2) }),
      "model-2.safetensors": writeSafetensors({ b: tensor(3), c: tensor(4, 5, 6) }),
    });
    const read: number[] = [];
    const checkpoint = await openCheckpoint({
      ...store,
      read: (path) => (path.endsWith(".json") ? store.read(path) : Promise.reject(new Error("whole file read"))),
      readRange: (path, start, length) => {
        read.push(length);
        return store.readRange(path, start, length);
      },
    });
    expect(checkpoint.files).toEqual(["model-1.safetensors", "model-2.safetensors"]);
    expect([...checkpoint.shapes]).toEqual([
      ["a", [2]],
      ["b", [1]],
      ["c", [3]],
    ]);
    read.length = 0;
    expect([...(await checkpoint.readTensor("c"))]).toEqual([4, 5, 6]);
    expect(read).toEqual([12]);
    await expect(checkpoint.readTensor("d")).rejects.toMatchObject({
      name: "NotFoundError",
      message: 'memory: the weights must hold tensor "d", got none.',
    });
  });

  it.each<[string, Record<string, string | Uint8Array>, string, string]>([
    [
      "an empty folder",
      {},
      "NotFoundError",
      "memory: a model's folder must hold model.safetensors or model.safetensors.index.json, got nothing. Fetch the weights in safetensors form.",
    ],
    [
      "pickled weights",
      { "pytorch_model.bin": "x", "config.json": "{}" },
      "NotFoundError",
      `memory: the weights must be safetensors, got only pytorch_model.bin, a pickled file, which can run code when it is read. Convert it once, in that folder: python -c "from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.', safe_serialization=True)"`,
    ],
    [
      "an index without a map",
      { "model.safetensors.index.json": "{}" },
      "FormatError",
      "memory/model.safetensors.index.json: weight_map must be an object of tensor names to files, got none",
    ],
    [
      "an index that leaves the folder",
      { "model.safetensors.index.json": index({ a: "../secret.safetensors" }) },
      "FormatError",
      'memory/model.safetensors.index.json: shards must be .safetensors files of the same folder, got "../secret.safetensors" ("a")',
    ],
    [
      "a shard that is not there",
      { "model.safetensors.index.json": index({ a: "m.safetensors" }) },
      "NotFoundError",
      "memory/m.safetensors: the shard must exist, as model.safetensors.index.json names it. Fetch it.",
    ],
    [
      "a tensor that is not in its shard",
      {
        "model.safetensors.index.json": index({ a: "m.safetensors", b: "m.safetensors" }),
        "m.safetensors": writeSafetensors({ a: tensor(1) }),
      },
      "FormatError",
      'memory/model.safetensors.index.json: every tensor must lie in the shard that the index names, got none for "b" in m.safetensors. Fetch the shards again',
    ],
  ])("refuses %s", async (_, files, name, message) => {
    await expect(openCheckpoint(memoryStore(files))).rejects.toMatchObject({ name, message });
  });

  it("refuses an index that is not JSON, and a truncated file", async () => {
    await expect(openCheckpoint(memoryStore({ "model.safetensors.index.json": "{" }))).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringMatching(
        /^memory\/model.safetensors.index.json: the file must be JSON, got an end too early/,
      ),
    });
    const whole = writeSafetensors({ a: tensor(1, 2) });
    for (const length of [0, 7, 20, whole.length - 1]) {
      const store = memoryStore({ "model.safetensors": whole.slice(0, length) });
      await expect(openCheckpoint(store), `${length} bytes`).rejects.toMatchObject({ name: "FormatError" });
    }
  });

  it("refuses numbers that are not finite", async () => {
    const bytes = writeSafetensors({ a: tensor(1, Number.NaN) });
    const checkpoint = await openCheckpoint(memoryStore({ "model.safetensors": bytes }));
    await expect(checkpoint.readTensor("a")).rejects.toMatchObject({
      name: "FormatError",
      message:
        'memory/model.safetensors: weights must be finite, got NaN (element 1 of "a"). The checkpoint is damaged or did not converge',
    });
  });
});

describe("loadLanguageModel", () => {
  const states = async (files: Record<string, Uint8Array | string>) => {
    const model = await loadLanguageModel(memoryStore(files));
    const found = await model.hiddenStates(Int32Array.of(1, 2, 3, 256));
    await model.close();
    return found;
  };

  it("names may have the transformer. prefix, and lie in shards beside tensors of the output head (agreement)", async () => {
    const files = await smallModelFiles();
    const tensors = [...readSafetensors(files["model.safetensors"] as Uint8Array).tensors];
    const shards: Record<string, Record<string, (typeof tensors)[number][1]>> = {
      "1.safetensors": {},
      "2.safetensors": {},
    };
    const map: Record<string, string> = {};
    tensors.forEach(([name, value], i) => {
      const shard = i % 3 === 0 ? "1.safetensors" : "2.safetensors";
      shards[shard]![`transformer.${name}`] = value;
      map[`transformer.${name}`] = shard;
    });
    shards["1.safetensors"]!["lm_head.weight"] = { shape: [1], data: Float32Array.of(1) };
    shards["1.safetensors"]!["transformer.h.1.attn.masked_bias"] = { shape: [1], data: Float32Array.of(-1e4) };
    const { "model.safetensors": _, ...others } = files;
    const sharded = {
      ...others,
      "model.safetensors.index.json": index(map),
      "1.safetensors": writeSafetensors(shards["1.safetensors"]!),
      "2.safetensors": writeSafetensors(shards["2.safetensors"]!),
    };
    expect(await states(sharded)).toEqual(await states(files));
  });

  it("a tensor under both of its names is refused, and one that is not read is told (by hand)", async () => {
    const files = await smallModelFiles();
    const tensors = Object.fromEntries(readSafetensors(files["model.safetensors"] as Uint8Array).tensors);
    const load = (more: Record<string, { shape: number[]; data: Float32Array }>) =>
      loadLanguageModel(memoryStore({ ...files, "model.safetensors": writeSafetensors({ ...tensors, ...more }) }));
    const twice = tensors["ln_f.bias"]!;
    await expect(load({ "transformer.ln_f.bias": { ...twice, shape: [...twice.shape] } })).rejects.toThrow(
      '"ln_f.bias" is there twice, as "transformer.ln_f.bias" too',
    );
    const ones = { shape: [1], data: Float32Array.of(1) };
    const { warnings } = await load({
      "h.0.attn.c_attn.lora_A.weight": ones,
      "h.0.attn.bias": ones,
      "score.bias": ones,
    });
    expect(warnings).toEqual([
      'memory: tensors that are not used, since GPT-2 has none of that name: "h.0.attn.c_attn.lora_A.weight". An adapter must be merged into the weights first.',
    ]);
  });

  it("bfloat16 weights are read exactly (agreement with the same numbers in float32)", async () => {
    const files = await smallModelFiles();
    const bytes = files["model.safetensors"] as Uint8Array;
    const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
      string,
      { dtype: string; data_offsets: [number, number] }
    >;
    const numbers = new Uint32Array(bytes.slice(8 + headerLength).buffer).map((bits) => bits & 0xffff0000);
    const rounded = new Uint8Array([...bytes.subarray(0, 8 + headerLength), ...new Uint8Array(numbers.buffer)]);
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      entry.dtype = "BF16";
      entry.data_offsets = [entry.data_offsets[0] / 2, entry.data_offsets[1] / 2];
    }
    const head = new TextEncoder().encode(JSON.stringify(header));
    const halves = Uint16Array.from(numbers, (bits) => bits >>> 16);
    const short = new Uint8Array([
      ...new Uint8Array(BigUint64Array.of(BigInt(head.length)).buffer),
      ...head,
      ...new Uint8Array(halves.buffer),
    ]);
    expect(await states({ ...files, "model.safetensors": short })).toEqual(
      await states({ ...files, "model.safetensors": rounded }),
    );
  });

  it("lists tensors that do not fit, at once, the first ten of them (by hand)", async () => {
    const files = await smallModelFiles();
    const refusal = (weights: Uint8Array | string) =>
      loadLanguageModel(memoryStore({ ...files, "model.safetensors": weights })).catch((error: unknown) => error);
    // Three tensors of each of two blocks.
    expect(await refusal((await smallModelFiles({ n_inner: 7 }))["model.safetensors"]!)).toMatchObject({
      name: "FormatError",
      message: expect.stringMatching(
        /^memory: the weights must be those of config.json \(2 layers of 8 units\), got 6 that are not:\n {2}"h.0.mlp.c_fc.weight" must be \[8 x 32\], got \[8 x 7\]\n(.*\n){5}Are both files of the same model\?$/,
      ) as string,
    });
    // Two embeddings, twelve tensors of each of two blocks, two of the last normalisation.
    expect(await refusal((await smallModelFiles({ n_embd: 16 }))["model.safetensors"]!)).toMatchObject({
      message: expect.stringMatching(
        /got 28 that are not:\n( {2}"\S+" must be .*\n){10} {2}and 18 more\nAre both/,
      ) as string,
    });
    const lacking = { "wte.weight": tensor(1), "h.0.x": tensor(1), "h.2.x": tensor(1) };
    expect(await refusal(writeSafetensors(lacking))).toMatchObject({
      message: expect.stringMatching(
        /"wte.weight" must be \[257 x 8\], got \[1\]\n {2}"wpe.weight" is missing\n/,
      ) as string,
    });
  });

  it("refuses another number of blocks before it lists anything (by hand)", async () => {
    const files = await smallModelFiles();
    for (const [nLayers, weights] of [
      [3, 2],
      [1000, 2],
      [2, 3],
    ] as const) {
      const other = await smallModelFiles({ n_layer: weights });
      const config = JSON.stringify({ ...(JSON.parse(files["config.json"] as string) as object), n_layer: nLayers });
      await expect(loadLanguageModel(memoryStore({ ...other, "config.json": config }))).rejects.toMatchObject({
        name: "FormatError",
        message: `memory: the weights must have as many layers as config.json says, n_layer ${nLayers}, got ${weights}. Are both files of the same model?`,
      });
    }
  });

  it("refuses a tokenizer with more tokens than the model has", async () => {
    const files = { ...(await smallModelFiles()), ...vocabularyFiles(["a b"]) };
    await expect(loadLanguageModel(memoryStore(files))).rejects.toMatchObject({
      name: "FormatError",
      message:
        "memory/config.json: vocab_size must cover the tokenizer's 258 tokens, got 257. Are tokenizer and weights of the same model?",
    });
  });
});
