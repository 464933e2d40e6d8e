import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { ShapeError } from "../../src/errors.ts";
import { centreColumns, columnMeans } from "../../src/linear-algebra/centre.ts";

const x = Matrix.fromRows([
  [1, 10],
  [3, 40],
  [8, 10],
]);

test("by hand: means of all rows, of some, and what is left of all when they are taken off", () => {
  expect([...columnMeans(x)]).toEqual([4, 20]);
  expect([...columnMeans(x, Int32Array.of(0, 1))]).toEqual([2, 25]);
  expect([...centreColumns(x, columnMeans(x, Int32Array.of(0, 1)), "test").data]).toEqual([-1, -15, 1, 15, 6, -15]);
});

test("refused: means of another number of columns", () => {
  const attempt = () => centreColumns(x, Float64Array.of(1), "applyPca");
  expect(attempt).toThrow(
    new ShapeError("applyPca: x must have as many columns as it was fitted on (1), got 2 (x is 3 x 2)."),
  );
});
