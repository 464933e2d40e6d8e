import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { type Gifti, type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { findPythonOrSay, runPython } from "../support/python.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { describeGifti, type PrintedGifti, readPrinted, sha256 } from "./describe-gifti.ts";

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
const external = (name: string) => readFileSync(fixture(name));

/** Arrays of all types with the values that are hard to keep, in shapes of one to three dimensions. */
function difficultGifti(): Gifti {
  const random = createRandom(1);
  const plain = { intent: "NIFTI_INTENT_SHAPE", metadata: {}, coordinateSystems: [] };
  const system = {
    dataSpace: "NIFTI_XFORM_UNKNOWN",
    transformedSpace: "NIFTI_XFORM_MNI_152",
    matrix: [1, 0, 0, -1.5, 0, 1e-7, 0, 2, 0, 0, 1 / 3, 30, 0, 0, 0, 1],
  };
  const floats = [0, -0, 1 / 3, 3.4028234663852886e38, 1e-45, Number.NaN, Infinity, -Infinity];
  const arrays: GiftiArray[] = [
    { ...plain, dataType: "NIFTI_TYPE_FLOAT32", dimensions: [2, 4], data: new Float32Array(floats) },
    { ...plain, dataType: "NIFTI_TYPE_FLOAT64", dimensions: [2, 2, 2], data: new Float64Array(floats) },
    { ...plain, dataType: "NIFTI_TYPE_INT8", dimensions: [3], data: Int8Array.of(-128, 0, 127) },
    { ...plain, dataType: "NIFTI_TYPE_UINT8", dimensions: [3, 1], data: Uint8Array.of(0, 1, 255) },
    { ...plain, dataType: "NIFTI_TYPE_INT16", dimensions: [2], data: Int16Array.of(-32768, 32767) },
    { ...plain, dataType: "NIFTI_TYPE_UINT16", dimensions: [1], data: Uint16Array.of(65535) },
    { ...plain, dataType: "NIFTI_TYPE_INT32", dimensions: [1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { ...plain, dataType: "NIFTI_TYPE_UINT32", dimensions: [1], data: Uint32Array.of(2 ** 32 - 1) },
    { ...plain, dataType: "NIFTI_TYPE_INT64", dimensions: [2], data: Float64Array.of(-(2 ** 53) + 1, 2 ** 53 - 1) },
    { ...plain, dataType: "NIFTI_TYPE_UINT64", dimensions: [1], data: Float64Array.of(2 ** 53 - 1) },
    {
      intent: "NIFTI_INTENT_POINTSET",
      metadata: { AnatomicalStructurePrimary: "CortexLeft", "odd & <name>": 'a "b" ]]> é ☃ 😀\nnext' },
      coordinateSystems: [system],
      dataType: "NIFTI_TYPE_FLOAT32",
      dimensions: [500, 3],
      data: Float32Array.from({ length: 1500 }, () => random.normal()),
    },
  ];
  const labels: Gifti["labels"] = [
    { key: 0, name: "???", rgba: [0, 0.1, 0.5, 1] },
    { key: -3, name: "G&S_<frontomargin>", rgba: [Number.NaN, Number.NaN, Number.NaN, Number.NaN] },
  ];
  return { metadata: { Date: "today", empty: "" }, labels, arrays };
}

describe("readGifti", () => {
  const printed = JSON.parse(readFileSync(fixture("gifti.json"), "utf8")) as Record<string, PrintedGifti>;

  it.each(Object.keys(printed))("oracle: reads %s as nibabel does", (name) => {
    const gifti = readGifti(readFileSync(fixture(name)), { path: name, external });
    expect(describeGifti(gifti)).toEqual(readPrinted(printed[name]!, gifti));
  });

  it("by hand: metadata as plain text, with entities, in CDATA and beside comments; labels with and without colour", () => {
    const xml = `<?xml version="1.0"?>
      <!DOCTYPE GIFTI [ <!ENTITY x "<DataArray>"> <!-- > --> ]>
      <GIFTI NumberOfDataArrays='0' Version="1">
        <MetaData><MD><Name>a<!-- not this -->b</Name><Value><![CDATA[<x>]]>&#x20;&amp;</Value></MD></MetaData>
        <LabelTable>
          <Label Key="5" Red=".5" Green="0" Blue="1" Alpha="1"> left </Label>
          <Label Index="6">right</Label>
        </LabelTable>
      </GIFTI>`;
    expect(readGifti(new TextEncoder().encode(`\uFEFF${xml}`))).toEqual({
      metadata: { ab: "<x> &" },
      labels: [
        { key: 5, name: "left", rgba: [0.5, 0, 1, 1] },
        { key: 6, name: "right", rgba: [Number.NaN, Number.NaN, Number.NaN, Number.NaN] },
      ],
      arrays: [],
    });
  });

  it("by hand: an array of no numbers is an array", () => {
    for (const [encoding, text] of Object.entries({ ASCII: " ", Base64Binary: "", GZipBase64Binary: "eJwDAAAAAAE=" })) {
      const xml = `<GIFTI NumberOfDataArrays="1"><DataArray Intent="NIFTI_INTENT_NONE" DataType="NIFTI_TYPE_FLOAT32"
        ArrayIndexingOrder="ColumnMajorOrder" Dimensionality="2" Dim0="0" Dim1="3" Encoding="${encoding}"
        Endian="LittleEndian"><Data>${text}</Data></DataArray></GIFTI>`;
      const [array] = readGifti(new TextEncoder().encode(xml)).arrays;
      expect(array).toMatchObject({ dimensions: [0, 3], data: new Float32Array(0) });
    }
  });
});

describe("writeGifti", () => {
  it.each(["ASCII", "Base64Binary", "GZipBase64Binary"] as const)(
    "identity: reading what was written in %s gives it back",
    (encoding) => {
      const gifti = difficultGifti();
      expect(readGifti(writeGifti(gifti, { encoding }))).toEqual(gifti);
    },
  );

  it("identity: views into larger memory are written from their own start", () => {
    const memory = Float32Array.of(9, 9, 1, 2, 3, 9);
    const gifti = difficultGifti();
    const array = { ...gifti.arrays[0]!, dimensions: [3], data: memory.subarray(2, 5) };
    expect(readGifti(writeGifti({ ...gifti, arrays: [array] })).arrays[0]?.data).toEqual(Float32Array.of(1, 2, 3));
  });

  const [first] = difficultGifti().arrays as [GiftiArray];
  const only = (array: Partial<GiftiArray>): Gifti => ({ metadata: {}, labels: [], arrays: [{ ...first, ...array }] });
  it.each([
    [
      "data that do not fit the dimensions",
      only({ dimensions: [3, 3] }),
      "ShapeError",
      "writeGifti: array 0: data must hold 9 numbers, as its dimensions say, got 8.",
    ],
    [
      "data of another kind",
      only({ data: new Float64Array(8) }),
      "OptionError",
      "writeGifti: array 0: numbers of type NIFTI_TYPE_FLOAT32 must lie in a Float32Array, got a Float64Array.",
    ],
    [
      "a fraction as a 64-bit whole number",
      only({ dataType: "NIFTI_TYPE_INT64", dimensions: [1], data: Float64Array.of(0.5) }),
      "OptionError",
      "writeGifti: array 0: numbers of type NIFTI_TYPE_INT64 must be whole and within 2^53, got 0.5.",
    ],
    [
      "a text that XML cannot hold",
      only({ metadata: { a: "b\u0000" } }),
      "OptionError",
      'writeGifti: texts must hold characters that XML can, got "b\\u0000".',
    ],
    [
      "half of a character",
      only({ metadata: { a: "\ud83d" } }),
      "OptionError",
      'writeGifti: texts must hold characters that XML can, got "\\ud83d".',
    ],
    [
      "no dimensions",
      only({ dimensions: [], data: new Float32Array(1) }),
      "ShapeError",
      "writeGifti: array 0: dimensions must be one to six whole numbers from 0, got [].",
    ],
    [
      "an intent that is none",
      only({ intent: "shape" }),
      "OptionError",
      'writeGifti: array 0: intent must begin with NIFTI_INTENT_, got "shape".',
    ],
  ])("refuses %s", (_, gifti, name, message) => {
    expect(() => writeGifti(gifti)).toThrow(expect.objectContaining({ name, message }));
  });
});

const python = findPythonOrSay("nibabel reads what writeGifti wrote", ["nibabel", "numpy"]);
describe.skipIf(python === undefined)("nibabel reads what writeGifti wrote", () => {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-gifti-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["ASCII", "Base64Binary", "GZipBase64Binary"] as const)("oracle: %s", (encoding) => {
    const gifti = difficultGifti();
    const path = join(folder, `${encoding}.gii`);
    writeFileSync(path, writeGifti(gifti, { encoding }));
    const printed = JSON.parse(runPython(python!, [fixture("print_gifti.py"), path])) as Record<string, PrintedGifti>;
    expect(readPrinted(printed[path]!, gifti)).toEqual(describeGifti(gifti));
  });
});

describeWithShared("readGifti on files of other programs", "data/gifti", () => {
  const printed = JSON.parse(readFileSync(fixture("gifti-shared.json"), "utf8")) as Record<string, PrintedGifti>;
  const digest = (metadata: Readonly<Record<string, string>>) => {
    const lines = Object.entries(metadata).map(([name, value]) => `${name}=${value}`);
    return { sha256: sha256(lines.sort().join("\n")) };
  };
  // Left out: of a transform given in one line nibabel keeps a vector, not a matrix.
  const withoutSystems = ({ coordinateSystems: _, ...array }: ReturnType<typeof describeGifti>["arrays"][number]) =>
    array;

  it.each(Object.keys(printed))("oracle: reads %s as nibabel does", (name) => {
    const gifti = readGifti(readFileSync(shared("data", name)), {
      path: name,
      external: (file) => readFileSync(shared("data/gifti", file)),
    });
    const ours = describeGifti(gifti);
    const theirs = readPrinted(printed[name]!, gifti);
    const arrays = ours.arrays.map((array) => withoutSystems({ ...array, metadata: digest(array.metadata) }));
    expect({ ...ours, metadata: digest(ours.metadata), arrays }).toEqual({
      ...theirs,
      arrays: theirs.arrays.map(withoutSystems),
    });
  });

  it("oracle: the time series of task.func.gii is 10 x 642 and begins as nibabel's own tests say", () => {
    const { arrays } = readGifti(readFileSync(shared("data/gifti/task.func.gii")));
    expect(arrays.map((array) => array.dimensions)).toEqual(Array.from({ length: 10 }, () => [642]));
    const begin = Array.from(arrays[0]!.data.subarray(0, 3));
    // The published values have seven digits, the last of them uncertain.
    for (const [i, value] of [545.4327, 640.0118, 612.9056].entries()) expect(begin[i]).toBeCloseTo(value, 3);
  });

  it("by hand: a file compressed with bzip2 is refused, and the remedy named", () => {
    const path = shared("data/gifti/external.gii.bz2");
    expect(() => readGifti(readFileSync(path), { path: "external.gii.bz2" })).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message:
          "external.gii.bz2: a GIFTI file must be XML in UTF-8, or gzip of it, got bytes 42 5a 68 39 31 41 59 26. It is compressed with bzip2: unpack it first (at byte 0)",
      }),
    );
  });
});
