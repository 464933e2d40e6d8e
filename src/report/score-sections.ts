import { FORECAST_DISTANCE } from "../features/window.ts";
import { extentOf } from "./chart.ts";
import { type CurvePoint, curveChart } from "./curve-chart.ts";
import { type Findings, subjectValues } from "./findings.ts";
import { type GroupScores, selectGroup } from "./group.ts";
import { type Content, html, type Markup, trusted } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { hasForecast } from "./peaks.ts";
import { controlSymbols, type Estimate, regionFigure } from "./region-chart.ts";
import { breakableLabel } from "./regions.ts";
import { listLayers } from "./select.ts";
import { isGain, onlyOne, sideOfZero } from "./significance.ts";
import { dataTable, foldedTable } from "./table.ts";

/** More regions than this are left to the tables: a figure must be read at a glance. */
export const mostRows = 40;
const mostMultiples = 24;

/** Brain score of each region: subjects, mean, interval, controls beside it. */
export function brainScoreSection(findings: Findings): Markup | undefined {
  const { brain, brainControls, noiseCeiling, order, group } = findings;
  if (!brain) return undefined;
  const shown = order.slice(0, mostRows);
  const isOne = findings.view.subjects.length === 1;
  const rows = shown.map((target) => ({
    label: findings.labels[target]!,
    ...estimateAt(brain, target, scoreRange),
    side: sideOfZero(brain, target),
    subjects: isOne ? [] : subjectValues(findings, findings.brainOwn, target),
    controls: brainControls.map(({ scores }) => estimateAt(scores, target, scoreRange)),
    ceiling: noiseCeiling?.mean[target] ?? Number.NaN,
  }));
  const legend = [
    ...(isOne
      ? [{ swatch: hollowSwatch, text: "brain score" }]
      : estimateLegend("var(--brain)", "brain score: mean, 95 % interval")),
    ...(rows.some(({ side }) => side < 0) ? [{ swatch: belowSwatch, text: "below zero" }] : []),
    ...brainControls.map(({ name }, i) => ({ swatch: controlSwatch(i), text: `control: ${name}` })),
    ...(noiseCeiling
      ? [
          {
            swatch: `<path d="M9,1V17" stroke="var(--ink)" stroke-width="2" stroke-dasharray="3,2"/>`,
            text: "noise ceiling",
          },
        ]
      : []),
  ];
  return html`<section><h2>Brain score</h2>
<figure>${legendList(legend)}${regionFigure(rows, {
    title: "Brain score by region",
    description: `${isOne ? "Brain score" : "Mean brain score over participants"} in ${shown.length} regions, highest first; the numbers are in the table of the group.`,
    axis: "brain score R",
    colour: "var(--brain)",
    decimals: 3,
    include: [0, 0],
    hasZero: true,
  })}
<figcaption>Correlation R of predicted and measured responses on held-out volumes, averaged over folds${atLayer(brain)}. ${isOne ? onlyOne : "Pale dots: participants. Large dot and bar: their mean and its 95 % confidence interval (t-distribution over participants); the number on the right is the mean. Full dot and bold number: above zero over participants. Dot with a minus sign: below zero. Hollow dot: neither (two-sided Wilcoxon signed-rank test, q < .01 over regions)."}${cutNote([brain, ...brainControls.map(({ scores }) => scores)], shown, scoreRange)} ${leftOut(shown.length, group.targets.length)}</figcaption></figure>
${layersFigure(findings, "brainScore", "var(--brain)", ["brain score R", "brain score R"])}</section>`;
}

