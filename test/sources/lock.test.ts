import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkUnlocked, withLock } from "../../src/sources/lock.ts";
import { thisRun } from "../../src/sources/this-run.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-lock-"));
afterAll(() => rmSync(root, { recursive: true }));
let nFolders = 0;
const newFolder = () => join(root, `folder-${nFolders++}`);

const host = hostname();
/** What stands in the lock of this process, but for the process. */
const here = { ...thisRun(), started: undefined };
const name = ".cortecast-lock.json";
/** A folder that a process holds, or left. */
function held(holder: object | string): string {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, name), typeof holder === "string" ? holder : JSON.stringify(holder));
  return folder;
}
const work = async () => "done";

describe("withLock", () => {
  it("by hand: does the work, alone, and leaves nothing behind", async () => {
    const folder = newFolder();
    const inner = withLock(folder, "<output>", async () => {
      expect(JSON.parse(readFileSync(join(folder, name), "utf8"))).toMatchObject({ process: process.pid, host });
      writeFileSync(join(folder, "x"), "x");
      await expect(withLock(folder, "<output>", work)).rejects.toMatchObject({
        name: "OptionError",
        message: `<output>: one run at a time must write there, got another that is not finished (process ${process.pid} on ${host}, ${folder}). Wait for it, or give another folder; if it runs no longer, delete ${folder}/${name}.`,
      });
      return "done";
    });
    expect(await inner).toBe("done");
    expect(readdirSync(folder)).toEqual(["x"]);
    expect(await withLock(folder, "<output>", work)).toBe("done");
  });

  it("by hand: work that fails gives the folder free, and takes it away where it was made for nothing", async () => {
    const folder = newFolder();
    await expect(withLock(folder, "<output>", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    expect(await withLock(folder, "<output>", work)).toBe("done");
    expect(existsSync(folder)).toBe(true);
  });

  it("by hand: a process that runs is respected, one that was killed is not", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const folder = held({ ...here, process: child.pid });
    await expect(withLock(folder, "<output>", work)).rejects.toThrow(`process ${child.pid} on ${host}`);
    await expect(checkUnlocked(folder, "<output>")).rejects.toThrow(`process ${child.pid} on ${host}`);
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await ended;
    await expect(checkUnlocked(folder, "<output>")).resolves.toBeUndefined();
    expect(await withLock(folder, "<output>", work)).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "by hand: an ended process whose number another has now, or whose parent never asked for it, is not respected",
    async () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      expect(await withLock(held({ ...here, process: child.pid, started: "1" }), "<output>", work)).toBe("done");
      child.kill("SIGKILL");
      // The shell's child ends at once, and stays a zombie while the shell, which became a sleep, does not ask for it.
      const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"]);
      const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (data) => resolve(Number(data))));
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await new Promise((r) => setTimeout(r, 10));
      expect(await withLock(held({ ...here, process: pid }), "<output>", work)).toBe("done");
      parent.kill("SIGKILL");
    },
  );

  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  it.each([
    ["another machine", { host: `${host}2` }],
    // Names that differ in their dashes alone, and names that begin alike.
    ["a machine of nearly the same name", { host: `${host}-` }],
    ["another boot of this machine", { boot: "another" }],
    ["another container on this machine", { namespace: "pid:[1]" }],
    ["an earlier version, which says less", { boot: undefined, namespace: undefined }],
  ])("by hand: the process of %s is respected for an hour after it last wrote into its file", async (_, changes) => {
    for (const process of [dead, globalThis.process.pid]) {
      const folder = held({ ...here, process, ...changes });
      const message = `<output>: one run at a time must write there, got another that is not finished (process ${process} on ${{ ...here, ...changes }.host}, ${folder}). Wait for it, or give another folder; its process cannot be seen from here: if you know that it runs no longer, delete ${folder}/${name}.`;
      await expect(withLock(folder, "<output>", work)).rejects.toMatchObject({ name: "OptionError", message });
      const hourAgo = new Date(Date.now() - 3_601_000);
      utimesSync(join(folder, name), hourAgo, hourAgo);
      expect(await withLock(folder, "<output>", work)).toBe("done");
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it("by hand: a lock from the future is silent from now on, not until then", async () => {
    const folder = held({ ...here, process: dead, host: "elsewhere" });
    const inThreeDays = new Date(Date.now() + 3 * 86_400_000);
    utimesSync(join(folder, name), inThreeDays, inThreeDays);
    await expect(withLock(folder, "<output>", work)).rejects.toThrow("on elsewhere");
    const { mtimeMs } = statSync(join(folder, name));
    // The folder's clock is this machine's here; a file's time is rounded.
    expect(Math.abs(mtimeMs - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ["a folder", (path: string) => mkdirSync(path)],
    ["a link", (path: string) => symlinkSync("nowhere", path)],
    ["a pipe or a device", (path: string) => spawnSync("mkfifo", [path])],
  ])("by hand: %s in the lock's place is told, and waited for by nobody", async (got, make) => {
    const folder = newFolder();
    mkdirSync(folder);
    make(join(folder, name));
    await expect(withLock(folder, "<output>", work)).rejects.toMatchObject({
      name: "OptionError",
      message: `<output>: the lock of the folder must be a file, got ${got} (${folder}/${name}). Move it away.`,
    });
  });

  it("by hand: who may wait is told for whom, and works after them", async () => {
    const folder = newFolder();
    const order: string[] = [];
    const told: string[] = [];
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const slow = withLock(folder, "<output>", async () => {
      begin();
      while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      order.push("first");
    });
    await begun;
    const onWait = (holder: string) => told.push(holder);
    const waiting = withLock(folder, "<output>", async () => order.push("second"), { onWait });
    await Promise.all([slow, waiting]);
    expect([order, [...new Set(told)]]).toEqual([["first", "second"], [`process ${process.pid} on ${host}`]]);
  });

  it.each(["", "{", "[]"])("by hand: a file that a crash left as %j is taken over", async (text) => {
    expect(await withLock(held(text), "<output>", work)).toBe("done");
  });

  it("identity: of many that come at once, over a dead process's file, one works and the others are refused", async () => {
    for (let round = 0; round < 20; round++) {
      const folder = held({ ...here, process: dead });
      let [nRefused, nInside, nDone] = [0, 0, 0];
      const one = async () => {
        try {
          await withLock(folder, "<output>", async () => {
            expect(++nInside).toBe(1);
            // At work until all others came, however long a busy machine takes.
            while (nRefused < 19) await new Promise((resolve) => setTimeout(resolve, 5));
            nInside--;
          });
          nDone++;
        } catch (error) {
          expect(error).toMatchObject({ name: "OptionError", message: expect.stringContaining("one run at a time") });
          nRefused++;
        }
      };
      await Promise.all(Array.from({ length: 20 }, one));
      expect([nDone, nRefused]).toEqual([1, 19]);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it("by hand: a guard that a crash left while it took a file away holds nobody up for long", async () => {
    const folder = held({ ...here, process: dead });
    const guard = join(folder, `${name}.taking`);
    writeFileSync(guard, "");
    utimesSync(guard, new Date(Date.now() - 120_000), new Date(Date.now() - 120_000));
    expect(await withLock(folder, "<output>", work)).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });
});
