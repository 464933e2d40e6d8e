import { describe, expect, it } from "vitest";
import { Matrix, sliceRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import { randomWindow, shuffledWindow } from "../../src/features/control-window.ts";

const random = createRandom("control windows");
// Columns of different mean and spread, the last constant.
const window = Matrix.fromRows(
  Array.from({ length: 200 }, () => [3 + random.normal(), -50 + 10 * random.normal(), 0.01 * random.uniform(), 7]),
);
const column = (matrix: Matrix, j: number) =>
  Array.from({ length: matrix.nRows }, (_, i) => matrix.data[i * matrix.nColumns + j]!);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

describe("randomWindow", () => {
  it("has the mean and the standard deviation of every column (identity)", () => {
    const control = randomWindow(window, { seed: 1 });
    for (let j = 0; j < 4; j++) {
      const [wanted, got] = [column(window, j), column(control, j)];
      // Both follow exactly but for rounding, 200 terms of double precision at the size of the mean.
      expect(Math.abs(mean(got) - mean(wanted))).toBeLessThan(1e-12 * Math.max(1, Math.abs(mean(wanted))));
      expect(Math.abs(deviation(got) - deviation(wanted))).toBeLessThan(1e-11);
    }
    expect(column(control, 3).every((value) => value === 7)).toBe(true);
  });

  it("is unrelated to the window and from column to column (recovery)", () => {
    const control = randomWindow(window, { seed: 1 });
    const r = (a: number[], b: number[]) =>
      mean(a.map((v, i) => (v - mean(a)) * (b[i]! - mean(b)))) / (deviation(a) * deviation(b));
    // |r| of 200 independent pairs lies below 4 / sqrt(200) but for one draw in 16,000.
    const bound = 4 / Math.sqrt(200);
    for (let j = 0; j < 3; j++) expect(Math.abs(r(column(window, j), column(control, j)))).toBeLessThan(bound);
    expect(Math.abs(r(column(control, 0), column(control, 1)))).toBeLessThan(bound);
    // Nor do neighbouring rows resemble each other.
    const first = column(control, 0);
    expect(Math.abs(r(first.slice(1), first.slice(0, -1)))).toBeLessThan(bound);
  });

  it("gives the same numbers for the same seed, others for another (identity)", () => {
    expect(randomWindow(window, { seed: "pieman" })).toEqual(randomWindow(window, { seed: "pieman" }));
    expect(randomWindow(window, { seed: "pieman" })).not.toEqual(randomWindow(window, { seed: "tunnel" }));
  });

  it("keeps precision, and NaN in its own column (by hand)", () => {
    const data = Float32Array.from([1, 2, Number.NaN, 4, 5, 6]);
    const control = randomWindow(Matrix.of(data, 3, 2), { seed: 0 });
    expect(control.data).toBeInstanceOf(Float32Array);
    expect(column(control, 0).every(Number.isNaN)).toBe(true);
    expect(column(control, 1).every(Number.isFinite)).toBe(true);
  });
});

describe("shuffledWindow", () => {
  it("holds the same rows in another order (identity)", () => {
    const shuffled = shuffledWindow(window, { seed: 3 });
    const asText = (matrix: Matrix) =>
      Array.from({ length: matrix.nRows }, (_, i) => sliceRows(matrix, i, i + 1).data.join());
    expect(asText(shuffled).sort()).toEqual(asText(window).sort());
    const nInPlace = asText(shuffled).filter((row, i) => row === asText(window)[i]).length;
    // The number of rows that a random order leaves in place is Poisson with mean 1: over 8 once in 900,000 draws.
    expect(nInPlace).toBeLessThanOrEqual(8);
    expect(shuffledWindow(window, { seed: 3 })).toEqual(shuffled);
  });
});

describe.each([
  ["randomWindow", randomWindow],
  ["shuffledWindow", shuffledWindow],
])("%s", (name, make) => {
  it("refuses a window of a single word", () => {
    const one = Matrix.fromRows([[1, 2]]);
    expect(() => make(one, { seed: 0 })).toThrow(ShapeError);
    expect(() => make(one, { seed: 0 })).toThrow(`${name}: the window must have at least 2 words (rows), got 1.`);
  });
});
