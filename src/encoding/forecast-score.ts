import { checkArgument, nameKind } from "../array/arguments.ts";
import { checkMatrix, formatShape, Matrix } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { type FittedBand, type FittedDesign, fitBand, fitDesign, joinDesign } from "../features/design.ts";
import type { SlidingWindows } from "../features/sliding-windows.ts";
import { checkStoryLengths } from "../features/story-lengths.ts";
import { contiguousFolds, DEFAULT_FOLDS, type Fold } from "../ridge/folds.ts";
import { type EncodingScore, scoreEncodings } from "./brain-score.ts";
import { asBands, checkBands, checkVolumes } from "./check-volumes.ts";
import { type FoldDesign, foldDesigns } from "./fold-designs.ts";
import {
  type EncodingOptions,
  joinFolds,
  openPrepared,
  type PreparedBrainScore,
  type PreparedFold,
  prepareFold,
  type ScoreOptions,
} from "./prepared.ts";

/**
 * Volume-level forecast windows by distance: each a matrix [nVolumes x (width * nUnits)], or a function that makes it when
 * its turn comes, so that only one is in memory at a time. Windows of many distances that share their words come sooner as
 * {@link SlidingWindows}, by which no window is formed that has more columns than there are training volumes.
 */
export type ForecastWindows = ReadonlyMap<number, Matrix | (() => Matrix | Promise<Matrix>)> | SlidingWindows;

/** What windows of the future add to the prediction of responses. */
export interface ForecastScores {
  /** Words, in the order of the windows given. */
  readonly distances: readonly number[];
  /** R(X): the features alone. */
  readonly brainScore: EncodingScore;
  /** R(X + X~(d)) by distance. */
  readonly joint: ReadonlyMap<number, EncodingScore>;
  /** F(d) = R(X + X~(d)) - R(X), [nDistances x nTargets]; NaN where a target is not scored. */
  readonly score: Matrix<Float64Array>;
  /** F(d) of each fold by distance, [nFolds x nTargets]. */
  readonly foldScores: ReadonlyMap<number, Matrix<Float64Array>>;
}

/** All that forecast scores need of the stimulus, for every subject who heard the same stories in the same order. */
export interface PreparedForecast {
  /** Words, in the order of the windows given. */
  readonly distances: readonly number[];
  /** The features alone. */
  readonly base: PreparedBrainScore;
  /** Features and window, by distance. */
  readonly joint: ReadonlyMap<number, PreparedBrainScore>;
}

/**
 * The forecast score F(d) = R(X + X~(d)) - R(X) of every target at every distance: how much better features and window
 * together predict held-out responses than the features alone. Both encoding models have the same folds; features and window are
 * reduced apart, then joined.
 *
 * @param features - volume-level features, all stories joined, [nVolumes x nFeatures]; several bands are reduced apart
 * @param windows - volume-level windows by distance, from `forecastWindow`, or their single words by offset
 * @param bold - the responses of one subject, the same stories in the same order, [nVolumes x nTargets]
 * @throws OptionError where there are no windows, or an option cannot be used
 * @throws ShapeError where features, windows, bold and story lengths disagree
 * @throws DeviceError where the runtime fails
 * @remarks A window has more columns than the features alone and may predict better, or worse, for that reason only: score
 * `randomWindow`, `shuffledWindow` and windows of the past (negative distances) beside it.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Forecast score"
 */
export async function forecastScore(
  features: Matrix | readonly Matrix[],
  windows: ForecastWindows,
  bold: Matrix,
  options: EncodingOptions,
): Promise<ForecastScores> {
  checkArgument("forecastScore: options", options, "an object", { storyLengths: "a list of numbers" });
  checkVolumes("forecastScore", asBands("forecastScore", features), bold, options);
  return scoreForecast(await prepareForecast(features, windows, options), bold, options);
}

/**
 * The part of {@link forecastScore} that needs the stimulus only. The features' own columns are computed once for each fold
 * and joined with every window's.
 *
 * Memory held, in bytes: 8 nFolds c (nVolumes + c) for each distance, where c counts the columns of features and window
 * together (240 by default): 490 MB for 1,000 volumes, 5 folds and the 41 distances -10..30. Prepare fewer distances at a
 * time where that is too much. Half as much again once responses were scored, and with `choice: "inner-folds"` about
 * nInnerFolds times more.
 *
 * @param features - as in {@link forecastScore}
 * @throws OptionError and ShapeError as {@link forecastScore}
 */
