import { describe, expect, it } from "vitest";
import { readSafetensors, type Tensor, writeSafetensors } from "../../src/formats/safetensors.ts";
import { loadKept, openKept, writeKept } from "../../src/language-model/kept-tensors.ts";
import { memoryStore } from "../../src/sources/memory.ts";

const tensors = new Map([
  ["b", { shape: [2, 1], data: Float32Array.of(1, Number.NaN) }],
  ["a", { shape: [0], data: new Float32Array() }],
]);
const metadata = { about: "{}" };

async function kept() {
  const store = memoryStore();
  await writeKept(store, "x", "k", { tensors, metadata });
  return { store, bytes: await store.read("x") };
}
/** Both ways to read what was kept, with all numbers. */
const readers = [
  ["loadKept", loadKept],
  [
    "openKept",
    async (...args: Parameters<typeof openKept>) => {
      const { metadata: about, shapes, load } = await openKept(...args);
      const read = new Map<string, Tensor>();
      for (const [name, shape] of shapes) read.set(name, { shape, data: await load(name) });
      return { tensors: read, metadata: about };
    },
  ],
] as const;
const message = (got: string) =>
  `memory/x: the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`;

describe.each(readers)("tensors that are kept, by %s", (reader, read) => {
  it("come back as they were written (identity)", async () => {
    const { store } = await kept();
    expect(await read(store, "x", "k")).toEqual({ tensors, metadata: { ...metadata, key: "k" } });
    if (reader === "loadKept") expect(await loadKept(store, "y", "k")).toBeUndefined();
    else await expect(openKept(store, "y", "k")).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("are refused wherever one bit was changed, and wherever the file was cut (by hand)", async () => {
    const { bytes } = await kept();
    const damaged: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at++) {
      damaged.push(bytes.slice(0, at));
      for (let bit = 0; bit < 8; bit++) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << bit;
        damaged.push(changed);
      }
    }
    for (const changed of damaged)
      await expect(read(memoryStore({ x: changed }), "x", "k")).rejects.toMatchObject({
        name: "FormatError",
        message: expect.stringMatching(
          /^memory\/x: the file must hold what was kept in it, got .*\. Delete it: it is computed anew$/,
        ) as string,
      });
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | string, string]>([
    ["truncated", (bytes) => bytes.slice(0, 20), "damaged bytes"],
    ["another file", () => "hello", "damaged bytes"],
    ["longer than it was", (bytes) => Uint8Array.of(...bytes, 0), "damaged bytes"],
    [
      "without a digest",
      () => writeSafetensors(Object.fromEntries(tensors), { ...metadata, key: "k" }),
      "content with another SHA-256 than it says (none)",
    ],
    [
      "with other numbers under the same digest",
      (bytes) =>
        writeSafetensors({ b: { shape: [2, 1], data: Float32Array.of(1, 2) } }, readSafetensors(bytes).metadata),
      "content with another SHA-256 than it says (fe7c1b)",
    ],
  ])("are refused: %s", async (_, change, got) => {
    const { bytes } = await kept();
    const said = readSafetensors(bytes).metadata["sha256"]!;
    const refused = read(memoryStore({ x: change(bytes) }), "x", "k");
    await expect(refused).rejects.toMatchObject({ name: "FormatError", message: message(got.replace("fe7c1b", said)) });
  });

  it("are refused under a key that is not theirs", async () => {
    const { store } = await kept();
    await expect(read(store, "x", "other")).rejects.toThrow(message("that of another key (k)"));
  });
});
