const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const notFinite = /^([+-]?)(nan|inf|infinity)$/i;

/**
 * The number that a text is, in decimal notation, or `nan`, `inf`, `-Infinity` as C, Python and R print them in any
 * case; undefined for everything else: an empty text, spaces, hexadecimal, a number with a unit.
 */
export function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const match = notFinite.exec(text);
  if (!match) return undefined;
  if (match[2]!.toLowerCase() === "nan") return Number.NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/** The whole number from 0 that a text is, in decimal digits and exact in a double; undefined for everything else. */
export function parseCount(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
