import type { OnProgress } from "../array/progress.ts";
import type { Findings } from "./findings.ts";
import { type GroupScores, groupMeanAt, groupScoresAt, listGroupKeys } from "./group.ts";
import { formatCount, formatList, formatNoun, formatNumber, formatShare } from "./numbers.ts";
import { createPeakMap, type GroupPeaks } from "./peaks.ts";
import type { ScoreKey } from "./result.ts";
import { mapPaths, scoreLabel } from "./score-maps.ts";
import { atLayer } from "./score-sections.ts";
import { isSameKey } from "./select.ts";
import { countTested, fewestForSignificance, isGain, leastTogether, sideOfZero } from "./significance.ts";

/** A map of the group to draw: a value a vertex or voxel, masked already. */
export interface PlaceMap {
  readonly name: string;
  /** Whether places are hidden that do not pass the test. */
  readonly isThresholded: boolean;
  readonly caption: string;
  readonly values: Float64Array;
  readonly decimals: number;
  /** Whether values below zero get colours of their own; else the map runs from the least value to the greatest. */
  readonly isSigned: boolean;
}

/** A map that is not drawn, and why. */
export interface NoMap extends Pick<PlaceMap, "name" | "caption"> {
  readonly values: undefined;
}

/** What scores belong to: `["vertex", "vertices"]`. */
export type PlaceNouns = readonly [singular: string, plural: string];

/**
 * The maps that a report shows, one after the other: brain score and forecast score where they differ from zero over
 * subjects, or everywhere where they do nowhere; forecast distance where there is a forecast, and nowhere else.
 */
export async function* placeMaps(
  findings: Findings,
  places: PlaceNouns,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): AsyncGenerator<PlaceMap | NoMap> {
  const { brain, forecast, forecastDistance } = findings;
  const wanted = [brain, forecast?.atTabled].flatMap((scores) => scores ?? []);
  const total = wanted.length + (forecastDistance?.points.length ?? 0);
  const tell = (done: number) => options.onProgress?.({ label: "maps of the report", done, total });
  for (const [done, key] of wanted.entries()) {
    tell(done);
    yield await scoreMapAt(findings, key, places);
  }
  if (forecastDistance)
    yield await distanceMap(findings, forecastDistance, places, (point) => tell(wanted.length + point));
  tell(total);
}

const distanceName = "Forecast distance d* (words)";

/** Statistics of vertices or voxels at the key of statistics of regions. */
async function onPlaces({ result: { subjects } }: Findings, wanted: ScoreKey): Promise<GroupScores> {
  return groupScoresAt(subjects, listGroupKeys(subjects).find((own) => isSameKey(own, wanted))!);
}

async function scoreMapAt(findings: Findings, key: ScoreKey, [place, places]: PlaceNouns): Promise<PlaceMap> {
  const { analysis, distance } = key;
  const { subjects } = findings.result;
  const scores = await onPlaces(findings, key);
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
    name:
      analysis === "brainScore"
        ? "Brain score R"
        : `Forecast score F at distance ${distance === "n/a" ? "n/a" : formatNumber(distance, 0)}`,
    isThresholded,
    caption: `Mean over participants${atLayer(key)}. ${threshold}`,
    values,
    decimals: analysis === "brainScore" ? 3 : 4,
    isSigned: true,
  };
}

/** Where a smaller share of the places would have to pass together, few participants are not why none does. */
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

/** The peak of the group's curve at the places that have a forecast; no map where none has. */
async function distanceMap(
  findings: Findings,
  peaks: GroupPeaks,
  [place, places]: PlaceNouns,
  tell: (point: number) => void,
): Promise<PlaceMap | NoMap> {
  const { subjects } = findings.result;
  const none = (caption: string): NoMap => ({
    name: distanceName,
    caption: `${caption} ${unmaskedFiles(findings, peaks)}`,
    values: undefined,
  });
  if (!peaks.test)
    return none("Not drawn: whether there is a forecast was not tested, as distances 8 and 0 were not both computed.");
  const test = await onPlaces(findings, peaks.test);
  const nShown = test.mean.reduce((n, _, v) => n + (isGain(test, v) ? 1 : 0), 0);
  const rule = `F(8) − F(0) above zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over ${places})`;
  if (nShown === 0) {
    return none(
      `Not drawn: no ${place} has a forecast, which is ${rule}. Without a forecast, d* is a peak of noise. ${whyNone(subjects.length, countTested(test), [place, places])}` +
        "Regions average the noise of many and are fewer: they may have a forecast where none of their parts has one. See the section on forecast distance.",
    );
  }
  const map = createPeakMap(test.mean.length);
  for (const [point, key] of peaks.points.entries()) {
    tell(point);
    map.take(peaks.grid[point]!, await groupMeanAt(subjects, key));
  }
  const n = countTested(test);
  return {
    name: distanceName,
    isThresholded: true,
    caption: `Peak of the mean curve over participants${atLayer(peaks)}, shown where there is a forecast, ${rule}: ${formatCount(nShown)} of ${formatCount(n)} ${places} (${formatShare(nShown / n)}). Elsewhere it would be a peak of noise. ${unmaskedFiles(findings, peaks)}`,
    values: map.peak.map((peak, v) => (isGain(test, v) ? peak : Number.NaN)),
    decimals: 0,
    isSigned: false,
  };
}

/** Where the peak of every place is, which no picture shows. */
function unmaskedFiles({ result }: Findings, { analysis, layer, distance }: GroupPeaks): string {
  const space = result.subjects[0]!.space;
  if (space.kind === "region") return "";
  const label = scoreLabel({ analysis: `${analysis}Unmasked`, layer, distance });
  const paths = mapPaths("group", space, label).map(({ path }) => path);
  return `The peak of every place, masked nowhere, is in ${formatList(paths)}.`;
}
