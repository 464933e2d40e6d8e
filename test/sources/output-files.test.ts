import { describe, expect, test } from "vitest";
import { memoryStore } from "../../src/sources/memory-store.ts";
import {
  checkOutputFiles,
  listOutputFiles,
  removeOutputFiles,
  writeOutputFiles,
} from "../../src/sources/output-files.ts";
import { listFiles } from "../../src/sources/source.ts";

const list = ".cortecast-files.json";
const file = (path: string, bytes = path) => ({ path, bytes });

describe("writeOutputFiles", () => {
  test("by hand: writes what differs, removes what only an earlier call wrote, leaves what is not ours", async () => {
    const store = memoryStore({ "sub-01/mine.txt": "mine" });
    const first = await writeOutputFiles(store, [
      [file("a"), file("b")],
      [file("sub-01/c"), file("d/e")],
    ]);
    expect(first).toEqual({ written: ["a", "b", "sub-01/c", "d/e"], removed: [], kept: [] });
    const second = await writeOutputFiles(store, [[file("a"), file("b", "other")]]);
    expect(second).toEqual({ written: ["b"], removed: ["d/e", "sub-01/c"], kept: [] });
    expect((await listFiles(store)).filter((path) => path !== list)).toEqual(["a", "b", "sub-01/mine.txt"]);
    expect(await writeOutputFiles(store, [[file("a"), file("b", "other")]])).toEqual({
      written: [],
      removed: [],
      kept: [],
    });
  });

  test("by hand: what is not ours, or was changed since, is refused by name before any byte is written", async () => {
    const store = memoryStore({ mine: "mine", "d/mine": "mine" }, "out");
    await writeOutputFiles(store, [[file("ours"), file("changed"), file("d/stale")]]);
    await store.write("changed", "by the user");
    await store.write("d/stale", "by the user");
    const before = new Map(store.files);
    const message =
      "<output>: files that cortecast did not write, or that were changed since, must not be replaced, got changed (changed since cortecast wrote it), mine (not written by cortecast) in out. Move them away, or give another folder.";
    const wanted = [file("new"), file("ours"), file("changed"), file("mine")];
    const name = { name: "<output>" };
    for (const attempt of [
      () => writeOutputFiles(store, [wanted], name),
      () =>
        checkOutputFiles(
          store,
          wanted.map(({ path }) => path),
          name,
        ),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ name: "OptionError", message });
      expect(store.files).toEqual(before);
    }
    await expect(checkOutputFiles(store, ["new", "ours"])).resolves.toBeUndefined();
    // What is no longer wanted, and was changed, is left and told; it is no longer ours.
    expect(await writeOutputFiles(store, [[file("ours")]])).toEqual({
      written: [],
      removed: [],
      kept: ["changed", "d/stale"],
    });
    expect(await listOutputFiles(store)).toEqual({ ours: ["ours"], changed: [], absent: [] });
  });

  test("by hand: files of a list without digests, of the first versions, are no longer known to be ours", async () => {
    const store = memoryStore({ [list]: '{"files": ["a"]}', a: "a" }, "out");
    await expect(checkOutputFiles(store, ["a", "b"])).rejects.toThrow(
      "out: files that cortecast did not write, or that were changed since, must not be replaced, got a (written by an earlier version, which noted no digest). Move",
    );
  });

  test("by hand: where files are added, those of earlier calls stay, until all are removed but what was changed", async () => {
    const store = memoryStore();
    const adds = { adds: true, list: ".list.json" };
    await writeOutputFiles(store, [[file("a"), file("b")]], adds);
    await writeOutputFiles(store, [[file("a", "new")]], adds);
    await store.write("b", "changed");
    expect(await listOutputFiles(store, adds)).toEqual({ ours: ["a"], changed: ["b"], absent: [] });
    expect(await removeOutputFiles(store, adds)).toEqual({ removed: ["a"], kept: ["b"] });
    expect([...store.files.keys()]).toEqual(["b"]);
  });

  test("cut off at any write, the next call leaves the same folder as one that was never cut off (identity)", async () => {
    const earlier = [[file("a"), file("b")], [file("old/c")]];
    const wanted = [[file("a", "new")], [file("n/1"), file("n/2")], [file("z")]];
    const whole = memoryStore();
    await writeOutputFiles(whole, earlier);
    await writeOutputFiles(whole, wanted);
    for (let nWrites = 0; nWrites < 8; nWrites++) {
      const store = memoryStore();
      await writeOutputFiles(store, earlier);
      let left = nWrites;
      const write: typeof store.write = (path, bytes) =>
        left-- > 0 ? store.write(path, bytes) : Promise.reject(new Error("killed"));
      await writeOutputFiles({ ...store, write }, wanted).catch(() => undefined);
      // The options change once more before the next run: what the one that was cut off wrote must go as well.
      const other = nWrites % 2 === 0 ? wanted : [[file("q")]];
      await writeOutputFiles(store, other);
      const paths = other.flat().map(({ path }) => path);
      expect((await listFiles(store)).sort()).toEqual([list, ...paths].sort());
      if (other === wanted) expect(store.files).toEqual(whole.files);
    }
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"files": "a"}',
    '{"files": [1]}',
    '{"files": {"a": 1}}',
    '{"files": {"a": [1]}}',
  ])("refuses the list %j", async (text) => {
    const store = memoryStore({ [list]: text, a: "a" }, "out");
    await expect(writeOutputFiles(store, [])).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringContaining(`out/${list}: the file must hold {"files": {path: SHA-256}}`) as string,
    });
  });

  test("removes nothing outside the folder, whatever the list says", async () => {
    const store = memoryStore({ [list]: '{"files": {"../x": "0"}}' }, "out");
    await expect(writeOutputFiles(store, [])).rejects.toMatchObject({ name: "OptionError" });
  });
});
