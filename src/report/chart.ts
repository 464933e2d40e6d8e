import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, type Markup, trusted } from "./markup.ts";
import { formatNumber } from "./numbers.ts";

/** A chart's title and description, for readers who cannot see it. */
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
  // A chart is one picture, named by its title: its parts may have no name of their own (WAI-ARIA 1.2, 5.2.8.6).
  const svg = drawn.outerHTML.replace(/<style>[\s\S]*?<\/style>/, "").replaceAll(' aria-label="', ' data-mark="');
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

/** Width of a digit in a chart's letters, at most. */
const digit = 8.8;

/** Ticks of an axis. */
export interface AxisTicks {
  readonly values: readonly number[];
  /** Their labels: as many decimals as their steps have. */
  readonly format: (tick: number) => string;
  /** Pixels that the longest label takes, at most. */
  readonly labelWidth: number;
}

/**
 * Ticks at round numbers (1, 2 or 5 times a power of ten) of a horizontal axis, as many as fit side by side; of a vertical
 * one, at most so many.
 *
 * @param domain - from the least to the greatest, which must be greater
 */
export function ticksWithin(
  [low, high]: readonly [number, number],
  space: { readonly width: number } | { readonly most: number },
): AxisTicks {
  const start = Math.floor(Math.log10((high - low) / 100));
  for (let power = start; ; power++) {
    for (const factor of [1, 2, 5]) {
      // .3 / .1 is a little less than 3: an end is widened by what rounding takes.
      const first = Math.ceil(low / (factor * 10 ** power) - 1e-9);
      const n = Math.floor(high / (factor * 10 ** power) + 1e-9) - first + 1;
      const labelWidth = digit * (Math.max(0, -power) + 3 + Math.max(0, power));
      const isFew = "most" in space ? n <= space.most : n * (labelWidth + digit) <= space.width;
      if (!isFew && n > 1) continue;
      const values = Array.from({ length: n }, (_, i) => {
        const multiple = (first + i) * factor;
        // A negative power is divided by: .3 is nearer to 3 / 10 than to 3 * .1.
        return power < 0 ? multiple / 10 ** -power : multiple * 10 ** power;
      });
      return { values, labelWidth, format: (tick) => formatNumber(tick, Math.max(0, -power)) };
    }
  }
}
