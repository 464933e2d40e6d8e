import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { diskIssues } from "../../src/study/check-disk.ts";
import { checkStudy } from "../../src/study/check-study.ts";
import { checkOptions } from "../../src/study/options.ts";
import { planStudy } from "../../src/study/plan-study.ts";
import { memoryIssues } from "../../src/study/sizes.ts";
import { createTinyStudy, type TinyStudy, tinyOptions } from "./tiny-study.ts";

// A disk that is as full as a test wants it.
const disk = vi.hoisted(() => ({ free: 1e12 }));
vi.mock("../../src/sources/part-file.ts", async (original) => ({
  ...(await original<typeof import("../../src/sources/part-file.ts")>()),
  freeBytes: async () => disk.free,
}));

describe("what there is to say of the room on a disk (by hand: 23 MB are expected, 9 MB are sure)", () => {
  const needed = { expected: 23e6, least: 9e6 };
  test("nothing where it fits, to the byte", () => {
    expect(diskIssues(needed, 23e6, "cache")).toEqual([]);
  });
  test("a warning where it may not", () => {
    const warning = {
      severity: "warning",
      code: "disk-too-small",
      path: "cache",
      message:
        "the disk must have 23.0 MB free for designs, scores and activations, got 9.0 MB. The run stops when it is full: free some space, or name a folder on another disk with `cache`.",
    };
    expect(diskIssues(needed, 9e6, "cache")).toEqual([warning]);
  });
  test("an error where it cannot", () => {
    expect(diskIssues(needed, 8e6, "cache")).toEqual([
      {
        severity: "error",
        code: "disk-too-small",
        path: "cache",
        message:
          "the disk must have at least 9.0 MB free for designs, scores and activations, got 8.0 MB. Free some space, or name a folder on another disk with `cache`.",
      },
    ]);
  });
});

test("memory: a warning where a run may take more than the machine has (by hand)", () => {
  expect(memoryIssues(2e9, 2e9)).toEqual([]);
  expect(memoryIssues(9e9, 2e9)).toEqual([
    {
      severity: "warning",
      code: "memory-too-small",
      path: "`memory`",
      message:
        "the machine must have 9.0 GB for what a run may take, got 2.0 GB. The system may end it, or slow it down: give less.",
    },
  ]);
});

describe("a disk that is too small for a study", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  }, 120_000);
  afterAll(() => study.remove());
  beforeEach(() => {
    disk.free = 1e12;
  });

  const optionsOf = (output: string) =>
    checkOptions({ dataset: study.at("data"), output: study.at(output), model: study.at("model"), ...tinyOptions });
  const ofDisk = (issues: readonly { readonly code: string; readonly severity: string; readonly message: string }[]) =>
    issues.filter(({ code }) => code === "disk-too-small").map(({ severity, message }) => [severity, message]);
  const checked = async (output: string, read: "whole" | "headers") => {
    return ofDisk((await checkStudy(optionsOf(output), { read })).issues);
  };

  test("check, plan and score say the same: an error that stops them, before anything is written (agreement)", async () => {
    disk.free = 1;
    const whole = await checked("full", "whole");
    expect(whole).toEqual([["error", expect.stringMatching(/at least \d+\.\d kB .* got 0 B\. Free some space/)]]);
    expect(await checked("full", "headers")).toEqual(whole);
    const [[, message]] = whole as [[string, string]];
    await expect(planStudy(optionsOf("full"))).rejects.toThrow(message);
    await expect(study.run({ output: study.at("full") })).rejects.toThrow(message);
    expect(existsSync(study.at("full", "sub-01"))).toBe(false);
  }, 120_000);

  test("check, plan and score say the same: a warning, which results do not hold, so that they are the same when made again (agreement)", async () => {
    // Designs alone are counted as more, and by less than twice.
    const sizes = await planStudy(optionsOf("tight"));
    disk.free = 0.9 * sizes.parts.reduce((all, part) => all + part.designBytes + part.scoreBytes, 0);
    const warning = [["warning", expect.stringContaining("The run stops when it is full")]];
    expect(await checked("tight", "whole")).toEqual(warning);
    expect(await checked("tight", "headers")).toEqual(warning);
    expect(ofDisk((await planStudy(optionsOf("tight"))).issues)).toEqual(warning);
    const lines: string[] = [];
    const { result, warnings } = await study.run({ output: study.at("tight") }, (line) => lines.push(line));
    expect(lines.filter((line) => line.includes("disk-too-small"))).toEqual(["WARNING disk-too-small"]);
    expect(ofDisk(warnings)).toEqual([]);
    expect(result.notes.filter((note) => note.includes("disk"))).toEqual([]);
    // Now that all is there, nothing is to be kept.
    disk.free = 1;
    expect(await checked("tight", "whole")).toEqual([]);
    expect(await checked("tight", "headers")).toEqual([]);
    const again = await study.run({ output: study.at("tight") });
    expect([again.nComputed, again.written]).toEqual([0, []]);
  }, 120_000);
});
