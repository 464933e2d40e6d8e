import {
  atLayer,
  belowSwatch,
  capitalised,
  controlSwatch,
  cutNote,
  estimateAt,
  estimateLegend,
  hollowSwatch,
  leftOut,
  legendList,
  mostRows,
} from "./figure-parts.ts";
import { ceilingOf, controlsOf, type Findings, leadOf, type ScoreFindings, subjectValues } from "./findings.ts";
import { layersFigure } from "./layers-figure.ts";
import { html, type Markup } from "./markup.ts";
import { regionFigure } from "./region-chart.ts";
import { onlyOne, sideOfZero } from "./significance.ts";
import { axisLabel } from "./values.ts";

/** A score of each region: subjects, mean, interval, with controls and a ceiling beside it. */
export function regionSection(findings: Findings, score: ScoreFindings): Markup {
  const { order, group, labels } = findings;
  const { analysis, at, own } = score;
  const { label, what, range, decimals } = analysis.shown;
  const colour = `var(--${analysis.shown.colour})`;
  const controls = controlsOf(score).flatMap(({ analysis: control, at: scores }) =>
    scores ? [{ control, scores }] : [],
  );
  const ceiling = ceilingOf(score);
  const shown = order.slice(0, mostRows);
  const isOne = findings.view.subjects.length === 1;
  const rows = shown.map((target) => ({
    label: labels[target]!,
    ...estimateAt(at, target, range),
    side: sideOfZero(at, target),
    subjects: isOne ? [] : subjectValues(findings, own, target),
    controls: controls.map(({ scores }) => estimateAt(scores, target, range)),
    ceiling: ceiling?.at?.mean[target] ?? Number.NaN,
  }));
  const legend = [
    ...(isOne
      ? [{ swatch: hollowSwatch(colour), text: label }]
      : estimateLegend(colour, `${label}: mean, 95 % interval`)),
    ...(rows.some(({ side }) => side < 0) ? [{ swatch: belowSwatch(colour), text: "below zero" }] : []),
    ...controls.map(({ control }, i) => ({ swatch: controlSwatch(i), text: `control: ${control.shown.label}` })),
    ...(ceiling
      ? [
          {
            swatch: `<path d="M9,1V17" stroke="var(--ink)" stroke-width="2" stroke-dasharray="3,2"/>`,
            text: ceiling.analysis.shown.label,
          },
        ]
      : []),
  ];
  const isLead = score === leadOf(findings);
  return html`<section><h2>${capitalised(label)}</h2>
<figure>${legendList(legend)}${regionFigure(rows, {
    title: `${capitalised(label)} by region`,
    description: `${isOne ? capitalised(label) : `Mean ${label} over participants`} in ${shown.length} regions${isLead ? ", highest first" : ""}; the numbers are in the table of the group.`,
    axis: axisLabel(analysis.shown),
    colour,
    decimals,
    include: [0, 0],
    hasZero: true,
  })}
<figcaption>${capitalised(what)}${atLayer(at)}. ${isOne ? onlyOne : "Pale dots: participants. Large dot and bar: their mean and its 95 % confidence interval (t-distribution over participants); the number on the right is the mean. Full dot and bold number: above zero over participants. Dot with a minus sign: below zero. Hollow dot: neither (two-sided Wilcoxon signed-rank test, q < .01 over regions)."}${cutNote([at, ...controls.map(({ scores }) => scores)], shown, range)} ${leftOut(findings, shown.length, group.targets.length)}</figcaption></figure>
${layersFigure(findings, score)}</section>`;
}
