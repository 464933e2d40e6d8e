import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { memoryScores, type StudyResult } from "../../src/report/result.ts";
import { listScores } from "../../src/report/score-list.ts";

const brain = { analysis: "brainScore", layer: 8, distance: "n/a" } as const;

/** Two subjects with three vertices, two of them left, and scores of two folds; of the first vertex none. */
const result: StudyResult = {
  title: "a study",
  model: "a model",
  options: {},
  notes: [],
  provenance: { date: "", version: "" },
  subjects: ["sub-01", "sub-02"].map((participant) => ({
    participant,
    stories: ["a story"],
    nVolumes: 9,
    quality: {},
    targets: ["L", "L", "R"].map((hemi) => ({ name: "vertex", hemi: hemi as "L" | "R" })),
    space: { kind: "surface", space: "fsaverage5", nVertices: [2, 1] },
    analyses: [
      memoryScores({
        ...brain,
        mean: Float64Array.of(Number.NaN, 0.25, -0.5),
        folds: Matrix.of(Float64Array.of(Number.NaN, 0, -1, Number.NaN, 0.5, 0), 2, 3),
      }),
      memoryScores({
        analysis: "forecastDepth",
        layer: "n/a",
        distance: 8,
        mean: Float64Array.of(1, 2, 3),
        folds: undefined,
      }),
    ],
  })),
};
const maps = ["desc-brainScoreL8", "desc-forecastDepthUnmaskedD8"].flatMap((desc) =>
  ["L", "R"].map((hemi) => `sub-02/func/sub-02_hemi-${hemi}_space-fsaverage5_${desc}_statmap.shape.gii`),
);

test("by hand: the regions' means over the vertices that have a score, and which files hold the rest", async () => {
  const regions = [
    { name: "A", hemi: "L", targets: Int32Array.of(0, 1) },
    { name: "B", hemi: "L", targets: Int32Array.of(0) },
  ] as const;
  const list = await listScores({ ...result, regions }, ["sub-02"]);
  expect(list).toMatchObject({ nScores: 4, tables: ["sub-02/func/sub-02_scores.tsv"], maps });
  const about = { participant: "sub-02", hemi: "L", ...brain };
  expect(list.scores!.slice(0, 2)).toEqual([
    { ...about, target: "A", mean: 0.25, folds: [0, 0.5] },
    { ...about, target: "B", mean: Number.NaN, folds: [Number.NaN, Number.NaN] },
  ]);
  expect(list.scores![2]).toMatchObject({ analysis: "forecastDepthUnmasked", layer: "n/a", distance: 8, folds: null });
});

test("by hand: without an atlas, hemispheres", async () => {
  const { scores } = await listScores(result, ["sub-01", "sub-02"]);
  expect(scores!.slice(0, 2).map(({ target, hemi, mean }) => [target, hemi, mean])).toEqual([
    ["hemisphere", "L", 0.25],
    ["hemisphere", "R", -0.5],
  ]);
});

test("by hand: more than are listed are counted, and the files are named", async () => {
  const list = await listScores(result, ["sub-02"], { mostScores: 3 });
  expect(list).toEqual({ nScores: 4, scores: null, tables: ["sub-02/func/sub-02_scores.tsv"], maps });
  expect((await listScores(result, ["sub-02"], { mostScores: 4 })).scores).toHaveLength(4);
});
