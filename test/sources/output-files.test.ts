import { describe, expect, test } from "vitest";
import { memoryStore } from "../../src/sources/memory.ts";
import { writeOutputFiles } from "../../src/sources/output-files.ts";
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
    expect(first).toEqual({ written: ["a", "b", "sub-01/c", "d/e"], removed: [] });
    const second = await writeOutputFiles(store, [[file("a"), file("b", "other")]]);
    expect(second).toEqual({ written: ["b"], removed: ["d/e", "sub-01/c"] });
    expect((await listFiles(store)).filter((path) => path !== list)).toEqual(["a", "b", "sub-01/mine.txt"]);
    expect(await writeOutputFiles(store, [[file("a"), file("b", "other")]])).toEqual({ written: [], removed: [] });
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

  test.each(["", "{", "null", "[]", '{"files": "a"}', '{"files": [1]}'])("refuses the list %j", async (text) => {
    const store = memoryStore({ [list]: text, a: "a" }, "out");
    await expect(writeOutputFiles(store, [])).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringContaining(`out/${list}: the file must hold {"files": [paths]}`) as string,
    });
  });

  test("removes nothing outside the folder, whatever the list says", async () => {
    const store = memoryStore({ [list]: '{"files": ["../x"]}' }, "out");
    await expect(writeOutputFiles(store, [])).rejects.toMatchObject({ name: "OptionError" });
  });
});
