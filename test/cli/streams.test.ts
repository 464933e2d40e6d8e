import { existsSync, mkdirSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTinyStudy, type TinyStudy } from "../study/tiny-study.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

// What becomes of a run whose output goes nowhere. Linux has a device that is always full.
let built: BuiltCommandLine;
let study: TinyStudy;
beforeAll(async () => {
  built = buildCommandLine();
  study = await createTinyStudy();
}, 60_000);
afterAll(() => {
  study.remove();
});

const flags = ["--model", "model", "--distances", "8", "--components", "3", "--threads", "1"];
const score = (redirection: string, ...more: readonly string[]) => {
  rmSync(study.at("out"), { recursive: true, force: true });
  return built.start(["score", "data", "out", ...flags, ...more], { cwd: study.at(), redirection });
};

describe.runIf(existsSync("/dev/full"))("progress that goes nowhere", () => {
  test.each(["2>/dev/full", "2>&-"])("a study is carried out all the same: %s", async (redirection) => {
    const { code, stdout } = await score(redirection, "--json").ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ nParticipants: 2 });
    expect((await score(redirection).ended).code).toBe(0);
    expect(existsSync(study.at("out/report.html"))).toBe(true);
  });

  test("a study is carried out all the same: the reader of standard error goes away", async () => {
    const { child, ended } = score("");
    child.stderr!.destroy();
    expect((await ended).code).toBe(0);
    expect(existsSync(study.at("out/report.html"))).toBe(true);
  });

  test("a mistake keeps its exit code", async () => {
    expect((await built.start(["score", "nowhere", "out"], { redirection: "2>/dev/full" }).ended).code).toBe(1);
  });
});

describe("few files may be open at once (by hand: what ulimit -n says)", () => {
  // 64 are fewer than the modules that are read side by side.
  test.each([32, 64, 100])("%d: one line with the remedy, exit code 1", async (limit) => {
    const { code, stderr } = await built.start(["score", "data", "out", ...flags], {
      cwd: study.at(),
      before: `ulimit -n ${limit};`,
    }).ended;
    expect(stderr).toMatch(
      /^cortecast: .*: the system must let it be read or written, got too many open files\. Raise the limit in the same shell, with ulimit -n 1024, and run again\.\n$/,
    );
    expect(code).toBe(1);
  });

  test("256, as macOS has it: a study is carried out", async () => {
    const { code, stderr } = await built.start(["score", "data", "limited", ...flags], {
      cwd: study.at(),
      before: "ulimit -n 256;",
    }).ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining("Report: ")]);
  });
});

test("a working directory that was removed: one line, exit code 1", async () => {
  const cwd = study.at("gone");
  mkdirSync(cwd);
  const flags = ["score", study.at("data"), "out", "--distances", "8"];
  // The shell is in the folder when it goes.
  const { code, stderr } = await built.start(flags, { cwd, before: `rmdir ${cwd};` }).ended;
  const message =
    "cortecast: the working directory: the system must let it be read or written, got none: it was removed. Change to another.\n";
  expect([code, stderr]).toEqual([1, message]);
});

describe.runIf(existsSync("/dev/full"))("results that go nowhere", () => {
  test("a full disk: one line, exit code 1", async () => {
    expect(await built.start(["--help"], { redirection: ">/dev/full" }).ended).toMatchObject({
      code: 1,
      stderr:
        "cortecast: standard output: the system must let it be read or written, got no space left. Free some space; what is finished is kept.\n",
    });
  });

  test("a full disk for errors too: exit code 1", async () => {
    expect((await built.start(["--help"], { redirection: ">/dev/full 2>&1" }).ended).code).toBe(1);
  });

  test("a reader that goes away: a quiet end, as of other programs in a pipe", async () => {
    const { child, ended } = built.start(["--help"]);
    child.stdout!.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });
});
