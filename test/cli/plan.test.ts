import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "cortecast-plan-"));
const [data, results] = [join(folder, "data"), join(folder, "results")];
const flags = ["--distances", "-1,4", "--components", "4", "--controls", "word-rate"];
beforeAll(async () => {
  const simulate = ["simulate", data, "--participants", "2", "--responses", "regions", "--vertices", "42"];
  const { code, stderr } = await run(...simulate);
  if (code !== 0) throw new Error(stderr);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Plan {
  readonly nSteps: number;
  readonly nMissing: number;
  readonly parts: readonly { readonly label: string; readonly nModels: number; readonly nParticipants: number }[];
  readonly peakBytes: number;
  readonly seconds: number;
}

test("counts steps, models and participants, times a sample, and writes nothing (by hand)", async () => {
  const { code, stdout } = await run("plan", data, results, ...flags, "--json");
  const plan = JSON.parse(stdout) as Plan;
  expect([code, plan.nSteps, plan.nMissing]).toEqual([0, 4, 4]);
  expect(plan.parts.map(({ label, nModels, nParticipants }) => [label, nModels, nParticipants])).toEqual([
    ["layer 4", 3, 2],
    ["word rate", 1, 2],
  ]);
  expect(plan.peakBytes).toBeGreaterThan(200e6);
  expect(plan.seconds).toBeGreaterThan(0);
  expect(existsSync(results)).toBe(false);
});

test("for people: what is to be computed, and after it was, that nothing is", async () => {
  const before = await run("plan", data, results, ...flags);
  expect(before.code).toBe(0);
  expect(before.stdout).toMatch(
    /4 of 4 steps to compute\.\nTo compute:\n {2}layer 4: 3 models x 5 folds x 2 participants\n/,
  );
  expect(before.stdout).toMatch(/ {2}memory: \d+\.\d [MG]B at most\n {2}time: about \d+ .*, on \d+ threads?\n/);
  const scored = await run("score", data, results, ...flags);
  expect(scored.code).toBe(0);
  expect(scored.stderr).toContain("  time: about a minute or less, on ");
  const after = await run("plan", data, results, ...flags);
  expect([after.code, after.stdout]).toEqual([0, expect.stringContaining("Nothing to do: all 4 steps are there.\n")]);
}, 120_000);

test("memory that is too little is told before anything is computed", async () => {
  const { code, stderr } = await run("score", data, join(folder, "none"), ...flags, "--memory", "100MB");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /--memory: there must be \d\.\d GB for 16 targets of \d+ volumes, 3 encoding models and \d+ threads?, got 0\.1 GB\./,
  );
});