/** Forecast scores over distances: one small chart a region, all with the same axes. */
export function forecastSection(findings: Findings): Markup | undefined {
  const { forecast, order, labels, group } = findings;
  if (!forecast) return undefined;
  const { distances, curve, control, peaks } = forecast;
  const { forecastDistance } = findings;
  const isOne = findings.view.subjects.length === 1;
  const shown = order.slice(0, mostMultiples);
  const curves = shown.map((target) =>
    curve.map((scores, i): CurvePoint => ({ x: distances[i]!, ...estimateAt(scores, target, scoreRange) })),
  );
  const nControls = control.filter((scores) => scores !== undefined).length;
  const controls = shown.map((target) =>
    control.flatMap((scores, i): CurvePoint[] =>
      scores ? [{ x: distances[i]!, ...estimateAt(scores, target, scoreRange) }] : [],
    ),
  );
  const yDomain = domainOf([...curves, ...controls].flat());
  const charts = shown.map((target, i) => {
    const peak = peaks[target]!;
    const at = curve[peak];
    const isForecast = forecastDistance !== undefined && hasForecast(forecastDistance, target);
    return html`<div><h3>${breakableLabel(labels[target]!)}</h3>
<p class="peak">${!at ? "not scored" : isForecast ? `peak F = ${formatNumber(at.mean[target]!, 4)} at ${formatNumber(distances[peak]!, 0)}` : `F(${formatNumber(forecast.tabled, 0)}) = ${formatNumber(forecast.atTabled.mean[target]!, 4)}${forecastDistance?.test ? ", no forecast" : ""}`}</p>
${curveChart(curves[i]!, {
  title: `Forecast score over distances, ${labels[target]}`,
  description: !at ? "No scores." : isForecast ? `Largest at a distance of ${distances[peak]} words.` : "No forecast.",
  colour: "var(--forecast)",
  xDomain: widened(distances),
  yDomain,
  xTicks: distanceTicks(distances),
  xLabel: "distance (words)",
  yLabel: "forecast score F",
  control: controls[i],
  peak:
    at && isForecast
      ? { index: peak, isGain: isGain(at, target), label: formatNumber(distances[peak]!, 0) }
      : undefined,
})}</div>`;
  });
  const legend = [
    {
      swatch: `${isOne ? "" : '<path d="M0,3H18V15H0Z" fill="var(--forecast)" opacity=".2"/>'}<path d="M0,9H18" stroke="var(--forecast)" stroke-width="2.5"/>`,
      text: isOne ? "forecast score F" : "forecast score F, 95 % interval",
    },
    ...(isOne
      ? []
      : [
          {
            swatch: `<circle cx="9" cy="9" r="5.5" fill="var(--forecast)"/>`,
            text: "peak of the group, where there is a forecast (hollow: F not above zero)",
          },
        ]),
    ...(nControls > 0
      ? [
          {
            swatch:
              nControls === 1
                ? `<path d="M9,1V17" stroke="var(--control)" stroke-width="2"/><path d="M9,4L14,9L9,14L4,9Z" fill="var(--control)"/>`
                : `<path d="M0,3H18V15H0Z" fill="var(--control)" opacity=".22"/><path d="M0,9H18" stroke="var(--control)" stroke-width="2" stroke-dasharray="5,3"/>`,
            text: "control: random window",
          },
        ]
      : []),
  ];
  const value = (i: number, target: number) => formatNumber(curve[i]!.mean[target]!, 4);
  const title = "forecast scores over distances";
  // The longer side goes down the page.
  const table =
    distances.length < shown.length
      ? dataTable(
          title,
          [
            { name: "Region", kind: "text" },
            ...distances.map((distance) => ({ name: formatNumber(distance, 0), kind: "number" as const })),
          ],
          shown.map((target) => [breakableLabel(labels[target]!), ...distances.map((_, i) => value(i, target))]),
          "Forecast score, mean over participants, at each distance (words).",
        )
      : dataTable(
          title,
          [
            { name: "Distance", kind: "number" },
            ...shown.map((target) => ({ name: breakableLabel(labels[target]!), kind: "number" as const })),
          ],
          distances.map((distance, i) => [formatNumber(distance, 0), ...shown.map((target) => value(i, target))]),
          "Forecast score, mean over participants.",
        );
  return html`<section><h2>Forecast score over distances</h2>
<figure>${legendList(legend)}<div class="multiples">${charts}</div>
<figcaption>Horizontal: distance to the last word of the window (words; negative: the past). Vertical: what the window adds to the brain score${atLayer(curve[0]!)}. Axes are the same in all charts. ${isOne ? onlyOne : `Bands: 95 % confidence intervals of the mean over participants, of each distance by itself. ${forecastCriterion(findings)} The mark stands at the highest mean; it is full where F is above zero there (two-sided Wilcoxon signed-rank test, q < .01 over regions). The highest of ${distances.length} means is, by chance, a little higher than it should be.`}${cutNote([...curve, ...control], shown, scoreRange)} ${leftOut(shown.length, group.targets.length)}</figcaption></figure>
${foldedTable("Numbers behind this figure", table)}
${layersFigure(findings, "forecastScore", "var(--forecast)", [`forecast score F at distance ${formatNumber(forecast.tabled, 0)}`, "forecast score F"], forecast.tabled)}</section>`;
}

