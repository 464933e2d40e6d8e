import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { mountSource } from "../../src/sources/routed.ts";
import { listFiles, readText } from "../../src/sources/source.ts";

const base = memoryStore({ "a.txt": "a", "d/old/x.txt": "hidden", "d/z.txt": "z" }, "base");
const other = memoryStore({ "b.txt": "b", "deep/c.txt": "cc" }, "other");

describe("mountSource (by hand)", () => {
  it("lists both, the folders on the way included, and hides what lay there", async () => {
    expect(await listFiles(mountSource(base, "d/old", other))).toEqual([
      "a.txt",
      "d/old/b.txt",
      "d/old/deep/c.txt",
      "d/z.txt",
    ]);
    expect(await listFiles(mountSource(base, "x/y", other))).toEqual([
      "a.txt",
      "d/old/x.txt",
      "d/z.txt",
      "x/y/b.txt",
      "x/y/deep/c.txt",
    ]);
    expect(await mountSource(base, "x/y", other).list("x")).toEqual([{ name: "y", kind: "folder", size: 0 }]);
    expect(await mountSource(base, "x/y", other).list("d/old")).toEqual([{ name: "x.txt", kind: "file", size: 6 }]);
  });

  it("reads from the side that has the path", async () => {
    const source = mountSource(base, "d/old", other);
    expect(source.location).toBe("base");
    expect([await readText(source, "a.txt"), await readText(source, "d/old/deep/c.txt")]).toEqual(["a", "cc"]);
    expect([...(await source.readRange("d/old/deep/c.txt", 1, 1))]).toEqual([99]);
    const pieces: Uint8Array[] = [];
    for await (const piece of source.stream("d/old/b.txt")) pieces.push(piece.slice());
    expect(Buffer.concat(pieces).toString()).toBe("b");
    const paths = ["a.txt", "d/old", "d/old/x.txt", "d/old/b.txt", "d/old/deep", "d/older/b.txt"];
    expect(await Promise.all(paths.map((path) => source.has(path)))).toEqual([true, false, false, true, false, false]);
  });

  it("messages name the side; a place outside of the source is refused", async () => {
    const source = mountSource(base, "d/old", other);
    const message = 'other/d.txt: the file must exist. Nearest: "b.txt".';
    await expect(source.read("d/old/d.txt")).rejects.toMatchObject({ name: "NotFoundError", message });
    expect(() => mountSource(base, "../x", other)).toThrow(
      'a path must lie within its source, parted by single "/", got "../x" (base).',
    );
  });
});
