import { describe, expect, it } from "vitest";
import { Matrix, transpose } from "../../src/array/matrix.ts";
import { createRandom, type Random } from "../../src/array/random.ts";
import { openWorkspace } from "../../src/graph/workspace.ts";
import { chooseByBounds } from "../../src/ridge/by-bounds.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { ridgeCv } from "../../src/ridge/ridge.ts";
import { resolveRidgeOptions } from "../../src/ridge/ridge-options.ts";
import { prepareTargets } from "../../src/ridge/targets.ts";

const nSamples = 90;
const options = resolveRidgeOptions({}, "test");
const workspace = openWorkspace();

function normals(random: Random, nRows: number, nColumns: number): Matrix<Float64Array> {
  return Matrix.of(
    Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
    nRows,
    nColumns,
  );
}

/** Columns that fall off in size and follow themselves by a sample, as delayed components do. */
function delayed(random: Random, nColumns: number): Matrix<Float64Array> {
  const x = normals(random, nSamples, nColumns);
  for (let i = 0; i < nSamples; i++) {
    for (let j = 0; j < nColumns; j++) {
      const value = x.data[i * nColumns + j]! * (20 / (1 + (j % 10)));
      x.data[i * nColumns + j] = j < 10 || i === 0 ? value : x.data[(i - 1) * nColumns + j - 10]!;
    }
  }
  return x;
}

/** The same, with a row that no other is like, so that it alone decides what is predicted there. */
function withOutlier(random: Random, size: number): Matrix<Float64Array> {
  const x = delayed(random, 30);
  for (let j = 0; j < 30; j++) x.data[7 * 30 + j]! *= size;
  return x;
}

/** The same, with a column that only one row has. */
function withSpike(random: Random, size: number): Matrix<Float64Array> {
  const x = delayed(random, 30);
  for (let i = 0; i < nSamples; i++) x.data[i * 30 + 5] = i === 7 ? size : 0;
  return x;
}

function rankDeficient(random: Random): Matrix<Float64Array> {
  const x = delayed(random, 30);
  for (let i = 0; i < nSamples; i++) {
    x.data[i * 30 + 4] = 3;
    x.data[i * 30 + 11] = x.data[i * 30]! - 2 * x.data[i * 30 + 1]!;
    x.data[i * 30 + 12] = x.data[i * 30 + 2]!;
  }
  return x;
}

const designs: Readonly<Record<string, (random: Random) => Matrix<Float64Array>>> = {
  "of delayed components": (random) => delayed(random, 30),
  "of one scale": (random) => normals(random, nSamples, 25),
  "with a row of leverage .99": (random) => withOutlier(random, 30),
  "with a row of leverage 1 - 1e-6": (random) => withOutlier(random, 3000),
  "of deficient rank, with constant columns": rankDeficient,
  "with a row of leverage 1": (random) => withSpike(random, 1),
  "with a row of leverage 1 whose weight single precision does not hold": (random) => withSpike(random, 1e12),
  "with nearly as many columns as samples": (random) => delayed(random, nSamples - 4),
  "with as many columns as samples": (random) => normals(random, nSamples, nSamples),
  "of one column": (random) => normals(random, nSamples, 1),
};

/** Noise, planted effects from faint to all there is, a spike at the row of high leverage, and a few pure directions. */
function targetsOn(x: Matrix<Float64Array>, random: Random, nTargets: number): Matrix<Float64Array> {
  const y = normals(random, nSamples, nTargets);
  for (let t = 0; t < nTargets; t++) {
    const strength = [0, 0.05, 0.2, 1, 1000][t % 5]!;
    const column = t % x.nColumns;
    for (let i = 0; i < nSamples; i++) {
      const at = i * nTargets + t;
      y.data[at]! += strength * x.data[i * x.nColumns + column]!;
      if (t % 7 === 3) y.data[at] = i === 7 ? 100 : 0.01 * y.data[at]!;
    }
  }
  return y;
}

/** Errors of every penalty, straight from the definition in double precision, [nAlphas x nTargets]. */
async function plainErrors(x: Matrix<Float64Array>, y: Matrix<Float64Array>): Promise<Float64Array> {
  const { left, singularValues } = await (await factorDesign(x, undefined)).exact();
  const rank = left.nRows;
  const nTargets = y.nColumns;
  const errors = new Float64Array(options.alphas.length * nTargets);
  for (const [a, alpha] of options.alphas.entries()) {
    const leverage = new Float64Array(nSamples).fill(1 / nSamples);
    for (let k = 0; k < rank; k++) {
      const share = singularValues[k]! ** 2 / (singularValues[k]! ** 2 + alpha);
      for (let i = 0; i < nSamples; i++) leverage[i]! += share * left.data[k * nSamples + i]! ** 2;
    }
    for (let t = 0; t < nTargets; t++) {
      let mean = 0;
      for (let i = 0; i < nSamples; i++) mean += y.data[i * nTargets + t]! / nSamples;
      const residual = Float64Array.from({ length: nSamples }, (_, i) => y.data[i * nTargets + t]! - mean);
      const centred = residual.slice();
      for (let k = 0; k < rank; k++) {
        let along = 0;
        for (let i = 0; i < nSamples; i++) along += left.data[k * nSamples + i]! * centred[i]!;
        const share = singularValues[k]! ** 2 / (singularValues[k]! ** 2 + alpha);
        for (let i = 0; i < nSamples; i++) residual[i]! -= share * along * left.data[k * nSamples + i]!;
      }
      for (let i = 0; i < nSamples; i++) {
        errors[a * nTargets + t]! += (residual[i]! / (1 - leverage[i]!)) ** 2 / nSamples;
      }
    }
  }
  return errors;
}

