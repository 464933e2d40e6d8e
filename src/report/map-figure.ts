import { extentOf } from "./chart.ts";
import { above, below, type ColourMap, type Rgb, warm } from "./colour-map.ts";
import { html, type Markup } from "./markup.ts";
import type { NoMap, PlaceMap } from "./place-maps.ts";
import { pngAddress, writePng } from "./png.ts";
import { type Picture, rasteriseBar } from "./rasterise.ts";
import { formatValue } from "./values.ts";

/**
 * A map with its heading, colour bar and caption around pictures of it; the reason alone where it is not drawn.
 *
 * @param pictures - drawn with the colours of the values
 */
export function mapFigure(map: PlaceMap | NoMap, pictures: (colour: (value: number) => Rgb) => Markup): Markup {
  if (map.values === undefined)
    return html`<figure><h3>${map.name}</h3><figcaption>${map.caption}</figcaption></figure>`;
  const { isSymmetric } = map.shown;
  const [least, greatest] = extentOf([...map.values], [Number.NaN, Number.NaN]);
  const limit = Math.max(Math.abs(least), Math.abs(greatest));
  const colour = (value: number): Rgb => {
    if (!isSymmetric) return warm(greatest > least ? (value - least) / (greatest - least) : 0.5);
    return value < 0 ? below(-value / limit) : above(value / limit);
  };
  const bar = (ticks: readonly number[], scale: ColourMap) => {
    const shown = ticks.map((tick) => (tick === 0 ? "0" : formatValue(map.shown, tick)));
    const description = `colour scale from ${shown[0]} to ${shown.at(-1)}`;
    return html`<div class="bar">${image(rasteriseBar(scale, 255, 8), description)}<div>${shown.map((tick) => html`<span>${tick}</span>`)}</div></div>`;
  };
  const bars = !Number.isFinite(limit)
    ? html`<p>Nothing has a score.</p>`
    : !isSymmetric
      ? bar(least === greatest ? [least] : [least, greatest], least === greatest ? () => warm(0.5) : warm)
      : least < 0
        ? bar([-limit, 0, limit], (share) => (share < 0.5 ? below(1 - 2 * share) : above(2 * share - 1)))
        : bar([0, limit], above);
  return html`<figure><h3>${map.name}${!map.isThresholded && html` <span class="aside">not thresholded</span>`}</h3>${pictures(colour)}${bars}<figcaption>${map.caption}</figcaption></figure>`;
}

/** A picture within the page, which says what it shows. */
export function image({ pixels, width, height }: Picture, description: string): Markup {
  return html`<img src="${pngAddress(writePng(pixels, width, height))}" width="${width}" height="${height}" alt="${description}">`;
}
