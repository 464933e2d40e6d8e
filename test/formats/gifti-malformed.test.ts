import { describe, expect, it } from "vitest";
import { readGifti } from "../../src/formats/gifti.ts";
import { apart, bytes, good, malformedGifti, xml } from "./malformed-gifti.ts";

describe("readGifti refuses", () => {
  it.each(malformedGifti)("by hand: %s", (_, content, message, byteOffset) => {
    const input = typeof content === "string" ? bytes(content) : content;
    const whole = byteOffset === undefined ? `a.gii: ${message}` : `a.gii: ${message} (at byte ${byteOffset})`;
    expect(() => readGifti(input, { path: "a.gii", external: () => new Uint8Array(10) })).toThrow(
      expect.objectContaining({ name: "FormatError", path: "a.gii", byteOffset, message: whole }),
    );
  });

  it("by hand: an array in another file, where it is not told how to read that", () => {
    const message = 'a.gii: the numbers of array 0 lie in "a.dat". Give `external`, which reads that file.';
    expect(() => readGifti(bytes(xml("", apart)), { path: "a.gii" })).toThrow(
      expect.objectContaining({ name: "OptionError", message }),
    );
  });

  it("identity: every beginning of a file but the whole", () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => readGifti(bytes(good.slice(0, length)))).toThrow(expect.objectContaining({ name: "FormatError" }));
    }
  });
});
