import { Matrix, toFloat32, toFloat64 } from "../../src/array/matrix.ts";
import { createRandom, type Random } from "../../src/array/random.ts";
import { multiply } from "../../src/graph/multiply.ts";
import type { openWorkspace } from "../../src/graph/workspace.ts";
import type { runRows } from "../../src/ridge/by-bounds-graphs.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import {
  PROJECTION,
  residualNoise,
  SUM_OVER_DIRECTIONS,
  sumOverSamples,
  TYPICAL_PROJECTION,
  UNIT_ROUNDOFF,
} from "../../src/ridge/rounding.ts";

export { runGraphs } from "./run-graphs.js";

/** Targets of shapes that round badly: drifts that lie along a direction, spikes, levels that repeat, and noise. */
const shapes = {
  noise: (_i, _t, _n, random) => random.normal(),
  drift: (i, t, n, random) => 0.3 * random.normal() + 3 * Math.sin((3 * i) / n + t),
  spike: (i, t, _n, random) => random.normal() + (i === 7 + t ? 50 : 0),
  "a level that repeats": (i, t, _n, random) => (i % 4 === 0 ? 1.37 + t / 1000 : random.normal()),
  "two levels, one after the other": (i, t, n) => (i < n / 3 ? 0.1 : 1) * (1 + t / 100),
} as const satisfies Readonly<Record<string, (i: number, t: number, n: number, random: Random) => number>>;

/** A number of samples and a shape of targets. */
export type RoundingCase = readonly [number, keyof typeof shapes];

const nTargets = 48;

/** The given numbers of samples with all shapes of targets. */
export function roundingCases(numbersOfSamples: readonly number[]): readonly RoundingCase[] {
  const names = Object.keys(shapes) as (keyof typeof shapes)[];
  return numbersOfSamples.flatMap((n) => names.map((shape): RoundingCase => [n, shape]));
}

/** What the graphs of the choice of a penalty are given, in single precision, and the directions in double. */
export interface RoundingInputs {
  readonly inputs: Readonly<Record<"targets" | "fit" | "shares" | "kept" | "weights", Matrix<Float32Array>>>;
  /** [rank x n] */
  readonly left: Matrix<Float64Array>;
  /** What is kept of each direction, [rank]. */
  readonly share: Float64Array;
}

/** What the graphs make of it, in the order of their memory. */
export interface RoundedNumbers {
  readonly projection: ArrayLike<number>;
  readonly sums: ArrayLike<number>;
  readonly moments: ArrayLike<number>;
  readonly residuals: ArrayLike<number>;
}

/** The graphs, as they are or as they were built. */
export interface Graphs {
  readonly runRows: typeof runRows;
  readonly openWorkspace: typeof openWorkspace;
}

function targetsOf(shape: RoundingCase[1], n: number, random: Random): Matrix<Float32Array> {
  const y = Matrix.zeros(nTargets, n);
  for (let t = 0; t < nTargets; t++) {
    const row = y.data.subarray(t * n, (t + 1) * n);
    for (let i = 0; i < n; i++) row[i] = shapes[shape](i, t, n, random);
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
  return (await (await factorDesign(x, undefined)).exact()).left;
}

/** The numbers of a case. */
export async function roundingInputs([n, shape]: RoundingCase): Promise<RoundingInputs> {
  const random = createRandom(`${n} ${shape}`);
  const left = await directionsOf(n, random);
  const rank = left.nRows;
  const targets = targetsOf(shape, n, random);
  const share = Float64Array.from({ length: rank }, (_, k) => 1 / (1 + k / 10));
  const uniform = Float64Array.from({ length: n }, () => random.uniform());
  const inputs = {
    targets,
    fit: toFloat32(left),
    shares: toFloat32(Matrix.of(share, rank, 1)),
    kept: toFloat32(Matrix.of(share, 1, rank)),
    weights: toFloat32(Matrix.of(uniform, n, 1)),
  };
  return { inputs, left, share };
}

/**
 * How much of each allowance is used at most: what single precision is off by, over what it may be off by. Double precision, from the
 * same targets and weights, tells what is right.
 *
 * @param coarse - how many times as large the allowances are
 */
export async function allowancesUsed(
  { inputs, left, share }: RoundingInputs,
  { projection, sums, moments, residuals }: RoundedNumbers,
  coarse: number,
): Promise<Readonly<Record<"projections" | "oneProjection" | "sums" | "moments" | "residuals", number>>> {
  const [n, rank] = [left.nColumns, left.nRows];
  const y = toFloat64(inputs.targets);
  const w = toFloat64(inputs.weights).data;
  const unit = coarse * UNIT_ROUNDOFF;
  const exact = await multiply(y, left, { transposeB: true });
  const used = { projections: 0, oneProjection: 0, sums: 0, moments: 0, residuals: 0 };
  const note = (what: keyof typeof used, off: number, allowed: number) => {
    used[what] = Math.max(used[what], Math.abs(off) / allowed);
  };
  for (let t = 0; t < nTargets; t++) {
    const row = y.data.subarray(t * n, (t + 1) * n);
    const length = row.reduce((sum, value) => sum + value ** 2, 0);
    const p = exact.data.subarray(t * rank, (t + 1) * rank);
    const off = p.map((value, k) => projection[t * rank + k]! - value);
    const rms = Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / rank);
    note("projections", rms, TYPICAL_PROJECTION * unit * Math.sqrt(length) + 1e-12);
    // Along a single direction: where the target lies along it. Twice the allowance of the mean square is never seen.
    const most = off.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    note("oneProjection", most, 2 * PROJECTION * unit * Math.sqrt(length));
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += projection[t * rank + k]! ** 2 * Math.fround(share[k]!);
    note("sums", sums[t]! - sum, SUM_OVER_DIRECTIONS * unit * sum);
    const weighted = row.reduce((total, value, i) => total + value ** 2 * w[i]!, 0);
    note("moments", moments[t]! - weighted, sumOverSamples(n) * unit * weighted);
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
    const noise = coarse * residualNoise(weighted, leverages, length);
    const allowed = sumOverSamples(n) * unit * error + 2 * Math.sqrt(error) * noise + noise ** 2;
    note("residuals", residuals[t]! - error, allowed);
  }
  return used;
}
