import { describe, expect, it } from "vitest";
import { joinRows, Matrix } from "../../src/array/matrix.ts";
import { fitDesign } from "../../src/features/design.ts";
import { openActivationFolder } from "../../src/language-model/activation-folder.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { wordsToVolumes } from "../../src/stimulus/volumes.ts";

// Four words by two units: a mean of 2e7 with steps of 1, of which single precision holds every second.
const values = [-3, 1, -1, 2, 1, 0, 3, -3];
const numbers = values.map((value, i) => (i % 2 === 0 ? 2e7 : -2e7) + value);
const words = ["so", "it", "all", "began"];

/** A NumPy file, version 1, of any type and order. */
function npy(descr: string, bytes: Uint8Array, isFortran = false): Uint8Array {
  const order = isFortran ? "True" : "False";
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (4, 2), }`.padEnd(117);
  const head = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0);
  return Uint8Array.of(...head, ...new TextEncoder().encode(`${text}\n`), ...bytes);
}

/** A safetensors file of one tensor `layer-0`. */
function tensor(dtype: string, bytes: Uint8Array): Uint8Array {
  const header = JSON.stringify({ "layer-0": { dtype, shape: [4, 2], data_offsets: [0, bytes.length] } });
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
  return Uint8Array.of(...head, ...new TextEncoder().encode(header), ...bytes);
}

type Setter = "setFloat64" | "setFloat32" | "setInt32" | "setInt16" | "setUint16" | "setInt8";
function bytesOf(list: readonly number[], nBytes: number, set: Setter, isLittle = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.length * nBytes));
  for (const [i, value] of list.entries()) view[set](i * nBytes, value, isLittle);
  return new Uint8Array(view.buffer);
}

function int64(list: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.length * 8));
  for (const [i, value] of list.entries()) view.setBigInt64(i * 8, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

const byUnits = (list: readonly number[]) => [0, 2, 4, 6, 1, 3, 5, 7].map((i) => list[i]!);
const load = async (file: string, bytes: Uint8Array) =>
  (await openActivationFolder(memoryStore({ [file]: bytes }, "acts"), [["tale"]])).load("tale", 0, words);

describe("activations that single precision does not hold stay in double until they are centred", () => {
  it.each<[string, string, Uint8Array]>([
    ["F64 of safetensors", "tale.safetensors", tensor("F64", bytesOf(numbers, 8, "setFloat64"))],
    ["<f8", "tale.npy", npy("<f8", bytesOf(numbers, 8, "setFloat64"))],
    [">f8", "tale.npy", npy(">f8", bytesOf(numbers, 8, "setFloat64", false))],
    ["<f8 in Fortran order", "tale.npy", npy("<f8", bytesOf(byUnits(numbers), 8, "setFloat64"), true)],
    ["<i4", "tale.npy", npy("<i4", bytesOf(numbers, 4, "setInt32"))],
    [">i4", "tale.npy", npy(">i4", bytesOf(numbers, 4, "setInt32", false))],
    ["<i8", "tale.npy", npy("<i8", int64(numbers))],
  ])("%s (by hand)", async (_, file, bytes) => {
    const activations = await load(file, bytes);
    expect(activations).toEqual({ data: Float64Array.from(numbers), nRows: 4, nColumns: 2 });
    // One word a volume, one delay: columns less their mean, over their standard deviation.
    const features = wordsToVolumes(activations, [0, 1, 2, 3], { nVolumes: 4, repetitionTime: 1 });
    const design = (
      await fitDesign([features], Int32Array.of(0, 1, 2, 3), {
        storyLengths: [4],
        nDelays: 1,
        components: "none",
      })
    ).columns;
    // Unit 1: -3, -1, 1, 3 with deviation sqrt(5). Unit 2: 1, 2, 0, -3 with deviation sqrt(3.5).
    const wanted = values.map((value, i) => value / Math.sqrt(i % 2 === 0 ? 5 : 3.5));
    // Double precision holds 2e7 to 4e-9, the mean of four to as much.
    for (const [i, value] of design.data.entries()) expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-8);
  });

  it.each<[string, string, Uint8Array]>([
    ["F64 of safetensors", "tale.safetensors", tensor("F64", bytesOf(values, 8, "setFloat64"))],
    ["F32", "tale.safetensors", tensor("F32", bytesOf(values, 4, "setFloat32"))],
    // Half precision: sign, five bits of exponent (bias 15), ten of fraction. bfloat16: the upper half of single precision.
    [
      "F16",
      "tale.safetensors",
      tensor("F16", bytesOf([0xc200, 0x3c00, 0xbc00, 0x4000, 0x3c00, 0, 0x4200, 0xc200], 2, "setUint16")),
    ],
    [
      "BF16",
      "tale.safetensors",
      tensor("BF16", bytesOf([0xc040, 0x3f80, 0xbf80, 0x4000, 0x3f80, 0, 0x4040, 0xc040], 2, "setUint16")),
    ],
    [
      ">f2",
      "tale.npy",
      npy(">f2", bytesOf([0xc200, 0x3c00, 0xbc00, 0x4000, 0x3c00, 0, 0x4200, 0xc200], 2, "setUint16", false)),
    ],
    ["<f4 in Fortran order", "tale.npy", npy("<f4", bytesOf(byUnits(values), 4, "setFloat32"), true)],
    ["|i1", "tale.npy", npy("|i1", bytesOf(values, 1, "setInt8"))],
    [">i2", "tale.npy", npy(">i2", bytesOf(values, 2, "setInt16", false))],
    ["<i4", "tale.npy", npy("<i4", bytesOf(values, 4, "setInt32"))],
  ])("%s is single where that is enough (by hand)", async (_, file, bytes) => {
    expect(await load(file, bytes)).toEqual({ data: Float32Array.from(values), nRows: 4, nColumns: 2 });
  });

  it("what holds no floating point, or no real numbers, is refused (by hand)", async () => {
    await expect(load("tale.safetensors", tensor("I32", bytesOf(values, 4, "setInt32")))).rejects.toThrow(
      "acts/tale.safetensors: a tensor to compute with must be of type F32, F16, BF16 or F64, got I32",
    );
    await expect(load("tale.npy", npy("<c8", new Uint8Array(64)))).rejects.toThrow("the numbers must be of type");
  });

  it("stories in single and in double are joined in double (identity)", async () => {
    const [single, double] = [
      Matrix.of(Float32Array.of(1, 2), 1, 2),
      await load("tale.npy", npy("<i4", bytesOf(numbers, 4, "setInt32"))),
    ];
    expect(joinRows([single, double]).data).toEqual(Float64Array.of(1, 2, ...numbers));
  });
});
