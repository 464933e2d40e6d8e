import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../src/array/matrix.ts";
import { FormatError } from "../../src/errors.ts";
import { type KeptArrays, loadKeptArrays, openKeptArrays, writeKeptArrays } from "../../src/keep/kept-arrays.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import type { Source } from "../../src/sources/source.ts";

const arrays = [
  Float32Array.of(1 / 3, Number.NaN, -0),
  Float64Array.of(1, Number.NaN, -0, Number.NEGATIVE_INFINITY),
  new Float64Array(0),
  Float64Array.of(1 / 3),
];

/** The file of these arrays, and what it lies in. */
async function keptFile(path = "kept") {
  const store = memoryStore();
  await writeKeptArrays(store, path, "key", { about: { names: ["å"] }, arrays });
  return { store, bytes: await store.read(path) };
}

/** Both ways to read what was kept, with all numbers. */
const readers: readonly (readonly [string, (store: Source, path: string, key: string) => Promise<KeptArrays>])[] = [
  ["loadKeptArrays", loadKeptArrays],
  [
    "openKeptArrays",
    async (...args) => {
      const { about, load } = await openKeptArrays(...args);
      const all: FloatArray[] = [];
      for (const index of arrays.keys()) all.push(await load(index));
      return { about, arrays: all };
    },
  ],
];
const message = (got: string) =>
  `memory/kept: the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`;

describe.each(readers)("arrays that are kept, by %s", (_, read) => {
  it("come back bit for bit, with what is said of them (identity)", async () => {
    const { store } = await keptFile("a/b.kept");
    const kept = await read(store, "a/b.kept", "key");
    expect(kept.about).toEqual({ names: ["å"] });
    expect(kept.arrays.map(({ BYTES_PER_ELEMENT }) => BYTES_PER_ELEMENT)).toEqual([4, 8, 8, 8]);
    expect(kept.arrays.map((array) => [...new Uint8Array(array.slice().buffer)])).toEqual(
      arrays.map((array) => [...new Uint8Array(array.slice().buffer)]),
    );
    await expect(read(store, "a/c.kept", "key")).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("are refused wherever one bit was changed, and wherever the file was cut or grew (by hand)", async () => {
    const { bytes } = await keptFile();
    const damaged = [Uint8Array.of(...bytes, 0), Uint8Array.of(...bytes, ...bytes)];
    for (let at = 0; at < bytes.length; at++) {
      damaged.push(bytes.slice(0, at));
      for (let bit = 0; bit < 8; bit++) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << bit;
        damaged.push(changed);
      }
    }
    for (const changed of damaged)
      await expect(read(memoryStore({ kept: changed }), "kept", "key")).rejects.toMatchObject({
        name: "FormatError",
        message: expect.stringMatching(
          /^memory\/kept: the file must hold what was kept in it, got (?:damaged bytes|content with another SHA-256 than it says)\. Delete it: it is computed anew$/,
        ) as string,
      });
  });

  it.each([
    ["those of another key", "kept", "other", "that of another key (key)"],
    ["those of another place", "moved", "key", "that of another key (key kept)"],
    ["damaged", "short", "key", "damaged bytes"],
  ])("are refused: %s", async (_what, path, key, got) => {
    const { store, bytes } = await keptFile();
    await store.write("moved", bytes);
    await store.write("short", new Uint8Array(12));
    await expect(read(store, path, key)).rejects.toThrow(
      new FormatError(
        `memory/${path}`,
        `the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`,
      ),
    );
  });
});

describe("arrays that are kept", () => {
  it("that were checked once are refused, too, where they have changed since, to something whole even (by hand)", async () => {
    const { store } = await keptFile();
    const checksums = new Map<string, number>();
    for (let n = 0; n < 2; n++) await loadKeptArrays(store, "kept", "key", { checksums });
    expect([...checksums.keys()]).toEqual(["memory/kept"]);
    const opened = await openKeptArrays(store, "kept", "key");
    await writeKeptArrays(store, "kept", "key", { about: { names: ["å"] }, arrays: arrays.toReversed() });
    await expect(loadKeptArrays(store, "kept", "key", { checksums })).rejects.toThrow(
      message("other bytes than when it was read first"),
    );
    await expect(opened.load(3)).rejects.toThrow(message("other bytes than when it was read first"));
    await store.write("kept", new Uint8Array(20));
    await expect(opened.load(3)).rejects.toThrow(message("damaged bytes"));
  });

  it("say what to do about a file that cannot be computed anew (by hand)", async () => {
    const { store, bytes } = await keptFile();
    await store.write("kept", bytes.slice(0, -1));
    await expect(openKeptArrays(store, "kept", "key", { remedy: "Ask for it." })).rejects.toThrow(
      new FormatError("memory/kept", "the file must hold what was kept in it, got damaged bytes. Ask for it."),
    );
  });

  it("are read once, in one go or piece by piece, and then one at a time by their ranges (by hand)", async () => {
    const { store, bytes } = await keptFile();
    const calls: [string, number][] = [];
    const counting: Source = {
      ...store,
      read: (path) => {
        calls.push(["read", bytes.length]);
        return store.read(path);
      },
      async *stream(path) {
        calls.push(["stream", bytes.length]);
        yield* store.stream(path);
      },
      readRange: (path, start, length) => {
        calls.push(["readRange", length]);
        return store.readRange(path, start, length);
      },
    };
    await loadKeptArrays(counting, "kept", "key");
    const { load } = await openKeptArrays(counting, "kept", "key");
    await load(0);
    await load(1);
    expect(calls).toEqual([
      ["read", bytes.length],
      ["stream", bytes.length],
      ["readRange", 12],
      ["readRange", 32],
    ]);
  });

  it("lie in the file as the docstring says (by hand)", async () => {
    const store = memoryStore();
    await writeKeptArrays(store, "a/b", "k", { about: 1, arrays: [Float32Array.of(1), Float64Array.of(2)] });
    const bytes = Buffer.from(await store.read("a/b"));
    const header = '{"key":"k","name":"b","about":1,"arrays":[[4,1],[8,1]]}';
    expect(bytes.subarray(0, 4).toString()).toBe("cck2");
    expect([bytes.readUInt32LE(4), bytes.readBigUInt64LE(8)]).toEqual([56, 0n]);
    expect(bytes.subarray(16, 72).toString()).toBe(header.padEnd(56));
    expect([bytes.readFloatLE(72), bytes.readUInt32LE(76), bytes.readDoubleLE(80)]).toEqual([1, 0, 2]);
    expect(bytes.length).toBe(88 + 32);
  });
});
