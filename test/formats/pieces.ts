/** Bytes in pieces of a given size, as a source gives them. */
export async function* inPieces(
  content: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let at = 0; at < content.length; at += size) yield new Uint8Array(content.subarray(at, at + size));
}
