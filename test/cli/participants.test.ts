import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
  "--cache",
  "cache",
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
  built.remove();
  rmSync(root, { recursive: true });
});

/** Files of results by path; what was typed is told in the records, the report and README.md. */
function contentOf(output: string): Record<string, string> {
  const paths = readdirSync(join(root, output), { recursive: true, encoding: "utf8", withFileTypes: true });
  return Object.fromEntries(
    paths
      .filter((entry) => entry.isFile() && !entry.name.startsWith(".cortecast"))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const text = readFileSync(path, "latin1")
          .replace(/<code>cortecast score [^<]*<\/code>/, "<code></code>")
          .replace(/^ {4}cortecast score .*$/m, "");
        return [path.slice(join(root, output).length + 1), text.replaceAll(output, "out")] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe("one participant a process, into one folder", () => {
  test.each([["participant"], ["both"]])(
    "two at the same time, with --level %s, then report: the files of one run of both but for what was typed (identity)",
    async (level) => {
      const [whole, apart] = [`whole-${level}`, `apart-${level}`];
      await done(score(whole));
      const jobs = ["01", "02"].map((one) =>
        built.start(score(apart, "--participants", one, "--level", level), { cwd: root }),
      );
      for (const { ended } of jobs) expect(await ended).toMatchObject({ code: 0 });
      const told = JSON.parse(await done(["report", apart, "--json"])) as { participants: string[]; report: string };
      expect(told).toMatchObject({ participants: ["sub-01", "sub-02"], report: `${apart}/report.html` });
      const expected = contentOf(whole);
      expect(Object.keys(expected).length).toBeGreaterThan(50);
      expect(contentOf(apart)).toEqual(expected);
    },
    300_000,
  );

  test("by hand: two for the same participant: one works, the other is refused", async () => {
    const argv = score("same", "--participants", "01");
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
    const all = await built.start(score("same"), { cwd: root }).ended;
    expect([all.code, all.stderr]).toEqual([1, expect.stringContaining("<output>: one run at a time must write")]);
    first.child.kill("SIGCONT");
    expect(await first.ended).toMatchObject({ code: 0 });
  }, 300_000);
});
