import { describe, expect, test } from "vitest";
import { type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { loadSurfaces } from "../../src/study/surfaces.ts";

/** A tetrahedron, but for what is changed. */
function mesh(
  change: { readonly points?: Float32Array<ArrayBuffer>; readonly triangles?: Int32Array<ArrayBuffer> } = {},
) {
  const points = change.points ?? Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const triangles = change.triangles ?? Int32Array.of(0, 1, 2, 0, 1, 3, 0, 2, 3, 1, 2, 3);
  const array = (intent: string, dataType: GiftiArray["dataType"], data: GiftiArray["data"]) => ({
    ...{ intent, dataType, data, metadata: {}, coordinateSystems: [] },
    dimensions: data.length % 3 === 0 ? [data.length / 3, 3] : [data.length],
  });
  return writeGifti({
    ...{ metadata: {}, labels: [] },
    arrays: [
      array("NIFTI_INTENT_POINTSET", "NIFTI_TYPE_FLOAT32", points),
      array("NIFTI_INTENT_TRIANGLE", "NIFTI_TYPE_INT32", triangles),
    ],
  });
}
const space = { kind: "surface", space: "tiny", nVertices: [4, 4] } as const;
const load = (bytes: Uint8Array) =>
  loadSurfaces(["a/lh.tiny.surf.gii"], space, {
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
