import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { forecastDepth, forecastDistance } from "../../src/encoding/place-of-largest.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";

const nan = Number.NaN;
// One target a column: a peak inside, a peak at the end, all below 0, ties, one NaN, the peak first, all NaN.
const scores = Matrix.fromRows([
  [0.01, 0.01, -0.3, 0.2, nan, 0.9, nan],
  [0.05, 0.02, -0.1, 0.3, -0.2, 0.1, nan],
  [0.03, 0.09, -0.2, 0.3, -0.4, nan, nan],
]);

describe.each([
  ["forecastDistance", forecastDistance, "distances"],
  ["forecastDepth", forecastDepth, "layers"],
] as const)("%s", (name, find, labels) => {
  it("names the row of the largest score of each target, the first of equals, past NaN (by hand)", () => {
    expect([...find([-4, 0, 8], scores)]).toEqual([0, 8, 0, 0, 0, -4, nan]);
  });

  it("gives the names as they are, in whatever order (by hand)", () => {
    expect([...find([8, -4, 0], scores)]).toEqual([-4, 0, -4, -4, -4, 8, nan]);
  });

  it("takes infinities as they come (by hand)", () => {
    const low = Number.NEGATIVE_INFINITY;
    expect([
      ...find(
        [1, 2],
        Matrix.fromRows([
          [low, low],
          [low, 3],
        ]),
      ),
    ]).toEqual([1, 2]);
  });

  it("gives nothing for no targets (by hand)", () => {
    expect(find([1, 2], Matrix.zeros(2, 0))).toHaveLength(0);
  });

  it.each([
    [[], OptionError, `${name}: ${labels} must hold at least one number, got none.`],
    [[1, 2], ShapeError, `${name}: scores must have one row for each of the 2 ${labels}, got 3 (3 x 7).`],
  ])("refuses labels %o", (given, errorClass, message) => {
    expect(() => find(given, scores)).toThrow(errorClass);
    expect(() => find(given, scores)).toThrow(message);
  });
});
