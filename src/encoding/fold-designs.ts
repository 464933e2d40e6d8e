import { Matrix } from "../array/matrix.ts";
import { type FittedBand, fitDesign, joinDesign } from "../features/design.ts";
import { type SlidingWindows, slidingBands } from "../features/sliding-windows.ts";
import { factorKernel } from "../ridge/factor.ts";
import type { Fold } from "../ridge/folds.ts";
import { trainingKernel } from "../ridge/kernel.ts";
import { resolveRidgeOptions } from "../ridge/ridge-options.ts";
import { type EncodingOptions, type PreparedFold, prepareFold } from "./prepared.ts";

/** The design of an encoding model in one fold. */
export interface FoldDesign extends PreparedFold {
  /** Words of the window beside the features; undefined for the features alone. */
  readonly distance: number | undefined;
}

/**
 * The designs of one fold, one after the other: of the features alone, then of features and window at each distance, in
 * rising order. The features' own columns are computed once. Windows that are not reduced are joined as inner products.
 *
 * @param bands - volume-level features, all stories joined, each [nVolumes x nFeatures]; or bands that were fitted in this fold
 * @param windows - undefined for the features alone
 * @throws ShapeError and OptionError as `prepareForecast`
 */
export async function* foldDesigns(
  bands: readonly (Matrix | FittedBand)[],
  windows: SlidingWindows | undefined,
  fold: Fold,
  options: EncodingOptions,
): AsyncGenerator<FoldDesign> {
  const features = await fitDesign(bands, fold.train, options);
  yield { distance: undefined, ...(await prepareFold(features, fold, options)) };
  if (!windows) return;
  const ridge = resolveRidgeOptions(options, "prepareForecast");
  let own: Matrix<Float64Array> | undefined;
  for await (const band of slidingBands(windows, fold.train, options)) {
    const { distance } = band;
    if (band.kind === "columns") {
      yield { distance, ...(await prepareFold(joinDesign(features, band), fold, options)) };
      continue;
    }
    own ??= await trainingKernel(features.columns, fold.train, options.device);
    const nColumns = features.columns.nColumns + band.nColumns;
    const design = await factorKernel(sumOf(own, band.kernel), fold, nColumns, ridge);
    yield { distance, fold, design, keptVariance: [...features.keptVariance, undefined] };
  }
}

/** Inner products over columns side by side. */
function sumOf(a: Matrix, b: Matrix): Matrix<Float64Array> {
  return Matrix.of(
    Float64Array.from(a.data, (value, at) => value + b.data[at]!),
    a.nRows,
    a.nColumns,
  );
}
