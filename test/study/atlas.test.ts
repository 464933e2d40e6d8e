import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import type { TargetSpace } from "../../src/responses/target.ts";
import { loadAtlas } from "../../src/study/atlas.ts";
import { loadSurfaces } from "../../src/study/surfaces.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const int = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Int32Array.of(value).buffer).reverse()));
const float = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Float32Array.of(value).buffer).reverse()));
const text = (value: string) => Buffer.concat([int(value.length + 1), Buffer.from(`${value}\0`)]);
/** An annotation of four vertices: none, "a", "b", "a". */
const annot = Buffer.concat([
  int(4),
  int(0, 0, 1, 5, 2, 7 * 256, 3, 5),
  int(1, -2, 2),
  text("table"),
  int(2),
  int(0),
  text("a"),
  int(5, 0, 0, 0),
  int(1),
  text("b"),
  int(0, 7, 0, 0),
]);
const labels = writeGifti({
  metadata: {},
  labels: [
    { key: 1, name: "a", rgba: [1, 0, 0, 1] },
    { key: 2, name: "b", rgba: [0, 1, 0, 1] },
  ],
  arrays: [
    {
      intent: "NIFTI_INTENT_LABEL",
      dataType: "NIFTI_TYPE_INT32",
      dimensions: [4],
      metadata: {},
      data: Int32Array.of(0, 1, 2, 1),
      coordinateSystems: [],
    },
  ],
});
const filesOf = (files: Readonly<Record<string, Uint8Array | string>>) => {
  const read = async (path: string) => {
    const content = files[path];
    if (content === undefined) throw new Error(`no ${path}`);
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  return { read, readGifti: async (path: string) => readGifti(await read(path), { path }) };
};
const surface: TargetSpace = { kind: "surface", space: "tiny", nVertices: [3, 4] };
const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const volume: TargetSpace = { kind: "volume", space: "tiny", shape: [2, 2, 1], affine, voxels: Int32Array.of(1, 2, 3) };
/** The right cortex without its vertex 1, after one voxel. */
const grayordinate: TargetSpace = {
  kind: "grayordinate",
  space: "tiny",
  grayordinates: {
    kind: "grayordinates",
    volume: { shape: [1, 1, 1], affine },
    models: [
      { kind: "voxels", structure: "CIFTI_STRUCTURE_THALAMUS_RIGHT", start: 0, voxels: Int32Array.of(0, 0, 0) },
      {
        kind: "surface",
        structure: "CIFTI_STRUCTURE_CORTEX_RIGHT",
        start: 1,
        nVertices: 4,
        vertices: Int32Array.of(0, 2, 3),
      },
    ],
  },
};
const regions = async (path: string, space: TargetSpace | undefined, files: Record<string, Uint8Array | string>) =>
  (await loadAtlas([path], space, filesOf(files))).map(({ name, hemi, targets }) => [name, hemi, ...targets]);

describe("loadAtlas (by hand)", () => {
  it.each([
    ["rh.aparc.annot", annot],
    ["hemi-R_dseg.label.gii", labels],
  ])("%s: columns of surfaces and of the cortex of grayordinates", async (path, bytes) => {
    expect(await regions(path, surface, { [path]: bytes })).toEqual([
      ["a", "R", 4, 6],
      ["b", "R", 5],
    ]);
    // Vertex 1 has no column: of "a" only vertex 3 is left.
    expect(await regions(path, grayordinate, { [path]: bytes })).toEqual([
      ["a", "R", 3],
      ["b", "R", 2],
    ]);
  });

  const dseg = writeNifti({ shape: [2, 2, 1], affine, data: Float32Array.of(9, 4, 4, 0) });
  it("numbers of a volume by the names of their table", async () => {
    const files = { "x_dseg.nii": dseg, "x_dseg.tsv": "index\tname\n9\toutside\n4\tinside\n" };
    expect(await regions("x_dseg.nii", volume, files)).toEqual([["inside", "n/a", 0, 1]]);
  });

  it.each<[string, TargetSpace | undefined, string, Record<string, Uint8Array | string>, string, RegExp]>([
    [
      "regions of regions",
      { kind: "region" },
      "lh.annot",
      { "lh.annot": annot },
      "OptionError",
      /got region time series\. Leave `regions` out/,
    ],
    [
      "no hemisphere in the name",
      surface,
      "x.annot",
      { "x.annot": annot },
      "OptionError",
      /the file must say its hemisphere/,
    ],
    [
      "another surface",
      surface,
      "lh.annot",
      { "lh.annot": annot },
      "OptionError",
      /^lh\.annot: vertices must be as many as the responses have on hemi-L \(3, space tiny\), got 4/,
    ],
    [
      "another grid",
      volume,
      "x.nii",
      { "x.nii": writeNifti({ shape: [2, 2, 2], affine, data: new Float32Array(8) }), "x.tsv": "index\tname\n" },
      "FormatError",
      /^x\.nii: the shape must be that of the responses \(2 x 2 x 1\), got 2 x 2 x 2/,
    ],
    [
      "a number without a name",
      volume,
      "x.nii",
      { "x.nii": dseg, "x.tsv": "index\tname\n9\toutside\n" },
      "FormatError",
      /^x\.nii: every voxel must carry a number of x\.tsv, got 4 \(voxel 1\)/,
    ],
    [
      "an index that is given twice",
      volume,
      "x.nii",
      { "x.nii": dseg, "x.tsv": "index\tname\n4\ta\n9\tb\n4\tc\n" },
      "FormatError",
      /^x\.tsv: indices must be whole numbers, each once, got 4 twice \(row 3\)/,
    ],
    [
      "two regions of one name",
      volume,
      "x.nii",
      {
        "x.nii": writeNifti({ shape: [2, 2, 1], affine, data: Float32Array.of(0, 4, 9, 9) }),
        "x.tsv": "index\tname\n4\ta\n9\ta\n",
      },
      "OptionError",
      /^`regions`: regions must have names of their own, got "a" twice \(x\.nii\)/,
    ],
    [
      "an atlas without a voxel that is scored",
      volume,
      "x.nii",
      {
        "x.nii": writeNifti({ shape: [2, 2, 1], affine, data: Float32Array.of(4, 0, 0, 0) }),
        "x.tsv": "index\tname\n4\ta\n",
      },
      "OptionError",
      /^`regions`: a region must have a vertex or voxel that is scored, got none that has \(x\.nii\)/,
    ],
    [
      "an atlas of several volumes",
      volume,
      "x.nii",
      { "x.nii": writeNifti({ shape: [2, 2, 1, 2], affine, data: new Float32Array(8) }), "x.tsv": "index\tname\n" },
      "FormatError",
      /^x\.nii: an atlas must be one volume, got 2 x 2 x 1 x 2/,
    ],
  ])("refuses %s", async (_, space, path, files, name, message) => {
    const error = (await regions(path, space, files).catch((e: unknown) => e)) as Error;
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
  });
});

it("by hand: a mesh of FreeSurfer is drawn on as a GIFTI is", async () => {
  const mesh = Buffer.concat([
    Buffer.from([255, 255, 254]),
    Buffer.from("made\n\n"),
    int(3, 1),
    float(0, 0, 0, 1, 0, 0, 0, 1, 0),
    int(0, 1, 2),
  ]);
  const [drawn] = await loadSurfaces(["x/lh.inflated"], surface, filesOf({ "x/lh.inflated": mesh }));
  expect(drawn).toMatchObject({ hemi: "L", name: "lh.inflated" });
  expect([...drawn!.coordinates, ...drawn!.triangles]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 2]);
});

describeWithShared("the Destrieux atlas of fsaverage5", "data/fsaverage5", () => {
  it("by its documentation: 74 regions a hemisphere, over all vertices but the medial wall", async () => {
    const path = shared("data/fsaverage5/lh.aparc.a2009s.fsaverage5.annot");
    const space: TargetSpace = { kind: "surface", space: "fsaverage5", nVertices: [10242, 10242] };
    const found = await loadAtlas([path], space, filesOf({ [path]: readFileSync(path) }));
    const names = found.map(({ name }) => name).filter((name) => name !== "Medial_wall");
    expect(names).toHaveLength(74);
    expect(names).toContain("S_temporal_sup");
    const covered = found.reduce((sum, { targets }) => sum + targets.length, 0);
    expect(covered).toBeGreaterThan(9000);
    expect(covered).toBeLessThan(10242);
  });
});
