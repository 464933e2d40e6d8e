import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { NO_AUDIT } from "../../src/regression/audit.ts";
import type { AnalysisScores } from "../../src/report/result.ts";
import { folderStore } from "../../src/sources/node.ts";
import { writeStepScores } from "../../src/study/score-cache.ts";
import { buildPackage } from "../cli/built.ts";

const [nSubjects, nVertices, nFolds] = [40, 10_242, 10];
const nTargets = 2 * nVertices;
const distances = [0, 4, 8, 12];
const random = createRandom("scores of forty");
const noise = Float32Array.from({ length: nFolds * nTargets + nSubjects * 2 * distances.length }, () =>
  random.normal(),
);

/** Six analyses of a layer, one without folds: the same noise, for each from another place on. */
function analysesOf(subject: number, layer: number): readonly AnalysisScores[] {
  const scores = (analysis: string, distance: number | "n/a", place: number): AnalysisScores => {
    const from = subject + nSubjects * (place + (layer === 8 ? distances.length : 0));
    const folds = Matrix.of(noise.subarray(from, from + nFolds * nTargets), nFolds, nTargets);
    return { analysis, layer, distance, mean: folds.data.subarray(0, nTargets), folds };
  };
  const first = scores("brainScore", "n/a", 0);
  return [
    first,
    ...distances.map((distance, place) => scores("forecastScore", distance, place)),
    { ...first, analysis: "forecastDistance", folds: undefined },
  ];
}

// Of 367 MB of scores: two analyses of all participants at a time, 7 MB; statistics of one, 1 MB; the table of a participant
// as rows and as text, and its maps, 8 MB. The rest are buffers that are done with, collected whenever 16 MiB were read or
// written, the room of three times 16 MiB that V8 has for what was made a moment ago (on either it goes by its version), and what
// malloc leaves between them.
describe("memory that the results of forty participants take", () => {
  let folder = "";
  let built = "";
  let total = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cortecast-outputs-"));
    built = buildPackage();
    const store = folderStore(join(folder, "scores"));
    const facts = {
      nNotScored: 0,
      missing: [],
      alphaAtLowest: 0,
      alphaAtHighest: 0,
      date: new Date(0).toISOString(),
      audit: NO_AUDIT,
    };
    for (let subject = 0; subject < nSubjects; subject++) {
      for (const layer of [4, 8]) {
        const analyses = analysesOf(subject, layer);
        for (const { mean, folds } of analyses) total += 4 * (mean.length + (folds?.data.length ?? 0));
        await writeStepScores(store, `sub-${subject + 1}-${layer}`, { analyses, ...facts });
      }
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is under half of their scores (by hand)", () => {
    const output = join(folder, "out");
    const args = [
      ...["--expose-gc", "--max-semi-space-size=16"],
      join(import.meta.dirname, "outputs-memory.js"),
      built,
      join(folder, "scores"),
      output,
      `${nSubjects}`,
    ];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(total).toBe(nSubjects * 2 * (6 + 5 * nFolds) * nTargets * 4);
    const { growth, nWritten } = JSON.parse(run.stdout) as { growth: number; nWritten: number };
    expect(growth).toBeLessThan(total / 2);
    // 13 analyses a participant, the depth among them; in the group 2 differences F(8) - F(0) more, and the 3 peaks
    // (d* of two layers, k*) masked as well as unmasked. Two hemispheres, a map and its JSON each; a table and its JSON for each participant and the group; a record for each participant; two descriptions, the report,
    // README.md and .bidsignore.
    expect(nWritten).toBe(nSubjects * (13 * 4 + 2 + 1) + 18 * 4 + 2 + 2 + 1 + 2);
    const mapOf = (label: string) => {
      const path = `sub-7/func/sub-7_hemi-R_space-sphere_desc-${label}_statmap.shape.gii`;
      return readGifti(readFileSync(join(output, path))).arrays[0]!.data;
    };
    // What is written is what was kept; the depth, the layer of which the score at distance 8 is larger.
    const [shallow, deep] = [4, 8].map((layer) => analysesOf(6, layer)[3]!.mean.subarray(nVertices));
    expect(mapOf("forecastScoreL8D8")).toEqual(deep);
    expect(mapOf("forecastDepthUnmaskedD8")).toEqual(shallow!.map((score, vertex) => (deep![vertex]! > score ? 8 : 4)));
  }, 300_000);
});
