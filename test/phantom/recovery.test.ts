import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FloatArray } from "../../src/array/matrix.ts";
import { embeddedModelFolder, loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { simulateDataset } from "../../src/phantom/simulate.ts";
import type { PhantomTruth } from "../../src/phantom/truth.ts";
import type { StudyResult } from "../../src/report/result.ts";
import { folderStore } from "../../src/sources/node.ts";
import { wilcoxonSignedRank } from "../../src/statistics/wilcoxon.ts";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";

let folder = "";
let truth: PhantomTruth;
let result: StudyResult;
/** By analysis and distance, one a participant. */
const means = new Map<string, FloatArray[]>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-recovery-"));
  const model = await loadLanguageModel(embeddedModelFolder());
  truth = await simulateDataset(folderStore(join(folder, "data")), model, { responses: "regions", nVertices: 42 });
  await model.close();
  const options = checkOptions({
    dataset: join(folder, "data"),
    output: join(folder, "out"),
    layer: 4,
    distances: "4:15",
    controls: "random-window",
  });
  ({ result } = await runStudy(options, { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) }));
  for (const { analyses } of result.subjects)
    for (const { analysis, distance, loadMean } of analyses) {
      const name = `${analysis} ${distance}`;
      means.set(name, [...(means.get(name) ?? []), await loadMean()]);
    }
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One score of each participant. */
function scoresOf(analysis: string, distance: number | "n/a", region: { name: string; hemi: string }): number[] {
  const target = result.subjects[0]!.targets.findIndex(
    ({ name, hemi }) => name === region.name && hemi === region.hemi,
  );
  return means.get(`${analysis} ${distance}`)!.map((mean) => mean[target]!);
}
const distances = Array.from({ length: 12 }, (_, place) => 4 + place);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("recovery: what was planted in eight participants is found", () => {
  test("brain scores: above zero in all eight where something was planted, and about zero in noise", () => {
    for (const region of truth.regions) {
      const scores = scoresOf("brainScore", "n/a", region);
      if (region.content === "noise") expect(Math.abs(mean(scores))).toBeLessThan(0.05);
      // 2 / 2^8, the least two-sided p of eight participants
      else expect(wilcoxonSignedRank(scores).pValue).toBeCloseTo(2 / 256, 6);
    }
  });

  test("forecast scores: the mean over participants peaks within a word of the planted distance", () => {
    const planted = truth.regions.filter((region) => region.distance !== null);
    expect(planted).toHaveLength(10);
    for (const region of planted) {
      const means = distances.map((distance) => mean(scoresOf("forecastScore", distance, region)));
      const peak = distances[means.indexOf(Math.max(...means))]!;
      expect(Math.abs(peak - region.distance!), `${region.name} ${region.hemi}: ${peak}`).toBeLessThanOrEqual(1);
    }
  });

  test("forecast scores: above zero over participants at the planted distance, hemispheres averaged", () => {
    for (const { name, distance } of truth.regions.filter(
      (region) => region.hemi === "L" && region.distance !== null,
    )) {
      const [left, right] = (["L", "R"] as const).map((hemi) => scoresOf("forecastScore", distance!, { name, hemi }));
      const scores = left!.map((score, s) => (score + right![s]!) / 2);
      expect(mean(scores)).toBeGreaterThan(0);
      expect(wilcoxonSignedRank(scores).pValue).toBeLessThan(0.05);
    }
  });

  test("forecast scores: no distance adds anything where no forecast was planted", () => {
    const others = truth.regions.filter((region) => region.distance === null);
    expect(others).toHaveLength(6);
    for (const region of others) {
      const means = distances.map((distance) => mean(scoresOf("forecastScore", distance, region)));
      // Of responses that hold nothing of the story: R itself scatters by .02 over means of eight participants.
      expect(Math.max(...means), `${region.name} ${region.hemi}`).toBeLessThan(
        region.content === "noise" ? 0.03 : 0.01,
      );
      if (region.content === "noise") expect(Math.min(...means)).toBeGreaterThan(-0.03);
    }
  });

  test("flat where no forecast was planted: the window adds what a random window adds, within .02", () => {
    for (const region of truth.regions) {
      const [own, random] = ["forecastScore", "forecastScoreRandomWindow"].map((analysis) =>
        mean(scoresOf(analysis, 8, region)),
      );
      if (region.distance === null)
        expect(Math.abs(own! - random!), `${region.name} ${region.hemi}`).toBeLessThan(0.02);
      else expect(own! - random!, `${region.name} ${region.hemi}`).toBeGreaterThan(0.03);
    }
  });
});
