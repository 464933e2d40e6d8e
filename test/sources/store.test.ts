import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { checkFolder, checkWritable, folderStore, removeAbandoned } from "../../src/sources/node.ts";
import { writeOutputFiles } from "../../src/sources/output-files.ts";
import { listFiles, readText, type Store } from "../../src/sources/source.ts";
import { describeSystemError } from "../../src/sources/system-error.ts";
import { runTag } from "../../src/sources/this-run.ts";
import { walkFolder } from "../../src/sources/walk.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-store-"));
afterAll(() => rmSync(root, { recursive: true }));

let nFolders = 0;
const newFolder = () => join(root, `store-${nFolders++}`);

/** Every implementation of Store, as a function that makes an empty one. */
const implementations: Readonly<Record<string, () => Store>> = {
  folderStore: () => folderStore(newFolder()),
  memoryStore: () => memoryStore(),
};

/** A store with a few files, the answer to each question below by hand. */
async function filled(make: () => Store): Promise<Store> {
  const store = make();
  await store.write("b.txt", "abcdef");
  await store.write("a/10.bin", Uint8Array.of(0, 255, 7));
  await store.write("a/2.bin", "");
  await store.write("a/deep/er/é☃.txt", "é☃");
  await store.write("B.txt", "");
  return store;
}

