import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "../cli/built.ts";

// Of 150 MB of numbers: memory is the result, an eighth that is kept until the whole is set aside, and what does not grow
// with the file: 16 MiB that are unpacked ahead, and buffers that are done with, of which V8 lets 64 MiB lie before it
// collects them, with what malloc leaves between them.
describe("memory that reading 150 MB of numbers takes", () => {
  let built = "";
  beforeAll(() => {
    built = join(buildPackage(), "dist");
  });

  it.each([
    ["table", "arrays"],
    ["volumes", "arrays"],
    ["table", "matrix"],
    ["volumes", "matrix"],
  ])("is at most 1.3 times as much and a fixed amount (by hand): %s to %s", (layout, result) => {
    const args = [join(import.meta.dirname, "stream-memory.js"), layout, built, result];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const { growth, numbers, held } = JSON.parse(run.stdout) as { growth: number; numbers: number; held: number };
    expect(held).toBe(numbers);
    expect(numbers).toBe(40_000 * 940 * 4);
    expect(growth).toBeLessThan(1.3 * numbers + 96 * 2 ** 20);
  });
});
