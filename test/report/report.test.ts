import { describe, expect, test } from "vitest";
import { studyFindings } from "../../src/report/findings.ts";
import { groupFiles } from "../../src/report/group-files.ts";
import { htmlReport } from "../../src/report/html.ts";
import { formatTerminal } from "../../src/report/terminal.ts";
import type { OutputFile } from "../../src/sources/output-files.ts";
import { allOf, syntheticStudy } from "./synthetic.ts";

describe("htmlReport", async () => {
  const page = await htmlReport(syntheticStudy({ regions: ["<script>alert(1)</script>", "mSTS"] }));

  test("is one file that asks for nothing from outside", () => {
    expect(page).not.toMatch(/(src|href)\s*=\s*"(https?:)?\/\//);
    expect(page).not.toMatch(/@import|<link[^>]+stylesheet/);
  });

  test("names from data are text, never markup", () => {
    expect(page).not.toContain("<script>alert(1)");
    expect(page).toContain("&lt;script");
  });

  test("characters that turn or break what is shown are written out, in tables and figures (by hand)", async () => {
    const shown = await htmlReport(syntheticStudy({ regions: ["a\u001b]0;x\u0007", "\u202eb"], distances: [0] }));
    expect(shown).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
    expect(shown).toContain(String.raw`a\u001b]0;x\u0007`);
    expect(shown).toContain(String.raw`\u202eb`);
  });

  test("stays under 2 MB with 27 participants, 6 regions, 41 distances", async () => {
    expect((await htmlReport(syntheticStudy())).length).toBeLessThan(2_000_000);
  });
});

describe("group and terminal", async () => {
  const study = syntheticStudy({ nSubjects: 8, distances: [0, 8] });
  const findings = await studyFindings(study);

  test("identity: the table's mean is the mean over participants", async () => {
    const [[table]] = (await allOf(groupFiles(findings))) as [[OutputFile]];
    const [header, ...rows] = (table.bytes as string)
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    const row = rows.find((cells) => cells[2] === "brainScore" && cells[0] === study.subjects[0]!.targets[0]!.name)!;
    const scores: number[] = [];
    for (const { analyses } of study.subjects)
      scores.push((await analyses.find((a) => a.analysis === "brainScore")!.loadMean())[0]!);
    // 1e-6: tables are written with at least that many digits
    expect(Number(row[header!.indexOf("mean")])).toBeCloseTo(scores.reduce((a, b) => a + b) / 8, 6);
  });

  test("a line a region, none wider than 80 columns", () => {
    const lines = formatTerminal(findings);
    for (const { name } of study.subjects[0]!.targets) expect(lines.some((line) => line.includes(name))).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("by hand: the mean of each control over regions, and in the region that is listed first", () => {
    const [scores] = findings.group.scores;
    const mean = Float64Array.from(findings.order, () => 0.25);
    mean[findings.order[0]!] = 0.5;
    const brainControls = [{ name: "word rate", scores: { ...scores!, mean }, beyond: undefined }];
    const lines = formatTerminal({ ...findings, brainControls, forecast: undefined });
    const n = mean.length;
    const first = findings.order[0]!;
    const whole = `Control, word rate: R ${((0.25 * (n - 1) + 0.5) / n).toFixed(3)} over regions,`;
    expect(lines).toContain(`${whole} 0.500 in ${findings.labels[first]}`);
    // A line over 80 columns is broken: a name of 28 letters, to which longer ones are cut, beside the longer of the controls.
    const labels = findings.labels.map((label, i) => (i === first ? "abcdefghi ".repeat(4) : label));
    const longer = [{ ...brainControls[0]!, name: "random weights" }];
    const broken = formatTerminal({ ...findings, labels, brainControls: longer, forecast: undefined });
    const beginning = whole.replace("word rate", "random weights");
    expect(broken[broken.indexOf(beginning) + 1]).toMatch(/^ {2}0\.500 in abcdefghi/);
  });
});