export async function prepareForecast(
  features: Matrix | readonly Matrix[],
  windows: ForecastWindows,
  options: EncodingOptions,
): Promise<PreparedForecast> {
  checkArgument("prepareForecast: options", options, "an object", { storyLengths: "a list of numbers" });
  checkWindows(windows);
  const bands = asBands("prepareForecast", features);
  const { storyLengths, volumesBefore, nFolds = DEFAULT_FOLDS, gap } = options;
  const distances = "featuresAt" in windows ? [...new Set(windows.distances)] : [...windows.keys()];
  const first = bands[0];
  if (!first) throw new ShapeError("prepareForecast: at least one band of features must be given, got none.");
  if (distances.length === 0) {
    throw new OptionError(
      "prepareForecast: distances must hold at least one number of words, got none. Without windows, take brainScore.",
    );
  }
  checkBands("prepareForecast", bands);
  checkStoryLengths("prepareForecast", storyLengths, first.nRows, `features ${formatShape(first)}`, volumesBefore);
  const nVolumes = storyLengths.reduce((sum, length) => sum + length, 0);
  const folds = contiguousFolds(nVolumes, nFolds, { gap });
  const total = folds.length * (distances.length + 1);
  let done = 0;
  const baseFolds: PreparedFold[] = [];
  const jointFolds = new Map<number, PreparedFold[]>(distances.map((distance) => [distance, []]));
  const add = ({ distance, ...prepared }: FoldDesign) => {
    (distance === undefined ? baseFolds : jointFolds.get(distance)!).push(prepared);
    options.onProgress?.({ label: "designs", done: ++done, total });
  };
  if ("featuresAt" in windows) {
    for (const fold of folds) for await (const one of foldDesigns(bands, windows, fold, options)) add(one);
  } else {
    const designs: FittedDesign[] = [];
    for (const fold of folds) {
      designs.push(await fitDesign(bands, fold.train, options));
      add({ distance: undefined, ...(await prepareFold(designs.at(-1)!, fold, options)) });
    }
    for await (const { distance, band, fold } of formedBands(windows, first, folds, options)) {
      add({ distance, ...(await prepareFold(joinDesign(designs[fold.index]!, band), fold, options)) });
    }
  }
  const joint = new Map([...jointFolds].map(([distance, list]) => [distance, joinFolds(list, options)]));
  return { distances, base: joinFolds(baseFolds, options), joint };
}

/** The band of one window in one fold; of each distance in the order of the folds. */
type FoldBands = AsyncGenerator<{ readonly distance: number; readonly band: FittedBand; readonly fold: Fold }>;

/** Window by window: each is made once. */
async function* formedBands(
  windows: Exclude<ForecastWindows, SlidingWindows>,
  features: Matrix,
  folds: readonly Fold[],
  options: EncodingOptions,
): FoldBands {
  const made = { ...options, start: {} };
  for (const [distance, source] of windows) {
    const window = typeof source === "function" ? await source() : source;
    checkVolumesOf(window, distance, features);
    for (const fold of folds) yield { fold, distance, band: await fitBand(window, fold.train, made) };
  }
}

/**
 * The part of {@link forecastScore} that needs the responses.
 *
 * @param prepared - of the stories that the subject heard, joined in the same order
 * @param bold - [nVolumes x nTargets]
 * @param options - how to average and whom to tell; folds, delays and alphas are those of `prepared`
 * @throws ShapeError where `bold` has another number of volumes than was prepared
 * @throws OptionError where `average` is unknown
 */
export async function scoreForecast(
  prepared: PreparedForecast,
  bold: Matrix,
  options: ScoreOptions = {},
): Promise<ForecastScores> {
  checkArgument("scoreForecast: prepared", prepared, "an object", {
    distances: "a list of numbers",
    joint: "an object",
  });
  const base = openPrepared(prepared.base, "scoreForecast: prepared.base");
  checkArgument("scoreForecast: options", options, "an object");
  const { distances } = prepared;
  const models = [
    base,
    ...distances.map((distance) =>
      openPrepared(prepared.joint.get(distance)!, `scoreForecast: prepared.joint (${distance})`),
    ),
  ];
  return forecastOf(distances, await scoreEncodings(models, bold, { ...options, label: "forecast score" }));
}

/**
 * Forecast scores from the scores of the encoding models.
 *
 * @param scores - of the features alone, then of features and window at each distance
 */
export function forecastOf(distances: readonly number[], scores: readonly EncodingScore[]): ForecastScores {
  const [alone, ...both] = scores;
  const nTargets = alone!.score.length;
  const joint = new Map<number, EncodingScore>();
  const foldScores = new Map<number, Matrix<Float64Array>>();
  const gains = Matrix.zeros(distances.length, nTargets);
  for (const [row, distance] of distances.entries()) {
    const score = both[row]!;
    joint.set(distance, score);
    foldScores.set(distance, difference(score.foldScores, alone!.foldScores));
    for (let j = 0; j < nTargets; j++) gains.data[row * nTargets + j] = score.score[j]! - alone!.score[j]!;
  }
  return { distances, brainScore: alone!, joint, score: gains, foldScores };
}

function checkWindows(windows: ForecastWindows): void {
  if (windows instanceof Map || (typeof windows === "object" && windows !== null && "featuresAt" in windows)) return;
  throw new OptionError(
    `prepareForecast: windows must be a Map of matrices by distance, or sliding windows, got ${nameKind(windows)}.`,
  );
}

function checkVolumesOf(window: Matrix, distance: number, features: Matrix): void {
  checkMatrix(window, `prepareForecast: window at distance ${distance}`);
  if (window.nRows === features.nRows) return;
  throw new ShapeError(
    `prepareForecast: windows must have as many volumes as the features (${features.nRows}), got ${window.nRows} ` +
      `(distance ${distance}, ${formatShape(window)}). Bring windows to volumes with the same onsets as the features.`,
  );
}

function difference(a: Matrix, b: Matrix): Matrix<Float64Array> {
  return Matrix.of(
    Float64Array.from(a.data, (value, k) => value - b.data[k]!),
    a.nRows,
    a.nColumns,
  );
}
