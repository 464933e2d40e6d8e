import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

interface Kept {
  readonly Analysis: string;
  readonly Layer: number | "n/a";
  readonly Distance: number | "n/a";
  readonly Mean: number | null;
  readonly Folds: readonly number[] | string;
}

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
}, 120_000);
afterAll(() => study.remove());

const options = { controls: "word-rate,random-window" };
const keptOf = (output: string) => {
  const path = study.at(output, "sub-01", "func", "sub-01_scores.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly KeptVariance: readonly Kept[] }).KeptVariance;
};
const named = (kept: readonly Kept[]) =>
  kept.map(({ Analysis, Distance, Folds }) => [Analysis, Distance, typeof Folds]);

describe("how much variance components keep, of a study", () => {
  test("stands in the participant's JSON, one share a fold, and comes back from the cache and the record (identity)", async () => {
    const { result, summary } = await study.run(options);
    const kept = keptOf("out");
    expect(named(kept)).toEqual([
      ["brainScore", "n/a", "object"],
      ["forecastScore", -1, "object"],
      ["forecastScore", 8, "object"],
      ["brainScoreWordRate", "n/a", "string"],
      ["forecastScoreRandomWindow", 8, "object"],
    ]);
    for (const { Folds } of kept) {
      if (typeof Folds === "string") expect(Folds).toBe("not reduced");
      else {
        expect(Folds.length).toBe(5);
        // Three components of many keep some and not all.
        for (const share of Folds) expect(share > 0 && share < 1).toBe(true);
      }
    }
    expect(summary.join("\n")).toContain("3 components keep ");
    const again = await study.run(options);
    expect([again.nComputed, again.written]).toEqual([0, []]);
    expect(again.result.subjects.map(({ keptVariance }) => keptVariance)).toEqual(
      result.subjects.map(({ keptVariance }) => keptVariance),
    );
  }, 120_000);

  test("designs that are there serve another participant with their shares; where these are gone both are made again, the same (identity)", async () => {
    const cache = { cache: study.at("shared-cache") };
    await study.run({ ...options, ...cache, output: study.at("first"), participants: "01" });
    const before = readFileSync(study.at("first", "sub-01", "func", "sub-01_scores.tsv"));
    const whole = keptOf("first");
    const designs = readdirSync(study.at("shared-cache", "designs"), { recursive: true }).map(String);
    const shares = designs.filter((path) => path.endsWith("-variance"));
    expect(shares.length).toBe(designs.filter((path) => path.endsWith(".design")).length);
    const scores = study.at("shared-cache", "scores");
    for (const name of readdirSync(scores)) rmSync(join(scores, name), { recursive: true });
    await study.run({ ...options, ...cache, output: study.at("first"), participants: "01" });
    expect(keptOf("first")).toEqual(whole);
    for (const path of shares) rmSync(study.at("shared-cache", "designs", path));
    for (const name of readdirSync(scores)) rmSync(join(scores, name), { recursive: true });
    await study.run({ ...options, ...cache, output: study.at("first"), participants: "01" });
    expect(keptOf("first")).toEqual(whole);
    expect(readFileSync(study.at("first", "sub-01", "func", "sub-01_scores.tsv"))).toEqual(before);
  }, 120_000);

  test("without components it is said that features are not reduced (by hand)", async () => {
    const { summary } = await study.run({ output: study.at("none"), components: "none", distances: "8" });
    expect(keptOf("none").map(({ Folds }) => Folds)).toEqual(["not reduced", "not reduced"]);
    expect(summary.join("\n")).toContain("are not reduced to components");
  }, 120_000);
});
