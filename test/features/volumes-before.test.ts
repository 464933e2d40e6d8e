import { describe, expect, it } from "vitest";
import { joinColumns, Matrix, sliceRows } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { brainScore } from "../../src/encoding/brain-score.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { delayColumns } from "../../src/features/delays.ts";
import { type DesignOptions, fitBand, fitDesign } from "../../src/features/design.ts";
import { slidingBands } from "../../src/features/sliding-windows.ts";
import { joinStories } from "../../src/features/story-lengths.ts";
import { forecastWindow } from "../../src/features/window.ts";
import { type VolumesOptions, volumesReached, wordsToVolumes } from "../../src/stimulus/volumes.ts";
import { normalMatrix } from "../encoding/simulate.ts";

const repetitionTime = 1.5;
const nDelays = 6;
/** Volumes of two stories; the first volumes of the second are cut off. */
const [nFirst, nSecond, nCut] = [40, 60, 9];

/** Words at random times, some of whom lie beyond both ends of a run of `nVolumes`. */
function tell(nVolumes: number, seed: string) {
  const random = createRandom(seed);
  const onsets: number[] = [];
  for (let time = 0.1; time < nVolumes * repetitionTime; time += 0.2 + 0.8 * random.uniform()) onsets.push(time);
  return { onsets, words: normalMatrix(onsets.length, 5, seed) };
}
const stories = [tell(nFirst, "first"), tell(nSecond, "second")] as const;

/** Features of both stories, whole or with the second one cut, and what designs of them need. */
function features(isCut: boolean, distance = 0, more: Partial<VolumesOptions> = {}) {
  const lengths = [nFirst, isCut ? nSecond - nCut : nSecond];
  const nBefore = isCut ? nDelays - 1 + volumesReached(more) : 0;
  const volumesBefore = [0, nBefore];
  const parts = stories.map(({ onsets, words }, s) => {
    // A run that lacks its first volumes begins later: words come earlier.
    const shifted = onsets.map((onset) => onset - (isCut && s === 1 ? nCut * repetitionTime : 0));
    const volumes = { nVolumes: lengths[s]!, nBefore: volumesBefore[s]!, repetitionTime, ...more };
    return wordsToVolumes(forecastWindow(words, { distance, width: 1 }), shifted, volumes);
  });
  return { band: joinStories(parts, volumesBefore), options: { storyLengths: lengths, volumesBefore, nDelays } };
}

/** The rows of a design of the whole that are left once the second story is cut. */
function kept({ data, nColumns }: Matrix): Matrix {
  const rows = [...Array(nFirst + nSecond).keys()].filter((t) => t < nFirst || t >= nFirst + nCut);
  return Matrix.of(
    Float64Array.from(rows.flatMap((t) => [...data.subarray(t * nColumns, (t + 1) * nColumns)])),
    rows.length,
    nColumns,
  );
}
const trainOf = (isCut: boolean) => {
  const rows = [...Array(nFirst).keys(), ...Array.from({ length: 30 }, (_, t) => nFirst + nCut + 10 + t)];
  return Int32Array.from(rows, (t) => (isCut && t >= nFirst ? t - nCut : t));
};
const difference = (a: Matrix, b: Matrix) => {
  expect([a.nRows, a.nColumns]).toEqual([b.nRows, b.nColumns]);
  return Math.max(...Float64Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!)));
};

