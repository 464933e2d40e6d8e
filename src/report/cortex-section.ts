import type { OnProgress } from "../array/progress.ts";
import { ShapeError } from "../errors.ts";
import { extentOf } from "./chart.ts";
import { above, below, type ColourMap, type Rgb, warm } from "./colour-map.ts";
import type { Findings } from "./findings.ts";
import { type GroupScores, groupMeanAt, groupScoresAt, listGroupKeys } from "./group.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatNoun, formatNumber, formatProbability, formatShare } from "./numbers.ts";
import { createPeakMap, type GroupPeaks } from "./peaks.ts";
import { pngAddress, writePng } from "./png.ts";
import { type Picture, rasterise, rasteriseBar, type View } from "./rasterise.ts";
import type { ScoreKey, Surface } from "./result.ts";
import { atLayer } from "./score-sections.ts";
import { isSameKey } from "./select.ts";
import { fewestForSignificance, isGain, sideOfZero } from "./significance.ts";

/** Pixels of one view of one hemisphere. */
const width = 440;

/** A map to draw: values a vertex of both hemispheres, masked already. */
interface CortexMap {
  readonly name: string;
  /** Whether vertices are hidden that do not pass the test. */
  readonly isThresholded: boolean;
  readonly caption: string;
  readonly values: Float64Array;
  readonly decimals: number;
  /** Whether values below zero get colours of their own; else the map runs from the least value to the greatest. */
  readonly isSigned: boolean;
}

/**
 * Maps of the group on the cortex, lateral and medial: brain score and forecast score of the vertices that differ from zero
 * over subjects, or of all where none does; forecast distance of those that have a forecast, and of no others. Undefined
 * where there is no mesh or no score of vertices.
 *
 * @throws ShapeError where a mesh does not have the vertices of the scores
 */
