import { expect, test } from "vitest";
import type { Contrast } from "../../src/analyses/analysis.ts";
import { type EncodingModel, layerVectors, modelName, wordsOf } from "../../src/analyses/encoding-model.ts";
import { isPeak, modelsOf, planScores } from "../../src/analyses/registry.ts";
import { Matrix } from "../../src/array/matrix.ts";
import { NO_AUDIT } from "../../src/ridge/audit.ts";
import type { KeptScores } from "../../src/study/score-cache.ts";
import { baseReader, joinFacts, toldScores } from "../../src/study/told-scores.ts";

const asked = (["brainScore", "forecastScore", "brainScoreWordRate"] as const).map((name) => ({ name, settings: {} }));
const scores = planScores(asked, {
  layers: [4, 8],
  mainLayer: 8,
  distances: [0, 4, 8],
  width: 7,
  seed: 3,
});

/** A participant's scores of all encoding models, two folds of two targets, with a list of what is read of them. */
function participant(nth: number) {
  const reads: string[] = [];
  const kept = new Map(
    modelsOf(scores).map(({ model }, i) => {
      const folds = Float64Array.from({ length: 4 }, (_, at) => Math.sin(nth + i + 7 * at));
      const loaded: KeptScores = {
        nNotScored: 0,
        missing: [],
        alphaAtLowest: 0,
        alphaAtHighest: 0,
        audit: NO_AUDIT,
        keptVariance: "not reduced",
        date: "1970-01-01",
        async loadMean() {
          reads.push(`mean ${modelName(model)}`);
          return Float64Array.of((folds[0]! + folds[2]!) / 2, (folds[1]! + folds[3]!) / 2);
        },
        async loadFolds() {
          reads.push(`folds ${modelName(model)}`);
          return Matrix.of(folds.slice(), 2, 2);
        },
      };
      return [modelName(model), loaded];
    }),
  );
  const scoresOf = (model: EncodingModel) => kept.get(modelName(model))!;
  return { reads, scoresOf };
}
const single = (values: Float64Array) => Float32Array.from(values);

test("identity: each difference is that of the two encoding models, of every participant, in whatever order they are asked for", async () => {
  const bases = baseReader();
  const all = [1, 2].map(participant);
  const told = all.map(({ scoresOf }) => toldScores(scores, scoresOf, bases));
  const forwards = [...scores.keys()];
  for (const order of [forwards, forwards.toReversed()]) {
    for (const index of order) {
      const score = scores[index]!;
      if (isPeak(score)) continue;
      for (const [who, { scoresOf }] of all.entries()) {
        const [of, minus] = [score.of, score.minus].map((model) => model && scoresOf(model));
        const less = async (load: (one: KeptScores) => Promise<Float64Array>) => {
          const base = minus && (await load(minus));
          return single((await load(of!)).map((value, i) => value - (base?.[i] ?? 0)));
        };
        const own = told[who]![index]!;
        expect(await own.loadMean()).toEqual(await less((one) => one.loadMean()));
        expect(await own.loadFolds()).toEqual(Matrix.of(await less(async (one) => (await one.loadFolds()).data), 2, 2));
      }
    }
  }
});

test("by hand: what others are compared with is read once where they are told one after the other, each window once", async () => {
  const bases = baseReader();
  for (const { reads, scoresOf } of [1, 2].map(participant)) {
    const contrasts = scores.filter((score): score is Contrast => !isPeak(score));
    for (const own of toldScores(contrasts, scoresOf, bases)) {
      await own.loadMean();
      await own.loadFolds();
    }
    const expected = modelsOf(contrasts).flatMap(({ model }) =>
      ["mean", "folds"].map((what) => `${what} ${modelName(model)}`),
    );
    expect(reads.toSorted()).toEqual(expected.toSorted());
  }
});

test("by hand: a peak reads what its distances are compared with once, and what could not be read is read again", async () => {
  const { reads, scoresOf } = participant(1);
  const base = wordsOf(layerVectors(8));
  const failing: KeptScores = { ...scoresOf(base), loadMean: () => Promise.reject(new Error("gone")) };
  const bases = baseReader();
  await expect(bases.loadMean(failing)).rejects.toThrow("gone");
  await expect(bases.loadMean(failing)).rejects.toThrow("gone");
  const peak = scores.find((score) => isPeak(score) && score.layer === 8)!;
  await toldScores([peak], scoresOf, bases)[0]!.loadMean();
  expect(reads.filter((read) => read === `mean ${modelName(base)}`)).toHaveLength(1);
  expect(reads).toHaveLength(4);
});

const facts = (alphaAtLowest: number, alphaAtHighest: number, more: object = {}) => ({
  nNotScored: 0,
  missing: [],
  alphaAtLowest,
  alphaAtHighest,
  audit: NO_AUDIT,
  date: "2026-01-01",
  ...more,
});

test("by hand: shares of alphas at the edge are the mean over the models with a score above zero, NaN without any", () => {
  const none = facts(Number.NaN, Number.NaN);
  expect(joinFacts([facts(0, 0.5), none, facts(0.5, 0.25)])).toMatchObject({
    alphaAtLowest: 0.25,
    alphaAtHighest: 0.375,
  });
  expect(joinFacts([none, none])).toMatchObject({ alphaAtLowest: Number.NaN, alphaAtHighest: Number.NaN });
});

test("by hand: the most targets without a score, all audits, the newest date", () => {
  const audited = { ...NO_AUDIT, nAudited: 3, worstR: 1e-6 };
  const joined = joinFacts([
    facts(0, 0, { nNotScored: 2, audit: audited }),
    facts(0, 0, { nNotScored: 1, audit: audited, date: "2026-01-02" }),
  ]);
  expect(joined).toMatchObject({ nNotScored: 2, audit: { nAudited: 6, worstR: 1e-6 }, date: "2026-01-02" });
});
