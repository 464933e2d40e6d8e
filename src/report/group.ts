import type { OnProgress } from "../array/progress.ts";
import type { Target } from "../responses/target.ts";
import { benjaminiHochberg } from "../statistics/fdr.ts";
import { meanInterval } from "../statistics/interval.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon.ts";
import { loadMeans } from "./load-scores.ts";
import type { ScoreKey, SubjectScores } from "./result.ts";
import { checkSubjects, isSameKey, listScoreKeys } from "./select.ts";

/** Statistics over subjects at one key, one value a target. */
export interface GroupScores extends ScoreKey {
  /** Mean over the subjects that have a score; NaN where none has. */
  readonly mean: Float64Array;
  /** 95 % confidence interval of the mean over subjects (t-distribution); NaN under two subjects. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Subjects with a score. */
  readonly n: Float64Array;
  /** Wilcoxon's signed-rank statistic against zero; NaN where no test is made. */
  readonly statistic: Float64Array;
  /** Its two-sided p value. */
  readonly pValue: Float64Array;
  /** p after Benjamini and Hochberg, over the targets at this key. */
  readonly qValue: Float64Array;
}

/** The group's statistics: what each row of {@link GroupScores} is about, and the rows. */
export interface Group {
  readonly targets: readonly Target[];
  readonly scores: readonly GroupScores[];
}

/** Analyses whose null value is not zero (an argmax over a grid): mean and interval, no test. */
const untested: ReadonlySet<string> = new Set(["forecastDistance", "forecastDepth"]);

/** What a row of statistics is made from. */
export interface GroupKey extends ScoreKey {
  /** The scores that it is about: the same key, but for a difference, which has a name of its own. */
  readonly of: ScoreKey;
  /** What is taken from them within each subject. */
  readonly minus: ScoreKey | undefined;
}

/**
 * What statistics over subjects there are: every analysis, layer and distance that any subject has; then differences
 * within subjects that are tested beside the scores, under names of their own:
 *
 * - `forecastScoreBeyondZero`: forecast score at distance 8 minus that at 0, which must differ from zero where a map of
 *   forecast distances is to mean anything;
 * - `brainScoreBeyondWordRate`, `brainScoreBeyondRandomWeights`, `forecastScoreBeyondRandomWindow`: a score minus its
 *   control.
 */
export function listGroupKeys(subjects: readonly SubjectScores[]): readonly GroupKey[] {
  const keys = listScoreKeys(subjects);
  return [...keys.map((key) => ({ ...key, of: key, minus: undefined })), ...contrasts(keys)];
}

function contrasts(keys: readonly ScoreKey[]): GroupKey[] {
  const find = (analysis: string, layer: ScoreKey["layer"], distance: ScoreKey["distance"]) =>
    keys.find((key) => isSameKey(key, { analysis, layer, distance }));
  return keys.flatMap((key): GroupKey[] => {
    const { analysis, layer, distance } = key;
    const candidates: [string, ScoreKey | undefined][] = [];
    if (analysis === "forecastScore") {
      if (distance === 8) candidates.push(["forecastScoreBeyondZero", find("forecastScore", layer, 0)]);
      candidates.push(["forecastScoreBeyondRandomWindow", find("forecastScoreRandomWindow", layer, distance)]);
    }
    if (analysis === "brainScore") {
      candidates.push(["brainScoreBeyondWordRate", find("brainScoreWordRate", "n/a", "n/a")]);
      candidates.push(["brainScoreBeyondRandomWeights", find("brainScoreRandomWeights", layer, distance)]);
    }
    return candidates.flatMap(([name, minus]) => (minus ? [{ ...key, analysis: name, of: key, minus }] : []));
  });
}

/**
 * Statistics of all subjects at every key of {@link listGroupKeys}, as {@link groupScoresAt}, one after the other: the
 * scores of one key are in memory at a time, or of two for a difference.
 *
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link checkSubjects}, {@link loadMeans}
 */
export async function groupScores(
  subjects: readonly SubjectScores[],
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Group> {
  checkSubjects(subjects);
  const keys = listGroupKeys(subjects);
  const scores: GroupScores[] = [];
  for (const key of keys) {
    options.onProgress?.({ label: "statistics over participants", done: scores.length, total: keys.length });
    scores.push(await groupScoresAt(subjects, key));
  }
  return { targets: subjects[0]!.targets, scores };
}

/**
 * Mean, 95 % interval, Wilcoxon signed-rank test against zero (two-sided, over subjects) and its false discovery rate
 * (over targets) at one key.
 *
 * Subjects without a score (NaN) are left out, target by target. `forecastDistance` and `forecastDepth` are not tested:
 * without any forecast they would lie around the middle of the grid, not at zero.
 *
 * @param subjects - that fit together: see {@link checkSubjects}
 * @throws ShapeError as {@link loadMeans}
 */
export async function groupScoresAt(subjects: readonly SubjectScores[], key: GroupKey): Promise<GroupScores> {
  const { analysis, layer, distance, of, minus } = key;
  const values = await loadMeans(subjects, of);
  const subtrahends = minus && (await loadMeans(subjects, minus));
  const nTargets = subjects[0]!.targets.length;
  const column = () => new Float64Array(nTargets).fill(Number.NaN);
  const rows = { mean: column(), low: column(), high: column(), n: column(), statistic: column(), pValue: column() };
  const scored = new Float64Array(subjects.length);
  for (let target = 0; target < nTargets; target++) {
    let n = 0;
    for (let s = 0; s < values.length; s++) {
      const own = values[s]?.[target] ?? Number.NaN;
      const value = subtrahends ? own - (subtrahends[s]?.[target] ?? Number.NaN) : own;
      if (Number.isFinite(value)) scored[n++] = value;
    }
    rows.n[target] = n;
    if (n === 0) continue;
    const present = scored.subarray(0, n);
    const { mean, low, high } = meanInterval(present);
    rows.mean[target] = mean;
    rows.low[target] = low;
    rows.high[target] = high;
    // The test drops zeros; with nothing else there is nothing to test.
    if (untested.has(analysis) || present.every((value) => value === 0)) continue;
    const test = wilcoxonSignedRank(present);
    rows.statistic[target] = test.statistic;
    rows.pValue[target] = test.pValue;
  }
  return { ...{ analysis, layer, distance }, ...rows, qValue: benjaminiHochberg(rows.pValue) };
}

/** The group's scores at a key, or undefined where that analysis was not run. */
export function selectGroup(
  group: Group,
  analysis: string,
  layer: ScoreKey["layer"],
  distance: ScoreKey["distance"],
): GroupScores | undefined {
  return group.scores.find((scores) => isSameKey(scores, { analysis, layer, distance }));
}
