import { execFileSync, spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { untilDry } from "../../src/cli/run-dry.ts";

const message =
  "cortecast: every step must come to its end, got one that waits for what cannot come any more. What is finished is kept: run the command again.\nThis is a fault of cortecast, not yours. Run again with --debug and report what it prints.\n";

describe("untilDry (by hand)", () => {
  it("gives the code of work that ends, and the error of work that fails, and listens no longer", async () => {
    const loop = new EventEmitter();
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    expect(await untilDry(Promise.resolve(1), loop, tell)).toBe(1);
    await expect(untilDry(Promise.reject(new Error("no")), loop, tell)).rejects.toThrow("no");
    await Promise.resolve();
    expect([loop.listenerCount("beforeExit"), told]).toEqual([0, []]);
  });

  it("gives 2, and says so, where the loop runs dry before", async () => {
    const loop = new EventEmitter();
    const told: string[] = [];
    const code = untilDry(new Promise(() => undefined), loop, (text) => void told.push(text));
    loop.emit("beforeExit");
    expect([await code, told]).toEqual([2, [message]]);
  });

  it("so that a process which waits for nothing ends with 2 and a message, where Node alone ends with 13 and none", () => {
    const source = pathToFileURL(join(import.meta.dirname, "../../dist/cli/run-dry.js")).href;
    const waiting = "new Promise(() => {})";
    const guarded = `
      import { untilDry } from ${JSON.stringify(source)};
      process.exitCode = await untilDry(${waiting}, process, (text) => process.stderr.write(text));`;
    const run = (script: string) => spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    const { status, stderr } = run(guarded);
    expect([status, stderr.toString()]).toEqual([2, message]);
    expect(run(`await ${waiting}`).status).toBe(13);
  });

  it("is what the command line runs in", () => {
    const main = join(import.meta.dirname, "../../dist/cli/main.js");
    expect(execFileSync(process.execPath, [main, "--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
