import { axisX, dot, gridX, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { type ChartText, drawChart, extentOf, ticksWithin } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { shortLabel } from "./regions.ts";

/** A mean with its interval, where there is one (else NaN). */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** One line of a {@link regionChart}. */
export interface RegionRow extends Estimate {
  readonly label: string;
  /** Drawn full where above zero (1), hollow with a minus sign where below (-1), else hollow (0). */
  readonly side: 1 | 0 | -1;
  readonly subjects: readonly { readonly participant: string; readonly value: number }[];
  /** Drawn in grey below: a control each, in the same order in every row. */
  readonly controls: readonly Estimate[];
  /** A mark across the row, such as a noise ceiling; NaN for none. */
  readonly ceiling: number;
}

/** How a {@link regionChart} is drawn. */
export interface RegionChartOptions extends ChartText {
  /** What the horizontal axis says. */
  readonly axis: string;
  /** Variable of the page's style: `"var(--brain)"`. */
  readonly colour: string;
  readonly decimals: number;
  /** Ends that the axis must reach besides the data. */
  readonly include: readonly [number, number];
  /** Whether to draw a line at zero. */
  readonly hasZero: boolean;
}

/** Symbols of the first, second, ... control. */
export const controlSymbols = ["diamond2", "square2"] as const;

/** The symbol of a control, in a legend's SVG of 18 x 18. */
export function controlMark(control: number): string {
  const shape =
    controlSymbols[control % controlSymbols.length] === "square2" ? "M5.5,5.5H12.5V12.5H5.5Z" : "M9,4L14,9L9,14L4,9Z";
  return `<path d="${shape}" fill="var(--control)"/>`;
}

/** Sizes of the chart for a page or a slide, and for a telephone: letters stay as large. */
const layouts = {
  wide: { width: 920, letter: 8.4, gap: 14, mostLetters: 28, right: 80 },
  narrow: { width: 400, letter: 8.2, gap: 8, mostLetters: 14, right: 72 },
} as const;

/** A {@link regionChart} in two widths, of which the page's style shows the one that fits. */
export function regionFigure(rows: readonly RegionRow[], options: RegionChartOptions): Markup {
  const chart = (layout: keyof typeof layouts) =>
    html`<div class="${layout}">${regionChart(rows, options, layout)}</div>`;
  return html`${chart("wide")}${chart("narrow")}`;
}

/**
 * One line a region: subjects as pale dots, their mean as a dot on its 95 % interval, controls in grey below, the mean in
 * figures on the right, bold where it is above zero.
 */
function regionChart(rows: readonly RegionRow[], options: RegionChartOptions, layout: keyof typeof layouts): Markup {
  const { colour, decimals } = options;
  const { width, letter, gap, mostLetters, right } = layouts[layout];
  const nControls = Math.max(0, ...rows.map(({ controls }) => controls.length));
  const rowHeight = rows.length <= 16 ? 40 + 13 * nControls : 26 + 9 * nControls;
  const offset = nControls === 0 ? 0 : -0.09 * nControls;
  const estimates = rows.map((row, i) => ({ ...row, y: i + offset }));
  const dots = rows.flatMap((row, i) =>
    row.subjects.map(({ participant, value }, s) => ({
      value,
      // Subjects are spread by the golden ratio, the same in each row, so that dots lie side by side.
      y: i + offset + (((s * 0.618034) % 1) - 0.5) * (nControls === 0 ? 0.5 : 0.36),
      title: `${row.label}, ${participant}: ${formatNumber(value, decimals)}`,
    })),
  );
  const controls = rows.flatMap((row, i) =>
    row.controls.flatMap((control, c) =>
      Number.isFinite(control.mean) ? [{ ...control, c, y: i + offset + 0.29 + 0.17 * c }] : [],
    ),
  );
  const every = [
    ...dots.map(({ value }) => value),
    ...[...rows, ...controls].flatMap(({ mean, low, high }) => [mean, low, high]),
    ...rows.map(({ ceiling }) => ceiling),
    ...options.include,
  ];
  const [least, greatest] = extentOf(every, [0, 1]);
  const pad = (greatest - least || 1) * 0.025;
  const longest = Math.min(mostLetters, Math.max(...rows.map(({ label }) => label.length)));
  const marginLeft = letter * longest + 12 + gap;
  const domain = [least - pad, greatest + pad] as const;
  const ticks = ticksWithin(domain, { width: width - marginLeft - right });
  const hasInterval = ({ low, high }: Estimate) => Number.isFinite(low) && Number.isFinite(high);
  const marks: Markish[] = [
    gridX({ ticks: ticks.values, stroke: "var(--rule)", strokeOpacity: 0.75 }),
    axisX({
      anchor: "bottom",
      label: options.axis,
      labelAnchor: "center",
      labelArrow: "none",
      tickSize: 0,
      fill: "var(--soft)",
      labelOffset: 44,
      ticks: ticks.values,
      tickFormat: ticks.format,
    }),
    ...(options.hasZero ? [ruleX([0], { stroke: "var(--ink)", strokeWidth: 1 })] : []),
    dot(dots, {
      x: "value",
      y: "y",
      r: rows.length <= 16 ? 3.6 : 2.5,
      fill: colour,
      className: "subjects",
      ...(layout === "wide" && dots.length <= 6000 ? { title: "title" } : {}),
    }),
    ruleX(
      rows
        .map((row, i) => ({ x: row.ceiling, y1: i + offset - 0.3, y2: i + offset + 0.3 }))
        .filter(({ x }) => Number.isFinite(x)),
      {
        x: "x",
        y1: "y1",
        y2: "y2",
        stroke: "var(--ink)",
        strokeWidth: 2,
        strokeDasharray: "3,2",
      },
    ),
    ruleY(controls.filter(hasInterval), { y: "y", x1: "low", x2: "high", stroke: "var(--control)", strokeWidth: 2 }),
    ...controlSymbols.map((symbol, s) =>
      dot(
        controls.filter(({ c }) => c % controlSymbols.length === s),
        { x: "mean", y: "y", symbol, r: 4, fill: "var(--control)", stroke: "none" },
      ),
    ),
    ruleY(estimates.filter(hasInterval), { y: "y", x1: "low", x2: "high", stroke: colour, strokeWidth: 3.5 }),
    dot(
      estimates.filter(({ mean }) => Number.isFinite(mean)),
      {
        x: "mean",
        y: "y",
        r: rows.length <= 16 ? 7 : 5,
        fill: (row: RegionRow) => (row.side > 0 ? colour : "var(--page)"),
        stroke: colour,
        strokeWidth: 2.5,
      },
    ),
    ruleY(
      estimates.filter(({ side, mean }) => side < 0 && Number.isFinite(mean)),
      // A minus sign within the mark.
      { y: "y", x1: "mean", x2: "mean", dx: 0, stroke: colour, strokeWidth: 2.5, strokeLinecap: "square", inset: -2.5 },
    ),
    text(
      rows.map(({ label }, i) => ({ label: shortLabel(label, mostLetters), i })),
      {
        y: (row: { i: number }) => row.i + offset,
        text: "label",
        frameAnchor: "left",
        textAnchor: "end",
        dx: -gap,
      },
    ),
    // Bold where above zero, as in the table of the group.
    ...[true, false].map((isAbove) =>
      text(
        estimates.filter(({ side }) => side > 0 === isAbove),
        {
          y: "y",
          text: (row: RegionRow) => formatNumber(row.mean, decimals),
          frameAnchor: "right",
          textAnchor: "start",
          dx: gap,
          fontVariant: "tabular-nums",
          fontWeight: isAbove ? 600 : 400,
        },
      ),
    ),
  ];
  return drawChart(
    {
      width,
      height: rows.length * rowHeight + 66,
      marginLeft,
      marginRight: right,
      marginTop: 6,
      marginBottom: 54,
      x: { domain },
      // Symbols and colours above are final values, not data.
      symbol: { type: "identity" },
      color: { type: "identity" },
      r: { type: "identity" },
      y: { domain: [rows.length - 0.5, -0.5], axis: null },
      marks,
    },
    options,
  );
}