describe("words before the first volume", () => {
  it("stand in its delays, story by story; before these is silence (by hand)", () => {
    // Stories of three volumes; two volumes are known before the second one.
    const x = Matrix.fromRows([[1], [2], [7], [3], [4], [5], [-2], [-1]]);
    const options = { storyLengths: [3, 3], nDelays: 2, firstDelay: 0 } as const;
    expect(delayColumns(x, { ...options, volumesBefore: [0, 2], silence: [9] })).toEqual(
      Matrix.fromRows([
        [1, 9],
        [2, 1],
        [7, 2],
        [3, -1],
        [4, 3],
        [5, 4],
      ]),
    );
    const late = { storyLengths: [3, 4], nDelays: 1, firstDelay: 2 } as const;
    // Three volumes; one before the first story, one before the second: two volumes back there is silence, then what was said.
    const y = Matrix.fromRows([[1], [2], [3], [4], [5], [6], [7], [-1], [-4]]);
    expect([...delayColumns(y, { ...late, volumesBefore: [1, 1], silence: [9] }).data]).toEqual([
      9, -1, 1, 9, -4, 4, 5,
    ]);
  });

  it.each<[string, Partial<VolumesOptions>]>([
    ["sum", {}],
    ["mean", { downsample: "mean" }],
    ["lanczos", { downsample: "lanczos" }],
    ["one-late", { filing: "one-late" }],
  ])("%s: delayed features of a run without its first volumes are those of the whole run (identity)", (_, more) => {
    const [whole, cut] = [features(false, 0, more), features(true, 0, more)];
    const [a, b] = [delayColumns(whole.band, whole.options), delayColumns(cut.band, cut.options)];
    // Onsets of the two runs differ by rounding, which Lanczos weights see.
    expect(difference(kept(a), b)).toBeLessThan(1e-12);
    // Without them, they are not: the first five volumes lack words.
    const silent = delayColumns(sliceRows(cut.band, 0, nFirst + nSecond - nCut), {
      storyLengths: cut.options.storyLengths,
      nDelays,
    });
    expect(difference(kept(a), silent)).toBeGreaterThan(0.5);
  });

  it.each<[string, Omit<DesignOptions, "storyLengths">]>([
    ["no components", { components: "none" }],
    ["components before delays", { components: 3 }],
    ["components after delays", { components: 3, reduction: "after-delays" }],
  ])("%s: so are whole designs, of the same training volumes (identity)", async (_, more) => {
    const [a, b] = await Promise.all(
      [false, true].map(async (isCut) => {
        const { band, options } = features(isCut);
        return (await fitDesign([band], trainOf(isCut), { ...options, ...more })).columns;
      }),
    );
    expect(difference(kept(a!), b!)).toBeLessThan(1e-9);
  });

  it.each<[string, Omit<DesignOptions, "storyLengths">]>([
    ["before-delays", { components: 3 }],
    ["after-delays", { components: 3, reduction: "after-delays" }],
  ])("%s: windows that are not formed are those that are (agreement)", async (_, more) => {
    const featuresAt = (offset: number) => features(true, offset).band;
    const width = 20;
    const { options } = features(true);
    const windows = { distances: [4], width, featuresAt };
    const formed = joinColumns(Array.from({ length: width }, (__, k) => featuresAt(4 - width + 1 + k)));
    // 100 columns, more than the 70 training volumes.
    const wanted = (await fitBand(formed, trainOf(true), { ...options, ...more })).columns;
    for await (const band of slidingBands(windows, trainOf(true), { ...options, ...more })) {
      if (band.kind === "kernel") throw new Error("columns are expected");
      // Signs of components may differ.
      const [a, b] = [band.columns, wanted].map(({ data, ...shape }) => ({ data: data.map(Math.abs), ...shape }));
      expect(difference(a!, b!)).toBeLessThan(1e-6);
    }
  });

  it("as many scores come out as volumes went in, and responses to words before them are predicted (recovery)", async () => {
    const { band, options } = features(true);
    const nVolumes = nFirst + nSecond - nCut;
    const bold = delayColumns(band, { ...options, nDelays: 3, firstDelay: 1 });
    const single = Matrix.of(
      Float64Array.from({ length: nVolumes }, (_, t) => bold.data[t * bold.nColumns + 7]!),
      nVolumes,
      1,
    );
    const settings = { components: "none", alphas: [1e-6], nFolds: 3 } as const;
    const { score } = await brainScore(band, single, { ...options, ...settings });
    // The response is a column of the design: nothing but the penalty is between them.
    expect(score[0]).toBeGreaterThan(1 - 1e-6);
    const { score: without } = await brainScore(sliceRows(band, 0, nVolumes), single, {
      storyLengths: options.storyLengths,
      nDelays,
      ...settings,
    });
    expect(without[0]).toBeLessThan(score[0]! - 1e-4);
  });

  it("are refused where they cannot be placed, or would have no effect (by hand)", async () => {
    const { band, options } = features(true);
    const refused = (more: Partial<DesignOptions>) => fitDesign([band], trainOf(true), { ...options, ...more });
    await expect(refused({ volumesBefore: [5] })).rejects.toThrow(
      "fitDesign: volumesBefore must be a whole number from 0 for each of 2 stories, got 5.",
    );
    await expect(refused({ volumesBefore: [0, 4] })).rejects.toThrow(
      "fitDesign: rows must be the volumes of the stories (91) and, below them, those before (0 + 4 = 4), got 96 (features 96 x 5).",
    );
    await expect(refused({ volumesBefore: [0, 4] })).rejects.toThrow(ShapeError);
    await expect(refused({ edge: "zero" })).rejects.toThrow(OptionError);
    await expect(refused({ edge: "wrap" })).rejects.toThrow(
      'fitDesign: edge must be "silence" where features of volumes before stories are given (0, 5), got "wrap". Leave volumesBefore out.',
    );
    const word = Matrix.zeros(1, 1);
    expect(() => wordsToVolumes(word, [0], { nVolumes: 2, repetitionTime: 1, nBefore: -1 })).toThrow(
      "wordsToVolumes: nBefore must be a whole number from 0, got -1. It counts volumes.",
    );
  });
});
