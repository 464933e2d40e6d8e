import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countWork } from "../../src/engine/cost.ts";
import { planMemory } from "../../src/engine/plan-memory.ts";
import { BLOCK } from "../../src/engine/score-responses.ts";
import { OptionError } from "../../src/errors.ts";
import { buildPackage } from "../cli/built.ts";

/** A whole brain: one participant, three stories, windows at 41 distances. */
const wholeBrain = {
  nTargets: 81_924,
  nVolumes: 1000,
  longestStory: 500,
  nModels: 42,
  nFolds: 5,
  nColumns: 240,
  width: 7,
  nUnits: 768,
  nThreads: 2,
  heldBytes: 4,
  readingBytes: 8 * 500,
  scoringBytes: 4,
  isOfOthers: false,
};

describe("planMemory", () => {
  it("loads all targets where they fit, as few as a block where they do not, and says what it takes (by hand)", () => {
    const roomy = planMemory(wholeBrain, 8e9);
    expect(roomy.nLoaded).toBe(81_924);
    // Responses of 328 MB, one story of 164 MB twice beside them, and scores and penalties of 275 MB are the least there is.
    expect(roomy.peakBytes).toBeGreaterThan(328e6 + 2 * 164e6 + 275e6);
    expect(roomy.peakBytes).toBeLessThan(2 ** 31);
    const tight = planMemory(wholeBrain, roomy.peakBytes - 100e6);
    expect(tight.nLoaded).toBeLessThan(81_924);
    expect(tight.nLoaded % BLOCK).toBe(0);
    expect(tight.peakBytes).toBeLessThanOrEqual(roomy.peakBytes - 100e6);
  });

  it("counts responses in double precision as they are held: joined, read and in blocks (by hand)", () => {
    // Features alone: less is needed to make their designs than to score.
    const features = { ...wholeBrain, nModels: 1, width: 0 };
    const single = planMemory(features, 64e9);
    const double = planMemory({ ...features, heldBytes: 8, readingBytes: 16 * 500 }, 64e9);
    expect(double.nLoaded).toBe(81_924);
    // 4 bytes more for each of 1,000 volumes of each target joined, 8 more for each of 500 being read; on each of two threads 4 more for a
    // block, half as much again for the allocator.
    const more = 4 * 81_924 * 1000 + 8 * 81_924 * 500 + 2 * 1.5 * 4 * 4096 * 1000;
    expect(double.peakBytes - single.peakBytes).toBe(more);
    // What there is at one moment, array by array: all stories joined, a story as it was read, and cleaned.
    expect(double.peakBytes).toBeGreaterThan(8 * 81_924 * (1000 + 500 + 500));
    // Parts: the one before may still be there.
    const tight = planMemory({ ...features, heldBytes: 8, readingBytes: 16 * 500 }, double.peakBytes - 300e6);
    expect(tight.nLoaded).toBeLessThan(81_924);
    expect(tight.peakBytes).toBeGreaterThan(16 * 1000 * tight.nLoaded + 16 * 500 * 81_924);
  });

  it("counts blocks in double precision where scores are computed in it (by hand)", () => {
    // Features alone: less is needed to make their designs than to score.
    const features = { ...wholeBrain, nModels: 1, width: 0 };
    const double = planMemory({ ...features, scoringBytes: 8 }, 64e9);
    // On each of two threads two arrays of a block and eight of a batch take 4 bytes more a number, half as much again.
    expect(double.peakBytes - planMemory(features, 64e9).peakBytes).toBe(2 * 1.5 * 4 * 1000 * (2 * 4096 + 8 * 512));
  });

  it("designs stay in memory where they are few (by hand)", () => {
    // 42 models of 5 folds, 12 bytes for each of 240 x 100 numbers: 60 MB a thread.
    expect(planMemory({ ...wholeBrain, nVolumes: 100, longestStory: 100 }, 8e9).designBytes).toBe(
      42 * 5 * (8 * 24_000 + 300 * 100),
    );
    expect(planMemory(wholeBrain, 8e9).designBytes).toBe(0);
  });

  it("refuses a budget into which not a block fits, and says what would do", () => {
    const refused = () => planMemory(wholeBrain, 300e6);
    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(
      /^`memory`: there must be \d\.\d GB for 81924 targets of 1000 volumes, 42 encoding models and 2 threads, got 0\.3 GB\. Take fewer `distances` or `threads`, or regions\.$/,
    );
  });
});

describe("countWork", () => {
  it("grows with targets and models as they do (identity)", () => {
    const work = countWork(wholeBrain, 10);
    const half = countWork({ ...wholeBrain, nTargets: 81_924 / 2 }, 10);
    expect(half.scoreOperations).toBe(work.scoreOperations / 2);
    expect(half.designOperations).toBe(work.designOperations);
    expect(countWork({ ...wholeBrain, nModels: 21 }, 10).scoreOperations).toBe(work.scoreOperations / 2);
  });

  it("a target's projection on a design of 240 columns is .384 million operations, all in all about two and a half times that (by hand)", () => {
    const each = countWork(wholeBrain, 10).scoreOperations / (81_924 * 42 * 5);
    // 2 x 240 x 800 once and 1.19 times again, 2 x 240 x 200 for predictions; for bounds 85 sums over the projection, 20 over the
    // target, 31 over each residual.
    expect(each).toBeCloseTo(2.19 * 384_000 + 96_000 + 2 * 240 * 85 + 1_600 * (20 + 1.19 * 31), 3);
  });
});

describe("what is resident while responses are scored", () => {
  let folder = "";
  let built = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cortecast-sweep-"));
    built = buildPackage();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is within the budget, and what was planned; where less fits, responses come in parts (by hand)", () => {
    const sweep = (budget: number) => {
      const args = [join(import.meta.dirname, "sweep-memory.js"), built, join(folder, `${budget}`), `${budget}`];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      expect(stderr).toBe("");
      return JSON.parse(stdout) as { plan: { peakBytes: number }; nLoads: number; nScored: number[]; resident: number };
    };
    const [roomy, tight] = [sweep(4e9), sweep(1140e6)];
    expect([roomy.nLoads, roomy.nScored]).toEqual([1, [120_000, 120_000]]);
    expect(tight.nLoads).toBeGreaterThan(1);
    expect(tight.nScored).toEqual(roomy.nScored);
    expect(roomy.resident).toBeLessThan(roomy.plan.peakBytes);
    expect(tight.resident).toBeLessThan(tight.plan.peakBytes);
    expect(tight.plan.peakBytes).toBeLessThanOrEqual(1140e6);
    expect(tight.plan.peakBytes).toBeLessThan(roomy.plan.peakBytes - 100e6);
  }, 600_000);
});
