import { BOOTSTRAP_DRAWS } from "../statistics/bootstrap.ts";
import { type Findings, subjectValues } from "./findings.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatInterval, formatList, formatNoun, formatNumber } from "./numbers.ts";
import { type GroupPeaks, hasForecast, reasonWithoutPeak } from "./peaks.ts";
import { regionFigure } from "./region-chart.ts";
import { breakableLabel } from "./regions.ts";
import { atLayer, estimateLegend, leftOut, legendList, mostRows } from "./score-sections.ts";
import { dataTable, foldedTable } from "./table.ts";

/** Forecast distance of each region with a forecast: the peak of the group, and the subjects' own. */
export function forecastDistanceSection(findings: Findings): Markup | undefined {
  const { forecastDistance } = findings;
  if (!forecastDistance) return undefined;
  return peakSection(findings, forecastDistance, {
    heading: "Forecast distance",
    axis: "forecast distance (words)",
    what: `Distance at which the forecast score is largest${atLayer(forecastDistance)}.`,
  });
}

/** Forecast depth of each region with a forecast: the layer at which the forecast score is largest. */
export function forecastDepthSection(findings: Findings): Markup | undefined {
  const { forecastDepth } = findings;
  if (!forecastDepth) return undefined;
  return peakSection(findings, forecastDepth, {
    heading: "Forecast depth",
    axis: "forecast depth (layer)",
    what: "Layer at which the forecast score at distance 8 is largest.",
  });
}

interface PeakText {
  readonly heading: string;
  readonly axis: string;
  readonly what: string;
}

function peakSection(findings: Findings, peaks: GroupPeaks, { heading, axis, what }: PeakText): Markup {
  const { order, labels } = findings;
  const withForecast = order.filter((target) => hasForecast(peaks, target));
  const shown = withForecast.slice(0, mostRows);
  const [first, last] = [peaks.grid[0]!, peaks.grid.at(-1)!];
  const rows = shown.map((target) => ({
    label: labels[target]!,
    mean: peaks.peak[target]!,
    low: peaks.low[target]!,
    high: peaks.high[target]!,
    side: 1 as const,
    subjects: subjectValues(findings, peaks.own, target),
    controls: [],
    ceiling: Number.NaN,
  }));
  const figure =
    rows.length > 0 &&
    html`<figure>${legendList(estimateLegend("var(--forecast)", "peak of the group, 95 % interval"))}${regionFigure(
      rows,
      {
        title: `${heading} by region`,
        description: `The group's peak in ${formatNoun(shown.length, "region")} with a forecast; the numbers follow in a table.`,
        axis,
        colour: "var(--forecast)",
        decimals: 0,
        include: [first, last],
        hasZero: first < 0,
      },
    )}
<figcaption>${what} Large dot, and the number on the right: that of the mean curve over participants. Bar: its 95 % interval over ${formatCount(BOOTSTRAP_DRAWS)} bootstrap samples of the participants. Pale dots: each participant's own; noise moves them to the ends. ${leftOut(shown.length, withForecast.length)}</figcaption></figure>`;
  const table = dataTable(
    `${heading.toLowerCase()} of all regions`,
    [
      { name: "Region", kind: "text" },
      { name: "n", kind: "number" },
      { name: "Peak", kind: "number" },
      { name: "95 % interval", kind: "number" },
      { name: "At an end", kind: "number" },
      { name: "Forecast", kind: "text" },
    ],
    order.map((target) => [
      breakableLabel(labels[target]!),
      formatNumber(peaks.n[target]!, 0),
      formatNumber(peaks.peak[target]!, 0),
      formatInterval(peaks.low[target]!, peaks.high[target]!, 0),
      formatCount(
        subjectValues(findings, peaks.own, target).filter(({ value }) => value === first || value === last).length,
      ),
      reasonWithoutPeak(peaks, target) ?? "yes",
    ]),
    `${what} All regions are listed; where there is no forecast, the peak means nothing. Peak: of the group's mean curve. At an end: participants whose own peak lies at ${formatNumber(first, 0)} or ${formatNumber(last, 0)}.`,
  );
  return html`<section><h2>${heading}</h2>
<p class="note">${describeShown(findings, peaks, withForecast.length)}</p>
${figure}
${foldedTable("Numbers of all regions, unmasked", table)}</section>`;
}

/** Which regions are shown and which are not, and why. */
function describeShown({ order, labels, group }: Findings, peaks: GroupPeaks, nForecast: number): string {
  const nRegions = formatNoun(group.targets.length, "region");
  if (!peaks.test) return `Shown for no region: ${reasonWithoutPeak({ ...peaks, n: Float64Array.of(1) }, 0)}.`;
  const what = peaks.test.analysis === "forecastScoreBeyondZero" ? "F(8) − F(0)" : "F(8)";
  const layer = peaks.layer === "n/a" ? ` at layer ${peaks.test.layer}` : "";
  const rule = `there is a forecast: ${what}${layer} above zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over regions)`;
  const left = order.filter((target) => !hasForecast(peaks, target)).map((target) => labels[target]!);
  const named =
    left.length === 0
      ? ""
      : ` Without one: ${formatList(left.length > 12 ? [...left.slice(0, 12), `${left.length - 12} more`] : left)}.`;
  return `Shown where ${rule}, in ${nForecast === 0 ? "none" : formatCount(nForecast)} of ${nRegions}.${named}`;
}
