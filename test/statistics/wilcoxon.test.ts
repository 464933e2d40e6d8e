import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { OptionError } from "../../src/errors.ts";
import { wilcoxonSignedRank } from "../../src/statistics/wilcoxon.ts";
import { fixture } from "./fixture.ts";

/** Differences, null for NaN; p-values two-sided and greater, null for NaN; written by fixtures/make_wilcoxon.py. */
const random = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/wilcoxon.json"), "utf8")) as {
  readonly cases: readonly (readonly [readonly (number | null)[], number | null, number | null])[];
};
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

test("oracle: 1,200 sets of up to 60 with ties, zeros and missing values, as scipy's auto takes them", () => {
  let [nExact, nNormal] = [0, 0];
  for (const [differences, twoSided, greater] of random.cases) {
    const numbers = differences.map((difference) => difference ?? Number.NaN);
    const given = numbers.filter((number) => !Number.isNaN(number));
    const flipped = numbers.map((number) => -number);
    const got = [
      wilcoxonSignedRank(numbers).pValue,
      wilcoxonSignedRank(numbers, { alternative: "greater" }).pValue,
      wilcoxonSignedRank(flipped, { alternative: "less" }).pValue,
    ];
    // scipy gives 1 for at most 13 zeros and nothing else.
    const expected = given.every((number) => number === 0) ? [null, null, null] : [twoSided, greater, greater];
    for (const [k, p] of expected.entries()) {
      if (p === null) expect(got[k]).toBeNaN();
      // As above.
      else expect(Math.abs(got[k]! / p - 1)).toBeLessThan(1e-12);
    }
    const nMagnitudes = new Set(given.map(Math.abs)).size;
    if (nMagnitudes < given.length || given.includes(0)) {
      nExact += Number(given.length <= 13);
      nNormal += Number(given.length > 13);
    }
  }
  // What the cases are for is among them.
  expect([nExact, nNormal]).toEqual([374, 645]);
});

test("by hand: with ties and zeros among few, every pattern of signs counts", () => {
  // Ranks 1.5, 1.5, 3: of 8 patterns only all positive comes to 6.
  expect(wilcoxonSignedRank([2, 2, 5], { alternative: "greater" }).pValue).toBe(1 / 8);
  // 4.5 or more: +++, +-+, -++; a zero more changes nothing.
  expect(wilcoxonSignedRank([2, -2, 5], { alternative: "greater" }).pValue).toBe(3 / 8);
  expect(wilcoxonSignedRank([2, -2, 0, 5], { alternative: "greater" }).pValue).toBe(3 / 8);
  expect(wilcoxonSignedRank([2, -2, 0, 5])).toEqual({ statistic: 1.5, positive: 4.5, pValue: 3 / 4, n: 3 });
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

test("agreement: the exact p-value against every sign pattern of 10 participants", () => {
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

test("by hand: NaN is a missing participant, zeros are dropped, nothing left is NaN", () => {
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
