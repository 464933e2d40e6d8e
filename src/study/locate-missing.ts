import type { MissingScores } from "../encoding/missing.ts";
import type { MissingFold } from "../report/result.ts";
import { contiguousFolds } from "../ridge/folds.ts";
import type { HeardTimes } from "./shared-stories.ts";

/**
 * Folds that lack scores, with the volumes and stories of their test chunks.
 *
 * @param stories - those that were scored: of a noise ceiling the shared ones, as far as they are shared
 */
export function locateMissing(
  missing: readonly MissingScores[],
  stories: readonly HeardTimes[],
  nFolds: number,
): MissingFold[] {
  const folds = contiguousFolds(volumesTogether(stories), nFolds);
  return missing.map(({ fold, reason, part, nTargets }) => {
    const { test } = folds[fold]!;
    const [first, last] = [test[0]!, test.at(-1)!];
    const touched = stories.filter((story, i) => {
      const start = volumesTogether(stories.slice(0, i));
      return start <= last && first < start + story.nVolumes;
    });
    const names = touched.map(({ files }) => files.story);
    return { fold: fold + 1, reason, part, nTargets, volumes: [first, last], stories: names };
  });
}

/** The volumes of stories together. */
export const volumesTogether = (stories: readonly Pick<HeardTimes, "nVolumes">[]) =>
  stories.reduce((sum, story) => sum + story.nVolumes, 0);
