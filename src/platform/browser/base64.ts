const digitCodes = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const equalsSign = "=".charCodeAt(0);

/** What each byte means as a digit; 255 where it is none. */
const values = new Uint8Array(256).fill(255);
digitCodes.forEach((digit, value) => {
  values[digit] = value;
});

/**
 * Decodes whole groups of digits.
 *
 * @returns how much of `decoded` is filled, where `filled` was before; undefined where the text holds anything else
 */
export function decodeDigits(text: Uint8Array, decoded: Uint8Array, filled: number): number | undefined {
  for (let at = 0; at < text.length; at += 4) {
    const [a, b] = [values[text[at]!]!, values[text[at + 1]!]!];
    const [c, d] = [values[text[at + 2]!]!, values[text[at + 3]!]!];
    if ((a | b | c | d) > 63) return undefined;
    decoded[filled++] = (a << 2) | (b >> 4);
    decoded[filled++] = (b << 4) | (c >> 2);
    decoded[filled++] = (c << 6) | d;
  }
  return filled;
}

/** Bytes as base64 text in one line, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(equalsSign);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const group = (bytes[from]! << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    text[to] = digitCodes[group >> 18]!;
    text[to + 1] = digitCodes[(group >> 12) & 63]!;
    if (left > 1) text[to + 2] = digitCodes[(group >> 6) & 63]!;
    if (left > 2) text[to + 3] = digitCodes[group & 63]!;
  }
  return new TextDecoder().decode(text);
}
