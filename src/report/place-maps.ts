import type { Analysis } from "../analyses/analysis.ts";
import { analysisNamed, unmaskedName } from "../analyses/registry.ts";
import type { Shown } from "../analyses/shown.ts";
import type { OnProgress } from "../array/progress.ts";
import { atLayer, capitalised } from "./figure-parts.ts";
import { ceilingOf, type Findings } from "./findings.ts";
import { type GroupScores, groupMeanAt, groupScoresAt, listGroupKeys } from "./group.ts";
import { formatCount, formatList, formatNoun, formatNumber, formatShare } from "./numbers.ts";
import { createPeakMap, type GroupPeaks, peakOf } from "./peaks.ts";
import type { ScoreKey } from "./result.ts";
import { mapPaths, scoreLabel } from "./score-maps.ts";
import { isSameKey } from "./select.ts";
import { type GroupShares, shareMapAt } from "./shares.ts";
import { countTested, fewestForSignificance, isGain, leastTogether, sideOfZero } from "./significance.ts";
import { distancesLacking, statisticSign } from "./signs.ts";
import { axisLabel } from "./values.ts";

/** A map of the group to draw: a value a vertex or voxel, masked already. */
export interface PlaceMap {
  readonly name: string;
  /** Whether places are hidden that do not pass the test. */
  readonly isThresholded: boolean;
  readonly caption: string;
  readonly values: Float64Array;
  readonly shown: Shown;
}

/** A map that is not drawn, and why. */
export interface NoMap extends Pick<PlaceMap, "name" | "caption"> {
  readonly values: undefined;
}

/** What scores belong to: `["vertex", "vertices"]`. */
export type PlaceNouns = readonly [singular: string, plural: string];

/**
 * The maps that a report shows, one after the other: scores where they differ from zero over subjects, or everywhere where
 * they do nowhere; where they are largest, in places where that is more than noise, and nowhere else.
 */
export async function* placeMaps(
  findings: Findings,
  places: PlaceNouns,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): AsyncGenerator<PlaceMap | NoMap> {
  const peaks = findings.peaks.filter((found) => peakOf(found).shown.isSummarised);
  const maps = findings.scores.flatMap((score) => [
    ...[score, ceilingOf(score)].flatMap((found) =>
      found?.at && found.analysis.shown.isSummarised
        ? [() => scoreMapAt(findings, found.analysis, found.at!, places)]
        : [],
    ),
    ...score.shares.flatMap((share) =>
      share.share.shown.isSummarised ? [() => shareMap(findings, share, places)] : [],
    ),
  ]);
  const total = peaks.reduce((n, { points }) => n + points.length, maps.length);
  let done = 0;
  const tell = () => options.onProgress?.({ label: "maps of the report", done: done++, total });
  for (const map of maps) {
    tell();
    yield await map();
  }
  for (const found of peaks) yield await peakMap(findings, found, places, tell);
  // The points of a peak that is not drawn were not read.
  done = total;
  tell();
}

/** Statistics of vertices or voxels at the key of statistics of regions. */
async function onPlaces({ result: { subjects } }: Findings, wanted: ScoreKey): Promise<GroupScores> {
  return groupScoresAt(subjects, listGroupKeys(subjects).find((own) => isSameKey(own, wanted))!);
}

async function scoreMapAt(
  findings: Findings,
  analysis: Analysis,
  at: GroupScores,
  [place, places]: PlaceNouns,
): Promise<PlaceMap> {
  const { label, symbol } = analysis.shown;
  const { subjects } = findings.result;
  const scores = await onPlaces(findings, at);
  const sides = scores.mean.map((_, v) => sideOfZero(scores, v));
  // A map that hides everything shows nothing: where no place passes, all are shown, and that is said above the map.
  const isThresholded = sides.some((side) => side !== 0);
  const values = scores.mean.map((mean, v) => (!isThresholded || sides[v] !== 0 ? mean : Number.NaN));
  const nAbove = sides.reduce((n, side) => n + (side > 0 ? 1 : 0), 0);
  const nBelow = sides.reduce((n, side) => n + (side < 0 ? 1 : 0), 0);
  const nTested = countTested(scores);
  const nPlaces = formatCount(nTested);
  const threshold = isThresholded
    ? `Shown where it differs from zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over ${places}): above zero in ${formatCount(nAbove)} of ${nPlaces} ${places} (${formatShare(nAbove / nTested)}), below zero in ${nBelow === 0 ? "none" : `${formatCount(nBelow)}, in blue`}.`
    : subjects.length < fewestForSignificance
      ? `Not thresholded: with fewer than ${fewestForSignificance} participants no ${place} can reach q < .01.`
      : `Not thresholded: no ${place} reaches q < .01 over all ${nPlaces}. ${whyNone(subjects.length, nTested, [place, places])}${findings.view.kind === "wholes" ? "" : "Regions are tested below."}`.trimEnd();
  return {
    name: `${capitalised(label)} ${symbol}${at.distance === "n/a" ? "" : ` at distance ${formatNumber(at.distance, 0)}`}`,
    isThresholded,
    caption: `Mean over participants${atLayer(at)}. ${threshold}`,
    values,
    shown: analysis.shown,
  };
}

