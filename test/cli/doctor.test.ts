import { describe, expect, test } from "vitest";
import { studyOptions } from "../../src/study/options.ts";
import { run } from "./run.ts";

interface Report {
  readonly machine: { readonly cores: number };
  readonly providers: readonly { readonly name: string; readonly works: boolean; readonly reason?: string }[];
  readonly gflops: Readonly<Record<string, number>>;
}

describe("cortecast doctor", () => {
  test("--json: one object, with every provider that can be chosen and why those that do not start do not", async () => {
    const { code, stdout, stderr } = await run("doctor", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const { machine, providers, gflops } = JSON.parse(stdout) as Report;
    expect(machine.cores).toBeGreaterThan(0);
    expect(providers.map(({ name }) => name)).toEqual(studyOptions.provider.schema.unwrap().options);
    // Everything is computed on the CPU in other tests.
    expect(providers[0]).toEqual({ name: "cpu", works: true });
    for (const { works, reason } of providers) expect(works).toBe(reason === undefined);
    for (const { reason = "x" } of providers) expect(reason).toMatch(/^[^\n]+$/);
    expect(Object.keys(gflops)).toEqual(["float32", "float64"]);
  }, 120_000);

  test("a provider that does not start here is refused by every command in one line, before anything else (agreement)", async () => {
    const { providers } = JSON.parse((await run("doctor", "--json")).stdout) as Report;
    for (const { name, reason } of providers) {
      if (reason === undefined) continue;
      for (const argv of [
        ["score", "a", "b"],
        ["activations", "a", "b"],
        ["simulate", "a"],
        ["demo", "a"],
      ]) {
        const { code, stderr } = await run(...argv, "--provider", name);
        expect([code, stderr]).toEqual([
          1,
          `cortecast: --provider: must be one that starts on this machine, got "${name}" (${reason}). "cortecast doctor" lists those that do.\n`,
        ]);
      }
    }
  }, 120_000);

  test("for people: lines of a name and what there is", async () => {
    const { code, stdout } = await run("doctor");
    expect(code).toBe(0);
    for (const name of ["cortecast", "machine", "memory", "providers", "speed", "tests only"])
      expect(stdout).toMatch(new RegExp(`^${name} +\\S`, "m"));
    expect(stdout).not.toMatch(/undefined|NaN|\{/);
  }, 120_000);
});