export async function cortexSection(
  findings: Findings,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Markup | undefined> {
  const { result, brain, forecast, forecastDistance } = findings;
  const space = result.subjects[0]?.space;
  const surfaces = result.surfaces ?? [];
  if (space?.kind !== "surface" || surfaces.length === 0) return undefined;
  for (const { hemi, name, coordinates } of surfaces) {
    const [n, expected] = [coordinates.length / 3, space.nVertices[hemi === "L" ? 0 : 1]];
    if (n === expected) continue;
    throw new ShapeError(
      `surfaces must have the vertices of the scores (${space.space}, ${expected}), got ${n} (${name}, hemisphere ${hemi}). Give meshes of that space.`,
    );
  }
  const wanted = [brain, forecast?.atTabled].flatMap((scores) => scores ?? []);
  const total = wanted.length + (forecastDistance?.points.length ?? 0);
  const figures: Markup[] = [];
  for (const [done, key] of wanted.entries()) {
    options.onProgress?.({ label: "maps of the report", done, total });
    figures.push(mapFigure(await scoreMapAt(findings, key), surfaces, space.nVertices[0]));
  }
  if (forecastDistance) {
    const tell = (point: number) =>
      options.onProgress?.({ label: "maps of the report", done: wanted.length + point, total });
    const map = await distanceMap(findings, forecastDistance, tell);
    figures.push(
      typeof map === "string"
        ? html`<figure><h3>${distanceName}</h3><figcaption>${map}</figcaption></figure>`
        : mapFigure(map, surfaces, space.nVertices[0]),
    );
  }
  return html`<section><h2>On the cortex</h2>${figures}</section>`;
}

const distanceName = "Forecast distance d* (words)";

/** Statistics of vertices at the key of statistics of regions. */
async function onVertices({ result: { subjects } }: Findings, wanted: ScoreKey): Promise<GroupScores> {
  return groupScoresAt(subjects, listGroupKeys(subjects).find((own) => isSameKey(own, wanted))!);
}

async function scoreMapAt(findings: Findings, key: ScoreKey): Promise<CortexMap> {
  const { analysis, distance } = key;
  const { subjects } = findings.result;
  const scores = await onVertices(findings, key);
  const sides = scores.mean.map((_, v) => sideOfZero(scores, v));
  // A map that hides everything shows nothing: where no vertex passes, all are shown, and that is said above the map.
  const isThresholded = sides.some((side) => side !== 0);
  const values = scores.mean.map((mean, v) => (!isThresholded || sides[v] !== 0 ? mean : Number.NaN));
  const nAbove = sides.reduce((n, side) => n + (side > 0 ? 1 : 0), 0);
  const nBelow = sides.reduce((n, side) => n + (side < 0 ? 1 : 0), 0);
  const nVertices = formatCount(values.length);
  const threshold = isThresholded
    ? `Shown where it differs from zero over subjects (two-sided Wilcoxon signed-rank test, q < .01 over vertices): above zero in ${formatCount(nAbove)} of ${nVertices} vertices (${formatShare(nAbove / values.length)}), below zero in ${nBelow === 0 ? "none" : `${formatCount(nBelow)}, in blue`}.`
    : subjects.length < fewestForSignificance
      ? `Not thresholded: with fewer than ${fewestForSignificance} subjects no vertex can reach q < .01.`
      : `Not thresholded: no vertex reaches q < .01 over all ${nVertices} (the smallest p that ${formatNoun(subjects.length, "subject")} can give is ${formatProbability(2 / 2 ** subjects.length)}); regions are tested below.`;
  return {
    name:
      analysis === "brainScore"
        ? "Brain score R"
        : `Forecast score F at distance ${distance === "n/a" ? "n/a" : formatNumber(distance, 0)}`,
    isThresholded,
    caption: `Mean over subjects${atLayer(key)}. ${threshold}`,
    values,
    decimals: analysis === "brainScore" ? 3 : 4,
    isSigned: true,
  };
}

/** The peak of the group's curve at the vertices that have a forecast; a sentence instead where none has. */
async function distanceMap(
  findings: Findings,
  peaks: GroupPeaks,
  tell: (point: number) => void,
): Promise<CortexMap | string> {
  const { subjects } = findings.result;
  if (!peaks.test)
    return "Not drawn: whether there is a forecast was not tested, as distances 8 and 0 were not both computed.";
  const test = await onVertices(findings, peaks.test);
  const nShown = test.mean.reduce((n, _, v) => n + (isGain(test, v) ? 1 : 0), 0);
  const rule = "F(8) − F(0) above zero over subjects (two-sided Wilcoxon signed-rank test, q < .01 over vertices)";
  if (nShown === 0) {
    return `Not drawn: no vertex has a forecast, which is ${rule}. Without one, d* is the largest of noise.`;
  }
  const map = createPeakMap(test.mean.length);
  for (const [point, key] of peaks.points.entries()) {
    tell(point);
    map.take(peaks.grid[point]!, await groupMeanAt(subjects, key));
  }
  const n = test.mean.length;
  return {
    name: distanceName,
    isThresholded: true,
    caption: `Peak of the mean curve over subjects${atLayer(peaks)}, shown where there is a forecast, ${rule}: ${formatCount(nShown)} of ${formatCount(n)} vertices (${formatShare(nShown / n)}). Elsewhere it would be the largest of noise.`,
    values: map.peak.map((peak, v) => (isGain(test, v) ? peak : Number.NaN)),
    decimals: 0,
    isSigned: false,
  };
}

function mapFigure(map: CortexMap, surfaces: readonly Surface[], nLeft: number): Markup {
  const [least, greatest] = extentOf([...map.values], [Number.NaN, Number.NaN]);
  const limit = Math.max(Math.abs(least), Math.abs(greatest));
  const colour = (value: number): Rgb => {
    if (!map.isSigned) return warm(greatest > least ? (value - least) / (greatest - least) : 0.5);
    return value < 0 ? below(-value / limit) : above(value / limit);
  };
  const views = (["L", "R"] as const).flatMap((hemi) => {
    const surface = surfaces.find((candidate) => candidate.hemi === hemi);
    if (!surface) return [];
    const start = hemi === "L" ? 0 : nLeft;
    const values = map.values.subarray(start, start + surface.coordinates.length / 3);
    const sides: readonly View[] = hemi === "L" ? ["lateral", "medial"] : ["medial", "lateral"];
    return sides.map((view) => {
      const name = `${hemi === "L" ? "Left" : "Right"}, ${view}`;
      const picture = rasterise(surface, view, { values, colour }, width);
      return html`<div>${image(picture, `${map.name}: ${name} view of the ${surface.name} surface`)}${name}</div>`;
    });
  });
  const bar = (ticks: readonly number[], scale: ColourMap) => {
    const shown = ticks.map((tick) => formatNumber(tick, tick === 0 ? 0 : map.decimals));
    const description = `colour scale from ${shown[0]} to ${shown.at(-1)}`;
    return html`<div class="bar">${image(rasteriseBar(scale, 255, 8), description)}<div>${shown.map((tick) => html`<span>${tick}</span>`)}</div></div>`;
  };
  const bars = !Number.isFinite(limit)
    ? html`<p>No vertex has a score.</p>`
    : !map.isSigned
      ? bar([least, greatest], warm)
      : least < 0
        ? bar([-limit, 0, limit], (share) => (share < 0.5 ? below(1 - 2 * share) : above(2 * share - 1)))
        : bar([0, limit], above);
  return html`<figure><h3>${map.name}${!map.isThresholded && html` <span class="aside">not thresholded</span>`}</h3><div class="maps">${views}</div>${bars}<figcaption>${map.caption}</figcaption></figure>`;
}

function image({ pixels, width, height }: Picture, description: string): Markup {
  return html`<img src="${pngAddress(writePng(pixels, width, height))}" width="${width}" height="${height}" alt="${description}">`;
}
