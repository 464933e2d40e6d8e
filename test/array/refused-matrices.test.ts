import { describe, expect, test } from "vitest";
import * as index from "../../src/index.ts";
import * as ridge from "../../src/ridge.ts";

const cortecast = { ...ridge, ...index };

const { Matrix } = cortecast;
const short = { data: new Float64Array(5), nRows: 8, nColumns: 1 };
const good = Matrix.of(
  Float64Array.from({ length: 8 }, (_, i) => (i * 5) % 8),
  8,
  1,
);
const options = { storyLengths: [8], nFolds: 2, nDelays: 1 };

/** Every function of the package that takes a matrix, each argument in turn; what the message calls it. */
const uses: readonly (readonly [string, () => unknown])[] = [
  ["toFloat32", () => cortecast.toFloat32(short)],
  ["toFloat64", () => cortecast.toFloat64(short)],
  ["sliceRows", () => cortecast.sliceRows(short, 0, 1)],
  ["sliceColumns", () => cortecast.sliceColumns(short, 0, 1)],
  ["joinRows: matrices[1]", () => cortecast.joinRows([good, short])],
  ["joinColumns: matrices[1]", () => cortecast.joinColumns([good, short])],
  ["ridgeCv: x", () => cortecast.ridgeCv(short, good)],
  ["ridgeCv: y", () => cortecast.ridgeCv(good, short)],
  ["predictRidge: x", async () => cortecast.predictRidge(await cortecast.ridgeCv(good, good), short)],
  ["pearsonColumns: a", () => cortecast.pearsonColumns(short, good)],
  ["pearsonColumns: b", () => cortecast.pearsonColumns(good, short)],
  ["forecastWindow: activations", () => cortecast.forecastWindow(short, { distance: 1 })],
  ["randomWindow: window", () => cortecast.randomWindow(short, { seed: 0 })],
  ["shuffledWindow: window", () => cortecast.shuffledWindow(short, { seed: 0 })],
  [
    "wordsToVolumes: activations",
    () => cortecast.wordsToVolumes(short, new Float64Array(8), { nVolumes: 8, repetitionTime: 1 }),
  ],
  ["cleanBold: bold", () => cortecast.cleanBold(short)],
  ["cleanBold: confounds", () => cortecast.cleanBold(good, { confounds: short })],
  ["brainScore: features[0]", () => cortecast.brainScore(short, good, options)],
  ["brainScore: bold", () => cortecast.brainScore(good, short, options)],
  ["prepareBrainScore: features[1]", () => cortecast.prepareBrainScore([good, short], options)],
  [
    "scoreBrainScore: bold",
    async () => cortecast.scoreBrainScore(await cortecast.prepareBrainScore(good, options), short),
  ],
  ["forecastScore: bold", () => cortecast.forecastScore(good, new Map([[1, good]]), short, options)],
  ["prepareForecast: features[0]", () => cortecast.prepareForecast(short, new Map([[1, good]]), options)],
  ["prepareForecast: window at distance 1", () => cortecast.prepareForecast(good, new Map([[1, short]]), options)],
  ["forecastDistance: scores", () => cortecast.forecastDistance([1, 2, 3, 4, 5, 6, 7, 8], short)],
  ["forecastDepth: scores", () => cortecast.forecastDepth([1, 2, 3, 4, 5, 6, 7, 8], short)],
];

describe("a matrix whose data do not fill its shape is refused (by hand)", () => {
  test.each(uses)("%s", async (where, use) => {
    await expect((async () => use())()).rejects.toMatchObject({
      name: "ShapeError",
      message: `${where}: data must hold nRows * nColumns = 8 * 1 = 8 numbers, got 5.`,
    });
  });

  test.each<[string, () => unknown]>([
    [
      "forecastWindow: a matrix must fit into memory, got 8 x 1000000000000 numbers (6.0e+4 GiB).",
      () => cortecast.forecastWindow(good, { distance: 1, width: 1e12 }),
    ],
    [
      "wordsToVolumes: a matrix must fit into memory, got 1000000000000 x 1 numbers (7.5e+3 GiB).",
      () => cortecast.wordsToVolumes(good, good.data, { nVolumes: 1e12, repetitionTime: 1 }),
    ],
  ])("as is one that no memory holds: %s", (message, use) => {
    expect(use).toThrow(expect.objectContaining({ name: "ShapeError", message }));
  });

  test("as is one of plain numbers, or of a shape that is none", () => {
    const list = { data: [1, 2], nRows: 2, nColumns: 1 } as unknown as typeof good;
    expect(() => cortecast.toFloat64(list)).toThrow(
      "toFloat64: data must be a Float32Array or a Float64Array, got an Array.",
    );
    expect(() => cortecast.toFloat64({ ...good, nRows: Number.NaN })).toThrow(
      "toFloat64: nRows and nColumns must be whole numbers from 0, got NaN and 1.",
    );
  });
});
