import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../../src/sources/memory.ts";
import { listFiles } from "../../src/sources/source.ts";
import { writeOutputFiles } from "../../src/study/output-files.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

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

  test.each([
    ["raw data", { "dataset_description.json": '{"Name": "Narratives", "BIDSVersion": "1.6.0"}' }],
    ["another derivative", { "dataset_description.json": '{"GeneratedBy": [{"Name": "fMRIPrep"}]}' }],
    ["what cannot be read", { "dataset_description.json": "{" }],
  ])("refuses a folder that holds %s, and changes nothing", async (_, files) => {
    const store = memoryStore(files, "out");
    await expect(writeOutputFiles(store, [[file("a")]])).rejects.toMatchObject({
      name: "OptionError",
      message:
        "<output>: the folder must be empty or hold results of cortecast, got another data set (out/dataset_description.json). Give a folder of its own.",
    });
    expect([...store.files.keys()]).toEqual(["dataset_description.json"]);
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

describe("runStudy", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  });
  afterAll(() => study.remove());

  const tree = () =>
    readdirSync(study.at("out"), { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith("cache") && statSync(study.at("out", path)).isFile())
      .sort();

  test("identity: with other options and back, the folder is what it was, from the scores that are kept", async () => {
    const first = await study.run();
    const before = tree().map((path) => [path, readFileSync(study.at("out", path), "utf8")]);
    writeFileSync(study.at("out/sub-02/notes.txt"), "mine");

    const other = await study.run({ distances: "8", participants: "01" });
    expect(other.nComputed).toBe(1);
    expect(other.removed.some((path) => path.startsWith("sub-02/"))).toBe(true);
    expect(tree().filter((path) => /sub-02|Dminus1|forecastDistance/.test(path))).toEqual(["sub-02/notes.txt"]);

    const back = await study.run();
    expect(back).toMatchObject({ nComputed: 0, nReused: first.nComputed, removed: [] });
    expect(tree().filter((path) => path !== "sub-02/notes.txt")).toEqual(before.map(([path]) => path));
    for (const [path, text] of before) expect(readFileSync(study.at("out", path!), "utf8")).toBe(text);
    expect((await study.run()).written).toEqual([]);
  });

  test("refuses to write results into the data set", async () => {
    await expect(study.run({ output: study.at("data") })).rejects.toThrow(
      "<output>: the folder must be empty or hold results of cortecast",
    );
  });
});
