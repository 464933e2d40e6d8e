import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, Matrix, sliceColumns, toFloat32, toFloat64 } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { openWorkspace } from "../graph/workspace.ts";
import { choose, coefficientsOf } from "./choose.ts";
import { factorDesign } from "./factor.ts";
import { type FactoredDesign, type Penalised, shrinkagesOf } from "./factored-design.ts";
import { requireFinite } from "./requirements.ts";
import { type RidgeOptions, resolveRidgeOptions, type TargetOptions } from "./ridge-options.ts";
import { observedRows, type RidgeScore, scoreTargets } from "./score-targets.ts";
import { scoredRows, targetBlocks, targetRows, targetsToFit } from "./targets.ts";

/** A ridge regression of many targets on one design, each target with its own penalty. */
export interface RidgeFit {
  /** The penalty of each target, [nTargets]; NaN for targets that are constant or not finite. */
  readonly bestAlpha: Float64Array;
  /** In the precision of the fit, [nFeatures x nTargets]; NaN for those targets. */
  readonly coefficients: Matrix;
  /** The constant of each target, [nTargets]; 0 without intercept, NaN for those targets. */
  readonly intercept: Float64Array;
  /** The mean squared held-out error at `bestAlpha`, by the `choice` of the fit, [nTargets]; NaN for those targets. */
  readonly error: Float64Array;
}

/**
 * Ridge regression with the penalty of each target chosen from a path.
 *
 * Minimises |y - x b - c|^2 + alpha |b|^2 for each target; the constant c is not penalised. Equal to scikit-learn's
 * RidgeCV(alphas, alpha_per_target=True): in single precision, the same alpha unless two errors differ by less than
 * 1e-5 relatively, and coefficients to 1e-4 of their length.
 *
 * @param x - [nSamples x nFeatures], any precision; may be wider than long, rank-deficient, or hold constant columns
 * @param y - [nSamples x nTargets], any precision. A target that is constant, or holds NaN or an infinity, gets NaN
 * throughout; nothing is thrown for it
 * @throws ShapeError where `x` holds NaN or an infinity, or numbers whose squares overflow, has fewer than 2 rows, or not
 * as many as `y`; where a target's coefficients lie beyond the precision of the fit
 * @throws OptionError where an option cannot be used
 * @throws DeviceError where the runtime fails
 * @remarks Directions of `x` count as zero where their singular value is under about 1e-7 of the largest: of columns whose
 * scales differ by more than that, the small ones have no coefficients. Standardise columns first.
 * @see R. Rifkin, R. Lippert (2007), MIT-CSAIL-TR-2007-025 (leave-one-out in closed form)
 */
export async function ridgeCv(x: Matrix, y: Matrix, options: RidgeOptions = {}): Promise<RidgeFit> {
  checkArgument("ridgeCv: options", options, "an object");
  resolveRidgeOptions(options, "ridgeCv");
  checkMatrix(x, "ridgeCv: x");
  checkMatrix(y, "ridgeCv: y");
  if (x.nRows !== y.nRows) {
    throw new ShapeError(`ridgeCv: x and y must have equally many rows, got ${x.nRows} and ${y.nRows}.`);
  }
  return fitRidge(await factorDesign(x, undefined, options), y, options);
}

/** How {@link prepareRidge} takes a design apart. */
export interface PrepareRidgeOptions extends Omit<RidgeOptions, "targetBlock" | "precision"> {
  /** Samples that {@link scoreRidge} is to predict, [nTest x nFeatures]; left out where {@link fitRidge} is to give coefficients. */
  readonly test?: Matrix | undefined;
}

/** A design taken apart under its penalties, for {@link fitRidge} or {@link scoreRidge}. Its other content is internal. */
export type PreparedRidge = Penalised;

/**
 * A design taken apart for ridge regression, once for any number of targets: centred, with its singular vectors, and what the
 * choice of a penalty needs. In double precision.
 *
 * @param x - [nSamples x nFeatures], as {@link ridgeCv} takes it
 * @throws ShapeError where `x` holds NaN or an infinity, or numbers whose squares overflow, or has fewer than 2 rows; where
 * `test` has another number of columns
 * @throws OptionError where an option cannot be used, or inner folds leave too few samples
 * @throws DeviceError where the runtime fails
 */