describe.each(Object.entries(implementations))("contract of Store: %s", (_, make) => {
  it("by hand: read gives the bytes that were written, as a copy that is the caller's", async () => {
    const store = await filled(make);
    const first = await store.read("a/10.bin");
    expect([...first]).toEqual([0, 255, 7]);
    first.fill(9);
    expect([...(await store.read("a/10.bin"))]).toEqual([0, 255, 7]);
    expect(await readText(store, "a/deep/er/é☃.txt")).toBe("é☃");
    expect(await store.read("a/2.bin")).toHaveLength(0);
  });

  it.each([0, 2, 3, 5])(
    "by hand: read into room for %i bytes gives a file of 3 whole, and nothing more",
    async (length) => {
      const store = make();
      await store.write("a", Uint8Array.of(1, 2, 3));
      expect([...(await store.read("a", new Uint8Array(length).fill(9)))]).toEqual([1, 2, 3]);
      await store.write("a", new Uint8Array(0));
      expect([...(await store.read("a", new Uint8Array(length).fill(9)))]).toEqual([]);
    },
  );

  it("by hand: what is written is copied, later changes of the caller's bytes stay the caller's", async () => {
    const store = make();
    const bytes = Uint8Array.of(1, 2, 3);
    await store.write("x", bytes);
    bytes.fill(9);
    expect([...(await store.read("x"))]).toEqual([1, 2, 3]);
  });

  it("by hand: readRange gives any part, the whole, and nothing", async () => {
    const store = await filled(make);
    const text = async (start: number, length: number) =>
      new TextDecoder().decode(await store.readRange("b.txt", start, length));
    expect([await text(0, 6), await text(2, 3), await text(5, 1), await text(6, 0)]).toEqual([
      "abcdef",
      "cde",
      "f",
      "",
    ]);
  });

  it("by hand: stream gives the whole in pieces that may be changed until the next, and nothing of an empty file", async () => {
    const store = await filled(make);
    const long = Uint8Array.from({ length: 2_500_001 }, (_, i) => i % 251);
    await store.write("long", long);
    const gather = async (path: string) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of store.stream(path)) {
        pieces.push(piece.slice());
        piece.fill(9);
      }
      return pieces;
    };
    const pieces = await gather("long");
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(long)).toBe(true);
    expect(Buffer.from(await store.read("long")).equals(long)).toBe(true);
    expect(await gather("a/2.bin")).toEqual([]);
  });

  it("by hand: stream may be left early, and refuses what is no file when the first piece is asked for", async () => {
    const store = await filled(make);
    for await (const piece of store.stream("b.txt")) {
      expect(piece[0]).toBe("a".charCodeAt(0));
      break;
    }
    const first = (path: string) => store.stream(path)[Symbol.asyncIterator]().next();
    const message = `${join(store.location, "a/3.bin")}: the file must exist. Nearest: "2.bin", "10.bin".`;
    await expect(first("a/3.bin")).rejects.toMatchObject({ name: "NotFoundError", message });
    await expect(first("a")).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(first("../b.txt")).rejects.toMatchObject({ name: "OptionError" });
  });

  it("by hand: readRange refuses what lies beyond the end, with the byte at which the file ends", async () => {
    const store = await filled(make);
    for (const [start, length, left, end] of [
      [4, 3, 2, 6],
      [6, 1, 0, 6],
      [9, 1, 0, 6],
    ] as const) {
      const message = `the file must hold ${length} bytes from byte ${start}, got ${left}. It looks truncated: fetch it again`;
      await expect(store.readRange("b.txt", start, length)).rejects.toMatchObject({
        name: "FormatError",
        path: join(store.location, "b.txt"),
        byteOffset: end,
        message: `${join(store.location, "b.txt")}: ${message} (at byte ${end})`,
      });
    }
  });

  it.each([
    [-1, 2],
    [0.5, 1],
    [0, -1],
    [0, Number.NaN],
  ])("by hand: readRange refuses start %d and length %d", async (start, length) => {
    const store = await filled(make);
    await expect(store.readRange("b.txt", start, length)).rejects.toMatchObject({
      name: "OptionError",
      message: `readRange: start and length must be whole numbers from 0, got ${start} and ${length} (b.txt).`,
    });
  });

  it("by hand: a missing file is refused with the nearest names beside it", async () => {
    const store = await filled(make);
    const expected = {
      name: "NotFoundError",
      message: `${join(store.location, "a/3.bin")}: the file must exist. Nearest: "2.bin", "10.bin".`,
    };
    await expect(store.read("a/3.bin")).rejects.toMatchObject(expected);
    await expect(store.readRange("a/3.bin", 0, 1)).rejects.toMatchObject(expected);
  });

  it("by hand: a folder is no file, nor has a file anything below it", async () => {
    const store = await filled(make);
    expect([await store.has("a"), await store.has("b.txt/x"), await store.has("a/2.bin")]).toEqual([
      false,
      false,
      true,
    ]);
    for (const path of ["a", "b.txt/x", "none/x"]) {
      await expect(store.read(path)).rejects.toMatchObject({ name: "NotFoundError" });
      await expect(store.readRange(path, 0, 1)).rejects.toMatchObject({ name: "NotFoundError" });
    }
  });

  it("by hand: list is sorted by name, with kinds and sizes; nothing where there is no folder", async () => {
    const store = await filled(make);
    expect(await store.list("")).toEqual([
      { name: "B.txt", kind: "file", size: 0 },
      { name: "a", kind: "folder", size: 0 },
      { name: "b.txt", kind: "file", size: 6 },
    ]);
    expect(await store.list("a")).toEqual([
      { name: "10.bin", kind: "file", size: 3 },
      { name: "2.bin", kind: "file", size: 0 },
      { name: "deep", kind: "folder", size: 0 },
    ]);
    expect([await store.list("none"), await store.list("b.txt"), await make().list("")]).toEqual([[], [], []]);
  });

  it("by hand: a pointer of git-annex or Git LFS in a file's place is listed and told as what it is", async () => {
    const store = make();
    // As git-annex writes it for files that are unlocked.
    const pointer = "/annex/objects/SHA256E-s301--0123456789abcdef.tsv\n";
    await store.write("a/pointer.tsv", pointer);
    await store.write("a/text.tsv", `see ${pointer}`);
    await store.write("a/long.tsv", pointer.repeat(1000));
    const expected = {
      name: "NotFoundError",
      message: `${join(store.location, "a/pointer.tsv")}: the file must hold its content, got a git-annex pointer in its place: it was not fetched. Fetch it with "datalad get" or "git annex get".`,
    };
    await expect(store.read("a/pointer.tsv")).rejects.toMatchObject(expected);
    await expect(store.readRange("a/pointer.tsv", 0, 0)).rejects.toMatchObject(expected);
    const first = store.stream("a/pointer.tsv")[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject(expected);
    await store.write(
      "model.bin",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 301\n",
    );
    await expect(store.read("model.bin")).rejects.toMatchObject({
      name: "NotFoundError",
      message: `${join(store.location, "model.bin")}: the file must hold its content, got a Git LFS pointer in its place: it was not fetched. Fetch it with "git lfs pull".`,
    });
    expect(await store.has("a/pointer.tsv")).toBe(true);
    expect(await store.list("a")).toContainEqual({ name: "pointer.tsv", kind: "file", size: pointer.length });
    expect(await readText(store, "a/text.tsv")).toContain(pointer);
    expect(await readText(store, "a/long.tsv")).toBe(pointer.repeat(1000));
  });

  it("by hand: listFiles gives all files below, depth first", async () => {
    const store = await filled(make);
    expect(await listFiles(store)).toEqual(["B.txt", "a/10.bin", "a/2.bin", "a/deep/er/é☃.txt", "b.txt"]);
    expect(await listFiles(store, "a/deep")).toEqual(["a/deep/er/é☃.txt"]);
  });

  it("by hand: a second write replaces the first, longer or shorter", async () => {
    const store = await filled(make);
    for (const text of ["much longer than before", "short"]) {
      await store.write("b.txt", text);
      expect(await readText(store, "b.txt")).toBe(text);
    }
  });

  it("identity: readers see one of the writes that run at once, whole, and nothing else is left", async () => {
    const store = make();
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(200_000));
    await Promise.all(texts.map((text) => store.write("x/shared.txt", text)));
    expect(texts).toContain(await readText(store, "x/shared.txt"));
    expect(await store.list("x")).toEqual([{ name: "shared.txt", kind: "file", size: 200_000 }]);
  });

  it("by hand: remove takes a file away, with the folders that it leaves empty, and no other", async () => {
    const store = await filled(make);
    for (const path of ["a/deep/er/é☃.txt", "a/2.bin", "a/2.bin", "nowhere.txt", "a"]) await store.remove(path);
    expect(await listFiles(store)).toEqual(["B.txt", "a/10.bin", "b.txt"]);
    expect((await store.list("a")).map((entry) => entry.name)).toEqual(["10.bin"]);
  });

  it.each(["../outside.txt", "a/../../outside.txt", "/outside.txt", "", "a//b"])(
    "by hand: the path %j is refused",
    async (path) => {
      const store = await filled(make);
      const expected = {
        name: "OptionError",
        message: `a path must lie within its source, parted by single "/", got ${JSON.stringify(path)} (${store.location}).`,
      };
      await expect(store.write(path, "x")).rejects.toMatchObject(expected);
      await expect(store.read(path)).rejects.toMatchObject(expected);
      await expect(store.remove(path)).rejects.toMatchObject(expected);
    },
  );
});

