import { describe, expect, test, vi } from "vitest";
import type { Analysis } from "../../src/analyses/analysis.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { readTsv, textColumn } from "../../src/formats/tsv.ts";
import { subjectFiles, subjectPaths } from "../../src/report/derivatives.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { groupFiles, groupPaths } from "../../src/report/group-files.ts";
import { findingsPage } from "../../src/report/html.ts";
import { type AnalysisScores, memoryScores, type StudyResult, type SubjectScores } from "../../src/report/result.ts";
import { listScores } from "../../src/report/score-list.ts";
import { listScoreKeys } from "../../src/report/select.ts";
import { summarise } from "../../src/report/summary.ts";
import { formatTerminal } from "../../src/report/terminal-lines.ts";
import { surfaceTargets } from "../../src/responses/target.ts";
import { allOf, syntheticStudy, syntheticSurfaceStudy } from "../report/synthetic.ts";

// The word rate is made into a ceiling of the brain score, which has a share of it: plain data, and no code that knows them.
vi.mock(import("../../src/analyses/word-rate.ts"), async (original) => {
  const { brainScoreWordRateAnalysis: wordRate } = await original();
  const limit: Analysis = {
    ...wordRate,
    shown: { ...wordRate.shown, label: "limit", symbol: "C", isSummarised: true },
    beside: { analysis: "brainScore", as: "ceiling" },
    sentence: ({ region, value }) => `In ${region} the limit is ${value}.`,
  };
  return { brainScoreWordRateAnalysis: limit };
});
vi.mock(import("../../src/analyses/brain-score.ts"), async (original) => {
  const { brainScoreAnalysis: brainScore, shownCorrelation } = await original();
  const withShare: Analysis = {
    ...brainScore,
    gains: [],
    shares: [
      {
        name: "brainScoreShare",
        description: "Brain score divided by the limit.",
        over: "brainScoreWordRate",
        shown: {
          ...brainScore.shown,
          label: "share of the limit",
          symbol: "R / C",
          what: "mean brain score divided by the mean limit",
          unit: "%",
          decimals: 0,
          range: undefined,
          isSymmetric: false,
          missing: "the limit is not above zero over participants",
        },
        sentence: ({ region, value }) => `Of the limit in ${region} the brain score reaches ${value}.`,
      },
    ],
  };
  return { brainScoreAnalysis: withShare, shownCorrelation };
});

const regions = ["half", "fifth", "no limit", "one without"];

/**
 * Twelve subjects with one score a place: R is half of C, a fifth of it, and .1 where C alternates; in the last place, where
 * R is half of C, the first subject has no C and ten times the R.
 */
function scoresOf(s: number): AnalysisScores[] {
  const own = 1 + s / 100;
  const scores = (analysis: string, layer: number | "n/a", mean: readonly number[]): AnalysisScores => ({
    analysis,
    layer,
    distance: "n/a",
    mean: Float64Array.from(mean),
    folds: undefined,
  });
  return [
    scores("brainScore", 8, [0.2 * own, 0.05 * own, 0.1, s === 0 ? 2 : 0.1]),
    scores("brainScoreWordRate", "n/a", [0.4 * own, 0.25 * own, s % 2 === 0 ? 0.1 : -0.1, s === 0 ? Number.NaN : 0.2]),
  ];
}
const study = (nSubjects = 12): StudyResult => {
  const base = syntheticStudy({ nSubjects, regions, distances: [], hasControls: false });
  return {
    ...base,
    subjects: base.subjects.map(
      (subject, s): SubjectScores => ({ ...subject, analyses: scoresOf(s).map(memoryScores) }),
    ),
  };
};

