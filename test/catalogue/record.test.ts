import { describe, expect, it } from "vitest";
import { fetchRecordPath, openRecord } from "../../src/catalogue/record.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import type { RemoteFile } from "../../src/sources/remote-file.ts";
import { readText } from "../../src/sources/source.ts";

const source = { name: "Hugging Face model gpt2", commit: "abc", revision: "main" };
const file = (path: string, more: Partial<RemoteFile> = {}): RemoteFile => ({
  path,
  address: `https://x/${path}`,
  size: 3,
  ...more,
});

describe("openRecord", () => {
  it("by hand: notes files with where they are from; those of earlier calls stay", async () => {
    const store = memoryStore();
    const first = await openRecord(store, source);
    expect(first.files).toEqual(new Map());
    await first.add([file("b", { checksum: { kind: "md5", digest: "00ff" } })], new Date(0));
    const second = await openRecord(store, source);
    expect(second.files).toEqual(new Map([["b", [{ size: 3, checksum: { kind: "md5", digest: "00ff" } }]]]));
    await second.add([file("a")], new Date(1000));
    expect(JSON.parse(await readText(store, fetchRecordPath))).toEqual({
      ...source,
      date: "1970-01-01T00:00:01.000Z",
      files: {
        a: { address: "https://x/a", size: 3 },
        b: { address: "https://x/b", size: 3, md5: "00ff" },
      },
    });
  });

  it("by hand: a file that is to be replaced stays noted beside the new one, since it is there until that has arrived", async () => {
    const store = memoryStore();
    const [old, own] = [
      { kind: "md5", digest: "00" },
      { kind: "sha256", digest: "11" },
    ] as const;
    await (await openRecord(store, source)).add([file("a", { checksum: old }), file("b")], new Date(0));
    const second = await openRecord(store, source);
    await second.add([file("a", { size: 4, checksum: own }), file("b")], new Date(0));
    // The digest of a file for which the server tells none, once it is here.
    await second.add([file("b", { checksum: own })], new Date(0));
    const third = await openRecord(store, source);
    await third.add([file("b")], new Date(0));
    const { files } = await openRecord(store, source);
    expect(files.get("a")).toEqual([
      { size: 4, checksum: own },
      { size: 3, checksum: old },
    ]);
    expect(files.get("b")).toEqual([{ size: 3 }, { size: 3, checksum: own }]);
  });

  it("by hand: refuses another source, another version, and a damaged note", async () => {
    const store = memoryStore({}, "out");
    await (await openRecord(store, source)).add([file("a")], new Date(0));
    await expect(openRecord(store, { ...source, name: "Narratives" })).rejects.toThrow(
      "out: the folder must be empty or hold files of Narratives, got those of Hugging Face model gpt2. Give a folder of its own.",
    );
    await expect(openRecord(store, { ...source, commit: "def" })).rejects.toThrow(
      "out: the folder must hold files of one version, got those of abc where def is asked for. Give another folder, or `revision: abc`.",
    );
    for (const text of [
      '{"name": 1, "files": {}}',
      '{"name": "x", "files": []}',
      '{"name": "x", "commit": 1, "files": {}}',
    ]) {
      await store.write(fetchRecordPath, text);
      await expect(openRecord(store, source)).rejects.toThrow(
        `out/${fetchRecordPath}: the file must tell name, commit and files, got something else. Delete it`,
      );
    }
  });
});
