import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/errors.ts";
import { averageRegions, regionView, targetLabel } from "../../src/report/regions.ts";
import { memoryScores, type SubjectScores } from "../../src/report/result.ts";
import { surfaceTargets } from "../../src/responses/target.ts";
import { syntheticStudy } from "./synthetic.ts";

// Three vertices on the left, two on the right.
const subject: SubjectScores = {
  participant: "sub-01",
  stories: ["alice"],
  nVolumes: 10,
  targets: surfaceTargets([3, 2]),
  space: { kind: "surface", space: "tiny", nVertices: [3, 2] },
  analyses: [
    memoryScores({
      analysis: "brainScore",
      layer: 8,
      distance: "n/a",
      mean: Float64Array.of(1, 2, Number.NaN, 10, 20),
      folds: { data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), nRows: 2, nColumns: 5 },
    }),
  ],
  quality: {},
};
const regions = [
  { name: "A", hemi: "L", targets: Int32Array.of(0, 1, 2) },
  { name: "A", hemi: "R", targets: Int32Array.of(4) },
  { name: "B", hemi: "L", targets: Int32Array.of(2) },
] as const;

describe("averageRegions, by hand", () => {
  const averaged = averageRegions(subject, regions);

  test("means of the vertices that have a score, NaN where none has", async () => {
    expect([...(await averaged.analyses[0]!.loadMean())]).toEqual([1.5, 20, Number.NaN]);
  });

  test("folds alike, one row a fold", async () => {
    const { data, nRows, nColumns } = (await averaged.analyses[0]!.loadFolds())!;
    expect([nRows, nColumns]).toEqual([2, 3]);
    expect([...data]).toEqual([2, 5, 3, 7, 10, 8]);
  });

  test("one target a region", () => {
    expect(averaged.space).toEqual({ kind: "region" });
    expect(averaged.targets.map(targetLabel)).toEqual(["A (L)", "A (R)", "B (L)"]);
  });

  test("refuses vertices that are not there", () => {
    const wrong = [{ name: "C", hemi: "R", targets: Int32Array.of(5) }] as const;
    expect(() => averageRegions(subject, wrong)).toThrow(ShapeError);
    expect(() => averageRegions(subject, wrong)).toThrow('targets must lie in 0..4 (tiny), got 5 (region "C")');
  });

  test("refuses scores of regions", () => {
    const scored = syntheticStudy({ nSubjects: 1 }).subjects[0]!;
    expect(() => averageRegions(scored, regions)).toThrow(
      "averageRegions: scores must belong to vertices or voxels, got those of regions (sub-01)",
    );
  });
});

describe("regionView", () => {
  const study = syntheticStudy({ nSubjects: 1 });

  test("regions stay as they are", () => {
    expect(regionView(study).subjects).toBe(study.subjects);
  });

  test("by hand: without an atlas a hemisphere stands for its vertices; one without vertices is left out", async () => {
    const view = regionView({ ...study, subjects: [subject] });
    expect(view.kind).toBe("wholes");
    expect([...(await view.subjects[0]!.analyses[0]!.loadMean())]).toEqual([1.5, 15]);
    const left = {
      ...subject,
      targets: surfaceTargets([5, 0]),
      space: { kind: "surface", space: "tiny", nVertices: [5, 0] },
    } as const;
    const labels = regionView({ ...study, subjects: [left] }).subjects[0]!.targets.map(targetLabel);
    expect(labels).toEqual(["Left hemisphere"]);
  });
});
