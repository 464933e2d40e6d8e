import type { Target } from "../responses/target.ts";
import { benjaminiHochberg } from "../statistics/fdr.ts";
import { meanInterval } from "../statistics/interval.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon.ts";
import type { SubjectScores } from "./result.ts";
import { checkSubjects, listScoreKeys, type ScoreKey, selectScores } from "./select.ts";

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

/** Differences within a subject that are tested beside the scores: a name, what is taken from what. */
interface Contrast {
  readonly name: string;
  readonly key: ScoreKey;
  readonly minus: ScoreKey;
}

/**
 * Mean, 95 % interval, Wilcoxon signed-rank test against zero (two-sided, over subjects) and its false discovery rate
 * (over targets) of every analysis, layer and distance; then of differences within subjects, under their own names:
 *
 * - `forecastScoreBeyondZero`: forecast score at distance 8 minus that at 0, which must differ from zero where a map of
 *   forecast distances is to mean anything;
 * - `brainScoreBeyondWordRate`, `brainScoreBeyondRandomWeights`, `forecastScoreBeyondRandomWindow`: a score minus its
 *   control.
 *
 * Subjects without a score (NaN) are left out, target by target. `forecastDistance` and `forecastDepth` are not tested:
 * without any forecast they would lie around the middle of the grid, not at zero.
 *
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link checkSubjects}
 */
export function groupScores(subjects: readonly SubjectScores[]): Group {
  checkSubjects(subjects);
  const keys = listScoreKeys(subjects);
  const valuesAt = (key: ScoreKey) => subjects.map((subject) => selectScores(subject, key)?.mean);
  const { targets } = subjects[0]!;
  const scores = keys.map((key) => overSubjects(key, valuesAt(key), targets.length));
  for (const { name, key, minus } of contrasts(keys)) {
    const subtrahends = valuesAt(minus);
    const differences = valuesAt(key).map((values, s) =>
      values?.map((value, i) => value - (subtrahends[s]?.[i] ?? Number.NaN)),
    );
    scores.push(overSubjects({ ...key, analysis: name }, differences, targets.length));
  }
  return { targets, scores };
}

function contrasts(keys: readonly ScoreKey[]): Contrast[] {
  const find = (analysis: string, layer: ScoreKey["layer"], distance: ScoreKey["distance"]) =>
    keys.find((key) => key.analysis === analysis && key.layer === layer && key.distance === distance);
  return keys.flatMap((key): Contrast[] => {
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
    return candidates.flatMap(([name, minus]) => (minus ? [{ name, key, minus }] : []));
  });
}

function overSubjects(key: ScoreKey, values: readonly (Float64Array | undefined)[], nTargets: number): GroupScores {
  const column = () => new Float64Array(nTargets).fill(Number.NaN);
  const rows = { mean: column(), low: column(), high: column(), n: column(), statistic: column(), pValue: column() };
  for (let target = 0; target < nTargets; target++) {
    const scored = values.flatMap((scores) => (scores && Number.isFinite(scores[target]) ? [scores[target]!] : []));
    rows.n[target] = scored.length;
    if (scored.length === 0) continue;
    const { mean, low, high } = meanInterval(scored);
    rows.mean[target] = mean;
    rows.low[target] = low;
    rows.high[target] = high;
    // The test drops zeros; with nothing else there is nothing to test.
    if (untested.has(key.analysis) || scored.every((value) => value === 0)) continue;
    const test = wilcoxonSignedRank(scored);
    rows.statistic[target] = test.statistic;
    rows.pValue[target] = test.pValue;
  }
  return { ...key, ...rows, qValue: benjaminiHochberg(rows.pValue) };
}

/** The group's scores at a key, or undefined where that analysis was not run. */
export function selectGroup(
  group: Group,
  analysis: string,
  layer: ScoreKey["layer"],
  distance: ScoreKey["distance"],
): GroupScores | undefined {
  return group.scores.find(
    (scores) => scores.analysis === analysis && scores.layer === layer && scores.distance === distance,
  );
}
