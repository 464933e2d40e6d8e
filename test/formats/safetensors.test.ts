import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  decodeTensor,
  readSafetensors,
  readSafetensorsHeader,
  safetensorsHeaderLength,
  writeSafetensors,
} from "../../src/formats/safetensors.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { numberOf } from "./describe-gifti.ts";

interface Printed {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, { dtype: string; shape: number[]; values: string[] }>>;
}

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
const floats = readFileSync(fixture("floats.safetensors"));
const printed = JSON.parse(readFileSync(fixture("safetensors.json"), "utf8")) as Record<string, Printed>;

/** What the oracle printed, as tensors. */
function tensorsOf(file: Printed) {
  return new Map(
    Object.entries(file.tensors).map(([name, { shape, values }]) => [
      name,
      { shape, data: Float32Array.from(values, numberOf) },
    ]),
  );
}

/** A file of a header and `nBytes` zeros. */
function file(header: unknown, nBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + nBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const someTensors = () => ({
  "b.weight": { shape: [2, 3], data: Float32Array.of(1 / 3, -0, Number.NaN, Infinity, 1e-45, -3.4028234663852886e38) },
  number: { shape: [], data: Float32Array.of(42) },
  empty: { shape: [0, 7], data: new Float32Array(0) },
  "é☃": { shape: [1], data: Float32Array.of(2) },
});

/** What this version of Node says of a text that is no JSON. */
function wordsOfEngine(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the text is JSON");
}

describe("readSafetensors", () => {
  it("oracle: F32, F16, BF16 and F64 (rounded), a single number and an empty tensor as the Python library reads them", () => {
    const { metadata, tensors } = readSafetensors(floats);
    const expected = printed["floats.safetensors"]!;
    expect(metadata).toEqual(expected.metadata);
    expect(tensors).toEqual(tensorsOf(expected));
  });

  it("agreement: bytes at any place in memory give the same numbers", () => {
    const expected = readSafetensors(floats).tensors;
    for (let shift = 0; shift < 8; shift++) {
      const memory = new Uint8Array(floats.length + shift);
      memory.set(floats, shift);
      expect(readSafetensors(memory.subarray(shift)).tensors).toEqual(expected);
    }
  });

  it("oracle: whole numbers are listed, and refused where numbers to compute with are asked for", () => {
    const bytes = readFileSync(fixture("integers.safetensors"));
    const { tensors } = readSafetensorsHeader(bytes);
    const shapes = [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]);
    expect(shapes).toEqual([
      ["ids", "I64", [3]],
      ["mask", "BOOL", [2]],
    ]);
    expect(() => readSafetensors(bytes, { path: "a" })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `a: a tensor to compute with must be of type F32, F16, BF16 or F64, got I64 (at byte ${bytes.length - 26})`,
      }),
    );
  });

  it("identity: one tensor read from its own range is the one of the whole file", () => {
    const length = safetensorsHeaderLength(floats.subarray(0, 8), { fileSize: floats.length });
    const header = readSafetensorsHeader(floats.subarray(0, 8 + length), { fileSize: floats.length });
    for (const [name, tensor] of readSafetensors(floats).tensors) {
      const entry = header.tensors.get(name)!;
      expect(decodeTensor(entry, floats.subarray(entry.start, entry.end))).toEqual(tensor.data);
    }
  });

  const entry = (from: number, to: number, shape = [1], dtype = "F32") => ({ dtype, shape, data_offsets: [from, to] });
  const types = "BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64";
  const twelve = { a: entry(0, 4), b: entry(4, 12, [2]) };
  const overlap = { a: entry(0, 4), b: entry(2, 6) };
  const hole = { a: entry(0, 4), b: entry(8, 12) };
  const start = file(twelve).length;
  it.each([
    [
      "seven bytes",
      new Uint8Array(7),
      "the file must begin with 8 bytes, the length of its header, got 7. It looks truncated: fetch it again",
      7,
    ],
    [
      "a length beyond the format's",
      new Uint8Array(8).fill(0x7b),
      "the length of the header must be at most 100000000, got 8897841259083430779. Is it a safetensors file?",
      0,
    ],
    [
      "a header longer than the file",
      file(twelve).subarray(0, 20),
      `the header must lie within the file of 20 bytes, got a header of ${start - 8}. It looks truncated: fetch it again`,
      0,
    ],
    [
      "a header that is not JSON",
      file("{]"),
      // What the engine says of it differs between versions of Node.
      `the header must be JSON, got "{]" (${wordsOfEngine("{]")})`,
      8,
    ],
    ["a header that is a list", file("[1]"), "the header must be a JSON object, got [1]", 8],
    [
      "metadata that is not text",
      file({ __metadata__: { a: 1 } }),
      '__metadata__ must map names to texts, got {"a":1}',
      8,
    ],
    [
      "an unknown type",
      file({ a: entry(0, 4, [1], "F128") }, 4),
      `dtype must be one of ${types}, got "F128" (tensor "a")`,
      8,
    ],
    ["no type", file({ a: 3 }), `dtype must be one of ${types}, got nothing (tensor "a")`, 8],
    [
      "a negative length",
      file({ a: entry(0, 4, [-1]) }, 4),
      'shape must be a list of whole numbers from 0, got [-1] (tensor "a")',
      8,
    ],
    [
      "offsets in the wrong order",
      file({ a: entry(4, 0) }, 4),
      'data_offsets must be two whole numbers from 0 in order, got [4,0] (tensor "a")',
      8,
    ],
    [
      "bytes that do not fit the shape",
      file({ a: entry(0, 4, [2]) }, 4),
      'the bytes must be as many as shape [2] of F32 takes, 8, got 4 (tensor "a")',
      8,
    ],
    [
      "overlapping tensors",
      file(overlap, 6),
      `tensors must lie one after the other, got two that overlap (tensor "b" from byte ${file(overlap).length + 2}, the one before ends at ${file(overlap).length + 4})`,
      file(overlap).length + 2,
    ],
    [
      "a hole",
      file(hole, 12),
      `tensors must lie one after the other, got two that leave a hole (tensor "b" from byte ${file(hole).length + 8}, the one before ends at ${file(hole).length + 4})`,
      file(hole).length + 8,
    ],
    [
      "tensors beyond the end",
      file(twelve, 11),
      `the tensors must end with the file, at byte ${start + 11}, got ${start + 12}. It looks truncated: fetch it again`,
      start + 11,
    ],
    [
      "bytes after the last tensor",
      file(twelve, 13),
      `the tensors must end with the file, at byte ${start + 13}, got ${start + 12}. Something follows the last tensor`,
      start + 12,
    ],
  ])("by hand: refuses %s", (_, bytes, message, byteOffset) => {
    const whole = `a.safetensors: ${message} (at byte ${byteOffset})`;
    expect(() => readSafetensors(bytes, { path: "a.safetensors" })).toThrow(
      expect.objectContaining({ name: "FormatError", byteOffset, message: whole }),
    );
  });

  it("by hand: a header cut off, where the size of the file is not known", () => {
    expect(() => readSafetensorsHeader(file(twelve).subarray(0, 20), { path: "a" })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `a: the header must be ${start - 8} bytes long, as it says, got 12. It looks truncated: fetch it again (at byte 20)`,
      }),
    );
  });

  it("by hand: decodeTensor refuses bytes that are not those of the tensor", () => {
    const message = "decodeTensor: the bytes must be those of the tensor, 4, got 3 (a).";
    expect(() =>
      decodeTensor({ dtype: "F32", shape: [1], start: 0, end: 4 }, new Uint8Array(3), { path: "a" }),
    ).toThrow(expect.objectContaining({ name: "ShapeError", message }));
  });
});

