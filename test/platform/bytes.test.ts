import { describe, expect, it } from "vitest";
import * as browserBase64 from "../../src/platform/browser/base64.ts";
import * as browserBytes from "../../src/platform/browser/bytes.ts";
import { joinBytes } from "../../src/platform/join-bytes.ts";
import * as nodeBase64 from "../../src/platform/node/base64.ts";
import * as nodeBytes from "../../src/platform/node/bytes.ts";

// One interface, two implementations.
const browser: typeof nodeBytes & typeof nodeBase64 = { ...browserBytes, ...browserBase64 };
const node: typeof browserBytes & typeof browserBase64 = { ...nodeBytes, ...nodeBase64 };
const implementations = [
  ["Node", node],
  ["browsers", browser],
] as const;
const ascii = (text: string) => new TextEncoder().encode(text);

describe.each(implementations)("bytes in %s (by hand)", (_, { freshBytes, searchable, reverseNumbers, utf8Length }) => {
  it("memory of its own", () => {
    const fresh = freshBytes(5);
    expect([fresh.length, fresh.byteOffset, fresh.buffer.byteLength]).toEqual([5, 0, 5]);
  });

  it("a byte is found, from a place on", () => {
    const bytes = Uint8Array.of(9, 1, 2, 1, 3).subarray(1);
    const found = searchable(bytes);
    expect([found.indexOf(1), found.indexOf(1, 1), found.indexOf(9), found.length]).toEqual([0, 2, -1, 4]);
    found[0] = 7;
    expect(bytes[0]).toBe(7);
  });

  it.each([
    [1, [1, 2, 3, 4, 5, 6, 7, 8]],
    [2, [2, 1, 4, 3, 6, 5, 8, 7]],
    [4, [4, 3, 2, 1, 8, 7, 6, 5]],
    [8, [8, 7, 6, 5, 4, 3, 2, 1]],
  ])("numbers of %i bytes are reversed", (size, expected) => {
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8);
    reverseNumbers(bytes.subarray(1), size);
    expect([...bytes]).toEqual([0, ...expected]);
  });

  it("length of texts in UTF-8: one to four bytes a character, three for half of one", () => {
    expect(["", "a", "é", "€", "😀", "\ud83d"].map(utf8Length)).toEqual([0, 1, 2, 3, 4, 3]);
  });
});

describe.each(implementations)("base64 in %s", (_, { decodeDigits, encodeBase64 }) => {
  it("what RFC 4648 shows (section 10)", () => {
    const texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
    const encoded = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    expect(texts.map((text) => encodeBase64(ascii(text)))).toEqual(encoded);
  });

  it("every byte, there and back (identity)", () => {
    const bytes = Uint8Array.from({ length: 3 * 50_000 }, (_, i) => (i * i + (i >> 8)) & 255);
    const decoded = new Uint8Array(bytes.length + 2);
    expect(decodeDigits(ascii(encodeBase64(bytes)), decoded, 2)).toBe(bytes.length + 2);
    expect(Buffer.from(decoded.subarray(2)).equals(bytes)).toBe(true);
  });

  it.each(["Zm9v Zm9", "Zm9vZg==", "Zm9vZm-v", "Zm9vZm_v", "Zm9vZm9\0", "Zm9vZm9\u0080"])(
    "anything but digits is left to who asks: %j (by hand)",
    (text) => {
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      expect(decodeDigits(bytes, new Uint8Array(6), 0)).toBe(undefined);
    },
  );
});

it("pieces are joined in memory of their own (by hand)", () => {
  const joined = joinBytes([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)]);
  expect([[...joined], joined.buffer.byteLength]).toEqual([[1, 2, 3], 3]);
});
