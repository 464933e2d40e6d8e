import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzipWhole } from "../../src/formats/gunzip.ts";
import { readMgh } from "../../src/formats/mgh.ts";
import { readNifti } from "../../src/formats/nifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";

const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const nifti = writeNifti({ shape: [2, 3, 1], affine, data: Float32Array.of(1, 2, 3, 4, 5, 6) });

/** FreeSurfer's header of three values of one byte, and the values. */
function mgh(): Uint8Array {
  const bytes = new Uint8Array(284 + 3);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of [1, 3, 1, 1, 1, 0].entries()) view.setInt32(4 * i, value);
  bytes.set([7, 8, 9], 284);
  return bytes;
}

/** A file, and `n` zeros behind it. */
const packed = (bytes: Uint8Array, n: number) => gzipSync(Buffer.concat([bytes, new Uint8Array(n)]));

describe("a packed file is unpacked to little more than its header says", () => {
  // By hand: 352 bytes before 6 numbers of 4 bytes; 284 before 3 of 1. A megabyte behind them is left aside.
  it.each<[string, Uint8Array, number, (bytes: Uint8Array) => { readonly data: ArrayLike<number> }]>([
    ["NIfTI", nifti, 376, (bytes) => readNifti(bytes, { path: "a" })],
    ["MGH", mgh(), 287, (bytes) => readMgh(bytes, { path: "a" })],
  ])("%s", (_, file, size, read) => {
    expect(file.length).toBe(size);
    expect(Array.from(read(packed(file, 2 ** 20)).data)).toEqual(Array.from(read(file).data));
    expect(() => read(packed(file, 2 ** 20 + size + 1))).toThrow(
      `a: a compressed file must unpack to little more than the ${size} bytes that its header says, got more than twice as many. It looks damaged: fetch it again`,
    );
  });

  it("where the beginning does not say, as ever (by hand)", () => {
    const file = packed(Uint8Array.of(1, 2, 3), 2 ** 21);
    const whole = gunzipWhole(file, "a", () => {
      throw new RangeError("too short");
    });
    expect(whole.length).toBe(3 + 2 ** 21);
  });
});
