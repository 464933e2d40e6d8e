import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeAbandoned } from "../../src/sources/node.ts";
import { buildPackage } from "../cli/built.ts";

// Machines and containers as Linux makes them: another host name, and process numbers of their own. That needs root.
const apart = ["--uts", "--pid", "--fork", "--mount-proc"];
const canUnshare = spawnSync("unshare", [...apart, "true"]).status === 0;
if (!canUnshare) console.log("skipped: locks between machines and containers: unshare needs root");

describe.skipIf(!canUnshare)("runs on other machines and in other containers, the case two-hosts-one-folder", () => {
  let built = "";
  const root = mkdtempSync(join(tmpdir(), "cortecast-lock-apart-"));
  beforeAll(() => {
    built = buildPackage();
    // Writes a file, holds the folder while its standard input is open, and says so; dies where it is told to.
    writeFileSync(
      join(root, "hold.mjs"),
      `import { withLock } from ${JSON.stringify(join(built, "dist/sources/lock.js"))};
       import { runTag } from ${JSON.stringify(join(built, "dist/sources/this-run.js"))};
       import { writeFileSync } from "node:fs";
       try {
         await withLock(process.argv[2], "<output>", async () => {
           writeFileSync(process.argv[2] + "/x." + runTag() + ".partial", "half");
           console.log("holds");
           await new Promise((resolve) => process.stdin.on("end", resolve).resume());
         });
       } catch (error) { console.log(error.message); process.exit(1); }`,
    );
  }, 120_000);
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  /** Starts a holder on a machine of that name; what it says first. */
  async function hold(folder: string, host: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
    const command = ["bash", "-c", 'hostname "$0"; exec "$@"', host, process.execPath, join(root, "hold.mjs"), folder];
    const child = spawn("unshare", [...apart, "--kill-child", ...command]);
    const said = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
    return { child, said };
  }
  const ended = (child: ChildProcess) => new Promise((resolve) => child.on("close", resolve));

  it.each([
    ["two machines whose names differ in dashes alone", "ip-10-0-1-23", "ip-10-0-12-3"],
    ["two containers on one machine, where each is process 1", "node7", "node7"],
  ])("by hand: of %s one works, the other is refused while it does, and what it writes stays", async (_, one, two) => {
    const folder = mkdtempSync(join(root, "out-"));
    const first = await hold(folder, one);
    expect(first.said).toBe("holds\n");
    const second = await hold(folder, two);
    expect(second.said).toContain(`(process 1 on ${one}, ${folder})`);
    expect(second.said).toContain("its process cannot be seen from here");
    // From here it cannot be seen, either.
    expect(await removeAbandoned(folder)).toBe(0);
    first.child.stdin!.end();
    await ended(first.child);
    const third = await hold(folder, two);
    expect(third.said).toBe("holds\n");
    third.child.stdin!.end();
    await ended(third.child);
  });

  it("by hand: what one left that was killed elsewhere is taken over once it was silent for an hour, half files after a day", async () => {
    const folder = mkdtempSync(join(root, "out-"));
    const first = await hold(folder, "node1");
    const gone = ended(first.child);
    first.child.kill("SIGKILL");
    await gone;
    expect((await hold(folder, "node1")).said).toContain("one run at a time must write there");
    expect(await removeAbandoned(folder)).toBe(0);
    const dayAgo = new Date(Date.now() - 86_401_000);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), dayAgo, dayAgo);
    const later = await hold(folder, "node1");
    expect(later.said).toBe("holds\n");
    expect(await removeAbandoned(folder)).toBe(1);
    later.child.stdin!.end();
    await ended(later.child);
    expect(existsSync(join(folder, ".cortecast-lock.json"))).toBe(false);
  });
});
