import { analysisNamed } from "../analyses/registry.ts";
import type { Shown } from "../analyses/shown.ts";
import { ceilingOf, type Findings, type ScoreFindings } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { formatInterval, formatNumber, formatProbability } from "./numbers.ts";
import { formatPeakInterval, type GroupPeaks, peakOf } from "./peaks.ts";
import { breakableLabel } from "./regions.ts";
import type { GroupShares } from "./shares.ts";
import {
  beyondOne,
  fewestForSignificance,
  onlyOne,
  reachesBeyondOne,
  sideOfZero,
  significanceLevel,
} from "./significance.ts";
import { peakTestSign, scoreSign, statisticSign } from "./signs.ts";
import { dataTable, type TableColumn } from "./table.ts";
import { formatEnds, formatValue } from "./values.ts";

/** Some columns of the table, and their cells of a region. */
interface PageColumns {
  readonly names: readonly string[];
  readonly cells: (target: number) => readonly Content[];
}

/** The group's statistics of every region: each analysis at the layer and distance that lead, its gains, and where it is largest. */
export function groupSection(findings: Findings): Markup {
  const { group, order, labels, scores, view } = findings;
  // One participant is no sample: there is neither interval nor test.
  const isSample = view.subjects.length > 1;
  const told = scores.filter(({ analysis }) => analysis.shown.isSummarised);
  const peaks = findings.peaks.filter((found) => isSample && peakOf(found).shown.isSummarised);
  const columns: readonly PageColumns[] = [
    ...told.flatMap((score) => testedColumns(score, isSample)),
    ...peaks.map((found) => ({
      names: [peakOf(found).shown.symbol],
      cells: (target: number) => [formatPeakInterval(found, target)],
    })),
  ];
  const signs = told.flatMap((score) => {
    const ceiling = ceilingOf(score);
    return [
      signReading(score.analysis.shown, score.gains),
      ...(ceiling?.analysis.shown.isSummarised ? [signReading(ceiling.analysis.shown, [])] : []),
    ];
  });
  const shares = told.flatMap((score) => score.shares.filter(({ share }) => share.shown.isSummarised));
  const number = (name: string): TableColumn => ({ name, kind: "number" });
  const counted = scores[0]?.at ?? group.scores[0];
  const what = view.kind === "wholes" ? "Means over whole hemispheres or structures, since no atlas was given. " : "";
  const level = String(significanceLevel).replace("0.", ".");
  const isBeyondOne = told.some(({ at, distances }) => distances.length === 0 && reachesBeyondOne(at));
  const caption = html`${what}<ul class="reading">
<li>n: participants with a score.</li>
${signs.length > 0 && html`<li>${signs.join(" ")}</li>`}
${shares.map((share) => html`<li>${shareReading(share, level)}</li>`)}
${peaks.map((found) => html`<li>${peakReading(found, level)}</li>`)}
${!isSample && html`<li>${onlyOne}</li>`}
${
  isSample &&
  html`<li>95 % interval: of the mean over participants (t-distribution).${isBeyondOne && ` ${beyondOne}`}</li>
<li>q: two-sided Wilcoxon signed-rank test against zero, false discovery rate over the regions (Benjamini and Hochberg). Bold: above zero, q &lt; ${level}. Arrow downwards: below zero, q &lt; ${level}.${view.subjects.length < fewestForSignificance && ` Fewer than ${fewestForSignificance} participants cannot reach that.`}</li>`
}
</ul>`;
  return html`<section><h2>Group</h2>${dataTable(
    "group",
    [{ name: "Region", kind: "text" }, number("n"), ...columns.flatMap(({ names }) => names.map(number))],
    order.map((target) => [
      breakableLabel(labels[target]!),
      formatNumber(counted?.n[target] ?? 0, 0),
      ...columns.flatMap(({ cells }) => cells(target)),
    ]),
    caption,
  )}</section>`;
}

/** A score with its interval and q, and its gains over others with theirs; its ceiling, and what it reaches of that. */
function testedColumns(score: ScoreFindings, isSample: boolean): PageColumns[] {
  const { analysis, at, gains, shares } = score;
  const spread = isSample ? ["95 % interval"] : [];
  const q = isSample ? ["q"] : [];
  const withoutSpread = (name: string, scores: GroupScores, { decimals }: Shown): PageColumns => ({
    names: [name, ...q],
    cells: (target) => testedCells(scores, target, decimals, isSample).filter((_, i) => i !== 1),
  });
  const ceiling = ceilingOf(score);
  return [
    {
      names: [scoreSign(analysis.shown, at.distance), ...spread, ...q],
      cells: (target) => testedCells(at, target, analysis.shown.decimals, isSample),
    },
    ...gains.map(({ scores }) =>
      withoutSpread(statisticSign(scores.analysis, scores.distance), scores, analysis.shown),
    ),
    ...(ceiling?.at && ceiling.analysis.shown.isSummarised
      ? [withoutSpread(scoreSign(ceiling.analysis.shown, ceiling.at.distance), ceiling.at, ceiling.analysis.shown)]
      : []),
    ...shares
      .filter(({ share }) => share.shown.isSummarised)
      .map(({ share: { shown }, ratio, low, high }) => ({
        names: [shown.symbol, ...spread],
        cells: (target: number) => [
          formatValue(shown, ratio[target]!),
          ...(isSample ? [formatEnds(shown, low[target]!, high[target]!)] : []),
        ],
      })),
  ];
}

function testedCells(scores: GroupScores, target: number, decimals: number, isSample: boolean): readonly Content[] {
  const mean = formatNumber(scores.mean[target]!, decimals);
  if (!isSample) return [mean];
  // Of a region that one participant alone has, there is no test either.
  const q = scores.n[target]! > 1 ? formatProbability(scores.qValue[target]!) : "n/a";
  const interval = formatInterval(scores.low[target]!, scores.high[target]!, decimals);
  const side = sideOfZero(scores, target);
  if (side > 0) return [html`<strong>${mean}</strong>`, interval, html`<strong>${q}</strong>`];
  return [mean, interval, side < 0 ? `${q}\u00a0↓` : q];
}

/** `"R: brain score; R − a control: their difference within participants."` */
function signReading({ symbol, label }: Shown, gains: ScoreFindings["gains"]): string {
  const difference = gains.length > 0 ? `; ${symbol} − a control: their difference within participants` : "";
  return `${symbol}: ${label}${difference}.`;
}

/** `"R / C: share of the noise ceiling. It stands only where the noise ceiling is above zero, q < .01; ..."` */
function shareReading({ share, over }: GroupShares, level: string): string {
  const { symbol, what } = share.shown;
  return `${symbol}: ${what}, with its 95 % interval over bootstrap samples of the participants. It stands only where the ${analysisNamed(over.analysis)!.shown.label} is above zero, q < ${level}.`;
}

/** `"d*: distance (words) at which the group's forecast score is largest, ..."` */
function peakReading(found: GroupPeaks, level: string): string {
  const peak = peakOf(found);
  const { symbol, unit } = peak.shown;
  const place = unit === undefined || unit === peak.along ? peak.along : `${peak.along} (${unit})`;
  return `${symbol}: ${place} at which the group's ${analysisNamed(peak.of)!.shown.label} is largest, with its 95 % interval over bootstrap samples of the participants. It stands only where there is a ${peak.finding}: ${peakTestSign(peak)} above zero, q < ${level}.`;
}
