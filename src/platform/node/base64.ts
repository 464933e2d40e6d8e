/** Digits that Node's decoder takes as well, and base64 has not (they are base64url's). */
const foreign = ["-", "_"].map((digit) => digit.charCodeAt(0));

/**
 * Characters that are decoded at once: they stay in the cache between the searches, and longer texts become strings that
 * V8 keeps among its large objects, at fifty times the cost.
 */
const sliceLength = 2 ** 15;

/**
 * Decodes whole groups of digits. Node's decoder passes over what is no digit and ends at "=", so that it gives fewer
 * bytes exactly where there is any such character.
 *
 * @returns how much of `decoded` is filled, where `filled` was before; undefined where the text holds anything else
 */
export function decodeDigits(text: Uint8Array, decoded: Uint8Array, filled: number): number | undefined {
  const digits = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const target = Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  for (let at = 0; at < digits.length; at += sliceLength) {
    const slice = digits.subarray(at, at + sliceLength);
    if (foreign.some((digit) => slice.includes(digit))) return undefined;
    const wanted = (slice.length / 4) * 3;
    if (target.write(slice.toString("latin1"), filled, wanted, "base64") < wanted) return undefined;
    filled += wanted;
  }
  return filled;
}

/** Bytes as base64 text in one line, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
