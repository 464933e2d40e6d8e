import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzipped } from "../../src/formats/gunzip.ts";

/** Bytes in pieces of a given size, and whether their reader left or read to the end. */
function inPieces(bytes: Uint8Array, size: number) {
  const state = { isClosed: false };
  async function* pieces() {
    try {
      for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
    } finally {
      state.isClosed = true;
    }
  }
  return { pieces: pieces(), state };
}

async function gather(bytes: Uint8Array, size: number): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of gunzipped(inPieces(bytes, size).pieces, "a.gz")) found.push(piece);
  return Buffer.concat(found);
}

const plain = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 256));

describe("gunzipped", () => {
  it.each([1, 7, 1000, 1_000_000])("identity: what was packed, in pieces of %i bytes", async (size) => {
    const bytes = size === 1 ? plain.subarray(0, 500) : plain;
    expect((await gather(gzipSync(bytes), size)).equals(bytes)).toBe(true);
  });

  it("identity: what is not packed, as it is", async () => {
    expect((await gather(plain, 999)).equals(plain)).toBe(true);
    expect([...(await gather(Uint8Array.of(0x1f), 1))]).toEqual([0x1f]);
  });

  it("by hand: several packed streams one after the other are one file (RFC 1952, section 2.2)", async () => {
    const both = Buffer.concat([gzipSync(Buffer.from("ab")), gzipSync(Buffer.from("c"))]);
    expect((await gather(both, 5)).toString()).toBe("abc");
  });

  it.each([
    ["cut", gzipSync(plain).subarray(0, 400), "unexpected end of file"],
    ["damaged", gzipSync(plain).fill(255, 100, 200), "invalid (?:code|distance|block|stored|literal)"],
    ["of another sum", Buffer.concat([gzipSync(plain).subarray(0, -8), Buffer.alloc(8)]), "incorrect data check"],
  ])("a packed file that is %s is refused", async (_, bytes, reason) => {
    await expect(gather(bytes, 1000)).rejects.toMatchObject({
      name: "FormatError",
      path: "a.gz",
      message: expect.stringMatching(
        `^a.gz: a file that begins as gzip must be a whole gzip stream, got one that is not \\(${reason}.*\\). It looks truncated or damaged: fetch it again$`,
      ) as string,
    });
  });

  it("a reader that leaves early ends the reading of the file", async () => {
    const zeros = gzipSync(Buffer.alloc(10_000_000));
    for (const bytes of [zeros, plain]) {
      const { pieces, state } = inPieces(bytes, 100);
      for await (const piece of gunzipped(pieces, "a")) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(state.isClosed).toBe(true);
    }
  });

  it("a failure of the file itself comes through as it is", async () => {
    async function* failing() {
      yield new Uint8Array(gzipSync(plain).subarray(0, 100));
      throw new RangeError("disk");
    }
    const read = async () => {
      for await (const piece of gunzipped(failing(), "a")) expect(piece).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ name: "RangeError", message: "disk" });
  });
});
