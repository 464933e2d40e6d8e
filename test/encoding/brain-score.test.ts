import { describe, expect, it } from "vitest";
import { joinColumns, Matrix, sliceColumns, takeRows, toFloat32, transpose } from "../../src/array/matrix.ts";
import type { Progress } from "../../src/array/progress.ts";
import { createRandom } from "../../src/array/random.ts";
import { brainScore, type EncodingScore, prepareBrainScore, scoreBrainScore } from "../../src/encoding/brain-score.ts";
import { openPrepared, type PreparedBrainScore } from "../../src/encoding/prepared.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { openWorkspace } from "../../src/graph/workspace.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { predictTargets } from "../../src/ridge/score-targets.ts";
import { meanAndError, normalMatrix, respond } from "./simulate.ts";

const storyLengths = [90, 70];
const nVolumes = 160;
const options = { storyLengths, components: 4, nDelays: 5 } as const;
const features = normalMatrix(nVolumes, 10, "features");
const bold = joinColumns([
  respond(sliceColumns(features, 0, 3), 6, 0.5, createRandom("responses")),
  normalMatrix(nVolumes, 4, "noise"),
]);
const nTargets = 10;
const exactIn = async (prepared: PreparedBrainScore, fold: number) =>
  openPrepared(prepared, "test").folds[fold]!.design.exact();
const row = (matrix: Matrix, i: number) => matrix.data.slice(i * matrix.nColumns, (i + 1) * matrix.nColumns);

