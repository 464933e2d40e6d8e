import { Matrix, toFloat32, transpose } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import type { HeldOutSet } from "./held-out.ts";
import { type Rows, runProjection, runResidual } from "./shortlist-graph.ts";

/**
 * What bounds on the errors of a set need beside it, for every penalty a. In the following d are the shares that a penalty
 * keeps of the directions, w its weights of the samples, c their mean.
 */
export interface Shortlist {
  readonly nAlphas: number;
  readonly fit: Rows;
  /** d of each penalty, [1 x rank] each. */
  readonly kept: readonly Rows[];
  /** (1 - d)^2 of each penalty, and a column of ones: [rank x (nAlphas + 1)]. */
  readonly sums: Rows;
  /** w of each penalty, then (w - c)^2 of each: [nSamples x 2 nAlphas]. */
  readonly weights: Rows;
  /** From each penalty g to each other a: (d_g - d_a)^2, then (1 - d_g)(d_g - d_a): [rank x 2 nAlphas] each. */
  readonly steps: readonly Rows[];
  readonly meanWeight: Float64Array;
  readonly leastWeight: Float64Array;
  /** As {@link HeldOutSet.sensitivity}, for errors that are computed as data less fit. */
  readonly sensitivity: Float64Array;
}

/** The errors of a block of targets, for as many penalties as it takes to know the best. */
export interface ShortlistedErrors {
  /** [nTargets x rank] */
  readonly projection: Rows;
  /** [nAlphas x nTargets]; NaN for penalties that cannot be the best. */
  readonly errors: Float64Array;
}

/** Rows that go through a graph at once: their numbers stay in the cache from one operator to the next. */
const ROWS_AT_ONCE = 256;
/** Share of the terms of a bound by which it is lowered, for the rounding of single precision. */
const SLACK = 1e-5;

/** Bounds for a set whose base is "remainder". */
export function shortlistOf(set: HeldOutSet<Float64Array>): Shortlist {
  const { fit, damping, weights } = set;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const meanWeight = new Float64Array(nAlphas);
  const leastWeight = new Float64Array(nAlphas).fill(Number.POSITIVE_INFINITY);
  const columns = Matrix.zeros(nSamples, 2 * nAlphas);
  for (let a = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    for (const weight of row) {
      meanWeight[a]! += weight / nSamples;
      leastWeight[a] = Math.min(leastWeight[a]!, weight);
    }
    row.forEach((weight, i) => {
      columns.data[i * 2 * nAlphas + a] = weight;
      columns.data[i * 2 * nAlphas + nAlphas + a] = (weight - meanWeight[a]!) ** 2;
    });
  }
  const share = (a: number, k: number) => 1 - damping.data[a * rank + k]!;
  const sums = Matrix.zeros(rank, nAlphas + 1);
  const kept: Rows[] = [];
  const steps: Rows[] = [];
  for (let g = 0; g < nAlphas; g++) {
    const step = Matrix.zeros(rank, 2 * nAlphas);
    for (let k = 0; k < rank; k++) {
      sums.data[k * (nAlphas + 1) + g] = damping.data[g * rank + k]! ** 2;
      sums.data[k * (nAlphas + 1) + nAlphas] = 1;
      for (let a = 0; a < nAlphas; a++) {
        // As a difference of what is left: it does not cancel where both keep nearly all.
        const difference = damping.data[a * rank + k]! - damping.data[g * rank + k]!;
        step.data[k * 2 * nAlphas + a] = difference ** 2;
        step.data[k * 2 * nAlphas + nAlphas + a] = damping.data[g * rank + k]! * difference;
      }
    }
    kept.push({ data: Float32Array.from({ length: rank }, (_, k) => share(g, k)), nRows: 1, nColumns: rank });
    steps.push(toFloat32(step));
  }
  const squares = transpose(fit);
  for (let at = 0; at < squares.data.length; at++) squares.data[at]! **= 2;
  const sensitivity = new Float64Array(nAlphas);
  for (let a = 0; a < nAlphas; a++) {
    for (let i = 0; i < nSamples; i++) {
      let fitted = 1;
      for (let k = 0; k < rank; k++) fitted += share(a, k) ** 2 * squares.data[i * rank + k]!;
      sensitivity[a]! += weights.data[a * nSamples + i]! * fitted;
    }
  }
  return {
    ...{ nAlphas, kept, steps, meanWeight, leastWeight, sensitivity },
    ...{ fit: toFloat32(fit), sums: toFloat32(sums), weights: toFloat32(columns) },
  };
}

