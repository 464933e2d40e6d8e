import { describe, expect, it } from "vitest";
import { writeNpy } from "../../src/formats/npy.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { openActivationFolder } from "../../src/language-model/activation-folder.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const words = ["so", "it", "began"];
/** Three words by two units; a layer's numbers are told apart by their hundreds. */
const layerData = (layer: number) => Float32Array.from({ length: 6 }, (_, i) => 100 * layer + i);
const npy = (layer: number) => writeNpy({ shape: [3, 2], data: layerData(layer) });
const tensors = (
  layers: readonly number[],
  metadata?: Record<string, string>,
  name = (layer: number) => `layer-${layer}`,
) =>
  writeSafetensors(
    Object.fromEntries(layers.map((layer) => [name(layer), { shape: [3, 2], data: layerData(layer) }])),
    metadata,
  );
const cube = writeNpy({ shape: [2, 3, 2], data: Float32Array.of(...layerData(0), ...layerData(1)) });
const open = (files: Record<string, Uint8Array>, stories: readonly (readonly [string, ...string[]])[] = [["tale"]]) =>
  openActivationFolder(memoryStore(files, "acts"), stories);

describe("openActivationFolder (by hand)", () => {
  it.each<[string, Record<string, Uint8Array>, readonly number[]]>([
    ["tensors of a safetensors file", { "tale.safetensors": tensors([0, 8]) }, [0, 8]],
    [
      "what `cortecast activations` writes",
      { "tale_activations.safetensors": tensors([8], { words: JSON.stringify(words) }) },
      [8],
    ],
    ["tensors called by their number", { "tale.safetensors": tensors([3], undefined, String) }, [3]],
    [
      "one array a layer in a folder",
      { "tale/layer-1.npy": npy(1), "tale/layer-4.npy": npy(4), "tale/notes.txt": npy(0) },
      [1, 4],
    ],
    ["one array a layer", { "tale_layer-2.npy": npy(2), "tale_layer10.npy": npy(10) }, [2, 10]],
    ["one array of all layers", { "tale.npy": cube }, [0, 1]],
    ["one array, which is layer 0", { "tale.npy": npy(0) }, [0]],
  ])("%s", async (_, files, layers) => {
    const folder = await open(files);
    expect([folder.name, folder.layers]).toEqual(["acts", layers]);
    for (const layer of layers) {
      expect(await folder.load("tale", layer, words)).toEqual({ data: layerData(layer), nRows: 3, nColumns: 2 });
    }
  });

  it("reads of a file of all layers the layer's own bytes", async () => {
    const store = memoryStore({ "tale.npy": cube }, "acts");
    const ranges: (readonly [number, number])[] = [];
    const source = {
      ...store,
      read: () => Promise.reject(new Error("the whole file was read")),
      readRange: (path: string, start: number, length: number) => {
        ranges.push([start, length]);
        return store.readRange(path, start, length);
      },
    };
    const folder = await openActivationFolder(source, [["tale"]]);
    expect((await folder.load("tale", 1, words)).data).toEqual(layerData(1));
    expect(ranges.length).toBeGreaterThan(0);
  });

  it.each([
    ["fewer", cube.subarray(0, cube.length - 4), "44 bytes. It looks truncated: fetch it again"],
    ["more", Buffer.concat([cube, new Uint8Array(4)]), "52 bytes"],
  ])("refuses an array of %s numbers than its header says, by header and when it is read", async (_, file, got) => {
    const folder = await open({ "tale.npy": new Uint8Array(file) });
    const message = `acts/tale.npy: the file must hold 12 numbers of 4 bytes, as shape (2, 3, 2) and type float32 say, got ${got}`;
    await expect(folder.check("tale", 0, words)).rejects.toThrow(message);
    await expect(folder.load("tale", 0, words)).rejects.toThrow(message);
  });

  it("finds a story whose letters the folder spells otherwise, and refuses it in two spellings", async () => {
    const [composed, decomposed] = ["M\u00e4rchen", "Ma\u0308rchen"];
    for (const [file, content] of [
      [`${decomposed}.npy`, cube],
      [`${decomposed}/layer-1.npy`, npy(1)],
      [`${decomposed}_layer-1.npy`, npy(1)],
    ] as const) {
      expect((await (await open({ [file]: content }, [[composed]])).load(composed, 1, words)).data).toEqual(
        layerData(1),
      );
    }
    await expect(open({ [`${decomposed}.npy`]: cube, [`${composed}.npy`]: cube }, [[composed]])).rejects.toThrow(
      /a story must have its activations once, got files of the name "M\u00e4rchen" in two spellings/,
    );
  });

  it("looks under every name of a story, and gives the layers that all stories have", async () => {
    const files = { "tale_audio.safetensors": tensors([1, 2, 3]), "poem.npy": cube };
    const folder = await open(files, [["tale", "tale_audio"], ["poem"]]);
    expect(folder.layers).toEqual([1]);
    expect((await folder.load("poem", 1, words)).data).toEqual(layerData(1));
  });

  it("the fingerprint is over the files of the stories at hand, and changes with any of their bytes", async () => {
    const print = async (files: Record<string, Uint8Array>) => (await open(files)).fingerprint;
    const one = await print({ "tale.npy": npy(0) });
    expect(await print({ "tale.npy": npy(0), "poem.npy": npy(1) })).toBe(one);
    expect(await print({ "tale.npy": npy(1) })).not.toBe(one);
  });

  it.each<[string, Record<string, Uint8Array>, string, string]>([
    [
      "a story without activations",
      { "tail.npy": npy(0) },
      "NotFoundError",
      'acts: every story must have activations, got none of "tale" (tale.safetensors, tale/layer-<k>.npy, tale.npy). Nearest: "tail".',
    ],
    [
      "tensors of other names",
      { "tale.safetensors": tensors([0], undefined, () => "hidden") },
      "FormatError",
      'acts/tale.safetensors: tensors must be named layer-<k>, got "hidden". Rename them',
    ],
    [
      "an array of one axis",
      { "tale.npy": writeNpy({ shape: [6], data: layerData(0) }) },
      "FormatError",
      "acts/tale.npy: activations must be words by units, or layers by words by units, got 6. Write them so",
    ],
    ["an array that is none", { "tale.npy": new Uint8Array(200) }, "FormatError", "acts/tale.npy: "],
  ])("refuses %s", async (_, files, name, message) => {
    const error = (await open(files).catch((e: unknown) => e)) as Error;
    expect(error.name).toBe(name);
    expect(error.message.slice(0, message.length)).toBe(message);
  });

  it("refuses two files of one layer", async () => {
    await expect(open({ "tale_layer-3.npy": npy(3), "tale/layer-03.npy": npy(3) })).rejects.toMatchObject({
      name: "OptionError",
      message:
        "acts: every layer of a story must be one file, got tale/layer-03.npy and tale_layer-3.npy for layer 3. Remove one.",
    });
  });

  it("refuses two tensors of one layer, of which one would silently count", async () => {
    const twice = (layer: number) => (layer === 3 ? "layer-3" : "layer_03");
    await expect(open({ "tale.safetensors": tensors([3, 4], undefined, twice) })).rejects.toMatchObject({
      name: "FormatError",
      message:
        'acts/tale.safetensors: every layer must be one tensor, got "layer-3" and "layer_03" for layer 3. Remove one',
    });
  });

  it("refuses a header of more layers than a model has before it counts them", async () => {
    const tale = writeNpy({ shape: [99_999_999_999, 0, 2], data: new Float32Array(0) });
    await expect(open({ "tale.npy": tale })).rejects.toMatchObject({
      name: "FormatError",
      message:
        "acts/tale.npy: layers must be at most 10000, got 99999999999 x 0 x 2. Write the array as layers by words by units",
    });
  });

  it("refuses stories without a common layer", async () => {
    const files = { "tale_layer-1.npy": npy(1), "poem_layer-2.npy": npy(2) };
    await expect(open(files, [["tale"], ["poem"]])).rejects.toMatchObject({
      name: "OptionError",
      message:
        "acts: all stories must have a layer in common, got none (tale: 1; poem: 2). Write one file a story with the same layers.",
    });
  });

  it.each<[string, Record<string, Uint8Array>, readonly string[], string]>([
    [
      "another number of words",
      { "tale.npy": npy(0) },
      ["so", "it"],
      "acts/tale.npy: activations must have a row for each of the 2 words of the transcript, got 3. Are they of the same transcript?",
    ],
    [
      "no units",
      { "tale.npy": writeNpy({ shape: [3, 0], data: new Float32Array(0) }) },
      words,
      "acts/tale.npy: activations must have units, got none. Write them anew",
    ],
    [
      "numbers that are not finite",
      { "tale.npy": writeNpy({ shape: [3, 2], data: Float64Array.of(0, 1, 2, 1e300, 4, 5) }) },
      words,
      "acts/tale.npy: activations must be finite in single precision, got 1e+300 (word 2, unit 2). Mend what made them",
    ],
    [
      "other words than the file says",
      { "tale.safetensors": tensors([0], { words: '["so", "he", "began"]' }) },
      words,
      'acts/tale.safetensors: activations must be of the transcript\'s words, got "he" where it has "it" (word 2). Make them anew from this transcript',
    ],
    [
      "words that are no list",
      { "tale.safetensors": tensors([0], { words: "so it" }) },
      words,
      "acts/tale.safetensors: the metadata `words` must be a JSON list of words, got something else. Write the file anew",
    ],
  ])("refuses %s", async (_, files, asked, message) => {
    const folder = await open(files);
    await expect(folder.load("tale", 0, asked)).rejects.toMatchObject({ name: "FormatError", message });
  });
});
