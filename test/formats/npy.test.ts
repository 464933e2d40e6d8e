import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readNpy, readNpyHeader, writeNpy } from "../../src/formats/npy.ts";
import { findPythonOrSay, runPython } from "../support/python.ts";
import { describeValues, type PrintedValues } from "./describe-values.ts";

interface Printed {
  readonly file: string;
  readonly shape: readonly number[];
  readonly values: PrintedValues;
}

const printed = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/npy.json"), "utf8")) as Record<
  string,
  Printed
>;
const files = Object.entries(printed).map(
  ([name, { file, ...rest }]) => [name, Buffer.from(file, "base64"), rest] as const,
);

/** A file with that header, of that version, and bytes behind it. */
function file(header: string, nBytes = 0, version = 1): Uint8Array {
  const length = header.length;
  const start = version === 1 ? [length & 255, length >> 8] : [length & 255, length >> 8, 0, 0];
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0];
  return new Uint8Array(
    Buffer.concat([Buffer.from([...magic, ...start]), Buffer.from(header, "latin1"), Buffer.alloc(nBytes)]),
  );
}
const header = (descr: string, shape = "(2,)", order = "False") =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe("readNpy", () => {
  it.each(files)("oracle: %s, as NumPy saved it", (_, bytes, { shape, values }) => {
    const { shape: read, data } = readNpy(bytes);
    expect(read).toEqual(shape);
    expect(describeValues(data)).toEqual(values);
    expect(data.buffer).not.toBe(bytes.buffer);
  });

  it("by hand: numbers come in the type they are stored as, 64-bit whole numbers and half precision in wider ones", () => {
    const kinds = ["b1", "i1", "u2", "i4", "i8", "f2", "f4", "f8"].map((type) => {
      const bytes = Buffer.from(printed[`<${type}, F order`]!.file, "base64");
      return readNpy(bytes).data.constructor.name.replace("Array", "");
    });
    expect(kinds).toEqual(["Uint8", "Int8", "Uint16", "Int32", "Float64", "Float32", "Float32", "Float64"]);
  });

  it("by hand: names of the header in any order, with and without blanks and the last comma", () => {
    const text = "{'shape':(1,2) , 'fortran_order':True,'descr':'>f4'}";
    expect(readNpyHeader(file(text, 0, 2))).toEqual({
      shape: [1, 2],
      type: "float32",
      isLittleEndian: false,
      isFortranOrder: true,
      dataStart: 12 + text.length,
    });
  });

  const types = "b1, i1, u1, i2, u2, i4, u4, i8, u8, f2, f4, f8, < or > before it";
  const form = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  const good = file(header("'<f4'"), 8);
  it.each([
    ["nothing", new Uint8Array(0), "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    [
      "an archive (.npz)",
      Buffer.from("PK\u0003\u0004abcd"),
      "a NumPy file must begin with bytes 93 4e 55 4d 50 59, got bytes 50 4b 03 04 61 62. Is it a .npy file?",
      0,
    ],
    ["no version", good.subarray(0, 6), "the version must be 1, 2 or 3, got nothing", 6],
    ["an unknown version", file("", 0, 4), "the version must be 1, 2 or 3, got 4", 6],
    [
      "no length of a header",
      good.subarray(0, 9),
      "the header must be 10 bytes long, got 9. It looks truncated: fetch it again",
      9,
    ],
    [
      "half a header",
      good.subarray(0, 40),
      `the header must be ${good.length - 8} bytes long, got 40. It looks truncated: fetch it again`,
      40,
    ],
    [
      "a header of another form",
      file("{'descr': '<f4'}"),
      `the header must be of the form ${form}, got "{'descr': '<f4'}"`,
      10,
    ],
    [
      "a header with a name twice",
      file("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"),
      `the header must be of the form ${form}, got "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"`,
      10,
    ],
    [
      "a header that is a program",
      file(header("'<f4'", "(2,), 'x': __import__('os')")),
      `the header must be of the form ${form}, got "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': __import__('os'), }"`,
      10,
    ],
    [
      "Python objects",
      file(header("'|O'")),
      `the numbers must be of type ${types}, got Python objects, which are programs: save numbers with numpy.save(..., allow_pickle=False)`,
      10,
    ],
    ["complex numbers", file(header("'<c8'")), `the numbers must be of type ${types}, got "<c8". Save it as <f4`, 10],
    ["texts", file(header("'<U3'")), `the numbers must be of type ${types}, got "<U3". Save it as <f4`, 10],
    ["long floats", file(header("'<f16'")), `the numbers must be of type ${types}, got "<f16". Save it as <f4`, 10],
    ["no byte order", file(header("'|f4'")), `the numbers must be of type ${types}, got "|f4". Save it as <f4`, 10],
    [
      "records",
      file(header("[('a', '<f4')]")),
      `the array must hold numbers, got records ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"). Save one field`,
      10,
    ],
    [
      "a shape with a hole",
      file(header("'<f4'", "(2,,3)")),
      "the shape must be at most 64 whole numbers that make an array that a file can hold, got 2,,3",
      10,
    ],
    [
      "a shape beyond all files",
      file(header("'<f4'", "(9007199254740991, 2)")),
      "the shape must be at most 64 whole numbers that make an array that a file can hold, got 9007199254740991, 2",
      10,
    ],
    [
      "sixty-five axes",
      file(header("'<f4'", `(${"1,".repeat(65)})`)),
      `the shape must be at most 64 whole numbers that make an array that a file can hold, got ${"1,".repeat(50)}...`,
      10,
    ],
    [
      "fewer numbers than said",
      good.subarray(0, -1),
      "the file must hold 2 numbers of 4 bytes, as shape (2) and type float32 say, got 7 bytes. It looks truncated: fetch it again",
      good.length - 1,
    ],
    [
      "more numbers than said",
      file(header("'<f4'"), 12),
      "the file must hold 2 numbers of 4 bytes, as shape (2) and type float32 say, got 12 bytes",
      good.length,
    ],
    [
      "a shape far longer than the file",
      file(header("'<f4'", "(1000000000000,)"), 8),
      "the file must hold 1000000000000 numbers of 4 bytes, as shape (1000000000000) and type float32 say, got 8 bytes. It looks truncated: fetch it again",
      file(header("'<f4'", "(1000000000000,)"), 8).length,
    ],
    [
      "a header of version 3 that is not UTF-8",
      file("{'descr': '\u00ff'}", 0, 3),
      "the text must be in UTF-8, got byte ff. Convert it, for example with iconv",
      11,
    ],
    [
      "a whole number beyond 2^53",
      new Uint8Array(Buffer.concat([file(header("'<u8'", "(1,)")), Buffer.from(BigUint64Array.of(2n ** 53n).buffer)])),
      "whole numbers must lie within 2^53, exact in a double, got 9007199254740992. Store them as float64, or as int32 where they fit",
      file(header("'<u8'", "(1,)")).length,
    ],
  ])("by hand: refuses %s", (_, bytes, message, byteOffset) => {
    expect(() => readNpy(bytes, { path: "a.npy" })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        byteOffset,
        message: `a.npy: ${message} (at byte ${byteOffset})`,
      }),
    );
  });
});

