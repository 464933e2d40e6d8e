import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, unzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { deflate } from "../../src/platform/browser/deflate.ts";
import * as browserStream from "../../src/platform/browser/unpack-stream.ts";
import * as browser from "../../src/platform/browser/zlib.ts";
import * as nodeStream from "../../src/platform/node/unpack-stream.ts";
import * as node from "../../src/platform/node/zlib.ts";
import type { UnzipFailure, UnzipStream } from "../../src/platform/unzip-stream.ts";

// Two implementations of one interface: Node's zlib, and ours for browsers. Node's is the oracle of the other.

// Types: what one has, the other has.
const browserImplementation: typeof node & typeof nodeStream = { ...browser, ...browserStream };
const nodeImplementation: typeof browser & typeof browserStream = { ...node, ...nodeStream };
const implementations = [
  ["Node", nodeImplementation],
  ["browsers", browserImplementation],
] as const;

let state = 7;
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 16) / 2 ** 16;
}
const bytesOf = (length: number, byte: (i: number) => number) => Uint8Array.from({ length }, (_, i) => byte(i));

/** What is packed: nothing, one byte, what cannot be packed, what can, runs, and numbers as images have them. */
const contents: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  "one byte": Uint8Array.of(7),
  noise: bytesOf(200_000, () => random() * 256),
  "few values": bytesOf(300_000, () => random() ** 8 * 30),
  "a run": new Uint8Array(1_000_000),
  "words of a small alphabet": bytesOf(150_000, (i) => "abracadabra ".charCodeAt((i * i) % 12)),
  numbers: new Uint8Array(Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i / 50)).buffer),
};
/** Repeats what stands as far back as a copy may reach. */
const windowed = bytesOf(100_000, (i) => (i % 32_768) * 37);

const packings: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  zlib: (bytes) => deflateSync(bytes),
  "zlib, stored": (bytes) => deflateSync(bytes, { level: 0 }),
  "zlib, fixed codes": (bytes) => deflateSync(bytes, { strategy: constants.Z_FIXED }),
  "zlib, codes alone": (bytes) => deflateSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY }),
  "zlib, small window": (bytes) => deflateSync(bytes, { windowBits: 9, level: 9 }),
  gzip: (bytes) => gzipSync(bytes),
  "two streams of gzip, and zeros": (bytes) =>
    Buffer.concat([
      gzipSync(bytes.subarray(0, bytes.length >> 1)),
      gzipSync(bytes.subarray(bytes.length >> 1)),
      Buffer.alloc(9),
    ]),
  "zlib, and what follows": (bytes) => Buffer.concat([deflateSync(bytes), Buffer.from("more")]),
};
const cases = Object.entries({ ...contents, windowed }).flatMap(([content, bytes]) =>
  Object.entries(packings).map(([packing, pack]) => [packing, content, pack(bytes), bytes] as const),
);

/** How a call ended: what it gave, or code and words of its failure. */
function outcome(call: () => Uint8Array): unknown {
  try {
    return Buffer.from(call()).toString("base64");
  } catch (cause) {
    return { code: (cause as UnzipFailure).code, message: (cause as Error).message };
  }
}

/** What is unpacked of a stream that is written in pieces, each once the one before is taken. */
async function streamed(stream: UnzipStream, packed: Uint8Array, pieceLength: number): Promise<unknown> {
  const closed = new Promise<void>((resolve) => void stream.on("close", resolve));
  stream.on("error", () => undefined);
  const feed = async () => {
    const memory = new Uint8Array(pieceLength);
    for (let at = 0; at < packed.length && !stream.destroyed; at += pieceLength) {
      const piece = packed.subarray(at, at + pieceLength);
      memory.set(piece);
      const taken = new Promise<void>((resolve) => void stream.write(memory.subarray(0, piece.length), resolve));
      await Promise.race([taken, closed]);
    }
    if (!stream.destroyed) stream.end();
  };
  const fed = feed();
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (cause) {
    return { code: (cause as UnzipFailure).code, message: (cause as Error).message };
  } finally {
    await fed;
  }
  return Buffer.concat(chunks).toString("base64");
}

const most = { maxOutputLength: 2 ** 24 };

