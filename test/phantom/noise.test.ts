import { describe, expect, it } from "vitest";
import type { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { OptionError } from "../../src/errors.ts";
import { createIcosphere, meshNeighbours } from "../../src/phantom/icosphere.ts";
import { createNoise, smoothOverMesh } from "../../src/phantom/noise.ts";

const column = ({ data, nRows, nColumns }: Matrix, j: number) =>
  Float64Array.from({ length: nRows }, (_, t) => data[t * nColumns + j]!);
/** Mean of x(t) y(t + lag); both have mean 0 and variance 1. */
function covariance(x: Float64Array, y: Float64Array, lag = 0): number {
  let sum = 0;
  for (let t = 0; t + lag < x.length; t++) sum += x[t]! * y[t + lag]!;
  return sum / (x.length - lag);
}

// 200,000 samples with correlations of .64 or less give estimates with a standard deviation of at most .005; four of them.
const n = 200_000;
const tolerance = 0.02;

describe("createNoise", () => {
  it.each([
    { autocorrelation: 0.4, whiteShare: 0.3 },
    { autocorrelation: 0.8, whiteShare: 0.2 },
    { autocorrelation: -0.5, whiteShare: 0 },
    { autocorrelation: 0.9, whiteShare: 1 },
  ])(
    "has mean 0, variance 1 and correlation (1 - w) phi^k at lag k (by hand, $autocorrelation, $whiteShare)",
    (options) => {
      const { autocorrelation: phi, whiteShare: w } = options;
      const noise = column(createNoise(n, 1, createRandom(1), options), 0);
      const mean = noise.reduce((sum, value) => sum + value, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(tolerance);
      expect(Math.abs(covariance(noise, noise) - 1)).toBeLessThan(tolerance);
      for (const lag of [1, 2, 3]) {
        expect(Math.abs(covariance(noise, noise, lag) - (1 - w) * phi ** lag)).toBeLessThan(tolerance);
      }
    },
  );

  it("tells phi and the white share apart: rho(2) / rho(1) is phi, 1 - rho(1)^2 / rho(2) is w (by hand)", () => {
    const noise = column(createNoise(n, 1, createRandom(2), { autocorrelation: 0.7, whiteShare: 0.4 }), 0);
    const [first, second] = [covariance(noise, noise, 1), covariance(noise, noise, 2)];
    // Ratios of numbers near .4 and .3 carry about three times their error.
    expect(Math.abs(second / first - 0.7)).toBeLessThan(3 * tolerance);
    expect(Math.abs(1 - first ** 2 / second - 0.4)).toBeLessThan(3 * tolerance);
  });

  it("has phi .4 and a white share of .3 by default", () => {
    const given = createNoise(50, 2, createRandom(3), { autocorrelation: 0.4, whiteShare: 0.3 });
    expect(createNoise(50, 2, createRandom(3))).toEqual(given);
  });

  it("is stationary from its first volume on (by hand: variance 1 over many columns)", () => {
    const nColumns = 20_000;
    const noise = createNoise(3, nColumns, createRandom(4), { autocorrelation: 0.9, whiteShare: 0 });
    for (let t = 0; t < 3; t++) {
      const row = noise.data.subarray(t * nColumns, (t + 1) * nColumns);
      const variance = row.reduce((sum, value) => sum + value * value, 0) / nColumns;
      // Standard deviation sqrt(2 / 20,000) = .01; five of them.
      expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    }
  });

  it("gives columns that know nothing of each other", () => {
    const noise = createNoise(n / 10, 3, createRandom(5));
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      for (const lag of [0, 1]) {
        // 20,000 samples: standard deviation about .009; four of them and a half.
        expect(Math.abs(covariance(column(noise, i), column(noise, j), lag))).toBeLessThan(0.04);
      }
    }
  });

  it("is the same for the same seed, another for another", () => {
    expect(createNoise(20, 3, createRandom("a"))).toEqual(createNoise(20, 3, createRandom("a")));
    expect(createNoise(20, 3, createRandom("a"))).not.toEqual(createNoise(20, 3, createRandom("b")));
  });

  it.each([
    [{ autocorrelation: 1 }, "createNoise: autocorrelation must lie between -1 and 1, got 1."],
    [{ autocorrelation: -1.2 }, "createNoise: autocorrelation must lie between -1 and 1, got -1.2."],
    [{ autocorrelation: Number.NaN }, "createNoise: autocorrelation must lie between -1 and 1, got NaN."],
    [{ whiteShare: -0.1 }, "createNoise: whiteShare must lie in 0..1, got -0.1."],
    [{ whiteShare: 1.1 }, "createNoise: whiteShare must lie in 0..1, got 1.1."],
    [{ whiteShare: Number.NaN }, "createNoise: whiteShare must lie in 0..1, got NaN."],
  ])("refuses %j", (options, message) => {
    expect(() => createNoise(5, 1, createRandom(0), options)).toThrow(OptionError);
    expect(() => createNoise(5, 1, createRandom(0), options)).toThrow(message);
  });
});

describe("smoothOverMesh", () => {
  const neighbours = meshNeighbours(createIcosphere(2));
  const nVertices = neighbours.length;
  const nVolumes = 20_000;
  const smooth = smoothOverMesh(createNoise(nVolumes, nVertices, createRandom(6), { autocorrelation: 0 }), neighbours);
  const columns = neighbours.map((_, v) => column(smooth, v));

  it("shares noise in proportion to the neighbours in common, and keeps variance 1 (by hand)", () => {
    for (const u of [0, 7, 20]) {
      for (let v = 0; v < nVertices; v++) {
        const [near, other] = [
          [u, ...neighbours[u]!],
          [v, ...neighbours[v]!],
        ];
        const common = near.filter((vertex) => other.includes(vertex)).length;
        const expected = common / Math.sqrt(near.length * other.length);
        // 20,000 samples: standard deviation at most .01; four and a half of them.
        expect(Math.abs(covariance(columns[u]!, columns[v]!) - expected)).toBeLessThan(0.045);
      }
    }
  });

  it("leaves a vertex without neighbours as it is (identity)", () => {
    const noise = createNoise(10, 3, createRandom(7));
    expect(smoothOverMesh(noise, [[], [], []])).toEqual(noise);
  });
});
