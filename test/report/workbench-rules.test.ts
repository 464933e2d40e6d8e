import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { type GiftiArray, readGifti } from "../../src/formats/gifti.ts";
import { parseXml, type XmlElement } from "../../src/formats/xml.ts";
import { phantomRegions } from "../../src/phantom/phantom-regions.ts";
import { planHemispheres } from "../../src/phantom/plan-simulation.ts";
import { seriesFile, surfaceFiles } from "../../src/phantom/surface-files.ts";
import { scoreMaps } from "../../src/report/score-maps.ts";

// What Connectome Workbench asks of a GIFTI file, as its source says (github.com/Washington-University/workbench,
// src/Gifti and src/Files). Each rule is named with the file and function that holds it; these are facts about another
// program, checked on every kind of GIFTI file that this one writes.

const values = Float64Array.of(0.25, Number.NaN, -1, 0.5, 0, 2);
const space = { kind: "surface", space: "tiny", nVertices: [4, 2] } as const;
const maps = scoreMaps("group", space, "brainScoreL8", [
  { name: "mean", values },
  { name: "n", values },
]).map(({ file }) => [file.path, file.bytes as Uint8Array] as const);
const meshes = planHemispheres(phantomRegions, 42, 0).flatMap((hemisphere) => [
  ...surfaceFiles(hemisphere, phantomRegions, hemisphere.regionOfVertex),
]);
const series = ["L", "R"].map(
  (hemi) =>
    [
      `hemi-${hemi}.func.gii`,
      seriesFile(Matrix.of(Float32Array.of(1, 2, 3, 4.5, 5, -6), 3, 2), hemi as "L" | "R", 0.72),
    ] as const,
);
const files = [...maps, ...meshes, ...series];
const ending = (path: string) => /\.(func|shape|label|surf)\.gii$/.exec(path)![1]!;
const ofKind = (...kinds: readonly string[]) => files.filter(([path]) => kinds.includes(ending(path)));
const childNames = (element: XmlElement) => element.children.map(({ name }) => name);
const named = (element: XmlElement, name: string) => element.children.filter((child) => child.name === name);
const structureOf = (path: string) => (path.includes("hemi-L") ? "CortexLeft" : "CortexRight");

describe.each(files)("%s keeps the rules of all files", (path, bytes) => {
  const root = parseXml(bytes, path);
  const arrays = named(root, "DataArray");

  it("GiftiFileSaxReader::startElement: version 1, and no elements but these", () => {
    expect(root.name).toBe("GIFTI");
    expect(Number(root.attributes.get("Version"))).toBe(1);
    for (const name of childNames(root)) expect(["MetaData", "LabelTable", "DataArray"]).toContain(name);
    for (const array of arrays) {
      for (const name of childNames(array)) {
        expect(["MetaData", "CoordinateSystemTransformMatrix", "Data"]).toContain(name);
      }
      expect(named(array, "Data").map(childNames)).toEqual([[]]);
      for (const system of named(array, "CoordinateSystemTransformMatrix")) {
        expect(childNames(system).sort()).toEqual(["DataSpace", "MatrixData", "TransformedSpace"]);
      }
    }
    for (const table of named(root, "LabelTable")) {
      for (const label of table.children) expect([label.name, childNames(label)]).toEqual(["Label", []]);
    }
  });

  it("GiftiFileSaxReader::createDataArray: attributes that must be there, with names it knows", () => {
    for (const { attributes } of arrays) {
      expect(attributes.get("Intent")).toMatch(/^NIFTI_INTENT_(POINTSET|TRIANGLE|SHAPE|LABEL|TIME_SERIES)$/);
      expect(attributes.get("Encoding")).toMatch(/^(ASCII|Base64Binary|GZipBase64Binary)$/);
      expect(attributes.get("Endian")).toMatch(/^(LittleEndian|BigEndian)$/);
      expect(attributes.get("ArrayIndexingOrder")).toMatch(/^(RowMajorOrder|ColumnMajorOrder)$/);
      for (let d = 0; d < Number(attributes.get("Dimensionality")); d++)
        expect(attributes.get(`Dim${d}`)).toMatch(/^\d+$/);
      // Of old versions every text refuses the file: the check of the number came before it was read.
      expect(attributes.get("ExternalFileOffset")).toBe("");
      expect(attributes.get("ExternalFileName")).toBe("");
    }
  });

  it("GiftiDataArray::allocateData: no types but three", () => {
    for (const { attributes } of arrays) {
      expect(attributes.get("DataType")).toMatch(/^NIFTI_TYPE_(FLOAT32|INT32|UINT8)$/);
    }
  });
});

