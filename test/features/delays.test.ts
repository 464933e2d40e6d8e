import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { delayColumns } from "../../src/features/delays.ts";

const rows = (matrix: Matrix) =>
  Array.from({ length: matrix.nRows }, (_, i) => [
    ...matrix.data.subarray(i * matrix.nColumns, (i + 1) * matrix.nColumns),
  ]);
// Two stories of four and three volumes, two features: t and 10 t.
const joined = Matrix.fromRows([1, 2, 3, 4, 5, 6, 7].map((t) => [t, 10 * t]));
const storyLengths = [4, 3];

describe("delayColumns", () => {
  it("orders columns by delay and fills each story's start with zeros (by hand)", () => {
    expect(rows(delayColumns(joined, { nDelays: 2, storyLengths }))).toEqual([
      [1, 10, 0, 0],
      [2, 20, 1, 10],
      [3, 30, 2, 20],
      [4, 40, 3, 30],
      [5, 50, 0, 0],
      [6, 60, 5, 50],
      [7, 70, 6, 60],
    ]);
  });

  it("begins at firstDelay (by hand)", () => {
    expect(rows(delayColumns(joined, { nDelays: 2, firstDelay: 1, storyLengths }))).toEqual([
      [0, 0, 0, 0],
      [1, 10, 0, 0],
      [2, 20, 1, 10],
      [3, 30, 2, 20],
      [0, 0, 0, 0],
      [5, 50, 0, 0],
      [6, 60, 5, 50],
    ]);
  });

  it("brings in silence where it is not zero, in every story and at every delay (by hand)", () => {
    const silence = [-8, -9];
    expect(rows(delayColumns(joined, { nDelays: 2, firstDelay: 1, storyLengths, silence }))).toEqual([
      [-8, -9, -8, -9],
      [1, 10, -8, -9],
      [2, 20, 1, 10],
      [3, 30, 2, 20],
      [-8, -9, -8, -9],
      [5, 50, -8, -9],
      [6, 60, 5, 50],
    ]);
    for (const edge of ["zero", "wrap"] as const) {
      const options = { nDelays: 2, firstDelay: 1, storyLengths, edge } as const;
      expect(delayColumns(joined, { ...options, silence })).toEqual(delayColumns(joined, options));
    }
  });

  it("takes a volume of zeros for silence unless told otherwise (identity)", () => {
    expect(delayColumns(joined, { storyLengths, nDelays: 2, edge: "silence" })).toEqual(
      delayColumns(joined, { storyLengths, nDelays: 2, edge: "zero" }),
    );
  });

  it("brings in the story's own end with edge wrap, never another's (by hand)", () => {
    expect(rows(delayColumns(joined, { nDelays: 2, firstDelay: 1, edge: "wrap", storyLengths }))).toEqual([
      [4, 40, 3, 30],
      [1, 10, 4, 40],
      [2, 20, 1, 10],
      [3, 30, 2, 20],
      [7, 70, 6, 60],
      [5, 50, 7, 70],
      [6, 60, 5, 50],
    ]);
  });

  it("never carries a spike at a story's end into the next story (identity)", () => {
    const spike = Matrix.zeros(24, 1);
    spike.data[11] = 1;
    const delayed = rows(delayColumns(spike, { storyLengths: [12, 12] }));
    expect(delayed[11]).toEqual([1, 0, 0, 0, 0, 0]);
    expect(
      delayed
        .slice(12)
        .flat()
        .every((value) => value === 0),
    ).toBe(true);

    const wrapped = rows(delayColumns(spike, { edge: "wrap", storyLengths: [12, 12] }));
    expect(
      wrapped
        .slice(12)
        .flat()
        .every((value) => value === 0),
    ).toBe(true);
    expect(wrapped.slice(0, 5)).toEqual([
      [0, 1, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0],
      [0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 1],
    ]);
  });

  it("has six copies unless told otherwise, in the precision given; one copy at delay 0 is the input (identity)", () => {
    const single = Matrix.of(Float32Array.from({ length: 30 }, Math.sqrt), 15, 2);
    const delayed = delayColumns(single, { storyLengths: [8, 7] });
    expect([delayed.nRows, delayed.nColumns]).toEqual([15, 12]);
    expect(delayed.data).toBeInstanceOf(Float32Array);
    expect(delayColumns(single, { nDelays: 1, storyLengths: [8, 7] })).toEqual(single);
  });

  it("keeps NaN where it belongs (by hand)", () => {
    const x = Matrix.fromRows([[1], [Number.NaN], [3], [4]]);
    expect(rows(delayColumns(x, { nDelays: 2, storyLengths: [4] }))).toEqual([
      [1, 0],
      [Number.NaN, 1],
      [3, Number.NaN],
      [4, 3],
    ]);
  });

  const long = Matrix.zeros(564, 1);
  it.each([
    [
      long,
      { nDelays: 300, storyLengths: [282, 282] },
      OptionError,
      "delayColumns: delays must be smaller than nVolumes (282), got 300 (story 1 of 2). Are they in seconds? They count volumes.",
    ],
    [long, { nDelays: 6, storyLengths: [558, 6] }, OptionError, "nVolumes (6), got 6 (story 2 of 2)"],
    [long, { nDelays: 2, firstDelay: 5, storyLengths: [558, 6] }, OptionError, "nVolumes (6), got 6 (story 2 of 2)"],
    [long, { nDelays: 0, storyLengths: [564] }, OptionError, "nDelays must be a whole number from 1, got 0"],
    [long, { nDelays: 1.5, storyLengths: [564] }, OptionError, "nDelays must be a whole number from 1, got 1.5"],
    [
      long,
      { edge: "circle" as "wrap", storyLengths: [564] },
      OptionError,
      'edge must be "silence", "zero" or "wrap", got "circle"',
    ],
    [
      long,
      { silence: [0, 0], storyLengths: [564] },
      ShapeError,
      "delayColumns: silence must be one number a feature (1), got 2 (features 564 x 1).",
    ],
    [long, { firstDelay: -1, storyLengths: [564] }, OptionError, "firstDelay must be a whole number from 0, got -1"],
    [
      long,
      { storyLengths: [282, 281] },
      ShapeError,
      "delayColumns: storyLengths must add up to the number of volumes (564), got 282 + 281 = 563 (features 564 x 1).",
    ],
    [long, { storyLengths: [] }, ShapeError, "must add up to the number of volumes (564), got none = 0"],
    [long, { storyLengths: [564, 0] }, ShapeError, "whole numbers of volumes from 1, got 0 (story 2 of 2)"],
    [long, { storyLengths: [281.5, 282.5] }, ShapeError, "whole numbers of volumes from 1, got 281.5 (story 1 of 2)"],
  ])("refuses delays and lengths that do not fit (%#)", (x, options, errorClass, message) => {
    expect(() => delayColumns(x, options)).toThrow(errorClass);
    expect(() => delayColumns(x, options)).toThrow(message);
  });
});