/** When a region is said to have a forecast. */
function forecastCriterion({ forecastDistance }: Findings): string {
  if (!forecastDistance) return "";
  return forecastDistance.test
    ? `A region has a forecast where F(${FORECAST_DISTANCE}) − F(0) is above zero (two-sided Wilcoxon signed-rank test, q < .01 over regions).`
    : `Whether there is a forecast was not tested: distances ${FORECAST_DISTANCE} and 0 were not both computed.`;
}

/** Scores over layers, one small chart a region, where more than one layer was scored. */
function layersFigure(
  findings: Findings,
  analysis: string,
  colour: string,
  [what, yLabel]: readonly [string, string],
  distance: number | "n/a" = "n/a",
): Markup | undefined {
  const { result, group, order, labels } = findings;
  const scored = listLayers(result.subjects, analysis).flatMap(
    (layer) => selectGroup(group, analysis, layer, distance) ?? [],
  );
  if (scored.length < 2) return undefined;
  const layers = scored.map(({ layer }) => layer as number);
  const shown = order.slice(0, mostMultiples);
  const curves = shown.map((target) =>
    scored.map((scores, i): CurvePoint => ({ x: layers[i]!, ...estimateAt(scores, target, scoreRange) })),
  );
  const yDomain = domainOf(curves.flat());
  return html`<figure class="layers"><h3>${capitalised(what)}, over layers</h3><div class="multiples">${shown.map(
    (target, i) => html`<div><h3>${breakableLabel(labels[target]!)}</h3>
${curveChart(curves[i]!, {
  title: `Over layers, ${labels[target]}`,
  description: `Mean ${what} at layers ${layers.join(", ")}.`,
  colour,
  xDomain: widened(layers),
  yDomain,
  xTicks: distanceTicks(layers),
  xLabel: "layer",
  yLabel,
})}</div>`,
  )}</div>
<figcaption>${capitalised(what)} (vertical) over the layers of the language model (horizontal; 0: embedding output).${result.subjects.length > 1 && " Mean over participants and its 95 % confidence interval."}${cutNote(scored, shown, scoreRange)} ${leftOut(shown.length, group.targets.length)}</figcaption></figure>`;
}

/** Scores are correlations, or differences of two. */
const scoreRange: Range = [-1, 1];

/** Values that can be. */
type Range = readonly [number, number];

/** An estimate as it is drawn: of few subjects, intervals reach values that cannot be, and would fill the chart. */
function estimateAt(scores: GroupScores, target: number, [least, greatest]: Range): Estimate {
  const cut = (end: number) => Math.min(greatest, Math.max(least, end));
  return { mean: scores.mean[target]!, low: cut(scores.low[target]!), high: cut(scores.high[target]!) };
}

