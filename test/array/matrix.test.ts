import { describe, expect, it } from "vitest";
import {
  emptyLike,
  formatShape,
  joinColumns,
  joinRows,
  Matrix,
  sliceColumns,
  sliceRows,
  takeRows,
  toFloat32,
  toFloat64,
  transpose,
} from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";

const matrix = Matrix.fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);
const rowsOf = ({ data, nRows, nColumns }: Matrix) =>
  Array.from({ length: nRows }, (_, i) => Array.from(data.subarray(i * nColumns, (i + 1) * nColumns)));

describe("making a matrix", () => {
  it("by hand: row after row, wrapped without a copy", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const wrapped = Matrix.of(data, 2, 3);
    expect(wrapped.data).toBe(data);
    expect(rowsOf(wrapped)).toEqual(rowsOf(matrix));
    expect(rowsOf(Matrix.zeros(2, 1))).toEqual([[0], [0]]);
    expect(Matrix.fromRows([])).toEqual({ data: new Float64Array(0), nRows: 0, nColumns: 0 });
    expect(formatShape(matrix)).toBe("2 x 3");
  });

  it("by hand: precision is kept or changed as asked, without a copy where there is nothing to change", () => {
    const third = Matrix.fromRows([[1 / 3]]);
    expect(toFloat64(third)).toBe(third);
    const single = toFloat32(third);
    expect(single.data).toEqual(Float32Array.of(1 / 3));
    expect(toFloat32(single)).toBe(single);
    expect(toFloat64(single).data[0]).toBe(Math.fround(1 / 3));
    expect([emptyLike(single.data, 2), emptyLike(third.data, 1)]).toEqual([new Float32Array(2), new Float64Array(1)]);
  });
});

describe("parts of a matrix", () => {
  it("by hand: rows are a view, columns and chosen rows are copies", () => {
    const rows = sliceRows(matrix, 1, 2);
    expect(rowsOf(rows)).toEqual([[4, 5, 6]]);
    expect(rows.data.buffer).toBe(matrix.data.buffer);
    expect(rowsOf(sliceColumns(matrix, 1, 3))).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(rowsOf(takeRows(matrix, [1, 0, 1]))).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([
      sliceRows(matrix, 2, 2).nRows,
      sliceColumns(matrix, 0, 0).data.length,
      takeRows(matrix, []).nColumns,
    ]).toEqual([0, 0, 3]);
  });

  it("identity: halves joined again are the whole, transposing twice changes nothing, precision stays", () => {
    const random = createRandom(3);
    const whole = Matrix.of(
      Float32Array.from({ length: 7 * 5 }, () => random.normal()),
      7,
      5,
    );
    for (let at = 0; at <= 5; at++) {
      expect(joinColumns([sliceColumns(whole, 0, at), sliceColumns(whole, at, 5)])).toEqual(whole);
      expect(joinRows([sliceRows(whole, 0, at), sliceRows(whole, at, 7)])).toEqual(whole);
    }
    expect(transpose(transpose(whole))).toEqual(whole);
    expect(rowsOf(transpose(matrix))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it("by hand: joined matrices take the precision of the widest, whatever their order", () => {
    const single = toFloat32(Matrix.fromRows([[1 / 3]]));
    const double = Matrix.fromRows([[1 / 3]]);
    expect(joinColumns([single, double]).data).toEqual(Float64Array.of(Math.fround(1 / 3), 1 / 3));
    expect(joinRows([single, single]).data).toBeInstanceOf(Float32Array);
    expect(joinRows([double, single]).data).toEqual(Float64Array.of(1 / 3, Math.fround(1 / 3)));
  });
});

describe("by hand: refused", () => {
  const narrow = Matrix.zeros(1, 2);
  it.each([
    [
      "too few numbers",
      () => Matrix.of(new Float64Array(5), 2, 3),
      "Matrix.of: data must hold nRows * nColumns = 2 * 3 = 6 numbers, got 5.",
    ],
    [
      "a shape that is none",
      () => Matrix.of(new Float64Array(2), -1, 2.5),
      "Matrix.of: nRows and nColumns must be whole numbers from 0, got -1 and 2.5.",
    ],
    [
      "half a column of zeros",
      () => Matrix.zeros(3, 0.5),
      "Matrix.zeros: nRows and nColumns must be whole numbers from 0, got 3 and 0.5.",
    ],
    [
      // A negative length is a RangeError of the array itself, were it asked first.
      "fewer rows of zeros than none",
      () => Matrix.zeros(-1, 2),
      "Matrix.zeros: nRows and nColumns must be whole numbers from 0, got -1 and 2.",
    ],
    [
      "more zeros than any memory holds",
      () => Matrix.zeros(1e6, 1e6),
      "Matrix.zeros: a matrix must fit into memory, got 1000000 x 1000000 numbers (7.5e+3 GiB).",
    ],
    [
      "rows of two lengths",
      () => Matrix.fromRows([[1, 2], [3]]),
      "Matrix.fromRows: rows must be equally long (2), got 1 (row 1).",
    ],
    ["rows beyond the end", () => sliceRows(matrix, 1, 3), "sliceRows: rows must lie in 0..2, got 1..3."],
    ["rows backwards", () => sliceRows(matrix, 2, 1), "sliceRows: rows must lie in 0..2, got 2..1."],
    [
      "half a row",
      () => sliceRows(matrix, 0.5, 1),
      "Matrix.of: nRows and nColumns must be whole numbers from 0, got 0.5 and 3.",
    ],
    ["columns beyond the end", () => sliceColumns(matrix, -1, 2), "sliceColumns: columns must lie in 0..3, got -1..2."],
    [
      "half a column",
      () => sliceColumns(matrix, 0, 1.5),
      "Matrix.of: nRows and nColumns must be whole numbers from 0, got 2 and 1.5.",
    ],
    [
      "a row that is not there",
      () => takeRows(matrix, [0, 2]),
      "takeRows: row indices must be whole and lie in 0..1, got 2.",
    ],
    [
      "half a row among the chosen",
      () => takeRows(matrix, [0.5]),
      "takeRows: row indices must be whole and lie in 0..1, got 0.5.",
    ],
    ["no matrices side by side", () => joinColumns([]), "joinColumns: at least one matrix must be given, got none."],
    ["no matrices one below the other", () => joinRows([]), "joinRows: at least one matrix must be given, got none."],
    [
      "other rows side by side",
      () => joinColumns([matrix, narrow]),
      "joinColumns: matrices must have equally many rows (2), got 1 (1 x 2).",
    ],
    [
      "other columns one below the other",
      () => joinRows([matrix, narrow]),
      "joinRows: matrices must have equally many columns (3), got 2 (1 x 2).",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ name: "ShapeError", kind: "shape", message }));
  });
});
