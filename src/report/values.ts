import type { Shown } from "../analyses/shown.ts";
import { formatInterval, formatNumber } from "./numbers.ts";

/** A value as its analysis shows it, with its unit where that is per cent: `"0.034"`, `"43 %"`; `"n/a"` where not finite. */
export function formatValue(shown: Shown, value: number): string {
  const text = formatNumber(scaled(shown, value), shown.decimals);
  return shown.unit === "%" && Number.isFinite(value) ? `${text} %` : text;
}

/** Two ends in the same way: `"0.021 to 0.047"`, `"40 to 47 %"`; `"n/a"` where there are none. */
export function formatEnds(shown: Shown, low: number, high: number): string {
  const text = formatInterval(scaled(shown, low), scaled(shown, high), shown.decimals);
  return shown.unit === "%" && Number.isFinite(low - high) ? `${text} %` : text;
}

/** A value as it stands on an axis: times a hundred where its unit is per cent. */
export function scaled({ unit }: Pick<Shown, "unit">, value: number): number {
  return unit === "%" ? 100 * value : value;
}

/** What an axis says: `"brain score R"`, `"forecast distance (words)"`. */
export function axisLabel({ label, symbol, unit }: Shown): string {
  return unit === undefined ? `${label} ${symbol}` : `${label} (${unit})`;
}