describe("brainScore", () => {
  // Identity: no score depends on the unit; a power of two changes no digit of whole numbers. At 2^1010 sums overflow, 2^-1060 is no normal number.
  it.each(["folds", "concatenated"] as const)("%s: the same in any unit, to the bit", async (average) => {
    const rounded = Matrix.of(
      Float64Array.from(bold.data, (value) => Math.round(value * 2 ** 10)),
      bold.nRows,
      bold.nColumns,
    );
    const plain = await brainScore(features, rounded, { ...options, average });
    for (const exponent of [-1060, -566, 566, 1010]) {
      const scaled = Matrix.of(
        rounded.data.map((value) => value * 2 ** exponent),
        bold.nRows,
        bold.nColumns,
      );
      const { score, foldScores } = await brainScore(features, scaled, { ...options, average });
      expect(score).toEqual(plain.score);
      expect(foldScores.data).toEqual(plain.foldScores.data);
    }
  });

  it("concatenated: a mean a million times the deviation and a penalty of 1e12 cost no digits (agreement with small means)", async () => {
    const moved = Matrix.of(
      Float64Array.from(bold.data, (value) => value + 1e6),
      bold.nRows,
      bold.nColumns,
    );
    const settings = { ...options, alphas: [1e12], average: "concatenated" } as const;
    const plain = await brainScore(features, bold, settings);
    const far = await brainScore(features, moved, settings);
    for (const [at, r] of far.foldScores.data.entries()) {
      // Double precision holds 1e6 + y to 1e-10.
      expect(Math.abs(r - plain.foldScores.data[at]!)).toBeLessThan(1e-8);
    }
    // The means of the folds' training volumes differ by 1e9 times what is predicted, and by the same with either mean.
    for (const [t, r] of far.score.entries()) expect(Math.abs(r - plain.score[t]!)).toBeLessThan(1e-8);
  });

  it("is the mean of its fold scores, with an alpha of the path for each target and fold (identity)", async () => {
    const score = await brainScore(features, bold, options);
    expect([score.foldScores.nRows, score.foldScores.nColumns]).toEqual([5, nTargets]);
    expect(score.nNotScored).toBe(0);
    for (let target = 0; target < nTargets; target++) {
      const folds = [0, 1, 2, 3, 4].map((fold) => score.foldScores.data[fold * nTargets + target]!);
      // Five sums of numbers under 1.
      expect(Math.abs(score.score[target]! - meanAndError(folds).mean)).toBeLessThan(1e-15);
    }
    const path = Array.from({ length: 10 }, (_, i) => 10 ** (i - 1));
    expect(score.bestAlphas.data.every((alpha) => path.includes(alpha))).toBe(true);
    // From 0.1 to 1e8 no wider range matters to a design of 20 columns.
    expect(score.alphaAtEdges).toEqual({ lowest: 0, highest: 0 });
  });

  it("is prepareBrainScore and scoreBrainScore, once for many responses (agreement)", async () => {
    const prepared = await prepareBrainScore(features, options);
    const { nVolumes: n, folds: own } = openPrepared(prepared, "test");
    expect([n, (await own[0]!.design.exact()).left.nRows, own.length]).toEqual([160, 20, 5]);
    for (const responses of [bold, toFloat32(bold), normalMatrix(nVolumes, 3, "others")]) {
      expect(await scoreBrainScore(prepared, responses)).toEqual(await brainScore(features, responses, options));
    }
  });

  it("scores each target by itself (agreement)", async () => {
    const together = await brainScore(features, bold, options);
    for (const target of [0, 5, 9]) {
      const alone = await brainScore(features, sliceColumns(bold, target, target + 1), options);
      // Products of other shapes add in another order, in single precision.
      expect(Math.abs(alone.score[0]! - together.score[target]!)).toBeLessThan(1e-5);
    }
  });

  it("reduces several bands apart: their order changes nothing (identity)", async () => {
    const [a, b] = [sliceColumns(features, 0, 6), sliceColumns(features, 6, 10)];
    const one = await brainScore([a, b], bold, options);
    const two = await brainScore([b, a], bold, options);
    // Sums in another order, in single precision.
    one.foldScores.data.forEach((r, i) => {
      expect(Math.abs(r - two.foldScores.data[i]!)).toBeLessThan(1e-5);
    });
  });

  it("is 1 for responses that are a delayed copy of the features (recovery)", async () => {
    const copy = Matrix.zeros(nVolumes, 1);
    for (let t = 2; t < nVolumes; t++) copy.data[t] = t === 90 || t === 91 ? 0 : features.data[(t - 2) * 10 + 3]!;
    const score = await brainScore(features, copy, { ...options, components: "none", alphas: [1e-3] });
    // A penalty of 1e-3 beside about 128 training volumes shrinks by 1e-5.
    expect(score.score[0]).toBeGreaterThan(0.9999);
    // A single penalty is the highest too; as the lowest, it is dwarfed by every direction.
    expect(score.alphaAtEdges).toEqual({ lowest: 0, highest: 1 });
  });

  it("lies within its null for shuffled responses (recovery)", async () => {
    // 40 shuffles of one strongly driven target: their mean lies below 4 standard errors, which 0 exceeds once in 30,000
    // draws. It may lie below 0: a model that found nothing predicts the mean of the other chunks, which leans away.
    const random = createRandom("shuffle");
    const shuffled = Matrix.zeros(nVolumes, 40);
    for (let k = 0; k < 40; k++) {
      const order = Array.from({ length: nVolumes }, (_, t) => t);
      for (let t = nVolumes - 1; t > 0; t--) {
        const other = random.integer(t + 1);
        [order[t], order[other]] = [order[other]!, order[t]!];
      }
      order.forEach((from, t) => {
        shuffled.data[t * 40 + k] = bold.data[from * nTargets + 1]!;
      });
    }
    const whole = { ...options, components: "none" } as const;
    const scores = (await brainScore(features, shuffled, whole)).score;
    const { mean, error } = meanAndError(scores);
    expect(mean).toBeLessThan(4 * error);
    expect((await brainScore(features, bold, whole)).score[1]).toBeGreaterThan(Math.max(...scores));
  });

  it("tells of every fold, designs first (by hand)", async () => {
    const told: string[] = [];
    await brainScore(features, bold, {
      ...options,
      nFolds: 3,
      onProgress: ({ label, done, total }) => told.push(`${label} ${done}/${total}`),
    });
    const three = (label: string) => [1, 2, 3].map((done) => `${label} ${done}/3`);
    expect(told).toEqual([...three("designs"), ...three("brain score")]);
  });
});

