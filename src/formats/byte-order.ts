import { reverseNumbers } from "#platform/bytes";

/** Whether this machine keeps the low byte of a number first, as nearly all do. */
export const hostIsLittleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * A copy in which the bytes of every number are reversed: little-endian numbers made big-endian, and back.
 *
 * @param bytes - of whole numbers
 */
export function swapByteOrder(bytes: Uint8Array, bytesPerNumber: number): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes);
  reverseNumbers(swapped, bytesPerNumber);
  return swapped;
}

/** The same bytes at the start of memory of their own, for views of numbers of any size; no copy where they are there. */
export function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.byteOffset === 0 && bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength) {
    return bytes as Uint8Array<ArrayBuffer>;
  }
  return new Uint8Array(bytes);
}

/** Bytes for messages: `"1f 8b 08"`, at most eight. */
export function formatBytes(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
