import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { checkMatrix, formatShape, type Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import { fitDesign } from "../features/design.ts";
import { checkStoryLengths } from "../features/story-lengths.ts";
import { openWorkspace } from "../graph/workspace.ts";
import { targetMoments } from "../ridge/by-bounds-design.ts";
import { changeBeyond, type FactoredDesign } from "../ridge/factored-design.ts";
import { contiguousFolds, DEFAULT_FOLDS } from "../ridge/folds.ts";
import { observedRows, scoreTargets } from "../ridge/score-targets.ts";
import { asRows, scoredRows, targetBlocks, targetsToFit } from "../ridge/targets.ts";
import { type BlockModels, type BlockScores, gatherBlocks, MODELS_AT_ONCE, openBlock } from "./block-scores.ts";
import { asBands, checkBands, checkResponses, checkVolumes } from "./check-volumes.ts";
import type { MissingScores } from "./missing.ts";
import { scorePooled } from "./pooled-score.ts";
import {
  DEFAULT_AVERAGE,
  type EncodingOptions,
  joinFolds,
  openPrepared,
  type PreparedBrainScore,
  type PreparedFold,
  type PreparedFolds,
  prepareFold,
  type ScoreOptions,
} from "./prepared.ts";

/** How well features predict responses that were not fitted. */
export interface EncodingScore {
  /** Pearson r of prediction and data, [nTargets]: over the folds as `average` says; NaN where not scored. */
  readonly score: Float64Array;
  /** Pearson r of each fold's test chunk, [nFolds x nTargets]. */
  readonly foldScores: Matrix;
  /** The ridge penalty that each fold chose, [nFolds x nTargets]. */
  readonly bestAlphas: Matrix;
  /** Targets whose score is NaN. */
  readonly nNotScored: number;
  /** Why scores of folds are NaN: one entry a fold and reason, none where all are numbers. */
  readonly missing: readonly MissingScores[];
  /**
   * Shares (0..1) of the choices, over targets that are predicted beyond chance and folds, that fell on the lowest and on
   * the highest alpha where an alpha beyond it would still change the prediction: large ones say that the range is too
   * narrow. NaN where no target is predicted. See `alphaAtEdges` of `alpha-edges.ts`.
   */
  readonly alphaAtEdges: { readonly lowest: number; readonly highest: number };
}

/**
 * The brain score R(X): per target, the correlation of responses with their prediction from the features, on volumes held
 * out of the fit. For each fold: design ({@link fitDesign}), ridge with the penalty chosen per target on the training
 * volumes, Pearson r on the test volumes; then the mean over folds.
 *
 * @param features - volume-level features, all stories joined, [nVolumes x nFeatures], with rows below of volumes before
 * stories where `volumesBefore` says so; several bands are reduced apart
 * @param bold - the responses of one subject, the same stories in the same order, [nVolumes x nTargets]
 * @throws ShapeError where features, bold and story lengths disagree
 * @throws OptionError where folds, delays, components or alphas cannot be used
 * @throws DeviceError where the runtime fails
 * @remarks A target that is constant, or not finite, in the training or the test chunk of any fold is scored in none: its
 * score, fold scores and alphas are NaN, and it is counted in `nNotScored` and `missing`. A test chunk over which the design is constant
 * (silence, longer than the delays reach) has no correlation: its fold score is NaN for every target, and with it the mean
 * over folds; `missing` names the fold. The first author's public code fits no intercept, scales the responses by quantiles, and averages over the
 * folds that happen to be finite.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Brain score"
 */
export async function brainScore(
  features: Matrix | readonly Matrix[],
  bold: Matrix,
  options: EncodingOptions,
): Promise<EncodingScore> {
  checkArgument("brainScore: options", options, "an object", { storyLengths: "a list of numbers" });
  checkVolumes("brainScore", asBands("brainScore", features), bold, options);
  return scoreBrainScore(await prepareBrainScore(features, options), bold, options);
}

/**
 * The part of {@link brainScore} that needs the stimulus only: designs and ridge decompositions of all folds. Subjects who
 * heard the same stories share it.
 *
 * Memory held, in bytes: 8 nFolds nColumns (nVolumes + nColumns); 5 MB for 1,000 volumes, 120 columns and 5 folds. With
 * `choice: "inner-folds"` about nInnerFolds times more.
 *
 * @param features - as in {@link brainScore}
 * @throws ShapeError and OptionError as {@link brainScore}
 */
export async function prepareBrainScore(
  features: Matrix | readonly Matrix[],
  options: EncodingOptions,
): Promise<PreparedBrainScore> {
  checkArgument("prepareBrainScore: options", options, "an object", { storyLengths: "a list of numbers" });
  const bands = asBands("prepareBrainScore", features);
  const { storyLengths, volumesBefore, nFolds = DEFAULT_FOLDS, gap, onProgress } = options;
  const first = bands[0];
  if (!first) throw new ShapeError("prepareBrainScore: at least one band of features must be given, got none.");
  checkBands("prepareBrainScore", bands);
  checkStoryLengths("prepareBrainScore", storyLengths, first.nRows, `features ${formatShape(first)}`, volumesBefore);
  const nVolumes = storyLengths.reduce((sum, length) => sum + length, 0);
  const folds: PreparedFold[] = [];
  for (const fold of contiguousFolds(nVolumes, nFolds, { gap })) {
    folds.push(await prepareFold(await fitDesign(bands, fold.train, options), fold, options));
    onProgress?.({ label: "designs", done: folds.length, total: nFolds });
  }
  return joinFolds(folds, options);
}

/**
 * The part of {@link brainScore} that needs the responses: fits and scores every target in every fold.
 *
 * @param prepared - of the stories that the subject heard, joined in the same order
 * @param bold - [nVolumes x nTargets]
 * @param options - how to average and whom to tell; folds, delays and alphas are those of `prepared`
 * @throws ShapeError where `bold` has another number of volumes than was prepared
 * @throws OptionError where `average` is unknown
 */
export async function scoreBrainScore(
  prepared: PreparedBrainScore,
  bold: Matrix,
  options: ScoreOptions = {},
): Promise<EncodingScore> {
  const opened = openPrepared(prepared, "scoreBrainScore: prepared");
  checkArgument("scoreBrainScore: options", options, "an object");
  const [score] = await scoreEncodings([opened], bold, { label: "brain score", ...options });
  return score!;
}

/**
 * {@link scoreBrainScore} for several models of the same stories in the same folds: what depends on the responses alone is
 * done once for all.
 *
 * @param models - with the same folds and penalties, which `prepareForecast` sees to
 * @param options.label - of the progress, which counts folds of models
 * @throws ShapeError and OptionError as {@link scoreBrainScore}
 */
export async function scoreEncodings(
  models: readonly PreparedFolds[],
  bold: Matrix,
  options: ScoreOptions & { readonly label: string },
): Promise<readonly EncodingScore[]> {
  const { average = DEFAULT_AVERAGE, onProgress, label } = options;
  checkMatrix(bold, "scoreBrainScore: bold");
  for (const model of models) checkResponses(bold, model);
  checkChoice("scoreBrainScore: average", average, ["folds", "concatenated"]);
  const { ridge } = models[0]!;
  const folds = models[0]!.folds.map(({ fold }) => fold);
  const nTargets = bold.nColumns;
  const shape = { nModels: models.length, folds, ridge };
  const collection = gatherBlocks(nTargets, shape);
  const workspace = openWorkspace(ridge.device);
  const total = models.length * folds.length;
  const designOf = (model: number, fold: number) => models[model]!.folds[fold]!.design;
  for (const columns of targetBlocks(nTargets)) {
    const rows = scoredRows(bold, columns);
    const tell = (nDesigns: number) => {
      const done = Math.floor((total * columns[0]! + nDesigns * columns.length) / nTargets);
      onProgress?.({ label, done, total });
    };
    collection.add(columns, await scoreBlock({ ...shape, designOf, average, workspace }, rows, tell));
  }
  return collection.finish();
}

/**
 * Fits and scores some targets by all encoding models in all folds. What depends on the targets alone is done once a fold.
 *
 * The numbers of a target depend on nothing else in the block but, within the rounding of single precision, on how many
 * targets there are.
 *
 * @param rows - responses, one row a target, [nTargets x nVolumes]
 * @param onDesign - told how many designs are done, of nModels x nFolds; of all at the end, also where no target can be scored
 */
export async function scoreBlock(
  models: BlockModels,
  rows: Matrix,
  onDesign: (done: number) => void = () => {},
): Promise<BlockScores> {
  const { nModels, folds, ridge, average, designOf, workspace } = models;
  const block = openBlock(models, rows);
  const { scores, rowOf, put } = block;
  if (block.rows.nRows === 0) onDesign(nModels * folds.length);
  else if (average === "concatenated") await scorePooled(models, block, onDesign);
  else {
    const { precision, targetBlock } = ridge;
    for (const [fold, { train, test }] of folds.entries()) {
      const targets = targetsToFit(block.rows, train, ridge);
      const observed = observedRows(block.rows, test, ridge);
      for (let first = 0; first < nModels; first += MODELS_AT_ONCE) {
        const designs: FactoredDesign[] = [];
        for (let model = first; model < Math.min(nModels, first + MODELS_AT_ONCE); model++)
          designs.push(await designOf(model, fold));
        // What choices begin with is one product for all of these designs.
        const bounds = designs.map((design) => (precision === "float32" ? design.bounds : undefined));
        const moments = await targetMoments(bounds, asRows(targets.block), workspace);
        for (const [i, design] of designs.entries()) {
          const row = rowOf(first + i, fold);
          // A penalty is chosen for each target, the test volumes are predicted, and correlated with what was observed.
          const settings = { precision, targetBlock, workspace, moments: moments[i] };
          const { r, bestAlpha } = await scoreTargets(design, targets, observed, settings);
          put(scores.r, row, r);
          put(scores.bestAlpha, row, bestAlpha);
          scores.beyond.set(changeBeyond(design), row * 2);
          onDesign(fold * nModels + first + i + 1);
        }
      }
    }
  }
  return scores;
}
