import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { type Cifti, readCifti, streamCifti } from "../../src/formats/cifti.ts";
import { writeCifti } from "../../src/formats/cifti-write.ts";
import { inPieces } from "../support/pieces.ts";
import { findPythonOrSay, runPython } from "../support/python.ts";
import { describeValues, type PrintedValues } from "./describe-values.ts";

/** What fixtures/print_cifti.py prints of one file. */
interface Printed {
  readonly shape: readonly number[];
  readonly intent: number;
  readonly metadata: unknown;
  readonly rows: unknown;
  readonly columns: unknown;
  readonly values: PrintedValues;
}

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
const printed = JSON.parse(readFileSync(fixture("cifti.json"), "utf8")) as Record<string, Printed & { file: string }>;
const files = Object.entries(printed).map(
  ([name, { file, ...expected }]) => [name, Buffer.from(file, "base64"), expected] as const,
);

/** Our reading in the form that the script prints: plain lists, null for what is not there. */
function describeCifti({ rows, columns, metadata, data }: Cifti) {
  const plain = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value, (_, part: unknown) => (part instanceof Int32Array ? [...part] : (part ?? null))),
    ) as unknown;
  return {
    shape: [data.nRows, data.nColumns],
    metadata,
    rows: plain(rows),
    columns: plain({ ...columns, volume: columns.volume ?? null }),
    values: describeValues(data.data),
  };
}

/** In single precision, as we give them; the script prints doubles. */
function expectAsPrinted(cifti: Cifti, { intent: _, values, ...expected }: Printed): void {
  const { values: ours, ...rest } = describeCifti(cifti);
  expect(rest).toEqual(expected);
  const single = (texts: readonly string[]) => texts.map((text) => Math.fround(Number(text)));
  expect(single(ours.first)).toEqual(single(values.first));
  expect(single(ours.last)).toEqual(single(values.last));
}

const noise = (length: number, seed: number) => {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
};
const volume = { shape: [3, 4, 5], affine: [-2, 0, 0, 90, 0, 2, 0, -126, 0, 0, 2.5, -72, 0, 0, 0, 1] } as const;
const left = "CIFTI_STRUCTURE_CORTEX_LEFT";
const grayordinates: Cifti["columns"] = {
  kind: "grayordinates",
  models: [
    { kind: "surface", structure: left, start: 0, nVertices: 10, vertices: Int32Array.of(0, 2, 9) },
    { kind: "voxels", structure: "CIFTI_STRUCTURE_BRAIN_STEM", start: 3, voxels: Int32Array.of(2, 3, 4, 0, 0, 0) },
  ],
  volume,
};
const parcels: Cifti["columns"] = {
  kind: "parcels",
  surfaces: [{ structure: left, nVertices: 10 }],
  parcels: [
    {
      name: 'a "b" & <c> é',
      vertices: [{ structure: left, vertices: Int32Array.of(7, 3) }],
      voxels: new Int32Array(0),
    },
    { name: "d", vertices: [], voxels: Int32Array.of(1, 1, 1) },
  ],
  volume,
};
const series: Cifti["rows"] = { kind: "series", unit: "SECOND", start: -1e-7, step: 0.72 };
const scalars: Cifti["rows"] = {
  kind: "scalars",
  maps: [
    { name: "r & <d>", metadata: { unit: "r" } },
    { name: "é", metadata: {} },
  ],
};
const dense = (rows: Cifti["rows"]): Cifti => ({
  rows,
  columns: grayordinates,
  metadata: { "a & b": "<c>\n", empty: "" },
  data: Matrix.of(noise(10, 1), 2, 5),
});
const written: readonly (readonly [string, Cifti])[] = [
  ["a dense series", dense(series)],
  ["dense scalars", dense(scalars)],
  ["a parcellated series", { rows: series, columns: parcels, metadata: {}, data: Matrix.of(noise(6, 2), 3, 2) }],
  ["parcellated scalars", { rows: scalars, columns: parcels, metadata: {}, data: Matrix.of(noise(4, 3), 2, 2) }],
];

describe("readCifti", () => {
  it.each(files)("oracle: %s, as nibabel reads it", (_, bytes, expected) => {
    expectAsPrinted(readCifti(bytes), expected);
    expectAsPrinted(readCifti(gzipSync(bytes)), expected);
    // The hash of all values, where they are of single precision.
    if (expected.values.first.every((text) => Math.fround(Number(text)) === Number(text))) {
      expect(describeValues(readCifti(bytes).data.data)).toEqual(expected.values);
    }
  });

  it("by hand: brain models in any order of the XML stand where their offsets say", () => {
    const cifti = dense(series);
    const bytes = writeCifti(cifti);
    const text = Buffer.from(bytes).toString("latin1");
    const [first, second] = text.match(/<BrainModel .*?<\/BrainModel>/gs)!;
    const swapped = text.replace(`${first}\n${second}`, `${second}\n${first}`);
    expect(swapped).not.toBe(text);
    expect(readCifti(Buffer.from(swapped, "latin1"))).toEqual(readCifti(bytes));
  });

  it("by hand: a header without voxel sizes, as some programs write it", () => {
    const bytes = writeCifti(dense(series));
    const view = new DataView(bytes.buffer);
    for (let axis = 0; axis < 8; axis++) view.setFloat64(104 + 8 * axis, 0, true);
    expect(readCifti(bytes)).toEqual(readCifti(writeCifti(dense(series))));
  });

  it("by hand: coordinates in other units than millimetres come in millimetres", () => {
    const text = Buffer.from(writeCifti(dense(series))).toString("latin1");
    const meters = Buffer.from(text.replace('MeterExponent="-3"', 'MeterExponent="0" '), "latin1");
    expect(readCifti(meters).columns.volume?.affine.slice(0, 4)).toEqual([-2000, 0, 0, 90_000]);
    const microns = Buffer.from(text.replace('MeterExponent="-3"', 'MeterExponent="-6"'), "latin1");
    expect(readCifti(microns).columns.volume?.affine.slice(0, 4)).toEqual([-0.002, 0, 0, 0.09]);
  });
});