export async function prepareRidge(x: Matrix, options: PrepareRidgeOptions = {}): Promise<PreparedRidge> {
  checkArgument("prepareRidge: options", options, "an object");
  resolveRidgeOptions(options, "prepareRidge");
  checkMatrix(x, "prepareRidge: x");
  const { test, ...ridge } = options;
  if (test !== undefined) checkMatrix(test, "prepareRidge: test");
  return factorDesign(x, test, ridge);
}

/** What {@link prepareRidge} gave, for the functions that go on with it. */
function openDesign(design: PreparedRidge, where: string): FactoredDesign {
  checkArgument(`${where}: design`, design, "an object", { alphas: "a list of numbers", exact: "a function" });
  return design as FactoredDesign;
}

/**
 * {@link ridgeCv} on a design that was taken apart before, under its penalties.
 *
 * @param prepared - made without samples to predict
 * @param y - [nSamples x nTargets]
 * @throws ShapeError where `y` has another number of rows than the design, or coefficients lie beyond the precision
 * @throws OptionError where an option cannot be used, or the design was made for scores alone
 */
export async function fitRidge(prepared: PreparedRidge, y: Matrix, options: TargetOptions = {}): Promise<RidgeFit> {
  const design = openDesign(prepared, "fitRidge");
  checkMatrix(y, "fitRidge: y");
  checkArgument("fitRidge: options", options, "an object");
  const { precision, targetBlock, device } = resolveRidgeOptions(options, "fitRidge");
  const workspace = openWorkspace(device);
  const exact = await design.exact();
  const { columns: designColumns } = exact;
  if (!designColumns) {
    throw new OptionError(
      "fitRidge: design must be made with its columns, got one that was made to predict. Prepare it without samples to predict.",
    );
  }
  requireRows(exact.left.nColumns, y, "fitRidge");
  const { mean, right } = designColumns;
  const nFeatures = mean.length;
  const nTargets = y.nColumns;
  const single = precision === "float32";
  const nan = () => new Float64Array(nTargets).fill(Number.NaN);
  const [bestAlpha, error, intercept] = [nan(), nan(), nan()];
  const data = single ? new Float32Array(nFeatures * nTargets) : new Float64Array(nFeatures * nTargets);
  const singleRight = toFloat32(right);
  const shrinkages = shrinkagesOf(exact);
  const settings = { precision, targetBlock, workspace, wantsErrors: true };
  for (const columns of targetBlocks(nTargets)) {
    const made = targetsToFit(targetRows(y, columns), undefined, { intercept: design.intercept, precision });
    for await (const chosen of choose(design, made, settings)) {
      const { best, targets } = chosen;
      const coefficients = coefficientsOf(chosen, shrinkages);
      const along = coefficients.data instanceof Float32Array ? singleRight : right;
      const product = await multiply(coefficients, along, { device: workspace.device }); // [nChosen x nFeatures]
      chosen.rows.forEach((row, t) => {
        const column = columns[row]!;
        const usable = best[t]! >= 0;
        const scale = usable ? targets.scale[t]! : Number.NaN;
        let constant = targets.mean[t]!;
        let largest = 0;
        for (let j = 0; j < nFeatures; j++) {
          const coefficient = product.data[t * nFeatures + j]! * scale;
          largest = Math.max(largest, Math.abs(coefficient));
          data[j * nTargets + column] = coefficient;
          // From the rounded coefficient, so that intercept and coefficient fit together where a column has a large mean.
          constant -= mean[j]! * data[j * nTargets + column]!;
        }
        if (usable) requireRange(largest, precision, column);
        bestAlpha[column] = usable ? design.alphas[best[t]!]! : Number.NaN;
        error[column] = chosen.error[t]!;
        intercept[column] = usable ? constant : Number.NaN;
      });
    }
  }
  return { bestAlpha, coefficients: Matrix.of(data, nFeatures, nTargets), intercept, error };
}

function requireRows(nSamples: number, y: Matrix, where: string): void {
  if (y.nRows === nSamples) return;
  throw new ShapeError(`${where}: y must have a row for each sample of the design (${nSamples}), got ${y.nRows}.`);
}

/** The smallest and largest magnitudes that a number holds all its digits at. */
const ranges = {
  float32: [2 ** -126, (2 - 2 ** -23) * 2 ** 127],
  float64: [2 ** -1022, Number.MAX_VALUE],
} as const;

