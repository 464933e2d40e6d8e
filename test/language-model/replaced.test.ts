import { describe, expect, it } from "vitest";
import { ChangedFileError } from "../../src/errors.ts";
import { writeNpy } from "../../src/formats/npy.ts";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.ts";
import { openActivationFolder } from "../../src/language-model/activation-folder.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { wordActivations } from "../../src/language-model/word-activations.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import type { Source } from "../../src/sources/source.ts";
import { smallModelFiles } from "./small-models.ts";

type Files = Readonly<Record<string, Uint8Array | string>>;

/** Files that are other ones after `n` of them were opened. */
function replacedAfter(n: number, before: Files, after: Files) {
  const stores = [memoryStore(before, "in"), memoryStore(after, "in")] as const;
  let nOpened = 0;
  const now = () => stores[nOpened++ < n ? 0 : 1];
  const source: Source = {
    ...stores[0],
    read: (path) => now().read(path),
    readRange: (path, start, length) => now().readRange(path, start, length),
    stream: (path) => now().stream(path),
    list: (folder) => stores[nOpened < n ? 0 : 1].list(folder),
  };
  return { source, nOpened: () => nOpened };
}

/**
 * What `use` makes of files that are replaced after each of its readings in turn: the fingerprint and the numbers of the one or
 * the other, or an error that says so. Never the numbers of one under the fingerprint of the other.
 */
async function expectNoMixture(before: Files, after: Files, use: (source: Source) => Promise<unknown>): Promise<void> {
  const plain = replacedAfter(Number.POSITIVE_INFINITY, before, after);
  const whole = [await use(plain.source), await use(memoryStore(after, "in"))];
  expect(whole[0]).not.toEqual(whole[1]);
  let nRefused = 0;
  for (let n = 0; n <= plain.nOpened(); n++) {
    try {
      const got = await use(replacedAfter(n, before, after).source);
      expect(whole, `replaced after ${n} readings`).toContainEqual(got);
    } catch (error) {
      expect(error).toBeInstanceOf(ChangedFileError);
      expect((error as Error).message).toMatch(/^in\/.*: the file must stay as it is while a study runs, got /);
      nRefused++;
    }
  }
  expect(nRefused).toBeGreaterThan(0);
}

const flip = (bytes: Uint8Array | string | undefined) => {
  const copy = Uint8Array.from(bytes as Uint8Array);
  // The sign of the last numbers.
  for (let at = copy.length - 1; at > copy.length - 400; at -= 4) copy[at]! ^= 0x80;
  return copy;
};

describe("a model that is replaced while it is read (identity)", () => {
  const words = ["the", "hat", "sat"];
  const activationsOf = async (source: Source) => {
    const model = await loadLanguageModel(source, { device: { threads: 1 } });
    try {
      const { activations } = await wordActivations(model, words, { layers: [1, 2] });
      return [model.fingerprint, model.nLayers, [...activations.values()].map(({ data }) => [...data])];
    } finally {
      await model.close();
    }
  };

  it.each(["model.safetensors", "config.json", "vocab.json"])(
    "%s",
    async (path) => {
      const before = await smallModelFiles({ n_positions: 24 });
      const tokens = Object.entries(JSON.parse(before["vocab.json"] as string) as Record<string, number>);
      const others: Files = {
        "model.safetensors": flip(before["model.safetensors"]),
        "config.json": (before["config.json"] as string).replace('"gpt2"', '"gpt2","layer_norm_epsilon":0.5'),
        // Every byte is another token.
        "vocab.json": JSON.stringify(
          Object.fromEntries(tokens.map(([token, id]) => [token, id < 256 ? 255 - id : id])),
        ),
      };
      await expectNoMixture(before, { ...before, [path]: others[path]! }, activationsOf);
    },
    120_000,
  );

  it("shards", async () => {
    const whole = await smallModelFiles({ n_positions: 24 });
    const tensors = [...readSafetensors(whole["model.safetensors"] as Uint8Array).tensors];
    const shard = (k: number) => writeSafetensors(Object.fromEntries(tensors.filter((_, i) => i % 2 === k)));
    const { "model.safetensors": _, ...others } = whole;
    const map = Object.fromEntries(tensors.map(([name], i) => [name, `model-${i % 2}.safetensors`]));
    const before = {
      ...others,
      "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
      "model-0.safetensors": shard(0),
      "model-1.safetensors": shard(1),
    };
    const after = { ...before, "model-1.safetensors": flip(before["model-1.safetensors"]) };
    await expectNoMixture(before, after, activationsOf);
  }, 120_000);
});

describe("activations that are replaced while they are read (identity)", () => {
  const words = ["a", "b", "c"];
  const numbers = (seed: number, n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i));
  const array = (seed: number, shape: readonly number[]) =>
    writeNpy({
      shape,
      data: numbers(
        seed,
        shape.reduce((product, n) => product * n, 1),
      ),
    });
  const tensors = (seed: number) =>
    writeSafetensors({
      "layer-1": { shape: [3, 200], data: numbers(seed, 600) },
      "layer-2": { shape: [3, 200], data: numbers(seed + 1, 600) },
    });

  it.each<[string, (seed: number) => Files]>([
    ["tensors of one file", (seed) => ({ "tale.safetensors": tensors(seed) })],
    [
      "a file a layer",
      (seed) => ({ "tale/layer-1.npy": array(seed, [3, 9]), "tale/layer-2.npy": array(seed + 1, [3, 9]) }),
    ],
    ["all layers in one array", (seed) => ({ "tale.npy": array(seed, [3, 3, 9]) })],
  ])("%s", async (_, files) => {
    await expectNoMixture(files(1), files(7), async (source) => {
      const folder = await openActivationFolder(source, [["tale"]]);
      const layers = [];
      for (const layer of [1, 2]) layers.push([...(await folder.load("tale", layer, words)).data]);
      return [folder.fingerprint, layers];
    });
  });
});
