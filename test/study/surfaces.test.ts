import { describe, expect, test } from "vitest";
import { type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { outsideFiles } from "../../src/study/outside-files.ts";
import { loadSurfaces } from "../../src/study/surfaces.ts";
import { describeWithShared, shared } from "../support/shared.ts";

/** A tetrahedron, but for what is changed. */
function mesh(
  change: { readonly points?: Float32Array<ArrayBuffer>; readonly triangles?: Int32Array<ArrayBuffer> } = {},
  structure?: string,
) {
  const points = change.points ?? Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const triangles = change.triangles ?? Int32Array.of(0, 1, 2, 0, 1, 3, 0, 2, 3, 1, 2, 3);
  const array = (intent: string, dataType: GiftiArray["dataType"], data: GiftiArray["data"]) => ({
    intent,
    dataType,
    data,
    coordinateSystems: [],
    metadata: structure === undefined ? {} : { AnatomicalStructurePrimary: structure },
    dimensions: data.length % 3 === 0 ? [data.length / 3, 3] : [data.length],
  });
  return writeGifti({
    metadata: {},
    labels: [],
    arrays: [
      array("NIFTI_INTENT_POINTSET", "NIFTI_TYPE_FLOAT32", points),
      array("NIFTI_INTENT_TRIANGLE", "NIFTI_TYPE_INT32", triangles),
    ],
  });
}
const space = { kind: "surface", space: "tiny", nVertices: [4, 4] } as const;
const load = (bytes: Uint8Array, paths: readonly string[] = ["a/lh.tiny.surf.gii"]) =>
  loadSurfaces(paths, space, {
    read: async () => bytes,
    readGifti: async (path) => readGifti(bytes, { path }),
  });

describe("loadSurfaces (by hand)", () => {
  test("points and triangles of a mesh", async () => {
    const [surface] = await load(mesh());
    expect(surface).toMatchObject({ hemi: "L", name: "lh.tiny" });
    expect([...surface!.triangles.slice(0, 6)]).toEqual([0, 1, 2, 0, 1, 3]);
  });

  test.each([
    ["a/infl_left.gii.gz", undefined, "L"],
    ["a/infl_right.gii.gz", "CortexRight", "R"],
    ["a/mesh.gii", "CortexLeft", "L"],
    ["R=a/mesh.gii", undefined, "R"],
    // Who says it, knows it.
    ["L=a/right.gii", "CortexRight", "L"],
  ])("the hemisphere of %s with the structure %s is %s", async (path, structure, hemi) => {
    const [surface] = await load(mesh({}, structure), [path]);
    expect(surface!.hemi).toBe(hemi);
  });

  test.each([
    [["a/mesh.gii"], undefined, "the file must say its hemisphere, by its name (hemi-L, lh., .L., left)"],
    [["a/left.gii"], "CortexRight", "a file's name and its own metadata must say one hemisphere, got L and R"],
    [["a/infl_left.gii", "a/pial_left.gii"], undefined, "each hemisphere must have one mesh, got two of L"],
  ])("refused: %j with the structure %s", async (paths, structure, message) => {
    await expect(load(mesh({}, structure), paths)).rejects.toMatchObject({
      name: "OptionError",
      message: expect.stringContaining(`\`surfaces\`: ${message}`) as string,
    });
  });

  test.each([
    [
      "a corner beyond the vertices",
      { triangles: Int32Array.of(0, 1, 2, 0, 1, 4) },
      "corners of triangles must be vertices, 0..3, got 4 (triangle 1)",
    ],
    [
      "a negative corner",
      { triangles: Int32Array.of(0, -1, 2) },
      "corners of triangles must be vertices, 0..3, got -1 (triangle 0)",
    ],
    [
      "a corner too few",
      { triangles: Int32Array.of(0, 1, 2, 3) },
      "triangles must have three corners each, got 4 corners",
    ],
    [
      "a point that is nowhere",
      { points: Float32Array.of(0, 0, 0, 1, 0, 0, 0, Number.NaN, 0, 0, 0, 1) },
      "points must have finite coordinates, got NaN (vertex 2)",
    ],
    [
      "a point infinitely far away",
      { points: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, Number.POSITIVE_INFINITY) },
      "points must have finite coordinates, got Infinity (vertex 3)",
    ],
  ])("refused: %s", async (_, change, message) => {
    await expect(load(mesh(change))).rejects.toMatchObject({
      name: "FormatError",
      message: `a/lh.tiny.surf.gii: ${message}. The file is damaged: fetch or make it again`,
    });
  });
});

// By hand: 10,242 vertices and 2 (10,242 - 2) triangles each (Euler, for a closed surface); x is positive to the right.
describeWithShared("fsaverage5 as nilearn names it", "data/fsaverage5", () => {
  test.each(["infl", "pial", "white"])("%s_left.gii.gz and %s_right.gii.gz", async (kind) => {
    const paths = ["left", "right"].map((side) => shared("data/fsaverage5", `${kind}_${side}.gii.gz`));
    const fsaverage5 = { kind: "surface", space: "fsaverage5", nVertices: [10_242, 10_242] } as const;
    const surfaces = await loadSurfaces(paths, fsaverage5, outsideFiles());
    expect(surfaces.map(({ hemi }) => hemi)).toEqual(["L", "R"]);
    for (const { coordinates, triangles } of surfaces) {
      expect([coordinates.length / 3, triangles.length / 3]).toEqual([10_242, 20_480]);
    }
    if (kind === "infl") return;
    const [left, right] = surfaces.map(({ coordinates }) => {
      const x = coordinates.filter((_, i) => i % 3 === 0);
      return x.reduce((sum, value) => sum + value, 0) / x.length;
    });
    expect([left! < 0, right! > 0]).toEqual([true, true]);
  });
});