describe("folderStore", () => {
  it("by hand: a write that fails leaves the old file and no other", async () => {
    const folder = newFolder();
    const store = folderStore(folder);
    await store.write("kept/x.txt/y.txt", "old");
    // A folder stands where the file should go: the last step of the write, the renaming, fails.
    await expect(store.write("kept/x.txt", "new")).rejects.toMatchObject({
      code: "EISDIR",
      path: join(folder, "kept/x.txt"),
      cause: { syscall: "rename" },
    });
    expect(readdirSync(join(folder, "kept"))).toEqual(["x.txt"]);
    expect(await readText(store, "kept/x.txt/y.txt")).toBe("old");
  });

  it.runIf(existsSync("/proc/self"))(
    "by hand: a write that the system refuses names the file, and comes to an end",
    async () => {
      // Below /proc nothing can be made, and the answer is that there is nothing of that name.
      await expect(folderStore("/proc/nothing").write("a/b", "x")).rejects.toMatchObject({
        code: "ENOENT",
        path: "/proc/nothing/a/b",
      });
      const folder = newFolder();
      await folderStore(folder).write("file", "x");
      await expect(folderStore(folder).write("file/below", "x")).rejects.toMatchObject({
        code: "EEXIST",
        path: join(folder, "file/below"),
      });
    },
  );

  it("by hand: a reader that opened the old file reads it to its end while a new one is written", async () => {
    const folder = newFolder();
    const store = folderStore(folder);
    await store.write("x.txt", "old".repeat(100_000));
    const reading = readFile(join(folder, "x.txt"), "utf8");
    await store.write("x.txt", "new");
    expect(["old".repeat(100_000), "new"]).toContain(await reading);
    expect(await readText(store, "x.txt")).toBe("new");
  });

  it("by hand: links are followed; what cannot be read is in the list, and reading it says why", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "real.txt"), "real");
    symlinkSync("real.txt", join(folder, "link.txt"));
    symlinkSync("../.git/annex/objects/x", join(folder, "broken.txt"));
    symlinkSync("loop.txt", join(folder, "loop.txt"));
    execFileSync("mkfifo", [join(folder, "pipe.txt")]);
    const store = folderStore(folder);
    const names = ["broken.txt", "link.txt", "loop.txt", "pipe.txt", "real.txt"];
    expect(await store.list("")).toEqual(
      names.map((name) => ({ name, kind: "file", size: /link|real/.test(name) ? 4 : 0 })),
    );
    for (const name of names) expect(await store.has(name)).toBe(true);
    expect(await readText(store, "link.txt")).toBe("real");
    // Called one after the other: a promise that fails before anybody waits for it ends the run of the tests.
    const readings = (name: string) => [
      () => store.read(name),
      () => store.readRange(name, 0, 0),
      () => store.stream(name)[Symbol.asyncIterator]().next(),
    ];
    for (const reading of readings("broken.txt"))
      await expect(reading()).rejects.toMatchObject({
        name: "NotFoundError",
        message: `${folder}/broken.txt: the file must be there, got a link to nothing: its content was not fetched, or was moved. Fetch it with "datalad get" or "git annex get", or mend the link.`,
      });
    for (const reading of readings("pipe.txt"))
      await expect(reading()).rejects.toMatchObject({
        name: "NotFoundError",
        message: `${folder}/pipe.txt: the path must be a file, got a pipe or a device. Write what comes out of it into a file, and give that.`,
      });
    for (const reading of readings("loop.txt")) await expect(reading()).rejects.toMatchObject({ code: "ELOOP" });
  });

  it("by hand: links that lead back are no folders, so that a walk ends; links to folders beside are", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "a/b"), { recursive: true });
    mkdirSync(join(folder, "c"));
    writeFileSync(join(folder, "c/file"), "x");
    symlinkSync("..", join(folder, "a/b/up"));
    symlinkSync(folder, join(folder, "a/b/root"));
    symlinkSync("../../c", join(folder, "a/b/beside"));
    symlinkSync("../a", join(folder, "c/across"));
    const store = folderStore(folder);
    expect((await store.list("a/b")).map(({ name, kind }) => [name, kind])).toEqual([
      ["beside", "folder"],
      ["root", "file"],
      ["up", "file"],
    ]);
    const files = await listFiles(store);
    expect(files).toContain("a/b/beside/file");
    expect(files.length).toBeLessThan(12);
    // Neither is followed by what looks for abandoned files.
    expect(await removeAbandoned(folder)).toBe(0);
  });

  it("by hand: a link to nothing is removed and written over like a file, but none that is not ours", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    for (const name of ["a", "b"]) symlinkSync("nowhere", join(folder, name));
    const store = folderStore(folder);
    await store.remove("a");
    await expect(writeOutputFiles(store, [[{ path: "b", bytes: "new" }]])).rejects.toThrow(
      "got b (not written by cortecast)",
    );
    await store.write("b", "new");
    expect(await store.has("a")).toBe(false);
    expect(await readText(store, "b")).toBe("new");
    expect(readdirSync(folder)).not.toContain("nowhere");
  });
});

