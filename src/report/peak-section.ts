import { BOOTSTRAP_DRAWS } from "../statistics/bootstrap.ts";
import { atLayer, capitalised, estimateLegend, leftOut, legendList, mostRows } from "./figure-parts.ts";
import { type Findings, subjectValues } from "./findings.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatInterval, formatList, formatNoun, formatNumber } from "./numbers.ts";
import { type GroupPeaks, isFound, peakOf, reasonWithoutPeak } from "./peaks.ts";
import { regionFigure } from "./region-chart.ts";
import { breakableLabel } from "./regions.ts";
import { statisticSign } from "./signs.ts";
import { dataTable, foldedTable } from "./table.ts";
import { axisLabel } from "./values.ts";

/** Where a score is largest, of each region where that is more than noise: the peak of the group, and the subjects' own. */
export function peakSection(findings: Findings, found: GroupPeaks): Markup {
  const { order, labels } = findings;
  const { shown: look, finding } = peakOf(found);
  const { label, decimals } = look;
  const colour = `var(--${look.colour})`;
  const what = `${capitalised(look.what)}${atLayer(found)}.`;
  const withFinding = order.filter((target) => isFound(found, target));
  const shown = withFinding.slice(0, mostRows);
  const [first, last] = [found.grid[0]!, found.grid.at(-1)!];
  const rows = shown.map((target) => ({
    label: labels[target]!,
    mean: found.peak[target]!,
    low: found.low[target]!,
    high: found.high[target]!,
    side: 1 as const,
    subjects: subjectValues(findings, found.own, target),
    controls: [],
    ceiling: Number.NaN,
  }));
  const figure =
    rows.length > 0 &&
    html`<figure>${legendList(estimateLegend(colour, "peak of the group, 95 % interval"))}${regionFigure(rows, {
      title: `${capitalised(label)} by region`,
      description: `The group's peak in ${formatNoun(shown.length, "region")} with a ${finding}; the numbers follow in a table.`,
      axis: axisLabel(look),
      colour,
      decimals,
      include: [first, last],
      hasZero: first < 0,
    })}
<figcaption>${what} Large dot, and the number on the right: that of the mean curve over participants. Bar: its 95 % interval over ${formatCount(BOOTSTRAP_DRAWS)} bootstrap samples of the participants. Pale dots: each participant's own; noise moves them to the ends. ${leftOut(findings, shown.length, withFinding.length)}</figcaption></figure>`;
  const table = dataTable(
    `${label} of all regions`,
    [
      { name: "Region", kind: "text" },
      { name: "n", kind: "number" },
      { name: "Peak", kind: "number" },
      { name: "95 % interval", kind: "number" },
      { name: "At an end", kind: "number" },
      { name: capitalised(finding), kind: "text" },
    ],
    order.map((target) => [
      breakableLabel(labels[target]!),
      formatNumber(found.n[target]!, 0),
      formatNumber(found.peak[target]!, decimals),
      formatInterval(found.low[target]!, found.high[target]!, decimals),
      formatCount(
        subjectValues(findings, found.own, target).filter(({ value }) => value === first || value === last).length,
      ),
      reasonWithoutPeak(found, target) ?? "yes",
    ]),
    `${what} All regions are listed; where there is no ${finding}, the peak means nothing. Peak: of the group's mean curve. At an end: participants whose own peak lies at ${formatNumber(first, decimals)} or ${formatNumber(last, decimals)}.`,
  );
  return html`<section><h2>${capitalised(label)}</h2>
<p class="note">${describeShown(findings, found, withFinding.length)}</p>
${figure}
${foldedTable("Numbers of all regions, unmasked", table)}</section>`;
}

/** Which regions are shown and which are not, and why. */
function describeShown({ order, labels, group }: Findings, found: GroupPeaks, nFound: number): string {
  const nRegions = formatNoun(group.targets.length, "region");
  const { test } = found;
  if (!test) return `Shown for no region: ${reasonWithoutPeak({ ...found, n: Float64Array.of(1) }, 0)}.`;
  const layer = found.layer === "n/a" ? ` at layer ${test.layer}` : "";
  const rule = `there is a ${peakOf(found).finding}: ${statisticSign(test.analysis, test.distance)}${layer} above zero over participants (two-sided Wilcoxon signed-rank test, q < .01 over regions)`;
  const left = order.filter((target) => !isFound(found, target)).map((target) => labels[target]!);
  const named =
    left.length === 0
      ? ""
      : ` Without one: ${formatList(left.length > 12 ? [...left.slice(0, 12), `${left.length - 12} more`] : left)}.`;
  return `Shown where ${rule}, in ${nFound === 0 ? "none" : formatCount(nFound)} of ${nRegions}.${named}`;
}
