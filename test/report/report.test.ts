import { describe, expect, test } from "vitest";
import { curveChart } from "../../src/report/curve-chart.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { groupFiles } from "../../src/report/group-files.ts";
import { htmlReport } from "../../src/report/html.ts";
import { formatTerminal } from "../../src/report/terminal-lines.ts";
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

describe("few participants (by hand)", () => {
  const few = (nSubjects: number) => syntheticStudy({ nSubjects, distances: [0, 8] });
  const groupTable = async (nSubjects: number) => {
    const page = await htmlReport(few(nSubjects));
    return page.slice(page.indexOf("<h2>Group</h2>"), page.indexOf("<h2>Data quality</h2>"));
  };
  const lines = async (nSubjects: number) => formatTerminal(await studyFindings(few(nSubjects)));

  test("one is no sample: neither interval, nor q, nor d*, and a line says so", async () => {
    const table = await groupTable(1);
    expect(table).toContain("One participant: no interval and no test over participants.");
    expect(table).not.toMatch(/>q<|95 % interval<|>d\*<|1\.000/);
    const text = await lines(1);
    expect(text[2]).toMatch(/^region +R +F\(8\)$/);
    expect(text).toContain("One participant: no interval and no test over participants.");
    expect(text.join("\n")).not.toMatch(/q < \.01|1\.000|n\/a/);
  });

  test("of one the lead and the figures speak of no mean, interval or test, and of no each", async () => {
    const page = await htmlReport(few(1));
    const said = page.slice(page.indexOf('<div class="lead">'), page.indexOf("<h2>Forecast distance</h2>"));
    expect(said).toContain("1 participant heard 1 story (alice) and gave 362 volumes.");
    expect(said).not.toMatch(
      /each gave|95(?: |\u00a0)% interval|a participant<|Pale dots|Bands|confidence|q(?: |\u00a0)(=|<|&)/,
    );
    // In the lead, and below the figures of brain scores and of forecast scores.
    expect(said.match(/One participant: no interval and no test over participants\./g)).toHaveLength(3);
    expect(await htmlReport(few(2))).toContain("2 participants heard 1 story (alice); each gave 362 volumes.");
  });

  test("two to seven have intervals and q, and are told that they cannot reach q < .01; eight are not", async () => {
    // The least two-sided p of n signed ranks is 2 / 2^n: .016 with seven, .008 with eight.
    for (const [n, isFew] of [
      [2, true],
      [7, true],
      [8, false],
    ] as const) {
      expect((await groupTable(n)).includes("Fewer than 8 participants cannot reach that.")).toBe(isFew);
      expect((await lines(n)).includes("  fewer than 8 participants cannot reach q < .01")).toBe(isFew);
    }
  });

  test("an interval that reaches beyond 1 is told as one", async () => {
    // t with one degree of freedom is 12.706: .1 and -.3 give -.1 +- 12.706 x .2 = -2.64 to 2.44.
    const { subjects, ...rest } = syntheticStudy({ nSubjects: 2, distances: [], hasControls: false });
    const wide = subjects.map((subject, s) => ({
      ...subject,
      analyses: subject.analyses.map((own) => ({
        ...own,
        loadMean: () => Promise.resolve(Float64Array.from(subject.targets, () => [0.1, -0.3][s]!)),
      })),
    }));
    const study = { ...rest, subjects: wide };
    expect(await htmlReport(study)).toContain("Of few participants it may reach beyond 1, where no correlation lies");
    const text = formatTerminal(await studyFindings(study));
    expect(text.join("\n")).toContain("−2.641 to 2.441");
    expect(text).toContain("95 % interval: of few participants it may reach beyond 1, where no correlation lies");
    expect((await lines(8)).join("\n")).not.toContain("beyond 1");
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
    const mean = Float64Array.from(findings.order, () => 0.25);
    mean[findings.order[0]!] = 0.5;
    const [brain] = findings.scores;
    const [wordRate, randomWeights] = brain!.beside;
    const linesWith = (control: typeof wordRate, labels = findings.labels) => {
      const at = { ...control!.at!, mean };
      return formatTerminal({ ...findings, labels, scores: [{ ...brain!, beside: [{ ...control!, at }] }], peaks: [] });
    };
    const lines = linesWith(wordRate);
    const n = mean.length;
    const first = findings.order[0]!;
    const whole = `Control, word rate: R ${((0.25 * (n - 1) + 0.5) / n).toFixed(3)} over regions,`;
    expect(lines).toContain(`${whole} 0.500 in ${findings.labels[first]}`);
    // A line over 80 columns is broken: a name of 28 letters, to which longer ones are cut, beside the longer of the controls.
    const labels = findings.labels.map((label, i) => (i === first ? "abcdefghi ".repeat(4) : label));
    const broken = linesWith(randomWeights, labels);
    const beginning = whole.replace("word rate", "random weights");
    expect(broken[broken.indexOf(beginning) + 1]).toMatch(/^ {2}0\.500 in abcdefghi/);
  });
});

describe("an analysis without the one that it stands beside", () => {
  const study = syntheticStudy({ nSubjects: 9, distances: [], hasCeiling: true });
  const only = (name: string) => ({
    ...study,
    subjects: study.subjects.map((subject) => ({
      ...subject,
      analyses: subject.analyses.filter(({ analysis }) => analysis === name),
    })),
  });

  test("a ceiling has a section, a column and a sentence of its own", async () => {
    const page = await htmlReport(only("noiseCeiling"));
    expect(page).toContain("<h2>Noise ceiling</h2>");
    expect(page).toContain("The noise ceiling of Angular gyrus is C\u00a0=\u00a0");
    expect(formatTerminal(await studyFindings(only("noiseCeiling")))[2]).toMatch(/^region +C +95 % interval +q of C$/);
  });

  test("a control has a line on the terminal, and no section", async () => {
    const findings = await studyFindings(only("brainScoreWordRate"));
    expect(findings.scores).toEqual([]);
    expect(formatTerminal(findings).join("\n")).toMatch(/^Control, word rate: R 0\.\d+ over regions/m);
  });
});

test("by hand: two controls of a curve have marks of their own", () => {
  const at = (x: number) => ({ x, mean: 0.1, low: 0, high: 0.2 });
  const { markup } = curveChart([at(0), at(8)], {
    title: "t",
    description: "d",
    colour: "red",
    xDomain: [0, 8],
    yDomain: [0, 1],
    xTicks: [0, 8],
    xLabel: "x",
    yLabel: "y",
    controls: [
      [at(0), at(8)],
      [at(0), at(8)],
    ],
  });
  expect([...markup.matchAll(/stroke-dasharray="(\d,\d)"/g)].map(([, dashes]) => dashes)).toEqual(["5,3", "2,3"]);
});
