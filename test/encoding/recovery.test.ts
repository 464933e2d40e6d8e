import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { forecastScore } from "../../src/encoding/forecast-score.ts";
import { forecastDepth, forecastDistance } from "../../src/encoding/place-of-largest.ts";
import { randomWindow, shuffledWindow } from "../../src/features/control-window.ts";
import { forecastWindow } from "../../src/features/window.ts";
import { wordsToVolumes } from "../../src/stimulus/volumes.ts";
import { meanAndError, normalMatrix, respond } from "./simulate.ts";

// One story of 600 volumes, about 2.5 words a second: independent words of three units, which no window of other words
// can stand in for.
const nVolumes = 600;
const repetitionTime = 1.5;
const nTargets = 12;
const random = createRandom("onsets");
const onsets: number[] = [];
for (let time = 0.5; time < nVolumes * repetitionTime - 1; time += 0.2 + 0.4 * random.uniform()) onsets.push(time);
const words = normalMatrix(onsets.length, 3, "words");
const toVolumes = (vectors: Matrix) => wordsToVolumes(vectors, onsets, { nVolumes, repetitionTime });
// Many small products: a second thread costs more than it gives.
const options = { storyLengths: [nVolumes], components: "none", device: { threads: 1 } } as const;

const present = toVolumes(words);
const addTo = (a: Matrix, b: Matrix) =>
  Matrix.of(
    Float64Array.from(a.data, (value, i) => value + b.data[i]!),
    a.nRows,
    a.nColumns,
  );

/**
 * Responses to the word itself, and to words that lie ahead by a distance. A response is slower than a few words are long:
 * its late part is explained by these words themselves once they are heard, so plants lie more than a response ahead.
 */
function anticipate(distance: number, width = 1): Matrix {
  const future = toVolumes(forecastWindow(words, { distance, width }));
  return addTo(
    respond(present, nTargets, 1, createRandom("present")),
    respond(future, nTargets, 0, createRandom("future")),
  );
}
const windowsOf = (distances: readonly number[], width: number) =>
  new Map(distances.map((distance) => [distance, toVolumes(forecastWindow(words, { distance, width }))]));
const scoreRow = (scores: Matrix, row: number) => scores.data.slice(row * nTargets, (row + 1) * nTargets);

describe("planted forecasts (recovery)", () => {
  it("finds the distance of a single word: on average exactly, in every target to within a word", async () => {
    const distances = [0, 4, 8, 10, 11, 12, 13, 14, 16];
    const { score } = await forecastScore(present, windowsOf(distances, 1), anticipate(12), options);
    // Volumes hold two or three words each: sums for distances that are a word apart share most of them.
    for (const distance of forecastDistance(distances, score)) expect(Math.abs(distance - 12)).toBeLessThanOrEqual(1);
    const means = distances.map((_, row) => meanAndError(scoreRow(score, row)).mean);
    expect(forecastDistance(distances, Matrix.of(Float64Array.from(means), distances.length, 1))[0]).toBe(12);
  });

  it("finds the distance of a window of seven words, on average over targets", async () => {
    const distances = [-4, 0, 8, 14, 15, 16, 17, 18, 24];
    const { score } = await forecastScore(present, windowsOf(distances, 7), anticipate(16, 7), options);
    const means = distances.map((_, row) => meanAndError(scoreRow(score, row)).mean);
    expect(forecastDistance(distances, Matrix.of(Float64Array.from(means), distances.length, 1))[0]).toBe(16);
    expect(means[distances.indexOf(16)]).toBeGreaterThan(0.1);
  });

  it("finds the layer whose future the responses follow", async () => {
    // Layers as unrelated words; layer 2 is the planted one.
    const layers = [0, 1, 2, 3];
    const scores: number[][] = [];
    for (const layer of layers) {
      const activations = layer === 2 ? words : normalMatrix(onsets.length, 3, `layer ${layer}`);
      const window = toVolumes(forecastWindow(activations, { distance: 12, width: 1 }));
      const { score } = await forecastScore(toVolumes(activations), new Map([[12, window]]), anticipate(12), options);
      scores.push([...scoreRow(score, 0)]);
    }
    expect([...forecastDepth(layers, Matrix.fromRows(scores))]).toEqual(Array.from({ length: nTargets }, () => 2));
  });
});

describe("controls that must give no gain (recovery)", () => {
  // Responses to the words themselves only, which the features hold: nothing is left for a window to add. More columns
  // cost some of the score, so gains may lie below 0; above it they must stay within 3 standard errors over targets.
  const bold = respond(present, 40, 2, createRandom("present only"));
  const window = forecastWindow(words, { distance: 8, width: 7 });

  it.each([
    ["random vectors", randomWindow(window, { seed: 8 })],
    ["random vectors, windowed", forecastWindow(randomWindow(words, { seed: 8 }), { distance: 8 })],
    ["windows of other words", shuffledWindow(window, { seed: 8 })],
    ["the future, where nothing anticipates", window],
    ["the past", forecastWindow(words, { distance: -12, width: 7 })],
  ])("%s", async (_, control) => {
    const { score, brainScore } = await forecastScore(present, new Map([[8, toVolumes(control)]]), bold, options);
    const { mean, error } = meanAndError(score.data);
    expect(mean).toBeLessThan(3 * error);
    expect(meanAndError(brainScore.score).mean).toBeGreaterThan(0.3);
  });

  it("random vectors add nothing even where responses do anticipate", async () => {
    const anticipating = anticipate(16, 7);
    const control = toVolumes(randomWindow(window, { seed: 1 }));
    const { score } = await forecastScore(present, new Map([[8, control]]), anticipating, options);
    const { mean, error } = meanAndError(score.data);
    expect(mean).toBeLessThan(3 * error);
  });
});
