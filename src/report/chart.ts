import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, type Markup, trusted } from "./markup.ts";

/** What a chart is called and says, for those who cannot see it. */
export interface ChartText {
  readonly title: string;
  readonly description: string;
}

/**
 * A chart as SVG markup: what Observable Plot draws, with a title and a description, letters large enough for a slide,
 * and no clock, network or script.
 *
 * @param options - as of `Plot.plot`; colours may be the page's variables
 */
export function drawChart(options: PlotOptions, { title, description }: ChartText): Markup {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn = plot({
    className: "chart",
    style: { fontSize: "15px", fontFamily: "inherit", background: "none", overflow: "visible" },
    ...options,
    document: document as unknown as NonNullable<PlotOptions["document"]>,
  }) as unknown as { readonly outerHTML: string };
  // Plot puts the same rules into every chart; the page needs none of them.
  const svg = drawn.outerHTML.replace(/<style>[\s\S]*?<\/style>/, "");
  return trusted(
    svg.replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
      return `<svg ${attributes} role="img"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>`;
    }),
  );
}

/** The least and the greatest of numbers, those that are not finite left out; `fallback` where none is left. */
export function extentOf(values: readonly number[], fallback: readonly [number, number]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [...fallback];
}
