import { analysisNamed } from "../analyses/registry.ts";
import { BOOTSTRAP_DRAWS } from "../statistics/bootstrap.ts";
import { atLayer, capitalised, estimateLegend, leftOut, legendList, mostRows } from "./figure-parts.ts";
import { type Findings, subjectValues } from "./findings.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatNoun, formatNumber } from "./numbers.ts";
import { regionFigure } from "./region-chart.ts";
import { breakableLabel } from "./regions.ts";
import { type GroupShares, reasonWithoutShare } from "./shares.ts";
import { fewestForSignificance } from "./significance.ts";
import { dataTable, foldedTable } from "./table.ts";
import { axisLabel, formatEnds, formatValue, scaled } from "./values.ts";

/** What a score reaches of another, of each region where that is above zero: the group's share, and the subjects' own. */
export function shareSection(findings: Findings, found: GroupShares): Markup {
  const { order, labels, group, view } = findings;
  const { shown } = found.share;
  const over = analysisNamed(found.over.analysis)!.shown.label;
  const colour = `var(--${shown.colour})`;
  const withShare = order.filter((target) => Number.isFinite(found.ratio[target]));
  const rows = withShare.slice(0, mostRows).map((target) => ({
    label: labels[target]!,
    mean: scaled(shown, found.ratio[target]!),
    low: scaled(shown, found.low[target]!),
    high: scaled(shown, found.high[target]!),
    side: 1 as const,
    subjects: subjectValues(findings, found.own, target).map(({ participant, value }) => ({
      participant,
      value: scaled(shown, value),
    })),
    controls: [],
    ceiling: Number.NaN,
  }));
  const figure =
    rows.length > 0 &&
    html`<figure>${legendList(estimateLegend(colour, "share of the group, 95 % interval"))}${regionFigure(rows, {
      title: `${capitalised(shown.label)} by region`,
      description: `The group's share in ${formatNoun(rows.length, "region")}; the numbers follow in a table.`,
      axis: axisLabel(shown),
      colour,
      decimals: shown.decimals,
      include: [0, scaled(shown, 1)],
      hasZero: true,
    })}
<figcaption>${capitalised(shown.what)}${atLayer(found)}. Large dot, and the number on the right: of the means over participants. Bar: its 95 % interval over ${formatCount(BOOTSTRAP_DRAWS)} bootstrap samples of the participants. Pale dots: each participant's own, where the ${over} is above 0 there. ${leftOut(findings, rows.length, withShare.length)}</figcaption></figure>`;
  const table = dataTable(
    `${shown.label} of all regions`,
    [
      { name: "Region", kind: "text" },
      { name: "n", kind: "number" },
      { name: "Share", kind: "number" },
      { name: "95 % interval", kind: "number" },
      { name: "Note", kind: "text" },
    ],
    order.map((target) => [
      breakableLabel(labels[target]!),
      formatNumber(found.n[target]!, 0),
      formatValue(shown, found.ratio[target]!),
      formatEnds(shown, found.low[target]!, found.high[target]!),
      reasonWithoutShare(found, target) ?? "",
    ]),
    `${capitalised(shown.what)}${atLayer(found)}. n: participants with both.`,
  );
  const nShown = withShare.length === 0 ? "none" : formatCount(withShare.length);
  return html`<section><h2>${capitalised(shown.label)}</h2>
<p class="note">Shown where the ${over} is above zero over participants (two-sided Wilcoxon signed-rank test, q &lt; .01 over regions), in ${nShown} of ${formatNoun(group.targets.length, "region")}.${view.subjects.length < fewestForSignificance && ` Fewer than ${fewestForSignificance} participants cannot reach that.`}</p>
${figure}
${foldedTable("Numbers of all regions", table)}</section>`;
}
