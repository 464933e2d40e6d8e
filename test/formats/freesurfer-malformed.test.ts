import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readFreesurferAnnot } from "../../src/formats/freesurfer-annot.ts";
import { readFreesurferLabel } from "../../src/formats/freesurfer-label.ts";
import { readFreesurferMorph } from "../../src/formats/freesurfer-morph.ts";
import { readFreesurferSurface } from "../../src/formats/freesurfer-surface.ts";
import { readMgh } from "../../src/formats/mgh.ts";

const int = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Int32Array.of(value).buffer).swap32()));
const float = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Float32Array.of(value).buffer).swap32()));
const text = (value: string) => Buffer.from(value);
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
/** A file with a number changed. */
const put = (bytes: Uint8Array, at: number, value: Buffer) => {
  const changed = new Uint8Array(bytes);
  changed.set(value, at);
  return changed;
};
const empty = "the file must not be empty, got 0 bytes. Fetch or copy it again";
const again = "It looks truncated: fetch it again";

const geometry = [
  "valid = 1  # volume info valid\n",
  "filename = a.mgz\n",
  "volume = 256 256 256\n",
  "voxelsize = 1 1 1\n",
  "xras   = -1 0 0\n",
  "yras   = 0 0 -1\n",
  "zras   = 0 1 0\n",
  "cras   = 5.4 18 0\n",
];
const magicTriangles = Buffer.from([255, 255, 254]);
const mesh = join(magicTriangles, text("by hand\n\n"), int(3, 1), float(0, 0, 0, 1, 0, 0, 0, 1, 0), int(0, 1, 2));
const withGeometry = (lines: readonly string[]) => join(mesh, int(2, 0, 20), text(lines.join("")));

const entry = (key: number, name: string, ...colour: number[]) =>
  join(int(key, name.length + 1), text(`${name}\0`), int(...colour));
const pairs = join(int(2), int(0, 25 + 256 * 5), int(1, 0));
const table = join(int(1, -2, 2, 4), text("lut\0"), int(2));
const annot = (...entries: Uint8Array[]) => join(pairs, table, ...entries);
const first = entry(0, "a", 25, 5, 0, 0);
const second = entry(1, "b", 0, 0, 7, 0);
const tableAt = pairs.length;
const firstAt = tableAt + table.length;

const curv = join(Buffer.from([255, 255, 255]), int(2, 0, 1), float(1, 2));
const label = "#!ascii label\n2\n0 1 2 3 0\n4 1 2 3 0.5\n";
const mgh = join(int(1, 2, 1, 1, 1, 3, 0), Buffer.alloc(256), float(1, 2));
const good = put(put(mgh, 28, Buffer.from([0, 1])), 30, float(1, 1, 1, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0));

