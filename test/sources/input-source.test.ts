import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../src/array/random.ts";
import { ChangedFileError } from "../../src/errors.ts";
import { PIECE } from "../../src/sources/account.ts";
import { type InputSource, inputSource } from "../../src/sources/input-source.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { listFiles } from "../../src/sources/source.ts";

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const noise = (length: number, seed: string) => {
  const random = createRandom(seed);
  return Uint8Array.from({ length }, () => random.integer(256));
};
const stays = (got: string) =>
  `data/x: the file must stay as it is while a study runs, got ${got}. Run the command again`;

/** A stretch of a file, as a way to read it gave it. */
interface Stretch {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Reads the file "x" in one of the ways that there are. */
async function readSomehow(source: InputSource, random: Random, size: number): Promise<Stretch> {
  const joined = async (limit: number): Promise<Stretch> => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of source.stream("x")) {
      pieces.push(piece.slice());
      length += piece.length;
      // As its reader may.
      piece.fill(0);
      if (length >= limit) break;
    }
    return { start: 0, bytes: new Uint8Array(Buffer.concat(pieces)) };
  };
  switch (random.integer(5)) {
    case 0:
      return { start: 0, bytes: await source.read("x") };
    case 1:
      return joined(Number.POSITIVE_INFINITY);
    case 2:
      return joined(random.integer(size + 1));
    case 3: {
      await source.identify("x");
      return { start: 0, bytes: new Uint8Array(0) };
    }
    default: {
      const start = random.integer(size + 1);
      const length = random.integer(Math.min(2 * PIECE, size - start) + 1);
      return { start, bytes: await source.readRange("x", start, length) };
    }
  }
}

