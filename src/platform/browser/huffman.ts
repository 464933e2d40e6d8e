/** Bits of a code that are looked up at once; longer codes are followed bit by bit. */
export const lookupBits = 10;

/** The longest code of deflate. */
const longestCode = 15;

/** The codes of an alphabet. */
export interface HuffmanCodes {
  /** By the next {@link lookupBits} bits of the stream: the symbol times 16 plus the length of its code; 0 for longer codes and for none. */
  readonly lookup: Uint16Array;
  /** How many codes have each length. */
  readonly counts: Uint16Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint16Array;
  /** Codes that are not given to a symbol, as a share of 2^15: below 0 where too many are given. */
  readonly unused: number;
}

/**
 * Codes from their lengths, which tell them (RFC 1951, section 3.2.2).
 *
 * @param lengths - bits of each symbol's code, 0 where it has none
 */
export function huffmanCodes(lengths: Uint8Array): HuffmanCodes {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let unused = 2 ** longestCode;
  const places = new Uint16Array(longestCode + 2);
  const codes = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length++) {
    unused -= counts[length]! << (longestCode - length);
    places[length + 1] = places[length]! + counts[length]!;
    codes[length + 1] = (codes[length]! + counts[length]!) << 1;
  }
  const symbols = new Uint16Array(lengths.length);
  const lookup = new Uint16Array(2 ** lookupBits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[places[length]!++] = symbol;
    const code = codes[length]!++;
    if (length > lookupBits) continue;
    // In the stream the first bit of a code is the lowest.
    for (let bits = reversed(code, length); bits < lookup.length; bits += 1 << length) {
      lookup[bits] = (symbol << 4) | length;
    }
  }
  return { lookup, counts, symbols, unused };
}

/**
 * The symbol whose code begins the next 15 bits of the stream, as in {@link HuffmanCodes.lookup}; 0 where none does.
 */
export function longCode({ counts, symbols }: HuffmanCodes, bits: number): number {
  let code = 0;
  let first = 0;
  let place = 0;
  for (let length = 1; length <= longestCode; length++) {
    code |= (bits >>> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - first < count) return (symbols[place + code - first]! << 4) | length;
    place += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}

/** The lowest `length` bits in the other order. */
export function reversed(bits: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result = (result << 1) | ((bits >>> i) & 1);
  return result;
}
