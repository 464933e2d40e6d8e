import { checkArgument } from "../array/arguments.ts";
import { OptionError } from "../errors.ts";
import { requireCount } from "./requirements.ts";

/** Chunks that samples are parted into, unless said otherwise: the paper's, and scikit-learn's. */
export const DEFAULT_FOLDS = 5;

/** One way to part the samples into those to fit on and those to predict. */
export interface Fold {
  /** Counted from 0, in the order of the test chunks. */
  readonly index: number;
  /** Rows to fit on, ascending. */
  readonly train: Int32Array;
  /** Rows to predict, ascending and contiguous. */
  readonly test: Int32Array;
}

/** How {@link contiguousFolds} parts the samples. */
export interface FoldOptions {
  /** Samples left out of training on either side of the test chunk (default 0). */
  readonly gap?: number | undefined;
}

/**
 * Contiguous test chunks that cover all samples once, in order, without shuffling.
 *
 * The first `nSamples % nFolds` chunks are one sample longer than the others, as in scikit-learn's
 * KFold(shuffle=False). Training samples are all others, but for those within `gap` samples of the test chunk.
 *
 * @throws OptionError where there are fewer than 2 folds, more folds than samples, or a gap that leaves some fold
 * nothing to train on
 */
export function contiguousFolds(nSamples: number, nFolds: number, options: FoldOptions = {}): readonly Fold[] {
  checkArgument("contiguousFolds: options", options, "an object");
  const { gap = 0 } = options;
  requireCount(nSamples, 1, "contiguousFolds", "nSamples");
  requireCount(nFolds, 2, "contiguousFolds", "nFolds");
  requireCount(gap, 0, "contiguousFolds", "gap");
  if (nFolds > nSamples) {
    throw new OptionError(
      `contiguousFolds: nFolds must be at most nSamples (${nSamples}), got ${nFolds}. Ask for fewer folds.`,
    );
  }
  const length = Math.floor(nSamples / nFolds);
  const nLonger = nSamples % nFolds;
  return Array.from({ length: nFolds }, (_, index) => {
    const start = index * length + Math.min(index, nLonger);
    const end = start + length + (index < nLonger ? 1 : 0);
    const nBefore = Math.max(0, start - gap);
    const nAfter = Math.max(0, nSamples - end - gap);
    if (nBefore + nAfter === 0) {
      throw new OptionError(
        `contiguousFolds: gap must leave samples to train on, got ${gap} (fold ${index} tests ${start}..${end - 1} of ${nSamples} samples). Take a smaller gap or more folds.`,
      );
    }
    const train = new Int32Array(nBefore + nAfter);
    for (let i = 0; i < nBefore; i++) train[i] = i;
    for (let i = 0; i < nAfter; i++) train[nBefore + i] = nSamples - nAfter + i;
    return { index, train, test: Int32Array.from({ length: end - start }, (_, i) => start + i) };
  });
}
