import { describe, expect, it } from "vitest";
import { Matrix, toFloat32, toFloat64 } from "../../src/array/matrix.ts";
import { createRandom, type Random } from "../../src/array/random.ts";
import { multiply } from "../../src/graph/multiply.ts";
import { decomposeRidge } from "../../src/regression/ridge-decomposition.ts";
import {
  PROJECTION,
  residualNoise,
  SUM_OVER_DIRECTIONS,
  sumOverSamples,
  TYPICAL_PROJECTION,
  UNIT,
} from "../../src/regression/rounding.ts";
import { runAllResiduals, runMoments, runProjection, withGraphMemory } from "../../src/regression/shortlist-graph.ts";

/** Targets of shapes that round badly: drifts that lie along a direction, spikes, levels that repeat, and noise. */
const shapes: Readonly<Record<string, (i: number, t: number, n: number, random: Random) => number>> = {
  noise: (_i, _t, _n, random) => random.normal(),
  drift: (i, t, n, random) => 0.3 * random.normal() + 3 * Math.sin((3 * i) / n + t),
  spike: (i, t, _n, random) => random.normal() + (i === 7 + t ? 50 : 0),
  "a level that repeats": (i, t, _n, random) => (i % 4 === 0 ? 1.37 + t / 1000 : random.normal()),
  "two levels, one after the other": (i, t, n) => (i < n / 3 ? 0.1 : 1) * (1 + t / 100),
};

const nTargets = 48;

function targetsOf(shape: keyof typeof shapes, n: number, random: Random): Matrix<Float32Array> {
  const y = Matrix.zeros(nTargets, n);
  for (let t = 0; t < nTargets; t++) {
    const row = y.data.subarray(t * n, (t + 1) * n);
    for (let i = 0; i < n; i++) row[i] = shapes[shape]!(i, t, n, random);
    const mean = row.reduce((sum, value) => sum + value / n, 0);
    const greatest = row.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
    for (let i = 0; i < n; i++) row[i] = (row[i]! - mean) / greatest;
  }
  return toFloat32(y);
}

/** Columns that fall off in size, a drift, and rows that are all alike. */
async function directionsOf(n: number, random: Random): Promise<Matrix<Float64Array>> {
  const nColumns = Math.min(120, n - 10);
  const x = Matrix.zeros(n, nColumns);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < nColumns; j++) {
      const value = random.normal() * (j < 20 ? 20 / (1 + j) : 1);
      x.data[i * nColumns + j] = j === 3 ? (10 * i) / n : i % 4 === 0 ? j / 7 : value;
    }
  }
  return (await decomposeRidge(x)).left;
}

const cases = [60, 290, 800, 3000].flatMap((n) => Object.keys(shapes).map((shape) => [n, shape] as const));

describe("what single precision is off by, against the allowances that are written down (agreement with double)", () => {
  it.each(cases)("%s samples, %s", async (n, shape) => {
    const random = createRandom(`${n} ${shape}`);
    const left = await directionsOf(n, random);
    const rank = left.nRows;
    const targets = targetsOf(shape, n, random);
    const fit = toFloat32(left);
    const share = Float64Array.from({ length: rank }, (_, k) => 1 / (1 + k / 10));
    const shares = toFloat32(Matrix.of(share, rank, 1));
    const kept = toFloat32(Matrix.of(share, 1, rank));
    const weights = toFloat32(
      Matrix.of(
        Float64Array.from({ length: n }, () => random.uniform()),
        n,
        1,
      ),
    );
    const { projection, sums, moments, residuals } = await withGraphMemory(async (memory) => {
      const copy = ({ data, ...shapeOf }: { data: Float32Array; nRows: number; nColumns: number }) =>
        Matrix.of(Float64Array.from(data), shapeOf.nRows, shapeOf.nColumns);
      const projected = await runProjection({ targets, fit, shares }, undefined, memory);
      const ofTargets = await runMoments(targets, weights, undefined, memory);
      const inputs = { targets, projection: projected.projection, kept, fit, weights };
      const ofResiduals = await runAllResiduals(inputs, new Int32Array(nTargets), undefined, memory);
      return {
        ...{ projection: copy(projected.projection), sums: copy(projected.sums) },
        ...{ moments: copy(ofTargets), residuals: copy(ofResiduals) },
      };
    });
    // In double precision, from the same targets and weights.
    const y = toFloat64(targets);
    const w = toFloat64(weights).data;
    const exact = await multiply(y, left, { transposeB: true });
    for (let t = 0; t < nTargets; t++) {
      const row = y.data.subarray(t * n, (t + 1) * n);
      const length = row.reduce((sum, value) => sum + value ** 2, 0);
      const p = exact.data.subarray(t * rank, (t + 1) * rank);
      const off = p.map((value, k) => projection.data[t * rank + k]! - value);
      const rms = Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / rank);
      expect(rms).toBeLessThan(TYPICAL_PROJECTION * UNIT * Math.sqrt(length) + 1e-12);
      // Along a single direction: where the target lies along it. Twice the allowance of the mean square is never seen.
      expect(Math.max(...off.map(Math.abs))).toBeLessThan(2 * PROJECTION * UNIT * Math.sqrt(length));
      const own = projection.data.subarray(t * rank, (t + 1) * rank);
      const sum = own.reduce((total, value, k) => total + value ** 2 * Math.fround(share[k]!), 0);
      expect(Math.abs(sums.data[t]! - sum)).toBeLessThan(SUM_OVER_DIRECTIONS * UNIT * sum);
      const weighted = row.reduce((total, value, i) => total + value ** 2 * w[i]!, 0);
      expect(Math.abs(moments.data[t]! - weighted)).toBeLessThan(sumOverSamples(n) * UNIT * weighted);
      // The residual of the exact projection; and what its rounding makes of the weighted sum of squares.
      let [error, leverages] = [0, 0];
      for (let i = 0; i < n; i++) {
        let residual = row[i]!;
        let leverage = 0;
        for (let k = 0; k < rank; k++) {
          const direction = left.data[k * n + i]!;
          residual -= share[k]! * p[k]! * direction;
          leverage += share[k]! * direction ** 2;
        }
        error += w[i]! * residual ** 2;
        leverages += w[i]! * leverage;
      }
      const noise = residualNoise(weighted, leverages, length);
      const allowed = sumOverSamples(n) * UNIT * error + 2 * Math.sqrt(error) * noise + noise ** 2;
      expect(Math.abs(residuals.data[t]! - error)).toBeLessThan(allowed);
    }
  });
});
