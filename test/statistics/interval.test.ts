import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { meanInterval } from "../../src/statistics/interval.ts";
import { normalCdf } from "../../src/statistics/normal.ts";
import { studentCentral, studentQuantile } from "../../src/statistics/student.ts";
import { fixture } from "./fixture.ts";

describe("oracle: scipy, mpmath", () => {
  test.each(fixture.normal)("mpmath.ncdf($z)", ({ z, p }) => {
    // As documented.
    expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-14);
  });

  test.each(fixture.student)("scipy.stats.t: level $level, $degrees degrees of freedom", ({ level, degrees, t }) => {
    // As documented.
    expect(Math.abs(studentQuantile(level, degrees) / t - 1)).toBeLessThan(1e-10);
  });

  test.each(fixture.intervals)("scipy.stats.t.interval %#", ({ values, level, mean, low, high }) => {
    const interval = meanInterval(values, level);
    expect(interval.n).toBe(values.length);
    // The quantile's 1e-10, on a half width not much over the mean.
    for (const [ours, theirs] of [
      [interval.mean, mean],
      [interval.low, low],
      [interval.high, high],
    ] as const) {
      expect(Math.abs(ours - theirs)).toBeLessThan(1e-10 * Math.max(Math.abs(mean), high - low));
    }
  });
});

test("by hand: with 1 degree of freedom P(|T| <= t) = 2 atan(t) / pi, with 2 it is t / sqrt(2 + t^2)", () => {
  for (const t of [0, 0.1, 1, 7]) {
    expect(studentCentral(t, 1)).toBeCloseTo((2 / Math.PI) * Math.atan(t), 15);
    expect(studentCentral(t, 2)).toBeCloseTo(t / Math.sqrt(2 + t * t), 15);
  }
  expect(studentCentral(Number.POSITIVE_INFINITY, 5)).toBe(1);
});

test("by hand: limits of the normal distribution", () => {
  expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(normalCdf(0)).toBe(0.5);
  expect(normalCdf(Number.NaN)).toBeNaN();
});

test("by hand: NaN is a missing participant; one value has no interval, none no mean", () => {
  expect(meanInterval([1, Number.NaN, 3]).n).toBe(2);
  expect(meanInterval([1, Number.NaN, 3]).mean).toBe(2);
  expect(meanInterval([4])).toEqual({ mean: 4, low: Number.NaN, high: Number.NaN, n: 1 });
  expect(meanInterval([])).toEqual({ mean: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0 });
  expect(meanInterval([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2, n: 3 });
});

test.each([
  [() => meanInterval([1, 2], 95), "meanInterval: level must be over 0 and under 1, got 95. For 95 % take 0.95."],
  [() => studentQuantile(1, 3), "studentQuantile: level must be over 0 and under 1, got 1."],
  [() => studentCentral(1, 0.5), "studentCentral: degrees must be a whole number from 1, got 0.5."],
])("refused %#", (act, message) => {
  expect(act).toThrow(new OptionError(message));
});