/** What a caption says where an interval is not drawn to its end. */
function cutNote(scores: readonly (GroupScores | undefined)[], targets: readonly number[], range: Range): string {
  const [least, greatest] = range;
  const isCut = scores.some((each) =>
    targets.some((target) => each !== undefined && (each.low[target]! < least || each.high[target]! > greatest)),
  );
  const ends = [least, greatest].map((end) => formatNumber(end, 0)).join(" and ");
  return isCut ? ` Intervals are cut at ${ends}, beyond which no value lies; the tables have them whole.` : "";
}

function domainOf(points: readonly Estimate[]): [number, number] {
  const [low, high] = extentOf([0, ...points.flatMap((point) => [point.mean, point.low, point.high])], [0, 1]);
  const pad = 0.04 * (high - low || 1);
  return [low - pad, high + pad];
}

/** From the least to the greatest; wider where they are the same, since a chart must have some width. */
function widened(values: readonly number[]): [number, number] {
  const [low, high] = [values[0]!, values.at(-1)!];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** More ticks than this would run into each other on a small chart. */
const mostTicks = 7;

/** Ticks for distances or layers: round numbers within them; of few the numbers themselves, but for those too close by. */
function distanceTicks(values: readonly number[]): number[] {
  const [low, high] = [values[0]!, values.at(-1)!];
  const least = (high - low) / (mostTicks - 0.5);
  if (values.length <= mostTicks) {
    // Both ends, and from the first on those that are far enough from the last tick and from the end.
    const ticks: number[] = [];
    for (const value of values) {
      const isFar = ticks.length === 0 || value - ticks.at(-1)! >= least;
      if (value === high || (isFar && high - value >= least)) ticks.push(value);
    }
    return ticks;
  }
  const step = [1, 2, 4, 5, 10, 20, 50].find((candidate) => candidate >= least) ?? Math.ceil(least);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

/** `", layer 8"`, or nothing where an analysis has no layer. */
export function atLayer({ layer }: Pick<GroupScores, "layer">): string {
  return layer === "n/a" ? "" : `, layer ${layer}`;
}

/** What a caption says where not all regions are shown. */
export function leftOut(nShown: number, nRegions: number): string {
  return nShown < nRegions
    ? `Shown: the ${nShown} regions of ${nRegions} with the highest brain score; the others are in the tables.`
    : "";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface LegendItem {
  /** Content of an SVG of 18 x 18. */
  readonly swatch: string;
  readonly text: Content;
}

/** What the marks of a figure mean. */
export function legendList(items: readonly LegendItem[]): Markup {
  return html`<ul class="legend">${items.map(({ swatch, text }) => html`<li><svg width="18" height="18" aria-hidden="true">${trusted(swatch)}</svg>${text}</li>`)}</ul>`;
}

/** What stands for the group's value and for a subject. */
export function estimateLegend(colour: string, what: string): LegendItem[] {
  return [
    {
      swatch: `<path d="M0,9H18" stroke="${colour}" stroke-width="3.5"/><circle cx="9" cy="9" r="6" fill="${colour}"/>`,
      text: what,
    },
    { swatch: `<circle cx="9" cy="9" r="4" fill="${colour}" class="subjects"/>`, text: "a participant" },
  ];
}

const hollowSwatch = `<circle cx="9" cy="9" r="6" fill="var(--page)" stroke="var(--brain)" stroke-width="2.5"/>`;
const belowSwatch = `<path d="M0,9H18" stroke="var(--brain)" stroke-width="3.5"/><circle cx="9" cy="9" r="6" fill="var(--page)" stroke="var(--brain)" stroke-width="2"/><path d="M6,9H12" stroke="var(--brain)" stroke-width="2"/>`;

function controlSwatch(control: number): string {
  const shape =
    controlSymbols[control % controlSymbols.length] === "square2" ? "M5.5,5.5H12.5V12.5H5.5Z" : "M9,4L14,9L9,14L4,9Z";
  return `<path d="M0,9H18" stroke="var(--control)" stroke-width="2"/><path d="${shape}" fill="var(--control)"/>`;
}