type Row = readonly [
  string,
  (bytes: Uint8Array, options: { path: string }) => unknown,
  Uint8Array,
  string,
  number | undefined,
];
const malformed: readonly Row[] = [
  ["a surface: nothing", readFreesurferSurface, new Uint8Array(0), empty, 0],
  [
    "a surface: quadrangles",
    readFreesurferSurface,
    put(mesh, 0, Buffer.from([255, 255, 255])),
    "a triangle surface must begin with bytes ff ff fe, got bytes ff ff ff. It holds quadrangles, or values of vertices: convert a surface with mris_convert",
    0,
  ],
  [
    "a surface: no end of its comment",
    readFreesurferSurface,
    mesh.subarray(0, 8),
    `the file must hold a comment, a line, got no end of one. ${again}`,
    3,
  ],
  [
    "a surface: fewer vertices than none",
    readFreesurferSurface,
    put(mesh, 12, int(-3)),
    "the number of vertices must be a whole number from 0, got -3",
    12,
  ],
  [
    "a surface: more vertices than bytes",
    readFreesurferSurface,
    put(mesh, 12, int(2 ** 31 - 1)),
    `the file must hold 2147483647 vertices, 25769803764 bytes, got 48. ${again}`,
    20,
  ],
  [
    "a surface: triangles that end early",
    readFreesurferSurface,
    mesh.subarray(0, -1),
    `the file must hold 1 triangles, 12 bytes, got 11. ${again}`,
    56,
  ],
  [
    "a surface: a coordinate that is not finite",
    readFreesurferSurface,
    put(mesh, 36, float(Number.NaN)),
    "coordinates must be finite, got NaN (vertex 1)",
    36,
  ],
  [
    "a surface: a triangle of a vertex that is not there",
    readFreesurferSurface,
    put(mesh, 64, int(3)),
    "triangles must name vertices in 0..2, got 3 (triangle 0)",
    64,
  ],
  [
    "a surface: a negative vertex",
    readFreesurferSurface,
    put(mesh, 56, int(-1)),
    "triangles must name vertices in 0..2, got -1 (triangle 0)",
    56,
  ],
  [
    "a surface: a geometry in another order",
    readFreesurferSurface,
    withGeometry(geometry.slice(1)),
    'the geometry must go on with "valid = ", got "filename = a.mgz"',
    mesh.length + 12,
  ],
  [
    "a surface: a geometry of two numbers",
    readFreesurferSurface,
    withGeometry([...geometry.slice(0, 2), "volume = 256 256\n", ...geometry.slice(3)]),
    'the geometry\'s volume must be three numbers, got "256 256"',
    mesh.length + 12 + geometry.slice(0, 2).join("").length,
  ],
  [
    "a surface: a geometry that ends early",
    readFreesurferSurface,
    withGeometry(geometry.slice(0, 7)),
    `the file must hold the geometry's cras, a line, got no end of one. ${again}`,
    mesh.length + 12 + geometry.slice(0, 7).join("").length,
  ],
  ["an annotation: nothing", readFreesurferAnnot, new Uint8Array(0), empty, 0],
  [
    "an annotation: more vertices than bytes",
    readFreesurferAnnot,
    put(annot(first), 0, int(1e9)),
    `the file must hold the values of 1000000000 vertices, 8000000000 bytes, got ${annot(first).length - 4}. ${again}`,
    4,
  ],
  [
    "an annotation: a vertex twice",
    readFreesurferAnnot,
    put(annot(first, second), 12, int(0)),
    "each vertex of 0..1 must be given once, got 0 twice",
    12,
  ],
  [
    "an annotation: a vertex that is not there",
    readFreesurferAnnot,
    put(annot(first, second), 12, int(2)),
    "each vertex of 0..1 must be given once, got 2",
    12,
  ],
  [
    "an annotation: no colour table",
    readFreesurferAnnot,
    pairs,
    "an annotation must hold a colour table, which names its labels, got none",
    tableAt,
  ],
  [
    "an annotation: a colour table that is not there",
    readFreesurferAnnot,
    join(pairs, int(0)),
    "an annotation must hold a colour table, which names its labels, got none",
    tableAt,
  ],
  [
    "an annotation: a later version",
    readFreesurferAnnot,
    put(annot(first, second), tableAt + 4, int(-3)),
    "the version of the colour table must be 2, got 3",
    tableAt + 4,
  ],
  [
    "an annotation: a key twice",
    readFreesurferAnnot,
    annot(first, first),
    "keys of labels must lie in 0..1 and differ, got 0 twice",
    firstAt + first.length,
  ],
  [
    "an annotation: a key beyond the largest",
    readFreesurferAnnot,
    annot(first, entry(2, "b", 0, 0, 7, 0)),
    "keys of labels must lie in 0..1 and differ, got 2",
    firstAt + first.length,
  ],
  [
    "an annotation: a label missing",
    readFreesurferAnnot,
    annot(first),
    `the file must hold the key of a label, 4 bytes, got 0. ${again}`,
    firstAt + first.length,
  ],
  [
    "an annotation: a name of nonsensical length",
    readFreesurferAnnot,
    put(annot(first, second), firstAt + 4, int(1e9)),
    `the file must hold the name of a label, 1000000000 bytes, got ${first.length - 8 + second.length}. ${again}`,
    firstAt + 8,
  ],
  [
    "an annotation: a colour that is none",
    readFreesurferAnnot,
    annot(entry(0, "a", 25, 256, 0, 0), second),
    'a label\'s colour must be four numbers in 0..255, got 25 256 0 0 ("a")',
    firstAt + 10,
  ],
  [
    "an annotation: a value of no label",
    readFreesurferAnnot,
    put(annot(first, second), 8, int(99)),
    "the value of a vertex must be the colour of one label, got 99 (vertex 0), which no label has",
    8,
  ],
  [
    "an annotation: a value of two labels",
    readFreesurferAnnot,
    annot(first, entry(1, "b", 25, 5, 0, 0)),
    "the value of a vertex must be the colour of one label, got 1305 (vertex 0), which several labels have",
    8,
  ],
  [
    "an older annotation: more labels than bytes",
    readFreesurferAnnot,
    join(pairs, int(1, 1e9, 4), text("lut\0")),
    `the file must hold the length of the name of a label, 4 bytes, got 0. ${again}`,
    tableAt + 16,
  ],
  [
    "numbers of vertices: nothing",
    readFreesurferMorph,
    new Uint8Array(2),
    `the file must hold its magic number or number of vertices, 3 bytes, got 2. ${again}`,
    0,
  ],
  [
    "numbers of vertices: a surface",
    readFreesurferMorph,
    mesh,
    "a file of numbers of vertices must begin with bytes ff ff ff, got a surface",
    0,
  ],
  [
    "numbers of vertices: more than bytes",
    readFreesurferMorph,
    put(curv, 3, int(2 ** 31 - 1)),
    `the file must hold the numbers of 2147483647 vertices, 8589934588 bytes, got 8. ${again}`,
    15,
  ],
  [
    "numbers of vertices: two for each",
    readFreesurferMorph,
    put(curv, 11, int(2)),
    "there must be one number for each vertex, got 2",
    11,
  ],
  [
    "numbers of vertices: something behind them",
    readFreesurferMorph,
    join(curv, text("x")),
    "the file must end after the numbers of 2 vertices, got 1 bytes more. Is it a file of numbers of vertices?",
    23,
  ],
  [
    "numbers of vertices: another format",
    readFreesurferMorph,
    text("<GIFTI>"),
    `the file must hold the numbers of 3950409 vertices, 7900818 bytes, got 1. ${again}`,
    6,
  ],
  ["a label: nothing", readFreesurferLabel, new Uint8Array(0), empty, 0],
  [
    "a label: no number",
    readFreesurferLabel,
    text("#a\n"),
    'the second line must be the number of vertices, got ""',
    3,
  ],
  [
    "a label: a number that is none",
    readFreesurferLabel,
    text("#a\n-1\n"),
    'the second line must be the number of vertices, got "-1"',
    3,
  ],
  [
    "a label: fewer vertices than said",
    readFreesurferLabel,
    text(label.replace("\n2\n", "\n1000000000\n")),
    `a label must hold 1000000000 vertices, as its second line says, got 2. ${again}`,
    14,
  ],
  [
    "a label: more vertices than said",
    readFreesurferLabel,
    text(label.replace("\n2\n", "\n1\n")),
    "a label must hold 1 vertices, as its second line says, got 2",
    14,
  ],
  [
    "a label: four numbers in a line",
    readFreesurferLabel,
    text(label.replace(" 0.5", "")),
    'a line must be vertex, x, y, z, value, got "4 1 2 3"',
    26,
  ],
  [
    "a label: a word",
    readFreesurferLabel,
    text(label.replace("0.5", "x")),
    'a line must be vertex, x, y, z, value, got "4 1 2 3 x"',
    26,
  ],
  [
    "a label: one of a volume",
    readFreesurferLabel,
    text(label.replace("4 1", "-1 1")),
    "a vertex must be a whole number from 0, got -1. It was made in a volume: bring it to a surface with mri_label2label",
    26,
  ],
  [
    "a label: a vertex twice",
    readFreesurferLabel,
    text(label.replace("4 1", "0 1")),
    "a vertex must be given once, got 0 twice",
    26,
  ],
  ["MGH: nothing", readMgh, new Uint8Array(0), empty, 0],
  [
    "MGH: another version",
    readMgh,
    put(good, 0, int(2)),
    "an MGH file must begin with its version, 1, got 2. Is it an MGH file?",
    0,
  ],
  [
    "MGH: an unknown type",
    readMgh,
    put(good, 20, int(2)),
    "the type must be one of 0 (uint8), 1 (int32), 3 (float32), 4 (int16), got 2. Convert it with mri_convert",
    20,
  ],
  [
    "MGH: an axis of nothing",
    readMgh,
    put(good, 8, int(0)),
    "the dimensions must be from 1 and make an array that a file can hold, got 2 x 0 x 1 x 1",
    4,
  ],
  [
    "MGH: axes beyond all files",
    readMgh,
    put(good, 4, int(2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1)),
    "the dimensions must be from 1 and make an array that a file can hold, got 2147483647 x 2147483647 x 2147483647 x 1",
    4,
  ],
  [
    "MGH: a direction that is not finite",
    readMgh,
    put(good, 46, float(Number.NaN)),
    "its geometry must be finite, got NaN",
    46,
  ],
  [
    "MGH: values that end early",
    readMgh,
    good.subarray(0, -1),
    `the file must hold 2 x 1 x 1 x 1 values of float32, 8 bytes, got 7. ${again}`,
    284,
  ],
  [
    "MGH: half a header",
    readMgh,
    good.subarray(0, 100),
    `the file must hold its header, 194 bytes, got 10. ${again}`,
    90,
  ],
  [
    "MGH: half a compressed file",
    readMgh,
    gzipSync(good).subarray(0, 30),
    "a file that begins as gzip must be a whole gzip stream, got one that is not (unexpected end of file). It looks truncated or damaged: fetch it again",
    undefined,
  ],
];

describe("the readers of FreeSurfer's formats refuse", () => {
  it.each(malformed)("by hand: %s", (_, read, bytes, message, byteOffset) => {
    const whole = byteOffset === undefined ? `a: ${message}` : `a: ${message} (at byte ${byteOffset})`;
    expect(() => read(bytes, { path: "a" })).toThrow(
      expect.objectContaining({ name: "FormatError", path: "a", byteOffset, message: whole }),
    );
  });

  it("by hand: none of the good files that these were made of", () => {
    expect(readFreesurferSurface(withGeometry(geometry)).geometry?.cRas).toEqual([5.4, 18, 0]);
    expect([...readFreesurferAnnot(annot(first, second)).vertexLabels]).toEqual([0, -1]);
    expect([...readFreesurferMorph(curv)]).toEqual([1, 2]);
    expect([...readFreesurferLabel(text(label)).vertices]).toEqual([0, 4]);
    expect([...readMgh(good).data]).toEqual([1, 2]);
  });
});
