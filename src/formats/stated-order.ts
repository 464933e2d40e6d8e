import { FormatError } from "../errors.ts";
import type { GiftiBlock } from "./gifti-data.ts";
import { bytesOf, isWholeType } from "./number-type.ts";

/** Numbers other than 0 that are looked at, from the start of an array: a share of a quarter is then known to 1.4 %, its standard error. */
const SAMPLE = 1024;

/**
 * Shares of the numbers that cannot be meant: more than `MANY` in the stated order and at most `FEW` in the other is a wrong order.
 * The wrong order makes half of the numbers or more impossible, so a quarter is a safe sign. The right order makes none impossible, but
 * for a few that are damaged.
 */
const [MANY, FEW] = [0.25, 0.01];

/** Fewest different numbers that the order is judged by: one or two may make sense in either order. */
const FEWEST = { whole: 4, floating: 16 };

/** Holds the byte order that a file states against the numbers. */
export interface StatedOrder {
  /** Looks at bytes of whole numbers, as they stand in the file. */
  readonly add: (bytes: Uint8Array) => void;
  /**
   * Judges the order by the bytes that were added.
   *
   * @throws FormatError where many numbers cannot be meant as the file has them, and nearly all can in the other order
   */
  readonly check: () => void;
}

/**
 * Whether the numbers of an array can be meant in the byte order that its tag states. Floating numbers can where they are within
 * 1e-20 and 1e20: read in the wrong order, exponents come from the last digits, and half of the numbers lie beyond or are NaN. Whole ones of
 * four bytes and more can below 2^24: vertices, labels and colours are, and have their last byte in front when they are read wrongly.
 *
 * @remarks nibabel takes the attribute at its word. NIfTI, MGH and FreeSurfer's surfaces have a header of numbers, which
 * shows the order: a header that is read wrongly is refused. Numbers of two bytes make sense in either order.
 */
export function statedOrder(block: GiftiBlock): StatedOrder {
  const size = bytesOf(block.type);
  const isWhole = isWholeType(block.type);
  const patterns = new Set<bigint>();
  let [nSeen, nStrange, nStrangeSwapped] = [0, 0, 0];

  function numberAt(view: DataView, at: number, isLittleEndian: boolean): number {
    if (isWhole) return size === 4 ? view.getInt32(at, isLittleEndian) : Number(view.getBigInt64(at, isLittleEndian));
    return size === 4 ? view.getFloat32(at, isLittleEndian) : view.getFloat64(at, isLittleEndian);
  }

  const isStrange = (value: number) =>
    isWhole ? Math.abs(value) >= 2 ** 24 : !(Math.abs(value) >= 1e-20 && Math.abs(value) <= 1e20);

  return {
    add(bytes) {
      if (size < 4 || nSeen >= SAMPLE) return;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at + size <= bytes.length && nSeen < SAMPLE; at += size) {
        const stated = numberAt(view, at, block.isLittleEndian);
        if (stated === 0) continue;
        nSeen++;
        if (patterns.size < FEWEST.floating)
          patterns.add(size === 4 ? BigInt(view.getUint32(at)) : view.getBigUint64(at));
        if (isStrange(stated)) nStrange++;
        if (isStrange(numberAt(view, at, !block.isLittleEndian))) nStrangeSwapped++;
      }
    },
    check() {
      if (patterns.size < (isWhole ? FEWEST.whole : FEWEST.floating)) return;
      if (!(nStrange > MANY * nSeen && nStrangeSwapped <= FEW * nSeen)) return;
      const [stated, other] = block.isLittleEndian ? ["LittleEndian", "BigEndian"] : ["BigEndian", "LittleEndian"];
      const range = isWhole ? "2^24 or more" : "NaN, or beyond 1e-20 to 1e20";
      throw new FormatError(
        block.path,
        `Endian must be the byte order of the numbers, got "${stated}" (${block.where}): of ${nSeen} numbers that are not 0, ${nStrange} are ${range}, and ${nStrangeSwapped} if the order is ${other}. Correct the attribute, or write the file anew`,
        block.tagStart,
      );
    },
  };
}