describe("a share of a ceiling", async () => {
  const findings = await studyFindings(study());
  const [brain] = findings.scores;
  const [share] = brain!.shares;

  test("by hand: the ratio of the means of those who have both, where the ceiling is above zero over participants", () => {
    // 1e-12: sums of twelve doubles
    expect(share!.ratio[0]).toBeCloseTo(0.5, 12);
    expect(share!.ratio[1]).toBeCloseTo(0.2, 12);
    expect(share!.ratio[2]).toBeNaN();
    expect(share!.ratio[3]).toBeCloseTo(0.5, 12);
    expect([...share!.n]).toEqual([12, 12, 12, 11]);
    // All participants have the same share: so has every sample of them.
    expect([share!.low[0], share!.high[1]]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.2, 12)]);
  });

  test("by hand: participants' own", () => {
    expect(share!.own[5]![1]).toBeCloseTo(0.2, 12);
    expect(share!.own[0]![3]).toBeNaN();
    expect(share!.own[0]![2]).toBeNaN();
  });

  test("of fewer than eight participants no ceiling is above zero, and no share is told", async () => {
    const few = await studyFindings(study(7));
    expect(few.scores[0]!.shares[0]!.ratio.every(Number.isNaN)).toBe(true);
    expect(formatTerminal(few)).toContain(
      "Share of the limit: n/a, since the limit is not above zero over participants",
    );
  });

  test("the findings say it of the region that they name", () => {
    const said = summarise(findings).flatMap(({ sentences }) => sentences);
    // R is largest where one participant has ten times as much: (2 + 11 x .1) / 12 = .258, and C is .2.
    expect(said).toContain("In one without the limit is C = 0.200, 95 % interval 0.200 to 0.200.");
    expect(said.at(-1)).toBe("Of the limit in one without the brain score reaches 50 %, 95 % interval 50 to 50 %.");
  });

  test("by hand: the terminal has a line of it", () => {
    // (50 + 20 + 50) / 3 of the three regions that have one.
    expect(formatTerminal(findings)).toContain("Share of the limit: 40 % over 3 of 4 regions, 50 % in one without");
    expect(formatTerminal(findings).filter((line) => line.startsWith("Limit: C"))).toHaveLength(1);
  });

  test("the page has columns, a section, and marks of the ceiling", async () => {
    const page = (await findingsPage(findings)).replaceAll("\u00a0", " ");
    expect(page).toContain('<th scope="col" class="number">R / C</th>');
    expect(page).toContain('<th scope="col" class="number">C</th>');
    expect(page).toContain("<h2>Share of the limit</h2>");
    expect(page).toContain("in 3 of 4 regions.");
    expect(page).toContain("the limit is not above zero over participants");
    expect(page).toContain('<td class="number">50 to 50 %</td>');
  });

  test("the group's table has rows of it, and says why one is n/a", async () => {
    const [file] = (await allOf(groupFiles(findings))).flat();
    const table = readTsv(new TextEncoder().encode(file!.bytes as string));
    const column = (name: string) =>
      textColumn(table, name).filter((_, row) => table.rows[row]![2] === "brainScoreShare");
    expect(column("mean").map((text) => (text === "n/a" ? text : Number(text).toFixed(6)))).toEqual([
      "0.500000",
      "0.200000",
      "n/a",
      "0.500000",
    ]);
    expect(column("layer")).toEqual(["8", "8", "8", "8"]);
    expect(column("p")).toEqual(["n/a", "n/a", "n/a", "n/a"]);
    expect(column("note")[2]).toBe("the limit is not above zero over participants");
  });

  test("a participant's table has the participant's own, under a name that says that it is not tested", async () => {
    const subject = findings.result.subjects[1]!;
    const files = await subjectFiles(subject, {});
    const table = readTsv(new TextEncoder().encode(files[0]!.bytes as string));
    const own = table.rows.filter((row) => row[3] === "brainScoreShareUnmasked");
    expect(own.map((row) => row[7])).toEqual(["0.5", "0.2", "n/a", "0.5"]);
    expect(files.map(({ path }) => path)).toEqual(subjectPaths(subject.participant, subject.space, subject.analyses));
    const { scores } = await listScores(findings.result, [subject.participant]);
    expect(scores!.filter(({ analysis }) => analysis === "brainScoreShareUnmasked")).toHaveLength(4);
  });
});

describe("maps of a share", async () => {
  const base = syntheticSurfaceStudy({ nSubjects: 12, fineness: 2, distances: [] });
  const n = base.subjects[0]!.targets.length / 2;
  const subjects = base.subjects.map((subject, s): SubjectScores => {
    const all = scoresOf(s).map((own) => ({
      ...own,
      mean: Float64Array.from({ length: 2 * n }, (_, v) => own.mean[v % 4]!),
    }));
    return { ...subject, targets: surfaceTargets([n, n]), analyses: all.map(memoryScores) };
  });
  const findings = await studyFindings({ ...base, subjects });

  test("identity: the same numbers as of regions, in every place", async () => {
    const files = (await allOf(groupFiles(findings))).flat();
    const path = "group/hemi-L_space-phantom_desc-brainScoreShareL8_statmap.shape.gii";
    const [ratio, count] = readGifti(files.find((file) => file.path === path)!.bytes as Uint8Array).arrays;
    // 1e-7: single precision
    expect([...ratio!.data].slice(0, 2)).toEqual([expect.closeTo(0.5, 7), expect.closeTo(0.2, 7)]);
    expect(ratio!.data[2]).toBeNaN();
    expect([...count!.data].slice(0, 4)).toEqual([12, 12, 12, 11]);
    expect(files.map((file) => file.path).sort()).toEqual(
      groupPaths(base.subjects[0]!.space, listScoreKeys(subjects)).sort(),
    );
  });

  test("a participant's maps are the files that are announced", async () => {
    const subject = subjects[0]!;
    const paths = (await subjectFiles(subject, {})).map(({ path }) => path);
    expect(paths).toEqual(subjectPaths(subject.participant, subject.space, subject.analyses));
    expect(paths.join()).toContain("desc-brainScoreShareUnmaskedL8");
  });

  test("the page draws it in per cent, from the least to the greatest", async () => {
    const page = (await findingsPage(findings)).replaceAll("\u00a0", " ");
    expect(page).toContain("<h3>Share of the limit (%)</h3>");
    expect(page).toContain("<span>20 %</span><span>50 %</span>");
  });
});
