import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { type Nifti, readNifti, readNiftiMask } from "../../src/formats/nifti.ts";
import { readNiftiHeader } from "../../src/formats/nifti-header.ts";
import { streamNifti } from "../../src/formats/nifti-stream.ts";
import { type NiftiContent, writeNifti } from "../../src/formats/nifti-write.ts";
import { inPieces } from "../support/pieces.ts";
import { findPythonOrSay, runPython } from "../support/python.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { describeValues, type PrintedValues } from "./describe-values.ts";

/** What fixtures/print_nifti.py prints of one file. */
interface Printed extends PrintedValues {
  readonly version: number;
  readonly isLittleEndian: boolean;
  readonly shape: readonly number[];
  readonly slope: number;
  readonly intercept: number;
  readonly repetitionTime: number | null;
  readonly spaceUnit: string | null;
  readonly affine: readonly number[];
  readonly intentCode: number;
  readonly intentParameters: readonly number[];
  readonly intentName: string;
  readonly description: string;
  readonly extensions: readonly (readonly [number, string])[];
}

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
const printed = JSON.parse(readFileSync(fixture("nifti.json"), "utf8")) as Record<string, Printed & { file: string }>;
const files = Object.entries(printed).map(
  ([name, { file, ...expected }]) => [name, Buffer.from(file, "base64"), expected] as const,
);

function expectAsPrinted({ header, data, extensions }: Nifti, expected: Printed): void {
  const { sha256, first, last, affine, repetitionTime, spaceUnit, description, ...rest } = expected;
  expect(describeValues(data)).toEqual({ sha256, first, last });
  expect({
    version: header.version,
    isLittleEndian: header.isLittleEndian,
    shape: header.shape,
    slope: header.slope,
    intercept: header.intercept,
    intentCode: header.intent.code,
    // nibabel gives as many as the intent has.
    intentParameters: header.intent.parameters.slice(0, expected.intentParameters.length),
    intentName: header.intent.name,
    extensions: extensions.map(({ code, bytes }) => [
      code,
      Buffer.from(bytes)
        .toString("hex")
        .replace(/(00)+$/, ""),
    ]),
  }).toEqual(rest);
  expect(header.repetitionTime ?? null).toBe(repetitionTime);
  expect(header.spaceUnit ?? null).toBe(spaceUnit);
  // nibabel keeps what stands behind the zero that ends a text.
  expect(header.description).toBe(description.split("\0")[0]);
  // A rotation is worked out in another order of operations; the other affines are copied.
  for (const [i, value] of header.affine.entries()) expect(Math.abs(value - affine[i]!)).toBeLessThanOrEqual(1e-12);
}

const content = (changes: Partial<NiftiContent> = {}): NiftiContent => {
  const random = createRandom(3);
  return {
    shape: [3, 4, 2, 5],
    affine: [-2, 0, 0, 90, 0, 2.5, 0, -126, 0, 0, 3, -72, 0, 0, 0, 1],
    data: Float32Array.from({ length: 120 }, () => random.normal()),
    repetitionTime: 1.5,
    ...changes,
  };
};

describe("readNifti", () => {
  it("identity: the size of a value in bytes where bits should stand, as FreeSurfer's MATLAB functions write it", () => {
    const bytes = writeNifti(content());
    const { header, data } = readNifti(bytes);
    new DataView(bytes.buffer, bytes.byteOffset).setInt16(72, 4, true);
    expect(readNifti(bytes)).toMatchObject({ header, data });
  });

  it.each(files)("oracle: %s, as nibabel reads it", (_, bytes, expected) => {
    expectAsPrinted(readNifti(bytes), expected);
    expectAsPrinted(readNifti(gzipSync(bytes)), expected);
  });

  it("identity: the header alone, from the first bytes of the file", () => {
    for (const [, bytes] of files) expect(readNiftiHeader(bytes.subarray(0, 540))).toEqual(readNifti(bytes).header);
  });

  it("by hand: what single precision holds exactly is in single precision, all else in double", () => {
    const kinds = files.map(([name, bytes]) => [name, readNifti(bytes).data.constructor.name]);
    const single = kinds.filter(([, kind]) => kind === "Float32Array").map(([name]) => name!);
    for (const type of ["u1", "i1", "i2", "u2", "f4"]) expect(single).toContain(`${type}, version 1, big-endian`);
    for (const type of ["i4", "u4", "i8", "u8", "f8"]) expect(single).not.toContain(`${type}, version 2, big-endian`);
    expect(single).not.toContain("scaled, version 1");
  });

  it("identity: the values are not a view onto the file", () => {
    const bytes = writeNifti(content());
    const { data } = readNifti(bytes);
    bytes.fill(255);
    expect(data).toEqual(content().data);
  });
});