describe("files of values and of labels", () => {
  it.each(ofKind("func", "shape", "label"))(
    "GiftiTypeFile::getStructure, verifyDataArraysHaveSameNumberOfRows: %s says its hemisphere, all arrays have its vertices",
    (path, bytes) => {
      const { metadata, arrays } = readGifti(bytes);
      expect(metadata["AnatomicalStructurePrimary"]).toBe(structureOf(path));
      expect(arrays.length).toBeGreaterThan(0);
      for (const { dimensions } of arrays) expect(dimensions).toEqual([arrays[0]!.dimensions[0]]);
    },
  );

  it.each(ofKind("func", "shape"))(
    "MetricFile::validateDataArraysAfterReading: %s holds float32, no labels",
    (_, bytes) => {
      for (const { dataType, intent } of readGifti(bytes).arrays) {
        expect([dataType, intent]).not.toContain("NIFTI_INTENT_LABEL");
        expect(dataType).toBe("NIFTI_TYPE_FLOAT32");
      }
    },
  );

  it.each(ofKind("label"))(
    "LabelFile::validateDataArraysAfterReading, GiftiLabelTable::getUnassignedLabelKey: %s holds int32 of its table, and ??? for none",
    (_, bytes) => {
      const { labels, arrays } = readGifti(bytes);
      const keys = new Set(labels.map(({ key }) => key));
      expect(labels.filter(({ name }) => name === "???")).toEqual([{ key: 0, name: "???", rgba: [0, 0, 0, 0] }]);
      for (const { dataType, intent, data } of arrays) {
        expect([dataType, intent]).toEqual(["NIFTI_TYPE_INT32", "NIFTI_INTENT_LABEL"]);
        expect([...data].every((key) => keys.has(key))).toBe(true);
      }
    },
  );
});

describe("surfaces", () => {
  it.each(ofKind("surf"))(
    "SurfaceFile::validateDataArraysAfterReading, GiftiTypeFile::getStructure: %s is points and triangles of them, and the points say the hemisphere",
    (path, bytes) => {
      const { arrays } = readGifti(bytes);
      expect(arrays).toHaveLength(2);
      const [points, triangles] = arrays as readonly [GiftiArray, GiftiArray];
      const n = points.dimensions[0]!;
      expect(points).toMatchObject({
        intent: "NIFTI_INTENT_POINTSET",
        dataType: "NIFTI_TYPE_FLOAT32",
        dimensions: [n, 3],
        metadata: { AnatomicalStructurePrimary: structureOf(path) },
      });
      expect(triangles).toMatchObject({ intent: "NIFTI_INTENT_TRIANGLE", dataType: "NIFTI_TYPE_INT32" });
      expect(triangles.dimensions[1]).toBe(3);
      for (let i = 0; i < triangles.data.length; i += 3) {
        const corners = [...triangles.data.subarray(i, i + 3)];
        expect(new Set(corners).size).toBe(3);
        expect(corners.every((vertex) => vertex >= 0 && vertex < n)).toBe(true);
      }
    },
  );
});

it("every kind of file is among them (identity)", () => {
  expect(new Set(files.map(([path]) => ending(path)))).toEqual(new Set(["func", "shape", "label", "surf"]));
});
