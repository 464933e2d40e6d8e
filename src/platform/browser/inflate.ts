import {
  distanceBases,
  distanceBits,
  fixedLengths,
  lengthBases,
  lengthBits,
  longestCopy,
  windowLength,
} from "./deflate-tables.ts";
import { type HuffmanCodes, huffmanCodes, longCode, lookupBits } from "./huffman.ts";
import { damaged, endsEarly } from "./unzip-error.ts";

/** The head of a block has fewer bytes: 17 bits, then at most 19 lengths of 3 bits, then 320 of at most 14. */
const longestHead = 600;

/** A symbol has at most 48 bits: a code of 15 and 5 more for a length, 15 and 13 for a distance. */
const longestSymbol = 8;

/** The order in which a block gives the lengths of the codes of lengths (RFC 1951, section 3.2.7). */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Unpacks a stream of deflate (RFC 1951) that arrives in pieces. */
export interface Inflater {
  /**
   * Unpacks bytes from `at` on, until all are read, the chunk is full, or the stream is over.
   *
   * @param isLast - whether nothing follows; otherwise some hundred bytes may be left, to be given again before those that follow
   * @returns the first byte that is not read
   * @throws UnzipFailure where the stream is damaged, or ends early
   */
  readonly read: (input: Uint8Array, at: number, isLast: boolean) => number;
  /** What was unpacked since it was last taken. */
  readonly take: () => Uint8Array<ArrayBuffer>;
  /** Whether nothing can be unpacked before what is there is taken. */
  readonly isFull: () => boolean;
  readonly isOver: () => boolean;
}

