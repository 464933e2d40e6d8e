import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { applyPca, fitPca, keptVariance } from "../../src/ridge/pca.ts";
import { applyStandardise, fitStandardise } from "../../src/ridge/standardise.ts";

type Rows = readonly (readonly number[])[];
const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/columns.json"), "utf8")) as {
  readonly standardise: { readonly x: Rows; readonly mean: number[]; readonly scale: number[]; readonly applied: Rows };
  readonly pca: readonly {
    readonly name: string;
    readonly nComponents: number;
    readonly x: Rows;
    readonly components: Rows;
    readonly explainedVariance: readonly number[];
    readonly explainedVarianceRatio: readonly number[];
    readonly scores: Rows;
  }[];
  readonly folds: readonly {
    readonly nSamples: number;
    readonly nFolds: number;
    readonly folds: readonly { readonly train: readonly number[]; readonly test: readonly number[] }[];
  }[];
};

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

describe("standardise", () => {
  test("oracle: scikit-learn's StandardScaler, with constant columns and large offsets", () => {
    const { x, mean, scale, applied } = fixture.standardise;
    const matrix = Matrix.fromRows(x);
    const standardisation = fitStandardise(matrix);
    standardisation.mean.forEach((value, j) => {
      // Sums of 23 numbers in another order.
      expect(Math.abs(value - mean[j]!)).toBeLessThanOrEqual(1e-14 * Math.abs(mean[j]!) + 1e-24);
      // The column at 1e6 has 10 digits of deviation left.
      expect(Math.abs(standardisation.scale[j]! / scale[j]! - 1)).toBeLessThan(1e-9);
    });
    const ours = applyStandardise(matrix, standardisation);
    expect(largestDifference(ours.data, Matrix.fromRows(applied).data)).toBeLessThan(1e-9);
  });

  // Identity: a power of two changes the unit and no digit; beyond 2^512 squares overflow, below 2^-537 they are 0.
  test.each([-1000, -600, 600, 1000])("does the same in a unit 2^%d times as large, to the bit", (exponent) => {
    const rows = [
      [1.5, 7, 3],
      [2.25, 7, -4],
      [5, 7, 11],
    ];
    const plain = Matrix.fromRows(rows);
    const scaled = Matrix.fromRows(rows.map(([a, b, c]) => [a! * 2 ** exponent, b! * 2 ** exponent, c!]));
    const expected = applyStandardise(plain, fitStandardise(plain));
    expect(applyStandardise(scaled, fitStandardise(scaled)).data).toEqual(expected.data);
  });

  test("by hand: population variance; other samples are scaled alike; single precision in, double out", () => {
    const x = Matrix.of(Float32Array.of(1, 5, 3, 5), 2, 2);
    const standardisation = fitStandardise(x);
    expect([...standardisation.mean]).toEqual([2, 5]);
    expect([...standardisation.scale]).toEqual([1, 1]);
    const other = applyStandardise(Matrix.fromRows([[4, 4]]), standardisation);
    expect([...other.data]).toEqual([2, -1]);
    expect(applyStandardise(x, standardisation).data).toBeInstanceOf(Float64Array);
  });

  test.each([
    [
      Matrix.fromRows([
        [1, 2],
        [3, Number.NaN],
      ]),
      "fitStandardise: x must be finite, got NaN (row 1, column 1). Drop or mend that sample.",
    ],
    [Matrix.zeros(0, 2), "fitStandardise: x must have at least 1 row and 1 column, got 0 x 2."],
  ])("refused %#", (x, message) => {
    expect(() => fitStandardise(x)).toThrow(new ShapeError(message));
  });

  test("refused: another number of columns than was fitted", () => {
    const standardisation = fitStandardise(Matrix.fromRows([[1, 2]]));
    expect(() => applyStandardise(Matrix.zeros(1, 3), standardisation)).toThrow(
      new ShapeError("applyStandardise: x must have as many columns as it was fitted on (2), got 3 (x is 1 x 3)."),
    );
  });
});

