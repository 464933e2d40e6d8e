import { areaY, axisX, axisY, dot, gridY, lineY, ruleX, ruleY, text } from "@observablehq/plot";
import { type ChartText, drawChart, ticksWithin } from "./chart.ts";
import type { Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import type { Estimate } from "./region-chart.ts";

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
  /** A control, drawn in grey. */
  readonly control?: readonly CurvePoint[] | undefined;
}

/** A small chart of one region: a mean curve on its band of 95 % intervals, a line at zero, a mark at the peak. */
export function curveChart(points: readonly CurvePoint[], options: CurveChartOptions): Markup {
  const { colour, xDomain, yDomain, peak } = options;
  const band = (curve: readonly CurvePoint[], fill: string, fillOpacity: number) =>
    areaY(curve, { x: "x", y1: "low", y2: "high", fill, fillOpacity });
  const at = peak ? points[peak.index] : undefined;
  const control = options.control ?? [];
  const isDense = points.length > 16;
  // A mark at either end has its label beside the axes' numbers, not upon them.
  const [left, right] = xDomain;
  const room = 0.03 * (right - left);
  const anchor = at && at.x - left < 2 * room ? "start" : at && right - at.x < 2 * room ? "end" : "middle";
  const yTicks = ticksWithin(yDomain, { most: 5 });
  // What the axis says stands to the left of its numbers.
  const marginLeft = Math.max(72, yTicks.labelWidth + 32);
  return drawChart(
    {
      width: 336,
      height: 238,
      marginLeft,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 46,
      x: { domain: [left - room, right + room] },
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
        band(control, "var(--control)", 0.22),
        lineY(control, { x: "x", y: "mean", stroke: "var(--control)", strokeWidth: 1.75, strokeDasharray: "5,3" }),
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
          symbol: "diamond2",
          r: 4,
          fill: "var(--control)",
        }),
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
