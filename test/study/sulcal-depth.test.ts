import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FormatError, OptionError } from "../../src/errors.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import type { Surface } from "../../src/report/result.ts";
import { loadAtlas } from "../../src/study/atlas.ts";
import { outsideFiles } from "../../src/study/outside-files.ts";
import { shadeSurfaces } from "../../src/study/sulcal-depth.ts";
import { loadSurfaces } from "../../src/study/surfaces.ts";
import { describeWithShared, shared } from "../support/shared.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-sulc-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shape = (...values: number[]) =>
  writeGifti({
    metadata: {},
    labels: [],
    arrays: [
      {
        intent: "NIFTI_INTENT_SHAPE",
        dataType: "NIFTI_TYPE_FLOAT32",
        dimensions: [values.length],
        data: Float32Array.from(values),
        metadata: {},
        coordinateSystems: [],
      },
    ],
  });
/** FreeSurfer's new format: ff ff ff, vertices, triangles, numbers a vertex, the numbers, all with the highest byte first. */
function morph(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(15 + 4 * values.length));
  view.setUint32(0, 0xffffff00);
  view.setInt32(3, values.length);
  view.setInt32(7, 4);
  view.setInt32(11, 1);
  values.forEach((value, i) => {
    view.setFloat32(15 + 4 * i, value);
  });
  return new Uint8Array(view.buffer);
}
const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);

/** A tetrahedron as the surface of a hemisphere; where it lies, the name alone says. */
const surface = (hemi: "L" | "R"): Surface => ({
  hemi,
  name: "tiny",
  coordinates: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1),
  triangles: Int32Array.of(0, 1, 2, 0, 1, 3, 0, 2, 3, 1, 2, 3),
});
const shade = (names: readonly string[], hemis: readonly ("L" | "R")[], sulc?: readonly string[]) =>
  shadeSurfaces(
    hemis.map(surface),
    { surfaces: names.map((name) => join(folder, name)), sulc, space: "tiny" },
    outsideFiles(),
  );
const depths = [1, -2, 3, -4];

describe("sulcal depth beside the surfaces (by hand)", () => {
  test.each([
    ["lh.inflated", "lh.sulc", morph],
    ["infl_left.gii.gz", "sulc_left.gii", shape],
    ["tpl-x_hemi-L_inflated.surf.gii", "tpl-x_hemi-L_sulc.shape.gii", shape],
    ["x.L.inflated.32k_fs_LR.surf.gii", "x.L.sulc.32k_fs_LR.shape.gii", shape],
  ])("of %s is %s", async (mesh, sulc, write) => {
    put(sulc, write(...depths));
    const [shaded] = await shade([mesh], ["L"]);
    expect([...shaded!.shading!]).toEqual(depths);
    expect(shaded!.shadingName).toBe(sulc);
  });

  test.each([
    ["the other hemisphere's", "rh.sulc", morph, depths],
    ["one with other vertices", "lh.sulc", morph, [1, 2]],
    ["a file of something else", "lh.sulcus", morph, depths],
    ["another template's", "tpl-y_hemi-L_sulc.shape.gii", shape, depths],
    ["another density's", "tpl-x_hemi-L_den-41k_sulc.shape.gii", shape, depths],
  ])("is not %s", async (_, sulc, write, values) => {
    put(sulc, write(...values));
    const [shaded] = await shade(["tpl-x_hemi-L_den-10k_inflated.surf.gii"], ["L"]);
    expect(shaded!.shading).toBeUndefined();
  });

  test("one that was not fetched is as if it were not there", async () => {
    mkdirSync(join(folder, ".git/annex/objects"), { recursive: true });
    put("lh.sulc", new TextEncoder().encode("/annex/objects/MD5E-s65--0123456789abcdef0123456789abcdef.sulc\n"));
    expect((await shade(["lh.inflated"], ["L"]))[0]!.shading).toBeUndefined();
  });

  test("none is none", async () => {
    put("lh.sulc", morph(...depths));
    expect((await shade(["lh.inflated"], ["L"], []))[0]!.shading).toBeUndefined();
  });
});

