import { checkChoice } from "../array/check-choice.ts";
import { emptyLike, formatShape, joinColumns, Matrix, sliceRows, takeRows } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import type { EigenStart } from "../linear-algebra/leading-eigen.ts";
import { applyPca, fitPca, keptVariance } from "../ridge/pca.ts";
import { applyStandardise, fitStandardise } from "../ridge/standardise.ts";
import { checkBefore, DEFAULT_EDGE, type DelayOptions, delayColumns } from "./delays.ts";
import { checkStoryLengths } from "./story-lengths.ts";

/** Principal components kept of each band, unless said otherwise: the paper's. */
export const DEFAULT_COMPONENTS = 20;

/** When a band is reduced, unless said otherwise. */
export const DEFAULT_REDUCTION = "before-delays";

/** How features become the columns of a design. */
export interface DesignOptions extends DelayOptions {
  /** Principal components kept of each band (default 20), or `"none"` to keep its features as they are. */
  readonly components?: number | "none" | undefined;
  /**
   * Whether each band is reduced before it is delayed (default: 20 components x 6 delays = 120 columns a band) or after
   * (20 columns a band).
   */
  readonly reduction?: "before-delays" | "after-delays" | undefined;
  /** Where the matrix products run. */
  readonly device?: Device | undefined;
}

/** {@link DesignOptions}, and what bands of one size share. */
export interface BandOptions extends DesignOptions {
  /** As `PcaOptions.start`. */
  readonly start?: EigenStart | undefined;
}

/** Columns of a design, and what components kept of the features that they are made of. */
export interface FittedDesign {
  /** [nVolumes x nColumns]. */
  readonly columns: Matrix;
  /** Of each band, in order: see {@link FittedBand}. */
  readonly keptVariance: readonly (number | undefined)[];
}

/** The columns of one band. */
export interface FittedBand {
  /** [nVolumes x nColumns]. */
  readonly columns: Matrix;
  /**
   * The share (0..1) of the variance over the training volumes that components keep, of the columns that they are taken of:
   * standardised, and delayed with `"after-delays"`. Undefined where the band is not reduced.
   */
  readonly keptVariance: number | undefined;
}

/**
 * The design of one fold: every band reduced on its own, delayed and standardised, then all side by side. Means, scales
 * and components are taken from the training volumes alone and applied to all.
 *
 * - `"before-delays"`: standardise, PCA, delays, standardise;
 * - `"after-delays"`: standardise, delays, standardise, PCA. The first standardisation changes nothing but what `edge: "zero"`
 *   means, the mean of the training volumes: the order is that of the paper's text, delays, StandardScaler, PCA;
 * - components `"none"`: standardise, delays, standardise.
 *
 * With `edge: "silence"` delays bring in, from before a story's first volume, the zero vector of the features, a volume without
 * words, standardised and reduced like all others, so that silence before a story is what silence within it is.
 *
 * @param bands - features of each band, all stories joined, each [nVolumes x nFeatures], and below them the
 * `volumesBefore`; all finite. A band that was fitted on these training volumes is taken as it is
 * @param train - rows of the training volumes
 * @returns columns for all volumes; the training rows of a column have mean 0 and variance 1 (population), but for
 * components taken after the delays, which have mean 0 and keep their variances
 * @throws ShapeError where bands and story lengths disagree, or a band does not vary over the training volumes
 * @throws OptionError where `components` is neither `"none"` nor a whole number from 1, `reduction` is unknown, or a delay does
 * not fit
 * @remarks A band with no more columns than `components` is not rotated, so a single column, such as word rate, needs no
 * option of its own. A band whose rank is smaller than `components` has as many columns as its rank.
 * scikit-learn's PCA refuses the first and fills the second with rounding errors.
 * @remarks Delays are built on the joined series, within each story, and the volumes are split after. So a test volume right
 * after a training chunk holds the delayed features of the last training volumes. A training volume right after a test chunk
 * holds those of the last test volumes. Features cross the border between training and test, responses never do. With a `gap`
 * neither does.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Brain score"
 */
export async function fitDesign(
  bands: readonly (Matrix | FittedBand)[],
  train: Int32Array,
  options: DesignOptions,
): Promise<FittedDesign> {
  if (bands.length === 0) throw new ShapeError("fitDesign: at least one band of features must be given, got none.");
  const fitted: FittedBand[] = [];
  for (const band of bands) fitted.push("columns" in band ? band : await fitBand(band, train, options));
  const columns = fitted.length === 1 ? fitted[0]!.columns : joinColumns(fitted.map((band) => band.columns));
  return { columns, keptVariance: fitted.map((band) => band.keptVariance) };
}

/** A design with one band more, on its right. */
export function joinDesign({ columns, keptVariance }: FittedDesign, band: FittedBand): FittedDesign {
  return { columns: joinColumns([columns, band.columns]), keptVariance: [...keptVariance, band.keptVariance] };
}

/**
 * The columns of one band in the design of one fold, as {@link fitDesign} joins them. A band's columns do not depend on
 * the bands beside it, so they can be computed once and joined with many others.
 *
 * @param band - features, all stories joined, [nVolumes x nFeatures], and below them the `volumesBefore`
 * @param train - rows of the training volumes
 * @returns columns for all volumes
 * @throws ShapeError and OptionError as {@link fitDesign}
 */
