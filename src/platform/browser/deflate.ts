import {
  distanceBases,
  distanceBits,
  fixedLengths,
  lengthBases,
  lengthBits,
  longestCopy,
  windowLength,
} from "./deflate-tables.ts";
import { reversed } from "./huffman.ts";

/** Bytes of a block, as many as one that is stored can have. */
const storedLength = 65_535;
/** Bytes of the shortest copy (RFC 1951, section 3.2.5). */
const shortestCopy = 3;
/** Bits of the hash by which copies are found: one place for each byte that a copy may reach back to. */
const hashBits = 15;

/** The code of each byte and length, in the order of the stream (RFC 1951, section 3.2.6). */
const fixedCodes: Uint16Array = Uint16Array.from({ length: 288 }, (_, symbol) => {
  const length = fixedLengths[symbol]!;
  const first =
    symbol < 144
      ? 0x30 + symbol
      : symbol < 256
        ? 0x190 + symbol - 144
        : symbol < 280
          ? symbol - 256
          : 0xc0 + symbol - 280;
  return reversed(first, length);
});

/**
 * Bytes as a stream of deflate (RFC 1951). Each block is packed with the fixed codes, from copies of the last place where the same three
 * bytes stood, or stored as it is where that is shorter: larger than zlib's, and read by all.
 */
export function deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const nBlocks = Math.max(1, Math.ceil(bytes.length / storedLength));
  const writer = bitWriter(bytes.length + 5 * nBlocks + 1);
  const finder = copyFinder(bytes);
  /** Of the block at hand: a byte, or a length times 2^16 plus a distance. */
  const tokens = new Uint32Array(storedLength);
  for (let start = 0, left = nBlocks; left > 0; start += storedLength, left--) {
    const end = Math.min(bytes.length, start + storedLength);
    const { nTokens, nBits } = tokenise(bytes, start, end, finder, tokens);
    writer.put(left === 1 ? 1 : 0, 1);
    if (nBits < 8 * (end - start)) putFixed(writer, tokens.subarray(0, nTokens));
    else writer.putStored(bytes.subarray(start, end));
  }
  return writer.end();
}

/** Finds an earlier place with the same three bytes, the last by their hash, and remembers this one; -1 where there is none. */
type CopyFinder = (at: number) => number;

function copyFinder(bytes: Uint8Array): CopyFinder {
  const last = new Int32Array(2 ** hashBits).fill(-1);
  return (at) => {
    const three = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const hash = Math.imul(three, 0x9e3779b1) >>> (32 - hashBits);
    const found = last[hash]!;
    last[hash] = at;
    return found >= 0 && at - found <= windowLength ? found : -1;
  };
}

function tokenise(
  bytes: Uint8Array,
  start: number,
  end: number,
  find: CopyFinder,
  tokens: Uint32Array,
): { readonly nTokens: number; readonly nBits: number } {
  let nTokens = 0;
  let nBits = 3 + fixedLengths[256]!;
  for (let at = start; at < end; ) {
    const found = at + shortestCopy <= end ? find(at) : -1;
    const most = Math.min(longestCopy, end - at);
    let length = 0;
    if (found >= 0) while (length < most && bytes[found + length] === bytes[at + length]) length++;
    if (length >= shortestCopy) {
      const distance = at - found;
      const symbol = symbolOf(lengthBases, length);
      nBits += fixedLengths[257 + symbol]! + lengthBits[symbol]! + 5 + distanceBits[symbolOf(distanceBases, distance)]!;
      tokens[nTokens++] = length * 2 ** 16 + distance;
      at += length;
    } else {
      nBits += fixedLengths[bytes[at]!]!;
      tokens[nTokens++] = bytes[at]!;
      at++;
    }
  }
  return { nTokens, nBits };
}

function putFixed(writer: BitWriter, tokens: Uint32Array): void {
  writer.put(1, 2);
  for (const token of tokens) {
    const length = token >>> 16;
    if (length === 0) writer.put(fixedCodes[token]!, fixedLengths[token]!);
    else {
      const distance = token & 0xffff;
      const symbol = symbolOf(lengthBases, length);
      writer.put(fixedCodes[257 + symbol]!, fixedLengths[257 + symbol]!);
      writer.put(length - lengthBases[symbol]!, lengthBits[symbol]!);
      const place = symbolOf(distanceBases, distance);
      writer.put(reversed(place, 5), 5);
      writer.put(distance - distanceBases[place]!, distanceBits[place]!);
    }
  }
  writer.put(fixedCodes[256]!, fixedLengths[256]!);
}

/** The last symbol whose least value is not above a value. */
function symbolOf(bases: Uint16Array, value: number): number {
  let low = 0;
  let high = bases.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (bases[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Writes bits, the lowest first. */
interface BitWriter {
  /** Writes the `n` lowest bits, at most 16. */
  readonly put: (bits: number, n: number) => void;
  /** Writes the rest of a block that is stored, its type first. */
  readonly putStored: (bytes: Uint8Array) => void;
  readonly end: () => Uint8Array<ArrayBuffer>;
}

/** A writer of at most so many bytes. */
function bitWriter(most: number): BitWriter {
  const out = new Uint8Array(most);
  let at = 0;
  let hold = 0;
  let nBits = 0;
  const put = (bits: number, n: number) => {
    hold |= bits << nBits;
    nBits += n;
    while (nBits >= 8) {
      out[at++] = hold;
      hold >>>= 8;
      nBits -= 8;
    }
  };
  const toByte = () => put(0, (8 - nBits) & 7);
  return {
    put,
    putStored(bytes) {
      put(0, 2);
      toByte();
      put(bytes.length, 16);
      put(bytes.length ^ 0xffff, 16);
      out.set(bytes, at);
      at += bytes.length;
    },
    end() {
      toByte();
      return out.slice(0, at);
    },
  };
}
