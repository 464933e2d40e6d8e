import { expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { convolveStories, toUnitVariance } from "../../src/phantom/series.ts";

it("convolveStories, by hand: an event is followed by the response, which ends with its story; columns of mean 0", () => {
  // Two stories of 4 and 3 volumes; events at volume 2 (column 0), and at volumes 0 and 4 (column 1).
  const x = Matrix.zeros(7, 2);
  x.data[2 * 2] = 1;
  x.data[1] = 2;
  x.data[4 * 2 + 1] = 1;
  const response = Float64Array.of(0, 3, 1);
  const expected = [
    [0, 0],
    [0, 6],
    [0, 2],
    [3, 0],
    [0, 0],
    [0, 3],
    [0, 1],
  ];
  const means = [3 / 7, 12 / 7];
  const { data } = convolveStories(x, response, [4, 3]);
  expected.forEach((row, t) => {
    row.forEach((value, j) => {
      expect(data[2 * t + j]).toBeCloseTo(value - means[j]!, 12);
    });
  });
});

it("toUnitVariance, by hand", () => {
  expect([...toUnitVariance(Float64Array.of(-2, 2, -2, 2))]).toEqual([-1, 1, -1, 1]);
});
