import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTinyStudy, type TinyStudy } from "../study/tiny-study.ts";
import { filesBelow } from "../support/results.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

let built: BuiltCommandLine;
let study: TinyStudy;
/** Path to hash of every file that an uninterrupted run leaves, the cache's among them. */
let whole: ReadonlyMap<string, string>;
let nScores = 0;
let firstRun = "";

const flags = ["--model", "model", "--layer", "0:2", "--distances", "-1,8", "--components", "3", "--threads", "1"];
const command = ["score", "data", "out", ...flags, "--controls", "word-rate,random-weights,random-window"];
const start = () => built.start(command, { cwd: study.at() });

beforeAll(async () => {
  built = buildCommandLine();
  study = await createTinyStudy({ nSubjects: 3, nVertices: 162 });
  const { code, stderr } = await start().ended;
  if (code !== 0) throw new Error(`the uninterrupted run must end well, got ${code}: ${stderr}`);
  whole = hashes();
  nScores = countOf(scoreFiles);
  firstRun = stderr;
}, 300_000);
afterAll(() => {
  study.remove();
});

const scoreFiles = /^cache\/scores\/\w+\.scores$/;

/** Files of results and, below `cache/`, those that are kept beside them. */
const files = () => [
  ...filesBelow(study.at("out")),
  ...filesBelow(study.at("out-cache")).map((path) => `cache/${path}`),
];
const placeOf = (path: string) => study.at(path.startsWith("cache/") ? `out-${path}` : `out/${path}`);
const hashes = () =>
  new Map(
    files().map((path) => [
      path,
      createHash("sha256")
        .update(readFileSync(placeOf(path)))
        .digest("hex"),
    ]),
  );
const countOf = (pattern: RegExp) => files().filter((path) => pattern.test(path)).length;

/** Moments of a run, as what can be seen of them from outside. */
const moments: Readonly<Record<string, (output: string) => boolean>> = {
  "the inputs were read": (output) => output.includes("steps to compute"),
  "the first activations were written": () => countOf(/^cache\/activations\/.*\.activations$/) > 0,
  "a third of the scores was written": () => countOf(scoreFiles) >= nScores / 3,
  "the first results were written": () => countOf(/^sub-01\//) > 0,
};

/** Starts the command anew and sends signals at a moment; the second one, if any, shortly after the first. */
async function interrupt(moment: string, ...signals: readonly NodeJS.Signals[]) {
  for (const folder of ["out", "out-cache"]) rmSync(study.at(folder), { recursive: true, force: true });
  const { child, output, ended } = start();
  const alive = () => child.exitCode === null && child.signalCode === null;
  while (alive() && !moments[moment]!(output())) await setTimeout(1);
  for (const signal of signals) {
    if (alive()) child.kill(signal);
    await setTimeout(5);
  }
  return ended;
}

/** What holds whenever a run was cut off: what lies there is whole, and the next run does the rest and no more. */
async function expectToGoOn() {
  const left = hashes();
  for (const [path, hash] of left) {
    // Blocks of scores are there until all of a step are.
    if (
      path.endsWith(".partial") ||
      path.includes(".blocks/") ||
      /(^|\/)\.cortecast-(files|lock|writing)\.json$/.test(path)
    )
      continue;
    expect([path, hash]).toEqual([path, whole.get(path)]);
  }
  const writtenAt = () => new Map(files().map((path) => [path, statSync(placeOf(path)).mtimeMs]));
  const kept = [...writtenAt()].filter(([path]) => scoreFiles.test(path));
  const { code, stderr } = await start().ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/\b(?:\d|1[0-8]) of 18 steps to compute/);
  expect(hashes()).toEqual(whole);
  const now = writtenAt();
  for (const [path, time] of kept) expect([path, now.get(path)]).toEqual([path, time]);
}

test("by hand: of three participants, three layers and three controls are 18 steps", () => {
  expect(firstRun).toContain("18 of 18 steps to compute");
  // Of a layer words alone and with two windows; of each control one, the words beside random windows being the layer's.
  expect(nScores).toBe(3 * (3 * 3 + 3));
});

describe("a run that is cut off leaves whole files, and the same command goes on from there (identity)", () => {
  test.each(Object.keys(moments))("Ctrl-C when %s: exit code 130 and one line", async (moment) => {
    const { code, stderr } = await interrupt(moment, "SIGINT");
    expect(code).toBe(130);
    // What takes longer than two seconds, on a machine that does other things besides, shows its progress.
    expect(stderr.replace(/^.*[█░].*\n/gm, "")).toMatch(
      /^[^\n]*steps to compute\n(?:To compute:\n(?: {2}.*\n)+)?Stopped\. What is finished is kept; the same command goes on from there\.\n$/,
    );
    expect(countOf(/\.partial$/)).toBe(0);
    await expectToGoOn();
  });

  test.each(Object.keys(moments))("killed when %s", async (moment) => {
    const { signal } = await interrupt(moment, "SIGKILL");
    expect(signal).toBe("SIGKILL");
    await expectToGoOn();
  });

  test("Ctrl-C twice ends at once", async () => {
    const { code, signal } = await interrupt("a third of the scores was written", "SIGINT", "SIGINT");
    // The second may come when the process, about to end, listens no more: a shell has 130 for that as well.
    expect(code === 130 || signal === "SIGINT").toBe(true);
    await expectToGoOn();
  });

  test("killed between a step's scores and the removal of its blocks: the next run clears up", async () => {
    await interrupt("the first results were written", "SIGKILL");
    const scores = [...whole.keys()].find((path) => scoreFiles.test(path))!;
    const folder = placeOf("cache/scores/left.blocks");
    mkdirSync(folder);
    writeFileSync(join(folder, "keys.json"), JSON.stringify([basename(scores, ".scores")]));
    writeFileSync(join(folder, "0-162.scores"), "what was left");
    await expectToGoOn();
  });

  test("terminated: exit code 143, as shells have it", async () => {
    const { code, stderr } = await interrupt("the first activations were written", "SIGTERM");
    expect([code, stderr]).toEqual([143, expect.stringContaining("Stopped.")]);
  });
});
