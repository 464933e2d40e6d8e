import { describe, expect, it } from "vitest";
import { joinColumns, joinRows, Matrix, sliceRows, takeRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { type DesignOptions, fitDesign } from "../../src/features/design.ts";
import { slidingBands } from "../../src/features/sliding-windows.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";

// What comes before a story is silence: a volume without words, the zero vector. So volumes of zeros that are put before
// each story, and that no fold is trained on, change nothing.

const storyLengths = [33, 27];
const nBefore = 4;
/** Longer stories, the same where they were. */
const longer = storyLengths.map((length) => nBefore + length);
/** Rows of the longer series that are those of the shorter. */
const places = Int32Array.from({ length: 60 }, (_, row) => row + (row < 33 ? nBefore : 2 * nBefore));

function silenceBefore(band: Matrix): Matrix {
  const silence = Matrix.zeros(nBefore, band.nColumns);
  return joinRows([silence, sliceRows(band, 0, 33), silence, sliceRows(band, 33, 60)]);
}

/** Features far from mean 0, as activations are, with a few volumes without words. */
function features(nColumns: number, seed: string): Matrix<Float64Array> {
  const random = createRandom(seed);
  const data = Float64Array.from({ length: 60 * nColumns }, (_, at) => 3 + (at % 5) + random.normal());
  for (const row of [0, 1, 20, 33, 50]) data.fill(0, row * nColumns, (row + 1) * nColumns);
  return Matrix.of(data, 60, nColumns);
}

const variants: readonly (readonly [string, Partial<DesignOptions>])[] = [
  ["components before delays", { components: 5 }],
  ["components after delays", { components: 5, reduction: "after-delays" }],
  ["no components", { components: "none" }],
  ["no components, after delays", { components: "none", reduction: "after-delays" }],
  ["late delays", { components: 5, firstDelay: 2 }],
];
const folds = contiguousFolds(60, 5);

describe("edge silence: volumes of zeros before every story change nothing", () => {
  it.each(variants)("%s (identity)", async (_, more) => {
    const bands = [features(30, "wide"), features(3, "narrow"), features(1, "one")];
    for (const { train } of [folds[0]!, folds[2]!, folds[4]!]) {
      const options = { nDelays: 3, ...more };
      const design = (await fitDesign(bands, train, { ...options, storyLengths })).columns;
      const apart = Int32Array.from(train, (row) => places[row]!);
      const whole = (await fitDesign(bands.map(silenceBefore), apart, { ...options, storyLengths: longer })).columns;
      // The same numbers added in the same order.
      expect(design).toEqual(takeRows(whole, places));
      // It is not what zeros after centring give.
      expect((await fitDesign(bands, train, { ...options, storyLengths, edge: "zero" })).columns).not.toEqual(design);
    }
  });

  it.each(variants)("forecast windows, never formed where they are wide; %s (identity)", async (_, more) => {
    const offsets = new Map(Array.from({ length: 9 }, (_, k) => [k - 4, features(30, `offset ${k}`)]));
    const windows = { distances: [0, 4], width: 5, featuresAt: (offset: number) => offsets.get(offset)! };
    for (const { train } of [folds[0]!, folds[3]!]) {
      const apart = Int32Array.from(train, (row) => places[row]!);
      const options = { nDelays: 3, ...more };
      const bands = slidingBands(windows, train, { ...options, storyLengths });
      const whole = slidingBands(
        { ...windows, featuresAt: (offset) => silenceBefore(windows.featuresAt(offset)) },
        apart,
        { ...options, storyLengths: longer },
      );
      let n = 0;
      for await (const band of bands) {
        const other = (await whole.next()).value!;
        const [got, expected] = [band, other].map((one) => (one.kind === "kernel" ? one.kernel : one.columns));
        expect(got).toEqual(takeRows(expected!, places));
        n++;
      }
      expect(n).toBe(2);
    }
  });
});

describe("a story's start without words", () => {
  it.each(variants)("is the same row as silence within it, at every delay; %s (by hand)", async (_, more) => {
    // No word in the first twelve volumes, and none in 40..51: delays reach four volumes back.
    const band = features(30, "wide");
    band.data.fill(0, 0, 12 * 30);
    band.data.fill(0, 40 * 30, 52 * 30);
    const other = features(4, "narrow");
    other.data.fill(0, 0, 12 * 4);
    other.data.fill(0, 40 * 4, 52 * 4);
    const design = (await fitDesign([band, other], folds[1]!.train, { nDelays: 3, ...more, storyLengths })).columns;
    const row = (t: number) => [...design.data.subarray(t * design.nColumns, (t + 1) * design.nColumns)];
    for (const t of [0, 1, 2, 5, 11, 45, 51]) expect(row(t)).toEqual(row(44));
    expect(row(14)).not.toEqual(row(44));
    const jumps = (await fitDesign([band, other], folds[1]!.train, { nDelays: 3, ...more, storyLengths, edge: "zero" }))
      .columns;
    expect(takeRows(jumps, [0])).not.toEqual(takeRows(jumps, [11]));
  });

  it("is silence in joined bands too (identity)", async () => {
    const [a, b] = [features(30, "a"), features(4, "b")];
    const options = { storyLengths, components: 5, nDelays: 3 };
    const { train } = folds[2]!;
    expect((await fitDesign([a, b], train, options)).columns).toEqual(
      joinColumns([(await fitDesign([a], train, options)).columns, (await fitDesign([b], train, options)).columns]),
    );
  });
});
