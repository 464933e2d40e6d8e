import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { countWordsOutside, fileWords, type VolumesOptions, wordsToVolumes } from "../../src/stimulus/volumes.ts";

const column = (values: readonly number[]) => Matrix.of(Float64Array.from(values), values.length, 1);
const run = (nVolumes: number, repetitionTime: number, options: Partial<VolumesOptions> = {}): VolumesOptions => ({
  nVolumes,
  repetitionTime,
  ...options,
});
const oracle = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/volumes.json"), "utf8")) as {
  repetitionTime: number;
  nVolumes: number;
  onsets: number[];
  activations: number[][];
  nOutside: number;
  sum: number[][];
  mean: number[][];
  lanczos: number[][];
};

/** 200 words with random vectors, some of them outside a run of 30 volumes of 1.5 s. */
function randomWords() {
  const random = createRandom(7);
  const onsets = Array.from({ length: 200 }, () => random.uniform() * 65 - 10).sort((a, b) => a - b);
  const activations = Matrix.of(
    Float64Array.from({ length: 800 }, () => random.normal()),
    200,
    4,
  );
  return { onsets, activations, random };
}

describe("wordsToVolumes", () => {
  it("sums, averages, or shifts by one volume (by hand)", () => {
    const onsets = [-0.1, 0, 1.4, 1.5, 4.4, 4.5, 6];
    const words = column([100, 1, 2, 4, 8, 16, 32]);
    const give = (options: Partial<VolumesOptions>) => [...wordsToVolumes(words, onsets, run(4, 1.5, options)).data];
    expect(give({})).toEqual([3, 4, 8, 16]);
    expect(give({ downsample: "sum", filing: "onset" })).toEqual([3, 4, 8, 16]);
    expect(give({ downsample: "mean" })).toEqual([1.5, 4, 8, 16]);
    expect(give({ filing: "one-late" })).toEqual([0, 3, 4, 8]);
    expect(give({ filing: "one-late", downsample: "mean" })).toEqual([0, 1.5, 4, 8]);
  });

  it.each(["sum", "mean", "lanczos"] as const)("gives what numpy gives for %s (oracle)", (downsample) => {
    const { onsets, nVolumes, repetitionTime } = oracle;
    const options = run(nVolumes, repetitionTime, { downsample });
    const { data } = wordsToVolumes(Matrix.fromRows(oracle.activations), onsets, options);
    const expected = oracle[downsample].flat();
    // Double precision: sums of at most 60 products of numbers near 1.
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 12);
    expect(countWordsOutside(onsets, options)).toBe(oracle.nOutside);
    expect(oracle.nOutside).toBeGreaterThan(5);
  });

  it.each(["sum", "mean", "lanczos"] as const)(
    "keeps single precision, accumulated in double, for %s (agreement)",
    (downsample) => {
      const { onsets, activations } = randomWords();
      const single = Matrix.of(Float32Array.from(activations.data), 200, 4);
      const double = Matrix.of(Float64Array.from(single.data), 200, 4);
      const options = run(30, 1.5, { downsample });
      const given = wordsToVolumes(single, onsets, options);
      expect(given.data).toBeInstanceOf(Float32Array);
      expect(given.data).toEqual(Float32Array.from(wordsToVolumes(double, onsets, options).data));
    },
  );

  it("files onsets on a border into the later volume, rounding errors or not (by hand)", () => {
    const border = [3, 0.1 + 0.2 + 2.7, 4.5 + 16.5, 20.999999, 2.999999, 2.9999, 3.00001];
    expect([...fileWords(border, run(20, 1.5))]).toEqual([2, 2, 14, 14, 2, 1, 2]);
    // 0.7 * 3 is 2.0999999999999996, a hair before volume 3.
    expect([...fileWords([0.7 * 3, 2.1, 1.4], run(20, 0.7))]).toEqual([3, 3, 2]);
    expect([...fileWords([-0.000001, -0.001, 29.999999, 30], run(20, 1.5))]).toEqual([0, -1, -1, -1]);
  });

  it("gives no volume to words outside the run, whatever their vectors (identity)", () => {
    const { onsets, activations } = randomWords();
    const outside = onsets.map((onset) => onset < 0 || onset >= 45);
    const changed = Matrix.of(
      activations.data.map((value, i) => (outside[Math.floor(i / 4)] ? 1e9 : value)),
      200,
      4,
    );
    expect(outside.filter(Boolean).length).toBeGreaterThan(20);
    for (const options of [
      run(30, 1.5),
      run(30, 1.5, { downsample: "mean" }),
      run(30, 1.5, { downsample: "lanczos" }),
      run(30, 1.5, { filing: "one-late" }),
    ]) {
      expect(wordsToVolumes(changed, onsets, options)).toEqual(wordsToVolumes(activations, onsets, options));
    }
  });

  it.each([
    ["sum", 0],
    ["mean", 0],
    ["lanczos", 3],
  ] as const)(
    "moves with a word only its own volume; %s reaches %d volumes further (identity)",
    (downsample, reach) => {
      const { onsets, activations, random } = randomWords();
      const options = run(30, 1.5, { downsample });
      const before = wordsToVolumes(activations, onsets, options).data;
      const changes = Array.from({ length: 50 }, () => {
        const word = random.integer(200);
        const data = activations.data.slice().fill(50, word * 4, word * 4 + 4);
        const after = wordsToVolumes(Matrix.of(data, 200, 4), onsets, options).data;
        const volume = fileWords(onsets, options)[word]!;
        const changed = new Set([...after.keys()].filter((i) => after[i] !== before[i]).map((i) => Math.floor(i / 4)));
        return { volume, changed: [...changed] };
      });
      const outside = changes.filter(({ volume }) => volume < 0);
      expect(outside.length).toBeGreaterThan(3);
      expect(outside.flatMap(({ changed }) => changed)).toEqual([]);
      const inside = changes.filter(({ volume }) => volume >= 0);
      expect(inside.every(({ volume, changed }) => changed.includes(volume))).toBe(true);
      const distances = inside.flatMap(({ volume, changed }) => changed.map((t) => Math.abs(t - volume)));
      expect(Math.max(...distances)).toBe(reach);
    },
  );

  it("does not mind the order of words (identity, to the rounding of sums)", () => {
    const { onsets, activations } = randomWords();
    const reversed = Matrix.fromRows(
      Array.from({ length: 200 }, (_, n) => [...activations.data.subarray((199 - n) * 4, (200 - n) * 4)]),
    );
    for (const downsample of ["sum", "mean", "lanczos"] as const) {
      const options = run(30, 1.5, { downsample });
      const a = wordsToVolumes(activations, onsets, options).data;
      const b = wordsToVolumes(reversed, onsets.toReversed(), options).data;
      for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 12);
    }
  });

  it("gives back a constant of slow words by Lanczos, up to the density of words (recovery)", () => {
    // Ten words a second, all with the value 1: weights sum to ten words times 1.5 s. The window's own ripple is 1 %.
    const onsets = Array.from({ length: 450 }, (_, n) => n / 10 + 0.05);
    const { data } = wordsToVolumes(column(onsets.map(() => 1)), onsets, run(30, 1.5, { downsample: "lanczos" }));
    for (let t = 3; t < 27; t++) expect(Math.abs(data[t]! / 15 - 1)).toBeLessThan(0.02);
  });

  it("gives zeros for a run without words, and nothing for one without volumes (by hand)", () => {
    expect([...wordsToVolumes(column([]), [], run(2, 1)).data]).toEqual([0, 0]);
    expect(wordsToVolumes(Matrix.zeros(0, 2), [], run(2, 1)).data).toEqual(new Float64Array(4));
    expect(countWordsOutside([0, 1], run(0, 1))).toBe(2);
  });

  it("carries NaN of a word into its volume alone (by hand)", () => {
    expect([...wordsToVolumes(column([Number.NaN, 1]), [0, 1], run(2, 1)).data]).toEqual([Number.NaN, 1]);
  });

  it.each([
    [[0], run(2, 1), ShapeError, /onsets must be as many as words \(2\), got 1/],
    [[0, Number.NaN], run(2, 1), OptionError, /every onset must be a finite number of seconds, got NaN \(word 2\)/],
    [[0, 1], run(2, 0), OptionError, /repetitionTime must be a positive number of seconds, got 0/],
    [[0, 1], run(2, Number.NaN), OptionError, /repetitionTime must be a positive number/],
    [[0, 1], run(2.5, 1), OptionError, /nVolumes must be a whole number from 0, got 2\.5/],
    [
      [0, 1],
      run(2, 1, { downsample: "lanczos", filing: "one-late" }),
      OptionError,
      /"one-late" must go with downsample "sum" or "mean"/,
    ],
  ])("refuses onsets %j with %j", (onsets, options, kind, message) => {
    expect(() => wordsToVolumes(column([1, 2]), onsets, options)).toThrow(kind);
    expect(() => wordsToVolumes(column([1, 2]), onsets, options)).toThrow(message);
  });
});
