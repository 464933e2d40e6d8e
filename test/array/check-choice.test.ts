import { describe, expect, test } from "vitest";
import * as index from "../../src/index.ts";
import { simulateDataset } from "../../src/phantom/simulate.ts";
import * as ridge from "../../src/ridge.ts";
import { loadTinyModel } from "../phantom/tiny.ts";

const cortecast = { ...ridge, ...index };

const { Matrix } = cortecast;
const good = Matrix.of(
  Float64Array.from({ length: 8 }, (_, i) => (i * 5) % 8),
  8,
  1,
);
const encoding = { storyLengths: [8], nFolds: 2, nDelays: 1, components: "none" } as const;
const volumes = { nVolumes: 8, repetitionTime: 1 };
const model = loadTinyModel();

/** Every option of the package that is a choice, with a value that it may not have, as JavaScript or a file may give it. */
const uses: readonly (readonly [string, (value: never) => unknown, unknown])[] = [
  [
    'cleanBold: drift must be "none", "linear" or "cosine"',
    (drift) => cortecast.cleanBold(good, { drift }),
    "quadratic",
  ],
  [
    "cleanBold: standardise must be true or false",
    (standardise) => cortecast.cleanBold(good, { standardise }),
    "false",
  ],
  [
    'wordsToVolumes: downsample must be "sum", "mean" or "lanczos"',
    (downsample) => cortecast.wordsToVolumes(good, good.data, { ...volumes, downsample }),
    "max",
  ],
  [
    'wordsToVolumes: filing must be "onset" or "one-late"',
    (filing) => cortecast.wordsToVolumes(good, good.data, { ...volumes, filing }),
    "late",
  ],
  [
    'wordsToVolumes: filing must be "onset" or "one-late"',
    (filing) => cortecast.wordRate(good.data, { ...volumes, filing }),
    "late",
  ],
  [
    'ridgeCv: choice must be "leave-one-out", "generalised" or "inner-folds"',
    (choice) => cortecast.ridgeCv(good, good, { choice }),
    "loo",
  ],
  ["ridgeCv: intercept must be true or false", (intercept) => cortecast.ridgeCv(good, good, { intercept }), "false"],
  [
    'ridgeCv: precision must be "float32" or "float64"',
    (precision) => cortecast.ridgeCv(good, good, { precision }),
    "single",
  ],
  [
    'device: provider must be "cpu", "webgpu" or "cuda"',
    (provider) => cortecast.ridgeCv(good, good, { device: { provider } }),
    "gpu",
  ],
  [
    'scoreBrainScore: average must be "folds" or "concatenated"',
    (average) => cortecast.brainScore(good, good, { ...encoding, average }),
    "median",
  ],
  [
    'delayColumns: edge must be "silence", "zero" or "wrap"',
    (edge) => cortecast.brainScore(good, good, { ...encoding, edge }),
    "mirror",
  ],
  [
    'fitDesign: reduction must be "before-delays" or "after-delays"',
    (reduction) => cortecast.brainScore(good, good, { ...encoding, reduction }),
    "never",
  ],
  [
    'wilcoxonSignedRank: alternative must be "two-sided", "greater" or "less"',
    (alternative) => cortecast.wilcoxonSignedRank([1, 2], { alternative }),
    "both",
  ],
  [
    'wordActivations: context must be "strided" or "exact"',
    async (context) => cortecast.wordActivations(await model, ["a"], { context }),
    "rotating",
  ],
  [
    'wordActivations: pooling must be "last", "mean" or "sum"',
    async (pooling) => cortecast.wordActivations(await model, ["a"], { pooling }),
    "max",
  ],
  [
    'wordActivations: layerZero must be "with-positions" or "tokens"',
    async (layerZero) => cortecast.wordActivations(await model, ["a"], { layerZero }),
    "both",
  ],
  [
    "wordActivations: finalNorm must be true or false",
    async (finalNorm) => cortecast.wordActivations(await model, ["a"], { finalNorm }),
    "false",
  ],
  [
    'hiddenStates: layerZero must be "with-positions" or "tokens"',
    async (layerZero) => (await model).hiddenStates(Int32Array.of(1), { layerZero }),
    "both",
  ],
  [
    "hiddenStates: finalNorm must be true or false",
    async (finalNorm) => (await model).hiddenStates(Int32Array.of(1), { finalNorm }),
    "false",
  ],
  [
    'simulateDataset: responses must be "surface", "regions" or "both"',
    async (responses) => simulateDataset(cortecast.memoryStore(), await model, { responses }),
    "volume",
  ],
  [
    'loadRegions: hemi of x.label.gii must be "L" or "R"',
    (hemi) => cortecast.loadRegions(cortecast.memoryStore({ "x.label.gii": "" }), [{ path: "x.label.gii", hemi }]),
    "left",
  ],
];

describe("a choice that is not known is refused, and all that are known are named (by hand)", () => {
  test.each(uses)("%s", async (must, use, value) => {
    await expect((async () => use(value as never))()).rejects.toMatchObject({
      name: "OptionError",
      message: `${must}, got ${JSON.stringify(value)}.`,
    });
  });
});
