import { describe, expect, test } from "vitest";
import { readGifti } from "../../src/formats/gifti.ts";
import { readTsv, textColumn } from "../../src/formats/tsv.ts";
import { type Findings, leadOf, studyFindings } from "../../src/report/findings.ts";
import { groupScores, listGroupKeys } from "../../src/report/group.ts";
import { groupFiles } from "../../src/report/group-files.ts";
import { htmlReport } from "../../src/report/html.ts";
import { createPeakMap, isFound, listPeakKeys, reasonWithoutPeak } from "../../src/report/peaks.ts";
import { averageRegions } from "../../src/report/regions.ts";
import { type AnalysisScores, memoryScores, type StudyResult, type SubjectScores } from "../../src/report/result.ts";
import { sideOfZero } from "../../src/report/significance.ts";
import { summarise } from "../../src/report/summary.ts";
import { formatTerminal } from "../../src/report/terminal-lines.ts";
import { surfaceTargets } from "../../src/responses/target.ts";
import { allOf, syntheticStudy, syntheticSurfaceStudy, withMean } from "./synthetic.ts";

const regions = ["forecast", "below", "flat", "missing"];
const distances = [-4, 0, 4, 8];
const peakNamed = ({ peaks }: Findings, name: string) => peaks.find(({ analysis }) => analysis === name);
const said = (findings: Parameters<typeof summarise>[0]) =>
  summarise(findings)
    .flatMap(({ sentences }) => sentences)
    .join(" ");

/**
 * Twelve subjects. Region "forecast": F rises to distance 8, by a little else in each subject; "below": F(8) is below F(0),
 * and R below zero, in everybody; "flat": signs alternate; "missing": no scores.
 */
function fourRegions(layers: readonly number[] = [8], distancesUsed: readonly number[] = distances): StudyResult {
  const base = syntheticStudy({ nSubjects: 12, regions, distances: [], hasControls: false });
  const subjects = base.subjects.map((subject, s): SubjectScores => {
    const own = 1 + s / 100;
    const turn = s % 2 === 0 ? 1 : -1;
    const scores = (
      analysis: string,
      layer: number,
      distance: number | "n/a",
      mean: readonly number[],
    ): AnalysisScores => ({
      analysis,
      layer,
      distance,
      mean: Float64Array.from(mean),
      folds: undefined,
    });
    const analyses = layers.flatMap((layer) => [
      scores("brainScore", layer, "n/a", [0.1 * own, -0.003 * own, 0.01 * turn * own, Number.NaN]),
      ...distancesUsed.map((distance) =>
        scores("forecastScore", layer, distance, [
          0.001 * (distance + 5) * own * (1 + layer / 100),
          -0.001 * (distance + 5) * own,
          0.001 * turn * own * Math.cos(distance),
          Number.NaN,
        ]),
      ),
    ]);
    return { ...subject, analyses: analyses.map(memoryScores) };
  });
  return { ...base, subjects };
}