/**
 * Where fewer than this share of the places would have to pass together, few participants are not the reason that none does. A
 * choice: one in a hundred of thousands of vertices is a patch of cortex.
 */
const leastShare = 0.01;

/** Why no place passes, where few participants are the reason: see {@link leastTogether}. */
function whyNone(nSubjects: number, nTested: number, [place, places]: PlaceNouns): string {
  if (nSubjects < fewestForSignificance) {
    return `With fewer than ${fewestForSignificance} participants no ${place} can reach q < .01. `;
  }
  const [least, together] = leastTogether(nSubjects, nTested);
  if (together === 1 || together < leastShare * nTested) return "";
  return `With ${formatNoun(nSubjects, "participant")} no p is below ${formatNumber(least, least < 0.001 ? 4 : 3)}. After the correction over ${formatCount(nTested)} ${places} this is q < .01 only where at least ${formatCount(together)} of them have it. `;
}

/** What a score reaches of another at the places where that is above zero; no map where there are none. */
async function shareMap(
  { result: { subjects } }: Findings,
  found: GroupShares,
  [place, places]: PlaceNouns,
): Promise<PlaceMap | NoMap> {
  const { shown } = found.share;
  const name = capitalised(axisLabel(shown));
  const keys = listGroupKeys(subjects);
  const test = await groupScoresAt(subjects, keys.find((own) => isSameKey(own, found.over))!);
  const n = countTested(test);
  const nShown = test.mean.reduce((count, _, v) => count + (isGain(test, v) ? 1 : 0), 0);
  const rule = `the ${analysisNamed(found.over.analysis)!.shown.label} is above zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over ${places})`;
  if (nShown === 0) {
    const caption = `Not drawn: ${rule} in no ${place}. ${whyNone(subjects.length, n, [place, places])}`.trimEnd();
    return { name, caption, values: undefined };
  }
  const { ratio } = await shareMapAt(subjects, found, test);
  return {
    name,
    isThresholded: true,
    caption: `${capitalised(shown.what)}${atLayer(found)}, shown where ${rule}: ${formatCount(nShown)} of ${formatCount(n)} ${places} (${formatShare(nShown / n)}).`,
    values: ratio,
    shown,
  };
}

/** The peak of the group's curve at the places where it is more than noise; no map where there are none. */
async function peakMap(
  findings: Findings,
  found: GroupPeaks,
  [place, places]: PlaceNouns,
  tell: () => void,
): Promise<PlaceMap | NoMap> {
  const { subjects } = findings.result;
  const peak = peakOf(found);
  const { finding } = peak;
  const { label, symbol, unit } = peak.shown;
  const name = `${capitalised(label)} ${symbol} (${unit})`;
  const none = (caption: string): NoMap => ({
    name,
    caption: `${caption} ${unmaskedFiles(findings, found)}`,
    values: undefined,
  });
  if (!found.test)
    return none(`Not drawn: whether there is a ${finding} was not tested, as ${distancesLacking(peak)}.`);
  const test = await onPlaces(findings, found.test);
  const nShown = test.mean.reduce((n, _, v) => n + (isGain(test, v) ? 1 : 0), 0);
  const rule = `${statisticSign(test.analysis, test.distance)} above zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over ${places})`;
  if (nShown === 0) {
    return none(
      `Not drawn: no ${place} has a ${finding}, which is ${rule}. Without a ${finding}, ${symbol} is a peak of noise. ${whyNone(subjects.length, countTested(test), [place, places])}` +
        `Regions average the noise of many and are fewer: they may have a ${finding} where none of their parts has one. See the section on ${label}.`,
    );
  }
  const map = createPeakMap(test.mean.length);
  for (const [point, key] of found.points.entries()) {
    tell();
    map.take(found.grid[point]!, await groupMeanAt(subjects, key));
  }
  const n = countTested(test);
  return {
    name,
    isThresholded: true,
    caption: `Peak of the mean curve over participants${atLayer(found)}, shown where there is a ${finding}, ${rule}: ${formatCount(nShown)} of ${formatCount(n)} ${places} (${formatShare(nShown / n)}). Elsewhere it would be a peak of noise. ${unmaskedFiles(findings, found)}`,
    values: map.peak.map((value, v) => (isGain(test, v) ? value : Number.NaN)),
    shown: peak.shown,
  };
}

/** Where the peak of every place is, which no picture shows. */
function unmaskedFiles({ result }: Findings, { analysis, layer, distance }: GroupPeaks): string {
  const space = result.subjects[0]!.space;
  if (space.kind === "region") return "";
  const label = scoreLabel({ analysis: unmaskedName(analysis), layer, distance });
  const paths = mapPaths("group", space, label).map(({ path }) => path);
  return `The peak of every place, masked nowhere, is in ${formatList(paths)}.`;
}