/** Starts at the beginning of a stream. @param chunkSize - bytes to unpack between two takings, about */
export function inflater(chunkSize: number): Inflater {
  const out = new Uint8Array(windowLength + Math.max(chunkSize, 1) + longestCopy);
  const full = out.length - longestCopy;
  let filled = 0;
  let taken = 0;
  let state: "head" | "stored" | "symbols" | "over" = "head";
  let isFinal = false;
  let nStored = 0;
  let [literals, distances] = fixedHuffman();
  let input: Uint8Array = out;
  let at = 0;
  /** Bits that were read and not used, fewer than 8 between calls. */
  let hold = 0;
  let nBits = 0;

  /** Beyond the end of the input stand zeros; {@link fail} and the ends of the loops tell that they were read. */
  function bits(n: number): number {
    while (nBits < n) {
      hold |= (input[at++] ?? 0) << nBits;
      nBits += 8;
    }
    const value = hold & ((1 << n) - 1);
    hold >>>= n;
    nBits -= n;
    return value;
  }

  function symbol(codes: HuffmanCodes, invalid: string): number {
    while (nBits < 15) {
      hold |= (input[at++] ?? 0) << nBits;
      nBits += 8;
    }
    const entry = codes.lookup[hold & (2 ** lookupBits - 1)]! || longCode(codes, hold);
    if (entry === 0) throw fail(invalid);
    hold >>>= entry & 15;
    nBits -= entry & 15;
    return entry >> 4;
  }

  const isBeyond = () => at - (nBits >> 3) > input.length;
  const fail = (message: string) => (at > input.length ? endsEarly() : damaged(message));

  function readHead(): void {
    isFinal = bits(1) === 1;
    const type = bits(2);
    if (type === 0) {
      hold >>>= nBits & 7;
      nBits -= nBits & 7;
      nStored = bits(16);
      if (nStored !== (bits(16) ^ 0xffff)) throw fail("invalid stored block lengths");
      state = "stored";
    } else if (type === 3) throw fail("invalid block type");
    else {
      [literals, distances] = type === 1 ? fixedHuffman() : readCodes();
      state = "symbols";
    }
    if (isBeyond()) throw endsEarly();
  }

  function readCodes(): [HuffmanCodes, HuffmanCodes] {
    const nLiterals = bits(5) + 257;
    const nDistances = bits(5) + 1;
    const nLengths = bits(4) + 4;
    if (nLiterals > 286 || nDistances > 30) throw fail("too many length or distance symbols");
    const few = new Uint8Array(19);
    for (let i = 0; i < nLengths; i++) few[lengthOrder[i]!] = bits(3);
    const lengthCodes = huffmanCodes(few);
    if (lengthCodes.unused !== 0) throw fail("invalid code lengths set");
    const lengths = new Uint8Array(nLiterals + nDistances);
    for (let i = 0; i < lengths.length; ) {
      const length = symbol(lengthCodes, "invalid code lengths set");
      if (length < 16) lengths[i++] = length;
      else {
        if (length === 16 && i === 0) throw fail("invalid bit length repeat");
        const repeated = length === 16 ? lengths[i - 1]! : 0;
        const end = i + (length === 16 ? 3 + bits(2) : length === 17 ? 3 + bits(3) : 11 + bits(7));
        if (end > lengths.length) throw fail("invalid bit length repeat");
        lengths.fill(repeated, i, end);
        i = end;
      }
    }
    if (lengths[256] === 0) throw fail("invalid code -- missing end-of-block");
    const codes: [HuffmanCodes, HuffmanCodes] = [
      huffmanCodes(lengths.subarray(0, nLiterals)),
      huffmanCodes(lengths.subarray(nLiterals)),
    ];
    if (!isComplete(codes[0])) throw fail("invalid literal/lengths set");
    if (!isComplete(codes[1])) throw fail("invalid distances set");
    return codes;
  }

  function copyStored(isLast: boolean): void {
    // Whole bytes that were read ahead are given back.
    at -= nBits >> 3;
    hold = 0;
    nBits = 0;
    const n = Math.min(nStored, input.length - at, full - filled);
    out.set(input.subarray(at, at + n), filled);
    at += n;
    filled += n;
    nStored -= n;
    if (nStored === 0) state = isFinal ? "over" : "head";
    else if (isLast && at === input.length) throw endsEarly();
  }

  function readSymbols(isLast: boolean): void {
    const safe = input.length - longestSymbol;
    while (state === "symbols" && filled < full && (at <= safe || isLast)) {
      readFast(safe);
      if (filled >= full || (at > safe && !isLast)) break;
      const value = symbol(literals, "invalid literal/length code");
      if (value < 256) out[filled++] = value;
      else if (value === 256) state = isFinal ? "over" : "head";
      else {
        if (value > 285) throw fail("invalid literal/length code");
        const length = lengthBases[value - 257]! + bits(lengthBits[value - 257]!);
        const code = symbol(distances, "invalid distance code");
        if (code > 29) throw fail("invalid distance code");
        const distance = distanceBases[code]! + bits(distanceBits[code]!);
        if (distance > filled) throw fail("invalid distance too far back");
        // Byte by byte: what is copied may be part of the copy.
        for (const end = filled + length; filled < end; filled++) out[filled] = out[filled - distance]!;
      }
      if (at > input.length && isBeyond()) throw endsEarly();
    }
    if (isBeyond()) throw endsEarly();
  }

  /**
   * Unpacks symbols as {@link readSymbols} does, up to one that is long, odd or the last of its block. All that it works with is
   * local, which is ten times as fast.
   */
  function readFast(safe: number): void {
    const from = input;
    const to = out;
    const mask = 2 ** lookupBits - 1;
    const literal = literals.lookup;
    const distance = distances.lookup;
    let next = at;
    let end = filled;
    let held = hold;
    let nHeld = nBits;
    while (end < full && next <= safe) {
      // The state before this symbol, to which the slow way returns.
      const next0 = next;
      const held0 = held;
      const nHeld0 = nHeld;
      while (nHeld < 15) {
        held |= from[next++]! << nHeld;
        nHeld += 8;
      }
      const entry = literal[held & mask]!;
      const value = entry >> 4;
      held >>>= entry & 15;
      nHeld -= entry & 15;
      if (entry !== 0 && value < 256) {
        to[end++] = value;
        continue;
      }
      if (value > 256 && value < 286) {
        const nLength = lengthBits[value - 257]!;
        const length = lengthBases[value - 257]! + (held & ((1 << nLength) - 1));
        held >>>= nLength;
        nHeld -= nLength;
        while (nHeld < 15) {
          held |= from[next++]! << nHeld;
          nHeld += 8;
        }
        const place = distance[held & mask]!;
        const code = place >> 4;
        if (place !== 0 && code < 30) {
          held >>>= place & 15;
          nHeld -= place & 15;
          const nDistance = distanceBits[code]!;
          while (nHeld < nDistance) {
            held |= from[next++]! << nHeld;
            nHeld += 8;
          }
          const back = distanceBases[code]! + (held & ((1 << nDistance) - 1));
          held >>>= nDistance;
          nHeld -= nDistance;
          if (back <= end) {
            for (const stop = end + length; end < stop; end++) to[end] = to[end - back]!;
            continue;
          }
        }
      }
      next = next0;
      held = held0;
      nHeld = nHeld0;
      break;
    }
    at = next;
    filled = end;
    hold = held;
    nBits = nHeld;
  }

  /** Unpacks on while it can. */
  function readOn(isLast: boolean): void {
    while (filled < full && state !== "over") {
      const left = input.length - at;
      if (state === "head") {
        if (!isLast && left < longestHead) return;
        readHead();
      } else if (state === "stored") {
        if (left + (nBits >> 3) === 0 && !isLast) return;
        copyStored(isLast);
      } else {
        if (!isLast && left < longestSymbol) return;
        readSymbols(isLast);
      }
    }
  }

  return {
    read(bytes, from, isLast) {
      input = bytes;
      at = from;
      try {
        readOn(isLast);
      } finally {
        input = out;
      }
      at -= nBits >> 3;
      nBits &= 7;
      hold &= (1 << nBits) - 1;
      return at;
    },
    take() {
      const chunk = out.slice(taken, filled);
      if (filled >= full) {
        out.copyWithin(0, filled - windowLength, filled);
        filled = windowLength;
      }
      taken = filled;
      return chunk;
    },
    isFull: () => filled >= full,
    isOver: () => state === "over",
  };
}

/** Whether all codes are given to symbols; one symbol alone may have a code of one bit, or none any. */
function isComplete({ unused, counts }: HuffmanCodes): boolean {
  const nCodes = counts.reduce((sum, count) => sum + count, 0);
  return unused === 0 || nCodes === 0 || (unused > 0 && nCodes === 1 && counts[1] === 1);
}

function fixedHuffman(): [HuffmanCodes, HuffmanCodes] {
  return [huffmanCodes(fixedLengths), huffmanCodes(new Uint8Array(32).fill(5))];
}