describe("pca", () => {
  test.each(fixture.pca)("oracle: scikit-learn's PCA(svd_solver='full'): $name", async (oracle) => {
    const x = Matrix.fromRows(oracle.x);
    const pca = await fitPca(x, oracle.nComponents);
    expect(pca.nMissing).toBe(0);
    // Condition up to 100 in singular values, squared by the Gram matrix, at eps: 1e-12; ten times that for gaps.
    expect(largestDifference(pca.components.data, Matrix.fromRows(oracle.components).data)).toBeLessThan(1e-11);
    pca.explainedVariance.forEach((variance, k) => {
      expect(Math.abs(variance / oracle.explainedVariance[k]! - 1)).toBeLessThan(1e-11);
    });
    pca.explainedVariance.forEach((variance, k) => {
      expect(Math.abs(variance / pca.totalVariance / oracle.explainedVarianceRatio[k]! - 1)).toBeLessThan(1e-11);
    });
    const share = oracle.explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0);
    expect(Math.abs(keptVariance(pca) - share)).toBeLessThan(1e-11);
    expect(keptVariance(pca)).toBeLessThanOrEqual(1);
    const scores = await applyPca(x, pca);
    expect(largestDifference(scores.data, Matrix.fromRows(oracle.scores).data)).toBeLessThan(1e-9);
  });

  test("identity: components are orthonormal, scores uncorrelated with the variance that is given", async () => {
    const random = createRandom("pca");
    const [n, f, k] = [260, 230, 12];
    const x = Matrix.of(
      Float64Array.from({ length: n * f }, (_, i) => random.normal() / (1 + (i % f)) + 3),
      n,
      f,
    );
    const pca = await fitPca(x, k);
    const scores = await applyPca(x, pca);
    for (let a = 0; a < k; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let j = 0; j < f; j++) product += pca.components.data[a * f + j]! * pca.components.data[b * f + j]!;
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-12);
        let covariance = 0;
        for (let i = 0; i < n; i++) covariance += (scores.data[i * k + a]! * scores.data[i * k + b]!) / (n - 1);
        const expected = a === b ? pca.explainedVariance[a]! : 0;
        // Residuals are at 1e-11 of the eigenvalue (see leadingEigen); the largest variance is about 1.
        expect(Math.abs(covariance - expected)).toBeLessThan(1e-10);
      }
    }
  });

  test("by hand: where the rank is 2, three components are two and one missing", async () => {
    const random = createRandom("rank");
    const x = Matrix.zeros(12, 5);
    for (let i = 0; i < 12; i++) {
      const [a, b] = [random.integer(9), random.integer(9)];
      x.data.set([a, b, a + b, a - b, 7], i * 5);
    }
    const pca = await fitPca(x, 3);
    expect([pca.components.nRows, pca.explainedVariance.length, pca.nMissing]).toEqual([2, 2, 1]);
    // Two components keep all of rank 2.
    expect(Math.abs(keptVariance(pca) - 1)).toBeLessThan(1e-14);
    const constant = await fitPca(Matrix.of(new Float64Array(12).fill(3), 4, 3), 2);
    expect([constant.components.nRows, constant.nMissing, keptVariance(constant)]).toEqual([0, 2, Number.NaN]);
    expect((await applyPca(Matrix.zeros(4, 3), constant)).nColumns).toBe(0);
  });

  test("refused: more components than samples or features; samples that are not finite", async () => {
    await expect(fitPca(Matrix.zeros(4, 9), 5)).rejects.toThrow(
      new OptionError(
        "fitPca: nComponents must be at most min(nSamples, nFeatures) (4), got 5 (x is 4 x 9). Ask for fewer components.",
      ),
    );
    await expect(fitPca(Matrix.zeros(4, 9), 1.5)).rejects.toThrow(
      new OptionError("fitPca: nComponents must be a whole number from 1, got 1.5."),
    );
    await expect(fitPca(Matrix.fromRows([[1], [Number.POSITIVE_INFINITY]]), 1)).rejects.toThrow(
      new ShapeError("fitPca: x must be finite, got Infinity (row 1, column 0). Drop or mend that sample."),
    );
    await expect(
      fitPca(
        Matrix.fromRows([
          [1e200, 1],
          [-1e200, 1e200],
        ]),
        1,
      ),
    ).rejects.toThrow(
      new ShapeError("fitPca: squares of x must not overflow, got an infinity. Standardise its columns."),
    );
    await expect(fitPca(Matrix.zeros(1, 9), 1)).rejects.toThrow(
      new ShapeError("fitPca: x must have at least 2 rows and 1 column, got 1 x 9."),
    );
  });
});

describe("folds", () => {
  test.each(fixture.folds)("oracle: scikit-learn's KFold: $nSamples samples, $nFolds folds", (oracle) => {
    const folds = contiguousFolds(oracle.nSamples, oracle.nFolds);
    const plain = folds.map(({ train, test }) => ({ train: [...train], test: [...test] }));
    expect(plain).toEqual(oracle.folds);
    expect(folds.map(({ index }) => index)).toEqual(folds.map((_, i) => i));
  });

  test("by hand: a gap of 1 takes one training sample off either side of the chunk", () => {
    const folds = contiguousFolds(7, 3, { gap: 1 });
    expect(folds.map(({ train, test }) => [[...train], [...test]])).toEqual([
      [
        [4, 5, 6],
        [0, 1, 2],
      ],
      [
        [0, 1, 6],
        [3, 4],
      ],
      [
        [0, 1, 2, 3],
        [5, 6],
      ],
    ]);
  });

  test.each([
    [() => contiguousFolds(4, 5), "contiguousFolds: nFolds must be at most nSamples (4), got 5. Ask for fewer folds."],
    [() => contiguousFolds(4, 1), "contiguousFolds: nFolds must be a whole number from 2, got 1."],
    [() => contiguousFolds(4, 2, { gap: -1 }), "contiguousFolds: gap must be a whole number from 0, got -1."],
    [
      () => contiguousFolds(10, 2, { gap: 5 }),
      "contiguousFolds: gap must leave samples to train on, got 5 (fold 0 tests 0..4 of 10 samples). Take a smaller gap or more folds.",
    ],
  ])("refused %#", (act, message) => {
    expect(act).toThrow(new OptionError(message));
  });
});