const single = { shape: [2, 3], data: Float32Array.of(1, -0, Number.NaN, 1 / 3, Infinity, 1e-45) };
const double = { shape: [3], data: Float64Array.of(1 / 3, -1e300, 5e-324) };
const written = [single, double, { shape: [], data: Float32Array.of(2) }, { shape: [0, 7], data: new Float64Array(0) }];

describe("writeNpy", () => {
  it.each(written)(
    "identity: reading what was written gives it back, numbers on a multiple of 64 bytes ($shape)",
    (array) => {
      const bytes = writeNpy(array);
      expect(readNpy(bytes)).toEqual(array);
      expect(readNpyHeader(bytes).dataStart % 64).toBe(0);
    },
  );

  it("oracle: a vector of five is, byte for byte, what NumPy writes", () => {
    const theirs = files.find(([name]) => name === "shape (5,)")![1];
    const { shape, data } = readNpy(theirs);
    expect(Buffer.compare(writeNpy({ shape, data: data as Float64Array }), theirs)).toBe(0);
  });

  it.each([
    [
      "data that do not fit the shape",
      { shape: [2, 2], data: new Float32Array(3) },
      "ShapeError",
      "writeNpy: data must hold 4 numbers, as shape [2, 2] says, got 3.",
    ],
    [
      "sixty-five axes",
      { shape: Array<number>(65).fill(1), data: new Float32Array(1) },
      "OptionError",
      "writeNpy: shape must be of at most 64 axes, got 65.",
    ],
  ])("refuses %s", (_, array, name, message) => {
    expect(() => writeNpy(array)).toThrow(expect.objectContaining({ name, message }));
  });
});

const python = findPythonOrSay("NumPy reads what writeNpy wrote", ["numpy"]);
describe.skipIf(python === undefined)("NumPy reads what writeNpy wrote", () => {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-npy-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(written)("oracle: $shape", (array) => {
    const path = join(folder, "a.npy");
    writeFileSync(path, writeNpy(array));
    const program =
      "import numpy, json, sys; a = numpy.load(sys.argv[1]); print(json.dumps([a.dtype.str, list(a.shape), a.tobytes().hex()]))";
    const [type, shape, hex] = JSON.parse(runPython(python!, ["-c", program, path])) as [string, number[], string];
    expect(type).toBe(array.data instanceof Float32Array ? "<f4" : "<f8");
    expect(shape).toEqual(array.shape);
    expect(hex).toBe(Buffer.from(array.data.buffer).toString("hex"));
  });
});
