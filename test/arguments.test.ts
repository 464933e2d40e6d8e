import { describe, expect, it } from "vitest";
import * as formats from "../src/formats.ts";
import * as index from "../src/index.ts";
import * as ridge from "../src/ridge.ts";
import * as study from "../src/study.ts";

// Types do not hold who calls from JavaScript, and an argument is forgotten easily: whatever a function of the package is
// given in place of what it takes, it says so in words, with an error of a class of ours.

/** What all entry points name. */
const cortecast = { ...formats, ...ridge, ...study, ...index };
const { Matrix, memoryStore } = cortecast;
const matrix = Matrix.of(
  Float64Array.from({ length: 80 }, (_, i) => Math.sin(i * i)),
  40,
  2,
);
const bytes = new TextEncoder().encode("onset\tduration\tword\n0\t1\ta\n");
const encoding = { storyLengths: [40], nFolds: 2, nDelays: 1 };
const windows = new Map([[1, matrix]]);
const volumes = { nVolumes: 8, repetitionTime: 1 };
const dataset = async () =>
  cortecast.loadDataset(memoryStore({ "dataset_description.json": '{"Name": "a", "BIDSVersion": "1.10.0"}' }));
const model = () => cortecast.loadLanguageModel(cortecast.embeddedModelFolder());
const pieces = () => new Blob([bytes]).stream();
const story = { story: "a", path: "a.tsv" };
const npy = { shape: [1], data: new Float64Array(1) };

/** Takes no file: what would be written to it ends early. */
const full = { ...memoryStore({}), write: () => Promise.reject(new cortecast.OptionError("full")) };

/** A study that cannot be read, nor written. */
const nowhere = () => cortecast.checkOptions({ dataset: "/nowhere", output: "/proc/nothing" });

