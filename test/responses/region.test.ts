import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError, NotFoundError, OptionError } from "../../src/errors.ts";
import { type Gifti, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { hemiOfName, loadRegions, regionsOfLabels } from "../../src/responses/region.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const bytes = readFileSync(join(import.meta.dirname, "fixtures/labels.label.gii"));
const series = readFileSync(join(import.meta.dirname, "fixtures/one-array.func.gii"));

describe("loadRegions", () => {
  it("gives regions with their vertices, in the order of files and tables (oracle: made by nibabel)", async () => {
    const source = memoryStore({ "a_hemi-L_dseg.label.gii": bytes, "rh.a.label.gii": bytes });
    const regions = await loadRegions(source, [{ path: "a_hemi-L_dseg.label.gii" }, { path: "rh.a.label.gii" }]);
    // By hand: labels 0 0 1 2 1 2 2; "???" is no region, "unused" has no vertex.
    expect(regions).toEqual([
      { name: "G_temp", hemi: "L", vertices: Int32Array.of(2, 4) },
      { name: "S_front", hemi: "L", vertices: Int32Array.of(3, 5, 6) },
      { name: "G_temp", hemi: "R", vertices: Int32Array.of(2, 4) },
      { name: "S_front", hemi: "R", vertices: Int32Array.of(3, 5, 6) },
    ]);
  });

  it("ignores the labels that it is told to, whatever their case (by hand)", async () => {
    const files = [{ path: "x.gii", hemi: "R" as const }];
    const source = memoryStore({ "x.gii": bytes });
    const names = async (ignore: readonly string[]) =>
      (await loadRegions(source, files, { ignore })).map((region) => region.name);
    expect(await names([])).toEqual(["???", "G_temp", "S_front"]);
    expect(await names(["g_TEMP"])).toEqual(["???", "S_front"]);
  });

  it("asks for the hemisphere where the name does not say it", async () => {
    const source = memoryStore({ "x.label.gii": bytes });
    await expect(loadRegions(source, [{ path: "x.label.gii" }])).rejects.toThrow(OptionError);
    await expect(loadRegions(source, [{ path: "x.label.gii" }])).rejects.toThrow(/the name must say the hemisphere/);
    await expect(loadRegions(source, [{ path: "y.label.gii", hemi: "L" }])).rejects.toThrow(NotFoundError);
  });

  it("refuses a GIFTI without labels", async () => {
    const load = loadRegions(memoryStore({ "lh.gii": series }), [{ path: "lh.gii" }]);
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(/one array of NIFTI_INTENT_LABEL, got 0 \(intents: NIFTI_INTENT_TIME_SERIES\)/);
  });

  it("refuses vertices whose number the table does not name, but for 0", () => {
    const whole = readGifti(bytes);
    const without = (key: number): Gifti =>
      readGifti(writeGifti({ ...whole, labels: whole.labels.filter((label) => label.key !== key) }));
    const options = { path: "lh.gii", hemi: "L" } as const;
    expect(() => regionsOfLabels(without(2), options)).toThrow(FormatError);
    expect(() => regionsOfLabels(without(2), options)).toThrow(/lh\.gii: every vertex must .* got 2 \(vertex 3\)/);
    expect(regionsOfLabels(without(0), options).map((region) => region.name)).toEqual(["G_temp", "S_front"]);
  });
});

describe("hemiOfName", () => {
  it.each([
    ["atlas/tpl-fsaverage_hemi-L_den-10k_dseg.label.gii", "L"],
    ["hemi-R_dseg.label.gii", "R"],
    ["lh.aparc.annot.gii", "L"],
    ["fsaverage.R.aparc.label.gii", "R"],
    ["R/left.label.gii", "L"],
    ["infl_left.gii.gz", "L"],
    ["pial_right.gii.gz", "R"],
    ["fs_LR.32k.R.inflated.surf.gii", "R"],
    ["sub-01_hemi-lh_inflated.surf.gii", "L"],
    ["LH_white.gii", "L"],
    ["left_to_right.gii", undefined],
    ["sub-l_mesh.gii", undefined],
    ["xhemi-L2_dseg.label.gii", undefined],
  ])("%s says %s (by hand)", (path, hemi) => {
    expect(hemiOfName(path)).toBe(hemi);
  });
});
