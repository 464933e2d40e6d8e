import type { Share } from "../analyses/analysis.ts";
import { analysisNamed } from "../analyses/registry.ts";
import type { FloatArray } from "../array/matrix.ts";
import { drawSubjects, ratioOfMeans } from "../statistics/bootstrap.ts";
import type { GroupScores } from "./group.ts";
import { loadMean, loadMeans } from "./load-scores.ts";
import type { ScoreKey, SubjectAnalysis, SubjectScores } from "./result.ts";
import { isSameKey, keyBeside } from "./select.ts";
import { isGain } from "./significance.ts";

/** Names a share of the registry at a layer and distance. */
export interface ShareKey extends ScoreKey {
  readonly share: Share;
  /** What is divided, and what it is divided by. */
  readonly of: ScoreKey;
  readonly over: ScoreKey;
}

/**
 * What a score reaches of another over subjects, one a target: the mean of the one divided by the mean of the other, over the
 * subjects that have both. NaN where the other is not above zero over subjects: there it is no measure.
 */
export interface GroupShares extends ShareKey {
  readonly ratio: Float64Array;
  /** 95 % bootstrap interval of it over subjects ({@link ratioOfMeans}); NaN under two subjects. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Subjects with both scores. */
  readonly n: Float64Array;
  /** The subjects' own, in their order, [nTargets] each; NaN also where the other is not above 0 in the subject. */
  readonly own: readonly Float64Array[];
  /** The statistics of what is divided by. */
  readonly test: GroupScores;
}

/** The shares of the registry at these keys, where both scores are there. */
export function listShareKeys(keys: readonly ScoreKey[]): readonly ShareKey[] {
  return keys.flatMap((key): ShareKey[] =>
    (analysisNamed(key.analysis)?.shares ?? []).flatMap((share) => {
      const over = keyBeside(keys, share.over, key);
      return over ? [{ share, of: key, over, analysis: share.name, layer: key.layer, distance: key.distance }] : [];
    }),
  );
}

/**
 * The shares of all subjects at a key.
 *
 * @param test - statistics over the same subjects of what is divided by
 * @param scores - of each subject, [nTargets]; undefined for one without
 * @param divisors - the same, of what is divided by
 */
export function sharesOf(
  { analysis, layer, distance, share, of, over }: ShareKey,
  test: GroupScores,
  scores: readonly (FloatArray | undefined)[],
  divisors: readonly (FloatArray | undefined)[],
): GroupShares {
  const [nTargets, nSubjects] = [test.mean.length, scores.length];
  const column = () => new Float64Array(nTargets).fill(Number.NaN);
  const [ratio, low, high, n] = [column(), column(), column(), column()];
  const own = scores.map(column);
  const draws = drawSubjects(nSubjects);
  for (let target = 0; target < nTargets; target++) {
    const at = (values: FloatArray | undefined) => values?.[target] ?? Number.NaN;
    const [above, below] = [Float64Array.from(scores, at), Float64Array.from(divisors, at)];
    n[target] = above.reduce((count, value, s) => count + (Number.isFinite(value - below[s]!) ? 1 : 0), 0);
    if (!isGain(test, target)) continue;
    ({ ratio: ratio[target], low: low[target], high: high[target] } = ratioOfMeans(above, below, draws));
    own.forEach((values, s) => {
      values[target] = ownShare(above[s]!, below[s]!);
    });
  }
  return { analysis, layer, distance, share, of, over, ratio, low, high, n, own, test };
}

/** One subject's share: NaN where there is nothing to divide by. */
function ownShare(score: number, divisor: number): number {
  return divisor > 0 ? score / divisor : Number.NaN;
}

/**
 * The shares of {@link GroupShares} of many targets, without intervals; with the subjects that they are over. One subject's
 * scores are in memory at a time.
 */
export async function shareMapAt(
  subjects: readonly SubjectScores[],
  { of, over }: ShareKey,
  test: GroupScores,
): Promise<{ readonly ratio: Float64Array; readonly n: Float64Array }> {
  const nTargets = test.mean.length;
  const [above, below, n] = [new Float64Array(nTargets), new Float64Array(nTargets), new Float64Array(nTargets)];
  for (const subject of subjects) {
    const [scores] = await loadMeans([subject], of);
    const [divisors] = await loadMeans([subject], over);
    for (let target = 0; scores && divisors && target < nTargets; target++) {
      if (!Number.isFinite(scores[target]! - divisors[target]!)) continue;
      above[target]! += scores[target]!;
      below[target]! += divisors[target]!;
      n[target]!++;
    }
  }
  return { ratio: above.map((sum, target) => (isGain(test, target) ? sum / below[target]! : Number.NaN)), n };
}

/**
 * A subject's own shares as analyses beside the others: the score divided by the other, where that is above 0. Whether it is so
 * over subjects, the group says.
 */
function ownShares(subject: SubjectScores): SubjectAnalysis[] {
  return listShareKeys(subject.analyses).map(({ analysis, layer, distance, of, over }): SubjectAnalysis => {
    const find = (key: ScoreKey) => subject.analyses.find((own) => isSameKey(own, key))!;
    return {
      analysis,
      layer,
      distance,
      async loadMean() {
        const scores = Float64Array.from(await loadMean(subject, find(of)));
        const divisors = await loadMean(subject, find(over));
        return scores.map((score, target) => ownShare(score, divisors[target]!));
      },
      loadFolds: () => Promise.resolve(undefined),
    };
  });
}

/** A subject with its own shares among its analyses. */
export function withOwnShares(subject: SubjectScores): SubjectScores {
  return { ...subject, analyses: [...subject.analyses, ...ownShares(subject)] };
}

/** Why a target has no share, in a sentence without its full stop; undefined where it has one. */
export function reasonWithoutShare({ share, ratio, n, of, test }: GroupShares, target: number): string | undefined {
  if (Number.isFinite(ratio[target]!)) return undefined;
  if (n[target] === 0) return analysisNamed(test.n[target] === 0 ? test.analysis : of.analysis)!.shown.missing;
  return share.shown.missing;
}
