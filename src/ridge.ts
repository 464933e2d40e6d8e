/**
 * Ridge regression of many targets on one design, for any samples x features x targets: columns standardised, principal
 * components, contiguous folds, a design taken apart once, the penalty of each target chosen by its held-out error (in closed
 * form, or of inner folds), coefficients, predictions, correlations. Nothing here knows of brains or words.
 *
 * @example
 * ```js
 * import { contiguousFolds, Matrix, predictRidge, prepareRidge, ridgeCv, scoreRidge, takeRows } from "cortecast/ridge";
 *
 * const x = Matrix.of(Float64Array.from({ length: 600 }, (_, i) => Math.sin(i * i)), 200, 3); // samples x features
 * const y = Matrix.of(Float64Array.from({ length: 200 }, (_, i) => x.data[3 * i] - 2 * x.data[3 * i + 1] + 5), 200, 1);
 *
 * const fit = await ridgeCv(x, y, { alphas: [0.001, 1, 1000], precision: "float64" });
 * console.log(fit.bestAlpha, (await predictRidge(fit, x)).data[0].toFixed(2), y.data[0].toFixed(2));
 *
 * const [{ train, test }] = contiguousFolds(200, 5); // a design taken apart once, for any number of targets
 * const design = await prepareRidge(takeRows(x, train), { test: takeRows(x, test) });
 * console.log((await scoreRidge(design, takeRows(y, train), takeRows(y, test))).r[0].toFixed(3));
 * ```
 *
 * @module
 */
export {
  type FloatArray,
  joinColumns,
  joinRows,
  Matrix,
  sliceColumns,
  sliceRows,
  takeRows,
  toFloat32,
  toFloat64,
} from "./array/matrix.ts";
export { DeviceError, type ErrorDetails, OptionError, ShapeError } from "./errors.ts";
export type { Device } from "./graph/device.ts";
export { pearsonColumns } from "./linear-algebra/correlation.ts";
export type { Penalised } from "./ridge/factored-design.ts";
export { contiguousFolds, type Fold, type FoldOptions } from "./ridge/folds.ts";
export { applyPca, fitPca, type Pca, type PcaOptions } from "./ridge/pca.ts";
export {
  fitRidge,
  type PreparedRidge,
  type PrepareRidgeOptions,
  predictRidge,
  prepareRidge,
  type RidgeFit,
  ridgeCv,
  scoreRidge,
} from "./ridge/ridge.ts";
export type { AlphaChoice, RidgeOptions, TargetOptions } from "./ridge/ridge-options.ts";
export type { RidgeScore } from "./ridge/score-targets.ts";
export { applyStandardise, fitStandardise, type Standardisation } from "./ridge/standardise.ts";
