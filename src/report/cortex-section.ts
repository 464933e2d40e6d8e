import type { OnProgress } from "../array/progress.ts";
import { ownValue } from "../array/records.ts";
import { ShapeError } from "../errors.ts";
import { extentOf } from "./chart.ts";
import { above, below, type ColourMap, type Rgb, warm } from "./colour-map.ts";
import { type Findings, fewestForSignificance, significanceLevel } from "./findings.ts";
import { groupScoresAt, listGroupKeys } from "./group.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatNoun, formatNumber, formatProbability, formatShare } from "./numbers.ts";
import { pngAddress, writePng } from "./png.ts";
import { type Picture, rasterise, rasteriseBar, type View } from "./rasterise.ts";
import type { ScoreKey, Surface } from "./result.ts";
import { isSameKey } from "./select.ts";

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
 * Maps of the group on the cortex, lateral and medial: brain score, forecast score and forecast distance, of the vertices
 * that differ from zero over subjects, or of all where none does; undefined where there is no mesh or no score of vertices.
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
  const wanted = [brain, forecast?.atTabled, forecastDistance].flatMap((scores) => scores ?? []);
  const figures: Markup[] = [];
  for (const [done, key] of wanted.entries()) {
    options.onProgress?.({ label: "maps of the report", done, total: wanted.length });
    figures.push(mapFigure(await mapAt(findings, key), surfaces, space.nVertices[0]));
  }
  return html`<section><h2>On the cortex</h2>${figures}</section>`;
}

/** Statistics of vertices at the key of statistics of regions, or undefined where there are none. */
async function onVertices({ result: { subjects } }: Findings, wanted: ScoreKey | undefined) {
  const key = wanted && listGroupKeys(subjects).find((own) => isSameKey(own, wanted));
  return key && groupScoresAt(subjects, key);
}

async function mapAt(findings: Findings, key: ScoreKey): Promise<CortexMap> {
  const { analysis, layer, distance } = key;
  const { subjects } = findings.result;
  const isTested = subjects.length >= fewestForSignificance;
  const scores = (await onVertices(findings, key))!;
  const isArgmax = analysis === "forecastDistance";
  const test = !isArgmax ? scores : isTested ? await onVertices(findings, findings.forecast?.beyondZero) : undefined;
  const passes = (q: number) => q < significanceLevel;
  // A map that hides everything shows nothing: where no vertex passes, all are shown, and that is said above the map.
  const mask = isTested && test?.qValue.some(passes) ? test.qValue : undefined;
  const values = scores.mean.map((mean, v) => (!mask || passes(mask[v]!) ? mean : Number.NaN));
  const nShown = values.reduce((n, value) => n + (Number.isFinite(value) ? 1 : 0), 0);
  const names: Record<string, string> = {
    brainScore: "Brain score R",
    forecastScore: `Forecast score F at distance ${distance === "n/a" ? "n/a" : formatNumber(distance, 0)}`,
    forecastDistance: "Forecast distance d* (words)",
  };
  const counted = `${formatCount(nShown)} of ${formatCount(values.length)} vertices (${formatShare(nShown / values.length)})`;
  const tested = isArgmax
    ? "F(8) differs from F(0) over subjects (paired Wilcoxon signed-rank test, q < .01 over vertices)"
    : "it differs from zero over subjects (Wilcoxon signed-rank test, q < .01 over vertices)";
  const threshold = mask
    ? `Shown where ${tested}: ${counted}.`
    : !isTested
      ? `Not thresholded: with fewer than ${fewestForSignificance} subjects no vertex can reach q < .01.`
      : test
        ? `Not thresholded: no vertex reaches q < .01 over all ${formatCount(values.length)} (the smallest p that ${formatNoun(subjects.length, "subject")} can give is ${formatProbability(2 / 2 ** subjects.length)}); regions are tested below.`
        : "Not thresholded: distances 8 and 0 were not both computed.";
  const atLayer = layer === "n/a" ? "" : `, layer ${layer}`;
  const caption = `Mean over subjects${atLayer}. ${threshold}`;
  return {
    name: ownValue(names, analysis) ?? analysis,
    isThresholded: mask !== undefined,
    caption,
    values,
    decimals: isArgmax ? 1 : analysis === "brainScore" ? 3 : 4,
    isSigned: !isArgmax,
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
