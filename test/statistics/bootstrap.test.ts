import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { BOOTSTRAP_DRAWS, drawSubjects, peakOfMeanCurve, ratioOfMeans } from "../../src/statistics/bootstrap.ts";

/** One subject peaks at point 1, by so much that any sample with half of it or more does; all others at point 0. */
const oneAgainst = (nOthers: number) =>
  Float64Array.from([0, ...Array(nOthers).fill(1), 1.5 * nOthers, ...Array(nOthers).fill(0)]);

describe("peakOfMeanCurve", () => {
  test("identity: where all participants have the same curve, so has every sample", () => {
    const curves = Float64Array.of(1, 1, 1, 3, 3, 3, 2, 2, 2);
    expect(peakOfMeanCurve(curves, 3, drawSubjects(3))).toEqual({ peak: 1, low: 1, high: 1 });
  });

  test("by hand: of two participants, a quarter of the samples has the second alone, and the interval reaches its peak", () => {
    // Means over both: 1.5 at point 0, .5 at point 1.
    expect(peakOfMeanCurve(Float64Array.of(3, 0, 0, 1), 2, drawSubjects(2))).toEqual({ peak: 0, low: 0, high: 1 });
  });

  test("by hand: what one sample in 256 has lies outside of the interval", () => {
    // Of four subjects the last peaks at point 1, barely: only samples of it alone (4^-4) do.
    const curves = Float64Array.of(9, 9, 9, 0, 0, 0, 0, 1);
    expect(peakOfMeanCurve(curves, 4, drawSubjects(4))).toEqual({ peak: 0, low: 0, high: 0 });
  });

  test("by hand: an outlier carries the peak, and the interval tells: (3/4)^4 = 32 % of samples lack it", () => {
    expect(peakOfMeanCurve(oneAgainst(3), 4, drawSubjects(4))).toEqual({ peak: 1, low: 0, high: 1 });
  });

  test("by hand: who has no score at a point is left out there; without any score there is no peak", () => {
    expect(peakOfMeanCurve(Float64Array.of(1, Number.NaN, 2, 2), 2, drawSubjects(2)).peak).toBe(1);
    const nothing = new Float64Array(4).fill(Number.NaN);
    expect(peakOfMeanCurve(nothing, 2, drawSubjects(2))).toEqual({ peak: -1, low: -1, high: -1 });
  });

  test("one participant has a peak and no interval", () => {
    expect(peakOfMeanCurve(Float64Array.of(1, 5, 2), 1, drawSubjects(1))).toEqual({ peak: 1, low: -1, high: -1 });
  });
});

describe("ratioOfMeans", () => {
  test("by hand: of two participants, a quarter of the samples has the one alone, a quarter the other", () => {
    // 1 / 2 and 3 / 2 alone, 4 / 4 together.
    const found = ratioOfMeans(Float64Array.of(1, 3), Float64Array.of(2, 2), drawSubjects(2));
    expect(found).toEqual({ ratio: 1, low: 0.5, high: 1.5 });
  });

  test("by hand: who lacks one of the two is left out of both", () => {
    const found = ratioOfMeans(Float64Array.of(1, 9, 2), Float64Array.of(2, Number.NaN, 4), drawSubjects(3));
    expect(found).toEqual({ ratio: 0.5, low: 0.5, high: 0.5 });
  });

  test("one participant has a ratio and no interval; without a divisor above 0 there is neither", () => {
    const none = { low: Number.NaN, high: Number.NaN };
    expect(ratioOfMeans(Float64Array.of(1), Float64Array.of(4), drawSubjects(1))).toEqual({ ratio: 0.25, ...none });
    const below = ratioOfMeans(Float64Array.of(1, 1), Float64Array.of(-1, -1), drawSubjects(2));
    expect(below).toEqual({ ratio: Number.NaN, ...none });
  });

  test("recovery: as wide as the deviation of the ratio over participants says", () => {
    // Divisors are 1, numerators .5 with a deviation of .1 over 100: the interval is 1.96 x .1 / sqrt(100) to each side.
    const random = createRandom("ratios");
    const numerators = Float64Array.from({ length: 100 }, () => 0.5 + 0.1 * random.normal());
    const { ratio, low, high } = ratioOfMeans(numerators, new Float64Array(100).fill(1), drawSubjects(100));
    // .005: the deviation of 100 numbers is known to 7 %, .0014 of .0196, a percentile of 1,000 draws to .0009.
    expect(high - ratio).toBeCloseTo(0.0196, 2);
    expect(ratio - low).toBeCloseTo(0.0196, 2);
  });
});

describe("drawSubjects", () => {
  test("the same samples each time, of all participants", () => {
    const draws = drawSubjects(5);
    expect(draws).toHaveLength(5 * BOOTSTRAP_DRAWS);
    expect(draws).toEqual(drawSubjects(5));
    // Each of 5 is drawn 1,000 times of 5,000 on average, with a standard deviation of 28: 200 is seven of them.
    for (let s = 0; s < 5; s++) {
      expect(Math.abs(draws.filter((drawn) => drawn === s).length - BOOTSTRAP_DRAWS)).toBeLessThan(200);
    }
  });
});
