import { describe, expect, test } from "vitest";
import { groupFiles } from "../../src/report/group-files.ts";
import { htmlReport } from "../../src/report/html.ts";
import { formatTerminal } from "../../src/report/terminal.ts";
import { syntheticStudy } from "./synthetic.ts";

describe("htmlReport", () => {
  const page = htmlReport(syntheticStudy({ regions: ["<script>alert(1)</script>", "mSTS"] }));

  test("is one file that asks for nothing from outside", () => {
    expect(page).not.toMatch(/(src|href)\s*=\s*"(https?:)?\/\//);
    expect(page).not.toMatch(/@import|<link[^>]+stylesheet/);
  });

  test("names from data are text, never markup", () => {
    expect(page).not.toContain("<script>alert(1)");
    expect(page).toContain("&lt;script");
  });

  test("stays under 2 MB with 27 participants, 6 regions, 41 distances", () => {
    expect(htmlReport(syntheticStudy()).length).toBeLessThan(2_000_000);
  });
});

describe("group and terminal", () => {
  const study = syntheticStudy({ nSubjects: 8, distances: [0, 8] });

  test("identity: the table's mean is the mean over subjects", () => {
    const table = groupFiles(study).find(({ path }) => path === "group_scores.tsv")!.bytes as string;
    const [header, ...rows] = table
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    const row = rows.find((cells) => cells[2] === "brainScore" && cells[0] === study.subjects[0]!.targets[0]!.name)!;
    const scores = study.subjects.map((s) => s.analyses.find((a) => a.analysis === "brainScore")!.mean[0]!);
    // 1e-6: tables are written with at least that many digits
    expect(Number(row[header!.indexOf("mean")])).toBeCloseTo(scores.reduce((a, b) => a + b) / 8, 6);
  });

  test("a line a region, none wider than 80 columns", () => {
    const lines = formatTerminal(study);
    for (const { name } of study.subjects[0]!.targets) expect(lines.some((line) => line.includes(name))).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
