import type { Target } from "../responses/target.ts";
import { nameInFiles, subjectPaths } from "./derivatives.ts";
import { loadFolds, loadMean } from "./load-scores.ts";
import { regionView } from "./regions.ts";
import type { ScoreKey, StudyResult } from "./result.ts";
import { withOwnShares } from "./shares.ts";

/** One score of a subject: of a region, by one analysis, layer and distance. */
export interface ListedScore extends ScoreKey {
  readonly participant: string;
  /** Name of the region; `"hemisphere"`, `"brain"` or a structure where vertices or voxels were scored without an atlas. */
  readonly target: string;
  readonly hemi: Target["hemi"];
  /** The average over the folds, as the options say; NaN where not scored. */
  readonly mean: number;
  /** One value an outer fold, in their order; null where the analysis has none of single folds. */
  readonly folds: readonly number[] | null;
}

/** What {@link listScores} gives. */
export interface ScoreList {
  /** How many scores there are, listed or not. */
  readonly nScores: number;
  /** All of them, or null where they are more than are listed. */
  readonly scores: readonly ListedScore[] | null;
  /** Files with the scores of regions, in all folds, one a subject. */
  readonly tables: readonly string[];
  /** Files with the scores of single vertices or voxels, averaged over folds; none where regions were scored. */
  readonly maps: readonly string[];
}

/** Most scores of a list: 100,000 take about 50 MB. The tables have all. */
const MOST_SCORES = 100_000;

/**
 * The scores of some subjects as a list of bounded length, and the files, within the output folder, that hold all. Vertices
 * and voxels are averaged within the regions of the atlas, or, without one, within hemispheres, structures or the brain, as
 * in the group's table. Analyses have the names of the subjects' tables.
 *
 * @param participants - the subjects to list
 * @param options.mostScores - more are not listed (default 100,000)
 * @throws ShapeError as {@link loadMean}
 */
export async function listScores(
  result: StudyResult,
  participants: readonly string[],
  options: { readonly mostScores?: number | undefined } = {},
): Promise<ScoreList> {
  const { mostScores = MOST_SCORES } = options;
  const wanted = new Set(participants);
  const own = result.subjects.filter(({ participant }) => wanted.has(participant));
  const paths = own.map(({ participant, space, analyses }) => subjectPaths(participant, space, analyses));
  const files = {
    tables: paths.flat().filter((path) => path.endsWith(".tsv")),
    maps: paths.flat().filter((path) => !path.endsWith(".tsv") && !path.endsWith(".json")),
  };
  const subjects = regionView({ ...result, subjects: own }).subjects.map(withOwnShares);
  const nScores = subjects.reduce((sum, { targets, analyses }) => sum + targets.length * analyses.length, 0);
  if (nScores > mostScores) return { nScores, scores: null, ...files };
  const scores: ListedScore[] = [];
  for (const subject of subjects) {
    for (const analysis of subject.analyses) {
      const { layer, distance } = analysis;
      const mean = await loadMean(subject, analysis);
      const folds = await loadFolds(subject, analysis);
      subject.targets.forEach(({ name, hemi }, target) => {
        const ofFolds =
          folds && Array.from({ length: folds.nRows }, (_, f) => folds.data[f * folds.nColumns + target]!);
        scores.push({
          participant: subject.participant,
          target: name,
          hemi,
          analysis: nameInFiles(analysis),
          layer,
          distance,
          mean: mean[target]!,
          folds: ofFolds ?? null,
        });
      });
    }
  }
  return { nScores, scores, ...files };
}
