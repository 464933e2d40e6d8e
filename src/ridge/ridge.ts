import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, Matrix, sliceColumns, takeRows, toFloat32, toFloat64 } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { multiply } from "../graph/multiply.ts";
import { requireFinite } from "./check.ts";
import { choosable, chooseAlphas, coefficientsOf, shrinkagesOf } from "./choose-alpha.ts";
import { heldOutSets } from "./held-out.ts";
import { decomposeRidge, type RidgeDecomposition } from "./ridge-decomposition.ts";
import { type ResolvedRidgeOptions, type RidgeOptions, resolveRidgeOptions } from "./ridge-options.ts";
import { observedRows, type RidgeScore, scoreTargets } from "./score-targets.ts";
import { scorable, scoringDesign } from "./scoring-design.ts";
import { prepareTargets, scoredRows, targetBlocks, targetRows } from "./target-block.ts";

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
  return fitRidge(await decomposeRidge(x, options), y, options);
}

/**
 * {@link ridgeCv} on a design that was taken apart before.
 *
 * @param y - [nSamples x nTargets]
 * @param options - `intercept` must be that of the decomposition, as must `choice` and `nInnerFolds` for inner folds
 * @throws ShapeError where `y` has another number of rows than the design, or coefficients lie beyond the precision
 * @throws OptionError where an option cannot be used
 */
export async function fitRidge(
  decomposition: RidgeDecomposition,
  y: Matrix,
  options: RidgeOptions = {},
): Promise<RidgeFit> {
  const resolved = resolveFor(decomposition, options, "fitRidge");
  const { nFeatures } = decomposition;
  const nTargets = y.nColumns;
  const single = resolved.precision === "float32";
  const nan = () => new Float64Array(nTargets).fill(Number.NaN);
  const bestAlpha = nan();
  const error = nan();
  const intercept = nan();
  const data = single ? new Float32Array(nFeatures * nTargets) : new Float64Array(nFeatures * nTargets);
  if (y.nRows !== decomposition.nSamples) {
    throw new ShapeError(
      `fitRidge: y must have a row for each sample of the design (${decomposition.nSamples}), got ${y.nRows}.`,
    );
  }
  const singleRight = toFloat32(decomposition.right);
  const { left, singularValues } = decomposition;
  const sets = await heldOutSets(decomposition, resolved, "fitRidge");
  const design = { intercept: decomposition.intercept, left, singularValues, sets };
  const shrinkages = shrinkagesOf(design, resolved);
  const like = single ? new Float32Array(0) : new Float64Array(0);
  for (const columns of targetBlocks(nTargets)) {
    const rows = targetRows(y, columns);
    const block = prepareTargets(rows, undefined, resolved.intercept, like);
    const again = (some: Int32Array) =>
      prepareTargets(takeRows(rows, some), undefined, resolved.intercept, new Float64Array(0));
    await chooseAlphas(
      choosable(design, resolved),
      block,
      { options: resolved, again, wantsErrors: true },
      async (chosen) => {
        const { best, targets } = chosen;
        const coefficients = coefficientsOf(chosen, shrinkages);
        const right = coefficients.data instanceof Float32Array ? singleRight : decomposition.right;
        const product = await multiply(coefficients, right, { device: resolved.device }); // [nChosen x nFeatures]
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
            // From the coefficient as it was rounded, so that a large mean of a column does no harm.
            constant -= decomposition.mean[j]! * data[j * nTargets + column]!;
          }
          if (usable) requireRange(largest, resolved.precision, column);
          bestAlpha[column] = usable ? resolved.alphas[best[t]!]! : Number.NaN;
          error[column] = chosen.error[t]!;
          intercept[column] = usable ? constant : Number.NaN;
        });
        return undefined;
      },
    );
  }
  return { bestAlpha, coefficients: Matrix.of(data, nFeatures, nTargets), intercept, error };
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
 * Fits every target on a design, predicts other samples, and correlates, without ever holding all coefficients or
 * predictions: memory beyond the arguments and the result stays near that of one block of targets.
 *
 * @param y - data of the samples of the design, [nSamples x nTargets]
 * @param xTest - [nTest x nFeatures]
 * @param yTest - [nTest x nTargets]
 * @throws ShapeError where shapes do not fit together, `xTest` holds NaN or an infinity, or there are fewer than 2 test
 * samples
 * @throws OptionError where an option cannot be used
 */
export async function scoreRidge(
  decomposition: RidgeDecomposition,
  y: Matrix,
  xTest: Matrix,
  yTest: Matrix,
  options: RidgeOptions = {},
): Promise<RidgeScore> {
  const where = "scoreRidge";
  const nTargets = y.nColumns;
  const resolved = resolveFor(decomposition, options, where);
  if (xTest.nRows !== yTest.nRows || yTest.nColumns !== nTargets || xTest.nRows < 2) {
    throw new ShapeError(
      `scoreRidge: xTest and yTest must have equally many rows, at least 2, and yTest as many columns as y (${nTargets}), got ${xTest.nRows} and ${yTest.nRows} rows, ${yTest.nColumns} columns.`,
    );
  }
  if (y.nRows !== decomposition.nSamples) {
    throw new ShapeError(
      `scoreRidge: y must have a row for each sample of the design (${decomposition.nSamples}), got ${y.nRows}.`,
    );
  }
  requireFinite(xTest, where, "xTest");
  const design = scorable(await scoringDesign(decomposition, xTest, resolved, where), resolved);
  const r = new Float64Array(nTargets);
  const bestAlpha = new Float64Array(nTargets);
  for (const columns of targetBlocks(nTargets)) {
    const rows = scoredRows(y, columns);
    const observed = observedRows(scoredRows(yTest, columns), undefined, resolved);
    const score = await scoreTargets(design, rows, undefined, observed, resolved);
    r.set(score.r, columns[0]);
    bestAlpha.set(score.bestAlpha, columns[0]);
  }
  return { r, bestAlpha };
}

function resolveFor(decomposition: RidgeDecomposition, options: RidgeOptions, where: string): ResolvedRidgeOptions {
  const resolved = resolveRidgeOptions({ ...options, intercept: options.intercept ?? decomposition.intercept }, where);
  if (resolved.intercept !== decomposition.intercept) {
    throw new OptionError(
      `${where}: intercept must be that of the decomposition (${decomposition.intercept}), got ${resolved.intercept}. Give decomposeRidge the same options.`,
    );
  }
  return resolved;
}
