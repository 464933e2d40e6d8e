import { describe, expect, it } from "vitest";
import { joinColumns, joinRows, Matrix, sliceColumns } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { type DesignOptions, fitBand } from "../../src/features/design.ts";
import { type SlidingWindows, slidingBands } from "../../src/features/sliding-windows.ts";
import { forecastWindow } from "../../src/features/window.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { type VolumesOptions, wordsToVolumes } from "../../src/stimulus/volumes.ts";

const repetitionTime = 1.5;

/** Words of two stories at volume level, about two and a half a volume; the second story falls silent for a while. */
function simulate(storyLengths: readonly number[], nUnits: number, seed: string, more: Partial<VolumesOptions> = {}) {
  const random = createRandom(seed);
  const stories = storyLengths.map((nVolumes, story) => {
    const onsets: number[] = [];
    for (let time = 0.3; time < nVolumes * repetitionTime; time += 0.2 + 0.7 * random.uniform()) {
      if (story === 0 || time < 20 || time > 32) onsets.push(time);
    }
    const data = Float32Array.from(
      { length: onsets.length * nUnits },
      (_, at) => random.normal() / (1 + (at % nUnits)),
    );
    return { nVolumes, onsets, words: Matrix.of(data, onsets.length, nUnits) };
  });
  const toVolumes = (distance: number, width: number) =>
    joinRows(
      stories.map(({ nVolumes, onsets, words }) =>
        wordsToVolumes(forecastWindow(words, { distance, width }), onsets, { nVolumes, repetitionTime, ...more }),
      ),
    );
  return { toVolumes, featuresAt: (offset: number) => toVolumes(offset, 1) };
}

/** Features at each offset, side by side. */
async function formWindow({ width = 7, featuresAt }: SlidingWindows, distance: number): Promise<Matrix> {
  const offsets = Array.from({ length: width }, (_, k) => distance - width + 1 + k);
  return joinColumns(await Promise.all(offsets.map(async (offset) => featuresAt(offset))));
}

async function collect(windows: SlidingWindows, train: Int32Array, options: DesignOptions) {
  const bands = new Map<number, Matrix>();
  for await (const band of slidingBands(windows, train, options)) {
    if (band.kind === "kernel") throw new Error("columns are expected");
    bands.set(band.distance, band.columns);
  }
  return bands;
}

/** The greatest difference of two designs' columns, of which each may have the other sign. */
function greatestDifference(a: Matrix, b: Matrix): number {
  expect([a.nRows, a.nColumns]).toEqual([b.nRows, b.nColumns]);
  let greatest = 0;
  for (let j = 0; j < a.nColumns; j++) {
    const [left, right] = [a, b].map((m) => [...sliceColumns(m, j, j + 1).data]) as [number[], number[]];
    const sign = Math.sign(left.reduce((sum, value, i) => sum + value * right[i]!, 0));
    left.forEach((value, i) => {
      greatest = Math.max(greatest, Math.abs(value - sign * right[i]!));
    });
  }
  return greatest;
}

const storyLengths = [37, 28];
const folds = contiguousFolds(65, 5);
const { train } = folds[2]!;
const options: DesignOptions = { storyLengths, components: 5, nDelays: 3 };
const distances = [-10, -1, 0, 3, 4, 5, 40, 150];
const { toVolumes, featuresAt } = simulate(storyLengths, 30, "words");

