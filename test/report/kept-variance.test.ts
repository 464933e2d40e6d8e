import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { KeptShares } from "../../src/encoding/prepared.ts";
import { subjectFiles } from "../../src/report/derivatives.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { htmlReport } from "../../src/report/html.ts";
import { describeKept, keptSentences } from "../../src/report/kept-variance.ts";
import type { KeptVariance, StudyResult } from "../../src/report/result.ts";
import { formatTerminal } from "../../src/report/terminal-lines.ts";
import { syntheticStudy } from "./synthetic.ts";

const of = (analysis: string, distance: number | "n/a", folds: KeptShares): KeptVariance => ({
  analysis,
  layer: analysis === "brainScoreWordRate" ? "n/a" : 8,
  distance,
  folds,
});

/** A study in which each subject has what is given. */
function studyWith(...kept: readonly (readonly KeptVariance[])[]): StudyResult {
  const study = syntheticStudy({ nSubjects: kept.length, distances: [-8, 8] });
  const subjects = study.subjects.map((subject, s) => ({ ...subject, keptVariance: kept[s] }));
  return { ...study, subjects, options: { ...study.options, components: 20 } };
}

const first = [
  of("brainScore", "n/a", [0.5, 0.7]),
  of("forecastScore", -8, [0.3, 0.4]),
  of("forecastScore", 8, [0.4, 0.5]),
  of("brainScoreWordRate", "n/a", "not reduced"),
];
const second = [
  of("brainScore", "n/a", [0.5, 0.5]),
  of("forecastScore", -8, [0.2, 0.4]),
  of("forecastScore", 8, [0.5, 0.5]),
  of("brainScoreWordRate", "n/a", "not reduced"),
];

describe("the variance that components keep (by hand)", () => {
  test("mean and range over folds, or why there are none", () => {
    expect(describeKept([0.25, 0.75, 0.5])).toEqual({
      mean: 0.5,
      lowest: 0.25,
      highest: 0.75,
      folds: [0.25, 0.75, 0.5],
    });
    expect(describeKept("not reduced")).toEqual({ mean: null, lowest: null, highest: null, folds: "not reduced" });
  });

  test("in words: of present words .55, of windows (.35 + .3 + .45 + .5) / 4 = .4", async () => {
    const study = studyWith(first, second);
    const sentences = [
      "20 components keep 55.0 % of the variance of present words (layer 8; 50.0 % to 70.0 % over participants and folds).",
      "Of forecast windows they keep 40.0 % (20.0 % to 50.0 % over participants, distances and folds).",
    ];
    expect(keptSentences(study)).toEqual(sentences);
    const lines = formatTerminal(await studyFindings(study));
    expect(lines.slice(-4)).toEqual([
      "20 components keep 55.0 % of the variance of present words (layer 8; 50.0 % to",
      "  70.0 % over participants and folds).",
      "Of forecast windows they keep 40.0 % (20.0 % to 50.0 % over participants,",
      "  distances and folds).",
    ]);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    // In the page no line breaks before a per cent sign.
    expect((await htmlReport(study)).replaceAll("\u00a0%", " %")).toContain(sentences.join(" "));
  });

  test("one participant, one window: over folds alone", () => {
    expect(keptSentences(studyWith(first.slice(0, 2)))).toEqual([
      "20 components keep 60.0 % of the variance of present words (layer 8; 50.0 % to 70.0 % over folds).",
      "Of forecast windows they keep 35.0 % (30.0 % to 40.0 % over folds).",
    ]);
  });

  test("without a reduction it says so; nothing where the result does not speak of it", () => {
    expect(keptSentences(studyWith(first.map((one) => ({ ...one, folds: "not reduced" }))))).toEqual([
      "Features (layer 8) are not reduced to components: all of their variance is in the design.",
    ]);
    expect(keptSentences(syntheticStudy({ nSubjects: 2 }))).toEqual([]);
  });

  test("the report's table has a row for each layer, control and distance", async () => {
    const { document } = parseHTML(await htmlReport(studyWith(first, second)));
    const section = [...document.querySelectorAll("section")].find(
      (one) => one.querySelector("h2")?.textContent === "Variance that components keep",
    )!;
    const rows = [...section.querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("th, td")].map((cell) => cell.textContent),
    );
    expect(rows).toEqual([
      ["present words", "8", "n/a", "2", "55.0 %", "50.0 %", "70.0 %"],
      ["forecast windows", "8", "−8", "2", "32.5 %", "20.0 %", "40.0 %"],
      ["forecast windows", "8", "8", "2", "47.5 %", "40.0 %", "50.0 %"],
      ["control: word rate", "n/a", "n/a", "0", "not reduced", "not reduced", "not reduced"],
    ]);
    const headings = (page: string) =>
      [...parseHTML(page).document.querySelectorAll("h2")].map((node) => node.textContent);
    expect(headings(await htmlReport(syntheticStudy({ nSubjects: 2 })))).not.toContain("Variance that components keep");
  });

  test("a participant's JSON has all of them", async () => {
    const files = await subjectFiles(studyWith(first).subjects[0]!, {});
    const { bytes } = files.find(({ path }) => path.endsWith("_scores.json"))!;
    const { KeptVariance: kept } = JSON.parse(bytes as string) as { readonly KeptVariance: readonly object[] };
    expect(kept.length).toBe(4);
    expect(kept[1]).toEqual({
      Analysis: "forecastScore",
      Layer: 8,
      Distance: -8,
      Mean: 0.35,
      Lowest: 0.3,
      Highest: 0.4,
      Folds: [0.3, 0.4],
    });
    expect(kept[3]).toEqual({
      Analysis: "brainScoreWordRate",
      Layer: "n/a",
      Distance: "n/a",
      Mean: null,
      Lowest: null,
      Highest: null,
      Folds: "not reduced",
    });
  });
});
