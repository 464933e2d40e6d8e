import { describe, expect, it } from "vitest";
import { Matrix, takeRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { multiply } from "../../src/graph/multiply.ts";
import { centreColumns, columnMeans } from "../../src/linear-algebra/centre.ts";
import { kernelPca } from "../../src/ridge/kernel.ts";
import { applyPca, fitPca, keptVariance } from "../../src/ridge/pca.ts";

const train = Int32Array.of(0, 2, 3, 5, 7, 8, 9, 11);
const random = createRandom("samples");
const x = Matrix.of(
  Float64Array.from({ length: 12 * 20 }, () => 1e3 + random.normal()),
  12,
  20,
);

async function kernelOf(samples: Matrix): Promise<Matrix<Float64Array>> {
  const centred = centreColumns(samples, columnMeans(takeRows(samples, train)), "test");
  return multiply(centred, takeRows(centred, train), { transposeB: true });
}

describe("kernelPca", () => {
  it("gives the scores of the components that fitPca finds, but for their signs (agreement)", async () => {
    const ofKernel = await kernelPca(await kernelOf(x), { train, nFeatures: 20, nComponents: 4 });
    const { scores, nMissing } = ofKernel;
    const pca = await fitPca(takeRows(x, train), 4);
    const expected = await applyPca(x, pca);
    // Deviations of size 1 from a mean of 1,000: ten digits and more of their squares.
    expect(Math.abs(keptVariance(ofKernel) - keptVariance(pca))).toBeLessThan(1e-11);
    expect(keptVariance(pca)).toBeLessThan(0.9);
    expect([scores.nRows, scores.nColumns, nMissing]).toEqual([12, 4, 0]);
    for (let k = 0; k < 4; k++) {
      const sign = Math.sign(scores.data[k]! * expected.data[k]!);
      for (let at = k; at < 48; at += 4) {
        // Deviations of size 1 from a mean of 1,000, over gaps of about a tenth.
        expect(Math.abs(scores.data[at]! - sign * expected.data[at]!)).toBeLessThan(1e-11);
      }
    }
  });

  it("makes the score of largest magnitude among the training samples positive (by hand)", async () => {
    // One column: -3, 1, 2 where it is fitted, 100 elsewhere. The one component is the column itself, or its negative.
    const column = Float64Array.of(-3, 100, 1, 2);
    const rows = Int32Array.of(0, 2, 3);
    const products = Float64Array.from({ length: 12 }, (_, at) => column[Math.floor(at / 3)]! * column[rows[at % 3]!]!);
    const kernel = Matrix.of(products, 4, 3);
    const { scores, directions } = await kernelPca(kernel, { train: rows, nFeatures: 1, nComponents: 1 });
    const expected = [3, -100, -1, -2];
    scores.data.forEach((score, i) => {
      // Roundings of numbers of size 100.
      expect(Math.abs(score - expected[i]!)).toBeLessThan(1e-12);
    });
    expect(Math.abs(directions.data[0]!)).toBeCloseTo(3 / Math.sqrt(14), 14);
  });

  it("counts components beyond the rank as missing, as fitPca does (agreement)", async () => {
    const data = Float64Array.from(x.data, (_, at) => x.data[at - (at % 20) + (at % 3)]!);
    const flat = Matrix.of(data, 12, 20);
    const { scores, nMissing } = await kernelPca(await kernelOf(flat), { train, nFeatures: 20, nComponents: 5 });
    const pca = await fitPca(takeRows(flat, train), 5);
    expect([scores.nColumns, nMissing]).toEqual([3, 2]);
    expect([pca.components.nRows, pca.nMissing]).toEqual([3, 2]);
  });

  it("refuses what it cannot use", async () => {
    const kernel = await kernelOf(x);
    await expect(kernelPca(kernel, { train, nFeatures: 20, nComponents: 9 })).rejects.toEqual(
      new OptionError(
        "fitPca: nComponents must be at most min(nSamples, nFeatures) (8), got 9 (x is 8 x 20). Ask for fewer components.",
      ),
    );
    kernel.data[3] = Number.POSITIVE_INFINITY;
    await expect(kernelPca(kernel, { train, nFeatures: 20, nComponents: 4 })).rejects.toEqual(
      new ShapeError("kernelPca: squares of x must not overflow, got an infinity. Standardise its columns."),
    );
  });
});
