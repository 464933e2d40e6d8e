import type { FloatArray, Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import type { ScoreKey, SubjectAnalysis, SubjectScores } from "./result.ts";
import { describeScores, selectScores } from "./select.ts";

/**
 * A subject's scores of one analysis, averaged over the folds, [nTargets].
 *
 * @throws ShapeError where they are not one a target
 */
export async function loadMean(subject: SubjectScores, analysis: SubjectAnalysis): Promise<FloatArray> {
  const mean = await analysis.loadMean();
  checkLength(subject, analysis, mean.length, "");
  return mean;
}

/**
 * A subject's scores of one analysis in each fold, [nFolds x nTargets], where it has them.
 *
 * @throws ShapeError where they are not one a target
 */
export async function loadFolds(subject: SubjectScores, analysis: SubjectAnalysis): Promise<Matrix | undefined> {
  const folds = await analysis.loadFolds();
  if (folds) checkLength(subject, analysis, folds.nColumns, " columns of folds");
  return folds;
}

/**
 * The scores of all subjects at a key, averaged over the folds, [nTargets] each; undefined where a subject does not have the
 * analysis. In single precision, 304 subjects on 81,924 vertices take 100 MB.
 *
 * @throws ShapeError as {@link loadMean}
 */
export async function loadMeans(
  subjects: readonly SubjectScores[],
  key: ScoreKey,
): Promise<readonly (FloatArray | undefined)[]> {
  const means: (FloatArray | undefined)[] = [];
  for (const subject of subjects) {
    const analysis = selectScores(subject, key);
    means.push(analysis && (await loadMean(subject, analysis)));
  }
  return means;
}

function checkLength(subject: SubjectScores, key: ScoreKey, length: number, what: string): void {
  const nTargets = subject.targets.length;
  if (length === nTargets) return;
  throw new ShapeError(
    `scores must be one a target (${nTargets}), got ${length}${what} (${describeScores(subject, key)}). Score the same targets.`,
  );
}
