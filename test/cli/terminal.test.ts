import { describe, expect, test } from "vitest";
import { createTerminal, formatProgress, formatSeconds, wrapLine } from "../../src/cli/terminal.ts";

function terminalAt({ isTTY = false, TERM = "xterm" } = {}) {
  let time = 0;
  let [stdout, stderr] = ["", ""];
  const streams = {
    stdout: { write: (text: string) => (stdout += text), isTTY },
    stderr: { write: (text: string) => (stderr += text), isTTY, columns: 60 },
    environment: { TERM },
    now: () => time,
  };
  return {
    create: (quiet = false) => createTerminal(streams, { quiet }),
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
    written: () => ({ stdout, stderr }),
  };
}

describe("plain text (by hand)", () => {
  test("what a terminal would obey is shown, on both streams, in the bar as well", () => {
    const { create, wait, written } = terminalAt({ isTTY: true });
    const terminal = create();
    const evil = "a\u001b[31m\u0007\u0085\u202eb\tc";
    terminal.print(JSON.stringify(evil));
    terminal.note(evil);
    terminal.fail(evil);
    wait(1000);
    terminal.onProgress({ label: "a\u001b[31m", done: 0, total: 1 });
    const { stdout, stderr } = written();
    const shown = String.raw`a\u001b[31m\u0007\u0085\u202eb`;
    expect(JSON.parse(stdout)).toBe(evil);
    expect(stdout).toBe(`"${shown}\\tc"\n`);
    expect(stderr.startsWith(`${shown}\tc\n${shown}\tc\n\r\u001b[K${String.raw`a\u001b[31m`} `)).toBe(true);
  });

  test("words that nobody can read are cut in the middle, in what is said and not in what is asked for", () => {
    const { create, written } = terminalAt();
    const terminal = create(true);
    const long = `${"a".repeat(600)}${"b".repeat(600)}`;
    terminal.print(long);
    terminal.fail(`no ${long} here`);
    expect(written()).toEqual({
      stdout: `${long}\n`,
      stderr: `no ${"a".repeat(500)}[500 more]${"b".repeat(200)} here\n`,
    });
  });
});

describe("wrapLine (by hand)", () => {
  test.each([
    ["short", "short"],
    ["words are kept whole here", "words are kept whole\nhere"],
    ["  indented words go on below", "  indented words go\n  on below"],
    ["--all  every file that there is", "--all  every file\n       that there is"],
    ["  a/path/that/is/longer/than/a/line and", "  a/path/that/is/longer/than/a/line\n  and"],
    ["a table of  columns", "a table of  columns"],
  ])("%s", (line, wrapped) => {
    expect(wrapLine(line, 20)).toBe(wrapped);
  });

  test("on a terminal alone, and not as JSON", () => {
    const long = "word ".repeat(20).trim();
    const shown = (isTTY: boolean, quiet: boolean) => {
      const { create, written } = terminalAt({ isTTY });
      create(quiet).fail(long);
      return written().stderr.trim().split("\n").length;
    };
    expect([shown(true, false), shown(true, true), shown(false, false)]).toEqual([2, 1, 1]);
  });
});

describe("formatSeconds, formatProgress (by hand)", () => {
  test.each([
    [0, "0:00"],
    [31.4, "0:31"],
    [725, "12:05"],
    [10_927, "3:02:07"],
  ])("%f s: %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  test("bytes are shown as such", () => {
    const progress = { label: "x", done: 1_500_000, total: 6_000_000, unit: "bytes" } as const;
    expect(formatProgress(progress, 10, 80)).toMatch(/ 25 % {2}1\.5 MB\/6\.0 MB {2}0:30 left$/);
  });

  test("the first pieces do not tell the time left, unless they are slow", () => {
    expect(formatProgress({ label: "x", done: 1, total: 300 }, 9, 80)).toMatch(/ 0 % {2}1\/300 {2}$/);
    expect(formatProgress({ label: "x", done: 1, total: 300 }, 30, 80)).toMatch(/ 0 % {2}1\/300 {2}2:29:30 left$/);
    expect(formatProgress({ label: "x", done: 9, total: 300 }, 9, 80)).toMatch(/ 3 % {2}9\/300 {2}4:51 left$/);
  });

  test("the time left is that of the part which is not done, at the pace so far", () => {
    expect(formatProgress({ label: "x", done: 1, total: 4 }, 10, 80)).toMatch(/ 25 % {2}1\/4 {2}0:30 left$/);
    expect(formatProgress({ label: "x", done: 4, total: 4 }, 10, 80)).toMatch(/100 % {2}4\/4 {2}0:10 in all$/);
  });

  test("never wider than the terminal", () => {
    for (const columns of [10, 40, 200])
      expect(formatProgress({ label: "a long label ".repeat(4), done: 1, total: 3 }, 1, columns).length).toBeLessThan(
        columns,
      );
  });
});