describe("targets that cannot be scored", () => {
  // Column 1: constant. 2: constant in the last test chunk only. 3: one NaN. 4: one infinity.
  const spoilt = Matrix.of(bold.data.slice(), nVolumes, nTargets);
  for (let t = 0; t < nVolumes; t++) spoilt.data[t * nTargets + 1] = 17;
  for (let t = 128; t < nVolumes; t++) spoilt.data[t * nTargets + 2] = -3;
  spoilt.data[40 * nTargets + 3] = Number.NaN;
  spoilt.data[159 * nTargets + 4] = Number.POSITIVE_INFINITY;

  it.each(["folds", "concatenated"] as const)(
    "are NaN in every fold, counted, and touch no other (by hand; %s)",
    async (average) => {
      const clean = await brainScore(features, bold, { ...options, average });
      const score = await brainScore(features, spoilt, { ...options, average });
      expect(score.nNotScored).toBe(4);
      for (let target = 0; target < nTargets; target++) {
        const bad = target >= 1 && target <= 4;
        expect(Number.isNaN(score.score[target])).toBe(bad);
        for (let fold = 0; fold < 5; fold++) {
          const at = fold * nTargets + target;
          expect(Number.isNaN(score.foldScores.data[at])).toBe(bad);
          expect(Number.isNaN(score.bestAlphas.data[at])).toBe(bad);
        }
        // Products of other shapes add in another order, in single precision.
        const moved = bad ? 0 : Math.abs(score.score[target]! - clean.score[target]!);
        expect(moved).toBeLessThan(1e-5);
      }
      const chosen = score.bestAlphas.data.filter((alpha) => !Number.isNaN(alpha));
      expect(chosen.length).toBe(5 * 6);
      expect(score.alphaAtEdges).toEqual({ lowest: 0, highest: 0 });
    },
  );

  it("may be all there are (by hand)", async () => {
    const score = await brainScore(features, sliceColumns(spoilt, 1, 5), options);
    expect(score.nNotScored).toBe(4);
    expect([...score.score, ...score.foldScores.data].every(Number.isNaN)).toBe(true);
    expect(score.alphaAtEdges).toEqual({ lowest: Number.NaN, highest: Number.NaN });
  });

  it("are told of at the end, also where there are no others (by hand)", async () => {
    const told: string[] = [];
    const onProgress = ({ label, done, total }: Progress) => told.push(`${label} ${done}/${total}`);
    await brainScore(features, sliceColumns(spoilt, 1, 5), { ...options, onProgress });
    expect(told.at(-1)).toBe("brain score 5/5");
  });

  it("are the same with a gap, since every volume is tested once (by hand)", async () => {
    expect((await brainScore(features, spoilt, { ...options, gap: 40 })).nNotScored).toBe(4);
  });
});

describe("single precision where it holds little", () => {
  /** The greatest difference of any fold's score from double precision, where both chose the same penalty. */
  async function difference(
    x: Matrix,
    y: Matrix,
    more: { readonly alphas?: readonly number[]; readonly components?: number },
  ) {
    const shape = { storyLengths: [x.nRows], nFolds: 4, ...more };
    const single = await brainScore(x, y, shape);
    const double = await brainScore(x, y, { ...shape, precision: "float64" });
    expect(single.bestAlphas.data).toEqual(double.bestAlphas.data);
    expect(single.missing).toEqual(double.missing);
    return Math.max(...single.foldScores.data.map((r, at) => Math.abs(r - double.foldScores.data[at]!)));
  }

  // 120 columns in 112 training volumes, and 20.
  it.each([20, 4])(
    "a penalty of 1e28 or 1e45 leaves correlations as they are, with %i components (agreement)",
    async (components) => {
      const x = normalMatrix(150, 40, "many");
      for (const alpha of [1e28, 1e45])
        expect(await difference(x, normalMatrix(150, 20, "noise"), { alphas: [alpha], components })).toBeLessThan(1e-6);
    },
  );

  it.each([1e2, 1e4, 1e6])("a spike of %f standard deviations where a column has its own (agreement)", async (size) => {
    const x = normalMatrix(150, 5, "spiked");
    for (let i = 0; i < 150; i++) x.data[i * 5] = i === 50 ? 1 : 0;
    const y = normalMatrix(150, 60, "spikes");
    for (let t = 0; t < 60; t++) {
      for (let i = 0; i < 150; i++) y.data[i * 60 + t]! += 0.5 * x.data[i * 5 + 1 + (t % 4)]!;
      for (const i of [50, 51]) y.data[i * 60 + t]! += size;
    }
    for (const alphas of [undefined, [1e-3]])
      expect(await difference(x, y, alphas ? { alphas } : {})).toBeLessThan(1e-5);
  });
});

