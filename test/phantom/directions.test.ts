import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { centreColumns, columnMeans } from "../../src/linear-algebra/centre.ts";
import { clearestDirections, whitenColumns } from "../../src/phantom/directions.ts";

const nVolumes = 60;

/** Random columns of mean 0. */
function columns(n: number, seed: string): Matrix<Float64Array> {
  const random = createRandom(seed);
  const data = Float64Array.from({ length: nVolumes * n }, () => random.normal());
  const x = Matrix.of(data, nVolumes, n);
  return centreColumns(x, columnMeans(x), "columns");
}

const column = ({ data, nColumns }: Matrix, j: number) =>
  Array.from({ length: nVolumes }, (_, t) => data[t * nColumns + j]!);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, t) => sum + value * b[t]!, 0);

/** The share of a series' variance that orthonormal columns explain. */
function share(series: readonly number[], basis: Matrix): number {
  let explained = 0;
  for (let j = 0; j < basis.nColumns; j++) explained += dot(series, column(basis, j)) ** 2;
  return explained / dot(series, series);
}

/** Columns times weights. */
const combine = (x: Matrix, weights: Matrix, j: number) =>
  Array.from({ length: nVolumes }, (_, t) => {
    let sum = 0;
    for (let i = 0; i < x.nColumns; i++) sum += x.data[t * x.nColumns + i]! * weights.data[i * weights.nColumns + j]!;
    return sum;
  });

describe("whitenColumns", () => {
  it("is orthonormal and explains every column whole (identity)", async () => {
    const x = columns(4, "basis");
    const basis = await whitenColumns(x);
    expect(basis.nColumns).toBe(4);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) expect(dot(column(basis, i), column(basis, j))).toBeCloseTo(i === j ? 1 : 0, 10);
      expect(share(column(x, i), basis)).toBeCloseTo(1, 10);
    }
  });

  it("leaves out what depends on other columns, and is empty where nothing varies", async () => {
    const x = columns(3, "dependent");
    for (let t = 0; t < nVolumes; t++) x.data[3 * t + 2] = x.data[3 * t]! - 2 * x.data[3 * t + 1]!;
    expect((await whitenColumns(x)).nColumns).toBe(2);
    expect((await whitenColumns(Matrix.zeros(nVolumes, 3))).nColumns).toBe(0);
  });
});

describe("clearestDirections", () => {
  it("by hand: of three independent columns, those that the rival does not hold", async () => {
    const basis = await whitenColumns(columns(3, "three"));
    const rival = Matrix.of(Float64Array.from(column(basis, 1)), nVolumes, 1);
    const { weights, overlap } = await clearestDirections(basis, [{ basis: rival, weight: 1 }], 3);
    expect([...overlap].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0, 0, 1]);
    for (const j of [0, 1]) expect(weights.data[3 + j]).toBeCloseTo(0, 8);
    expect(Math.abs(weights.data[3 + 2]!)).toBeCloseTo(Math.sqrt(nVolumes), 8);
  });

  it("gives series of variance 1, and as overlap the weighted share of it that the rivals explain (definition)", async () => {
    const x = columns(5, "components");
    const rivals = [
      { basis: await whitenColumns(columns(20, "one")), weight: 3 },
      { basis: await whitenColumns(columns(10, "other")), weight: 1 },
    ];
    const { weights, overlap } = await clearestDirections(x, rivals, 2);
    expect([weights.nRows, weights.nColumns, overlap.length]).toEqual([5, 2, 2]);
    for (const j of [0, 1]) {
      const series = combine(x, weights, j);
      expect(dot(series, series) / nVolumes).toBeCloseTo(1, 10);
      const shares = rivals.map(({ basis, weight }) => (weight / 4) * share(series, basis));
      expect(overlap[j]).toBeCloseTo(shares[0]! + shares[1]!, 10);
    }
    // No other combination is explained less: a thousand random ones.
    const random = createRandom("tries");
    for (let n = 0; n < 1000; n++) {
      const tried = Matrix.of(
        Float64Array.from({ length: 5 }, () => random.normal()),
        5,
        1,
      );
      const series = combine(x, tried, 0);
      const explained = rivals.reduce((sum, { basis, weight }) => sum + (weight / 4) * share(series, basis), 0);
      expect(explained).toBeGreaterThanOrEqual(overlap[0]! - 1e-12);
    }
  });

  it("takes rivals that hold nothing, and gives no more directions than there are", async () => {
    const empty = { basis: Matrix.zeros(nVolumes, 0), weight: 1 };
    const { weights, overlap } = await clearestDirections(columns(2, "two"), [empty], 5);
    expect(weights.nColumns).toBe(2);
    expect([...overlap]).toEqual([0, 0]);
  });
});
