import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { loadKeptArrays, writeKeptArrays } from "../../src/keep/kept-arrays.ts";
import { memoryStore } from "../../src/sources/memory.ts";

const arrays = [
  Float32Array.of(1 / 3, Number.NaN, -0),
  Float64Array.of(1, Number.NaN, -0, Number.NEGATIVE_INFINITY),
  new Float64Array(0),
  Float64Array.of(1 / 3),
];

describe("arrays that are kept", () => {
  it("come back bit for bit, with what is said of them (identity)", async () => {
    const store = memoryStore();
    await writeKeptArrays(store, "a/b.kept", "key", { about: { names: ["å"] }, arrays });
    const kept = await loadKeptArrays(store, "a/b.kept", "key");
    expect(kept.about).toEqual({ names: ["å"] });
    expect(kept.arrays.map((array) => [...new Uint8Array(array.slice().buffer)])).toEqual(
      arrays.map((array) => [...new Uint8Array(array.slice().buffer)]),
    );
  });

  it("are refused where any byte was changed, or the end is missing (identity)", async () => {
    const store = memoryStore();
    await writeKeptArrays(store, "kept", "key", { about: null, arrays });
    const whole = await store.read("kept");
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << (at % 8);
      await store.write("kept", bytes);
      await expect(loadKeptArrays(store, "kept", "key"), `byte ${at}`).rejects.toThrow(FormatError);
    }
    for (let length = 0; length < whole.length; length++) {
      await store.write("kept", whole.slice(0, length));
      await expect(loadKeptArrays(store, "kept", "key"), `${length} bytes`).rejects.toThrow(FormatError);
    }
  });

  it("that were checked once are refused, too, where they have changed since, to something whole even (by hand)", async () => {
    const store = memoryStore();
    const checksums = new Map<string, number>();
    await writeKeptArrays(store, "kept", "key", { about: null, arrays });
    for (let n = 0; n < 2; n++) await loadKeptArrays(store, "kept", "key", { checksums });
    expect([...checksums.keys()]).toEqual([`${store.location}/kept`]);
    await writeKeptArrays(store, "kept", "key", { about: null, arrays: arrays.toReversed() });
    await expect(loadKeptArrays(store, "kept", "key", { checksums })).rejects.toThrow(
      "the file must hold what was kept in it, got other bytes than when it was read first.",
    );
  });

  it.each([
    ["another key", "other", "that of another key (key)"],
    ["other bytes", "key", "12 other bytes"],
  ])("%s is told with what to do", async (what, key, got) => {
    const store = memoryStore();
    await writeKeptArrays(store, "kept", "key", { about: null, arrays });
    if (what === "other bytes") await store.write("kept", new Uint8Array(12));
    await expect(loadKeptArrays(store, "kept", key)).rejects.toThrow(
      new FormatError(
        `${store.location}/kept`,
        `the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`,
      ),
    );
  });
});