describe("createTerminal", () => {
  test("results go to standard output, notes to standard error, and neither where an object is printed", () => {
    for (const quiet of [false, true]) {
      const at = terminalAt();
      const terminal = at.create(quiet);
      terminal.result("R 0.1");
      terminal.note("a note");
      expect(at.written()).toEqual(quiet ? { stdout: "", stderr: "" } : { stdout: "R 0.1\n", stderr: "a note\n" });
    }
  });

  test("on a terminal, a bar that is drawn over itself; a note stands on a line of its own", () => {
    const at = terminalAt({ isTTY: true });
    const terminal = at.create();
    at.wait(1000);
    terminal.onProgress({ label: "reading", done: 0, total: 2 });
    at.wait(1000);
    terminal.onProgress({ label: "reading", done: 1, total: 2 });
    terminal.note("a note");
    const { stderr } = at.written();
    expect(stderr.split("\r\u001b[K")).toHaveLength(3);
    expect(stderr).toMatch(/left\na note\n$/);
  });

  test.each([
    ["a pipe", { isTTY: false }],
    ["a terminal that cannot go back in a line", { isTTY: true, TERM: "dumb" }],
  ])("on %s, lines without control characters, the first after two seconds", (_, kind) => {
    const at = terminalAt(kind);
    const terminal = at.create();
    terminal.onProgress({ label: "reading", done: 0, total: 9 });
    at.wait(1900);
    terminal.onProgress({ label: "reading", done: 1, total: 9 });
    expect(at.written().stderr).toBe("");
    at.wait(200);
    terminal.onProgress({ label: "reading", done: 2, total: 9 });
    terminal.onProgress({ label: "reading", done: 3, total: 9 });
    expect(at.written().stderr).toMatch(/^reading [█░]* +22 % {2}2\/9 {2}0:07 left\n$/);
  });

  test("on a pipe, a step that was shown is shown at its end, once, whatever is noted between; another leaves no line", () => {
    const at = terminalAt();
    const terminal = at.create();
    for (const label of ["long", "short"]) {
      terminal.onProgress({ label, done: 0, total: 7 });
      at.wait(label === "long" ? 2100 : 100);
      terminal.onProgress({ label, done: 1, total: 7 });
      terminal.note("a note");
      terminal.onProgress({ label, done: 7, total: 7 });
      at.wait(20_000);
      terminal.onProgress({ label, done: 7, total: 7 });
    }
    expect(
      at
        .written()
        .stderr.split("\n")
        .map((line) => line.replace(/[█░]+ +/, "")),
    ).toEqual(["long 14 %  1/7  0:13 left", "a note", "long 100 %  7/7  0:02 in all", "a note", ""]);
  });

  test("on a terminal, a bar begins once for work side by side, ends once, and begins again for the same label", () => {
    const at = terminalAt({ isTTY: true });
    const terminal = at.create();
    at.wait(1000);
    for (const done of [0, 0, 0, 1, 2, 2, 0, 2]) {
      terminal.onProgress({ label: "scores", done, total: 2 });
      // The end is drawn whether a bar is due or not.
      at.wait(done === 1 ? 1 : 150);
    }
    const lines = at.written().stderr.split("\n");
    expect(lines.map((line) => [...line.matchAll(/(\d+) %/g)].map(([, share]) => Number(share)))).toEqual([
      [0, 0, 0, 50, 100],
      [0, 100],
      [],
    ]);
  });

  test("with --json, results alone", () => {
    const at = terminalAt();
    const terminal = at.create(true);
    terminal.note("a note");
    terminal.onProgress({ label: "reading", done: 1, total: 2 });
    terminal.print("{}");
    expect(at.written()).toEqual({ stdout: "{}\n", stderr: "" });
  });
});
