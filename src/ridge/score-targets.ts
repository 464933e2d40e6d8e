import { type FloatArray, Matrix, takeRows, toFloat64 } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { correlateRows, unitDeviations } from "../linear-algebra/correlation.ts";
import { type ChosenTargets, chooseAlphas, coefficientsOf, shrinkagesOf } from "./choose-alpha.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { coarsenessOn, TYPICAL_PROJECTION, UNIT } from "./rounding.ts";
import type { ScorableDesign } from "./scoring-design.ts";
import type { TargetMoments } from "./shortlist.ts";
import { type GraphMemory, runPredictions } from "./shortlist-graph.ts";
import { prepareTargets, type TargetBlock } from "./target-block.ts";

/** How well a ridge regression predicts samples that it was not fitted on. */
export interface RidgeScore {
  /**
   * Pearson r of prediction and data, [nTargets]; NaN where training or test data are constant or not finite, or the
   * prediction is constant.
   */
  readonly r: Float64Array;
  /** The penalty of each target, [nTargets]; NaN where training data are constant or not finite. */
  readonly bestAlpha: Float64Array;
}

/**
 * Targets at the samples to predict, as {@link scoreTargets} wants them: deviations from the mean, of length 1, one row a
 * target, in the precision of the options; NaN where they are constant or not finite. The same for all designs of a fold.
 *
 * @param rows - one row a target
 * @param samples - the columns of `rows` to predict; undefined for all
 */
export function observedRows(
  rows: Matrix,
  samples: Int32Array | undefined,
  { precision }: Pick<ResolvedRidgeOptions, "precision">,
): Matrix {
  return unitDeviations(rows, samples, precision === "float32" ? new Float32Array(0) : new Float64Array(0));
}

/**
 * Fits targets on a design, each with its own penalty, predicts the other samples of the design, and correlates.
 *
 * @param rows - one row a target
 * @param samples - the columns of `rows` that are the samples of the design; undefined for all
 * @param observed - from {@link observedRows}, [nTargets x nTest]
 * @param block - from `prepareTargets` of these rows and samples in the precision of the options, where it is at hand
 * @param moments - from `designMoments` of this design and block, where they are at hand
 */
export async function scoreTargets(
  design: ScorableDesign,
  rows: Matrix,
  samples: Int32Array | undefined,
  observed: Matrix,
  options: ResolvedRidgeOptions,
  block?: TargetBlock,
  moments?: TargetMoments,
): Promise<RidgeScore> {
  const nTargets = rows.nRows;
  const { alphas } = options;
  const r = new Float64Array(nTargets).fill(Number.NaN);
  const bestAlpha = new Float64Array(nTargets).fill(Number.NaN);
  const once = readOnce(design);
  await eachChosen(once, rows, samples, options, { block, moments }, async (chosen, memory) => {
    const { best } = chosen;
    const { r: correlations, unsure } = await correlate(chosen, once, observed, options, memory);
    chosen.rows.forEach((row, t) => {
      const usable = best[t]! >= 0;
      r[row] = usable ? correlations[t]! : Number.NaN;
      bestAlpha[row] = usable ? alphas[best[t]!]! : Number.NaN;
    });
    return unsure;
  });
  return { r, bestAlpha };
}

/** The same design, whose double precision is asked for once, if at all: it may lie on the disk. */
function readOnce(design: ScorableDesign): ScorableDesign {
  let exact: ReturnType<ScorableDesign["exact"]> | undefined;
  const { intercept, singularRange } = design;
  return {
    intercept,
    singularRange,
    get shortlist() {
      return design.shortlist;
    },
    get predictor() {
      return design.predictor;
    },
    exact: () => {
      exact ??= design.exact();
      return exact;
    },
  };
}

