import type { GroupScores } from "./group.ts";

/** Results are called significant under this false discovery rate. */
export const significanceLevel = 0.01;

/** Fewest subjects with whom a two-sided signed-rank test can give p < .01: 2 / 2^8 = .008. */
export const fewestForSignificance = 8;

/**
 * On which side of zero a target's scores lie over subjects: 1 above, -1 below, 0 where that cannot be told.
 *
 * The test is two-sided (q < {@link significanceLevel}); its side is that of the ranks, and the mean must lie on the same
 * side: a few subjects far out may pull it over zero.
 */
export function sideOfZero(scores: GroupScores | undefined, target: number): 1 | 0 | -1 {
  if (!scores || !(scores.qValue[target]! < significanceLevel)) return 0;
  const side = scores.sign[target]!;
  if (side > 0 && scores.mean[target]! > 0) return 1;
  return side < 0 && scores.mean[target]! < 0 ? -1 : 0;
}

/** Whether a target's scores are above zero over subjects: what is called a gain, or a forecast, must be. */
export function isGain(scores: GroupScores | undefined, target: number): boolean {
  return sideOfZero(scores, target) > 0;
}

/** Targets that are tested: those with a score, which a medial wall has not. */
export function countTested({ qValue }: Pick<GroupScores, "qValue">): number {
  return qValue.reduce((n, q) => n + (Number.isFinite(q) ? 1 : 0), 0);
}

/**
 * How many of `n` that are tested together must have the least p that `nSubjects` can give, so that these reach
 * q < {@link significanceLevel}. That p is 2 / 2^nSubjects, of all signs alike, and its q is p n / k where k have it (Benjamini
 * and Hochberg).
 *
 * @returns `[least p, k]`; k may be larger than `n`, where none can pass
 */
export function leastTogether(nSubjects: number, n: number): readonly [least: number, together: number] {
  const least = 2 / 2 ** nSubjects;
  return [least, Math.floor((least * n) / significanceLevel) + 1];
}

/** The sentence where there is one participant only. */
export const onlyOne = "One participant: no interval and no test over participants.";

/** The sentence that goes with {@link reachesBeyondOne}. */
export const beyondOne =
  "Of few participants it may reach beyond 1, where no correlation lies: few participants say little.";

/** Whether an interval of correlations has an end that no correlation can have: that of few participants may. */
export function reachesBeyondOne({ low, high }: Pick<GroupScores, "low" | "high">): boolean {
  return low.some((end) => end < -1) || high.some((end) => end > 1);
}