/**
 * The errors of a block of targets under every penalty that may be the best; the others are ruled out by a bound.
 *
 * The error under a penalty a is the sum of w_a r_a^2, where r_a = r_g + U'q, with r_g the residual under another penalty g,
 * U the directions, p the targets along them, and q = (d_g - d_a) p. Since U r_g = (1 - d_g) p,
 *
 *   error_a >= sum w_a r_g^2 + 2 c q'(1 - d_g) p - 2 |(w_a - c) r_g| |q| + min(w_a) |q|^2
 *
 * for any number c, by Cauchy's inequality; c is the mean of w_a. All of it follows from the residual under g alone, by
 * products with a few columns. The penalty g that generalised cross-validation names is tried first, then, as long as
 * there are penalties whose bound is not above the least error, that with the lowest bound.
 *
 * @param targets - [nTargets x nSamples]
 * @param isRuledOut - whether a penalty with an error of at least `bound` cannot be the best where `least` has been found
 */
export async function shortlistErrors(
  shortlist: Shortlist,
  targets: Rows,
  isRuledOut: (alpha: number, bound: number, least: number, best: number) => boolean,
  device: Device | undefined,
): Promise<ShortlistedErrors> {
  const { nAlphas, fit, sums } = shortlist;
  const nTargets = targets.nRows;
  const { projection, squares } = await projectRows(targets, fit, sums, device);
  const found: Found = {
    errors: new Float64Array(nTargets * nAlphas).fill(Number.NaN),
    bounds: new Float64Array(nTargets * nAlphas).fill(Number.NEGATIVE_INFINITY),
    isTried: new Uint8Array(nTargets * nAlphas),
  };
  const best = new Int32Array(nTargets).fill(-1);
  const next = firstGuesses(shortlist, targets, squares);
  for (;;) {
    const groups = grouped(next, nAlphas);
    if (groups.every((group) => group.length === 0)) break;
    for (const [g, group] of groups.entries()) {
      for (let from = 0; from < group.length; from += ROWS_AT_ONCE) {
        await evaluate(shortlist, targets, projection, g, group.slice(from, from + ROWS_AT_ONCE), found, device);
      }
      for (const t of group) {
        const error = found.errors[t * nAlphas + g]!;
        if (Number.isNaN(error)) continue;
        if (best[t] === -1 || error < found.errors[t * nAlphas + best[t]!]!) best[t] = g;
      }
    }
    for (let t = 0; t < nTargets; t++) {
      if (next[t] === -1) continue;
      const row = t * nAlphas;
      const least = best[t] === -1 ? Number.POSITIVE_INFINITY : found.errors[row + best[t]!]!;
      let lowest = -1;
      for (let a = 0; a < nAlphas; a++) {
        const bound = found.bounds[row + a]!;
        if (found.isTried[row + a] === 1 || isRuledOut(a, bound, least, best[t]!)) continue;
        if (lowest === -1 || bound < found.bounds[row + lowest]!) lowest = a;
      }
      next[t] = lowest;
    }
  }
  return { projection, errors: transpose(Matrix.of(found.errors, nTargets, nAlphas)).data };
}

/** What is known of each target and penalty, [nTargets x nAlphas] each. */
interface Found {
  /** NaN where it was not tried, or single precision does not hold it. */
  readonly errors: Float64Array;
  readonly bounds: Float64Array;
  readonly isTried: Uint8Array;
}