describe.each(implementations)("unpacking in %s", (_, { unpack, unpackAside, unpackStream, unpackBeginning }) => {
  it.each(cases)("%s of %s (identity)", async (_packing, _content, packed, bytes) => {
    expect(Buffer.from(unpack(packed, most)).equals(bytes)).toBe(true);
    expect(Buffer.from(unpack(packed, { ...most, chunkSize: 1000 })).equals(bytes)).toBe(true);
    expect(Buffer.from(await unpackAside(packed, most)).equals(bytes)).toBe(true);
    for (const pieceLength of [997, 70_000]) {
      expect(await streamed(unpackStream({ chunkSize: 2 ** 15 }), packed, pieceLength)).toBe(
        Buffer.from(bytes).toString("base64"),
      );
    }
  });

  it("byte by byte (identity)", async () => {
    for (const pack of [deflateSync, gzipSync]) {
      const bytes = contents["numbers"]!.subarray(0, 5000);
      expect(await streamed(unpackStream({ chunkSize: 64 }), pack(bytes), 1)).toBe(
        Buffer.from(bytes).toString("base64"),
      );
    }
  });

  it("no more than is allowed (by hand)", () => {
    const packed = deflateSync(contents["a run"]!);
    expect(unpack(packed, { maxOutputLength: 1_000_000 }).length).toBe(1_000_000);
    expect(outcome(() => unpack(packed, { maxOutputLength: 999_999 }))).toEqual({
      code: "ERR_BUFFER_TOO_LARGE",
      message: "Cannot create a Buffer larger than 999999 bytes",
    });
  });

  it("the beginning of a stream that goes on (by hand: bytes that stand there)", () => {
    const bytes = contents["noise"]!;
    const begun = unpackBeginning(gzipSync(bytes).subarray(0, 4096));
    expect(begun.length).toBeGreaterThan(3500);
    expect(Buffer.from(begun).equals(bytes.subarray(0, begun.length))).toBe(true);
    expect(Buffer.from(unpackBeginning(gzipSync(bytes.subarray(0, 9)))).equals(bytes.subarray(0, 9))).toBe(true);
  });

  it("waits where as much is written as may wait, and goes on once it is read", async () => {
    const stream = unpackStream({ chunkSize: 1000, waiting: 2000 });
    let nDrained = 0;
    stream.on("drain", () => nDrained++);
    const packed = deflateSync(contents["noise"]!.subarray(0, 20_000));
    stream.write(packed);
    expect(stream.writableNeedDrain).toBe(true);
    stream.end();
    let length = 0;
    for await (const chunk of stream) length += chunk.length;
    expect([length, stream.destroyed]).toEqual([20_000, true]);
  });

  it("ends with what it is destroyed with, and when a reader leaves", async () => {
    const broken = unpackStream({ chunkSize: 1000 });
    broken.on("error", () => undefined);
    const read = (async () => {
      for await (const chunk of broken) expect(chunk.length).toBeGreaterThan(0);
    })();
    broken.destroy(new Error("gone"));
    await expect(read).rejects.toThrow("gone");
    const left = unpackStream({ chunkSize: 1000 });
    const closed = new Promise<void>((resolve) => void left.on("close", resolve));
    left.write(deflateSync(contents["noise"]!));
    for await (const chunk of left) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await closed;
    expect(left.destroyed).toBe(true);
  });
});

describe("damaged streams in browsers", () => {
  const whole = [
    deflateSync(contents["numbers"]!.subarray(0, 9000)),
    gzipSync(contents["few values"]!.subarray(0, 9000)),
  ];

  it("cut anywhere, are told of as in Node (agreement)", async () => {
    for (const packed of whole) {
      for (let length = 0; length < packed.length; length += length < 40 || length > packed.length - 20 ? 1 : 211) {
        const cut = packed.subarray(0, length);
        const expected = outcome(() => node.unpack(cut, most));
        expect(
          outcome(() => browser.unpack(cut, most)),
          `${length} bytes`,
        ).toEqual(expected);
        if (length > 2)
          expect(await streamed(browserStream.unpackStream({ chunkSize: 1000 }), cut, 500)).toEqual(expected);
      }
    }
  });

  it("with a byte changed anywhere, are refused where Node refuses them, and read as Node reads them (agreement)", () => {
    let nSame = 0;
    let nAll = 0;
    for (const packed of whole) {
      for (let at = 0; at < packed.length; at += at < 60 || at > packed.length - 20 ? 1 : 41) {
        for (const bit of [1, 4, 32, 128]) {
          const changed = Uint8Array.from(packed);
          changed[at]! ^= bit;
          const theirs = outcome(() => node.unpack(changed, most));
          const ours = outcome(() => browser.unpack(changed, most));
          expect(typeof ours, `byte ${at}, bit ${bit}`).toBe(typeof theirs);
          if (typeof theirs === "string") expect(ours).toBe(theirs);
          nAll++;
          if (JSON.stringify(ours) === JSON.stringify(theirs)) nSame++;
        }
      }
    }
    // Which of two faults is met first may differ: a whole chunk is unpacked before its sum is compared.
    expect(nSame / nAll).toBeGreaterThan(0.95);
  });

  it("heads of gzip with all their fields (agreement)", () => {
    const body = deflateRawSync(Buffer.from("words"));
    const trailer = gzipSync("words").subarray(-8);
    const head = (flags: number, ...fields: number[]) =>
      Uint8Array.of(0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3, ...fields);
    const heads = [
      head(1),
      head(4, 3, 0, 9, 9, 9),
      head(8, 97, 98, 0),
      head(16, 97, 0),
      head(4 + 8 + 16, 1, 0, 5, 97, 0, 98, 0),
      head(2, 1, 2),
      head(0x20),
      head(0x80),
    ];
    for (const each of heads) {
      const packed = Buffer.concat([each, body, trailer]);
      expect(outcome(() => browser.unpack(packed, most))).toEqual(outcome(() => node.unpack(packed, most)));
    }
    for (const packed of [Buffer.concat([gzipSync("a"), Buffer.from("bc")]), Uint8Array.of(0x78, 0xbb, 0, 0, 0, 0)]) {
      expect(outcome(() => browser.unpack(packed, most))).toEqual(outcome(() => node.unpack(packed, most)));
    }
  });
});

describe("packing in browsers", () => {
  it.each(Object.entries({ ...contents, windowed }))("%s is what Node unpacks (oracle: Node's zlib)", (_, bytes) => {
    expect(unzipSync(browser.packZlib(bytes)).equals(bytes)).toBe(true);
    const gzip = browser.packGzip(bytes);
    expect(gunzipSync(gzip).equals(bytes)).toBe(true);
    expect(Buffer.from(browser.packGzip(bytes)).equals(gzip)).toBe(true);
  });

  it("by hand: a stream is never much longer than what is packed, and a run is far shorter", () => {
    for (const bytes of Object.values(contents)) {
      // Five bytes for each block of 65,535, and a bit for rounding up.
      expect(deflate(bytes).length).toBeLessThanOrEqual(
        bytes.length + 5 * Math.max(1, Math.ceil(bytes.length / 65_535)) + 1,
      );
    }
    // 3,876 copies of 258 bytes, each of 26 bits at most: 8 for the length, 18 for the distance.
    expect(deflate(contents["a run"]!).length).toBeLessThan(13_000);
  });
});