describe("slidingBands", () => {
  it.each(["sum", "mean", "lanczos"] as const)(
    "a window's columns are those of its words at their offsets, to the last bit (identity; downsample %s)",
    async (downsample) => {
      const simulated = simulate(storyLengths, 4, "words", { downsample });
      for (const distance of [-9, 0, 4, 150]) {
        const formed = await formWindow({ distances, featuresAt: simulated.featuresAt }, distance);
        expect(formed).toEqual(simulated.toVolumes(distance, 7));
      }
    },
  );

  /** Units that are constant, zero at an offset, the same, or a thousand times greater than others; a few offsets of silence. */
  const awkward = (far: number) => (offset: number) => {
    const features = featuresAt(offset);
    const data = features.data.slice();
    for (let i = 0; i < 65; i++) {
      data[i * 30 + 1] = 0.1;
      data[i * 30 + 2]! *= 1e3;
      data[i * 30 + 4] = data[i * 30 + 3]!;
      if (offset % 3 === 0) data[i * 30 + 5] = 0;
      // Constant where the middle fold is fitted, and far from it where it is not.
      data[i * 30 + 6] = train.includes(i) ? 1e3 + 1 / 3 : 1e3 + far * Math.sin(i);
      if (offset === 2) data.fill(0, i * 30, (i + 1) * 30);
    }
    return Matrix.of(data, 65, 30);
  };
  it.each([
    ["windows of seven words", { featuresAt }, {}],
    ["two of nine", { featuresAt, width: 9 }, { storyLengths, components: 2 }],
    ["single words", { featuresAt: simulate(storyLengths, 60, "wide").featuresAt, width: 1 }, {}],
    ["awkward columns", { featuresAt: awkward(1e6) }, {}],
    // Here delays bring what is far from the training volumes into them, and digits of all else are lost to it.
    ["delays before components", { featuresAt: awkward(3) }, { reduction: "after-delays" }],
    ["the training mean before stories", { featuresAt }, { edge: "zero" }],
    [
      "the training mean before stories, delays before components",
      { featuresAt },
      { edge: "zero", reduction: "after-delays" },
    ],
    ["late delays in a circle", { featuresAt }, { reduction: "after-delays", firstDelay: 2, edge: "wrap" }],
    ["single words, delays before components", { featuresAt, width: 1 }, { reduction: "after-delays" }],
  ] as const)("makes the bands of windows that are formed (agreement; %s)", async (_, windows, more) => {
    for (const fold of [folds[0]!, folds[2]!, folds[4]!]) {
      const bands = await collect({ distances: [-10, -1, 0, 3, 4, 5, 40], ...windows }, fold.train, {
        ...options,
        ...more,
      });
      for (const [distance, band] of bands) {
        const formed = await formWindow({ distances, ...windows }, distance);
        expect(formed.nColumns * (("reduction" in more && 3) || 1)).toBeGreaterThan(fold.train.length);
        // Components are known to about 1e-15 of the first over the gap to the next; columns have variance 1.
        expect(
          greatestDifference(band, (await fitBand(formed, fold.train, { ...options, ...more })).columns),
        ).toBeLessThan(1e-9);
      }
    }
  });

  it("makes them where eigenvectors are found by iteration too (agreement)", async () => {
    const long = [170, 130];
    const windows = { distances: [-2, 8], featuresAt: simulate(long, 60, "long").featuresAt };
    const fold = contiguousFolds(300, 5)[1]!;
    const bands = await collect(windows, fold.train, { storyLengths: long });
    for (const [distance, band] of bands) {
      const formed = (await fitBand(await formWindow(windows, distance), fold.train, { storyLengths: long })).columns;
      expect(band.nColumns).toBe(120);
      // Residuals of 1e-11 of an eigenvalue over its gap, about a hundredth.
      expect(greatestDifference(band, formed)).toBeLessThan(1e-8);
    }
  });

  it("spans the same where components have equal variances (agreement)", async () => {
    // Walsh functions over 32 training volumes: orthogonal, mean 0, variance 1. Three come four times, a fourth twice.
    const random = createRandom("test rows");
    const parity = (bits: number) => bits.toString(2).replaceAll("0", "").length % 2;
    const functions = [1, 1, 1, 1, 6, 6, 6, 6, 27, 27, 27, 27, 18, 18];
    const walsh = (i: number, k: number) => (i < 32 ? 1 - 2 * parity(i & functions[k]!) : random.normal());
    const data = Float64Array.from({ length: 40 * 14 }, (_, at) => walsh(Math.floor(at / 14), at % 14));
    const windows = { distances: [1], featuresAt: () => Matrix.of(data, 40, 14) };
    const rows = Int32Array.from({ length: 32 }, (_, i) => i);
    const plain = { storyLengths: [40], components: 3, nDelays: 1 };
    const band = (await collect(windows, rows, plain)).get(1)!;
    const formed = (await fitBand(await formWindow(windows, 1), rows, plain)).columns;
    const products = ({ data: x }: Matrix) =>
      Array.from({ length: 1600 }, (_, at) =>
        [0, 1, 2].reduce((sum, k) => sum + x[Math.floor(at / 40) * 3 + k]! * x[(at % 40) * 3 + k]!, 0),
      );
    const expected = products(formed);
    // Sums of products of numbers of size 1.
    products(band).forEach((value, at) => {
      expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-12);
    });
  });

  it("keeps as many columns as a window's rank where that is smaller than components (agreement)", async () => {
    // Two units at each of three offsets, mixed to thirty: rank six.
    const mixing = createRandom("mixing");
    const weights = Float64Array.from({ length: 60 }, () => mixing.normal());
    const mixed = (offset: number) => {
      const { data } = featuresAt(offset);
      const sums = Float64Array.from({ length: 65 * 30 }, (_, at) => {
        const row = Math.floor(at / 30) * 30;
        return data[row]! * weights[at % 30]! + data[row + 1]! * weights[30 + (at % 30)]!;
      });
      return Matrix.of(sums, 65, 30);
    };
    const windows = { distances: [2], width: 3, featuresAt: mixed };
    const band = (await collect(windows, train, { ...options, components: 10 })).get(2)!;
    const formed = (await fitBand(await formWindow(windows, 2), train, { ...options, components: 10 })).columns;
    expect([band.nColumns, formed.nColumns]).toEqual([6 * 3, 6 * 3]);
    expect(greatestDifference(band, formed)).toBeLessThan(1e-9);
  });

  it("forms windows that are no wider than the training volumes (identity)", async () => {
    for (const [nUnits, more] of [
      [7, {}],
      [2, { reduction: "after-delays" }],
      [1, { components: 7 }],
      [2, { components: "none" }],
    ] as const) {
      const windows = { distances: [4, -3], featuresAt: simulate(storyLengths, nUnits, "narrow").featuresAt };
      const bands = await collect(windows, train, { ...options, ...more });
      for (const [distance, band] of bands) {
        expect(band).toEqual(
          (await fitBand(await formWindow(windows, distance), train, { ...options, ...more })).columns,
        );
      }
    }
  });

  it.each([{ components: "none" }, { components: 210 }, { components: "none", reduction: "after-delays" }] as const)(
    "gives the inner products of wide windows that are not reduced (agreement; %o)",
    async (more) => {
      const windows = { distances: [-3, 4], featuresAt };
      const all = { ...options, ...more };
      for await (const band of slidingBands(windows, train, all)) {
        if (band.kind === "columns") throw new Error("inner products are expected");
        const formed = (await fitBand(await formWindow(windows, band.distance), train, all)).columns;
        expect(band.nColumns).toBe(formed.nColumns);
        for (let i = 0; i < 65; i++) {
          train.forEach((row, at) => {
            let product = 0;
            for (let j = 0; j < 630; j++) product += formed.data[i * 630 + j]! * formed.data[row * 630 + j]!;
            // Sums of 630 products of numbers of size 1.
            expect(Math.abs(band.kernel.data[i * train.length + at]! - product)).toBeLessThan(1e-10);
          });
        }
      }
    },
  );

  it("gives a band that does not depend on the distances before it: sums do not drift (identity)", async () => {
    const many = Array.from({ length: 41 }, (_, k) => k - 10);
    const bands = await collect({ distances: many, featuresAt }, train, options);
    const alone = await collect({ distances: [30], featuresAt }, train, options);
    expect(bands.get(30)).toEqual(alone.get(30));
  });

  it("asks for each offset once, in rising order, and for each distance named once (by hand)", async () => {
    const asked: number[] = [];
    const windows: SlidingWindows = {
      distances: [8, -1, 0, 8],
      width: 3,
      featuresAt: async (offset) => {
        asked.push(offset);
        return featuresAt(offset);
      },
    };
    expect([...(await collect(windows, train, options)).keys()]).toEqual([-1, 0, 8]);
    expect(asked).toEqual([-3, -2, -1, 0, 6, 7, 8]);
  });

  const holed = toVolumes(0, 1);
  holed.data[41 * 30 + 4] = Number.NaN;
  it.each([
    [
      "distance",
      { distances: [1, 0.5] },
      {},
      OptionError,
      "slidingBands: distance must be a whole number of words, got 0.5. Negative ones reach into the past.",
    ],
    [
      "width",
      { width: 0 },
      {},
      OptionError,
      "slidingBands: width must be a whole number of words from 1, got 0 (1 distances).",
    ],
    [
      "volumes",
      { featuresAt: () => Matrix.zeros(64, 30) },
      {},
      ShapeError,
      "fitDesign: storyLengths must add up to the number of volumes (64), got 37 + 28 = 65 (features 64 x 30 at offset -6). Give one length a story, in the order they are joined.",
    ],
    [
      "columns",
      { featuresAt: (offset: number) => sliceColumns(featuresAt(offset), 0, 24 - offset) },
      {},
      ShapeError,
      "slidingBands: features must have as many columns at every offset (30), got 29 (offset -5). All are of one layer.",
    ],
    [
      "NaN",
      { featuresAt: () => holed },
      {},
      ShapeError,
      "fitDesign: features must be finite, got NaN (volume 41, column 4 of features 65 x 30 at offset -6). Check the activations that they were made of.",
    ],
    [
      "silence",
      { distances: [400] },
      {},
      ShapeError,
      "fitDesign: features must vary over the training volumes, got the same row 52 times (features 65 x 210). Does any word of the stories fall within the volumes?",
    ],
    [
      "components",
      {},
      { components: 60 },
      OptionError,
      "fitPca: nComponents must be at most min(nSamples, nFeatures) (52), got 60 (x is 52 x 210). Ask for fewer components.",
    ],
    [
      "no components",
      {},
      { components: 0 },
      OptionError,
      'fitDesign: components must be a whole number from 1 or "none", got 0 (features 65 x 30 at offset -6).',
    ],
    [
      "no matrix",
      { featuresAt: () => ({ ...holed, nRows: 2 }) },
      {},
      ShapeError,
      "slidingBands: features at offset -6: data must hold nRows * nColumns = 2 * 30 = 60 numbers, got 1950.",
    ],
  ])("refuses what it cannot use: %s", async (_, windows, more, errorClass, message) => {
    const bands = collect({ distances: [0], featuresAt, ...windows }, train, { ...options, ...more });
    await expect(bands).rejects.toEqual(new errorClass(message));
  });
});
