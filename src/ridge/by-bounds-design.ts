import { Matrix, toFloat32 } from "../array/matrix.ts";
import type { Workspace } from "../graph/workspace.ts";
import { sumOfSquares } from "../linear-algebra/dot.ts";
import { type Rows, runRows } from "./by-bounds-graphs.ts";
import { type ErrorBounds, errorBounds } from "./by-bounds-terms.ts";
import type { HeldOutSet } from "./held-out.ts";

/**
 * The numbers that bounds on the errors of a set are computed from, for every penalty a. In the following d are the shares that a penalty
 * keeps of the directions, w its weights of the samples, c their mean.
 */
export interface AlphaBounds {
  readonly nAlphas: number;
  readonly fit: Rows;
  /** d of each penalty, [nAlphas x rank]. */
  readonly kept: Rows;
  /**
   * What the squares of a projection are summed with: for each penalty d^2, then -d, then the square of what takes a projection
   * to a coefficient; then (1 - d_g)(1 - d_a) of each pair ({@link pairOf}), [rank x (3 nAlphas + nPairs)].
   */
  readonly shares: Rows;
  /** Bounds that the target itself gives, and their weights, [nSamples x 2 nAlphas]. */
  readonly fromTarget: ErrorBounds;
  readonly targetWeights: Rows;
  /**
   * Bounds that a residual gives, their weights, w of each penalty less its least, and ones, [nSamples x (3 nAlphas + 1)]. The
   * differences have one sign, so sums with them do not cancel.
   */
  readonly fromResidual: ErrorBounds;
  readonly residualWeights: Rows;
  readonly meanWeight: Float64Array;
  readonly leastWeight: Float64Array;
  readonly greatestWeight: Float64Array;
  /** With w less its least as weights: what an error is off by as residuals are, [nAlphas] each. */
  readonly ofWeights: Float64Array;
  readonly ofLeverages: Float64Array;
  /** The sum over the samples of h_i = sum_k d_k U_ki^2, [nAlphas]. */
  readonly leverages: Float64Array;
  /** The sum of the squares of what takes a projection to a coefficient, [nAlphas]. */
  readonly shrinkageSquares: Float64Array;
}

/** Sums of the squares of targets with the weights of bounds: columns `first` to `first + 2 nAlphas` of a row. */
export interface TargetMoments {
  readonly rows: Rows;
  readonly first: number;
}

/** Most penalties: each is a bit of a 32-bit number with a sign. With more of them all errors are computed. */
export const MOST_ALPHAS = 31;

/**
 * Multipliers that settle the most on responses to stories, whose slow drifts lie along leading directions; any others give bounds
 * that hold as well.
 */
const [FROM_TARGET, FROM_RESIDUAL] = [
  { lower: -0.7, upper: 1.3 },
  { lower: -0.3, upper: 1.1 },
];

/**
 * The greatest weight of a penalty over its least, above which all is computed in double precision: single precision, with 24 bits, does
 * not hold the least beside the greatest.
 */
const MOST_SPAN = 2 ** 24;

/** Where the sum over two penalties lies among those of all pairs. */
export function pairOf(g: number, a: number): number {
  return g > a ? (g * (g + 1)) / 2 + a : (a * (a + 1)) / 2 + g;
}

/**
 * What bounds on the errors of a design need. There are none of inner folds, of designs outside of whose directions nothing lies, of more than
 * {@link MOST_ALPHAS} penalties, and where the weights of a penalty span more than single precision holds: all errors are computed there.
 *
 * @param sets - of the design
 * @param shrinkages - what takes a projection to a coefficient under each penalty, [rank] each
 */
