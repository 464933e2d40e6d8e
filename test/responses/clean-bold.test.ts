import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Matrix, sliceRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { type CleanBoldOptions, cleanBold } from "../../src/responses/clean-bold.ts";
import { cosineBasis } from "../../src/responses/cosine.ts";

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/cleaning.json"), "utf8")) as {
  repetitionTime: number;
  cutoff: number;
  bold: number[][];
  confounds: number[][];
  cosines: number[][];
  cases: {
    drift: "none" | "linear" | "cosine";
    confounds: boolean;
    standardise: boolean;
    trimStart: number;
    trimEnd: number;
    expected: number[][];
  }[];
};

/** Largest difference between two lists of numbers. */
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

function randomBold(nVolumes: number, nTargets: number) {
  const random = createRandom(11);
  return Matrix.of(
    Float64Array.from({ length: nVolumes * nTargets }, () => 50 + random.normal()),
    nVolumes,
    nTargets,
  );
}

describe("cosineBasis", () => {
  it("is the discrete cosine transform's slow columns (oracle: numpy, the formula)", () => {
    const { data, nColumns } = cosineBasis(60, oracle.repetitionTime, oracle.cutoff);
    expect(nColumns).toBe(oracle.cosines[0]!.length);
    // Double precision: one cosine each.
    expect(largestDifference(data, oracle.cosines.flat())).toBeLessThan(1e-14);
  });

  it("has floor(2 n TR / cutoff) columns (by hand: Narratives' pieman, 282 volumes of 1.5 s, 128 s)", () => {
    expect(cosineBasis(282, 1.5, 128).nColumns).toBe(6);
    expect(cosineBasis(40, 1.5, 128).nColumns).toBe(0);
    expect(cosineBasis(3, 1, 2.1).nColumns).toBe(2);
  });

  it.each([
    [0, 128, /repetitionTime must be a positive number of seconds, got 0/],
    [1.5, 3, /cutoff must be longer than two volumes \(3 s\), got 3\. It is in seconds/],
    [1.5, Number.NaN, /cutoff must be longer/],
  ])("refuses a repetition time of %d with a cutoff of %d", (repetitionTime, cutoff, message) => {
    expect(() => cosineBasis(100, repetitionTime, cutoff)).toThrow(OptionError);
    expect(() => cosineBasis(100, repetitionTime, cutoff)).toThrow(message);
  });
});

