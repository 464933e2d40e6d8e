import { describe, expect, test } from "vitest";
import { Matrix, sliceColumns } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import { fitColumnBlocks } from "../../src/features/column-blocks.ts";
import { fitBand } from "../../src/features/design.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";

function bandOf(nVolumes: number, nColumns: number): Matrix {
  const random = createRandom(`blocks ${nVolumes} ${nColumns}`);
  const shared = Float64Array.from({ length: nVolumes * 4 }, () => random.normal());
  const data = new Float32Array(nVolumes * nColumns);
  for (let j = 0; j < nColumns; j++) {
    const weights = [0, 1, 2, 3].map(() => random.normal());
    for (let i = 0; i < nVolumes; i++) {
      const signal = weights.reduce((sum, weight, k) => sum + weight * shared[i * 4 + k]!, 0);
      // One column is constant.
      data[i * nColumns + j] = j === 2 ? 7 : 100 + signal + random.normal();
    }
  }
  return Matrix.of(data, nVolumes, nColumns);
}

async function* cut(band: Matrix, width: number): AsyncGenerator<Matrix> {
  for (let from = 0; from < band.nColumns; from += width)
    yield sliceColumns(band, from, Math.min(band.nColumns, from + width));
}

const options = { nDelays: 1, edge: "zero", components: 5, device: { threads: 1 } } as const;

describe("fitColumnBlocks", () => {
  test.each([
    [60, 200, 64],
    [60, 200, 200],
    [60, 49, 7],
    [60, 40, 16],
    [60, 4, 3],
  ])(
    "agreement with fitBand but for signs: %i volumes, %i columns, %i at a time",
    async (nVolumes, nColumns, width) => {
      const band = bandOf(nVolumes, nColumns);
      const trains = contiguousFolds(nVolumes, 5).map(({ train }) => train);
      const settings = { ...options, storyLengths: [nVolumes] };
      const found = await fitColumnBlocks({ nColumns, blocks: () => cut(band, width) }, trains, settings);
      for (const [f, train] of trains.entries()) {
        const { columns, keptVariance } = await fitBand(band, train, settings);
        const own = found[f]!;
        expect([own.columns.nRows, own.columns.nColumns]).toEqual([columns.nRows, columns.nColumns]);
        for (let k = 0; k < columns.nColumns; k++) {
          const at = (i: number) => i * columns.nColumns + k;
          const sign = Math.sign(own.columns.data[at(0)]! * columns.data[at(0)]!);
          // Eigenvectors are found to 1e-11.
          for (let i = 0; i < nVolumes; i++)
            expect(Math.abs(sign * own.columns.data[at(i)]! - columns.data[at(i)]!)).toBeLessThan(1e-8);
        }
        if (keptVariance === undefined) expect(own.keptVariance).toBeUndefined();
        else expect(own.keptVariance).toBeCloseTo(keptVariance, 10);
      }
    },
  );

  test.each([20, 200])("refuses %i columns that do not vary, and NaN", async (nColumns) => {
    const trains = contiguousFolds(60, 5).map(({ train }) => train);
    const settings = { ...options, storyLengths: [60] };
    const constant = Matrix.of(new Float32Array(60 * nColumns).fill(3), 60, nColumns);
    const blocks = (band: Matrix) => ({ nColumns, blocks: () => cut(band, 16) });
    await expect(fitColumnBlocks(blocks(constant), trains, settings)).rejects.toThrow(ShapeError);
    const broken = bandOf(60, nColumns);
    broken.data[61] = Number.NaN;
    await expect(fitColumnBlocks(blocks(broken), trains, settings)).rejects.toThrow("features must be finite, got NaN");
  });
});
