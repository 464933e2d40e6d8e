/** Whether this machine keeps the low byte of a number first, as nearly all do. */
export const hostIsLittleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * A copy in which the bytes of every number are reversed: little-endian numbers made big-endian, and back.
 *
 * @param bytes - of whole numbers
 */
export function swapByteOrder(bytes: Uint8Array, bytesPerNumber: number): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes);
  const buffer = Buffer.from(swapped.buffer);
  if (bytesPerNumber === 2) buffer.swap16();
  if (bytesPerNumber === 4) buffer.swap32();
  if (bytesPerNumber === 8) buffer.swap64();
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

/**
 * How a file begins, for messages of what it should begin with: `"bytes 1f 8b. Is it a ...?"`, or that it is empty.
 *
 * @param length - bytes to show, at most eight
 * @param remedy - what to do where it is not empty
 */
export function formatStart(bytes: Uint8Array, length: number, remedy: string): string {
  if (bytes.length === 0) return "an empty file. Fetch it again, or write it anew";
  return `bytes ${formatBytes(bytes.subarray(0, length))}. ${remedy}`;
}
