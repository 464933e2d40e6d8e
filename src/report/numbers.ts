/** A number with a fixed count of decimals and a true minus sign: `"0.034"`, `"−0.002"`; `"n/a"` where not finite. */
export function formatNumber(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return "n/a";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "\u2212");
}

/** A whole number with a true minus sign and narrow spaces between thousands that no line breaks at: `"81 924"`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  const text = String(Math.abs(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${value <= -0.5 ? "\u2212" : ""}${text}`;
}

/** A p or q value: `"0.042"`, `"< 0.001"`, `"n/a"`. */
export function formatProbability(value: number): string {
  return value < 0.001 ? "< 0.001" : formatNumber(value, 3);
}

/** An interval in words: `"0.021 to 0.047"`; `"n/a"` where it has no ends. */
export function formatInterval(low: number, high: number, decimals = 3): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "n/a";
  return `${formatNumber(low, decimals)} to ${formatNumber(high, decimals)}`;
}

/** A share as a percentage, `"4.2 %"`; small shares that are not zero never read as 0. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "n/a";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${formatNumber(100 * share, 1)} %`;
}

/** `"1 subject"`, `"27 subjects"`. */
export function formatNoun(n: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(n)} ${n === 1 ? singular : plural}`;
}

/** Items as a sentence lists them: `"a"`, `"a and b"`, `"a, b and c"`. */
export function formatList(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Bytes in words: `"812 B"`, `"1.5 kB"`, `"548.1 MB"`; thousands, not 1,024s. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  // From 999.95 on, one decimal would round to 1000.0.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? Math.ceil(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A time as people read it: `"0:05.25"`, `"12:05"`, `"1:02:03"`; with a true minus sign before the start. */
export function formatClock(seconds: number, decimals = 0): string {
  if (!Number.isFinite(seconds)) return "n/a";
  const unit = 10 ** decimals;
  const whole = Math.round(Math.abs(seconds) * unit);
  const two = (value: number) => String(value).padStart(2, "0");
  const inAll = Math.floor(whole / unit);
  const [h, m, s] = [Math.floor(inAll / 3600), Math.floor(inAll / 60) % 60, inAll % 60];
  const fraction = decimals > 0 ? `.${String(whole % unit).padStart(decimals, "0")}` : "";
  const sign = seconds < 0 && whole > 0 ? "\u2212" : "";
  return `${sign}${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}${fraction}`;
}