describe("inputSource", () => {
  it("gives what the source gives, and the hash of what was read whole (identity)", async () => {
    const plain = memoryStore({ "a/x.txt": "x", "y.txt": "yyyy" });
    const inputs = inputSource(plain);
    expect(await listFiles(inputs)).toEqual(await listFiles(plain));
    expect(await inputs.read("a/x.txt")).toEqual(await plain.read("a/x.txt"));
    expect(await inputs.readRange("y.txt", 1, 2)).toEqual(await plain.readRange("y.txt", 1, 2));
    expect([await inputs.has("y.txt"), await inputs.has("z.txt")]).toEqual([true, false]);
    expect([...inputs.hashes]).toEqual([["a/x.txt", sha256("x")]]);
    expect(inputSource(inputs)).toBe(inputs);
  });

  it("streams to the end have the hash of what is read; pieces have theirs (identity)", async () => {
    const bytes = noise(2 * PIECE + 5, "long");
    const inputs = inputSource(memoryStore({ x: bytes }));
    const told: number[] = [];
    const { size, pieces } = await inputs.identify("x", (length) => told.push(length));
    expect([size, told.reduce((sum, n) => sum + n, 0)]).toEqual([bytes.length, bytes.length]);
    expect(pieces).toEqual([0, 1, 2].map((k) => sha256(bytes.subarray(k * PIECE, (k + 1) * PIECE))));
    expect([...inputs.hashes]).toEqual([]);
    for await (const piece of inputs.stream("x")) piece.fill(0);
    expect([...inputs.hashes]).toEqual([["x", sha256(bytes)]]);
    expect(await inputSource(memoryStore({ x: "" })).identify("x")).toEqual({ size: 0, pieces: [] });
  });

  it.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 17])(
    "of a file of %i bytes that stays as it is, all ways to read give its bytes, in any order (identity)",
    async (size) => {
      const bytes = noise(size, "stays");
      for (let seed = 0; seed < 6; seed++) {
        const random = createRandom(`order ${seed}`);
        const inputs = inputSource(memoryStore({ x: bytes }));
        for (let n = 0; n < 8; n++) {
          const { start, bytes: got } = await readSomehow(inputs, random, size);
          expect(Buffer.compare(got, bytes.subarray(start, start + got.length))).toBe(0);
        }
        expect([...inputs.hashes.values()].every((hash) => hash === sha256(bytes))).toBe(true);
      }
    },
  );

  it("never hands out two values for one byte, nor bytes of another file than its hash is of (identity, 40 seeds)", async () => {
    let nRefused = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(`replaced ${seed}`);
      const size = 1 + random.integer(3 * PIECE);
      const first = noise(size, `first ${seed % 3}`);
      // Other bytes in a stretch; cut; grown; all other.
      const from = random.integer(size);
      const others = [
        first.map((byte, at) => (at >= from && at < from + 1 + random.integer(PIECE) ? byte ^ 0xff : byte)),
        first.slice(0, from),
        new Uint8Array([...first, ...noise(1 + random.integer(PIECE), "more")]),
        first.map((byte) => byte ^ 0xff),
      ];
      const versions = [first, others[seed % 4]!];
      const store = memoryStore({ x: first }, "data");
      const inputs = inputSource(store);
      const handedOut = new Int16Array(6 * PIECE).fill(-1);
      let now = first;
      for (let n = 0; n < 10; n++) {
        if (random.integer(3) === 0) {
          now = versions[random.integer(2)]!;
          await store.write("x", now);
        }
        try {
          const { start, bytes } = await readSomehow(inputs, random, now.length);
          for (let i = 0, at = start; i < bytes.length; i++, at++) {
            if (handedOut[at] !== -1 && handedOut[at] !== bytes[i])
              throw new Error(`seed ${seed}: byte ${at} has two values`);
            handedOut[at] = bytes[i]!;
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ChangedFileError);
          expect((error as Error).message).toContain("data/x: the file must stay as it is while a study runs, got ");
          nRefused++;
        }
      }
      const hash = inputs.hashes.get("x");
      if (hash === undefined) continue;
      const whole = versions.find((version) => sha256(version) === hash)!;
      for (let at = 0; at < first.length; at++) {
        if (handedOut[at] !== -1 && handedOut[at] !== whole[at]) throw new Error(`seed ${seed}: byte ${at}`);
      }
    }
    expect(nRefused).toBeGreaterThan(30);
  }, 120_000);

  const long = noise(2 * PIECE, "changed");
  const other = long.map((byte, at) => (at === PIECE + 7 ? byte ^ 1 : byte));
  const ways = {
    "read whole": async (source: InputSource) => void (await source.read("x")),
    "streamed to its end": async (source: InputSource) => {
      for await (const _ of source.stream("x"));
    },
    identified: async (source: InputSource) => void (await source.identify("x")),
    "read by ranges": async (source: InputSource) => void (await source.readRange("x", PIECE + 5, 10)),
    "left early": async (source: InputSource) => {
      let length = 0;
      for await (const piece of source.stream("x")) {
        length += piece.length;
        if (length > PIECE + 10) break;
      }
    },
  };
  const pairs = Object.keys(ways).flatMap((a) => Object.keys(ways).map((b) => [a, b] as const));
  it.each(pairs)("%s, replaced, then %s: refused (by hand)", async (before, after) => {
    const store = memoryStore({ x: long }, "data");
    const inputs = inputSource(store);
    await ways[before as keyof typeof ways](inputs);
    await store.write("x", other);
    const again = ways[after as keyof typeof ways](inputs);
    await expect(again).rejects.toThrow(stays("other bytes than at first"));
  });

  it.each([
    ["read whole", "read whole", long.slice(1), `${long.length - 1} bytes in place of ${long.length}`],
    ["read whole", "read by ranges", long.slice(1), `${long.length - 1} bytes in place of ${long.length}`],
    ["read by ranges", "read whole", new Uint8Array([...long, 1]), `more bytes than at first (${long.length})`],
    [
      "identified",
      "read by ranges",
      new Uint8Array([...long, 1]),
      `${long.length + 1} bytes in place of ${long.length}`,
    ],
    ["identified", "streamed to its end", long.slice(0, 9), `9 bytes in place of ${long.length}`],
  ] as const)("%s, cut or grown, then %s: refused (by hand)", async (before, after, bytes, got) => {
    const store = memoryStore({ x: long }, "data");
    const inputs = inputSource(store);
    await ways[before](inputs);
    await store.write("x", bytes);
    await expect(ways[after](inputs)).rejects.toThrow(got);
  });

  it("a file that is gone, or too short for a range, is told as the source tells it (agreement)", async () => {
    const plain = memoryStore({ x: "abc" }, "data");
    const inputs = inputSource(plain);
    for (const read of [
      (source: typeof plain | InputSource) => source.readRange("x", 2, 5),
      (source: typeof plain | InputSource) => source.readRange("y", 0, 1),
      (source: typeof plain | InputSource) => source.readRange("../x", 0, 1),
      (source: typeof plain | InputSource) => source.readRange("x", 0.5, 1),
      (source: typeof plain | InputSource) => source.read("y"),
    ]) {
      const error = (await read(plain).catch((caught: unknown) => caught)) as Error;
      await expect(read(inputs)).rejects.toEqual(error);
    }
  });

  it("a part of a piece does not hold on to the piece; a reader's own error is not hidden (contract)", async () => {
    const inputs = inputSource(memoryStore({ x: long }));
    expect((await inputs.readRange("x", 8, 100)).buffer.byteLength).toBe(100);
    const failing = async () => {
      for await (const _ of inputs.stream("x")) throw new Error("the reader's own");
    };
    await expect(failing()).rejects.toThrow("the reader's own");
  });
});
