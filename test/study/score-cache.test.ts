import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import type { EncodingScore } from "../../src/encoding/brain-score.ts";
import { writeKeptArrays } from "../../src/keep/kept-arrays.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { openScores, type ScoreFacts, writeScores } from "../../src/study/score-cache.ts";

const scores: EncodingScore = {
  score: Float64Array.of(0.1, Number.NaN),
  foldScores: Matrix.of(Float64Array.of(0.2, 0.7, 0, 0.5), 2, 2),
  bestAlphas: Matrix.of(Float64Array.of(1, 1, 10, 10), 2, 2),
  nNotScored: 1,
  missing: [{ fold: 0, reason: "response-constant", part: "test", nTargets: 1 }],
  alphaAtEdges: { lowest: Number.NaN, highest: 0.25 },
};
const more: Pick<ScoreFacts, "audit" | "keptVariance" | "date"> = {
  audit: { nAudited: 100, nTies: 1, worstExcess: 1e-7, worstR: 2e-6 },
  keptVariance: [0.5, 0.75],
  date: "1970-01-01T00:00:00.000Z",
};

describe("scores of an encoding model", () => {
  test("come back as they were written, to the bit (identity)", async () => {
    const store = memoryStore();
    await writeScores(store, "k", scores, more);
    const { loadMean, loadFolds, ...facts } = await openScores(store, "k");
    expect([await loadMean(), await loadFolds()]).toEqual([scores.score, scores.foldScores]);
    const { nNotScored, missing, alphaAtEdges } = scores;
    const { lowest: alphaAtLowest, highest: alphaAtHighest } = alphaAtEdges;
    expect(facts).toEqual({ nNotScored, missing, alphaAtLowest, alphaAtHighest, ...more });
    await expect(openScores(store, "other")).rejects.toMatchObject({ name: "NotFoundError" });
  });

  test("are refused where the file changes while they are read", async () => {
    const store = memoryStore();
    await writeScores(store, "k", scores, more);
    const { loadMean, loadFolds } = await openScores(store, "k");
    const bytes = await store.read("k.scores");
    // The last number of the folds, before the digest.
    bytes[bytes.length - 33]! ^= 1;
    await store.write("k.scores", bytes);
    await loadMean();
    await expect(loadFolds()).rejects.toThrow(
      "memory/k.scores: the file must hold what was kept in it, got other bytes than when it was read first",
    );
    await expect(openScores(store, "k")).rejects.toThrow("content with another SHA-256 than it says");
  });

  test.each([{}, null, { nFolds: 2, nNotScored: "one" }, { keptVariance: "not recorded" }])(
    "are refused where they are described as %j",
    async (about) => {
      const store = memoryStore();
      await writeKeptArrays(store, "k.scores", "k", { about, arrays: [] });
      await expect(openScores(store, "k")).rejects.toMatchObject({
        name: "FormatError",
        message: `memory/k.scores: the file must hold scores, got what is not described as such (${JSON.stringify(about)}). Delete it: it is computed anew`,
      });
    },
  );
});
