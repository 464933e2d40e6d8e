import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { OptionError } from "../../src/errors.ts";
import { wilcoxonSignedRank } from "../../src/statistics/wilcoxon.ts";
import { fixture } from "./fixture.ts";

const ALTERNATIVES = ["two-sided", "greater", "less"] as const;

describe("oracle: scipy.stats.wilcoxon", () => {
  test.each(fixture.wilcoxon)("$name", (wilcoxon) => {
    for (const alternative of ALTERNATIVES) {
      const { statistic, pValue } = wilcoxonSignedRank(wilcoxon.differences, { alternative });
      // Ranks are halves of whole numbers: exact.
      expect(statistic).toBe(wilcoxon[alternative].statistic);
      // The normal distribution function is good to 1e-14; scipy's own sums of exact masses to about 1e-14.
      expect(Math.abs(pValue / wilcoxon[alternative].pValue - 1)).toBeLessThan(1e-12);
    }
  });
});

test("by hand: three positive differences give 1/8 of the sign patterns", () => {
  expect(wilcoxonSignedRank([1, 2, 3], { alternative: "greater" })).toEqual({
    statistic: 6,
    positive: 6,
    pValue: 1 / 8,
    n: 3,
  });
  expect(wilcoxonSignedRank([1, 2, 3])).toEqual({ statistic: 0, positive: 6, pValue: 1 / 4, n: 3 });
  expect(wilcoxonSignedRank([1, 2, 3], { alternative: "less" }).pValue).toBe(1);
});

test("agreement: the exact p-value against every sign pattern of 10 subjects", () => {
  const random = createRandom("patterns");
  const differences = Array.from({ length: 10 }, () => random.normal() + 0.3);
  const magnitudes = differences.map(Math.abs).sort((a, b) => a - b);
  const observed = wilcoxonSignedRank(differences, { alternative: "greater" });
  let asLarge = 0;
  for (let pattern = 0; pattern < 1024; pattern++) {
    let sum = 0;
    for (let rank = 1; rank <= 10; rank++) if (pattern & (1 << (rank - 1))) sum += rank;
    if (sum >= observed.statistic) asLarge++;
  }
  expect(magnitudes).toHaveLength(10);
  expect(observed.pValue).toBe(asLarge / 1024);
});

test("identity: flipping every sign swaps greater and less", () => {
  const random = createRandom("flip");
  for (const n of [7, 50, 80]) {
    const differences = Array.from({ length: n }, () => random.normal() + 0.2);
    const flipped = differences.map((difference) => -difference);
    const greater = wilcoxonSignedRank(differences, { alternative: "greater" }).pValue;
    expect(wilcoxonSignedRank(flipped, { alternative: "less" }).pValue).toBe(greater);
    expect(wilcoxonSignedRank(flipped).pValue).toBe(wilcoxonSignedRank(differences).pValue);
  }
});

test("by hand: NaN is a missing subject, zeros are dropped, nothing left is NaN", () => {
  const { n, pValue } = wilcoxonSignedRank([1, Number.NaN, 2, 3], { alternative: "greater" });
  expect({ n, pValue }).toEqual({ n: 3, pValue: 1 / 8 });
  expect(wilcoxonSignedRank([0, 1, 0, 2]).n).toBe(2);
  expect(wilcoxonSignedRank([0, 0]).pValue).toBeNaN();
  expect(wilcoxonSignedRank([]).pValue).toBeNaN();
});

test.each([
  [
    () => wilcoxonSignedRank([1], { alternative: "both" as "less" }),
    'wilcoxonSignedRank: alternative must be "two-sided", "greater" or "less", got "both".',
  ],
  [
    () => wilcoxonSignedRank([1, Number.POSITIVE_INFINITY]),
    "wilcoxonSignedRank: differences must be finite or NaN, got Infinity (index 1).",
  ],
])("refused %#", (act, message) => {
  expect(act).toThrow(new OptionError(message));
});