export function boundsOf(
  [set, ...more]: readonly HeldOutSet[],
  shrinkages: readonly Float64Array[],
): AlphaBounds | undefined {
  if (set!.base !== "remainder" || more.length > 0 || set!.weights.nRows > MOST_ALPHAS) return undefined;
  const { fit, damping, weights } = set!;
  const [nAlphas, nSamples, rank] = [weights.nRows, weights.nColumns, fit.nRows];
  const ofPenalty = () => new Float64Array(nAlphas);
  const [meanWeight, leastWeight, greatestWeight] = [ofPenalty(), ofPenalty(), ofPenalty()];
  const [ofWeights, ofLeverages, leverages] = [ofPenalty(), ofPenalty(), ofPenalty()];
  const excess = new Float64Array(weights.data.length);
  for (let a = 0, at = 0; a < nAlphas; a++) {
    const row = weights.data.subarray(a * nSamples, (a + 1) * nSamples);
    let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
    for (const weight of row) {
      meanWeight[a]! += weight / nSamples;
      least = Math.min(least, weight);
      greatest = Math.max(greatest, weight);
    }
    if (!(greatest <= MOST_SPAN * least)) return undefined;
    leastWeight[a] = least;
    greatestWeight[a] = greatest;
    for (const weight of row) {
      excess[at++] = weight - least;
      // 1 - 1 / sqrt(n w) is the leverage of a sample, with an intercept's 1 / n: no less than h_i.
      const leverage = Math.max(0, 1 - 1 / Math.sqrt(weight * nSamples));
      ofWeights[a]! += weight - least;
      ofLeverages[a]! += (weight - least) * leverage;
      leverages[a]! += leverage;
    }
  }
  const { weights: targetTerms, ...fromTarget } = errorBounds(weights.data, nAlphas, FROM_TARGET);
  const { weights: residualTerms, ...fromResidual } = errorBounds(weights.data, nAlphas, FROM_RESIDUAL);
  const ones = new Float64Array(nSamples).fill(1);
  const kept = new Float64Array(damping.data.length);
  for (let i = 0; i < kept.length; i++) kept[i] = 1 - damping.data[i]!;
  return {
    nAlphas,
    fit: toFloat32(fit),
    kept: toFloat32(Matrix.of(kept, nAlphas, rank)),
    shares: shareColumns(damping, kept, shrinkages),
    fromTarget,
    targetWeights: columnsOf([targetTerms], nSamples),
    fromResidual,
    residualWeights: columnsOf([residualTerms, excess, ones], nSamples),
    meanWeight,
    leastWeight,
    greatestWeight,
    ofWeights,
    ofLeverages,
    leverages,
    shrinkageSquares: Float64Array.from(shrinkages, sumOfSquares),
  };
}

/** {@link AlphaBounds.shares}. */
function shareColumns(
  { data: damping, nRows: nAlphas, nColumns: rank }: Matrix,
  kept: Float64Array,
  shrinkages: readonly Float64Array[],
): Rows {
  const nColumns = 3 * nAlphas + (nAlphas * (nAlphas + 1)) / 2;
  const data = new Float32Array(rank * nColumns);
  for (let k = 0; k < rank; k++) {
    const at = k * nColumns;
    for (let g = 0; g < nAlphas; g++) {
      const share = kept[g * rank + k]!;
      data[at + g] = share * share;
      data[at + nAlphas + g] = -share;
      data[at + 2 * nAlphas + g] = shrinkages[g]![k]! ** 2;
      for (let a = 0; a <= g; a++)
        data[at + 3 * nAlphas + pairOf(g, a)] = damping[g * rank + k]! * damping[a * rank + k]!;
    }
  }
  return { data, nRows: rank, nColumns };
}

/** Rows of a length, one below the other, as columns in single precision. */
function columnsOf(rows: readonly Float64Array[], length: number): Rows {
  const nColumns = rows.reduce((sum, some) => sum + some.length, 0) / length;
  const data = new Float32Array(length * nColumns);
  let column = 0;
  for (const some of rows) {
    for (let from = 0; from < some.length; from += length, column++) {
      for (let i = 0; i < length; i++) data[i * nColumns + column] = some[from + i]!;
    }
  }
  return { data, nRows: length, nColumns };
}

/**
 * What the squares of targets say of their errors on several designs of the same samples, all in one product: choices by bounds begin
 * with it.
 *
 * Operations a target: 4 nSamples nAlphas for each design.
 *
 * @param bounds - of each design; undefined where all errors are computed
 * @param targets - [nTargets x nSamples]
 * @returns one for each that is not undefined; they hold until this is asked again in the same workspace
 */
export async function targetMoments(
  bounds: readonly (AlphaBounds | undefined)[],
  targets: Rows,
  workspace: Workspace,
): Promise<readonly (TargetMoments | undefined)[]> {
  const nColumns = bounds.reduce((sum, one) => sum + (one?.targetWeights.nColumns ?? 0), 0);
  if (nColumns === 0) return bounds.map(() => undefined);
  const nSamples = targets.nColumns;
  const weights = new Float32Array(nSamples * nColumns);
  let first = 0;
  const firsts = bounds.map((one) => {
    if (!one) return undefined;
    const { data, nColumns: nOwn } = one.targetWeights;
    for (let i = 0; i < nSamples; i++) {
      weights.set(data.subarray(i * nOwn, (i + 1) * nOwn), i * nColumns + first);
    }
    first += nOwn;
    return first - nOwn;
  });
  const shared = { weights: { data: weights, nRows: nSamples, nColumns } };
  const { moments } = await runRows(
    "moments",
    { perTarget: { targets }, shared, columns: { moments: nColumns } },
    workspace,
  );
  return firsts.map((own) => (own === undefined ? undefined : { rows: moments, first: own }));
}
