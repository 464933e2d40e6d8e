import { joinColumns, type Matrix } from "../array/matrix.ts";
import { fitDesign } from "../features/design.ts";
import { type SlidingWindows, slidingBands } from "../features/sliding-windows.ts";
import type { Fold } from "../regression/folds.ts";
import type { ScoringDesign } from "../regression/scoring-design.ts";
import { type EncodingOptions, prepareFold } from "./prepared.ts";

/** What a model predicts responses from in one fold. */
export interface FoldDesign {
  /** Words of the window beside the features; undefined for the features alone. */
  readonly distance: number | undefined;
  readonly design: ScoringDesign;
}

/**
 * The designs of one fold, one after the other: of the features alone, then of features and window at each distance, in
 * rising order. The features' own columns are computed once.
 *
 * @param bands - volume-level features, all stories joined, each [nVolumes x nFeatures]
 * @param windows - undefined for the features alone
 * @throws ShapeError and OptionError as `prepareForecast`
 */
export async function* foldDesigns(
  bands: readonly Matrix[],
  windows: SlidingWindows | undefined,
  fold: Fold,
  options: EncodingOptions,
): AsyncGenerator<FoldDesign> {
  const columns = await fitDesign(bands, fold.train, options);
  yield { distance: undefined, design: (await prepareFold(columns, fold, options)).design };
  if (!windows) return;
  for await (const { distance, columns: band } of slidingBands(windows, fold.train, options)) {
    yield { distance, design: (await prepareFold(joinColumns([columns, band]), fold, options)).design };
  }
}