type Arguments = readonly unknown[];
/** For each function: arguments that it takes, the optional ones too, and how many of them it cannot do without. */
const functions: Readonly<Record<string, readonly [needed: number, given: () => Arguments | Promise<Arguments>]>> = {
  joinColumns: [1, () => [[matrix]]],
  joinRows: [1, () => [[matrix]]],
  sliceColumns: [3, () => [matrix, 0, 1]],
  sliceRows: [3, () => [matrix, 0, 1]],
  toFloat32: [1, () => [matrix]],
  toFloat64: [1, () => [matrix]],
  loadDataset: [1, () => [memoryStore({})]],
  brainScore: [3, () => [matrix, matrix, encoding]],
  prepareBrainScore: [2, () => [matrix, encoding]],
  scoreBrainScore: [2, async () => [await cortecast.prepareBrainScore(matrix, encoding), matrix, {}]],
  forecastDepth: [2, () => [Array.from({ length: 40 }, (_, i) => i), matrix]],
  forecastDistance: [2, () => [Array.from({ length: 40 }, (_, i) => i), matrix]],
  forecastScore: [4, () => [matrix, windows, matrix, encoding]],
  prepareForecast: [3, () => [matrix, windows, encoding]],
  scoreForecast: [2, async () => [await cortecast.prepareForecast(matrix, windows, encoding), matrix, {}]],
  wordRate: [2, () => [[0, 1], volumes]],
  randomWindow: [2, () => [matrix, { seed: 0 }]],
  shuffledWindow: [2, () => [matrix, { seed: 0 }]],
  forecastWindow: [2, () => [matrix, { distance: 1 }]],
  ...Object.fromEntries(
    Object.keys(cortecast)
      .filter((name) => /^read[A-Z]/.test(name) && !/Exclusions|Transcript|GiftiHeader|GiftiStart/.test(name))
      .map((name) => [name, [1, () => [bytes, {}]]]),
  ),
  wavHeaderLength: [1, () => [bytes, {}]],
  readExclusions: [2, () => [bytes, "a.json"]],
  readRawTranscript: [2, () => [bytes, story]],
  readTranscript: [2, () => [bytes, story]],
  readGiftiHeader: [1, () => [pieces(), {}]],
  readGiftiStart: [1, () => [pieces(), {}]],
  streamCifti: [1, () => [pieces(), {}]],
  streamGifti: [1, () => [pieces(), {}]],
  streamNifti: [1, () => [pieces(), {}]],
  writeCifti: [1, () => [{ ...npy }]],
  writeGifti: [1, () => [{ arrays: [] }, {}]],
  writeNifti: [1, () => [{ shape: [1, 1, 1], voxelSizes: [1, 1, 1], data: new Float32Array(1) }, {}]],
  writeNpy: [1, () => [npy]],
  writeSafetensors: [1, () => [{ a: { shape: [1], data: new Float32Array(1) } }, {}]],
  inspectDataset: [1, async () => [await dataset(), {}]],
  wordActivations: [2, async () => [await model(), ["a"], { layers: [0] }]],
  embeddedModelFolder: [0, () => []],
  loadLanguageModel: [1, () => [cortecast.embeddedModelFolder(), {}]],
  simulateDataset: [2, async () => [full, await model(), { nSubjects: 0 }]],
  predictRidge: [2, async () => [await cortecast.ridgeCv(matrix, matrix), matrix, {}]],
  ridgeCv: [2, () => [matrix, matrix, {}]],
  prepareRidge: [1, () => [matrix, {}]],
  fitRidge: [2, async () => [await cortecast.prepareRidge(matrix), matrix, {}]],
  scoreRidge: [3, async () => [await cortecast.prepareRidge(matrix, { test: matrix }), matrix, matrix, {}]],
  contiguousFolds: [2, () => [40, 5, {}]],
  fitStandardise: [1, () => [matrix]],
  applyStandardise: [2, () => [matrix, cortecast.fitStandardise(matrix)]],
  fitPca: [2, () => [matrix, 1, {}]],
  applyPca: [2, async () => [matrix, await cortecast.fitPca(matrix, 1), {}]],
  takeRows: [2, () => [matrix, [0, 1]]],
  htmlReport: [1, () => [{}, {}]],
  memoryScores: [
    1,
    () => [{ analysis: "brainScore", layer: 1, mean: new Float64Array(1), folds: [new Float64Array(1)] }],
  ],
  transcriptPicture: [1, () => [cortecast.checkTranscript(cortecast.readTranscript(bytes, story))]],
  formatTranscriptReport: [1, () => [cortecast.checkTranscript(cortecast.readTranscript(bytes, story)), {}]],
  audioStarts: [1, () => [cortecast.readTsv(new TextEncoder().encode("onset\tduration\tstim_file\n0\t1\ta.wav\n"))]],
  cleanBold: [1, () => [matrix, {}]],
  findResponses: [1, async () => [await dataset(), {}]],
  loadResponse: [2, async () => [await dataset(), {}, {}]],
  loadRegions: [2, () => [memoryStore({}), [], {}]],
  memoryStore: [0, () => [{}, "a"]],
  folderStore: [1, () => ["."]],
  benjaminiHochberg: [1, () => [[0.1]]],
  meanInterval: [1, () => [[0.1, 0.2], 0.9]],
  pearsonColumns: [2, () => [matrix, matrix]],
  wilcoxonSignedRank: [1, () => [[1, 2], {}]],
  loadTranscript: [2, () => [memoryStore({}), "a", {}]],
  checkTranscript: [1, () => [cortecast.readTranscript(bytes, story), {}]],
  wordsToVolumes: [3, () => [matrix, new Float64Array(40), volumes]],
  checkOptions: [1, () => [{}, String]],
  runStudy: [1, () => [nowhere(), {}]],
  checkStudy: [1, () => [nowhere(), {}]],
  planStudy: [1, () => [nowhere(), {}]],
  reportStudy: [1, () => ["/nowhere", {}]],
  cleanStudy: [1, () => ["/nowhere", {}]],
  writeStudyActivations: [1, () => [nowhere(), {}]],
  simulateStudy: [1, () => ["/proc/nothing", { nSubjects: 0 }]],
  fetchNarratives: [1, () => ["/proc/nothing", { baseUrl: "none" }]],
  fetchModel: [2, () => ["gpt2", "/proc/nothing", { baseUrl: "none" }]],
  fetchSurfaces: [2, () => ["fsaverage6", "/proc/nothing", { baseUrl: "none" }]],
};

const wrong: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["a number", 5],
  ["NaN", Number.NaN],
  ["a text", "x"],
  ["true", true],
  ["an empty list", []],
  ["a list of numbers", [1, 2]],
  ["a list of nothing", [undefined]],
  ["an empty object", {}],
  ["numbers", new Float64Array(3)],
  ["a function", () => 1],
];

