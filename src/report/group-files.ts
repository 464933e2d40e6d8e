import type { Analysis } from "../analyses/analysis.ts";
import {
  analyses,
  analysisDescriptions,
  analysisNamed,
  gainNamed,
  groupDescriptions,
  peaks,
  unmaskedName,
} from "../analyses/registry.ts";
import type { OnProgress } from "../array/progress.ts";
import { ownValue } from "../array/records.ts";
import { writeTsv } from "../formats/tsv.ts";
import type { PlacedSpace, TargetSpace } from "../responses/target.ts";
import type { OutputFile } from "../sources/output-files.ts";
import { BOOTSTRAP_DRAWS } from "../statistics/bootstrap.ts";
import { formatJson } from "./derivatives.ts";
import type { Findings } from "./findings.ts";
import { type Group, type GroupScores, groupKeysOf, groupScoresAt, listGroupKeys } from "./group.ts";
import { formatList } from "./numbers.ts";
import { createPeakMap, type GroupPeaks, listPeakKeys, type PeakKey, peakOf, reasonWithoutPeak } from "./peaks.ts";
import type { ScoreKey } from "./result.ts";
import { type MapLayer, mapPaths, scoreLabel, scoreMaps } from "./score-maps.ts";
import { formatScoreKey, isSameKey, mainLayer } from "./select.ts";
import { type GroupShares, listShareKeys, reasonWithoutShare, type ShareKey, shareMapAt } from "./shares.ts";
import { isGain, significanceLevel } from "./significance.ts";
import { distancesForTest, namedDistances, statisticSign } from "./signs.ts";

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
  "sign",
  "p",
  "q",
  "peak",
  "peak_low",
  "peak_high",
  "peak_unmasked",
  "note",
] as const;

/**
 * The group's files, in batches of which one is in memory at a time: `group_scores.tsv`, one row a region, analysis, layer
 * and distance, and `group_scores.json`, which says what the columns mean; where vertices or voxels were scored also maps
 * of them, an analysis, layer and distance a batch,
 * `group/hemi-L_space-fsaverage6_desc-brainScoreL8_statmap.shape.gii` (`scoreMaps`), each with the maps mean, n, statistic,
 * sign, p and q and a JSON beside it. Peaks are those of the mean curves, where they are more than noise alone, and under
 * {@link unmaskedName} everywhere.
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
  const maps = listPeakKeys(keys, (analysis) => mainLayer(result, analysis)).map((key) => ({
    key,
    map: createPeakMap(subjects[0]!.targets.length),
  }));
  const shares = listShareKeys(keys);
  const tests = new Map<string, GroupScores>();
  const isTest = (key: ScoreKey) =>
    [...maps.map(({ key: { test } }) => test), ...shares.map(({ over }) => over)].some(
      (test) => test && isSameKey(test, key),
    );
  const tell = (done: number) => options.onProgress?.({ label: "maps over participants", done, total: keys.length });
  for (const [done, key] of keys.entries()) {
    tell(done);
    const scores = await groupScoresAt(subjects, key);
    for (const { key: peakKey, map } of maps) {
      const point = peakKey.points.findIndex((own) => isSameKey(own, key));
      if (point >= 0) map.take(peakKey.grid[point]!, scores.mean);
    }
    if (isTest(key)) tests.set(formatScoreKey(key), scores);
    yield groupMaps(space, scores);
  }
  tell(keys.length);
  for (const key of shares) {
    const test = tests.get(formatScoreKey(key.over))!;
    yield shareMaps(space, key, await shareMapAt(subjects, key, test), test);
  }
  for (const { key, map } of maps)
    yield peakMaps(space, key, map.peak, key.test && tests.get(formatScoreKey(key.test)));
}

/** The paths of {@link groupFiles}, without the files: they can be listed before anything is computed. */
export function groupPaths(space: TargetSpace, keys: readonly ScoreKey[]): string[] {
  const tables = ["group_scores.tsv", "group_scores.json"];
  if (space.kind === "region") return tables;
  const found = listPeakKeys(groupKeysOf(keys)).flatMap((key) => [key, unmasked(key)]);
  const maps = [...groupKeysOf(keys), ...listShareKeys(groupKeysOf(keys)), ...found].flatMap((key) =>
    mapPaths("group", space, scoreLabel(key)),
  );
  return [...tables, ...maps.flatMap(({ path, sidecarPath }) => [path, sidecarPath])];
}

