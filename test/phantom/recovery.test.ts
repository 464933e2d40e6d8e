import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedModelFolder } from "../../src/language-model/embedded.ts";
import { loadLanguageModel } from "../../src/language-model/load.ts";
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
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-recovery-"));
  const model = await loadLanguageModel(embeddedModelFolder());
  truth = await simulateDataset(folderStore(join(folder, "data")), model, { responses: "regions", nVertices: 42 });
  await model.close();
  const options = checkOptions({
    dataset: join(folder, "data"),
    output: join(folder, "out"),
    layer: 4,
    distances: "none",
  });
  ({ result } = await runStudy(options, { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) }));
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One score of each participant. */
function scoresOf(analysis: string, distance: number | "n/a", region: { name: string; hemi: string }): number[] {
  return result.subjects.map(({ targets, analyses }) => {
    const target = targets.findIndex(({ name, hemi }) => name === region.name && hemi === region.hemi);
    return analyses.find((a) => a.analysis === analysis && a.distance === distance)!.mean[target]!;
  });
}
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
});