describe("streamNifti", () => {
  it.each(files)("agreement: %s, as readNifti reads it, rounded to single precision", async (_, bytes, { shape }) => {
    if (shape.slice(4).some((n) => n > 1)) return;
    const { header, data } = readNifti(bytes);
    for (const [file, size] of [
      [bytes, 1000],
      [bytes, 7],
      [gzipSync(bytes), 50],
    ] as const) {
      const streamed = await streamNifti(inPieces(file, size));
      expect(streamed.header).toEqual(header);
      expect(streamed.volumes).toEqual({
        data: new Float32Array(data),
        nRows: shape[3] ?? 1,
        nColumns: data.length / (shape[3] ?? 1),
      });
    }
  });

  it.each([1, 5, 97, 10_000])(
    "agreement: selected voxels, in pieces of %i bytes, as taken from the whole",
    async (size) => {
      const bytes = writeNifti(content());
      const { data } = readNifti(bytes);
      for (const voxels of [[], [0], [23], [0, 23], [4, 5, 6, 11], Array.from({ length: 24 }, (_, v) => v)]) {
        const { volumes } = await streamNifti(inPieces(bytes, size), { select: () => Int32Array.from(voxels) });
        const expected = [0, 1, 2, 3, 4].flatMap((volume) => voxels.map((voxel) => data[volume * 24 + voxel]!));
        expect(volumes).toEqual({ data: Float32Array.from(expected), nRows: 5, nColumns: voxels.length });
      }
    },
  );

  it("agreement: selected voxels of scaled values", async () => {
    const [, bytes] = files.find(([name]) => name === "scaled, version 1")!;
    const { data } = readNifti(bytes);
    const { volumes } = await streamNifti(inPieces(bytes), { select: () => Int32Array.of(2, 7) });
    expect([...volumes.data]).toEqual([data[2], data[7]].map((value) => Math.fround(value!)));
  });

  it("by hand: header first, then each volume is told of once, in order", async () => {
    const told: unknown[] = [];
    await streamNifti(inPieces(writeNifti(content()), 20), {
      path: "a.nii",
      select: ({ shape }) => void told.push(shape),
      onProgress: (progress) => told.push(progress),
    });
    const volumes = [1, 2, 3, 4, 5].map((done) => ({ label: "reading a.nii", done, total: 5 }));
    expect(told).toEqual([[3, 4, 2, 5], ...volumes]);
  });

  it("by hand: a mask that does not fit is refused before any value is read, and the file is let go", async () => {
    const state = { nPieces: 0, isClosed: false };
    async function* pieces() {
      try {
        for await (const piece of inPieces(writeNifti(content()), 600)) {
          state.nPieces++;
          yield piece;
        }
      } finally {
        state.isClosed = true;
      }
    }
    const select = () => {
      throw new RangeError("another shape");
    };
    await expect(streamNifti(pieces(), { select })).rejects.toThrow("another shape");
    expect(state).toEqual({ nPieces: 1, isClosed: true });
  });

  it.each([
    [[3, 3], "OptionError", "a.nii: voxels must be ascending from 0, got 3 after 3. Sort them."],
    [[-1], "OptionError", "a.nii: voxels must be ascending from 0, got -1 after -1. Sort them."],
    [[24], "ShapeError", "a.nii: voxels must lie within the volume of 24, got 24. Is the mask of the same shape?"],
  ])("refuses the voxels %j", async (voxels, name, message) => {
    const options = { path: "a.nii", select: () => Int32Array.from(voxels) };
    await expect(streamNifti(inPieces(writeNifti(content())), options)).rejects.toMatchObject({ name, message });
  });
});

describe("readNiftiMask", () => {
  it("by hand: voxels that are not 0, ascending, i fastest", () => {
    const data = new Float32Array(24);
    data[1 + 3 * (2 + 4 * 1)] = 1;
    data[2] = -0.5;
    const mask = readNiftiMask(writeNifti(content({ shape: [3, 4, 2], data, repetitionTime: undefined })));
    expect(mask).toEqual({ shape: [3, 4, 2], affine: content().affine, voxels: Int32Array.of(2, 19) });
  });
});

