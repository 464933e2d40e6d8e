import { describe, expect, test } from "vitest";
import { parseBidsName } from "../../src/bids/name.ts";
import { OptionError } from "../../src/errors.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { numericColumn, readTsv, textColumn } from "../../src/formats/tsv.ts";
import { datasetDescription, datasetFiles, datasetPaths } from "../../src/report/dataset-files.ts";
import { scoreColumns, scoresDescription, subjectFiles } from "../../src/report/derivatives.ts";
import { scoreLabel } from "../../src/report/score-maps.ts";
import type { OutputFile } from "../../src/sources/output-files.ts";
import { syntheticStudy, syntheticSurfaceStudy, withMean } from "./synthetic.ts";

const at = (files: readonly OutputFile[], path: string) => {
  const { bytes } = files.find((file) => file.path === path)!;
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
};
const json = (files: readonly OutputFile[], path: string) =>
  JSON.parse(new TextDecoder().decode(at(files, path))) as Record<string, unknown>;

describe("datasetDescription", () => {
  test("has what BIDS requires of a derivative", () => {
    const { provenance } = syntheticStudy({ nSubjects: 1 });
    const file = datasetDescription({ name: "Alice", provenance });
    expect(file.path).toBe("dataset_description.json");
    expect(JSON.parse(file.bytes as string)).toEqual({
      Name: "Alice",
      BIDSVersion: "1.10.0",
      DatasetType: "derivative",
      GeneratedBy: [
        { Name: "cortecast", Version: "0.1.0", Description: "Brain scores and forecast scores of language models" },
      ],
      SourceDatasets: [{ DOI: "10.18112/openneuro.ds002322.v1.0.4", Version: "1.0.4" }],
    });
  });

  test("by hand: what generated the source follows, and what made this is first", () => {
    const { provenance } = syntheticStudy({ nSubjects: 1 });
    const sourceGeneratedBy = [{ Name: "fMRIPrep", Version: "23.1.3" }];
    const { bytes } = datasetDescription({ name: "Alice", provenance: { ...provenance, sourceGeneratedBy } });
    const { GeneratedBy } = JSON.parse(bytes as string) as { GeneratedBy: { Name: string }[] };
    expect(GeneratedBy.map(({ Name }) => Name)).toEqual(["cortecast", "fMRIPrep"]);
  });

  test("by hand: the README names title, version, command and report; paths are those that are checked before a run", () => {
    const { provenance } = syntheticStudy({ nSubjects: 1 });
    const files = datasetFiles({
      name: "Alice",
      provenance: { ...provenance, command: "cortecast score a b", sourcePath: "../data" },
    });
    expect(files.map(({ path }) => path)).toEqual([...datasetPaths]);
    const text = files[1]!.bytes as string;
    for (const part of [
      "# Alice\n",
      "cortecast 0.1.0, with\n\n    cortecast score a b\n",
      "`report.html`",
      "at `../data`,",
    ])
      expect(text).toContain(part);
  });

  test("every column of the table is described, and nothing else", () => {
    expect(Object.keys(JSON.parse(scoresDescription().bytes as string) as object)).toEqual([...scoreColumns]);
  });
});

describe("subjectFiles of regions", async () => {
  const study = syntheticStudy({ nSubjects: 1, distances: [-3, 8], nFolds: 2 });
  const scores = study.subjects[0]!;
  const files = await subjectFiles(scores, { SoftwareVersion: "0.1.0" });
  const table = readTsv(at(files, "sub-01/func/sub-01_scores.tsv"));

  test("identity: every mean and fold stands in its row, to the last bit", async () => {
    const keys = ["target", "analysis", "layer", "distance", "fold"].map((column) => textColumn(table, column));
    const values = new Map([...numericColumn(table, "value")].map((v, row) => [keys.map((k) => k[row]).join(), v]));
    let nRows = 0;
    for (const { analysis, layer, distance, loadMean, loadFolds } of scores.analyses) {
      const [mean, folds] = [await loadMean(), await loadFolds()];
      scores.targets.forEach(({ name }, target) => {
        const rows = [
          mean[target]!,
          ...Array.from({ length: folds?.nRows ?? 0 }, (_, f) => folds!.data[f * folds!.nColumns + target]!),
        ];
        rows.forEach((value, i) => {
          // A subject's own forecast distances are of all targets, and called so.
          const named = analysis === "forecastDistance" ? "forecastDistanceUnmasked" : analysis;
          expect(values.get([name, named, layer, distance, i === 0 ? "mean" : i].join())).toBe(value);
        });
        nRows += rows.length;
      });
    }
    expect(table.rows.length).toBe(nRows);
    expect(new Set(textColumn(table, "participant_id"))).toEqual(new Set(["sub-01"]));
    expect(new Set(numericColumn(table, "n_volumes"))).toEqual(new Set([362]));
  });

  test("the JSON beside it holds the sidecar and the quality", () => {
    const about = json(files, "sub-01/func/sub-01_scores.json");
    expect(about).toMatchObject({
      SoftwareVersion: "0.1.0",
      Participant: "sub-01",
      NVolumes: 362,
      Quality: { nWordsInterpolated: 12 },
    });
  });

  test("a sidecar may not overrule what the file says of itself", async () => {
    const refused = subjectFiles(scores, { NVolumes: 1 });
    await expect(refused).rejects.toThrow(OptionError);
    await expect(refused).rejects.toThrow('sidecar must not hold keys that the file sets itself, got "NVolumes"');
  });

  test("NaN is written as n/a", async () => {
    const [first, ...others] = scores.analyses;
    const holed = withMean(first!, (mean) => mean.with(0, Number.NaN));
    const written = await subjectFiles({ ...scores, analyses: [holed, ...others] }, {});
    expect(readTsv(at(written, "sub-01/func/sub-01_scores.tsv")).rows[0]![7]).toBe("n/a");
  });
});