describe("what is below zero is not a gain", async () => {
  const findings = await studyFindings(fourRegions());
  const { group } = findings;
  const brain = leadOf(findings)?.at;
  const forecastDistance = peakNamed(findings, "forecastDistance");
  const region = (name: string) => regions.indexOf(name);

  test("by hand: sides of zero, of twelve participants with one sign: p = 2 / 2^12", () => {
    expect(regions.map((_, r) => sideOfZero(brain, r))).toEqual([1, -1, 0, 0]);
    // q of the two: three regions are tested, p = 2 / 4096 each: 3 / 2 of it.
    expect(brain!.qValue[1]).toBeCloseTo((3 / 2) * (2 / 4096), 12);
  });

  test("a mean that a few participants pull over zero has no side", () => {
    const [mean, sign, qValue] = [Float64Array.of(-0.1), Float64Array.of(1), Float64Array.of(0.001)];
    expect(sideOfZero({ ...brain!, mean, sign, qValue }, 0)).toBe(0);
  });

  test("d* is there where F(8) − F(0) is above zero alone, with the reason elsewhere", () => {
    expect(regions.map((_, r) => isFound(forecastDistance!, r))).toEqual([true, false, false, false]);
    expect(forecastDistance!.peak[region("forecast")]).toBe(8);
    expect(regions.map((_, r) => reasonWithoutPeak(forecastDistance!, r))).toEqual([
      undefined,
      "no forecast: F(8) − F(0) is below zero over participants",
      "no forecast: F(8) − F(0) is not above zero over participants",
      "no participant has a score",
    ]);
  });

  test("the lead counts the regions with a forecast, and says so where there is none", async () => {
    expect(said(findings)).toContain("There is a forecast, F(8) − F(0) above zero, in 1 of 3 regions");
    const study = fourRegions();
    const subjects = study.subjects.map((subject) => ({
      ...subject,
      analyses: subject.analyses.map((own) =>
        own.analysis === "forecastScore" ? withMean(own, (mean) => mean.map((value) => -value - 1)) : own,
      ),
    }));
    // Turned round, "below" is the one that rises.
    expect(said(await studyFindings({ ...study, subjects }))).toContain("in 1 of 3 regions (q < .01)");
    const flat = subjects.map((subject) => ({
      ...subject,
      analyses: subject.analyses.map((own) =>
        own.analysis === "forecastScore" ? withMean(own, (mean) => mean.map((_, i) => 0.1 + i)) : own,
      ),
    }));
    expect(said(await studyFindings({ ...study, subjects: flat }))).toContain("No region has a forecast");
  });

  test("the terminal stars what is above zero, and shows d* nowhere else", () => {
    const line = (name: string) => formatTerminal(findings).find((text) => text.startsWith(name))!;
    expect(line("forecast")).toMatch(/ \*.* \* +8$/);
    expect(line("below")).not.toContain("*");
    expect(line("below")).toMatch(/ ↓.* ↓ +–$/);
    expect(line("flat")).not.toMatch(/[*↓]/);
    for (const text of formatTerminal(findings)) expect(text.length).toBeLessThanOrEqual(80);
  });

  test("the group's table: sign, d* and why it is n/a; the unmasked ones in a column of that name", async () => {
    const [file] = (await allOf(groupFiles(findings))).flat();
    const table = readTsv(new TextEncoder().encode(file!.bytes as string));
    const column = (name: string, analysis: string) =>
      textColumn(table, name).filter((_, row) => table.rows[row]![2] === analysis);
    expect(column("sign", "brainScore").slice(0, 2)).toEqual(["1", "-1"]);
    expect(column("peak", "forecastDistance")).toEqual(["8", "n/a", "n/a", "n/a"]);
    expect(column("peak_low", "forecastDistance")).toEqual(["8", "n/a", "n/a", "n/a"]);
    // F of "below" is largest, least negative, at -4.
    expect(column("peak_unmasked", "forecastDistance").slice(0, 2)).toEqual(["8", "-4"]);
    expect(column("note", "forecastDistance")[1]).toContain("below zero");
    expect(column("mean", "forecastDistance")).toEqual(["n/a", "n/a", "n/a", "n/a"]);
    expect(column("note", "brainScore")).toEqual(["n/a", "n/a", "n/a", "no participant has a score"]);
  });

  test("the report: bold above zero alone, a mark with a minus below, d* of the one region", async () => {
    const page = await htmlReport(fourRegions());
    expect(page.match(/<td class="number">&#60;\u00a00.001\u00a0↓<\/td>/g)).toHaveLength(2);
    // In the order of display, by brain score.
    expect(page).toContain("in 1 of 4 regions. Without one: flat, below and missing.");
    expect(page).toContain("Forecast distance by region");
  });

  test("without distance 0 nothing has a forecast that was tested, and that is said", async () => {
    const untested = await studyFindings(fourRegions([8], [4, 8]));
    expect(peakNamed(untested, "forecastDistance")!.test).toBeUndefined();
    expect(reasonWithoutPeak(peakNamed(untested, "forecastDistance")!, 0)).toBe(
      "whether there is a forecast was not tested, for which distances 8 and 0 must be among the distances",
    );
    expect(await htmlReport(fourRegions([8], [4, 8]))).toContain("Shown for no region: whether");
  });

  test("the statistics have no mean of participants' own peaks", () => {
    expect(group.scores.map(({ analysis }) => analysis)).not.toContain("forecastDistance");
  });
});

describe("forecast depth", () => {
  test("by hand: F at distance 8 grows with the layer where there is a forecast", async () => {
    const forecastDepth = peakNamed(await studyFindings(fourRegions([4, 8, 12])), "forecastDepth");
    expect(forecastDepth!.grid).toEqual([4, 8, 12]);
    expect(forecastDepth!.peak[0]).toBe(12);
    expect(regions.map((_, r) => isFound(forecastDepth!, r))).toEqual([true, false, false, false]);
    expect(forecastDepth!.test!.layer).toBe(8);
  });

  test("with distance 8 alone, a forecast is an F(8) above zero", async () => {
    const { group } = await studyFindings(fourRegions([4, 8, 12], [8]));
    expect(group.peaks.map(({ analysis }) => analysis)).toEqual(["forecastDepth"]);
    expect(group.peaks[0]!.test).toMatchObject({ analysis: "forecastScore", layer: 8, distance: 8 });
    expect(isFound(group.peaks[0]!, 0)).toBe(true);
  });
});

test("identity: a region's own d* is the peak of its mean curve, not the mean of its vertices' peaks", async () => {
  // Vertex 0 peaks at 0 (by 1), vertex 1 at 8 (by 3): the mean curve is .5, 0, 1.5; the mean of 0 and 8 would be 4.
  const score = (distance: number, ...mean: number[]): AnalysisScores => ({
    analysis: "forecastScore",
    layer: 8,
    distance,
    mean: Float64Array.from(mean),
    folds: undefined,
  });
  const own: AnalysisScores = {
    analysis: "forecastDistance",
    layer: 8,
    distance: "n/a",
    mean: Float64Array.of(0, 8),
    folds: undefined,
  };
  const subject: SubjectScores = {
    ...syntheticStudy({ nSubjects: 1 }).subjects[0]!,
    targets: surfaceTargets([2, 0]),
    space: { kind: "surface", space: "tiny", nVertices: [2, 0] },
    analyses: [score(0, 1, 0), score(4, 0, 0), score(8, 0, 3), own].map(memoryScores),
  };
  const averaged = averageRegions(subject, [{ name: "A", hemi: "L", targets: Int32Array.of(0, 1) }]);
  expect([...(await averaged.analyses[3]!.loadMean())]).toEqual([8]);
});

describe("maps of d* over the group", async () => {
  const study = syntheticSurfaceStudy({ nSubjects: 20, fineness: 6, distances: [0, 8, 12] });
  const files = (await allOf(groupFiles(await studyFindings(study)))).flat();
  const map = (name: string) =>
    readGifti(
      files.find(({ path }) => path === `group/hemi-L_space-phantom_desc-${name}_statmap.shape.gii`)!
        .bytes as Uint8Array,
    ).arrays.map(({ data }) => [...data]);

  test("identity: NaN where F(8) − F(0) is not above zero (q < .01), the unmasked values elsewhere", () => {
    const [masked] = map("forecastDistanceL8");
    const [unmasked] = map("forecastDistanceUnmaskedL8");
    const [, , , sign, , q] = map("forecastScoreBeyondZeroL8D8");
    expect(masked!.map((value) => Number.isNaN(value))).toEqual(q!.map((value, v) => !(value < 0.01 && sign![v]! > 0)));
    masked!.forEach((value, v) => {
      if (!Number.isNaN(value)) expect(value).toBe(unmasked![v]);
    });
    expect(unmasked!.every((value) => [0, 8, 12].includes(value))).toBe(true);
    // Recovery: the planted forecast peaks at 8.
    const shown = masked!.filter((value) => !Number.isNaN(value));
    expect(shown.length).toBeGreaterThan(3);
    expect(new Set(shown)).toEqual(new Set([8]));
  });
});

test("by hand: a peak map takes means in any order, and the lower of equals", () => {
  const map = createPeakMap(3);
  map.take(8, Float64Array.of(2, 1, Number.NaN));
  map.take(0, Float64Array.of(2, 0, Number.NaN));
  expect([...map.peak]).toEqual([0, 8, Number.NaN]);
});

test("peaks are listed for every layer with two distances, depth for two layers with distance 8", async () => {
  const { subjects } = fourRegions([0, 4]);
  const keys = listPeakKeys(listGroupKeys(subjects));
  expect(keys.map(({ analysis, layer, grid }) => [analysis, layer, grid])).toEqual([
    ["forecastDistance", 0, distances],
    ["forecastDistance", 4, distances],
    ["forecastDepth", "n/a", [0, 4]],
  ]);
  expect((await groupScores(subjects)).peaks).toHaveLength(3);
});
