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
