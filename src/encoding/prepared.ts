import { checkArgument } from "../array/arguments.ts";
import { takeRows } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import type { DesignOptions, FittedDesign } from "../features/design.ts";
import { factorDesign, factorKernel } from "../ridge/factor.ts";
import type { FactoredDesign } from "../ridge/factored-design.ts";
import type { Fold } from "../ridge/folds.ts";
import { trainingKernel } from "../ridge/kernel.ts";
import { type ResolvedRidgeOptions, type RidgeOptions, resolveRidgeOptions } from "../ridge/ridge-options.ts";

/** How a score is averaged, unless said otherwise: the paper's way. */
export const DEFAULT_AVERAGE = "folds";

/** Options of scoring, once the designs are there. */
export interface ScoreOptions {
  /**
   * What `score` is: the mean of the folds' correlations (default), or the correlation of the held-out predictions of
   * all folds, one after the other, with the data. The second also sees differences in level between chunks.
   */
  readonly average?: "folds" | "concatenated" | undefined;
  /** Called after each fold of each encoding model. */
  readonly onProgress?: OnProgress | undefined;
}

/** How features and responses become scores: designs, ridge regression and folds. */
export interface EncodingOptions extends DesignOptions, RidgeOptions, ScoreOptions {
  /** Contiguous chunks of the joined series, each held out once (default 5). */
  readonly nFolds?: number | undefined;
  /** Volumes next to a test chunk that are left out of training (default 0, as in the paper). */
  readonly gap?: number | undefined;
}

/** One fold of an encoding model, ready to be fitted to any responses. */
export interface PreparedFold {
  readonly fold: Fold;
  /** The design's training rows, taken apart, and its test rows along their directions. */
  readonly design: FactoredDesign;
  /** Of each band of the design: see {@link PreparedBrainScore.keptVariance}. */
  readonly keptVariance: readonly (number | undefined)[];
}

/**
 * The shares (0..1) of variance that the components of a band keep, one a fold; `"not reduced"` where its columns go into the
 * design as they are.
 */
export type KeptShares = readonly number[] | "not reduced";

/** All that a score needs of the stimulus, for every subject who heard the same stories in the same order. */
export interface PreparedBrainScore {
  readonly storyLengths: readonly number[];
  /** The sum of the story lengths. */
  readonly nVolumes: number;
  /**
   * Of each fold, of each band of its design (of features with a window, the window comes last): the share (0..1) of the variance
   * over the training volumes that components keep; undefined where a band is not reduced.
   */
  readonly keptVariance: readonly (readonly (number | undefined)[])[];
}

/** What a {@link PreparedBrainScore} holds beside that, for the functions that score. */
export interface PreparedFolds extends PreparedBrainScore {
  readonly folds: readonly PreparedFold[];
  /** The options that the decompositions were made with, and that responses are fitted with. */
  readonly ridge: ResolvedRidgeOptions;
}

/**
 * Splits one fold's design and takes its training rows apart; of a design wider than these by its
 * volumes' inner products alone.
 */
export async function prepareFold(
  { columns: design, keptVariance }: FittedDesign,
  fold: Fold,
  ridge: RidgeOptions,
): Promise<PreparedFold> {
  const resolved = resolveRidgeOptions(ridge, "prepareBrainScore");
  if (design.nColumns > fold.train.length) {
    const kernel = await trainingKernel(design, fold.train, resolved.device);
    return { fold, design: await factorKernel(kernel, fold, design.nColumns, resolved), keptVariance };
  }
  const factored = await factorDesign(takeRows(design, fold.train), takeRows(design, fold.test), ridge);
  return { fold, design: factored, keptVariance };
}

/** Puts the folds of one encoding model together. */
export function joinFolds(folds: readonly PreparedFold[], options: EncodingOptions): PreparedFolds {
  const { storyLengths } = options;
  return {
    storyLengths,
    nVolumes: storyLengths.reduce((sum, length) => sum + length, 0),
    keptVariance: folds.map((fold) => fold.keptVariance),
    folds,
    ridge: resolveRidgeOptions(options, "prepareBrainScore"),
  };
}

/**
 * What a prepared encoding holds.
 *
 * @param where - the function that asks, and its argument, for the message
 * @throws OptionError where it is none
 */
export function openPrepared(prepared: PreparedBrainScore, where: string): PreparedFolds {
  checkArgument(where, prepared, "an object", {
    storyLengths: "a list of numbers",
    folds: "a list",
    ridge: "an object",
  });
  return prepared as PreparedFolds;
}
