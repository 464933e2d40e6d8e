import { type CurvePoint, curveChart } from "./curve-chart.ts";
import {
  capitalised,
  cutNote,
  domainOf,
  estimateAt,
  leftOut,
  mostMultiples,
  placeTicks,
  widened,
} from "./figure-parts.ts";
import type { Findings, ScoreFindings } from "./findings.ts";
import { selectGroup } from "./group.ts";
import { html, type Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { breakableLabel } from "./regions.ts";
import { listLayers } from "./select.ts";
import { axisLabel } from "./values.ts";

/** Scores over layers, one small chart a region, where more than one layer was scored; at the distance that tables name. */
export function layersFigure(findings: Findings, { analysis, at }: ScoreFindings): Markup | undefined {
  const { result, group, order, labels } = findings;
  const { name, shown: look } = analysis;
  const scored = listLayers(result.subjects, name).flatMap(
    (layer) => selectGroup(group, name, layer, at.distance) ?? [],
  );
  if (scored.length < 2) return undefined;
  const yLabel = axisLabel(look);
  const what = at.distance === "n/a" ? yLabel : `${yLabel} at distance ${formatNumber(at.distance, 0)}`;
  const layers = scored.map(({ layer }) => layer as number);
  const shown = order.slice(0, mostMultiples);
  const curves = shown.map((target) =>
    scored.map((scores, i): CurvePoint => ({ x: layers[i]!, ...estimateAt(scores, target, look.range) })),
  );
  const yDomain = domainOf(curves.flat());
  return html`<figure class="layers"><h3>${capitalised(what)}, over layers</h3><div class="multiples">${shown.map(
    (target, i) => html`<div><h3>${breakableLabel(labels[target]!)}</h3>
${curveChart(curves[i]!, {
  title: `Over layers, ${labels[target]}`,
  description: `Mean ${what} at layers ${layers.join(", ")}.`,
  colour: `var(--${look.colour})`,
  xDomain: widened(layers),
  yDomain,
  xTicks: placeTicks(layers),
  xLabel: "layer",
  yLabel,
})}</div>`,
  )}</div>
<figcaption>${capitalised(what)} (vertical) over the layers of the language model (horizontal; 0: embedding output).${result.subjects.length > 1 && " Mean over participants and its 95 % confidence interval."}${cutNote(scored, shown, look.range)} ${leftOut(findings, shown.length, group.targets.length)}</figcaption></figure>`;
}
