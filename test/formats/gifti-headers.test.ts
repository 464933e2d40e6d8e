import { describe, expect, it } from "vitest";
import { type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { readGiftiHeader, readGiftiStart } from "../../src/formats/gifti-headers.ts";
import { malformedGifti } from "./malformed-gifti.ts";
import { inPieces } from "./pieces.ts";

const volume = (t: number): GiftiArray => ({
  intent: "NIFTI_INTENT_TIME_SERIES",
  dataType: "NIFTI_TYPE_FLOAT32",
  dimensions: [2000],
  data: Float32Array.from({ length: 2000 }, (_, v) => Math.sin(v * (t + 1))),
  metadata: { Name: `volume ${t}` },
  coordinateSystems: [],
});
const series = writeGifti({
  metadata: { AnatomicalStructurePrimary: "CortexLeft" },
  labels: [{ key: 1, name: "a", rgba: [1, 0, 0, 1] }],
  arrays: [0, 1, 2].map(volume),
});
/** The first numbers damaged: not base64. */
const damaged = Buffer.from(
  Buffer.from(series)
    .toString("latin1")
    .replace(/<Data>..../, "<Data>***&"),
  "latin1",
);

/** Pieces, and how many bytes of them were asked for. */
function counted(content: Uint8Array, size: number) {
  const state = { nBytes: 0, isLeft: false };
  async function* pieces() {
    try {
      for await (const piece of inPieces(content, size)) {
        state.nBytes += piece.length;
        yield piece;
      }
    } finally {
      state.isLeft = true;
    }
  }
  return { pieces: pieces(), state };
}

describe("readGiftiHeader", () => {
  it.each([1, 7, 100_000])("identity: is the file without its numbers, in pieces of %i bytes", async (size) => {
    const { arrays, ...rest } = readGifti(series);
    const expected = { ...rest, arrays: arrays.map(({ data: _, ...array }) => array) };
    expect(await readGiftiHeader(inPieces(series, size))).toEqual(expected);
    expect(await readGiftiHeader(inPieces(damaged, size))).toEqual(expected);
  });

  it("by hand: refuses what is wrong with anything but numbers, as readGifti does", async () => {
    let nRefused = 0;
    for (const [, content, message] of malformedGifti) {
      const input = typeof content === "string" ? new TextEncoder().encode(content) : content;
      try {
        await readGiftiHeader(inPieces(input, 10), { path: "a.gii" });
        expect(message).toMatch(/^array 0|base64|^"a.dat"/);
      } catch (error) {
        expect((error as Error).message).toContain(message);
        nRefused++;
      }
    }
    // Rows of the table that are not about numbers, counted.
    expect(nRefused).toBe(malformedGifti.filter(([, , message]) => !/^array 0|base64|^"a.dat"/.test(message)).length);
  });
});

describe("readGiftiStart", () => {
  it("by hand: tells the first array and the number of arrays, and reads no further than the first numbers", async () => {
    const { pieces, state } = counted(damaged, 100);
    expect(await readGiftiStart(pieces)).toEqual({
      index: 0,
      nArrays: 3,
      intent: "NIFTI_INTENT_TIME_SERIES",
      dataType: "NIFTI_TYPE_FLOAT32",
      dimensions: [2000],
      order: "row",
      metadata: { AnatomicalStructurePrimary: "CortexLeft", Name: "volume 0" },
    });
    // A tag that lies across pieces is looked at again at twice the length.
    expect(state.nBytes).toBeLessThan(2 * (damaged.indexOf("<Data>") + 100));
    expect(state.isLeft).toBe(true);
  });

  it("by hand: is undefined where there is no array, and refuses what is no GIFTI", async () => {
    const none = writeGifti({ metadata: {}, labels: [], arrays: [] });
    expect(await readGiftiStart(inPieces(none, 50))).toBeUndefined();
    await expect(readGiftiStart(inPieces(Buffer.from("<svg/>".padEnd(100)), 5), { path: "a" })).rejects.toThrow(
      "a: the root element must be <GIFTI>, got <svg> (at byte 0)",
    );
  });
});