/** Refuses a target whose coefficients would become infinities or zeros. */
function requireRange(largest: number, precision: keyof typeof ranges, target: number): void {
  const [least, most] = ranges[precision];
  if (largest === 0 || (largest >= least && largest <= most)) return;
  const remedy = precision === "float32" ? 'Scale the target, or take precision "float64"' : "Scale the target";
  throw new ShapeError(
    `fitRidge: coefficients must fit into ${precision} (${least.toExponential(1)} to ${most.toExponential(1)} in magnitude), got ${largest.toExponential(1)} as the largest (target ${target}). ${remedy}.`,
  );
}

/**
 * x coefficients + intercept, [nSamples x nTargets], in double precision: under a large penalty predictions vary by less
 * than single precision holds beside the intercept.
 *
 * @param x - [nSamples x nFeatures]
 * @throws ShapeError where `x` has another number of columns than the fit has features, or holds NaN or an infinity
 * @throws DeviceError where the runtime fails
 */
export async function predictRidge(
  fit: RidgeFit,
  x: Matrix,
  options: Pick<RidgeOptions, "device"> = {},
): Promise<Matrix<Float64Array>> {
  checkArgument("predictRidge: fit", fit, "an object", { coefficients: "an object", intercept: "a list of numbers" });
  checkArgument("predictRidge: options", options, "an object");
  const { coefficients, intercept } = fit;
  checkMatrix(x, "predictRidge: x");
  if (x.nColumns !== coefficients.nRows) {
    throw new ShapeError(
      `predictRidge: x must have a column for each feature of the fit (${coefficients.nRows}), got ${x.nColumns}.`,
    );
  }
  requireFinite(x, "predictRidge", "x");
  const nTargets = coefficients.nColumns;
  const design = toFloat64(x);
  const data = new Float64Array(x.nRows * nTargets);
  const width = 1024;
  for (let start = 0; start < nTargets; start += width) {
    const part = toFloat64(sliceColumns(coefficients, start, Math.min(nTargets, start + width)));
    const product = await multiply(design, part, { device: options.device });
    for (let i = 0, at = 0; i < x.nRows; i++) {
      for (let t = 0; t < part.nColumns; t++, at++) {
        data[i * nTargets + start + t] = product.data[at]! + intercept[start + t]!;
      }
    }
  }
  return Matrix.of(data, x.nRows, nTargets);
}

/**
 * Fits every target on a design, predicts the samples that it was made to predict, and correlates, without ever holding all coefficients or
 * predictions: memory beyond the arguments and the result stays near that of one block of targets.
 *
 * @param prepared - made with the samples to predict
 * @param y - data of the samples of the design, [nSamples x nTargets]
 * @param yTest - of the samples to predict, [nTest x nTargets]
 * @throws ShapeError where shapes do not fit together, or there are fewer than 2 samples to predict
 * @throws OptionError where an option cannot be used
 */
export async function scoreRidge(
  prepared: PreparedRidge,
  y: Matrix,
  yTest: Matrix,
  options: TargetOptions = {},
): Promise<RidgeScore> {
  const where = "scoreRidge";
  const design = openDesign(prepared, where);
  checkMatrix(y, `${where}: y`);
  checkMatrix(yTest, `${where}: yTest`);
  checkArgument(`${where}: options`, options, "an object");
  const nTargets = y.nColumns;
  const { precision, targetBlock, device } = resolveRidgeOptions(options, where);
  const { left, test } = await design.exact();
  if (test.nColumns !== yTest.nRows || yTest.nColumns !== nTargets || yTest.nRows < 2) {
    throw new ShapeError(
      `${where}: yTest must have a row for each sample that the design predicts (${test.nColumns}), at least 2, and as many columns as y (${nTargets}), got ${yTest.nRows} rows, ${yTest.nColumns} columns.`,
    );
  }
  requireRows(left.nColumns, y, where);
  const settings = { precision, targetBlock, workspace: openWorkspace(device) };
  const r = new Float64Array(nTargets);
  const bestAlpha = new Float64Array(nTargets);
  for (const columns of targetBlocks(nTargets)) {
    const made = { intercept: design.intercept, precision };
    const targets = targetsToFit(scoredRows(y, columns), undefined, made);
    const observed = observedRows(scoredRows(yTest, columns), undefined, made);
    const score = await scoreTargets(design, targets, observed, settings);
    r.set(score.r, columns[0]);
    bestAlpha.set(score.bestAlpha, columns[0]);
  }
  return { r, bestAlpha };
}