/** Fits targets as {@link scoreTargets} does, in double precision, and gives what is predicted. */
export async function predictTargets(
  design: ScorableDesign,
  rows: Matrix,
  samples: Int32Array | undefined,
  options: ResolvedRidgeOptions,
): Promise<{
  /**
   * What is predicted less the mean of the training samples, in units of the data, [nTargets x nTest]; NaN for targets that cannot be
   * used. Under a large penalty it varies by less than double precision holds beside a large mean.
   */
  readonly predicted: Matrix<Float64Array>;
  /** The mean of the training samples, [nTargets]. */
  readonly mean: Float64Array;
  /** The penalty of each target, [nTargets]; NaN for those. */
  readonly bestAlpha: Float64Array;
}> {
  const exact = await design.exact();
  const nTest = exact.test.nColumns;
  const predicted = new Float64Array(rows.nRows * nTest).fill(Number.NaN);
  const bestAlpha = new Float64Array(rows.nRows).fill(Number.NaN);
  const mean = new Float64Array(rows.nRows).fill(Number.NaN);
  const inDouble: ResolvedRidgeOptions = { ...options, precision: "float64" };
  await eachChosen(design, rows, samples, inDouble, {}, async (chosen) => {
    const { targets, best } = chosen;
    const coefficients = coefficientsOf(chosen, shrinkagesOf(exact, options)) as Matrix<Float64Array>;
    const product = await multiply(coefficients, exact.test, { device: options.device }); // [nChosen x nTest]
    chosen.rows.forEach((row, t) => {
      if (best[t]! < 0) return;
      bestAlpha[row] = options.alphas[best[t]!]!;
      mean[row] = targets.mean[t]!;
      for (let i = 0; i < nTest; i++) predicted[row * nTest + i] = product.data[t * nTest + i]! * targets.scale[t]!;
    });
    return undefined;
  });
  return { predicted: Matrix.of(predicted, rows.nRows, nTest), mean, bestAlpha };
}

function eachChosen(
  design: ScorableDesign,
  rows: Matrix,
  samples: Int32Array | undefined,
  options: ResolvedRidgeOptions,
  { block, moments }: { readonly block?: TargetBlock | undefined; readonly moments?: TargetMoments | undefined },
  use: (chosen: ChosenTargets, memory: GraphMemory) => Promise<readonly number[] | undefined>,
): Promise<void> {
  const { intercept } = design;
  const like = options.precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  const again = (some: Int32Array) => prepareTargets(takeRows(rows, some), samples, intercept, new Float64Array(0));
  const targets = block ?? prepareTargets<FloatArray>(rows, samples, intercept, like);
  return chooseAlphas(design, targets, { options, again, wantsErrors: false, moments }, use);
}

/**
 * By how much r may be off; else it is computed in double precision. A prediction that is off by a share of its own length, root
 * mean square, moves r by no more than that.
 */
const WANTED_CORRELATION = 5e-6;

/** The rounding of a predicted sample, in units of u times the root of the sum of the squares of its summands. */
const OF_PREDICTION = 4;

async function correlate(
  chosen: ChosenTargets,
  design: ScorableDesign,
  observed: Matrix,
  options: ResolvedRidgeOptions,
  memory: GraphMemory,
): Promise<{
  readonly r: Float64Array;
  /** Targets whose predictions rounding may have moved: they are to be computed in double precision. */
  readonly unsure?: readonly number[];
}> {
  const { projection, best, rows, targets } = chosen;
  const nTest = observed.nColumns;
  const isWhole = rows.length > 0 && rows.at(-1)! - rows[0]! === rows.length - 1;
  if (projection.data instanceof Float32Array && observed.data instanceof Float32Array && isWhole) {
    const { shrinkage, test, sensitivity, greatestSummands } = design.predictor;
    const wanted = observed.data.subarray(rows[0]! * nTest, (rows[0]! + rows.length) * nTest);
    const { products, squares } = await runPredictions(
      {
        shrinkage,
        test,
        projection: { data: projection.data, nRows: projection.nRows, nColumns: projection.nColumns },
        observed: { data: wanted, nRows: rows.length, nColumns: nTest },
      },
      best.map((index) => Math.max(0, index)),
      options.device,
      memory,
    );
    const r = new Float64Array(rows.length);
    const unit = UNIT * coarsenessOn(options.device, targets.nSamples, projection.nColumns);
    const unsure: number[] = [];
    for (let t = 0; t < rows.length; t++) {
      const square = squares.data[t]!;
      r[t] = Math.max(-1, Math.min(1, products.data[t]! / Math.sqrt(square)));
      if (best[t]! < 0) continue;
      const projected = TYPICAL_PROJECTION ** 2 * targets.squares[t]! * sensitivity[best[t]!]!;
      const summed = OF_PREDICTION ** 2 * targets.squares[t]! * greatestSummands[best[t]!]!;
      // Of a prediction that is 0, or no number, too.
      if (!(unit * Math.sqrt((projected + summed) / square) < WANTED_CORRELATION)) unsure.push(t);
    }
    return { r, unsure };
  }
  const exact = await design.exact();
  const coefficients = toFloat64(coefficientsOf(chosen, shrinkagesOf(exact, options)));
  const predicted = await multiply(coefficients, exact.test, { device: options.device }); // [nChosen x nTest]
  return { r: correlateRows(predicted, takeRows(observed, rows)) };
}
