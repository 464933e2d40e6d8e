import { type CurvePoint, controlCurveSwatch, curveChart } from "./curve-chart.ts";
import {
  atLayer,
  capitalised,
  cutNote,
  domainOf,
  estimateAt,
  type LegendItem,
  leftOut,
  legendList,
  mostMultiples,
  placeTicks,
  widened,
} from "./figure-parts.ts";
import { controlsOf, type Findings, peakOverDistances, type ScoreFindings } from "./findings.ts";
import { layersFigure } from "./layers-figure.ts";
import { html, type Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { type GroupPeaks, indexOfLargest, isFound, peakOf } from "./peaks.ts";
import { breakableLabel } from "./regions.ts";
import { isGain, onlyOne } from "./significance.ts";
import { distancesLacking, peakTestSign, scoreSign } from "./signs.ts";
import { dataTable, foldedTable } from "./table.ts";
import { axisLabel } from "./values.ts";

/** Scores over distances: one small chart a region, all with the same axes. */
export function curveSection(findings: Findings, score: ScoreFindings): Markup {
  const { order, labels, group } = findings;
  const { analysis, distances, curve, at: atTabled } = score;
  const { label, symbol, what, range, decimals } = analysis.shown;
  const colour = `var(--${analysis.shown.colour})`;
  const found = peakOverDistances(findings, score);
  const isOne = findings.view.subjects.length === 1;
  const shown = order.slice(0, mostMultiples);
  const pointsOf = (scores: (typeof controls)[number]["curve"], target: number) =>
    scores.flatMap((each, i): CurvePoint[] => (each ? [{ x: distances[i]!, ...estimateAt(each, target, range) }] : []));
  const controls = controlsOf(score);
  const curves = shown.map((target) => pointsOf(curve, target));
  const controlCurves = shown.map((target) => controls.map((control) => pointsOf(control.curve, target)));
  const yDomain = domainOf([...curves, ...controlCurves.flat()].flat());
  const charts = shown.map((target, i) => {
    const peak = indexOfLargest(curve.map(({ mean }) => mean[target]!));
    const at = curve[peak];
    const isShown = found !== undefined && isFound(found, target);
    const finding = found && peakOf(found).finding;
    return html`<div><h3>${breakableLabel(labels[target]!)}</h3>
<p class="peak">${!at ? "not scored" : isShown ? `peak ${symbol} = ${formatNumber(at.mean[target]!, decimals)} at ${formatNumber(distances[peak]!, 0)}` : `${scoreSign(analysis.shown, atTabled.distance)} = ${formatNumber(atTabled.mean[target]!, decimals)}${found?.test ? `, no ${finding}` : ""}`}</p>
${curveChart(curves[i]!, {
  title: `${capitalised(label)} over distances, ${labels[target]}`,
  description: !at
    ? "No scores."
    : isShown
      ? `Largest at a distance of ${distances[peak]} words.`
      : found
        ? `No ${finding}.`
        : `Mean at distances ${distances.join(", ")}.`,
  colour,
  xDomain: widened(distances),
  yDomain,
  xTicks: placeTicks(distances),
  xLabel: "distance (words)",
  yLabel: axisLabel(analysis.shown),
  controls: controlCurves[i],
  peak:
    at && isShown ? { index: peak, isGain: isGain(at, target), label: formatNumber(distances[peak]!, 0) } : undefined,
})}</div>`;
  });
  const legend: LegendItem[] = [
    {
      swatch: `${isOne ? "" : `<path d="M0,3H18V15H0Z" fill="${colour}" opacity=".2"/>`}<path d="M0,9H18" stroke="${colour}" stroke-width="2.5"/>`,
      text: `${label} ${symbol}${isOne ? "" : ", 95 % interval"}`,
    },
    ...(isOne || !found
      ? []
      : [
          {
            swatch: `<circle cx="9" cy="9" r="5.5" fill="${colour}"/>`,
            text: `peak of the group, where there is a ${peakOf(found).finding} (hollow: ${symbol} not above zero)`,
          },
        ]),
    ...controls.map((control, c) => ({
      swatch: controlCurveSwatch(c, control.curve.filter((scores) => scores !== undefined).length),
      text: `control: ${control.analysis.shown.label}`,
    })),
  ];
  const cut = cutNote([...curve, ...controls.flatMap((control) => control.curve)], shown, range);
  const bands = `Bands: 95 % confidence intervals of the mean over participants, of each distance by itself. ${criterion(found)}`;
  const mark = `The mark stands at the highest mean; it is full where ${symbol} is above zero there (two-sided Wilcoxon signed-rank test, q < .01 over regions). The highest of ${distances.length} means is, by chance, a little higher than it should be.`;
  return html`<section><h2>${capitalised(label)} over distances</h2>
<figure>${legendList(legend)}<div class="multiples">${charts}</div>
<figcaption>Horizontal: distance to the last word of the window (words; negative: the past). Vertical: ${what}${atLayer(curve[0]!)}. Axes are the same in all charts. ${isOne ? onlyOne : `${bands}${found ? ` ${mark}` : ""}`}${cut} ${leftOut(findings, shown.length, group.targets.length)}</figcaption></figure>
${foldedTable("Numbers behind this figure", curveTable(findings, score, shown))}
${layersFigure(findings, score)}</section>`;
}

/** The means behind the charts. */
function curveTable({ labels }: Findings, score: ScoreFindings, shown: readonly number[]): Markup {
  const { analysis, distances, curve } = score;
  const { label, decimals } = analysis.shown;
  const value = (i: number, target: number) => formatNumber(curve[i]!.mean[target]!, decimals);
  const title = `${label}s over distances`;
  // The longer side goes down the page.
  return distances.length < shown.length
    ? dataTable(
        title,
        [
          { name: "Region", kind: "text" },
          ...distances.map((distance) => ({ name: formatNumber(distance, 0), kind: "number" as const })),
        ],
        shown.map((target) => [breakableLabel(labels[target]!), ...distances.map((_, i) => value(i, target))]),
        `${capitalised(label)}, mean over participants, at each distance (words).`,
      )
    : dataTable(
        title,
        [
          { name: "Distance", kind: "number" },
          ...shown.map((target) => ({ name: breakableLabel(labels[target]!), kind: "number" as const })),
        ],
        distances.map((distance, i) => [formatNumber(distance, 0), ...shown.map((target) => value(i, target))]),
        `${capitalised(label)}, mean over participants.`,
      );
}

/** The criterion, in words, by which a region's peak is more than noise. */
function criterion(found: GroupPeaks | undefined): string {
  if (!found) return "";
  const peak = peakOf(found);
  return found.test
    ? `A region has a ${peak.finding} where ${peakTestSign(peak)} is above zero (two-sided Wilcoxon signed-rank test, q < .01 over regions).`
    : `Whether there is a ${peak.finding} was not tested: ${distancesLacking(peak)}.`;
}