describe("writeSafetensors", () => {
  it("identity: reading what was written gives it back, with the data on a multiple of eight bytes", () => {
    const bytes = writeSafetensors(someTensors(), { format: "pt" });
    const { metadata, tensors } = readSafetensors(bytes);
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors).toEqual(new Map(Object.entries(someTensors())));
    expect((8 + safetensorsHeaderLength(bytes)) % 8).toBe(0);
  });

  it("by hand: refuses data that do not fit their shape, and the name of the metadata", () => {
    const data = new Float32Array(3);
    expect(() => writeSafetensors({ a: { shape: [2, 2], data } })).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message: 'writeSafetensors: data must hold 4 numbers, as its shape [2, 2] says, got 3 (tensor "a").',
      }),
    );
    expect(() => writeSafetensors({ __metadata__: { shape: [3], data } })).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: 'writeSafetensors: a tensor must not be named "__metadata__".',
      }),
    );
  });

  it("oracle: writes the bytes of written.safetensors, in which the safetensors library reads what was meant", () => {
    const bytes = writeSafetensors(someTensors(), { note: "é" });
    expect(Buffer.compare(bytes, readFileSync(fixture("written.safetensors")))).toBe(0);
    const read = printed["written.safetensors"]!;
    expect(read.metadata).toEqual({ note: "é" });
    expect(tensorsOf(read)).toEqual(new Map(Object.entries(someTensors())));
  });
});

describeWithShared("readSafetensors on a checkpoint of transformers", "data/tiny-gpt2", () => {
  it("by hand: one block of two units, as its config says", () => {
    const { tensors } = readSafetensors(readFileSync(shared("data/tiny-gpt2/model.safetensors")));
    const shapes = ["wpe.weight", "h.0.attn.c_attn.weight", "ln_f.bias"];
    expect(shapes.map((name) => tensors.get(name)?.shape.at(-1))).toEqual([2, 6, 2]);
  });
});
