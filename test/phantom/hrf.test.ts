import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { HRF_DURATION, type HrfOptions, hrf, sampleHrf } from "../../src/phantom/hrf.ts";

/** What scipy.stats.gamma gives, written by fixtures/make_hrf.py. */
const oracle = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/hrf.json"), "utf8")) as {
  readonly seconds: readonly number[];
  readonly cases: readonly { readonly options: HrfOptions; readonly values: readonly number[] }[];
  readonly samples: readonly { readonly repetitionTime: number; readonly values: readonly number[] }[];
};

describe("hrf", () => {
  it.each(oracle.cases)(
    "equals the difference of two gamma densities (oracle: scipy, $options)",
    ({ options, values }) => {
      // Both are double precision; logarithms of factorials up to 39! lose three or four digits of sixteen.
      oracle.seconds.forEach((t, i) => {
        expect(Math.abs(hrf(t, options) - values[i]!)).toBeLessThanOrEqual(1e-12);
      });
    },
  );

  it("is zero until the event, and until the latency after it (by hand)", () => {
    expect([hrf(-1), hrf(0), hrf(2, { latency: 2 })]).toEqual([0, 0, 0]);
    expect(hrf(2.5, { latency: 2 })).toBe(hrf(0.5));
  });

  it("has died away after 32 s: under 1e-3 of the maximum (as its docstring says)", () => {
    expect(HRF_DURATION).toBe(32);
    for (let t = HRF_DURATION; t < 60; t += 0.5) expect(Math.abs(hrf(t))).toBeLessThan(1e-3 * hrf(5));
  });

  it.each<[HrfOptions, string]>([
    [{ peakShape: 1 }, "hrf: shapes must be whole numbers from 2, got 1."],
    [{ peakShape: 6.5 }, "hrf: shapes must be whole numbers from 2, got 6.5."],
    [{ undershootShape: Number.NaN }, "hrf: shapes must be whole numbers from 2, got NaN."],
    [{ ratio: 0 }, "hrf: ratio must be above 0, got 0."],
    [{ ratio: Number.NaN }, "hrf: ratio must be above 0, got NaN."],
  ])("refuses %j", (options, message) => {
    expect(() => hrf(1, options)).toThrow(OptionError);
    expect(() => hrf(1, options)).toThrow(message);
  });
});

describe("sampleHrf", () => {
  it.each(oracle.samples)("samples every $repetitionTime s up to 32 s, largest 1 (oracle: scipy)", (expected) => {
    const samples = sampleHrf(expected.repetitionTime);
    expect(samples).toHaveLength(expected.values.length);
    // Largest value 1, so that this is a relative error of the peak; as above.
    samples.forEach((value, i) => {
      expect(Math.abs(value - expected.values[i]!)).toBeLessThanOrEqual(1e-11);
    });
    expect(Math.max(...samples)).toBe(1);
  });

  it.each([0, -1, 32, Number.NaN])("refuses a repetition time of %d s", (repetitionTime) => {
    expect(() => sampleHrf(repetitionTime)).toThrow(OptionError);
    expect(() => sampleHrf(repetitionTime)).toThrow(
      `repetitionTime must be in seconds, above 0 and under 32, got ${repetitionTime}.`,
    );
  });
});
