import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { readGifti, writeGifti } from "../../src/formats/gifti.ts";
import type { GiftiData, GiftiDataType } from "../../src/formats/gifti-data.ts";
import { streamGifti } from "../../src/formats/gifti-stream.ts";
import { bytes, xml } from "./malformed-gifti.ts";

const random = createRandom("orders");
const draw = (n: number, of: () => number) => Float64Array.from({ length: n }, of);
const bold = draw(4000, () => 1000 + 15 * random.normal());

/** A file whose numbers are in little-endian order, as this machine's, and what its attribute says. */
function file(dataType: GiftiDataType, data: GiftiData, endian: "LittleEndian" | "BigEndian"): Uint8Array {
  const array = { intent: "NIFTI_INTENT_NONE", dataType, dimensions: [data.length], metadata: {}, data };
  const content = writeGifti({ metadata: {}, labels: [], arrays: [{ ...array, coordinateSystems: [] }] });
  return bytes(new TextDecoder().decode(content).replace('Endian="LittleEndian"', `Endian="${endian}"`));
}

// Recovery: numbers as they occur, of which the attribute says the other order.
describe("an Endian that is wrong is refused, and both readings are named", () => {
  it.each<[string, GiftiDataType, GiftiData]>([
    ["responses", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold)],
    [
      "responses with a medial wall of zeros",
      "NIFTI_TYPE_FLOAT32",
      Float32Array.from(bold, (v, i) => (i < 3000 ? 0 : v)),
    ],
    // Their last bytes are 0: as exponents they make numbers of 1e-40.
    ["whole numbers", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold, Math.round)],
    ["z-scores", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold, (v) => (v - 1000) / 15)],
    ["double precision", "NIFTI_TYPE_FLOAT64", bold],
    ["vertices of triangles", "NIFTI_TYPE_INT32", Int32Array.from(bold, (_, i) => i)],
    ["labels", "NIFTI_TYPE_INT32", Int32Array.from(bold, (_, i) => i % 75)],
    ["labels that are packed colours", "NIFTI_TYPE_UINT32", Uint32Array.from(bold, (_, i) => i * 4000 + 1)],
    ["64-bit labels", "NIFTI_TYPE_INT64", Float64Array.from(bold, (_, i) => i % 75)],
  ])("%s", async (_, type, data) => {
    expect(() => readGifti(file(type, data, "LittleEndian"))).not.toThrow();
    const wrong = file(type, data, "BigEndian");
    const message =
      /^a.gii: Endian must be the byte order of the numbers, got "BigEndian" \(array 0\): of \d+ numbers that are not 0, \d+ are (2\^24 or more|NaN, or beyond 1e-20 to 1e20), and \d+ if the order is LittleEndian\. Correct the attribute, or write the file anew/;
    expect(() => readGifti(wrong, { path: "a.gii" })).toThrow(message);
    const pieces = (async function* () {
      yield new Uint8Array(wrong);
    })();
    await expect(streamGifti(pieces, { path: "a.gii" })).rejects.toThrow(message);
  });

  // By hand: the attribute holds for numbers in another file too.
  it("numbers in another file", () => {
    const data = Float32Array.from(bold);
    const apart = { Encoding: "ExternalFileBinary", ExternalFileName: "a.dat", ExternalFileOffset: "0" };
    const wrong = xml("", { ...apart, DataType: "NIFTI_TYPE_FLOAT32", Dim0: "1", Dim1: "4000", Endian: "BigEndian" });
    const external = () => new Uint8Array(data.buffer);
    expect(() => readGifti(bytes(wrong), { external })).toThrow(/Endian must be the byte order of the numbers/);
  });
});

// By hand: what the other order does not make better, or nothing can be said of, is read as it stands.
describe("an odd file in the order that it states is read", () => {
  it.each<[string, GiftiDataType, GiftiData]>([
    ["responses in a tiny unit", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold, (v) => v * 1e-33)],
    ["all NaN", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold, () => Number.NaN)],
    ["half NaN", "NIFTI_TYPE_FLOAT32", Float32Array.from(bold, (v, i) => (i % 2 ? v : Number.NaN))],
    ["zeros", "NIFTI_TYPE_FLOAT32", new Float32Array(4000)],
    ["one value", "NIFTI_TYPE_FLOAT32", new Float32Array(4000).fill(1e-41)],
    [
      "any bits",
      "NIFTI_TYPE_FLOAT32",
      new Float32Array(Int32Array.from(draw(4000, () => 2 ** 32 * random.uniform())).buffer),
    ],
    ["any whole numbers", "NIFTI_TYPE_INT32", Int32Array.from(draw(4000, () => 2 ** 32 * random.uniform()))],
    ["colours with an alpha", "NIFTI_TYPE_UINT32", Uint32Array.from(bold, (_, i) => 0xff000000 + i * 4000)],
    ["two bytes", "NIFTI_TYPE_INT16", Int16Array.from(bold)],
  ])("%s", (_, type, data) => {
    expect(readGifti(file(type, data, "LittleEndian")).arrays[0]!.data).toEqual(data);
  });
});
