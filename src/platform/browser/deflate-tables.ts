/** How far back a copy may reach (RFC 1951, section 2). */
export const windowLength: number = 2 ** 15;

/** Bytes of the longest copy (RFC 1951, section 3.2.5). */
export const longestCopy = 258;

/** Extra bits of the symbols 257 to 285, which stand for lengths (RFC 1951, section 3.2.5). */
export const lengthBits: Uint8Array = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);

/** The least length that each of the symbols stands for. */
export const lengthBases: Uint16Array = leasts(3, lengthBits);
// The longest length has a symbol of its own.
lengthBases[28] = 258;

/** Extra bits of the symbols 0 to 29 of distances. */
export const distanceBits: Uint8Array = Uint8Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1));

/** The least distance that each of the symbols stands for. */
export const distanceBases: Uint16Array = leasts(1, distanceBits);

/** Lengths of the fixed codes of bytes and lengths (section 3.2.6). */
export const fixedLengths: Uint8Array = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

/** Where each symbol's range begins: at `first`, then as wide as the extra bits of the one before say. */
function leasts(first: number, bits: Uint8Array): Uint16Array {
  const bases = new Uint16Array(bits.length);
  let base = first;
  bits.forEach((extra, symbol) => {
    bases[symbol] = base;
    base += 1 << extra;
  });
  return bases;
}
