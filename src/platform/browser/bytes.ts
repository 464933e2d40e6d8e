/** Memory for so many bytes. */
export function freshBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

/** The same bytes: nothing finds one faster. */
export function searchable(bytes: Uint8Array): Uint8Array {
  return bytes;
}

/**
 * Reverses the bytes of every number in place.
 *
 * @param bytesPerNumber - 2, 4 or 8; numbers of one byte stay
 */
export function reverseNumbers(bytes: Uint8Array, bytesPerNumber: number): void {
  for (let first = 0; first < bytes.length; first += bytesPerNumber) {
    for (let low = first, high = first + bytesPerNumber - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
