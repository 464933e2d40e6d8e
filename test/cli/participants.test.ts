import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesBelow, resultsIn } from "../support/results.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

let built: BuiltCommandLine;
const root = mkdtempSync(join(tmpdir(), "cortecast-participants-"));
const simulate = ["simulate", "data", "--participants", "2", "--responses", "surface", "--vertices", "42"];
const score = (output: string, ...more: string[]) => [
  "score",
  "data",
  output,
  "--distances",
  "0,8",
  "--components",
  "5",
  ...more,
];

async function done(argv: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await built.start(argv, { cwd: root }).ended;
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
beforeAll(async () => {
  built = buildCommandLine();
  await done(simulate);
}, 300_000);
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe("one participant a process, into one folder", () => {
  test.each([["participant"], ["both"]])(
    "two at the same time, with --level %s, then report: the files of one run of both but for what was typed (identity)",
    async (level) => {
      const [whole, apart] = [`whole-${level}`, `apart-${level}`];
      // What is sampled for the audit depends on how many are scored at once: both find the same scores.
      const cache = ["--cache", "cache"];
      await done(score(whole, ...cache));
      const jobs = ["01", "02"].map((one) =>
        built.start(score(apart, "--participants", one, "--level", level, ...cache), { cwd: root }),
      );
      for (const { ended } of jobs) expect(await ended).toMatchObject({ code: 0 });
      const told = JSON.parse(await done(["report", apart, "--json"])) as { participants: string[]; report: string };
      expect(told).toMatchObject({ participants: ["sub-01", "sub-02"], report: `${apart}/report.html` });
      const expected = resultsIn(join(root, whole));
      expect(Object.keys(expected).length).toBeGreaterThan(50);
      expect(resultsIn(join(root, apart))).toEqual(expected);
    },
    300_000,
  );

  test("by hand: two at the same time keep what they compute in one place, where a run of both finds all of it", async () => {
    const jobs = ["01", "02"].map((one) =>
      built.start(score("shared", "--participants", one, "--level", "participant"), { cwd: root }),
    );
    for (const { ended } of jobs) expect(await ended).toMatchObject({ code: 0 });
    const before = filesBelow(join(root, "shared-cache"));
    // Two stories; designs for both participants, features alone and two distances in five folds, in two precisions, with the variance that components keep; scores of each.
    const count = (part: string) => before.filter((path) => path.startsWith(`${part}/`)).length;
    expect(["activations", "designs", "scores"].map(count)).toEqual([2, 3 * 3 * 5, 2 * 3]);
    expect(JSON.parse(await done(score("shared", "--json")))).toMatchObject({ nComputed: 0, cache: "shared-cache" });
    expect(filesBelow(join(root, "shared-cache"))).toEqual(before);
  }, 300_000);

  test("by hand: two for the same participant: one works, the other is refused", async () => {
    // Which was computed for the test before: who writes is what counts here.
    const cache = ["--cache", "shared-cache"];
    const argv = score("same", "--participants", "01", ...cache);
    const first = built.start(argv, { cwd: root });
    const lock = join(root, "same/sub-01/.cortecast-lock.json");
    while (!existsSync(lock) && first.child.exitCode === null) await setTimeout(5);
    // Alive, and going nowhere.
    first.child.kill("SIGSTOP");
    const second = await built.start(argv, { cwd: root }).ended;
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`(process ${first.child.pid} on ${hostname()}, same/sub-01)`) as string,
    ]);
    // One of all participants would write theirs too.
    const all = await built.start(score("same", ...cache), { cwd: root }).ended;
    expect([all.code, all.stderr]).toEqual([1, expect.stringContaining("<output>: one run at a time must write")]);
    first.child.kill("SIGCONT");
    expect(await first.ended).toMatchObject({ code: 0 });
  }, 300_000);
});
