import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolder } from "../../src/sources/make-folder.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-folders-"));
afterAll(() => rmSync(root, { recursive: true }));

it("makes a folder and those above it, whoever else makes them at the same time (identity)", async () => {
  for (let round = 0; round < 40; round++) {
    const wanted = Array.from({ length: 8 }, (_, i) => join(root, `${round}`, "a", "b", i < 6 ? "c" : `d${i}`));
    await Promise.all(wanted.map(makeFolder));
    for (const folder of wanted) expect(statSync(folder).isDirectory()).toBe(true);
  }
});

it("refuses where a file is in the way, and ends where nothing can be made", async () => {
  writeFileSync(join(root, "file"), "");
  await expect(makeFolder(join(root, "file"))).rejects.toThrow("EEXIST");
  await expect(makeFolder(join(root, "file", "below"))).rejects.toThrow("ENOTDIR");
  if (process.platform === "linux") await expect(makeFolder("/proc/nothing/here")).rejects.toThrow("ENOENT");
});
