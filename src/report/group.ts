import { analysisNamed } from "../analyses/registry.ts";
import type { FloatArray } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import type { Target } from "../responses/target.ts";
import { benjaminiHochberg } from "../statistics/fdr.ts";
import { meanInterval } from "../statistics/interval.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon.ts";
import { loadMeans } from "./load-scores.ts";
import { collectCurves, type GroupPeaks, isLargestOfCurve, listPeakKeys, type MainLayerOf } from "./peaks.ts";
import type { ScoreKey, SubjectScores } from "./result.ts";
import { checkSubjects, isSameKey, keyBeside, listScoreKeys } from "./select.ts";
import { type GroupShares, listShareKeys, sharesOf } from "./shares.ts";

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
  /** On which side of zero the subjects lie by their ranks: 1 above, -1 below, 0 neither; NaN where no test is made. */
  readonly sign: Float64Array;
  /** Its two-sided p value. */
  readonly pValue: Float64Array;
  /** p after Benjamini and Hochberg, over the targets at this key. */
  readonly qValue: Float64Array;
}

/** The group's statistics: what each row of {@link GroupScores} is about, and the rows. */
export interface Group {
  readonly targets: readonly Target[];
  readonly scores: readonly GroupScores[];
  /** What scores reach of others. */
  readonly shares: readonly GroupShares[];
  /** Where scores over distances or layers are largest. */
  readonly peaks: readonly GroupPeaks[];
}

/** What a row of statistics is made from. */
export interface GroupKey extends ScoreKey {
  /** The scores that it is about: the same key, but for a difference, which has a name of its own. */
  readonly of: ScoreKey;
  /** What is taken from them within each subject. */
  readonly minus: ScoreKey | undefined;
}

/**
 * What statistics over subjects there are: every analysis, layer and distance that any subject has, but for where subjects' own
 * scores are largest, whose mean describes nobody ({@link GroupPeaks} stand for it); then the gains within subjects that each analysis names (`Gain`), tested beside the scores.
 */
export function listGroupKeys(subjects: readonly SubjectScores[]): readonly GroupKey[] {
  return groupKeysOf(listScoreKeys(subjects));
}

/** {@link listGroupKeys}, of subjects who have scores at these keys. */
export function groupKeysOf(all: readonly ScoreKey[]): readonly GroupKey[] {
  const keys = all.filter((key) => !isLargestOfCurve(key));
  return [...keys.map((key) => ({ ...key, of: key, minus: undefined })), ...gainsOf(keys)];
}

function gainsOf(keys: readonly ScoreKey[]): GroupKey[] {
  return keys.flatMap((key): GroupKey[] =>
    (analysisNamed(key.analysis)?.gains ?? []).flatMap(({ name, over, distances }) => {
      if (distances && key.distance !== distances[0]) return [];
      const minus = keyBeside(keys, over, { layer: key.layer, distance: distances?.[1] ?? key.distance });
      return minus ? [{ ...key, analysis: name, of: key, minus }] : [];
    }),
  );
}

/**
 * Statistics of all subjects at every key of {@link listGroupKeys}, as {@link groupScoresAt}, one after the other: the
 * scores of one key are in memory at a time, or of two for a difference, and, since subjects here have regions, those of a
 * curve until its peaks are found.
 *
 * @param options.mainLayerOf - where it is tested that peaks over layers are more than noise: see {@link listPeakKeys}
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link checkSubjects}, {@link loadMeans}
 */