describe("what the test volumes cannot reach", () => {
  const folds = contiguousFolds(nVolumes, 5);

  it("the fit of their fold: responses of test volumes change no prediction and no alpha (identity)", async () => {
    const prepared = await prepareBrainScore(features, options);
    const { precision, targetBlock, device } = openPrepared(prepared, "test").ridge;
    const settings = { precision, targetBlock, workspace: openWorkspace(device) };
    const fits = async (responses: Matrix) =>
      Promise.all(
        openPrepared(prepared, "test").folds.map(({ design, fold }) =>
          predictTargets(design, transpose(responses), fold.train, settings),
        ),
      );
    const before = await fits(bold);
    for (const { index, test } of folds) {
      const changed = Matrix.of(bold.data.slice(), nVolumes, nTargets);
      for (const t of test) changed.data.fill(99 + t, t * nTargets, (t + 1) * nTargets);
      expect((await fits(changed))[index]).toEqual(before[index]);
      // The score sees them, as the data that the prediction is held against; the chosen alphas do not.
      const score = await scoreBrainScore(prepared, changed);
      const reference = await scoreBrainScore(prepared, bold);
      expect(row(score.bestAlphas, index)).toEqual(row(reference.bestAlphas, index));
      expect(row(score.foldScores, index)).not.toEqual(row(reference.foldScores, index));
    }
  });

  it("the prepared model of a fold: features of test volumes change nothing of it, given a gap (identity)", async () => {
    // Four volumes of delay: with that gap no training volume holds a test volume's features.
    const prepared = await prepareBrainScore(features, { ...options, gap: 4 });
    for (const { index, test } of folds) {
      const changed = Matrix.of(features.data.slice(), nVolumes, 10);
      for (const t of test) changed.data.fill(99 + t, t * 10, (t + 1) * 10);
      const again = await prepareBrainScore(changed, { ...options, gap: 4 });
      const { test: projected, ...trained } = await exactIn(prepared, index);
      const { test: other, ...trainedAgain } = await exactIn(again, index);
      expect(trainedAgain).toEqual(trained);
      expect(other).not.toEqual(projected);
    }
  });
});

describe("what does not fit together", () => {
  const short = takeRows(
    bold,
    Int32Array.from({ length: 150 }, (_, t) => t),
  );
  it.each([
    [
      "bold",
      () => brainScore(features, short, options),
      ShapeError,
      "brainScore: features, bold and storyLengths must have equally many volumes, got 160 rows of features (160 x 10), 150 rows of bold (150 x 10) and storyLengths 90 + 70 = 160. Join the same stories in the same order.",
    ],
    [
      "story lengths",
      () => brainScore(features, bold, { ...options, storyLengths: [90, 71] }),
      ShapeError,
      "got 160 rows of features (160 x 10), 160 rows of bold (160 x 10) and storyLengths 90 + 71 = 161.",
    ],
    [
      "a second band",
      () => brainScore([features, normalMatrix(12, 2, "x")], bold, options),
      ShapeError,
      "got 12 rows of features (12 x 2), 160 rows of bold (160 x 10) and storyLengths 90 + 70 = 160.",
    ],
    [
      "no band",
      () => brainScore([], bold, options),
      ShapeError,
      "at least one band of features must be given, got none",
    ],
    [
      "bold of other stories",
      async () => scoreBrainScore(await prepareBrainScore(features, options), short),
      ShapeError,
      "scoreBrainScore: bold must have as many volumes as the features that were prepared (160 = storyLengths 90 + 70), got 150 (150 x 10).",
    ],
    [
      "prepared lengths",
      () => prepareBrainScore(features, { ...options, storyLengths: [90] }),
      ShapeError,
      "prepareBrainScore: storyLengths must add up to the number of volumes (160), got 90 = 90 (features 160 x 10).",
    ],
    [
      "delays",
      () => brainScore(features, bold, { ...options, nDelays: 70 }),
      OptionError,
      "delays must be smaller than nVolumes (70), got 70 (story 2 of 2). Are they in seconds? They count volumes.",
    ],
    [
      "folds",
      () => brainScore(features, bold, { ...options, nFolds: 1 }),
      OptionError,
      "nFolds must be a whole number",
    ],
    [
      "gap",
      () => brainScore(features, bold, { ...options, gap: 160 }),
      OptionError,
      "gap must leave samples to train on",
    ],
    [
      "average",
      () => brainScore(features, bold, { ...options, average: "median" as "folds" }),
      OptionError,
      'scoreBrainScore: average must be "folds" or "concatenated", got "median".',
    ],
    [
      "alphas",
      () => brainScore(features, bold, { ...options, alphas: [] }),
      OptionError,
      "alphas must hold at least one",
    ],
  ] satisfies readonly (readonly [string, () => Promise<EncodingScore | object>, unknown, string])[])(
    "%s",
    async (_, run, errorClass, message) => {
      await expect(run()).rejects.toThrow(errorClass);
      await expect(run()).rejects.toThrow(message);
    },
  );
});