function groupMaps(space: PlacedSpace, scores: GroupScores): OutputFile[] {
  const layers = [
    { name: "mean", values: scores.mean },
    { name: "n", values: scores.n },
    { name: "statistic", values: scores.statistic },
    { name: "sign", values: scores.sign },
    { name: "p", values: scores.pValue },
    { name: "q", values: scores.qValue },
  ];
  return mapFiles(space, scores, scoreLabel(scores), layers, {
    Description:
      ownValue(analysisDescriptions, scores.analysis) ??
      ownValue(groupDescriptions, scores.analysis) ??
      scores.analysis,
    Arrays:
      "Mean over participants, number of participants, Wilcoxon signed-rank statistic, its sign (1: the ranks lie above zero, -1: below), its two-sided p, and q (false discovery rate over all vertices or voxels).",
  });
}

const unmasked = (key: PeakKey): ScoreKey => ({ ...key, analysis: unmaskedName(key.analysis) });

/** The peaks of the mean curves, where they are more than noise, and everywhere under a name that says so. */
function peakMaps(space: PlacedSpace, key: PeakKey, peak: Float64Array, test: GroupScores | undefined): OutputFile[] {
  const about = peakOf(key);
  const { description, finding } = about;
  const rule = test
    ? `${statisticSign(test.analysis, test.distance)} at layer ${test.layer} above zero over participants (two-sided Wilcoxon signed-rank test, q < ${significanceLevel}, false discovery rate over all vertices or voxels)`
    : undefined;
  const masked = peak.map((value, target) => (isGain(test, target) ? value : Number.NaN));
  const everywhere = unmasked(key);
  return [
    ...mapFiles(space, key, scoreLabel(key), [{ name: "peak", values: masked }], {
      Description: `${description} Of the mean curve over participants.`,
      Mask: rule
        ? `Only where there is a ${finding}: ${rule}. NaN elsewhere.`
        : `NaN throughout: whether there is a ${finding} was not tested, for which ${namedDistances(distancesForTest(about))} must be among the distances.`,
    }),
    ...mapFiles(space, everywhere, scoreLabel(everywhere), [{ name: "peak", values: peak }], {
      Description: `${description} Of the mean curve over participants.`,
      Mask: `None: where there is no ${finding} this is a peak of noise.`,
    }),
  ];
}

/** Shares, where what is divided by is above zero over participants. */
function shareMaps(
  space: PlacedSpace,
  key: ShareKey,
  { ratio, n }: { readonly ratio: Float64Array; readonly n: Float64Array },
  { analysis }: GroupScores,
): OutputFile[] {
  const layers = [
    { name: "ratio", values: ratio },
    { name: "n", values: n },
  ];
  return mapFiles(space, key, scoreLabel(key), layers, {
    Description: key.share.description,
    Arrays: "Mean over participants of the one divided by the mean of the other, and number of participants with both.",
    Mask: `Only where ${analysis} is above zero over participants (two-sided Wilcoxon signed-rank test, q < ${significanceLevel}, false discovery rate over all vertices or voxels). NaN elsewhere.`,
  });
}

function mapFiles(
  space: PlacedSpace,
  { analysis, layer, distance }: ScoreKey,
  label: string,
  layers: readonly MapLayer[],
  about: Readonly<Record<string, string>>,
): OutputFile[] {
  return scoreMaps("group", space, label, layers).flatMap(({ file, sidecarPath, hemi, nNotScored }) => {
    const description = {
      ...about,
      Analysis: analysis,
      Layer: layer,
      Distance: distance,
      ...(hemi === undefined ? {} : { Hemisphere: hemi }),
      NNotScored: nNotScored,
    };
    return [file, { path: sidecarPath, bytes: formatJson(description) }];
  });
}