describe("checkWritable", () => {
  it("by hand: says what stands against it, and leaves nothing", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "file"), "x");
    symlinkSync("nowhere", join(folder, "link"));
    await checkWritable(join(folder, "new/er"), "<output>");
    expect(readdirSync(folder)).toEqual(["file", "link"]);
    await expect(checkWritable(join(folder, "file/x"), "<output>")).rejects.toMatchObject({
      name: "OptionError",
      message: `<output>: must be a folder, got a path at or below a file (${folder}/file). Give another.`,
    });
    const nothing = "got nothing of that name, a link to nothing, or a place where nothing can be made";
    await expect(checkWritable(join(folder, "link/x"), "<output>")).rejects.toMatchObject({
      name: "OptionError",
      message: `<output>: files must be allowed to be written there, ${nothing} (${folder}/link). Give another path.`,
    });
    if (existsSync("/proc/self"))
      await expect(checkWritable("/proc/new", "`cache`")).rejects.toMatchObject({
        name: "OptionError",
        message: `\`cache\`: files must be allowed to be written there, ${nothing} (/proc). Give another path.`,
      });
  });
});

describe("describeSystemError", () => {
  it.each([
    [
      { code: "EROFS" },
      "the system must let it be read or written, got a file system that cannot be written to. Give another folder.",
    ],
    [
      { code: "ENOSPC" },
      "the system must let it be read or written, got no space left. Free some space; what is finished is kept.",
    ],
    [
      { code: "ENOENT", syscall: "uv_cwd" },
      "the system must let it be read or written, got none: it was removed. Change to another.",
    ],
    [{ code: "ERR_ASSERTION" }, undefined],
    [new TypeError("x"), undefined],
  ])("by hand: %j", (error, message) => {
    expect(describeSystemError(error)).toBe(message);
  });
});