export async function groupScores(
  subjects: readonly SubjectScores[],
  options: { readonly mainLayerOf?: MainLayerOf | undefined; readonly onProgress?: OnProgress | undefined } = {},
): Promise<Group> {
  checkSubjects(subjects);
  const nTargets = subjects[0]!.targets.length;
  const keys = listGroupKeys(subjects);
  const curves = collectCurves(listPeakKeys(keys, options.mainLayerOf), nTargets);
  const scores: GroupScores[] = [];
  const tell = () =>
    options.onProgress?.({ label: "statistics over participants", done: scores.length, total: keys.length });
  for (const key of keys) {
    tell();
    const values = await loadMeans(subjects, key.of);
    scores.push(statisticsOf(key, values, key.minus && (await loadMeans(subjects, key.minus)), nTargets));
    curves.take(key, values);
  }
  tell();
  const shares: GroupShares[] = [];
  for (const key of listShareKeys(keys)) {
    const over = scores.find((own) => isSameKey(own, key.over))!;
    shares.push(sharesOf(key, over, await loadMeans(subjects, key.of), await loadMeans(subjects, key.over)));
  }
  return { targets: subjects[0]!.targets, scores, shares, peaks: curves.peaks(scores) };
}

/**
 * Mean, 95 % interval, Wilcoxon signed-rank test against zero (two-sided, over subjects) with its side, and its false
 * discovery rate (over targets) at one key. Subjects without a score (NaN) are left out, target by target.
 *
 * @param subjects - that fit together: see {@link checkSubjects}
 * @throws ShapeError as {@link loadMeans}
 */
export async function groupScoresAt(subjects: readonly SubjectScores[], key: GroupKey): Promise<GroupScores> {
  const values = await loadMeans(subjects, key.of);
  return statisticsOf(key, values, key.minus && (await loadMeans(subjects, key.minus)), subjects[0]!.targets.length);
}

/**
 * The mean over the subjects that have a score, one a target; NaN where none has.
 *
 * @throws ShapeError as {@link loadMeans}
 */
export async function groupMeanAt(subjects: readonly SubjectScores[], key: ScoreKey): Promise<Float64Array> {
  const nTargets = subjects[0]!.targets.length;
  const [sum, n] = [new Float64Array(nTargets), new Float64Array(nTargets)];
  for (const subject of subjects) {
    const [own] = await loadMeans([subject], key);
    for (let target = 0; own && target < nTargets; target++) {
      if (!Number.isFinite(own[target])) continue;
      sum[target]! += own[target]!;
      n[target]!++;
    }
  }
  return sum.map((all, target) => all / n[target]!);
}

function statisticsOf(
  { analysis, layer, distance }: GroupKey,
  values: readonly (FloatArray | undefined)[],
  subtrahends: readonly (FloatArray | undefined)[] | undefined,
  nTargets: number,
): GroupScores {
  const column = () => new Float64Array(nTargets).fill(Number.NaN);
  const [mean, low, high, n] = [column(), column(), column(), column()];
  const [statistic, sign, pValue] = [column(), column(), column()];
  const scored = new Float64Array(values.length);
  // Every target asks for the same, of few different numbers of participants.
  const quantiles = new Map<string, number>();
  const counts = new Map<number, Float64Array>();
  for (let target = 0; target < nTargets; target++) {
    let nScored = 0;
    for (let s = 0; s < values.length; s++) {
      const own = values[s]?.[target] ?? Number.NaN;
      const value = subtrahends ? own - (subtrahends[s]?.[target] ?? Number.NaN) : own;
      if (Number.isFinite(value)) scored[nScored++] = value;
    }
    n[target] = nScored;
    if (nScored === 0) continue;
    const present = scored.subarray(0, nScored);
    const interval = meanInterval(present, undefined, quantiles);
    mean[target] = interval.mean;
    low[target] = interval.low;
    high[target] = interval.high;
    // The test drops zeros; with nothing else there is nothing to test.
    if (present.every((value) => value === 0)) continue;
    const test = wilcoxonSignedRank(present, { counts });
    statistic[target] = test.statistic;
    sign[target] = Math.sign(test.positive - (test.n * (test.n + 1)) / 4);
    pValue[target] = test.pValue;
  }
  const rows = { mean, low, high, n, statistic, sign, pValue };
  return { analysis, layer, distance, ...rows, qValue: benjaminiHochberg(pValue) };
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
