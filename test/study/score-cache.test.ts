import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { writeKept } from "../../src/language-model/kept-tensors.ts";
import { memoryStore } from "../../src/sources/memory.ts";
import { openStepScores, type StepScores, writeStepScores } from "../../src/study/score-cache.ts";

const scores: StepScores = {
  analyses: [
    {
      ...{ analysis: "brainScore", layer: 8, distance: "n/a" },
      mean: Float64Array.of(0.5, Number.NaN),
      folds: Matrix.of(Float32Array.of(0.25, 0.75, 0.5, 0.5), 2, 2),
    },
    { analysis: "forecastDistance", layer: 8, distance: "n/a", mean: Float64Array.of(3, 4), folds: undefined },
  ],
  nNotScored: 1,
  missing: [{ fold: 0, reason: "response-constant", part: "test", nTargets: 1 }],
  alphaAtLowest: Number.NaN,
  alphaAtHighest: 0.25,
  audit: { nAudited: 100, nTies: 1, worstExcess: 1e-7, worstR: 2e-6 },
  keptVariance: [{ analysis: "brainScore", layer: 8, distance: "n/a", folds: [0.5, 0.75] }],
  date: "1970-01-01T00:00:00.000Z",
};

describe("scores of a step", () => {
  test("come back as they were written (identity; the numbers are exact in single precision)", async () => {
    const store = memoryStore();
    await writeStepScores(store, "k", scores);
    const { analyses, ...facts } = await openStepScores(store, "k");
    const loaded = [];
    for (const { loadMean, loadFolds, ...name } of analyses) {
      const mean = Float64Array.from(await loadMean());
      loaded.push({ ...name, mean, folds: await loadFolds() });
    }
    expect({ analyses: loaded, ...facts }).toEqual(scores);
    await expect(openStepScores(store, "other")).rejects.toMatchObject({ name: "NotFoundError" });
  });

  test("are refused where the file changes while they are read", async () => {
    const store = memoryStore();
    await writeStepScores(store, "k", scores);
    const { analyses } = await openStepScores(store, "k");
    const bytes = await store.read("k.safetensors");
    bytes[bytes.length - 1]! ^= 1;
    await store.write("k.safetensors", bytes);
    await analyses[0]!.loadMean();
    await expect(analyses[1]!.loadMean()).rejects.toThrow(
      "memory/k.safetensors: the file must hold what was kept in it, got damaged bytes. Delete it: it is computed anew",
    );
  });

  const about = { names: [{ analysis: "brainScore", layer: 8, distance: "n/a" }], nNotScored: 0, missing: [] };
  const { audit } = scores;
  const whole = JSON.stringify({ ...about, alphaAtLowest: 0, alphaAtHighest: 0, audit, date: "" });
  test.each([
    ["{}", "scores that are not described ({})"],
    ["not json", "scores that are not described (not json)"],
    ["null", "scores that are not described (null)"],
    [
      whole.replace('"brainScore"', "7"),
      'scores that are not described ({"names":[{"analysis":7,"layer":8,"distance":"n/a"}],"nNotSc)',
    ],
    [whole, "no scores of brainScore"],
  ])("are refused where they are kept as %s, without tensors", async (text, got) => {
    const store = memoryStore();
    await writeKept(store, "k.safetensors", "k", { tensors: new Map(), metadata: { scores: text } });
    await expect(openStepScores(store, "k")).rejects.toMatchObject({
      name: "FormatError",
      message: `memory/k.safetensors: the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`,
    });
  });
});