export async function fitBand(band: Matrix, train: Int32Array, options: BandOptions): Promise<FittedBand> {
  const { components = DEFAULT_COMPONENTS, device, start } = options;
  const what = `features ${formatShape(band)}`;
  checkDesign(band, options, what);
  requireFiniteFeatures(band, what);
  requireVarying([band], train, what);
  const columns = beforeReduction(band, train, options);
  if (components === "none" || columns.nColumns <= components) {
    return { columns: afterReduction(columns, train, options), keptVariance: undefined };
  }
  const pca = await fitPca(takeRows(columns, train), components, { device, start });
  const scores = await applyPca(columns, pca, { device });
  return { columns: afterReduction(scores, train, options), keptVariance: keptVariance(pca) };
}

/**
 * What is done to each column on its own before components are taken: standardised and, with `"after-delays"`, delayed and
 * standardised again.
 *
 * @returns [nVolumes x nColumns]; where delays are yet to come, also the rows of `volumesBefore` and, where they bring in
 * silence, a last one: a volume without words
 */
export function beforeReduction(band: Matrix, train: Int32Array, options: DesignOptions): Matrix<Float64Array> {
  const features = standardiseOn(band, train, isSilent(options) ? withSilence(band) : band);
  return options.reduction === "after-delays" ? standardiseOn(delayed(features, options), train) : features;
}

/**
 * What is done to each column on its own after components were taken: with `"before-delays"` delayed and standardised; with
 * `"after-delays"` nothing.
 *
 * @param columns - with as many rows as {@link beforeReduction} gives
 * @returns [nVolumes x nColumns]
 */
export function afterReduction<Columns extends Matrix>(
  columns: Columns,
  train: Int32Array,
  options: DesignOptions,
): Columns | Matrix<Float64Array> {
  return options.reduction === "after-delays" ? columns : standardiseOn(delayed(columns, options), train);
}

function isSilent({ edge = DEFAULT_EDGE }: DesignOptions): boolean {
  return edge === "silence";
}

/** The band, and below it the volume that comes before a story: one without words. */
function withSilence({ data, nRows, nColumns }: Matrix): Matrix {
  const longer = emptyLike(data, (nRows + 1) * nColumns);
  longer.set(data);
  return Matrix.of(longer, nRows + 1, nColumns);
}

/** Delayed columns; the last row of `columns` is what comes before a story, where that is silence. */
function delayed<Data extends Matrix["data"]>(columns: Matrix<Data>, options: DesignOptions): Matrix<Data> {
  if (!isSilent(options)) return delayColumns(columns, options);
  const { data, nRows, nColumns } = columns;
  const silence = data.subarray((nRows - 1) * nColumns);
  return delayColumns(sliceRows(columns, 0, nRows - 1), { ...options, silence });
}

/**
 * Refuses options that no band can be made with, and bands that are not of the stories.
 *
 * @param what - the band, for messages: `"features 564 x 768"`
 * @throws ShapeError and OptionError as {@link fitDesign}
 */
export function checkDesign(band: Matrix, options: DesignOptions, what: string): void {
  const { components = DEFAULT_COMPONENTS, reduction = DEFAULT_REDUCTION, storyLengths, volumesBefore } = options;
  checkStoryLengths("fitDesign", storyLengths, band.nRows, what, volumesBefore);
  checkBefore("fitDesign", options);
  if (components !== "none" && !(Number.isInteger(components) && components >= 1)) {
    throw new OptionError(
      `fitDesign: components must be a whole number from 1 or "none", got ${components} (${what}).`,
    );
  }
  checkChoice("fitDesign: reduction", reduction, ["before-delays", "after-delays"]);
}

/** What was fitted on the training rows of `x`, applied to all rows, or to those of another matrix. */
function standardiseOn(x: Matrix, train: Int32Array, to = x): Matrix<Float64Array> {
  return applyStandardise(to, fitStandardise(takeRows(x, train)));
}

/**
 * Refuses features that hold NaN or an infinity.
 *
 * @throws ShapeError
 */
export function requireFiniteFeatures({ data, nColumns }: Matrix, what: string): void {
  for (let at = 0; at < data.length; at++) {
    if (Number.isFinite(data[at])) continue;
    throw new ShapeError(
      `fitDesign: features must be finite, got ${data[at]} (volume ${Math.floor(at / nColumns)}, ` +
        `column ${at % nColumns} of ${what}). Check the activations that they were made of.`,
    );
  }
}

/**
 * Refuses a band that is constant where it is fitted: it adds nothing to a score; that is a mistake upstream, never a
 * result.
 *
 * @param parts - the band, or parts of its columns
 * @throws ShapeError where none of them varies over the training volumes
 */
export function requireVarying(parts: readonly Matrix[], train: Int32Array, what: string): void {
  if (parts.some((part) => varies(part, train))) return;
  throw new ShapeError(
    `fitDesign: features must vary over the training volumes, got the same row ${train.length} times (${what}). ` +
      "Does any word of the stories fall within the volumes?",
  );
}

function varies({ data, nColumns }: Matrix, rows: Int32Array): boolean {
  const first = (rows[0] ?? 0) * nColumns;
  for (const row of rows) {
    for (let j = 0; j < nColumns; j++) if (data[row * nColumns + j] !== data[first + j]) return true;
  }
  return false;
}
