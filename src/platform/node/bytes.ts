/** Memory for so many bytes, with whatever is there: all of it is to be written. */
export function freshBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** The same memory, seen as what finds a byte the fastest by `indexOf`. */
export function searchable(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reverses the bytes of every number in place.
 *
 * @param bytesPerNumber - 2, 4 or 8; numbers of one byte stay
 */
export function reverseNumbers(bytes: Uint8Array, bytesPerNumber: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytesPerNumber === 2) buffer.swap16();
  if (bytesPerNumber === 4) buffer.swap32();
  if (bytesPerNumber === 8) buffer.swap64();
}

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
