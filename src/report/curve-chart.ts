import { areaY, axisX, axisY, dot, gridY, lineY, ruleX, ruleY, text } from "@observablehq/plot";
import { type ChartText, drawChart, ticksWithin } from "./chart.ts";
import type { Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { controlMark, controlSymbols, type Estimate } from "./region-chart.ts";

/** One point of a curve. */
export interface CurvePoint extends Estimate {
  /** Distance in words, or layer. */
  readonly x: number;
}

/** How a {@link curveChart} is drawn; domains are given, so that many charts share them. */
export interface CurveChartOptions extends ChartText {
  readonly colour: string;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly xTicks: readonly number[];
  /** What the axes say: `"distance (words)"`, `"forecast score F"`. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** Where to put a mark: on the curve's highest point, full where it is above zero. */
  readonly peak?: { readonly index: number; readonly isGain: boolean; readonly label: string } | undefined;
  /** Drawn in grey, each with dashes of its own. */
  readonly controls?: readonly (readonly CurvePoint[])[] | undefined;
}

/** Dashes of the first, second, ... control. */
const controlDashes = ["5,3", "2,3", "9,3"] as const;

/** What stands for the first, second, ... control over so many distances. */
export function controlCurveSwatch(control: number, nPoints: number): string {
  return nPoints === 1
    ? `<path d="M9,1V17" stroke="var(--control)" stroke-width="2"/>${controlMark(control)}`
    : `<path d="M0,3H18V15H0Z" fill="var(--control)" opacity=".22"/><path d="M0,9H18" stroke="var(--control)" stroke-width="2" stroke-dasharray="${dashesOf(control)}"/>`;
}

const dashesOf = (control: number) => controlDashes[control % controlDashes.length]!;

/** A small chart of one region: a mean curve on its band of 95 % intervals, a line at zero, a mark at the peak. */
export function curveChart(points: readonly CurvePoint[], options: CurveChartOptions): Markup {
  const { colour, xDomain, yDomain, peak } = options;
  const band = (curve: readonly CurvePoint[], fill: string, fillOpacity: number) =>
    areaY(curve, { x: "x", y1: "low", y2: "high", fill, fillOpacity });
  const at = peak ? points[peak.index] : undefined;
  const isDense = points.length > 16;
  // A mark at either end has its label beside the axes' numbers, not upon them.
  const [left, right] = xDomain;
  const margin = 0.03 * (right - left);
  const anchor = at && at.x - left < 2 * margin ? "start" : at && right - at.x < 2 * margin ? "end" : "middle";
  const yTicks = ticksWithin(yDomain, { most: 5 });
  // The axis's label stands to the left of its numbers.
  const marginLeft = Math.max(72, yTicks.labelWidth + 32);
  return drawChart(
    {
      width: 336,
      height: 238,
      marginLeft,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 46,
      x: { domain: [left - margin, right + margin] },
      y: { domain: yDomain },
      color: { type: "identity" },
      r: { type: "identity" },
      symbol: { type: "identity" },
      marks: [
        gridY({ ticks: yTicks.values, stroke: "var(--rule)", strokeOpacity: 0.75 }),
        axisY({
          ticks: yTicks.values,
          tickFormat: yTicks.format,
          tickSize: 0,
          fill: "var(--soft)",
          label: options.yLabel,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: marginLeft - 4,
        }),
        axisX({
          ticks: options.xTicks,
          tickFormat: (x: number) => formatNumber(x, 0),
          tickSize: 0,
          fill: "var(--soft)",
          label: options.xLabel,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 40,
        }),
        ruleY([0], { stroke: "var(--ink)", strokeWidth: 1 }),
        ...(xDomain[0] < 0 ? [ruleX([0], { stroke: "var(--ink)", strokeWidth: 1, strokeDasharray: "1,3" })] : []),
        ...(options.controls ?? []).flatMap((control, c) => [
          band(control, "var(--control)", 0.22),
          lineY(control, {
            x: "x",
            y: "mean",
            stroke: "var(--control)",
            strokeWidth: 1.75,
            strokeDasharray: dashesOf(c),
          }),
          // A control at one distance alone has no line or band to be seen.
          ruleX(control.length === 1 ? control : [], {
            x: "x",
            y1: "low",
            y2: "high",
            stroke: "var(--control)",
            strokeWidth: 2,
          }),
          dot(control.length === 1 ? control : [], {
            x: "x",
            y: "mean",
            symbol: controlSymbols[c % controlSymbols.length]!,
            r: 4,
            fill: "var(--control)",
          }),
        ]),
        band(points, colour, 0.2),
        lineY(points, { x: "x", y: "mean", stroke: colour, strokeWidth: 2.5 }),
        ...(isDense
          ? []
          : [
              dot(
                points.filter(({ mean }) => Number.isFinite(mean)),
                { x: "x", y: "mean", r: 2.5, fill: colour },
              ),
            ]),
        ...(at
          ? [
              dot([at], {
                x: "x",
                y: "mean",
                r: 5.5,
                fill: peak!.isGain ? colour : "var(--page)",
                stroke: colour,
                strokeWidth: 2.5,
              }),
              text([at], {
                x: "x",
                y: (point: CurvePoint) => (Number.isFinite(point.high) ? point.high : point.mean),
                text: () => peak!.label,
                dy: -15,
                textAnchor: anchor,
                dx: anchor === "start" ? -5 : anchor === "end" ? 5 : 0,
                fontWeight: 600,
                fill: "currentColor",
                // Readable where a line passes behind it.
                stroke: "var(--page)",
                strokeWidth: 4,
              }),
            ]
          : []),
      ],
    },
    options,
  );
}
