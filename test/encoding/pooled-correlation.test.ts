import { describe, expect, it } from "vitest";
import { joinRows, Matrix, sliceColumns } from "../../src/array/matrix.ts";
import { createPooledCorrelation } from "../../src/encoding/pooled-correlation.ts";
import { ShapeError } from "../../src/errors.ts";
import { pearsonColumns } from "../../src/statistics/pearson.ts";
import { normalMatrix } from "./simulate.ts";

describe("createPooledCorrelation", () => {
  it("is the correlation of the chunks one after the other, block by block (agreement)", () => {
    const observed = [normalMatrix(20, 4, "a"), normalMatrix(13, 4, "b")];
    const predicted = [normalMatrix(20, 4, "c"), normalMatrix(13, 4, "d")];
    // A response of size 1e4 that varies by 1, as BOLD does.
    for (const chunk of [...observed, ...predicted])
      for (let i = 0; i < chunk.nRows; i++) chunk.data[i * 4 + 2]! += 1e4;
    const pooled = createPooledCorrelation(joinRows(observed));
    observed.forEach((chunk, k) => {
      for (const [start, end] of [
        [0, 2],
        [2, 4],
      ] as const) {
        const block = Int32Array.of(start, start + 1);
        pooled.add(sliceColumns(predicted[k]!, start, end), sliceColumns(chunk, start, end), block);
      }
    });
    const r = pooled.correlation(Int32Array.of(0, 1, 2, 3));
    pearsonColumns(joinRows(predicted), joinRows(observed)).forEach((expected, j) => {
      // 1e4 beside 1 costs four digits of double precision in the data itself.
      expect(Math.abs(r[j]! - expected)).toBeLessThan(1e-11);
    });
  });

  it("is NaN for targets that were not asked for, or where a series is constant (by hand)", () => {
    const observed = Matrix.fromRows([
      [1, 5, 1],
      [2, 5, 2],
      [3, 5, 3],
    ]);
    const predicted = Matrix.fromRows([
      [2, 1, 7],
      [4, 2, 7],
      [6, 3, 7],
    ]);
    const pooled = createPooledCorrelation(observed);
    pooled.add(predicted, observed, Int32Array.of(0, 1, 2));
    expect([...pooled.correlation(Int32Array.of(0, 1))]).toEqual([1, Number.NaN, Number.NaN]);
    expect(pooled.correlation(Int32Array.of(2))[2]).toBeNaN();
  });

  it("refuses chunks of other shapes", () => {
    const pooled = createPooledCorrelation(Matrix.zeros(4, 2));
    const add = () => pooled.add(Matrix.zeros(2, 1), Matrix.zeros(3, 1), Int32Array.of(0));
    expect(add).toThrow(ShapeError);
    expect(add).toThrow("prediction and data must have equal shapes and 1 columns, got 2 x 1 and 3 x 1.");
  });
});
