import { describe, expect, test } from "vitest";
import {
  type EncodingModel,
  layerVectors,
  randomVectorsLike,
  sourcesOf,
  withWindow,
  wordRateModel,
  wordsOf,
} from "../../src/analyses/encoding-model.ts";
import { familiesOf } from "../../src/analyses/families.ts";

const words = (layer: number) => wordsOf(layerVectors(layer));
const window = (layer: number, distance: number, width = 7) =>
  withWindow(words(layer), layerVectors(layer), distance, width);
const labelled = (...models: readonly EncodingModel[]) => models.map((model) => ({ model, label: "some" }));
const distances = (models: readonly EncodingModel[]) =>
  familiesOf(labelled(...models)).map(({ members }) => members.map(({ distance }) => distance ?? "alone"));

describe("families of encoding models", () => {
  test("by hand: windows of one layer and width are together, with the words alone", () => {
    expect(distances([words(4), window(4, 8), window(4, -1), words(8), window(8, 8)])).toEqual([
      ["alone", 8, -1],
      ["alone", 8],
    ]);
  });

  test("by hand: words alone come first, wherever they were asked for, and in the first of two families only", () => {
    const random = withWindow(words(4), randomVectorsLike(layerVectors(4), 1), 8, 7);
    expect(distances([window(4, 8), random, words(4)])).toEqual([["alone", 8], [8]]);
  });

  test("by hand: other widths, other vectors and other bands are families of their own", () => {
    expect(distances([window(4, 8), window(4, 8, 1), wordRateModel])).toEqual([[8], [8], ["alone"]]);
  });

  test("identity: every encoding model is in one family, once", () => {
    const models = [words(0), window(0, 1), window(0, 2), wordRateModel, words(3), window(3, 1, 2)];
    const members = familiesOf(labelled(...models)).flatMap((family) => family.members.map(({ model }) => model));
    expect(members.map((model) => JSON.stringify(model)).sort()).toEqual(models.map((m) => JSON.stringify(m)).sort());
  });
});

test("by hand: what an encoding model is made of, and what random vectors are like", () => {
  const random = withWindow(words(4), randomVectorsLike(layerVectors(6, "random"), 1), 8, 7);
  expect(sourcesOf(random)).toEqual([layerVectors(4), layerVectors(6, "random")]);
  expect(sourcesOf(wordRateModel)).toEqual([]);
});
