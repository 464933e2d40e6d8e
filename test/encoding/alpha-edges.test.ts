import { describe, expect, it, test } from "vitest";
import { joinColumns, Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { alphaAtEdges, chanceDeviation } from "../../src/encoding/alpha-edges.ts";
import { brainScore } from "../../src/encoding/brain-score.ts";
import { normalMatrix, respond } from "./simulate.ts";

const alphas = [10, 0.1, 1];
const movable = Matrix.of(Float64Array.of(1, 1, 1, 1), 2, 2);

test("by hand: the scores of noise deviate as those of white noise do, or as those below zero, whichever is more", () => {
  // Folds of 5 and 9 volumes: (1/4 + 1/8) / 4 = 0.09375.
  expect(chanceDeviation(Float64Array.of(0.5, Number.NaN), [5, 9])).toBe(Math.sqrt(0.09375));
  expect(chanceDeviation(Float64Array.of(0.5, -0.1, -0.2), [5, 9])).toBe(Math.sqrt(0.09375));
  // (0.16 + 0.36) / 2 = 0.26.
  expect(chanceDeviation(Float64Array.of(0.5, -0.4, -0.6), [5, 9])).toBeCloseTo(Math.sqrt(0.26), 14);
});

test("by hand: of targets beyond chance alone, over both folds", () => {
  // Targets a to e in two folds. With a deviation of .1, a (.5, p = 3e-7) and b (.4, p = 3e-5) are beyond chance with q < .01; c (.2, p = .02) is not.
  const chosen = Matrix.of(Float64Array.of(0.1, 1, 10, 10, Number.NaN, 10, 10, 10, 10, Number.NaN), 2, 5);
  const score = Float64Array.of(0.5, 0.4, 0.2, -0.2, Number.NaN);
  const settings = { alphas, beyond: movable, deviation: 0.1 };
  // Of four choices, a's first is the lowest, the last of both are the highest.
  expect(alphaAtEdges(chosen, score, settings)).toEqual({ lowest: 1 / 4, highest: 2 / 4 });
  // Where the second fold's design is dwarfed by the highest penalty, none of these matters.
  const settled = Matrix.of(Float64Array.of(1, 1, 1, 0.009), 2, 2);
  expect(alphaAtEdges(chosen, score, { ...settings, beyond: settled })).toEqual({ lowest: 1 / 4, highest: 0 });
});

test("by hand: NaN where no target is beyond chance", () => {
  const none = { lowest: Number.NaN, highest: Number.NaN };
  const chosen = Matrix.of(Float64Array.of(10, 0.1), 1, 2);
  const settings = { alphas, beyond: movable, deviation: 0.1 };
  expect(alphaAtEdges(chosen, Float64Array.of(0.2, Number.NaN), settings)).toEqual(none);
});

test("by hand: with a single alpha every choice lies at both ends", () => {
  const chosen = Matrix.of(Float64Array.of(1, 1), 1, 2);
  const settings = { alphas: [1], beyond: movable, deviation: 0.1 };
  expect(alphaAtEdges(chosen, Float64Array.of(0.5, -1), settings)).toEqual({ lowest: 1, highest: 1 });
});

describe("a range of penalties is too narrow where a wider one changes scores that are no noise (recovery)", () => {
  const nVolumes = 300;
  const features = normalMatrix(nVolumes, 12, "features");
  const plant = (noiseLevel: number) => respond(features, 20, noiseLevel, createRandom("responses"));
  // Noise that changes slowly, as that of recordings does.
  const noise = normalMatrix(nVolumes, 300, "noise");
  for (let i = 300; i < noise.data.length; i++) noise.data[i]! += 0.6 * noise.data[i - 300]!;
  const options = { storyLengths: [170, 130], components: "none", nDelays: 6 } as const;
  const wide = Array.from({ length: 10 }, (_, i) => 10 ** (i - 1));
  const shares = async (bold: Matrix, range: readonly number[]) => {
    const { alphaAtEdges: at } = await brainScore(features, bold, { ...options, alphas: range });
    return at;
  };

  it("is silent with ten from 0.1 to 1e8, in a brain that is mostly noise", async () => {
    const { lowest, highest } = await shares(joinColumns([plant(2.5), noise]), wide);
    expect([lowest, highest]).toEqual([0, 0]);
  });

  it.each([
    // Noisy responses want large penalties, clear ones small ones.
    ["highest", [0.1, 0.3, 1], 2.5],
    ["lowest", [1e5, 1e6, 1e7], 1],
  ] as const)("says so of the %s of %j", async (end, range, noiseLevel) => {
    const planted = plant(noiseLevel);
    const bold = joinColumns([planted, noise]);
    expect((await shares(bold, range))[end]).toBeGreaterThan(0.5);
    // A wider range does change what is planted: the mean r of the planted targets rises.
    const mean = async (alphasOnOffer: readonly number[]) => {
      const { score } = await brainScore(features, planted, { ...options, alphas: alphasOnOffer });
      return score.reduce((sum, r) => sum + r / score.length, 0);
    };
    expect(await mean(wide)).toBeGreaterThan((await mean(range)) + 0.01);
  });

  it.each([wide, [0.1, 0.3, 1], [1e5, 1e6, 1e7]].map((range) => [range] as const))(
    "is silent on noise with %j",
    async (range) => {
      const { lowest, highest } = await shares(noise, range);
      // No target is predicted, or none at an edge: a share would have to be over 5 % for the report to warn.
      expect(lowest > 0.05 || highest > 0.05).toBe(false);
    },
  );
});