/** Rows of scores, then those of shares, then those of peaks. */
function groupRows({ targets, scores, shares, peaks: found }: Group): (string | number)[][] {
  const named = ({ analysis, layer, distance }: ScoreKey, target: number) => [
    targets[target]!.name,
    targets[target]!.hemi,
    analysis,
    layer,
    distance,
  ];
  const none = (n: number) => Array.from({ length: n }, () => Number.NaN);
  const scoreRow = (at: GroupScores, target: number) => [
    ...named(at, target),
    ...[at.n, at.mean, at.low, at.high, at.statistic, at.sign, at.pValue, at.qValue].map((column) => column[target]!),
    ...none(4),
    noteOn(at, target),
  ];
  const peakRow = (at: GroupPeaks, target: number) => {
    const reason = reasonWithoutPeak(at, target);
    const shown = reason === undefined ? [at.peak, at.low, at.high].map((column) => column[target]!) : none(3);
    return [...named(at, target), at.n[target]!, ...none(7), ...shown, at.peak[target]!, reason ?? "n/a"];
  };
  const shareRow = (at: GroupShares, target: number) => [
    ...named(at, target),
    ...[at.n, at.ratio, at.low, at.high].map((column) => column[target]!),
    ...none(8),
    reasonWithoutShare(at, target) ?? "n/a",
  ];
  return [
    ...scores.flatMap((at) => targets.map((_, target) => scoreRow(at, target))),
    ...shares.flatMap((at) => targets.map((_, target) => shareRow(at, target))),
    ...found.flatMap((at) => targets.map((_, target) => peakRow(at, target))),
  ];
}

/** Why a row of scores lacks numbers. */
function noteOn({ analysis, n, pValue }: GroupScores, target: number): string {
  if (n[target] === 0) {
    const told = analysisNamed(analysis) ?? gainNamed(analysis)?.analysis;
    return told?.shown.missing ?? "no participant has a score";
  }
  return Number.isNaN(pValue[target]!) ? "every participant's value is zero" : "n/a";
}

const peakNames = formatList(peaks.map(({ name }) => name));
const shareNames = formatList(
  Object.values<Analysis>(analyses).flatMap(({ shares = [] }) => shares.map(({ name }) => name)),
);
const ofShares = (text: string) => (shareNames === "" ? "" : `; of ${shareNames} ${text}`);
const peakFindings = [...new Set(peaks.map(({ finding }) => finding))].join(" or ");

const columnDescriptions: Record<(typeof groupColumns)[number], object> = {
  target: { Description: "Region that the statistics belong to." },
  hemi: {
    Description: "Hemisphere of the region; n/a where the region's file does not say.",
    Levels: { L: "left", R: "right" },
  },
  analysis: {
    Description: "What was computed of each participant.",
    Levels: { ...analysisDescriptions, ...groupDescriptions },
  },
  layer: {
    Description: "Layer of the language model, 0 = embedding output; n/a where the analysis has none or spans all.",
  },
  distance: {
    Description:
      "Words from the current word to the last word of the forecast window; n/a where the analysis has none or spans all.",
    Units: "words",
  },
  n: { Description: "Participants with a score." },
  mean: {
    Description: `Mean over these participants; n/a for ${peakNames}, which have a peak${ofShares("the mean of one score divided by that of the other")}.`,
  },
  ci_low: {
    Description: `Lower end of the 95 % confidence interval of the mean over participants (t-distribution${ofShares(`over ${BOOTSTRAP_DRAWS} bootstrap samples of them`)}).`,
  },
  ci_high: { Description: "Upper end of it." },
  statistic: {
    Description: `Wilcoxon signed-rank statistic against zero over participants; n/a for ${peakNames}, whose null value is not zero${ofShares("n/a")}.`,
  },
  sign: {
    Description: "On which side of zero the ranks lie: a gain, such as a forecast, must be above.",
    Levels: { "1": "above", "-1": "below", "0": "on neither" },
  },
  p: { Description: "Two-sided p value of it." },
  q: {
    Description:
      "p after Benjamini and Hochberg (false discovery rate), over the targets of the same analysis, layer and distance.",
  },
  peak: {
    Description: `Of ${peakNames}: distance (words) or layer at which the mean curve over participants is largest; n/a without a ${peakFindings}, see note.`,
  },
  peak_low: {
    Description: `Lower end of its 95 % interval, over ${BOOTSTRAP_DRAWS} bootstrap samples of the participants.`,
  },
  peak_high: { Description: "Upper end of it." },
  peak_unmasked: {
    Description: `The same as peak, but also where there is no ${peakFindings}: there it is a peak of noise.`,
  },
  note: { Description: "Why numbers of this row are n/a." },
};
