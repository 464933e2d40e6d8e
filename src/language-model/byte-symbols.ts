import { FormatError } from "../errors.ts";

/**
 * GPT-2 writes its vocabulary in printable characters, one a byte: bytes that are printable Latin-1 stand for
 * themselves, the others follow from U+0100 in order.
 */
const symbolBytes: ReadonlyMap<string, number> = new Map(
  (() => {
    const isPlain = (byte: number) =>
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    let next = 0x100;
    return Array.from(
      { length: 256 },
      (_, byte) => [String.fromCharCode(isPlain(byte) ? byte : next++), byte] as const,
    );
  })(),
);

/** Whether every character of a text stands for a byte. */
export function isSymbol(text: string): boolean {
  return Array.from(text).every((character) => symbolBytes.has(character));
}

/**
 * The byte that one character of a byte-level vocabulary stands for, 0..255.
 *
 * @param path - the vocabulary's file, for messages
 * @throws FormatError where the character stands for none
 */
export function byteOfSymbol(character: string, path: string): number {
  const byte = symbolBytes.get(character);
  if (byte !== undefined) return byte;
  throw new FormatError(
    path,
    `characters of a byte-level vocabulary must each stand for a byte, got "${character}". Is this a GPT-2 vocabulary?`,
  );
}
