import { describe, expect, test } from "vitest";
import { readGifti } from "../../src/formats/gifti.ts";
import { readTsv, textColumn } from "../../src/formats/tsv.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { groupScores, selectGroup } from "../../src/report/group.ts";
import { groupColumns, groupFiles } from "../../src/report/group-files.ts";
import { type AnalysisScores, memoryScores, type SubjectScores } from "../../src/report/result.ts";
import { allOf, syntheticStudy, syntheticSurfaceStudy } from "./synthetic.ts";

const scores = (
  analysis: string,
  layer: number | "n/a",
  distance: number | "n/a",
  ...mean: number[]
): AnalysisScores => ({
  analysis,
  layer,
  distance,
  mean: Float64Array.from(mean),
  folds: undefined,
});
const subjectsWith = (analyses: readonly (readonly AnalysisScores[])[]) =>
  analyses.map(
    (all, s): SubjectScores => ({
      participant: `sub-${s + 1}`,
      stories: ["alice"],
      nVolumes: 10,
      targets:
        all[0]!.mean.length === 1
          ? [{ name: "A", hemi: "n/a" }]
          : [
              { name: "A", hemi: "n/a" },
              { name: "B", hemi: "n/a" },
            ],
      space: { kind: "region" },
      analyses: all.map(memoryScores),
      quality: {},
    }),
  );

describe("groupScores", () => {
  const d = [0.12, -0.05, 0.33, 0.21, 0.08, -0.11, 0.27, 0.19];

  test("oracle: scipy 1.17 wilcoxon(d) gives W = 4, p = 0.0546875; stats.t.interval gives the ends", async () => {
    const { scores: all } = await groupScores(subjectsWith(d.map((value) => [scores("brainScore", 8, "n/a", value)])));
    const [group] = all;
    expect(group!.statistic[0]).toBe(4);
    expect(group!.pValue[0]).toBeCloseTo(0.0546875, 12);
    // One target: nothing to correct for.
    expect(group!.qValue[0]).toBeCloseTo(0.0546875, 12);
    // By hand: the eight sum to 1.04. 1e-12: sums of eight doubles.
    expect(group!.mean[0]).toBeCloseTo(0.13, 12);
    // scipy.stats.t.interval(.95, 7, loc=mean(d), scale=sem(d)); 1e-12: the digits it prints
    expect(group!.low[0]).toBeCloseTo(0.00273952179907, 12);
    expect(group!.high[0]).toBeCloseTo(0.257260478200927, 12);
    expect(group!.n[0]).toBe(8);
  });

  test("identity: q of the larger p equals it, q of the smaller is at most twice its p", async () => {
    const { scores: all } = await groupScores(
      subjectsWith(d.map((value, i) => [scores("brainScore", 8, "n/a", value, 0.1 + 0.01 * i)])),
    );
    const { pValue, qValue } = all[0]!;
    // All eight positive: p = 2 / 2^8, by hand.
    expect(pValue[1]).toBeCloseTo(2 / 256, 12);
    expect(qValue[1]).toBeCloseTo(4 / 256, 12);
    expect(qValue[0]).toBeCloseTo(pValue[0]!, 12);
  });

  test("by hand: participants without a score are left out, target by target", async () => {
    const { scores: all } = await groupScores(
      subjectsWith([
        [scores("brainScore", 8, "n/a", 1, Number.NaN)],
        [scores("brainScore", 8, "n/a", 3, Number.NaN)],
        [scores("brainScore", 4, "n/a", 9, 9)],
      ]),
    );
    const group = all.find(({ layer }) => layer === 8)!;
    expect([...group.n]).toEqual([2, 0]);
    expect([...group.mean]).toEqual([2, Number.NaN]);
    expect(group.qValue[1]).toBeNaN();
  });

  test("all zeros: a mean, and no test", async () => {
    const { scores: all } = await groupScores(subjectsWith([1, 2, 3].map(() => [scores("brainScore", 8, "n/a", 0)])));
    expect(all[0]!.mean[0]).toBe(0);
    expect(all[0]!.pValue[0]).toBeNaN();
  });

  test("by hand: says how far it is, key by key, and stops where it is told to", async () => {
    const subjects = subjectsWith([[scores("brainScore", 8, "n/a", 1), scores("brainScoreWordRate", "n/a", "n/a", 1)]]);
    const told: string[] = [];
    await groupScores(subjects, { onProgress: ({ done, total }) => told.push(`${done}/${total}`) });
    expect(told).toEqual(["0/3", "1/3", "2/3", "3/3"]);
    const onProgress = () => {
      throw new Error("stop");
    };
    await expect(groupScores(subjects, { onProgress })).rejects.toThrow("stop");
  });

  test("by hand: the side of zero is that of the ranks", async () => {
    // Seven of .01 .. .07 and one of -1: ranks 1 to 7 are positive (28 of 36, over 18), the mean is negative.
    const lopsided = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, -1];
    const subjects = subjectsWith(lopsided.map((value) => [scores("brainScore", 8, "n/a", value, -value)]));
    const [group] = (await groupScores(subjects)).scores;
    expect([...group!.sign]).toEqual([1, -1]);
    expect(group!.mean[0]).toBeLessThan(0);
  });

  test("identity: a contrast is the test of the differences within participants", async () => {
    const group = await groupScores(
      subjectsWith(
        d.map((value, i) => [
          scores("brainScore", 8, "n/a", value + i),
          scores("brainScoreWordRate", "n/a", "n/a", i),
          scores("forecastScore", 8, 8, value + 2 * i),
          scores("forecastScore", 8, 0, 2 * i),
          scores("forecastScoreRandomWindow", 8, 8, 2 * i),
        ]),
      ),
    );
    for (const [name, distance] of [
      ["brainScoreBeyondWordRate", "n/a"],
      ["forecastScoreBeyondZero", 8],
      ["forecastScoreBeyondRandomWindow", 8],
    ] as const) {
      const contrast = selectGroup(group, name, 8, distance)!;
      expect(contrast.statistic[0]).toBe(4);
      // 1e-12: differences of doubles below 16
      expect(contrast.mean[0]).toBeCloseTo(0.13, 12);
    }
    expect(group.scores.map(({ analysis }) => analysis)).not.toContain("brainScoreBeyondRandomWeights");
  });
});

