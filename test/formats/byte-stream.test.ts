import { describe, expect, it } from "vitest";
import { byteStream } from "../../src/formats/byte-stream.ts";
import { growingFloats } from "../../src/formats/growing.ts";
import { streamNifti } from "../../src/formats/nifti-stream.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { decodeNumbers } from "../../src/formats/number-type.ts";
import { inPieces } from "../support/pieces.ts";

const ten = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

describe("byteStream", () => {
  it.each([1, 3, 4, 100])("by hand: looks ahead, takes, passes by, in pieces of %i bytes", async (size) => {
    const stream = byteStream(inPieces(ten, size));
    expect([...(await stream.peek(5))]).toEqual([0, 1, 2, 3, 4]);
    expect([...(await stream.peek(2))]).toEqual([0, 1]);
    expect(stream.position()).toBe(0);
    expect([...(await stream.take(3))]).toEqual([0, 1, 2]);
    await stream.skip(2);
    expect(stream.position()).toBe(5);
    const rest: number[] = [];
    for (let piece = await stream.next(2); piece; piece = await stream.next(2)) rest.push(...piece);
    expect(rest).toEqual([5, 6, 7, 8, 9]);
    expect(stream.position()).toBe(10);
  });

  it("by hand: gives what is left where less is left than is asked for", async () => {
    const stream = byteStream(inPieces(ten, 4));
    expect(await stream.peek(99)).toEqual(ten);
    expect((await stream.take(99)).length).toBe(10);
    expect((await stream.take(1)).length).toBe(0);
    await stream.skip(5);
    expect(await stream.next(5)).toBeUndefined();
    expect(stream.position()).toBe(10);
  });
});

describe("growingFloats", () => {
  it("identity: keeps what was written, and ends with memory for exactly as many", () => {
    const length = 3_000_000;
    const floats = growingFloats(length, new Float32Array(0));
    for (let n = 0; n < length; ) {
      const end = Math.min(length, n + 99_991);
      const data = floats.reserve(end);
      // A megabyte at once, later at most eight times what is there.
      expect(data.length).toBeLessThanOrEqual(Math.max(2 ** 18, 8 * end));
      for (; n < end; n++) data[n] = n;
    }
    const data = floats.reserve(length);
    expect(data.length).toBe(length);
    expect(data.every((value, i) => value === Math.fround(i))).toBe(true);
  });

  it("by hand: a length that nothing follows takes a megabyte at most", () => {
    expect(growingFloats(2 ** 32 - 1, new Float32Array(0)).reserve(1).length).toBeLessThanOrEqual(2 ** 18);
    expect(growingFloats(0, new Float32Array(0)).reserve(0).length).toBe(0);
  });
});

describe("decodeNumbers", () => {
  const place = { path: "a", start: 0 };
  it("by hand: numbers at any place in memory, in both orders", () => {
    for (let shift = 0; shift < 8; shift++) {
      const bytes = new Uint8Array(shift + 8).subarray(shift);
      bytes.set([0, 0, 128, 63, 0, 0, 0, 192]);
      expect([...decodeNumbers(bytes, { ...place, type: "float32", isLittleEndian: true })]).toEqual([1, -2]);
      bytes.set([63, 128, 0, 0, 192, 0, 0, 0]);
      expect([...decodeNumbers(bytes, { ...place, type: "float32", isLittleEndian: false })]).toEqual([1, -2]);
    }
  });

  it("by hand: half precision", () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0xfc00, 0x8000, 0x3555];
    const numbers = decodeNumbers(new Uint8Array(Uint16Array.from(halves).buffer), {
      ...place,
      type: "float16",
      isLittleEndian: true,
    });
    expect([...numbers]).toEqual([1, -2, 2 ** -24, 65504, Infinity, -Infinity, -0, 1365 / 4096]);
  });
});

describe("the memory of streamNifti", () => {
  it("identity: 400 MB, of which three voxels a volume are kept, pass through less than half of it", async () => {
    const shape = [100, 100, 100, 100];
    const header = writeNifti({
      shape: [1],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      data: new Float32Array(1),
    });
    const view = new DataView(header.buffer);
    for (const [d, n] of [4, ...shape].entries()) view.setInt16(40 + 2 * d, n, true);
    const before = process.memoryUsage.rss();
    let most = before;
    async function* pieces() {
      yield header.subarray(0, 352);
      for (let i = 0; i < 100; i++) {
        const volume = new Float32Array(1e6);
        volume.set([i, i + 0.5], 7);
        yield new Uint8Array(volume.buffer);
        most = Math.max(most, process.memoryUsage.rss());
      }
    }
    const { volumes } = await streamNifti(pieces(), { select: () => Int32Array.of(7, 8, 999_999) });
    expect([volumes.nRows, volumes.nColumns]).toEqual([100, 3]);
    expect([...volumes.data.subarray(297)]).toEqual([99, 99.5, 0]);
    // Pieces that were read are garbage until it is collected: less than the whole is what can be said.
    expect(most - before).toBeLessThan(200e6);
  });
});