/** Of an error in single precision: 1e-5 as a rule, a hundred times as much where one sample of high leverage decides. */
const rounding = 2e-3;

describe("penalties by bounds", () => {
  describe.each(Object.entries(designs))("on a design %s", (_, make) => {
    it("the choice in single precision is that of all errors in double, but for ties within 1e-5 (agreement)", async () => {
      const random = createRandom(3);
      const x = make(random);
      const y = targetsOn(x, random, 300);
      const single = await ridgeCv(x, y);
      const double = await ridgeCv(x, y, { precision: "float64" });
      const errors = await plainErrors(x, y);
      for (let t = 0; t < 300; t++) {
        const errorAt = (alpha: number) => errors[options.alphas.indexOf(alpha) * 300 + t]!;
        if (single.bestAlpha[t] !== double.bestAlpha[t]) {
          const [chosen, best] = [errorAt(single.bestAlpha[t]!), errorAt(double.bestAlpha[t]!)];
          expect(Math.abs(chosen / best - 1), `target ${t}`).toBeLessThan(1e-5);
        }
        expect(Math.abs(single.error[t]! / double.error[t]! - 1), `error of target ${t}`).toBeLessThan(rounding);
      }
    });
  });

  it("penalties that are ruled out have larger errors, and those that are not have the errors of the definition (identity)", async () => {
    const tries: number[] = [];
    for (const [name, make] of Object.entries(designs)) {
      // Single precision does not hold the errors of the first ones; of the last nothing remains to be bounded.
      if (name.includes("leverage 1") || name.includes("as many columns")) continue;
      const random = createRandom(5);
      const x = make(random);
      const y = targetsOn(x, random, 60);
      const { bounds } = await factorDesign(x, undefined);
      const block = prepareTargets(transpose(y), undefined, true, new Float32Array(0));
      const { errors, candidates } = await chooseByBounds(bounds!, block, { wantsErrors: false, workspace });
      const plain = await plainErrors(x, y);
      let nTried = 0;
      for (let t = 0; t < 60; t++) {
        // Of targets that the design explains to the last digit, single precision holds no errors.
        if (t % 5 === 4) continue;
        const nAlphas = options.alphas.length;
        const tried = options.alphas.map((_, a) => errors[t * nAlphas + a]! * block.scale[t]! ** 2);
        const truths = options.alphas.map((_, a) => plain[a * 60 + t]!);
        const left = truths.filter((_, a) => (candidates![t]! >> a) & 1);
        // A single candidate needs no error; of several, those that were computed decide.
        const least = left.length === 1 ? left[0]! : Math.min(...tried.filter((error) => !Number.isNaN(error)));
        tried.forEach((error, a) => {
          if (!Number.isNaN(error))
            expect(Math.abs(error / plain[a * 60 + t]! - 1), `${name}, target ${t}, penalty ${a}`).toBeLessThan(
              rounding,
            );
          if (Number.isNaN(error)) expect(truths[a]).toBeGreaterThanOrEqual(least * (1 - 1e-4));
          nTried += Number.isNaN(error) ? 0 : 1;
        });
      }
      tries.push(nTried / 60);
    }
    // Of ten penalties, the designs in their order: a bound that rules nothing out would be right as well.
    expect(Math.min(...tries)).toBeLessThan(3);
  });

  it("near-ties: targets between two that prefer neighbouring penalties, where both have equal errors to 1e-3..1e-7 (agreement)", async () => {
    const random = createRandom(8);
    const x = delayed(random, 30);
    const y = normals(random, nSamples, 40);
    for (let t = 0; t < 40; t++) {
      for (let i = 0; i < nSamples; i++) y.data[i * 40 + t]! += 0.03 * (t / 40) * x.data[i * 30 + (t % 10)]!;
    }
    const { bestAlpha } = await ridgeCv(x, y, { precision: "float64" });
    const mixes: Float64Array[] = [];
    const column = (t: number) => Float64Array.from({ length: nSamples }, (_, i) => y.data[i * 40 + t]!);
    for (let t = 0; t + 1 < 40 && mixes.length < 8; t++) {
      const [a, b] = [bestAlpha[t]!, bestAlpha[t + 1]!].map((alpha) => options.alphas.indexOf(alpha));
      if (Math.abs(a! - b!) !== 1) continue;
      const mix = (share: number) => column(t).map((value, i) => (1 - share) * value + share * column(t + 1)[i]!);
      let [low, high] = [0, 1];
      for (let step = 0; step < 30; step++) {
        const middle = (low + high) / 2;
        const errors = await plainErrors(x, Matrix.of(mix(middle), nSamples, 1));
        if (errors[a!]! < errors[b!]!) low = middle;
        else high = middle;
      }
      for (const off of [1e-3, -1e-3, 1e-5, -1e-5, 1e-7]) mixes.push(mix(low + off));
    }
    expect(mixes.length).toBeGreaterThan(4);
    const tied = Matrix.zeros(nSamples, mixes.length);
    mixes.forEach((mix, t) => {
      for (let i = 0; i < nSamples; i++) tied.data[i * mixes.length + t] = mix[i]!;
    });
    const single = await ridgeCv(x, tied);
    const errors = await plainErrors(x, tied);
    for (let t = 0; t < mixes.length; t++) {
      const all = options.alphas.map((_, a) => errors[a * mixes.length + t]!);
      const chosen = all[options.alphas.indexOf(single.bestAlpha[t]!)]!;
      expect(chosen / Math.min(...all) - 1).toBeLessThan(1e-5);
    }
  });
});
