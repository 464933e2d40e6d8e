import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCifti } from "../../src/formats/cifti.ts";
import { writeCifti } from "../../src/formats/cifti-write.ts";
import { readNifti } from "../../src/formats/nifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { numericColumn, readTsv } from "../../src/formats/tsv.ts";
import { checkOf, createTinyStudy, type TinyStudy } from "./tiny-study.ts";

// The same series as regions, as voxels, as grayordinates and as parcels: whatever holds them, the scores are the same.
let study: TinyStudy;
const identity = [2, 0, 0, -9, 0, 2, 0, -3, 0, 0, 2, 5, 0, 0, 0, 1];
/** The grid's voxels that hold regions: every third, from the second on. */
const shape = [4, 3, 2] as const;
const voxelOf = (region: number) => 1 + 3 * region;
let names: readonly string[];

/** A file beside the region series of a run, named as they are but for entities, suffix and extension. */
function write(table: string, ending: string, bytes: Uint8Array): void {
  const path = table.replace(/_hemi-L_.*timeseries\.tsv$/, ending).replace("/data/", "/data/derivatives/images/");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

beforeAll(async () => {
  study = await createTinyStudy({ responses: "regions" });
  const tables = readdirSync(study.at("data"), { recursive: true, encoding: "utf8" }).filter((path) =>
    /hemi-L_.*timeseries\.tsv$/.test(path),
  );
  for (const relative of tables) {
    const path = study.at("data", relative);
    const table = readTsv(readFileSync(path), { path });
    names = table.columns.slice(0, 7);
    const series = names.map((name) => numericColumn(table, name));
    const nVolumes = table.rows.length;
    const size = shape[0] * shape[1] * shape[2];
    const volumes = new Float32Array(size * nVolumes);
    const matrix = new Float32Array(nVolumes * names.length);
    const mask = new Float32Array(size);
    series.forEach((values, region) => {
      mask[voxelOf(region)] = 1;
      values.forEach((value, t) => {
        volumes[t * size + voxelOf(region)] = value;
        matrix[t * names.length + region] = value;
      });
    });
    const data = { data: matrix, nRows: nVolumes, nColumns: names.length };
    const rows = { kind: "series", start: 0, step: 1.5, unit: "SECOND" } as const;
    const volume = { shape, affine: identity };
    const nifti = {
      shape: [...shape, nVolumes],
      affine: identity,
      data: volumes,
      repetitionTime: path.includes("sub-02") ? 9 : 1.5,
    };
    write(path, "_space-toy_desc-preproc_bold.nii.gz", writeNifti(nifti, { gzip: true }));
    write(
      path,
      "_space-toy_desc-brain_mask.nii.gz",
      writeNifti({ shape, affine: identity, data: mask }, { gzip: true }),
    );
    const models = [
      {
        kind: "surface",
        structure: "CIFTI_STRUCTURE_CORTEX_LEFT",
        start: 0,
        nVertices: 9,
        vertices: Int32Array.of(0, 2, 4, 8),
      },
      {
        kind: "voxels",
        structure: "CIFTI_STRUCTURE_THALAMUS_RIGHT",
        start: 4,
        voxels: Int32Array.of(0, 0, 0, 1, 0, 0, 2, 2, 1),
      },
    ] as const;
    const grayordinates = { kind: "grayordinates", models, volume } as const;
    write(path, "_space-fsLR_bold.dtseries.nii", writeCifti({ rows, columns: grayordinates, metadata: {}, data }));
    const parcels = {
      kind: "parcels",
      surfaces: [{ structure: "CIFTI_STRUCTURE_CORTEX_LEFT", nVertices: 99 }],
      parcels: names.map((name, n) => ({
        name,
        vertices: [{ structure: "CIFTI_STRUCTURE_CORTEX_LEFT", vertices: Int32Array.of(n) }],
        voxels: new Int32Array(0),
      })),
      volume: undefined,
    } as const;
    write(path, "_seg-toy_timeseries.ptseries.nii", writeCifti({ rows, columns: parcels, metadata: {}, data }));
  }
});
afterAll(() => study.remove());

const run = (kind: string, more: Record<string, unknown> = {}) =>
  study.run({ output: study.at(`out-${kind}`), kind, ...more });
/** Mean scores of a participant by one analysis, as far as the first seven regions. */
const scores = async (result: Awaited<ReturnType<typeof run>>["result"], analysis: string) => [
  ...(await result.subjects[0]!.analyses.find((one) => one.analysis === analysis)!.loadMean()).subarray(0, 7),
];

describe("the same responses in every kind of file", () => {
  it("identity: voxels, grayordinates and parcels have the scores of the regions they hold", async () => {
    const { result: regions } = await run("region", { derivative: "" });
    const { result: parcels } = await run("region", { derivative: "images", output: study.at("out-parcels") });
    const { result: volume } = await run("volume");
    const { result: grayordinate } = await run("grayordinate");
    expect(regions.subjects[0]!.targets.slice(0, 7).map(({ name }) => name)).toEqual(names);
    for (const analysis of ["brainScore", "forecastScore"]) {
      const expected = await scores(regions, analysis);
      expect(expected.some((value) => Number.isFinite(value) && value !== 0)).toBe(true);
      // The blocks in which targets are computed differ in length, and with it the order of sums: single precision.
      for (const other of [parcels, volume, grayordinate]) {
        for (const [i, value] of (await scores(other, analysis)).entries())
          expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
      }
    }
    expect(parcels.subjects[0]!.targets.map(({ name, hemi }) => `${name} ${hemi}`)).toEqual(
      names.map((name) => `${name} L`),
    );
    expect(volume.subjects[0]!.targets.map(({ name }) => name).slice(0, 3)).toEqual(["1 0 0", "0 1 0", "3 1 0"]);
    expect(grayordinate.subjects[0]!.targets.map(({ name, hemi }) => `${name} ${hemi}`)).toEqual([
      "0 L",
      "2 L",
      "4 L",
      "8 L",
      "0 0 0 n/a",
      "1 0 0 n/a",
      "2 2 1 n/a",
    ]);
  });

  it("by hand: maps lie in the files' own grids, nothing outside of the mask", async () => {
    const volume = await scores((await run("volume")).result, "brainScore");
    const path = "sub-01/func/sub-01_space-toy_desc-brainScoreL1_statmap.nii.gz";
    const page = readFileSync(study.at("out-volume", "report.html"), "utf8");
    expect(page.match(/alt="Brain score R: (axial|coronal|sagittal) slice/g)).toHaveLength(18);
    const { header, data } = readNifti(readFileSync(study.at("out-volume", path)));
    expect([header.shape, header.affine]).toEqual([[4, 3, 2], identity]);
    data.forEach((value, voxel) => {
      const region = (voxel - 1) / 3;
      expect(value).toBe(Number.isInteger(region) && region < 7 ? Math.fround(volume[region]!) : Number.NaN);
    });
    const cifti = readCifti(
      readFileSync(study.at("out-grayordinate/sub-01/func/sub-01_space-fsLR_desc-brainScoreL1_statmap.dscalar.nii")),
    );
    const grayordinates = await scores((await run("grayordinate")).result, "brainScore");
    expect([...cifti.data.data]).toEqual(grayordinates.map(Math.fround));
    expect(cifti.rows).toMatchObject({ kind: "scalars", maps: [{ name: "brainScoreL1" }] });
    expect(existsSync(study.at("out-volume/group/space-toy_desc-brainScoreL1_statmap.nii.gz"))).toBe(true);
    const sidecar = JSON.parse(readFileSync(study.at("out-volume", path.replace(".nii.gz", ".json")), "utf8"));
    expect(sidecar).toMatchObject({ Space: { kind: "volume", nVoxels: 7, shape: [4, 3, 2] }, NNotScored: 0 });
    expect(sidecar).not.toHaveProperty("Hemisphere");
  });

  it("by hand: without an atlas the whole brain and structures stand for their targets, with one its regions", async () => {
    const table = (out: string) => readFileSync(study.at(out, "group_scores.tsv"), "utf8").split("\n");
    await run("volume");
    expect(table("out-volume")[1]).toMatch(/^brain\tn\/a\tbrainScore\t/);
    await run("grayordinate");
    expect(table("out-grayordinate").slice(1, 3).join()).toMatch(/^cortex\tL\tbrainScore.*,thalamus\tR\tbrainScore/);
    const labels = new Float32Array(24);
    labels[voxelOf(0)] = 5;
    labels[voxelOf(1)] = 5;
    labels[voxelOf(2)] = 6;
    writeFileSync(study.at("atlas_dseg.nii.gz"), writeNifti({ shape, affine: identity, data: labels }, { gzip: true }));
    writeFileSync(study.at("atlas_dseg.tsv"), "index\tname\n5\tfirst two\n6\tthird\n7\tnowhere\n");
    const { result } = await run("volume", { regions: study.at("atlas_dseg.nii.gz") });
    expect(result.regions!.map(({ name, targets }) => [name, ...targets])).toEqual([
      ["first two", 0, 1],
      ["third", 2],
    ]);
    expect(table("out-volume")[1]).toMatch(/^first two\tn\/a\tbrainScore\t/);
  });

  it("a mask of one's own chooses the voxels; without one, those in the masks of all runs", async () => {
    const mask = new Float32Array(24);
    mask[voxelOf(2)] = 1;
    writeFileSync(study.at("mask.nii"), writeNifti({ shape, affine: identity, data: mask }));
    const { result, nComputed } = await run("volume", { mask: study.at("mask.nii") });
    expect(nComputed).toBeGreaterThan(0);
    expect(result.subjects[0]!.targets.map(({ name }) => name)).toEqual(["3 1 0"]);
    // One run's mask loses a voxel: all lose it.
    cpSync(study.at("data"), study.at("data2"), { recursive: true });
    const own = readdirSync(study.at("data2"), { recursive: true, encoding: "utf8" }).find((p) =>
      p.endsWith("mask.nii.gz"),
    )!;
    const smaller = Float32Array.from({ length: 24 }, (_, v) => (v % 3 === 1 && v !== voxelOf(3) && v < 20 ? 1 : 0));
    writeFileSync(study.at("data2", own), writeNifti({ shape, affine: identity, data: smaller }, { gzip: true }));
    const { result: fewer } = await run("volume", { dataset: study.at("data2"), output: study.at("out-fewer") });
    expect(fewer.subjects[0]!.targets).toHaveLength(6);
    // Without any mask, one is asked for.
    for (const path of readdirSync(study.at("data2"), { recursive: true, encoding: "utf8" }))
      if (path.endsWith("mask.nii.gz")) rmSync(study.at("data2", path));
    await expect(run("volume", { dataset: study.at("data2") })).rejects.toMatchObject({
      name: "DatasetError",
      message: expect.stringMatching(
        /a brain mask must lie beside the volumes .* Give one in their grid with `mask`\.$/m,
      ) as string,
    });
  });

  it("a file's own repetition time that is not its sidecar's is told, by score and by check", async () => {
    const { result } = await run("volume");
    const told = result.notes.filter((note) => note.includes("own repetition time"));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /sub-02.*: the file's own repetition time is 9 s, its sidecar's [\d.]+ s, which was used\./,
    );
  });

  it("check looks at all kinds, and tells where a mask is missing", async () => {
    const check = async (dataset: string, kind: string, more: object = {}) =>
      (await checkOf({ dataset: study.at(dataset), output: ".", kind, ...more })).issues;
    expect((await check("data", "grayordinate")).map(({ code }) => code)).toEqual([]);
    expect((await check("data", "volume")).map(({ code }) => code)).toEqual(["repetition-time-of-file"]);
    const without = await check("data2", "volume");
    expect(without.map(({ code }) => code)).toEqual(["file-missing", "file-missing", "repetition-time-of-file"]);
    expect(without[0]!.message).toMatch(/^a brain mask must lie beside the volumes/);
    writeFileSync(study.at("all.nii"), writeNifti({ shape, affine: identity, data: new Float32Array(24).fill(1) }));
    // Voxels outside of the brain hold nothing but zeros.
    const whole = await check("data2", "volume", { mask: study.at("all.nii") });
    expect(whole.map(({ code }) => code)).toEqual(["repetition-time-of-file", "empty-everywhere"]);
  });

  it.each([
    [{ kind: "volume", mask: "elsewhere" }, "DatasetError", /the grid must be that of the mask .* differs by 1\.00 mm/],
    [
      { kind: "volume", mask: "larger" },
      "DatasetError",
      /the shape must be that of the mask .* \(4 x 3 x 3\), got 4 x 3 x 2/,
    ],
    [
      { kind: "grayordinate", mask: "elsewhere" },
      "DatasetError",
      /a mask must come with responses that are volumes, got others\. Leave `mask` out/,
    ],
  ])("refuses %j", async ({ kind, mask }, name, message) => {
    const affine = identity.with(3, -8);
    const elsewhere = { shape, affine, data: new Float32Array(24).fill(1) };
    writeFileSync(study.at("elsewhere"), writeNifti(elsewhere));
    writeFileSync(
      study.at("larger"),
      writeNifti({ shape: [4, 3, 3], affine: identity, data: new Float32Array(36).fill(1) }),
    );
    const error = (await run(kind, { mask: study.at(mask) }).catch((e: unknown) => e)) as Error;
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
  });
});