/** How a call ended. */
async function outcome(name: string, given: Arguments): Promise<{ readonly error?: unknown }> {
  try {
    const call = (cortecast as unknown as Record<string, (...given: Arguments) => unknown>)[name]!;
    await call(...given);
    return {};
  } catch (error) {
    return { error };
  }
}

describe("every function of the package, called with what it does not take (by hand)", () => {
  it("is among those that are tried", () => {
    const all = Object.entries(cortecast).flatMap(([name, value]) =>
      typeof value === "function" && !name.endsWith("Error") ? [name] : [],
    );
    expect(Object.keys(functions).sort()).toEqual(all.sort());
  });

  it("names the function, what must hold and what it got", async () => {
    const { brainScore, wilcoxonSignedRank, ridgeCv, loadDataset } = cortecast as unknown as Record<
      string,
      (...given: Arguments) => unknown
    >;
    const messages: readonly (readonly [() => unknown, string])[] = [
      [() => brainScore!(matrix, matrix), "brainScore: options must be an object with storyLengths, got undefined."],
      [
        () => brainScore!(matrix, matrix, { storyLengths: 40 }),
        "brainScore: options.storyLengths must be a list of numbers, got a number.",
      ],
      [
        () => brainScore!(new Float64Array(3), matrix, encoding),
        "brainScore: features must be a matrix or a list of matrices, got a Float64Array.",
      ],
      [
        () => ridgeCv!([1, 2], matrix),
        "ridgeCv: x: nRows and nColumns must be whole numbers from 0, got undefined and undefined.",
      ],
      [
        () => ridgeCv!(matrix),
        "ridgeCv: y: a matrix must be { data, nRows, nColumns }, got undefined. Make one with Matrix.of.",
      ],
      [() => wilcoxonSignedRank!(), "wilcoxonSignedRank: differences must be a list of numbers, got undefined."],
      [() => loadDataset!("folder"), "loadDataset: source must be an object with read, has, list, got a string."],
    ];
    for (const [call, message] of messages) await expect((async () => call())()).rejects.toThrow(message);
  });

  it.each(Object.entries(functions))("%s refuses it in words, or takes it", async (name, [needed, given]) => {
    const arguments_ = await given();
    const bare: string[] = [];
    for (const [at] of arguments_.entries()) {
      for (const [called, value] of wrong) {
        const { error } = await outcome(name, arguments_.with(at, value));
        const kind = (error as { kind?: unknown } | undefined)?.kind;
        if (error === undefined) {
          if (at < needed && (value === undefined || value === null)) bare.push(`${at} ${called}: taken`);
        } else if (typeof kind !== "string") bare.push(`${at} ${called}: ${(error as Error).message}`);
      }
    }
    expect(bare).toEqual([]);
  });
});

describe("options that are of no kind that JSON has (by hand)", () => {
  const circle: Record<string, unknown> = {};
  circle["itself"] = circle;
  const odd = [null, 3n, Symbol("s"), () => 1, circle, [circle], Object.create(null), Number.NaN] as const;
  const ours = Object.entries(cortecast).flatMap(([name, value]) => (name.endsWith("Error") ? [value] : []));
  const isOurs = (error: unknown) => ours.includes((error as Error).constructor as never);

  it.each(["alphas", "precision", "choice", "intercept", "nInnerFolds", "targetBlock", "device"])(
    "%s of a ridge regression are refused in words",
    async (option) => {
      for (const value of odd) {
        // An object may be a device, a list of it no penalty.
        if (option === "device" && typeof value === "object" && value !== null && !Array.isArray(value)) continue;
        const call = cortecast.prepareRidge(matrix, { [option]: value });
        await expect(call).rejects.toSatisfy(isOurs);
      }
    },
  );

  it.each(["analyses", "controls", "distances", "width", "alphas", "stories", "model"])(
    "%s of a study are refused in words",
    (option) => {
      for (const value of [3n, Symbol("s"), circle, [circle], [3n], { forecastScore: { width: 3n } }]) {
        let error: unknown;
        try {
          cortecast.checkOptions({ dataset: "data", output: "out", [option]: value });
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toSatisfy(isOurs);
      }
    },
  );

  it("a study's options without defaults are refused by name", async () => {
    const raw = { dataset: "data", output: "out" } as unknown as study.StudyOptions;
    for (const name of ["runStudy", "checkStudy", "planStudy"] as const)
      await expect(cortecast[name](raw)).rejects.toThrow(
        `${name}: options (of checkOptions).controls must be a list of texts, got undefined.`,
      );
  });
});
