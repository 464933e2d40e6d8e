import { Matrix, takeRows, toFloat64 } from "../array/matrix.ts";
import { multiply } from "../graph/multiply.ts";
import { correlateRows, unitDeviations } from "../linear-algebra/correlation.ts";
import { runRows } from "./by-bounds-graphs.ts";
import { type ChooseSettings, type ChosenTargets, choose, coefficientsOf, type TargetSettings } from "./choose.ts";
import { designInMemory, type FactoredDesign, type Predictor, shrinkagesOf } from "./factored-design.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import { coarsenessOn, TYPICAL_PROJECTION, UNIT_ROUNDOFF } from "./rounding.ts";
import { type TargetsToFit, targetsToFit } from "./targets.ts";

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
 * @param targets - with as many samples as the design
 * @param observed - from {@link observedRows}, [nTargets x nTest]
 */
export async function scoreTargets(
  design: FactoredDesign,
  targets: TargetsToFit,
  observed: Matrix,
  settings: ChooseSettings,
): Promise<RidgeScore> {
  const { nTargets } = targets.block;
  const r = new Float64Array(nTargets).fill(Number.NaN);
  const bestAlpha = new Float64Array(nTargets).fill(Number.NaN);
  for await (const chosen of choose(design, targets, settings)) {
    const correlations = await correlatePredictions(design, chosen, observed, settings);
    chosen.rows.forEach((row, t) => {
      const alpha = chosen.best[t]!;
      r[row] = alpha >= 0 ? correlations[t]! : Number.NaN;
      bestAlpha[row] = alpha >= 0 ? design.alphas[alpha]! : Number.NaN;
    });
  }
  return { r, bestAlpha };
}

/** Pearson r of what a design predicts for a batch of targets with what was observed, [nChosen]. */
async function correlatePredictions(
  design: FactoredDesign,
  chosen: ChosenTargets,
  observed: Matrix,
  settings: TargetSettings,
): Promise<Float64Array> {
  if (chosen.exact === undefined) return correlateInSingle(design.predictor, chosen, observed, settings);
  const coefficients = toFloat64(coefficientsOf(chosen, shrinkagesOf(chosen.exact)));
  const { device } = settings.workspace;
  const predicted = await multiply(coefficients, chosen.exact.test, { device }); // [nChosen x nTest]
  return correlateRows(predicted, takeRows(observed, chosen.rows));
}

/**
 * Rounding error of r above which it is computed in double precision: half of the 1e-5 that docs/methods.md promises. A prediction that is
 * off by a share of its own length, root mean square, moves r by no more than that share.
 */
const WANTED_CORRELATION = 5e-6;

/** The rounding of a predicted sample, in units of u times the root of the sum of the squares of its summands. */
const OF_PREDICTION = 4;

/** Squares of a prediction that sum up to less lose digits: single precision holds all of them down to 2^-126, and 24 bits of this. */
const LEAST_SQUARE = 2 ** -100;

/** The same in single precision. Targets whose predictions rounding may have moved are asked for again. */
async function correlateInSingle(
  { shrinkage, test, sensitivity, greatestSummands }: Predictor,
  { projection, best, rows, targets, again }: ChosenTargets,
  observed: Matrix,
  { workspace }: TargetSettings,
): Promise<Float64Array> {
  const nTest = observed.nColumns;
  const wanted = observed.data.subarray(rows[0]! * nTest, (rows[0]! + rows.length) * nTest);
  const { nRows, nColumns } = projection;
  const { products, squares } = await runRows(
    "predictions",
    {
      perTarget: {
        projection: { data: projection.data as Float32Array, nRows, nColumns },
        observed: { data: wanted as Float32Array, nRows: rows.length, nColumns: nTest },
      },
      shared: { shrinkage, test },
      columns: { products: 1, squares: 1 },
      penalties: best.map((index) => Math.max(0, index)),
    },
    workspace,
  );
  const r = new Float64Array(rows.length);
  const unit = UNIT_ROUNDOFF * coarsenessOn(workspace.device, targets.nSamples, nColumns);
  for (let t = 0; t < rows.length; t++) {
    const square = squares.data[t]!;
    r[t] = Math.max(-1, Math.min(1, products.data[t]! / Math.sqrt(square)));
    if (best[t]! < 0) continue;
    const projected = TYPICAL_PROJECTION ** 2 * targets.squares[t]! * sensitivity[best[t]!]!;
    const summed = OF_PREDICTION ** 2 * targets.squares[t]! * greatestSummands[best[t]!]!;
    // Of a prediction that is 0, no number, or too long for single precision, too.
    const isHeld = square >= LEAST_SQUARE && square < Number.POSITIVE_INFINITY;
    if (!(isHeld && unit * Math.sqrt((projected + summed) / square) < WANTED_CORRELATION)) again.push(t);
  }
  return r;
}

/** Predictions in units of the data. */
export interface RidgePredictions {
  /**
   * What is predicted less the mean of the training samples, in units of the data, [nTargets x nTest]; NaN for targets that cannot be
   * used. Under a large penalty it varies by less than double precision holds beside a large mean.
   */
  readonly predicted: Matrix<Float64Array>;
  /** The mean of the training samples, [nTargets]. */
  readonly mean: Float64Array;
  /** The penalty of each target, [nTargets]; NaN for those. */
  readonly bestAlpha: Float64Array;
}

/**
 * Fits targets as {@link scoreTargets} does, in double precision, and gives what is predicted.
 *
 * @param rows - one row a target
 * @param samples - the columns of `rows` that are the samples of the design; undefined for all
 */
export async function predictTargets(
  design: FactoredDesign,
  rows: Matrix,
  samples: Int32Array | undefined,
  settings: TargetSettings,
): Promise<RidgePredictions> {
  const exact = await design.exact();
  const nTest = exact.test.nColumns;
  const predicted = new Float64Array(rows.nRows * nTest).fill(Number.NaN);
  const bestAlpha = new Float64Array(rows.nRows).fill(Number.NaN);
  const mean = new Float64Array(rows.nRows).fill(Number.NaN);
  const targets = targetsToFit(rows, samples, { intercept: design.intercept, precision: "float64" });
  const shrinkages = shrinkagesOf(exact);
  const { device } = settings.workspace;
  for await (const chosen of choose(designInMemory(exact), targets, { ...settings, precision: "float64" })) {
    const { best } = chosen;
    const coefficients = coefficientsOf(chosen, shrinkages) as Matrix<Float64Array>;
    const product = await multiply(coefficients, exact.test, { device }); // [nChosen x nTest]
    chosen.rows.forEach((row, t) => {
      if (best[t]! < 0) return;
      bestAlpha[row] = design.alphas[best[t]!]!;
      mean[row] = chosen.targets.mean[t]!;
      for (let i = 0; i < nTest; i++)
        predicted[row * nTest + i] = product.data[t * nTest + i]! * chosen.targets.scale[t]!;
    });
  }
  return { predicted: Matrix.of(predicted, rows.nRows, nTest), mean, bestAlpha };
}