describe("writeNifti", () => {
  const described = content({
    space: "mni",
    description: "café",
    intent: { code: 3, parameters: [23, 0, 0], name: "faces" },
  });
  it.each([
    ["NIfTI-1", 1, false],
    ["NIfTI-2", 2, false],
    ["compressed", 1, true],
  ] as const)("identity: reading what was written gives it back (%s)", (_, version, gzip) => {
    const { header, data } = readNifti(writeNifti(described, { version, gzip }));
    expect(data).toEqual(described.data);
    expect(header).toMatchObject({
      version,
      shape: described.shape,
      affine: described.affine,
      affineFrom: "sform",
      space: "mni",
      voxelSizes: [2, 2.5, 3],
      spaceUnit: "mm",
      repetitionTime: 1.5,
      intent: described.intent,
      description: "café",
    });
  });

  it("identity: the same content gives the same bytes, without the time or the system of packing", () => {
    const bytes = writeNifti(described, { gzip: true });
    expect(writeNifti(described, { gzip: true })).toEqual(bytes);
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  const affine = content().affine;
  it.each([
    [
      "data that do not fit the shape",
      { shape: [3, 4] },
      "ShapeError",
      "writeNifti: data must hold 12 values, as shape [3, 4] says, got 120.",
    ],
    ["no axis", { shape: [] }, "ShapeError", "writeNifti: shape must be one to seven whole numbers from 1, got []."],
    ["no value", { shape: [0] }, "ShapeError", "writeNifti: shape must be one to seven whole numbers from 1, got [0]."],
    [
      "an axis too long for NIfTI-1",
      { shape: [32_768], data: new Float32Array(32_768) },
      "OptionError",
      "writeNifti: axes of NIfTI-1 must be at most 32767 long, got 32768. Write version: 2.",
    ],
    ["half an affine", { affine: [1, 2] }, "ShapeError", "writeNifti: affine must hold 16 numbers, got 2."],
    [
      "an affine that is not finite",
      { affine: affine.map((value, i) => (i === 3 ? Number.NaN : value)) },
      "OptionError",
      "writeNifti: affine must be finite and its last row 0 0 0 1, got -2 0 0 NaN 0 2.5 0 -126 0 0 3 -72 and 0 0 0 1.",
    ],
    [
      "an affine of another last row",
      { affine: affine.map((value, i) => (i === 15 ? 2 : value)) },
      "OptionError",
      "writeNifti: affine must be finite and its last row 0 0 0 1, got -2 0 0 90 0 2.5 0 -126 0 0 3 -72 and 0 0 0 2.",
    ],
    [
      "no time between volumes",
      { repetitionTime: 0 },
      "OptionError",
      "writeNifti: repetitionTime must be above 0 seconds, got 0.",
    ],
    [
      "a long description",
      { description: "é".repeat(41) },
      "OptionError",
      "writeNifti: description must be at most 80 bytes long, got 82.",
    ],
    [
      "a space of no code",
      { space: "unknown" as "mni" },
      "OptionError",
      "writeNifti: space must be one of scanner, aligned, talairach, mni, template, got unknown.",
    ],
  ] as const)("refuses %s", (_, changes, name, message) => {
    expect(() => writeNifti(content(changes))).toThrow(expect.objectContaining({ name, message }));
  });
});

const python = findPythonOrSay("nibabel reads what writeNifti wrote", ["nibabel", "numpy"]);
describe.skipIf(python === undefined)("nibabel reads what writeNifti wrote", () => {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-nifti-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["1.nii", 1, false],
    ["2.nii", 2, false],
    ["1.nii.gz", 1, true],
  ] as const)("oracle: %s", (name, version, gzip) => {
    const path = join(folder, name);
    const bytes = writeNifti(content({ description: "a" }), { version, gzip });
    writeFileSync(path, bytes);
    const read = JSON.parse(runPython(python!, [fixture("print_nifti.py"), path])) as Record<string, Printed>;
    expectAsPrinted(readNifti(bytes), read[path]!);
    expect(describeValues(content().data)).toMatchObject({ sha256: read[path]!.sha256 });
  });
});

describeWithShared("readNifti on files of other programs", "data/nifti", () => {
  const read = JSON.parse(readFileSync(fixture("nifti-shared.json"), "utf8")) as Record<string, Printed>;
  const names = Object.keys(read).filter((name) => name.startsWith("nifti/"));

  it.each(names)("oracle: reads %s as nibabel does, whole and piece by piece", async (name) => {
    const bytes = readFileSync(shared("data", name));
    const nifti = readNifti(bytes);
    expectAsPrinted(nifti, read[name]!);
    const { volumes } = await streamNifti(inPieces(bytes, 2 ** 16));
    expect(describeValues(volumes.data)).toEqual(describeValues(new Float32Array(nifti.data)));
  });
});