describe("cleanBold", () => {
  const confounds = Matrix.fromRows(oracle.confounds);
  const optionsOf = (one: (typeof oracle.cases)[number]): CleanBoldOptions => ({
    drift: one.drift,
    standardise: one.standardise,
    trimStart: one.trimStart,
    trimEnd: one.trimEnd,
    confounds: one.confounds ? confounds : undefined,
    cutoff: oracle.cutoff,
    repetitionTime: oracle.repetitionTime,
  });

  it.each(oracle.cases.map((one) => [JSON.stringify({ ...one, expected: undefined }), one] as const))(
    "leaves what numpy's least squares leaves: %s (oracle)",
    (_, one) => {
      const { data, nRows } = cleanBold(Matrix.fromRows(oracle.bold), optionsOf(one));
      expect(nRows).toBe(60 - one.trimStart - one.trimEnd);
      // Double precision at values near 100, expected values given to 12 decimals.
      expect(largestDifference(data, one.expected.flat())).toBeLessThan(1e-10);
    },
  );

  it("gives single precision what double gives, to single precision (agreement)", () => {
    const double = Matrix.fromRows(oracle.bold);
    const single = Matrix.of(Float32Array.from(double.data), double.nRows, double.nColumns);
    for (const one of oracle.cases) {
      const { data } = cleanBold(single, optionsOf(one));
      expect(data).toBeInstanceOf(Float32Array);
      // Values near 100 in single precision: half a unit in the last place is 4e-6.
      expect(largestDifference(data, one.expected.flat())).toBeLessThan(1e-5);
    }
  });

  it("leaves nothing of what was regressed out, and keeps means (identity)", () => {
    const bold = randomBold(60, 5);
    const { data } = cleanBold(bold, { drift: "linear", confounds });
    for (let v = 0; v < 5; v++) {
      const column = Array.from({ length: 60 }, (_, t) => data[t * 5 + v]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / 60;
      const before =
        Array.from({ length: 60 }, (_, t) => bold.data[t * 5 + v]!).reduce((sum, value) => sum + value, 0) / 60;
      expect(mean).toBeCloseTo(before, 11);
      for (const regressor of [
        (t: number) => t / 60,
        (t: number) => oracle.confounds[t]![0]!,
        (t: number) => oracle.confounds[t]![1]! - 1e4,
      ]) {
        expect(column.reduce((sum, value, t) => sum + (value - mean) * regressor(t), 0)).toBeCloseTo(0, 9);
      }
    }
  });

  it("does to many targets what it does to each alone, across blocks (agreement)", () => {
    const bold = randomBold(60, 600);
    const options: CleanBoldOptions = {
      drift: "cosine",
      cutoff: 40,
      repetitionTime: 1.5,
      confounds,
      standardise: true,
    };
    const all = cleanBold(bold, options).data;
    for (const v of [0, 255, 256, 511, 512, 599]) {
      const alone = Matrix.of(
        Float64Array.from({ length: 60 }, (_, t) => bold.data[t * 600 + v]!),
        60,
        1,
      );
      const column = cleanBold(alone, options).data;
      expect(Array.from({ length: 60 }, (_, t) => all[t * 600 + v]!)).toEqual([...column]);
    }
  });

  it("lets dropped volumes influence nothing (identity)", () => {
    const bold = randomBold(60, 3);
    const changed = Matrix.of(
      bold.data
        .slice()
        .fill(1e6, 0, 15)
        .fill(-1e6, 57 * 3),
      60,
      3,
    );
    const options: CleanBoldOptions = { drift: "cosine", cutoff: 40, repetitionTime: 1.5, trimStart: 5, trimEnd: 3 };
    for (const standardise of [false, true]) {
      expect(cleanBold(changed, { ...options, standardise })).toEqual(cleanBold(bold, { ...options, standardise }));
    }
    // By hand: with nothing but trims, the rows in between.
    expect(cleanBold(bold, { trimStart: 5, trimEnd: 3 })).toEqual(sliceRows(bold, 5, 57));
  });

  // Identity: a power of two changes the unit and no digit; at 1e-170 squares are 0, at 1e170 infinite.
  it.each([-1000, -566, 566, 1000])("does the same in a unit 2^%d times as large, to the bit", (exponent) => {
    const bold = randomBold(60, 3);
    const confounds = randomBold(60, 2);
    for (const standardise of [true, false]) {
      const options = { drift: "linear", confounds, standardise } as const;
      const plain = cleanBold(bold, options).data;
      const scaled = cleanBold(
        Matrix.of(
          bold.data.map((value) => value * 2 ** exponent),
          60,
          3,
        ),
        options,
      ).data;
      expect(scaled).toEqual(standardise ? plain : plain.map((value) => value * 2 ** exponent));
    }
  });

  it("does not change what it is given", () => {
    const bold = randomBold(20, 2);
    const before = bold.data.slice();
    const same = cleanBold(bold);
    same.data[0] = -1;
    cleanBold(bold, { drift: "linear", standardise: true });
    expect(bold.data).toEqual(before);
  });

  it("keeps constant targets constant, marks broken ones throughout, and spares their neighbours (by hand)", () => {
    const rows = [0, 1, 2, 3, 4, 5].map((t) => [0.1, t === 2 ? Number.NaN : t, t % 2]);
    const linear = cleanBold(Matrix.fromRows(rows), { drift: "linear" }).data;
    const scaled = cleanBold(Matrix.fromRows(rows), { standardise: true }).data;
    for (let t = 0; t < 6; t++) {
      expect([linear[t * 3], scaled[t * 3]]).toEqual([0.1, 0]);
      expect([linear[t * 3 + 1], scaled[t * 3 + 1]]).toEqual([Number.NaN, Number.NaN]);
      expect(scaled[t * 3 + 2]).toBe(t % 2 === 0 ? -1 : 1);
    }
  });

  it("turns a target that the regressors explain into zeros, not into amplified rounding errors (identity)", () => {
    const rows = Array.from({ length: 30 }, (_, t) => [3 * t + 100]);
    const { data } = cleanBold(Matrix.fromRows(rows), { drift: "linear", standardise: true });
    expect(data.every((value) => value === 0)).toBe(true);
  });

  it.each([
    [{ trimStart: 1.5 }, OptionError, /trimStart must be a whole number of volumes from 0, got 1\.5/],
    [{ trimEnd: -1 }, OptionError, /trimEnd must be a whole number of volumes from 0, got -1/],
    [
      { trimStart: 30, trimEnd: 29 },
      OptionError,
      "cleanBold: trims must leave at least two of 60 volumes, got 30 at the start (`trimStart`) and 29 at the end (`trimEnd`). Are they in seconds? They count volumes.",
    ],
    [{ drift: "cosine" }, OptionError, /repetitionTime must be given with drift "cosine"/],
    [
      { drift: "cosine", repetitionTime: 1.5, cutoff: 3.01 },
      OptionError,
      /regressors must be fewer than volumes less one \(59\), got 59/,
    ],
    [
      { confounds: Matrix.zeros(59, 1) },
      ShapeError,
      /confounds must have as many rows as the responses have volumes \(60\), got 59/,
    ],
    [
      { confounds: Matrix.of(new Float64Array(60).fill(Number.NaN, 7, 8), 60, 1) },
      OptionError,
      "cleanBold: confounds must be finite, got NaN (column 0, volume 7). Leave the column out, or fill what is missing.",
    ],
  ] as const)("refuses %j", (options, kind, message) => {
    expect(() => cleanBold(randomBold(60, 2), options)).toThrow(kind);
    expect(() => cleanBold(randomBold(60, 2), options)).toThrow(message);
  });

  it("refuses what is no time series (by hand)", () => {
    expect(() => cleanBold(randomBold(1, 2))).toThrow(
      "cleanBold: bold must have two volumes or more, got 1. Is it a time series? A reference image (_boldref) is none.",
    );
  });

  it("does not mind confounds that are missing where volumes are dropped (by hand)", () => {
    const partly = Matrix.of(
      Float64Array.from({ length: 60 }, (_, t) => (t < 2 ? Number.NaN : Math.sin(t))),
      60,
      1,
    );
    expect(cleanBold(randomBold(60, 2), { confounds: partly, trimStart: 2 }).nRows).toBe(58);
  });
});

describe("targets that regressors explain to rounding error", () => {
  const nVolumes = 60;
  const random = createRandom(3);
  const confound = Float64Array.from({ length: nVolumes }, () => 100 + random.normal());
  const noise = Float64Array.from({ length: nVolumes }, () => random.normal());
  const confounds = Matrix.of(confound, nVolumes, 1);

  // By hand: the first target is the confound, the second has a ten-thousandth of a deviation that is its own.
  it.each(["single", "double"])("become constant, others do not, in %s precision", (precision) => {
    const exact = Float64Array.from({ length: 2 * nVolumes }, (_, i) => {
      const t = i >> 1;
      return confound[t]! + (i % 2) * 1e-4 * noise[t]!;
    });
    const data = precision === "single" ? Float32Array.from(exact) : exact;
    for (const standardise of [false, true]) {
      const cleaned = cleanBold(Matrix.of(data, nVolumes, 2), { confounds, standardise });
      const [first, second] = [0, 1].map((v) => Array.from({ length: nVolumes }, (_, t) => cleaned.data[2 * t + v]!));
      expect(new Set(first).size).toBe(1);
      expect(new Set(second).size).toBeGreaterThan(nVolumes / 2);
    }
  });
});
