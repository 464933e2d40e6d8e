import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { filesBelow, resultsIn } from "../support/results.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

// One participant's 8,824 vertices are three blocks of targets.
const simulate = ["simulate", "dataset", "--participants", "1", "--responses", "surface", "--vertices", "4412"];
const score = (output: string) => ["score", "dataset", output, "--distances", "2,6", "--controls", "word-rate"];

let built: BuiltCommandLine;
const root = mkdtempSync(join(tmpdir(), "cortecast-score-killed-"));
let seconds = 0;
async function done(argv: readonly string[]): Promise<void> {
  const { code, stderr } = await built.start(argv, { cwd: root }).ended;
  if (code !== 0) throw new Error(stderr);
}
beforeAll(async () => {
  built = buildCommandLine();
  await done(simulate);
  const started = performance.now();
  await done(score("in-one-go"));
  seconds = (performance.now() - started) / 1000;
}, 300_000);
afterAll(() => {
  rmSync(root, { recursive: true });
});

test.each([1, 2])(
  "killed at random moments until it is done: every file is that of a run in one go, seed %d (identity)",
  async (seed) => {
    const random = createRandom(seed);
    const output = `killed-${seed}`;
    let nKilled = 0;
    let longest = seconds;
    for (;;) {
      const { child, ended } = built.start(score(output), { cwd: root });
      // From the start of the program to past the end of a run: the more often it was killed, the later.
      const moment = longest * random.uniform() * (1 + nKilled / 8);
      await Promise.race([ended, setTimeout(moment * 1000)]);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      const { code, signal, stderr } = await ended;
      if (signal !== "SIGKILL") {
        expect([code, stderr]).toEqual([0, expect.any(String)]);
        if (nKilled > 0) break;
        // Quicker than the run that was timed: once more from the beginning, killed sooner.
        for (const folder of [output, `${output}-cache`]) rmSync(join(root, folder), { recursive: true });
        longest /= 2;
        continue;
      }
      expect(++nKilled).toBeLessThan(60);
      longest = Math.max(longest, 1);
    }
    expect(resultsIn(join(root, output))).toEqual(resultsIn(join(root, "in-one-go")));
    const kept = filesBelow(join(root, `${output}-cache`));
    expect(kept).toEqual(filesBelow(join(root, "in-one-go-cache")));
  },
  300_000,
);