describe("groupFiles", () => {
  test("one row a region and key, every column described", async () => {
    const study = syntheticStudy({ nSubjects: 3, distances: [0, 8] });
    const files = (await allOf(groupFiles(await studyFindings(study)))).flat();
    expect(files.map(({ path }) => path)).toEqual(["group_scores.tsv", "group_scores.json"]);
    const table = readTsv(new TextEncoder().encode(files[0]!.bytes as string));
    expect(table.columns).toEqual([...groupColumns]);
    // Six regions; 7 keys (brain score and its 2 controls, F and random window at 2 distances), 5 contrasts, and d*.
    expect(table.rows).toHaveLength(6 * (7 + 5 + 1));
    expect(Object.keys(JSON.parse(files[1]!.bytes as string) as object)).toEqual([...groupColumns]);
  });

  test("identity: maps hold the mean over participants, vertex by vertex; the table, regions", async () => {
    const study = syntheticSurfaceStudy({ nSubjects: 3, fineness: 2, distances: [0, 8] });
    const files = (await allOf(groupFiles(await studyFindings(study)))).flat();
    const path = "group/hemi-R_space-phantom_desc-brainScoreL8_statmap.shape.gii";
    const gifti = readGifti(files.find((file) => file.path === path)!.bytes as Uint8Array);
    expect(gifti.arrays.map(({ metadata }) => metadata["Name"])).toEqual(["mean", "n", "statistic", "sign", "p", "q"]);
    const n = study.subjects[0]!.targets.length / 2;
    const own = await Promise.all(study.subjects.map(({ analyses }) => analyses[0]!.loadMean()));
    const means = Float32Array.from({ length: n }, (_, v) => own.reduce((sum, mean) => sum + mean[n + v]!, 0) / 3);
    // 1e-7: float32
    gifti.arrays[0]!.data.forEach((value, v) => {
      expect(value).toBeCloseTo(means[v]!, 7);
    });
    expect(gifti.arrays[1]!.data).toEqual(new Float32Array(n).fill(3));
    const table = readTsv(new TextEncoder().encode(files[0]!.bytes as string));
    expect(new Set(textColumn(table, "target"))).toEqual(new Set(["Side", "Front"]));
  });
});
