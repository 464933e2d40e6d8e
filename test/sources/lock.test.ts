import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withLock } from "../../src/sources/lock.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-lock-"));
afterAll(() => rmSync(root, { recursive: true }));
let nFolders = 0;
const newFolder = () => join(root, `folder-${nFolders++}`);

const host =
  hostname()
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 32) || "localhost";
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
    const folder = held({ process: child.pid, host });
    await expect(withLock(folder, "<output>", work)).rejects.toThrow(`process ${child.pid} on ${host}`);
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(await withLock(folder, "<output>", work)).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("by hand: another machine's process is respected for an hour after it last touched its file", async () => {
    const folder = held({ process: spawnSync(process.execPath, ["-e", ""]).pid, host: "elsewhere" });
    await expect(withLock(folder, "<output>", work)).rejects.toThrow("on elsewhere");
    const hourAgo = new Date(Date.now() - 3_601_000);
    utimesSync(join(folder, name), hourAgo, hourAgo);
    expect(await withLock(folder, "<output>", work)).toBe("done");
  });

  it.each(["", "{", "[]"])("by hand: a file that a crash left as %j is taken over", async (text) => {
    expect(await withLock(held(text), "<output>", work)).toBe("done");
  });

  it("identity: of many that come at once, over a dead process's file, one works", async () => {
    const folder = held({ process: spawnSync(process.execPath, ["-e", ""]).pid, host });
    let nWorking = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        withLock(folder, "<output>", async () => {
          expect(++nWorking).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 200));
          nWorking--;
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