describe("subjectFiles of vertices", async () => {
  const study = syntheticSurfaceStudy({ nSubjects: 1, fineness: 2, distances: [-4, 8] });
  const scores = study.subjects[0]!;
  const n = scores.targets.length / 2;
  const files = await subjectFiles(scores, {}, { regions: study.regions });

  test("agreement: each map reads back as the scores of its hemisphere, to float32", async () => {
    for (const { analysis: own, layer, distance, loadMean } of scores.analyses) {
      const analysis = own === "forecastDistance" ? "forecastDistanceUnmasked" : own;
      const mean = await loadMean();
      (["L", "R"] as const).forEach((hemi, i) => {
        const label = scoreLabel({ analysis, layer, distance });
        const path = `sub-01/func/sub-01_hemi-${hemi}_space-phantom_desc-${label}_statmap`;
        const gifti = readGifti(at(files, `${path}.shape.gii`));
        expect(gifti.metadata["AnatomicalStructurePrimary"]).toBe(hemi === "L" ? "CortexLeft" : "CortexRight");
        expect(gifti.arrays).toHaveLength(1);
        expect(gifti.arrays[0]).toMatchObject({
          intent: "NIFTI_INTENT_SHAPE",
          dataType: "NIFTI_TYPE_FLOAT32",
          dimensions: [n],
        });
        expect(gifti.arrays[0]!.data).toEqual(Float32Array.from(mean.subarray(i * n, (i + 1) * n)));
        expect(json(files, `${path}.json`)).toMatchObject({
          Analysis: analysis,
          Distance: distance,
          Hemisphere: hemi,
          NNotScored: 0,
        });
      });
    }
  });

  test("names are built as BIDS builds names", () => {
    for (const { path } of files.filter((file) => file.path.endsWith(".gii"))) {
      expect(Object.keys(parseBidsName(path)!.entities)).toEqual(["sub", "hemi", "space", "desc"]);
      expect(parseBidsName(path)!.suffix).toBe("statmap");
    }
  });

  test("the table holds means of the regions, or nothing but its header without an atlas", async () => {
    const regions = new Set(textColumn(readTsv(at(files, "sub-01/func/sub-01_scores.tsv")), "target"));
    expect(regions).toEqual(new Set(["Side", "Front"]));
    const bare = await subjectFiles(scores, {});
    expect(readTsv(at(bare, "sub-01/func/sub-01_scores.tsv")).rows).toHaveLength(0);
  });

  test("a hemisphere without vertices has no file", async () => {
    const left = {
      ...scores,
      space: { kind: "surface", space: "phantom", nVertices: [2 * n, 0] },
    } as const;
    const paths = (await subjectFiles(left, {})).map(({ path }) => path);
    expect(paths.some((path) => path.includes("hemi-L"))).toBe(true);
    expect(paths.some((path) => path.includes("hemi-R"))).toBe(false);
  });
});

test("scoreLabel, by hand: letters and digits alone", () => {
  expect(scoreLabel({ analysis: "forecastScore", layer: 8, distance: -3 })).toBe("forecastScoreL8Dminus3");
  expect(scoreLabel({ analysis: "forecastScore", layer: 0, distance: 0 })).toBe("forecastScoreL0D0");
  expect(scoreLabel({ analysis: "brainScoreWordRate", layer: "n/a", distance: "n/a" })).toBe("brainScoreWordRate");
});