describe("sulcal depth that is named (by hand)", () => {
  test("goes before what lies beside, hemisphere by hemisphere", async () => {
    put("lh.sulc", morph(9, 9, 9, 9));
    put("one.gii", shape(...depths));
    put("other.gii", shape(5, 6, 7, 8));
    const named = [`R=${join(folder, "other.gii")}`, `L=${join(folder, "one.gii")}`];
    const shaded = await shade(["lh.inflated", "rh.inflated"], ["L", "R"], named);
    expect(shaded.map(({ shading }) => [...shading!])).toEqual([depths, [5, 6, 7, 8]]);
  });

  test.each([
    ["lh.sulc", [1, 2], OptionError, "vertices must be as many as the responses have on hemi-L (4, space tiny), got 2"],
    ["rh.sulc", depths, OptionError, "`sulc`: files must be of hemispheres that `surfaces` gives, got "],
    ["sulc.bin", depths, OptionError, "`sulc`: the file must say its hemisphere"],
  ])("is refused: %s %j", async (name, values, kind, message) => {
    put(name, morph(...values));
    const refused = shade(["lh.inflated"], ["L"], [join(folder, name)]);
    await expect(refused).rejects.toThrow(kind);
    await expect(refused).rejects.toThrow(message);
  });

  test("is refused twice, and where there are two numbers for each vertex", async () => {
    put("lh.sulc", morph(...depths));
    put("sulc_left.gii", shape(...depths));
    const both = ["lh.sulc", "sulc_left.gii"].map((name) => join(folder, name));
    await expect(shade(["lh.inflated"], ["L"], both)).rejects.toThrow(
      "`sulc`: each hemisphere must have one file, got two of L",
    );
    const mesh = writeGifti({
      metadata: {},
      labels: [],
      arrays: [
        {
          intent: "NIFTI_INTENT_SHAPE",
          dataType: "NIFTI_TYPE_FLOAT32",
          dimensions: [4, 2],
          data: new Float32Array(8),
          metadata: {},
          coordinateSystems: [],
        },
      ],
    });
    put("two_left.gii", mesh);
    const refused = shade(["lh.inflated"], ["L"], [join(folder, "two_left.gii")]);
    await expect(refused).rejects.toThrow(FormatError);
    await expect(refused).rejects.toThrow(
      "sulcal depth must be one array with a number for each vertex, got one of 4 x 2",
    );
  });
});

describeWithShared("sulcal depth of fsaverage5, as nilearn ships it", "data/fsaverage5", () => {
  const at = (name: string) => shared("data/fsaverage5", name);
  const space = { kind: "surface", space: "fsaverage5", nVertices: [10242, 10242] } as const;

  test("recovery: beside inflated surfaces; above zero in the central sulcus, below on the gyrus before it", async () => {
    const files = outsideFiles();
    const surfaces = [at("infl_left.gii.gz"), at("infl_right.gii.gz")];
    const options = { surfaces, sulc: undefined, space: space.space };
    const shaded = await shadeSurfaces(await loadSurfaces(surfaces, space, files), options, files);
    expect(shaded.map(({ shadingName }) => shadingName)).toEqual(["sulc_left.gii.gz", "sulc_right.gii.gz"]);
    const atlas = ["lh", "rh"].map((hemi) => at(`${hemi}.aparc.a2009s.fsaverage5.annot`));
    for (const { name, hemi, targets } of await loadAtlas(atlas, space, files)) {
      if (name !== "S_central" && name !== "G_precentral") continue;
      const start = hemi === "L" ? 0 : 10242;
      const { shading } = shaded.find((own) => own.hemi === hemi)!;
      const mean = targets.reduce((sum, vertex) => sum + shading![vertex - start]!, 0) / targets.length;
      expect(Math.sign(mean)).toBe(name === "S_central" ? 1 : -1);
    }
  });
});
