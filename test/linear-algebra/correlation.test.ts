import { expect, test } from "vitest";
import { Matrix, transpose } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import { correlateRows, pearsonColumns, unitDeviations } from "../../src/linear-algebra/correlation.ts";
import { fixture } from "./fixture.ts";

test("oracle: scipy.stats.pearsonr", () => {
  const [a, b] = [Matrix.fromRows(fixture.correlation.a), Matrix.fromRows(fixture.correlation.b)];
  const ofColumns = pearsonColumns(a, b);
  const ofRows = correlateRows(transpose(a), unitDeviations(transpose(b), undefined, new Float64Array(0)));
  // Column 1 has an offset of 1e6, which costs both computations up to 1e6 eps in each deviation.
  fixture.correlation.r.forEach((expected, j) => {
    const tolerance = j === 1 ? 1e-9 : 1e-14;
    expect(Math.abs(ofColumns[j]! - expected)).toBeLessThan(tolerance);
    expect(Math.abs(ofRows[j]! - expected)).toBeLessThan(tolerance);
  });
});

test("by hand: deviations of (1, 2, 3) are (-1, 0, 1) / sqrt(2), of the columns asked for, in the precision asked for", () => {
  const rows = Matrix.fromRows([
    [9, 1, 2, 3],
    [9, 4, 4, 4],
  ]);
  const { data } = unitDeviations(rows, Int32Array.of(1, 2, 3), new Float32Array(0));
  expect(data).toBeInstanceOf(Float32Array);
  const half = Math.fround(Math.SQRT1_2);
  expect([...data]).toEqual([-half, 0, half, Number.NaN, Number.NaN, Number.NaN]);
});

test("by hand: a prediction that is constant or not finite has no correlation", () => {
  const observed = unitDeviations(
    Matrix.fromRows([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]),
    undefined,
    new Float64Array(0),
  );
  const predicted = Matrix.fromRows([
    [0.1, 0.1, 0.1],
    [1, Number.POSITIVE_INFINITY, 2],
    [3e-200, 2e-200, 1e-200],
  ]);
  const r = correlateRows(predicted, observed);
  expect([r[0], r[1]]).toEqual([Number.NaN, Number.NaN]);
  // A few roundings; squares of 1e-200 would be 0.
  expect(r[2]).toBeCloseTo(-1, 15);
});

test("by hand: r of (1, 2, 3) and (1, 3, 2) is 1/2; single and double precision mix", () => {
  const a = Matrix.of(Float32Array.of(1, 2, 3), 3, 1);
  const b = Matrix.of(Float64Array.of(1, 3, 2), 3, 1);
  expect(pearsonColumns(a, b)[0]).toBeCloseTo(0.5, 15);
});

test("identity: scale and offset change nothing, a sign flips r", () => {
  const random = createRandom("pearson");
  const a = Matrix.of(
    Float64Array.from({ length: 60 }, () => random.normal()),
    20,
    3,
  );
  const b = Matrix.of(
    Float64Array.from({ length: 60 }, () => random.normal()),
    20,
    3,
  );
  const moved = Matrix.of(
    b.data.map((value) => -2 * value + 3),
    20,
    3,
  );
  pearsonColumns(a, b).forEach((r, j) => {
    // A few roundings of numbers of order 1.
    expect(Math.abs(pearsonColumns(a, moved)[j]! + r)).toBeLessThan(1e-15);
  });
});

test("by hand: numbers whose squares under- or overflow correlate like any others", () => {
  const a = Matrix.fromRows([
    [1e-200, 1e200],
    [2e-200, 2e200],
    [3e-200, 3e200],
  ]);
  const b = Matrix.fromRows([
    [1, 1e-200],
    [3, 3e-200],
    [2, 2e-200],
  ]);
  // A few roundings.
  for (const r of pearsonColumns(a, b)) expect(r).toBeCloseTo(0.5, 14);
});

test("by hand: NaN where a column is constant or not finite, and only there", () => {
  const a = Matrix.fromRows([
    [0.1, 1, Number.NaN, 1, 1],
    [0.1, 2, 2, 2, 2],
    [0.1, 3, 3, 4, 3],
  ]);
  const b = Matrix.fromRows([
    [1, 5, 1, 1, 1],
    [2, 5, 2, Number.POSITIVE_INFINITY, 2],
    [3, 5, 3, 2, 3],
  ]);
  expect([...pearsonColumns(a, b)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1]);
  expect(pearsonColumns(Matrix.zeros(1, 1), Matrix.zeros(1, 1))[0]).toBeNaN();
});

test("refused: different shapes", () => {
  expect(() => pearsonColumns(Matrix.zeros(3, 2), Matrix.zeros(2, 3))).toThrow(
    new ShapeError(
      "pearsonColumns: a and b must have one shape, got 3 x 2 and 2 x 3. Columns are compared with columns.",
    ),
  );
});
