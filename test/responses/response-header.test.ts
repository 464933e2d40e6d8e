import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { writeCifti } from "../../src/formats/cifti-write.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import type { ResponseFiles } from "../../src/responses/find.ts";
import { readResponseHeader } from "../../src/responses/response-header.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const series = { shape: [2, 3, 4, 5], affine, data: new Float32Array(120) };
const functional = (dimensions: readonly number[], nArrays = 1) =>
  writeGifti({
    metadata: {},
    labels: [],
    arrays: Array.from({ length: nArrays }, () => ({
      intent: "NIFTI_INTENT_TIME_SERIES",
      dataType: "NIFTI_TYPE_FLOAT32" as const,
      dimensions,
      metadata: {},
      data: new Float32Array(dimensions.reduce((product, n) => product * n, 1)),
      coordinateSystems: [],
    })),
  });
const dense = writeCifti({
  rows: { kind: "series", start: 0, step: 0.72, unit: "SECOND" },
  columns: {
    kind: "grayordinates",
    models: [
      {
        kind: "surface",
        structure: "CIFTI_STRUCTURE_CORTEX_LEFT",
        start: 0,
        nVertices: 9,
        vertices: Int32Array.of(1, 3),
      },
    ],
    volume: undefined,
  },
  metadata: {},
  data: { data: new Float32Array(10), nRows: 5, nColumns: 2 },
});

async function header(files: Readonly<Record<string, Uint8Array | string>>, kind: ResponseFiles["kind"]) {
  const store = memoryStore({ "dataset_description.json": "{}", ...files }, "data");
  const paths = Object.keys(files);
  const hemispheres = paths.map((path) => /^[LR](?=\.gii)/.exec(path)?.[0] ?? "n/a");
  const found = { files: paths, kind, space: "n/a", hemispheres } as unknown as ResponseFiles;
  return readResponseHeader(await loadDataset(store), found);
}

describe("readResponseHeader (by hand)", () => {
  it("tells when the first volume of a CIFTI series was, and which hemisphere a GIFTI says", async () => {
    const rows = { kind: "series", start: 6, step: 1.5, unit: "SECOND" } as const;
    const models = [
      {
        kind: "surface" as const,
        structure: "CIFTI_STRUCTURE_CORTEX_LEFT",
        start: 0,
        nVertices: 2,
        vertices: Int32Array.of(0),
      },
    ] as const;
    const late = writeCifti({
      rows,
      columns: { kind: "grayordinates" as const, models, volume: undefined },
      metadata: {},
      data: { data: new Float32Array(4), nRows: 4, nColumns: 1 },
    });
    expect(await header({ "a.dtseries.nii": late }, "grayordinate")).toMatchObject({
      seriesStart: 6,
      repetitionTime: 1.5,
      hemispheres: [undefined],
    });
    expect(await header({ "L.gii": functional([7, 5]) }, "surface")).toMatchObject({
      seriesStart: 0,
      hemispheres: [undefined],
    });
  });

  it.each<[string, Readonly<Record<string, Uint8Array | string>>, ResponseFiles["kind"], object]>([
    [
      "a table",
      { "a.tsv": "A\tB\n1\t2\n3\t4\n5\t6\n" },
      "region",
      { nVolumes: 3, nTargets: [2], repetitionTime: undefined },
    ],
    [
      "hemispheres as tables of vertices by volumes",
      { "L.gii": functional([7, 5]), "R.gii": functional([6, 5]) },
      "surface",
      { nVolumes: 5, nTargets: [7, 6], space: { kind: "surface", space: "n/a", nVertices: [7, 6] } },
    ],
    ["an array a volume", { "L.gii": functional([7], 5) }, "surface", { nVolumes: 5, nTargets: [7] }],
    [
      "volumes with a time",
      { "a.nii.gz": writeNifti({ ...series, repetitionTime: 1.5 }, { gzip: true }) },
      "volume",
      { nVolumes: 5, nTargets: [24], repetitionTime: 1.5 },
    ],
    [
      "volumes without",
      { "a.nii": writeNifti(series) },
      "volume",
      { nVolumes: 5, nTargets: [24], repetitionTime: undefined },
    ],
    [
      "grayordinates",
      { "a.dtseries.nii": dense },
      "grayordinate",
      { nVolumes: 5, nTargets: [2], repetitionTime: 0.72 },
    ],
  ])("%s", async (_, files, kind, expected) => {
    expect(await header(files, kind)).toMatchObject(expected);
  });

  it("reads no more of a file than says it: what comes after may be missing", async () => {
    const cut = (bytes: Uint8Array, length: number) => bytes.subarray(0, length);
    expect(await header({ "a.nii": cut(writeNifti(series), 400) }, "volume")).toMatchObject({ nVolumes: 5 });
    expect(await header({ "a.dtseries.nii": cut(dense, dense.length - 40) }, "grayordinate")).toMatchObject({
      nVolumes: 5,
    });
    const gifti = functional([7, 5]);
    const at = Buffer.from(gifti).indexOf("<Data>") + 6;
    expect(await header({ "L.gii": cut(gifti, at) }, "surface")).toMatchObject({ nVolumes: 5 });
  });

  it("refuses hemispheres that differ in volumes, and functional files without arrays", async () => {
    await expect(header({ "L.gii": functional([7, 5]), "R.gii": functional([7, 4]) }, "surface")).rejects.toMatchObject(
      {
        name: "FormatError",
        message: expect.stringMatching(
          /^R\.gii: hemispheres must have equally many volumes, got 4 here and 5 in L\.gii/,
        ) as string,
      },
    );
    await expect(header({ "L.gii": functional([], 0) }, "surface")).rejects.toMatchObject({
      name: "FormatError",
      message: "L.gii: a functional GIFTI must hold arrays, got none. Fetch it again",
    });
  });

  it("tells runs apart whose columns are as many and mean something else", async () => {
    const placesOf = async (files: Readonly<Record<string, Uint8Array | string>>, kind: ResponseFiles["kind"]) =>
      (await header(files, kind)).places;
    expect(await placesOf({ "a.tsv": "A\tB\n1\t2\n" }, "region")).toBe(
      await placesOf({ "b.tsv": "A\tB\n3\t4\n" }, "region"),
    );
    expect(await placesOf({ "a.tsv": "A\tB\n1\t2\n" }, "region")).not.toBe(
      await placesOf({ "a.tsv": "B\tA\n1\t2\n" }, "region"),
    );
    const moved = writeNifti({ ...series, affine: affine.with(3, 4) });
    expect(await placesOf({ "a.nii": writeNifti(series) }, "volume")).not.toBe(
      await placesOf({ "a.nii": moved }, "volume"),
    );
  });
});
