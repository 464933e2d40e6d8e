import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { OptionError } from "../../src/errors.ts";
import { forecastWindow } from "../../src/features/window.ts";

// Word n is [n, 10 n]: the words 1..5 of a story of two units.
const words = Matrix.fromRows([1, 2, 3, 4, 5].map((n) => [n, 10 * n]));
const rows = (matrix: Matrix) =>
  Array.from({ length: matrix.nRows }, (_, i) => [
    ...matrix.data.subarray(i * matrix.nColumns, (i + 1) * matrix.nColumns),
  ]);

describe("forecastWindow", () => {
  it("joins the words up to the distance, left to right, zeros beyond the end (by hand)", () => {
    const window = forecastWindow(words, { distance: 2, width: 2 });
    expect(rows(window)).toEqual([
      [2, 20, 3, 30],
      [3, 30, 4, 40],
      [4, 40, 5, 50],
      [5, 50, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("reaches into the past where the distance is negative, zeros before the start (by hand)", () => {
    const window = forecastWindow(words, { distance: -1, width: 2 });
    expect(rows(window)).toEqual([
      [0, 0, 0, 0],
      [0, 0, 1, 10],
      [1, 10, 2, 20],
      [2, 20, 3, 30],
      [3, 30, 4, 40],
    ]);
  });

  it("holds zeros at both ends where it is wider than the story (by hand)", () => {
    const three = Matrix.fromRows([[1], [2], [3]]);
    expect(rows(forecastWindow(three, { distance: 2, width: 5 }))).toEqual([
      [0, 0, 1, 2, 3],
      [0, 1, 2, 3, 0],
      [1, 2, 3, 0, 0],
    ]);
  });

  it("is the story itself at distance 0 and width 1 (identity)", () => {
    expect(forecastWindow(words, { distance: 0, width: 1 })).toEqual(words);
  });

  it("is seven words wide unless told otherwise: word n's window ends at n + d (by hand)", () => {
    const line = Matrix.fromRows(Array.from({ length: 20 }, (_, n) => [n]));
    const window = forecastWindow(line, { distance: 8 });
    expect(window.nColumns).toBe(7);
    expect(rows(window)[3]).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  it("is all zeros where every word lies beyond the story (by hand)", () => {
    for (const distance of [50, -50]) {
      expect(forecastWindow(words, { distance }).data.every((value) => value === 0)).toBe(true);
    }
  });

  it.each([-10, -3, 0, 1, 5, 8, 30])(
    "agrees with a plain loop over words and units at distance %i (agreement)",
    (d) => {
      const story = Matrix.of(
        Float32Array.from({ length: 23 * 3 }, (_, i) => Math.sin(i)),
        23,
        3,
      );
      for (const width of [1, 2, 7, 30]) {
        const window = forecastWindow(story, { distance: d, width });
        expect(window.data).toBeInstanceOf(Float32Array);
        for (let n = 0; n < 23; n++) {
          for (let k = 0; k < width; k++) {
            const m = n + d - width + 1 + k;
            for (let u = 0; u < 3; u++) {
              const expected = m >= 0 && m < 23 ? story.data[m * 3 + u]! : 0;
              expect(window.data[n * width * 3 + k * 3 + u]).toBe(expected);
            }
          }
        }
      }
    },
  );

  it("gives an empty window for an empty story (by hand)", () => {
    expect(forecastWindow(Matrix.zeros(0, 4), { distance: 3 })).toEqual(Matrix.zeros(0, 28));
  });

  it.each([
    [{ distance: 1.5 }, "forecastWindow: distance must be a whole number of words, got 1.5."],
    [{ distance: Number.NaN }, "forecastWindow: distance must be a whole number of words, got NaN."],
    [{ distance: 1, width: 0 }, "forecastWindow: width must be a whole number of words from 1, got 0"],
    [{ distance: 1, width: 2.5 }, "forecastWindow: width must be a whole number of words from 1, got 2.5"],
  ])("refuses %o", (options, message) => {
    expect(() => forecastWindow(words, options)).toThrow(OptionError);
    expect(() => forecastWindow(words, options)).toThrow(message);
  });
});