describe("streamCifti", () => {
  it.each(files)("agreement: %s, as readCifti reads it", async (_, bytes) => {
    const whole = readCifti(bytes);
    for (const [file, size] of [
      [bytes, 1000],
      [bytes, 7],
      [bytes, 1e6],
      [gzipSync(bytes), 50],
    ] as const) {
      expect(await streamCifti(inPieces(file, size))).toEqual(whole);
    }
  });

  it("identity: a matrix longer than a piece, row after row, whatever the pieces", async () => {
    const nRows = 137;
    const vertices = Int32Array.from({ length: 3000 }, (_, v) => v);
    const columns: Cifti["columns"] = {
      kind: "grayordinates",
      models: [{ kind: "surface", structure: left, start: 0, nVertices: 3000, vertices }],
      volume: undefined,
    };
    const data = noise(nRows * 3000, 4);
    const bytes = writeCifti({ rows: series, columns, metadata: {}, data: Matrix.of(data, nRows, 3000) });
    for (const size of [997, 2 ** 18, 1e8]) {
      const read = await streamCifti(inPieces(bytes, size));
      expect(Buffer.compare(Buffer.from(read.data.data.buffer), Buffer.from(data.buffer))).toBe(0);
    }
    expect(Buffer.compare(Buffer.from(readCifti(bytes).data.data.buffer), Buffer.from(data.buffer))).toBe(0);
  });

  it("by hand: is told of as many columns as are read, the last time of all", async () => {
    const told: unknown[] = [];
    const onProgress = (progress: unknown) => told.push(progress);
    await streamCifti(inPieces(writeCifti(dense(series))), { path: "a.dtseries.nii", onProgress });
    expect(told.at(-1)).toEqual({ label: "reading a.dtseries.nii", done: 5, total: 5 });
  });
});

describe("writeCifti", () => {
  it.each(written)("identity: reading what was written gives it back (%s)", (_, cifti) => {
    const trimmed = {
      ...cifti,
      metadata: Object.fromEntries(Object.entries(cifti.metadata).map(([k, v]) => [k, v.trim()])),
    };
    expect(readCifti(writeCifti(cifti))).toEqual(trimmed);
  });

  it.each([
    [
      "fewer maps than rows",
      { ...dense(scalars), rows: { kind: "scalars", maps: [] } },
      "ShapeError",
      "writeCifti: there must be as many maps as rows of the matrix (2), got 0.",
    ],
    [
      "fewer grayordinates than columns",
      { ...dense(scalars), columns: { ...grayordinates, models: [] } },
      "ShapeError",
      "writeCifti: there must be as many grayordinates as columns of the matrix (5), got 0.",
    ],
    [
      "fewer parcels than columns",
      { ...dense(scalars), columns: parcels },
      "ShapeError",
      "writeCifti: there must be as many parcels as columns of the matrix (5), got 2.",
    ],
    [
      "a text that XML cannot hold",
      { ...dense(scalars), metadata: { a: "\u0000" } },
      "OptionError",
      'writeCifti: texts must hold characters that XML can, got "\\u0000".',
    ],
    [
      "voxels without a volume",
      { ...dense(series), columns: { ...grayordinates, volume: undefined } },
      "OptionError",
      "writeCifti: voxels must lie in a <Volume>, got none.",
    ],
    [
      "a time that is none",
      { ...dense(series), rows: { ...series, step: Number.NaN } },
      "OptionError",
      'writeCifti: SeriesStep must be a number, got "NaN".',
    ],
  ] as const)("refuses %s", (_, cifti, name, message) => {
    expect(() => writeCifti(cifti as Cifti)).toThrow(expect.objectContaining({ name, message }));
  });
});

const python = findPythonOrSay("nibabel reads what writeCifti wrote", ["nibabel", "numpy"]);
describe.skipIf(python === undefined)("nibabel reads what writeCifti wrote", () => {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-cifti-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(written)("oracle: %s", (name, cifti) => {
    const path = join(folder, `${name}.nii`);
    const bytes = writeCifti(cifti);
    writeFileSync(path, bytes);
    const read = JSON.parse(runPython(python!, [fixture("print_cifti.py"), path])) as Record<string, Printed>;
    expectAsPrinted(readCifti(bytes), read[path]!);
    expect(describeValues(cifti.data.data)).toEqual(read[path]!.values);
    expect(read[path]!.intent).toBe(
      { series: { g: 3002, p: 3004 }, scalars: { g: 3006, p: 3008 } }[cifti.rows.kind][
        cifti.columns.kind === "parcels" ? "p" : "g"
      ],
    );
  });
});