async function projectRows(targets: Rows, fit: Rows, sums: Rows, device: Device | undefined) {
  const { data, nRows, nColumns } = targets;
  const projection = new Float32Array(nRows * fit.nRows);
  const squares = new Float32Array(nRows * sums.nColumns);
  for (let from = 0; from < nRows; from += ROWS_AT_ONCE) {
    const to = Math.min(nRows, from + ROWS_AT_ONCE);
    const rows = { data: data.subarray(from * nColumns, to * nColumns), nRows: to - from, nColumns };
    const part = await runProjection(rows, fit, sums, device);
    projection.set(part.projection.data, from * fit.nRows);
    squares.set(part.squares.data, from * sums.nColumns);
  }
  return { projection: { data: projection, nRows, nColumns: fit.nRows }, squares };
}

/** The penalty of each target that generalised cross-validation names. */
function firstGuesses({ nAlphas, meanWeight }: Shortlist, targets: Rows, squares: Float32Array): Int32Array {
  const { data, nRows, nColumns } = targets;
  return Int32Array.from({ length: nRows }, (_, t) => {
    let whole = 0;
    for (let i = t * nColumns; i < (t + 1) * nColumns; i++) whole += data[i]! * data[i]!;
    const row = t * (nAlphas + 1);
    const outside = Math.max(0, whole - squares[row + nAlphas]!);
    let best = 0;
    for (let a = 1; a < nAlphas; a++) {
      if (meanWeight[a]! * (outside + squares[row + a]!) < meanWeight[best]! * (outside + squares[row + best]!))
        best = a;
    }
    return best;
  });
}

/** The targets that each penalty is to be tried on. */
function grouped(penalties: Int32Array, nAlphas: number): readonly number[][] {
  const groups = Array.from({ length: nAlphas }, (): number[] => []);
  penalties.forEach((a, t) => {
    if (a !== -1) groups[a]!.push(t);
  });
  return groups;
}

/** Fills in the error of some targets under one penalty, and raises their bounds for the others. */
async function evaluate(
  shortlist: Shortlist,
  targets: Rows,
  projection: Rows,
  g: number,
  rows: readonly number[],
  { errors, bounds, isTried }: Found,
  device: Device | undefined,
): Promise<void> {
  const { nAlphas, kept, fit, weights, steps, meanWeight, leastWeight } = shortlist;
  const { moments, distances } = await runResidual(
    {
      ...{ targets: taken(targets, rows), projection: taken(projection, rows), fit, weights },
      ...{ kept: kept[g]!, steps: steps[g]! },
    },
    device,
  );
  for (const [row, t] of rows.entries()) {
    const from = row * 2 * nAlphas;
    const to = t * nAlphas;
    errors[to + g] = moments.data[from + g]!;
    isTried[to + g] = 1;
    for (let a = 0; a < nAlphas; a++) {
      if (isTried[to + a] === 1) continue;
      const inPlace = moments.data[from + a]!;
      const spread = moments.data[from + nAlphas + a]!;
      const distance = distances.data[from + a]!;
      const along = 2 * meanWeight[a]! * distances.data[from + nAlphas + a]!;
      const across = 2 * Math.sqrt(spread * distance);
      const least = leastWeight[a]! * distance;
      const bound = inPlace + along - across + least - SLACK * (inPlace + Math.abs(along) + across + least);
      if (bound > bounds[to + a]!) bounds[to + a] = bound;
    }
  }
}

/** Some rows, side by side; those that are asked for in full are not copied. */
function taken({ data, nRows, nColumns }: Rows, rows: readonly number[]): Rows {
  if (rows.length === nRows) return { data, nRows, nColumns };
  const copy = new Float32Array(rows.length * nColumns);
  rows.forEach((t, row) => {
    copy.set(data.subarray(t * nColumns, (t + 1) * nColumns), row * nColumns);
  });
  return { data: copy, nRows: rows.length, nColumns };
}
