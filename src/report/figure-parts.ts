import { extentOf } from "./chart.ts";
import { type Findings, leadOf } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { type Content, html, type Markup, trusted } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { controlMark, type Estimate } from "./region-chart.ts";

/** Most regions of a figure, so that it is read at a glance; the tables have all. A choice. */
export const mostRows = 40;

/** Most small charts of a figure, so that it is read at a glance; the tables have all. A choice. */
export const mostMultiples = 24;

/** The least and the greatest that a value can be; undefined where there is no bound. */
type Range = readonly [number, number] | undefined;

/** An estimate as it is drawn: of few subjects, intervals reach values that cannot be, and would fill the chart. */
export function estimateAt(scores: GroupScores, target: number, range: Range): Estimate {
  const [least, greatest] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const cut = (end: number) => Math.min(greatest, Math.max(least, end));
  return { mean: scores.mean[target]!, low: cut(scores.low[target]!), high: cut(scores.high[target]!) };
}

/** What a caption says where an interval is not drawn to its end. */
export function cutNote(
  scores: readonly (GroupScores | undefined)[],
  targets: readonly number[],
  range: Range,
): string {
  if (!range) return "";
  const [least, greatest] = range;
  const isCut = scores.some((each) =>
    targets.some((target) => each !== undefined && (each.low[target]! < least || each.high[target]! > greatest)),
  );
  const ends = [least, greatest].map((end) => formatNumber(end, 0)).join(" and ");
  return isCut ? ` Intervals are cut at ${ends}, beyond which no value lies; the tables have them whole.` : "";
}

/** The range of a chart of values, with zero, and a margin. */
export function domainOf(points: readonly Estimate[]): [number, number] {
  const [low, high] = extentOf([0, ...points.flatMap((point) => [point.mean, point.low, point.high])], [0, 1]);
  const pad = 0.04 * (high - low || 1);
  return [low - pad, high + pad];
}

/** From the least to the greatest; wider where they are the same, since a chart must have some width. */
export function widened(values: readonly number[]): [number, number] {
  const [low, high] = [values[0]!, values.at(-1)!];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** More ticks than this would run into each other on a small chart. */
const mostTicks = 7;

/** Ticks for distances or layers: round numbers within them; of few the numbers themselves, but for those too close by. */
export function placeTicks(values: readonly number[]): number[] {
  const [low, high] = [values[0]!, values.at(-1)!];
  const least = (high - low) / (mostTicks - 0.5);
  if (values.length <= mostTicks) {
    // Both ends, and from the first on those that are far enough from the last tick and from the end.
    const ticks: number[] = [];
    for (const value of values) {
      const isFar = ticks.length === 0 || value - ticks.at(-1)! >= least;
      if (value === high || (isFar && high - value >= least)) ticks.push(value);
    }
    return ticks;
  }
  const step = [1, 2, 4, 5, 10, 20, 50].find((candidate) => candidate >= least) ?? Math.ceil(least);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

/** `", layer 8"`, or nothing where an analysis has no layer. */
export function atLayer({ layer }: Pick<GroupScores, "layer">): string {
  return layer === "n/a" ? "" : `, layer ${layer}`;
}

/** What a caption says where not all regions are shown. */
export function leftOut(findings: Findings, nShown: number, nRegions: number): string {
  if (nShown >= nRegions) return "";
  const lead = leadOf(findings)?.analysis.shown.label;
  const which = lead === undefined ? "" : ` with the highest ${lead}`;
  return `Shown: the ${nShown} regions of ${nRegions}${which}; the others are in the tables.`;
}

/** Text with its first letter in upper case. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a mark of a figure means. */
export interface LegendItem {
  /** Content of an SVG of 18 x 18. */
  readonly swatch: string;
  readonly text: Content;
}

/** What the marks of a figure mean. */
export function legendList(items: readonly LegendItem[]): Markup {
  return html`<ul class="legend">${items.map(({ swatch, text }) => html`<li><svg width="18" height="18" aria-hidden="true">${trusted(swatch)}</svg>${text}</li>`)}</ul>`;
}

/** What stands for the group's value and for a subject. */
export function estimateLegend(colour: string, what: string): LegendItem[] {
  return [
    {
      swatch: `<path d="M0,9H18" stroke="${colour}" stroke-width="3.5"/><circle cx="9" cy="9" r="6" fill="${colour}"/>`,
      text: what,
    },
    { swatch: `<circle cx="9" cy="9" r="4" fill="${colour}" class="subjects"/>`, text: "a participant" },
  ];
}

/** What stands for a value that is not above zero. */
export const hollowSwatch = (colour: string) =>
  `<circle cx="9" cy="9" r="6" fill="var(--page)" stroke="${colour}" stroke-width="2.5"/>`;

/** What stands for a value below zero. */
export const belowSwatch = (colour: string) =>
  `<path d="M0,9H18" stroke="${colour}" stroke-width="3.5"/><circle cx="9" cy="9" r="6" fill="var(--page)" stroke="${colour}" stroke-width="2"/><path d="M6,9H12" stroke="${colour}" stroke-width="2"/>`;

/** What stands for the first, second, ... control of a region. */
export function controlSwatch(control: number): string {
  return `<path d="M0,9H18" stroke="var(--control)" stroke-width="2"/>${controlMark(control)}`;
}
