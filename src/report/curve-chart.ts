import { areaY, axisX, axisY, dot, gridY, lineY, ruleX, ruleY, text } from "@observablehq/plot";
import { type ChartText, drawChart } from "./chart.ts";
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
  /** Where to put a mark: on the curve's highest point, full where significant. */
  readonly peak?: { readonly index: number; readonly isSignificant: boolean; readonly label: string } | undefined;
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
  return drawChart(
    {
      width: 320,
      height: 220,
      marginLeft: 52,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 28,
      x: { domain: xDomain },
      y: { domain: yDomain },
      color: { type: "identity" },
      r: { type: "identity" },
      marks: [
        gridY({ ticks: 4, stroke: "var(--rule)", strokeOpacity: 0.75 }),
        axisY({ ticks: 4, tickSize: 0, label: null, fill: "var(--soft)" }),
        axisX({
          ticks: options.xTicks,
          tickFormat: (x: number) => formatNumber(x, 0),
          tickSize: 0,
          label: null,
          fill: "var(--soft)",
        }),
        ruleY([0], { stroke: "var(--ink)", strokeWidth: 1 }),
        ...(xDomain[0] < 0 ? [ruleX([0], { stroke: "var(--ink)", strokeWidth: 1, strokeDasharray: "1,3" })] : []),
        band(control, "var(--control)", 0.22),
        lineY(control, { x: "x", y: "mean", stroke: "var(--control)", strokeWidth: 1.75, strokeDasharray: "5,3" }),
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
                fill: peak!.isSignificant ? colour : "var(--page)",
                stroke: colour,
                strokeWidth: 2.5,
              }),
              text([at], {
                x: "x",
                y: (point: CurvePoint) => (Number.isFinite(point.high) ? point.high : point.mean),
                text: () => peak!.label,
                dy: -15,
                fontWeight: 600,
                fill: "currentColor",
              }),
            ]
          : []),
      ],
    },
    options,
  );
}
