import { describe, expect, it } from "vitest";
import { joinColumns, Matrix, sliceColumns, takeRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { delayColumns } from "../../src/features/delays.ts";
import { fitDesign } from "../../src/features/design.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { applyPca, fitPca } from "../../src/ridge/pca.ts";

function randomMatrix(nRows: number, nColumns: number, seed: string): Matrix<Float64Array> {
  const random = createRandom(seed);
  return Matrix.of(
    Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
    nRows,
    nColumns,
  );
}
const storyLengths = [33, 27];
const band = randomMatrix(60, 30, "band");
const other = randomMatrix(60, 25, "other");
const folds = contiguousFolds(60, 5);
const train = folds[2]!.train;
const variants = [
  { reduction: "before-delays", components: 5, nDelays: 3, storyLengths },
  { reduction: "after-delays", components: 5, nDelays: 3, storyLengths },
  { components: "none", nDelays: 3, storyLengths },
] as const;
const [before, after, none] = variants;

/** Mean and population variance of the given rows of a column. */
function moments(design: Matrix, rows: Int32Array, column: number): readonly [number, number] {
  const values = [...rows].map((row) => design.data[row * design.nColumns + column]!);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length];
}

describe("fitDesign", () => {
  it("has components x delays columns a band before, components after, features x delays without (by hand)", async () => {
    expect((await fitDesign([band, other], train, before)).columns.nColumns).toBe(2 * 5 * 3);
    expect((await fitDesign([band, other], train, after)).columns.nColumns).toBe(2 * 5);
    expect((await fitDesign([band, other], train, none)).columns.nColumns).toBe((30 + 25) * 3);
    // 20 components and 6 delays unless told otherwise.
    expect((await fitDesign([band, other], train, { storyLengths })).columns.nColumns).toBe(240);
  });

  it("standardises every column over the training volumes, but for components after delays (identity)", async () => {
    for (const options of [before, none]) {
      const design = (await fitDesign([band, other], train, options)).columns;
      for (let j = 0; j < design.nColumns; j++) {
        const [mean, variance] = moments(design, train, j);
        // Sums of 48 numbers of size 1 in double precision.
        expect(Math.abs(mean)).toBeLessThan(1e-13);
        expect(Math.abs(variance - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("takes components of standardised delayed columns and scales them no more (identity)", async () => {
    const reduced = (await fitDesign([band], train, after)).columns;
    const columns = (await fitDesign([band], train, none)).columns;
    // The same columns, standardised over the training volumes: their components, of descending variance.
    const expected = await applyPca(columns, await fitPca(takeRows(columns, train), 5));
    const variances = Array.from({ length: 5 }, (_, j) => moments(reduced, train, j)[1]);
    expect(reduced).toEqual(expected);
    expect(variances).toEqual([...variances].sort((a, b) => b - a));
    expect(variances[0]).toBeGreaterThan(2);
  });

  it("reduces bands apart: joined designs are the designs side by side (identity)", async () => {
    for (const options of variants) {
      const both = (await fitDesign([band, other], train, options)).columns;
      const apart = joinColumns([
        (await fitDesign([band], train, options)).columns,
        (await fitDesign([other], train, options)).columns,
      ]);
      expect(both).toEqual(apart);
    }
  });

  it("standardises by hand: one column, one delay, the training rows 0 and 2 of 1, 9, 3 (by hand)", async () => {
    const design = (
      await fitDesign([Matrix.fromRows([[1], [9], [3]])], Int32Array.of(0, 2), {
        storyLengths: [3],
        nDelays: 1,
      })
    ).columns;
    // Mean 2, standard deviation 1.
    expect([...design.data]).toEqual([-1, 7, 1]);
  });

  it("keeps a band with no more columns than components as it is (identity)", async () => {
    for (const reduction of ["before-delays", "after-delays"] as const) {
      const narrow = sliceColumns(band, 0, 4);
      const kept = (await fitDesign([narrow], train, { storyLengths, nDelays: 3, reduction, components: 12 })).columns;
      expect(kept).toEqual(
        (await fitDesign([narrow], train, { storyLengths, nDelays: 3, components: "none" })).columns,
      );
    }
  });

  it("keeps as many columns as a band's rank where that is smaller than components (by hand)", async () => {
    // 30 columns that are sums of three.
    const three = randomMatrix(60, 3, "three");
    const mixing = randomMatrix(3, 30, "mixing");
    const mixed = Matrix.zeros(60, 30);
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 30; j++) {
        for (let k = 0; k < 3; k++) mixed.data[i * 30 + j]! += three.data[i * 3 + k]! * mixing.data[k * 30 + j]!;
      }
    }
    expect((await fitDesign([mixed], train, { ...before, components: 5 })).columns.nColumns).toBe(3 * 3);
  });

  it("fills the start of a story with the training mean, 0, not with the last story's end (identity)", async () => {
    // At delay k the first k volumes of both stories hold one number: what 0 becomes when standardised.
    const design = (await fitDesign([band], train, none)).columns;
    for (let j = 30; j < 90; j++) {
      const k = Math.floor(j / 30);
      const starts = [0, 33].flatMap((start) => Array.from({ length: k }, (_, t) => start + t));
      expect(new Set(starts.map((row) => design.data[row * 90 + j]!)).size).toBe(1);
    }
  });

  it("does to the volumes at delay 0 and 1 what the delays of the standardised features say (agreement)", async () => {
    const design = (await fitDesign([band], train, none)).columns;
    // Undelayed columns are standardised once: their copy at delay 0 is the plain z-score.
    const [mean, variance] = moments(band, train, 7);
    for (let row = 0; row < 60; row++) {
      const z = (band.data[row * 30 + 7]! - mean) / Math.sqrt(variance);
      // Two roundings of numbers of size 1.
      expect(Math.abs(design.data[row * 90 + 7]! - z)).toBeLessThan(1e-13);
    }
    const delayed = delayColumns(band, { storyLengths, nDelays: 2 });
    expect(delayed.data[34 * 60 + 30]).toBe(band.data[33 * 30]);
  });

  it("learns nothing from test volumes that no training volume follows within the delays (identity)", async () => {
    for (const options of variants) {
      // The last chunk has no training volumes after it; a gap as long as the delays keeps any chunk apart.
      for (const fold of [folds[4]!, contiguousFolds(60, 5, { gap: 2 })[2]!]) {
        const changed = Matrix.of(band.data.slice(), 60, 30);
        for (const row of fold.test) changed.data.fill(1e3 * Math.sin(row), row * 30, (row + 1) * 30);
        const [was, is] = [
          (await fitDesign([band], fold.train, options)).columns,
          (await fitDesign([changed], fold.train, options)).columns,
        ];
        expect(takeRows(is, fold.train)).toEqual(takeRows(was, fold.train));
        expect(takeRows(is, fold.test)).not.toEqual(takeRows(was, fold.test));
      }
    }
  });

  it("without a gap, lets test features into the delays of the training volumes that follow, and no further", async () => {
    // What the remark on leakage says: by hand, two volumes after the chunk at three delays. Components and the first
    // standardisation do not change; the last one is fitted on columns in which those two rows do.
    const fold = folds[2]!;
    const changed = Matrix.of(band.data.slice(), 60, 30);
    const last = fold.test.at(-1)!;
    changed.data.fill(5, last * 30, (last + 1) * 30);
    const was = (await fitDesign([band], fold.train, none)).columns;
    const is = (await fitDesign([changed], fold.train, none)).columns;
    const undelayed = (design: Matrix) => takeRows(sliceColumns(design, 0, 30), fold.train);
    expect(undelayed(is)).toEqual(undelayed(was));
    // One standardisation takes rows to rows by the same line: rows that were equal stay equal. Compare differences to
    // training row 0, scaled by those of row 1.
    const shape = (design: Matrix, row: number, j: number) =>
      (design.data[row * 90 + j]! - design.data[5 * 90 + j]!) / (design.data[6 * 90 + j]! - design.data[5 * 90 + j]!);
    const moved = [...fold.train].filter((row) =>
      Array.from({ length: 60 }, (_, j) => 30 + j).some((j) => Math.abs(shape(is, row, j) - shape(was, row, j)) > 1e-6),
    );
    expect(moved).toEqual([last + 1, last + 2]);
  });

  const constant = Matrix.of(new Float64Array(60 * 3).fill(2), 60, 3);
  const holed = Matrix.of(band.data.slice(), 60, 30);
  holed.data[41 * 30 + 4] = Number.NaN;
  it.each([
    ["no band", [], { storyLengths }, ShapeError, "at least one band of features must be given, got none"],
    [
      "lengths",
      [band],
      { storyLengths: [30, 31] },
      ShapeError,
      "fitDesign: storyLengths must add up to the number of volumes (60), got 30 + 31 = 61 (features 60 x 30).",
    ],
    [
      "components 0",
      [band],
      { storyLengths, components: 0 },
      OptionError,
      'fitDesign: components must be a whole number from 1 or "none", got 0 (features 60 x 30).',
    ],
    ["half a component", [band], { storyLengths, components: 2.5 }, OptionError, 'from 1 or "none", got 2.5'],
    [
      "reduction",
      [band],
      { storyLengths, reduction: "never" as "after-delays" },
      OptionError,
      'fitDesign: reduction must be "before-delays" or "after-delays", got "never".',
    ],
    [
      "constant band",
      [band, constant],
      { storyLengths },
      ShapeError,
      "fitDesign: features must vary over the training volumes, got the same row 48 times (features 60 x 3).",
    ],
    [
      "NaN",
      [holed],
      { storyLengths },
      ShapeError,
      "fitDesign: features must be finite, got NaN (volume 41, column 4 of features 60 x 30).",
    ],
    [
      "delays",
      [band],
      { storyLengths, nDelays: 27 },
      OptionError,
      "delays must be smaller than nVolumes (27), got 27 (story 2 of 2). Are they in seconds? They count volumes.",
    ],
  ])("refuses what it cannot use: %s", async (_, bands, options, errorClass, message) => {
    await expect(fitDesign(bands, train, options)).rejects.toThrow(errorClass);
    await expect(fitDesign(bands, train, options)).rejects.toThrow(message);
  });
});
