import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { fitRidge, predictRidge, ridgeCv, scoreRidge } from "../../src/ridge/ridge.ts";
import type { RidgeOptions } from "../../src/ridge/ridge-options.ts";

const x = Matrix.fromRows([
  [1, 2],
  [2, 1],
  [0, 3],
  [4, 4],
]);
const y = Matrix.fromRows([[1], [2], [3], [5]]);

describe("refused options", () => {
  test.each<[RidgeOptions, string]>([
    [{ alphas: [] }, "alphas must hold at least one penalty, got none. Leave it out for the default."],
    [{ alphas: [1, 0] }, "alphas must be finite and over 0, got 0 (alphas[1]). For least squares take a tiny one."],
    [{ alphas: [-1] }, "alphas must be finite and over 0, got -1 (alphas[0]). For least squares take a tiny one."],
    [
      { alphas: [Number.NaN] },
      "alphas must be finite and over 0, got NaN (alphas[0]). For least squares take a tiny one.",
    ],
    [{ choice: "loo" as "generalised" }, 'choice must be "leave-one-out", "generalised" or "inner-folds", got "loo".'],
    [{ precision: "single" as "float32" }, 'precision must be "float32" or "float64", got "single".'],
    [{ nInnerFolds: 1 }, "nInnerFolds must be a whole number from 2, got 1."],
    [{ targetBlock: 0 }, "targetBlock must be a whole number from 1, got 0."],
  ])("%j", async (options, message) => {
    await expect(ridgeCv(x, y, options)).rejects.toThrow(new OptionError(`ridgeCv: ${message}`));
    await expect(factorDesign(x, undefined, options)).rejects.toThrow(new OptionError(`factorDesign: ${message}`));
  });

  test("a design that was made for scores alone, and inner folds of too few samples", async () => {
    await expect(fitRidge(await factorDesign(x, x), y)).rejects.toThrow(
      new OptionError(
        "fitRidge: design must be made with its columns, got one that was made to predict. Prepare it without samples to predict.",
      ),
    );
    await expect(factorDesign(x, undefined, { choice: "inner-folds" })).rejects.toThrow(
      new OptionError("contiguousFolds: nFolds must be at most nSamples (4), got 5. Ask for fewer folds."),
    );
    await expect(
      factorDesign(Matrix.fromRows([[1], [2]]), undefined, { choice: "inner-folds", nInnerFolds: 2 }),
    ).rejects.toThrow(
      new OptionError(
        "factorDesign: inner folds must leave at least 2 samples to train on, got 1 (2 samples in 2 folds).",
      ),
    );
  });
});

describe("refused shapes", () => {
  test.each<[Matrix, Matrix, string]>([
    [x, Matrix.zeros(3, 1), "ridgeCv: x and y must have equally many rows, got 4 and 3."],
    [Matrix.zeros(1, 2), Matrix.zeros(1, 1), "factorDesign: x must have at least 2 rows and 1 column, got 1 x 2."],
    [Matrix.zeros(4, 0), y, "factorDesign: x must have at least 2 rows and 1 column, got 4 x 0."],
    [
      Matrix.fromRows([[1], [2], [Number.NaN], [3]]),
      y,
      "factorDesign: x must be finite, got NaN (row 2, column 0). Drop or mend that sample.",
    ],
    [
      Matrix.fromRows([[1e200], [2e200], [-1e200], [0]]),
      y,
      "factorDesign: squares of x must not overflow, got an infinity. Standardise its columns.",
    ],
    [
      // Several columns: infinities of both signs meet in the Gram matrix, which no eigenvalues can be had of.
      Matrix.fromRows([
        [1e200, 1],
        [2e200, -1e200],
        [-1e200, 1e200],
        [0, 3],
      ]),
      y,
      "factorDesign: squares of x must not overflow, got an infinity. Standardise its columns.",
    ],
  ])("ridgeCv %#", async (design, data, message) => {
    await expect(ridgeCv(design, data)).rejects.toThrow(new ShapeError(message));
  });

  test("by hand: coefficients beyond the precision of the fit", async () => {
    const scaled = (data: Matrix, factor: number) =>
      Matrix.of(
        Float64Array.from(data.data, (v) => v * factor),
        4,
        data.nColumns,
      );
    const told = async (design: Matrix, data: Matrix, options: RidgeOptions = {}) =>
      ((await ridgeCv(design, data, { alphas: [1], ...options }).catch((error: unknown) => error)) as Error).message;
    // Single precision holds 1.2e-38 to 3.4e38, double 2.2e-308 to 1.8e308.
    const single =
      /^fitRidge: coefficients must fit into float32 \(1\.2e-38 to 3\.4e\+38 in magnitude\), got \d\.\de(\S+) as the largest \(target 0\)\. Scale the target, or take precision "float64"\.$/;
    expect(single.exec(await told(x, scaled(y, 1e200)))?.[1]).toMatch(/^\+(199|200)$/);
    expect(single.exec(await told(x, scaled(y, 1e-100)))?.[1]).toMatch(/^-10[01]$/);
    expect(await told(scaled(x, 1e-120), scaled(y, 1e200), { alphas: [1e-280], precision: "float64" })).toMatch(
      /^fitRidge: coefficients must fit into float64 .*, got Infinity as the largest \(target 0\)\. Scale the target\.$/,
    );
    const { coefficients } = await ridgeCv(x, scaled(y, 1e200), { alphas: [1], precision: "float64" });
    expect(coefficients.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  test("samples or features that do not fit the design", async () => {
    await expect(fitRidge(await factorDesign(x, undefined), Matrix.zeros(5, 1))).rejects.toThrow(
      new ShapeError("fitRidge: y must have a row for each sample of the design (4), got 5."),
    );
    const design = await factorDesign(x, x);
    await expect(scoreRidge(design, Matrix.zeros(5, 1), y)).rejects.toThrow(
      new ShapeError("scoreRidge: y must have a row for each sample of the design (4), got 5."),
    );
    await expect(scoreRidge(design, y, Matrix.zeros(3, 1))).rejects.toThrow(
      new ShapeError(
        "scoreRidge: yTest must have a row for each sample that the design predicts (4), at least 2, and as many columns as y (1), got 3 rows, 1 columns.",
      ),
    );
    await expect(factorDesign(x, Matrix.zeros(4, 3))).rejects.toThrow(
      new ShapeError("factorDesign: x must have as many columns as it was fitted on (2), got 3 (x is 4 x 3)."),
    );
    await expect(predictRidge(await ridgeCv(x, y), Matrix.zeros(4, 3))).rejects.toThrow(
      new ShapeError("predictRidge: x must have a column for each feature of the fit (2), got 3."),
    );
  });
});
