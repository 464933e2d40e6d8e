import { describe, expect, it } from "vitest";
import { Matrix, takeRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import { factorDesign, factorKernel } from "../../src/ridge/factor.ts";
import type { ExactDesign } from "../../src/ridge/factored-design.ts";
import { trainingKernel } from "../../src/ridge/kernel.ts";
import { resolveRidgeOptions } from "../../src/ridge/ridge-options.ts";
import { applyStandardise, fitStandardise } from "../../src/ridge/standardise.ts";

const [nSamples, nFeatures] = [30, 70];
const fold = { train: Int32Array.from({ length: 24 }, (_, i) => (i < 9 ? i : i + 6)), test: Int32Array.of(9, 10, 14) };
const random = createRandom("design");
const raw = Matrix.of(
  Float64Array.from({ length: nSamples * nFeatures }, (_, at) => random.normal() / (1 + (at % nFeatures))),
  nSamples,
  nFeatures,
);
const x = applyStandardise(raw, fitStandardise(takeRows(raw, fold.train)));

/** What takes the training data of a target to its predictions, [nTrain x nTest]; it does not know signs of directions. */
function predictions({ left, singularValues, test }: ExactDesign, alpha: number): number[] {
  return Array.from({ length: left.nColumns * test.nColumns }, (_, at) => {
    const [i, j] = [Math.floor(at / test.nColumns), at % test.nColumns];
    return singularValues.reduce((sum, s, k) => {
      const product = left.data[k * left.nColumns + i]! * test.data[k * test.nColumns + j]!;
      return sum + (product * s) / (s * s + alpha);
    }, 0);
  });
}

describe("factorKernel", () => {
  it.each([{}, { choice: "generalised" }, { intercept: false }] as const)(
    "scores as the design's own columns do (agreement; %o)",
    async (more) => {
      const options = resolveRidgeOptions(more, "test");
      const formed = await (await factorDesign(takeRows(x, fold.train), takeRows(x, fold.test), options)).exact();
      const kernel = await trainingKernel(x, fold.train, undefined);
      const known = await (await factorKernel(kernel, fold, nFeatures, options)).exact();
      expect([known.intercept, known.left.nRows]).toEqual([formed.intercept, 23]);
      known.singularValues.forEach((s, k) => {
        // Eigenvalues are known to about 1e-15 of the largest, and singular values lie within a factor of ten.
        expect(Math.abs(s / formed.singularValues[k]! - 1)).toBeLessThan(1e-12);
      });
      for (const alpha of [0.1, 10, 1e4]) {
        const expected = predictions(formed, alpha);
        predictions(known, alpha).forEach((value, at) => {
          expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-12);
        });
      }
      // What held-out errors are made of does not know signs either.
      for (const part of ["weights", "damping"] as const) {
        const expected = formed.sets[0]![part].data;
        known.sets[0]![part].data.forEach((value, at) => {
          expect(Math.abs(value / expected[at]! - 1)).toBeLessThan(1e-11);
        });
      }
    },
  );

  it("keeps a design that does not vary as one direction of zeros, as factorDesign does (agreement)", async () => {
    const options = resolveRidgeOptions({}, "test");
    const flat = Matrix.zeros(nSamples, nFeatures);
    const formed = await factorDesign(takeRows(flat, fold.train), takeRows(flat, fold.test), options);
    const kernel = await trainingKernel(flat, fold.train, undefined);
    const known = await factorKernel(kernel, fold, nFeatures, options);
    expect(await known.exact()).toEqual(await formed.exact());
  });

  it("refuses a kernel that is not finite", async () => {
    const kernel = await trainingKernel(x, fold.train, undefined);
    kernel.data[5] = Number.NaN;
    await expect(factorKernel(kernel, fold, nFeatures, resolveRidgeOptions({}, "test"))).rejects.toEqual(
      new ShapeError("factorKernel: squares of x must not overflow, got an infinity. Standardise its columns."),
    );
  });
});
