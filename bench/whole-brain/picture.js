// The picture of how time and memory grow: a column for each quantity that is changed, a row each for time and for memory.
import { axisX, axisY, dot, gridY, lineY, ruleY } from "@observablehq/plot";
import { drawChart } from "../../dist/report/chart.js";
import { escapeHtml } from "../../dist/report/markup.js";

const size = { width: 340, height: 230 };
const [top, left, between] = [84, 16, 12];
const measures = [
  { name: "time", label: "seconds", value: (point) => point.seconds, more: (point) => point.designs },
  { name: "memory", label: "peak memory (GB)", value: (point) => point.peak / 1e9 },
];
const colours = `
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; color: var(--ink); }
:root { --page: #fffefb; --ink: #1c1d1f; --soft: #5c6066; --rule: #dcdad3; --brain: #0a6aa8; --forecast: #c04e00; }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181b; --ink: #e9e7e1; --soft: #a3a7ad; --rule: #3b3f45; --brain: #63b5ea; --forecast: #f0933f; }
}`;

/**
 * The picture as SVG that stands alone.
 *
 * @param series - name, at (what is not changed), points { x, seconds, designs, peak (bytes) }
 */
export function scalingPicture(series) {
  const width = 2 * left + series.length * size.width + (series.length - 1) * between;
  const height = top + measures.length * (size.height + between);
  const place = (column, row) => [left + column * (size.width + between), top + row * (size.height + between)];
  const heads = series.map(({ name, at }, column) => {
    const [x] = place(column, 0);
    return `<text x="${x + 60}" y="52" font-size="17" font-weight="600" fill="var(--ink)">${escapeHtml(name)}</text>
<text x="${x + 60}" y="73" font-size="14" fill="var(--soft)">${escapeHtml(at)}</text>`;
  });
  const charts = series.flatMap((one, column) =>
    measures.map((measure, row) => {
      const [x, y] = place(column, row);
      return chart(one, measure).replace("<svg ", `<svg x="${x}" y="${y}" `);
    }),
  );
  const legend = `<g font-size="14" transform="translate(${left + 60}, 22)">
<circle cx="4" cy="-4" r="4" fill="var(--brain)"/><text x="14" fill="var(--ink)">whole command</text>
<circle cx="144" cy="-4" r="4" fill="var(--forecast)"/><text x="154" fill="var(--ink)">of it designs</text></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>Time and peak memory of cortecast score by vertices, distances and participants</title>
<style>${colours}</style>
<rect width="100%" height="100%" fill="var(--page)"/>
${[legend, ...heads, ...charts].join("\n")}
</svg>
`;
}

function chart({ name, points }, { name: what, label, value, more }) {
  const xs = points.map((point) => point.x);
  const curve = (of, stroke) => [
    lineY(points, { x: "x", y: of, stroke, strokeWidth: 2.5 }),
    dot(points, { x: "x", y: of, r: 4, fill: stroke }),
  ];
  const { markup } = drawChart(
    {
      ...size,
      marginLeft: 60,
      marginRight: 20,
      marginTop: 14,
      marginBottom: 30,
      style: { fontSize: "14px", fontFamily: "inherit", background: "none", overflow: "visible" },
      x: { domain: [0, Math.max(...xs) * 1.03] },
      y: { domain: [0, Math.max(...points.map(value)) * 1.08] },
      marks: [
        gridY({ ticks: 4, stroke: "var(--rule)", strokeOpacity: 0.75 }),
        axisY({
          ...{ ticks: 4, tickSize: 0, fill: "var(--soft)" },
          ...{ label, labelAnchor: "center", labelArrow: "none", labelOffset: 52 },
        }),
        axisX(ticksOf(xs), { tickFormat: formatCount, tickSize: 0, fill: "var(--soft)", label: null }),
        ruleY([0], { stroke: "var(--ink)", strokeWidth: 1 }),
        ...(more ? curve(more, "var(--forecast)") : []),
        ...curve(value, "var(--brain)"),
      ],
    },
    {
      title: `${what} (${label}) by ${name}`,
      description: points.map((point) => `${point.x}: ${value(point).toFixed(2)} ${label}`).join("; "),
    },
  );
  return markup;
}

/** The measured places, but for those too near to the one before to be read. */
function ticksOf(xs) {
  const least = Math.max(...xs) / 12;
  const kept = [];
  for (const x of xs.toSorted((a, b) => b - a)) if (kept.length === 0 || kept.at(-1) - x > least) kept.push(x);
  return kept;
}

const formatCount = (n) => (n >= 1000 ? `${Math.round(n / 1000)}k` : String(n));
