import { expect } from "vitest";
import type { Gifti } from "../../src/formats/gifti.ts";

/** Bytes in pieces of a given size, as a source gives them. */
export async function* inPieces(
  content: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let at = 0; at < content.length; at += size) yield new Uint8Array(content.subarray(at, at + size));
}

/** Expects two files to be the same to the last bit; that of large arrays takes no time. */
export function expectSame(found: Gifti, expected: Gifti): void {
  const rest = ({ arrays, ...header }: Gifti) => ({
    ...header,
    arrays: arrays.map(({ data, ...array }) => ({ ...array, type: data.constructor.name, length: data.length })),
  });
  expect(rest(found)).toEqual(rest(expected));
  for (const [i, { data }] of expected.arrays.entries()) {
    const own = found.arrays[i]!.data;
    const isSame = Buffer.from(own.buffer, own.byteOffset, own.byteLength).equals(
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    );
    expect(isSame, `numbers of array ${i}`).toBe(true);
  }
}
