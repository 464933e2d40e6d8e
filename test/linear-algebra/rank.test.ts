import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { rankAbove, rankOfGram } from "../../src/linear-algebra/rank.ts";
import { symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";
import { fixture } from "./fixture.ts";

test.each(fixture.ranks)("oracle: numpy.linalg.matrix_rank, $nRows x $nColumns of rank $rank", async (expected) => {
  const { values } = await symmetricEigen(Matrix.fromRows(expected.gram));
  expect(rankOfGram(values, expected)).toBe(expected.rank);
});

test("by hand: leading values over a share of the largest; none of zeros", () => {
  expect(rankAbove(Float64Array.of(4, 2, 1, 0.5), 0.25)).toBe(2);
  expect(rankAbove(Float64Array.of(4, 2, 1, 0.5), 0)).toBe(4);
  expect(rankAbove(Float64Array.of(0, 0), 1e-10)).toBe(0);
  expect(rankAbove(new Float64Array(0), 1e-10)).toBe(0);
});

test("by hand: rounding grows with the longer side of the matrix", () => {
  const values = Float64Array.of(1, 4 * Number.EPSILON);
  expect(rankOfGram(values, { nRows: 3, nColumns: 2 })).toBe(2);
  expect(rankOfGram(values, { nRows: 2, nColumns: 4 })).toBe(1);
});
