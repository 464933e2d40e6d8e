import type { OnProgress } from "../array/progress.ts";
import { ownValue } from "../array/records.ts";
import { writeTsv } from "../formats/tsv.ts";
import type { PlacedSpace } from "../responses/target.ts";
import type { OutputFile } from "../sources/output-files.ts";
import { analysisDescriptions, formatJson } from "./derivatives.ts";
import type { Findings } from "./findings.ts";
import { type Group, type GroupScores, groupScoresAt, listGroupKeys } from "./group.ts";
import { scoreLabel, scoreMaps } from "./score-maps.ts";

/** Columns of the group's table, in order. */
export const groupColumns = [
  "target",
  "hemi",
  "analysis",
  "layer",
  "distance",
  "n",
  "mean",
  "ci_low",
  "ci_high",
  "statistic",
  "p",
  "q",
] as const;

/** Sentences on the differences that the group's table holds beside the scores. */
const contrastDescriptions: Readonly<Record<string, string>> = {
  forecastScoreBeyondZero: "Forecast score at distance 8 minus that at distance 0, within subjects.",
  forecastScoreBeyondRandomWindow:
    "Forecast score minus that of random vectors in the window's place, within subjects.",
  brainScoreBeyondWordRate: "Brain score minus that of the word rate, within subjects.",
  brainScoreBeyondRandomWeights: "Brain score minus that of the same model with random weights, within subjects.",
};

/**
 * The group's files, in batches of which one is in memory at a time: `group_scores.tsv`, one row a region, analysis, layer
 * and distance, and `group_scores.json`, which says what the columns mean; where vertices or voxels were scored also maps
 * of them, an analysis, layer and distance a batch,
 * `group/hemi-L_space-fsaverage6_desc-brainScoreL8_statmap.shape.gii` (`scoreMaps`), each with the maps mean, n, statistic, p
 * and q and a JSON beside it.
 *
 * @throws ShapeError as {@link groupScoresAt}
 * @remarks Maps of vertices and the table are tested apart: q is over the vertices in the one and over the regions in
 * the other.
 */
export async function* groupFiles(
  { result, group }: Findings,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): AsyncGenerator<readonly OutputFile[]> {
  yield [
    { path: "group_scores.tsv", bytes: writeTsv(groupColumns, groupRows(group)) },
    { path: "group_scores.json", bytes: formatJson(columnDescriptions) },
  ];
  const { subjects } = result;
  const { space } = subjects[0]!;
  if (space.kind === "region") return;
  const keys = listGroupKeys(subjects);
  for (const [done, key] of keys.entries()) {
    options.onProgress?.({ label: "maps over participants", done, total: keys.length });
    yield groupMaps(space, await groupScoresAt(subjects, key));
  }
}

function groupMaps(space: PlacedSpace, scores: GroupScores): OutputFile[] {
  const layers = [
    { name: "mean", values: scores.mean },
    { name: "n", values: scores.n },
    { name: "statistic", values: scores.statistic },
    { name: "p", values: scores.pValue },
    { name: "q", values: scores.qValue },
  ];
  return scoreMaps("group", space, scoreLabel(scores), layers).flatMap(({ file, sidecarPath, hemi, nNotScored }) => {
    const description = {
      Description:
        ownValue(analysisDescriptions, scores.analysis) ??
        ownValue(contrastDescriptions, scores.analysis) ??
        scores.analysis,
      Arrays:
        "Mean over subjects, number of subjects, Wilcoxon signed-rank statistic, its two-sided p, and q (false discovery rate over all vertices or voxels).",
      Analysis: scores.analysis,
      Layer: scores.layer,
      Distance: scores.distance,
      ...(hemi === undefined ? {} : { Hemisphere: hemi }),
      NNotScored: nNotScored,
    };
    return [file, { path: sidecarPath, bytes: formatJson(description) }];
  });
}

function groupRows({ targets, scores }: Group): (string | number)[][] {
  const row = (at: GroupScores, target: number) => [
    targets[target]!.name,
    targets[target]!.hemi,
    at.analysis,
    at.layer,
    at.distance,
    at.n[target]!,
    at.mean[target]!,
    at.low[target]!,
    at.high[target]!,
    at.statistic[target]!,
    at.pValue[target]!,
    at.qValue[target]!,
  ];
  return scores.flatMap((at) => targets.map((_, target) => row(at, target)));
}

const columnDescriptions: Record<(typeof groupColumns)[number], object> = {
  target: { Description: "Region that the statistics belong to." },
  hemi: {
    Description: "Hemisphere of the region; n/a where the region's file does not say.",
    Levels: { L: "left", R: "right" },
  },
  analysis: {
    Description: "What was computed of each subject.",
    Levels: { ...analysisDescriptions, ...contrastDescriptions },
  },
  layer: {
    Description: "Layer of the language model, 0 = embedding output; n/a where the analysis has none or spans all.",
  },
  distance: {
    Description:
      "Words from the current word to the last word of the forecast window; n/a where the analysis has none or spans all.",
    Units: "words",
  },
  n: { Description: "Subjects with a score." },
  mean: { Description: "Mean over these subjects." },
  ci_low: { Description: "Lower end of the 95 % confidence interval of the mean over subjects (t-distribution)." },
  ci_high: { Description: "Upper end of it." },
  statistic: {
    Description:
      "Wilcoxon signed-rank statistic against zero over subjects; n/a for forecastDistance and forecastDepth, whose null value is not zero.",
  },
  p: { Description: "Two-sided p value of it." },
  q: {
    Description:
      "p after Benjamini and Hochberg (false discovery rate), over the targets of the same analysis, layer and distance.",
  },
};