describe("removeAbandoned", () => {
  it("by hand: takes away what ended processes that it would see left half-written, and what lay still for a day", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "deep"), { recursive: true });
    const [, place, start] = /^([0-9a-f]{16})-\d+-(\d+)-/.exec(runTag())!;
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const files = {
      dead: `deep/x.gii.${place}-${dead}-${start}-0123abcd.partial`,
      reused: `deep/y.gii.${place}-${process.pid}-1-0123abcd.partial`,
      alive: `deep/x.gii.${runTag()}.partial`,
      elsewhere: `x.gii.0123456789abcdef-${dead}-${start}-0123abcd.partial`,
      old: `x.gii.0123456789abcdef-${dead}-${start}-0123abce.partial`,
      earlier: `x.gii.AnyHost-${dead}-0123abce.partial`,
      theirs: "my.partial",
      whole: "deep/x.gii",
    };
    for (const path of Object.values(files)) writeFileSync(join(folder, path), "x");
    for (const path of [files.old, files.earlier, files.theirs, files.alive])
      utimesSync(join(folder, path), new Date(0), new Date(0));
    expect(await removeAbandoned(folder)).toBe(4);
    const left = await listFiles(folderStore(folder));
    expect(left.toSorted()).toEqual([files.whole, files.alive, "my.partial", files.elsewhere].sort());
    expect(await removeAbandoned(join(folder, "nowhere"))).toBe(0);
  });

  it("by hand: follows no link, back or out: what lies outside of the folder stays, on every version of Node", async () => {
    const [folder, outside] = [newFolder(), newFolder()];
    mkdirSync(join(folder, "a/b"), { recursive: true });
    mkdirSync(outside);
    const theirs = "mine.AnyHost-1-0123abcd.partial";
    for (const path of [join(outside, theirs), join(folder, "a", theirs)]) {
      writeFileSync(path, "x");
      utimesSync(path, new Date(0), new Date(0));
    }
    symlinkSync("..", join(folder, "a/up"));
    symlinkSync("../..", join(folder, "a/b/root"));
    symlinkSync(outside, join(folder, "a/out"));
    symlinkSync(join(outside, theirs), join(folder, `link.AnyHost-1-0123abcd.partial`));
    const walked: string[] = [];
    for await (const { path } of walkFolder(folder)) walked.push(path.slice(folder.length + 1));
    expect(walked.sort()).toEqual(
      ["a/b/root", "a/out", "a/up", `a/${theirs}`, "link.AnyHost-1-0123abcd.partial"].sort(),
    );
    expect(await removeAbandoned(folder)).toBe(1);
    expect(existsSync(join(outside, theirs))).toBe(true);
    expect(existsSync(join(folder, "a", theirs))).toBe(false);
  });
});

describe("memoryStore", () => {
  it("by hand: the files it is made with, text as UTF-8, can be read and are listed", async () => {
    const store = memoryStore({ "a/x.txt": "é", y: Uint8Array.of(1) }, "made up");
    expect(store.location).toBe("made up");
    expect([...store.files.keys()]).toEqual(["a/x.txt", "y"]);
    expect([...(await store.read("a/x.txt"))]).toEqual([0xc3, 0xa9]);
  });
});

describe("paths that begin with ~ (by hand: no folder of that name is made)", () => {
  it.each(["~", "~/results", "~\\results"])("%s is refused", async (folder) => {
    const message = 'a path must be written in full, got "~", which only a shell takes for the home folder';
    expect(() => folderStore(folder)).toThrow(message);
    await expect(checkWritable(folder, "<output>")).rejects.toThrow(`<output>: ${message}`);
    await expect(checkFolder(folder, "<dataset>")).rejects.toThrow(`<dataset>: ${message}`);
  });

  it.each(["./~", "~other", "a/~/b"])("%s is a path like others", (folder) => {
    expect(() => folderStore(folder)).not.toThrow();
  });
});

describe("files that are read at once", () => {
  it("by hand: of 2 GiB or more are refused with what to do, and can be read in parts", async () => {
    const folder = newFolder();
    const store = folderStore(folder);
    await store.write("large.tsv", new Uint8Array(1));
    // A hole: it takes no room on the disk.
    truncateSync(join(folder, "large.tsv"), 2 ** 31);
    await expect(store.read("large.tsv")).rejects.toThrow(
      `${join(folder, "large.tsv")}: a file that is read at once must have less than 2 GiB, got 2147483648 bytes. Is it the right file?`,
    );
    expect(await store.readRange("large.tsv", 2 ** 31 - 4, 4)).toEqual(new Uint8Array(4));
  });
});
