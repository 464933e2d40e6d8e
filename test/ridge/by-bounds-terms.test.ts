import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { errorBounds, type Multipliers, narrowError } from "../../src/ridge/by-bounds-terms.ts";

const n = 60;

/** Bounds on the sum of w (b r + z)^2 from what is known of r and of z's length. */
function boundsOf(weights: Float64Array, multipliers: Multipliers, r: Float64Array, b: number, square: number) {
  const bounds = errorBounds(weights, 1, multipliers);
  const sum = (of: (i: number) => number) => r.reduce((total, _, i) => total + of(i), 0);
  const moments = Float32Array.from([0, 1], (term) => sum((i) => bounds.weights[term * n + i]! * r[i]! ** 2));
  const length = sum((i) => r[i]! ** 2);
  const along = (b - 1) * length;
  const step = {
    length,
    along,
    distance: square + along ** 2 / length,
    off: 0,
    offLength: 0,
    offMoments: 1e-6 * length,
    moments,
    from: 0,
  };
  const lower = new Float64Array(1).fill(Number.NEGATIVE_INFINITY);
  const upper = new Float64Array(1).fill(Number.POSITIVE_INFINITY);
  narrowError(bounds, 0, step, { lower, upper }, 0);
  return { lower: lower[0]!, upper: upper[0]! };
}

/** What leave-one-out weights are like: most a little above 1, a few far above. */
function heavyWeights(seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => 1 + Math.exp(1.5 * random.normal() - 1));
}

describe("bounds on weighted sums of squares", () => {
  it.each([
    { lower: -0.7, upper: 1.3 },
    { lower: -0.3, upper: 1.1 },
    { lower: 2, upper: 4 },
  ])("hold for any residual and all that may lie beside it, multipliers %o (identity)", (multipliers) => {
    const random = createRandom("beside");
    for (let trial = 0; trial < 200; trial++) {
      const weights = heavyWeights(trial);
      const r = Float64Array.from({ length: n }, () => random.normal());
      // From a random direction to all of it at the samples of the least and of the greatest weight.
      const power = (trial % 5) - 2;
      const z = weights.map((weight) => random.normal() * weight ** (2 * power));
      const length = r.reduce((sum, value) => sum + value ** 2, 0);
      const along = r.reduce((sum, value, i) => sum + value * z[i]!, 0) / length;
      for (let i = 0; i < n; i++) z[i]! -= along * r[i]!;
      const size = 3 * random.uniform() * Math.sqrt(length / z.reduce((sum, value) => sum + value ** 2, 0));
      for (let i = 0; i < n; i++) z[i]! *= size;
      const b = 2 * random.uniform() - 0.5;
      const error = weights.reduce((sum, weight, i) => sum + weight * (b * r[i]! + z[i]!) ** 2, 0);
      const square = z.reduce((sum, value) => sum + value ** 2, 0);
      const { lower, upper } = boundsOf(weights, multipliers, r, b, square);
      expect(lower).toBeLessThanOrEqual(error);
      expect(upper).toBeGreaterThanOrEqual(error);
    }
  });

  it.each([
    ["lower", { lower: -0.3, upper: 1.1 }],
    ["lower", { lower: 2, upper: 1.1 }],
    ["upper", { lower: 1, upper: 1.1 }],
    ["upper", { lower: 1, upper: 3 }],
  ] as const)(
    "none is tighter: the worst that may lie beside a residual reaches the %s one, %o (by hand)",
    (side, multipliers) => {
      const weights = heavyWeights(1);
      const m = side === "lower" ? multipliers.lower * Math.min(...weights) : -multipliers.upper * Math.max(...weights);
      const r = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1));
      const b = 0.9;
      const inverse = weights.map((weight) => 1 / (weight + m));
      const k = weights.reduce((sum, weight, i) => sum + weight * inverse[i]!, 0) / inverse.reduce((a, c) => a + c, 0);
      const z = weights.map((weight, i) => -b * (weight - k) * inverse[i]! * r[i]!);
      expect(Math.abs(z.reduce((sum, value, i) => sum + value * r[i]!, 0))).toBeLessThan(1e-9);
      const error = weights.reduce((sum, weight, i) => sum + weight * (b * r[i]! + z[i]!) ** 2, 0);
      const square = z.reduce((sum, value) => sum + value ** 2, 0);
      expect(Math.abs(boundsOf(weights, multipliers, r, b, square)[side] / error - 1)).toBeLessThan(1e-3);
    },
  );

  it("equal weights: the error itself, whatever lies beside (identity)", () => {
    const weights = new Float64Array(n).fill(1.7);
    const r = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    const length = r.reduce((sum, value) => sum + value ** 2, 0);
    const { lower, upper } = boundsOf(weights, { lower: -0.3, upper: 1.1 }, r, 0.8, 0);
    for (const bound of [lower, upper]) expect(Math.abs(bound / (1.7 * 0.64 * length) - 1)).toBeLessThan(1e-5);
  });

  it("a weight that is no number: nothing is known (by hand)", () => {
    const weights = new Float64Array(n).fill(1);
    weights[3] = Number.POSITIVE_INFINITY;
    const r = new Float64Array(n).fill(1);
    expect(boundsOf(weights, { lower: -0.3, upper: 1.1 }, r, 1, 0.1)).toEqual({
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
    });
  });
});
