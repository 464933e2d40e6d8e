import type { Matrix } from "../array/matrix.ts";
import type { Fold } from "../regression/folds.ts";

/** How many targets have no score in a fold, and why. */
export interface MissingScores {
  /** The outer fold, counted from 0. */
  readonly fold: number;
  /**
   * - `"response-not-finite"`: the response holds NaN or an infinity in the test chunk; the target is scored in no fold;
   * - `"response-constant"`: all its values are equal in the `part`; the target is scored in no fold;
   * - `"prediction-constant"`: the response is sound, but its prediction does not vary over the test chunk, because the
   *   design does not: no word falls into the chunk or shortly before it. The target has scores in other folds, but no mean of them.
   */
  readonly reason: "response-not-finite" | "response-constant" | "prediction-constant";
  /** Which volumes of the fold are in trouble. */
  readonly part: "training" | "test";
  /** From 1. */
  readonly nTargets: number;
}

/** Which targets can be scored, and why the others cannot. */
export interface JudgedTargets {
  /** Columns whose values are finite everywhere and constant in no training or test chunk, ascending. */
  readonly scorable: Int32Array;
  /** By fold; a target is counted once a fold, under the first of: test not finite, test constant, training constant. */
  readonly missing: readonly MissingScores[];
}

const [constant, notFinite] = [1, 2] as const;

/**
 * Looks for responses that have no correlation with anything in some fold.
 *
 * @param bold - [nVolumes x nTargets]
 * @param folds - whose test chunks cover all volumes
 */
export function judgeTargets(bold: Matrix, folds: readonly Fold[]): JudgedTargets {
  const good = new Uint8Array(bold.nColumns).fill(1);
  const missing: MissingScores[] = [];
  for (const { index: fold, train, test } of folds) {
    const inTest = troubleOf(bold, test);
    const inTraining = troubleOf(bold, train);
    const counts = { notFinite: 0, test: 0, training: 0 };
    for (let j = 0; j < bold.nColumns; j++) {
      if (inTest[j] === notFinite) counts.notFinite++;
      else if (inTest[j] === constant) counts.test++;
      // What is not finite in training is so in the test chunk of another fold, and counted there.
      else if (inTraining[j] === constant) counts.training++;
      if (inTest[j] !== 0 || inTraining[j] !== 0) good[j] = 0;
    }
    const reasons: MissingScores[] = [
      { fold, reason: "response-not-finite", part: "test", nTargets: counts.notFinite },
      { fold, reason: "response-constant", part: "test", nTargets: counts.test },
      { fold, reason: "response-constant", part: "training", nTargets: counts.training },
    ];
    missing.push(...reasons.filter(({ nTargets }) => nTargets > 0));
  }
  return { scorable: Int32Array.from(good.keys()).filter((column) => good[column] === 1), missing };
}

/** For each column what is wrong with it over the rows: {@link constant}, {@link notFinite}, or 0 for nothing. */
function troubleOf({ data, nColumns }: Matrix, rows: Int32Array): Uint8Array {
  const first = (rows[0] ?? 0) * nColumns;
  const trouble = new Uint8Array(nColumns).fill(constant);
  for (const row of rows) {
    for (let j = 0; j < nColumns; j++) {
      const value = data[row * nColumns + j]!;
      if (!Number.isFinite(value)) trouble[j] = notFinite;
      else if (trouble[j] === constant && value !== data[first + j]!) trouble[j] = 0;
    }
  }
  return trouble;
}

/**
 * Folds in which sound responses have no score, since their prediction is constant.
 *
 * @param foldScores - [nFolds x nTargets]
 * @param scorable - columns of sound responses
 */
export function constantPredictions(foldScores: Matrix, scorable: Int32Array): MissingScores[] {
  return Array.from({ length: foldScores.nRows }, (_, fold): MissingScores => {
    const nTargets = scorable.reduce(
      (n, column) => n + (Number.isNaN(foldScores.data[fold * foldScores.nColumns + column]!) ? 1 : 0),
      0,
    );
    return { fold, reason: "prediction-constant", part: "test", nTargets };
  }).filter(({ nTargets }) => nTargets > 0);
}

/**
 * What is missing of several analyses of the same responses in the same folds, as one list: of each fold, reason and part
 * the most targets, ordered by fold.
 */
export function mergeMissing(lists: readonly (readonly MissingScores[])[]): MissingScores[] {
  const merged = new Map<string, MissingScores>();
  for (const entry of lists.flat()) {
    const key = `${entry.fold} ${entry.reason} ${entry.part}`;
    const known = merged.get(key);
    if (!known || known.nTargets < entry.nTargets) merged.set(key, entry);
  }
  return [...merged.values()].sort((a, b) => a.fold - b.fold);
}
