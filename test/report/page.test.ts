import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/errors.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { groupPaths } from "../../src/report/group-files.ts";
import { htmlReport } from "../../src/report/html.ts";
import { type AnalysisScores, memoryScores, type StudyResult, type SubjectScores } from "../../src/report/result.ts";
import { summarise } from "../../src/report/summary.ts";
import { syntheticStudy, syntheticSurfaceStudy, withMean } from "./synthetic.ts";

const headings = (page: string) =>
  [...parseHTML(page).document.querySelectorAll("h2")].map((heading) =>
    String((heading as { textContent: unknown }).textContent),
  );
const textOf = (page: string, selector: string) =>
  [...parseHTML(page).document.querySelectorAll(selector)].map((node) =>
    String((node as { textContent: unknown }).textContent),
  );

/** Subjects with a brain score of .01, .02, ... in region A, the same in each, and its negative in region B. */
function plainStudy(nSubjects: number): StudyResult {
  const study = syntheticStudy({ nSubjects, regions: ["A", "B"], distances: [], hasControls: false });
  const subjects = study.subjects.map((subject, s): SubjectScores => {
    const mean = Float64Array.of(0.01 * (s + 1), -0.01 * (s + 1));
    const brain: AnalysisScores = { analysis: "brainScore", layer: 8, distance: "n/a", mean, folds: undefined };
    return { ...subject, analyses: [memoryScores(brain)] };
  });
  return { ...study, subjects };
}

/** The numbers along the horizontal axes of a page's charts. */
const ticksOf = (page: string) =>
  textOf(page, 'svg.chart g[data-mark="x-axis tick label"] text').map((label) => Number(label.replace("−", "-")));

describe("intervals of two participants", () => {
  // Student's t with one degree of freedom is 12.7: .9 and .5 have the interval .7 ± 12.7 * .2 = -1.84 to 3.24.
  const two = (scores: readonly [number, number]): StudyResult => {
    const study = plainStudy(2);
    return {
      ...study,
      subjects: study.subjects.map((subject, s) => ({
        ...subject,
        analyses: subject.analyses.map((own) => withMean(own, () => Float64Array.of(scores[s]!, scores[s]! / 2))),
      })),
    };
  };

  test("by hand: an axis of correlations ends at -1 and 1, and the caption says that intervals are cut", async () => {
    const page = await htmlReport(two([0.9, 0.5]));
    expect([Math.min(...ticksOf(page)), Math.max(...ticksOf(page))]).toEqual([-1, 1]);
    expect(textOf(page, "figcaption")[0]).toContain(
      "Intervals are cut at −1 and 1, beyond which no value lies; the tables have them whole.",
    );
    // The table is what was computed.
    expect(page).toContain("−1.841 to 3.241");
  });

  test("by hand: intervals within -1 and 1 are drawn whole", async () => {
    // .07 ± 12.7 * .02 = -.184 to .324.
    const page = await htmlReport(two([0.09, 0.05]));
    expect(Math.max(...ticksOf(page))).toBeLessThan(0.4);
    expect(page).not.toContain("Intervals are cut");
  });
});

const sentencesOf = (findings: Parameters<typeof summarise>[0]) =>
  summarise(findings).flatMap(({ sentences }) => sentences);

describe("summarise", () => {
  test("by hand: ten participants, one region above zero and one below", async () => {
    // Mean of .01 .. .10 is .055; the interval is t(9, .975) = 2.262157 times sd .0302765 / sqrt(10): .0217 to either side.
    expect(summarise(await studyFindings(plainStudy(10)))).toEqual([
      { heading: undefined, sentences: ["10 participants heard 1 story (alice); each gave 362 volumes."] },
      {
        heading: "Brain score",
        sentences: [
          "With layer 8 of gpt2, the brain score is largest in A (R = 0.055, 95 % interval 0.033 to 0.077).",
          "It is above zero in 1 of 2 regions and below zero in 1 (q < .01).",
        ],
      },
    ]);
  });

  test("with too few participants it says so and claims nothing", async () => {
    const sentences = sentencesOf(await studyFindings(plainStudy(7)));
    expect(sentences.join(" ")).not.toContain("above zero");
    expect(sentences.at(-1)).toContain("nothing is called significant");
  });

  test("recovery: the planted peak is named, and that the region of noise is not above zero", async () => {
    const study = syntheticStudy({ nSubjects: 200, regions: ["planted", "noise"] });
    const said = sentencesOf(await studyFindings(study)).join(" ");
    // Planted at 4 words (see the generator). Two words further the mean curve has fallen by .0001, the standard error of
    // a point, three words further by .0003: the argmax may lie two words beside the peak.
    expect(Number(/largest at a distance of (\d+) words/.exec(said)?.[1])).toBeGreaterThanOrEqual(2);
    expect(Number(/largest at a distance of (\d+) words/.exec(said)?.[1])).toBeLessThanOrEqual(6);
    expect(said).toContain("The largest of the 2 regions there is planted");
    expect(said).toContain("It is above zero in 1 of 2 regions and below zero in none");
  });

  test("a forecast score that is nowhere above zero is said to be so (by hand)", async () => {
    const study = syntheticStudy({ distances: [0, 8] });
    const subjects = study.subjects.map((subject) => ({
      ...subject,
      analyses: subject.analyses.map((own) =>
        own.analysis === "forecastScore" ? withMean(own, (mean) => mean.map((v) => v - 1)) : own,
      ),
    }));
    const said = sentencesOf(await studyFindings({ ...study, subjects })).join(" ");
    expect(said).toContain(
      "the forecast score (layer 8) is above zero at no distance (largest at a distance of 8 words",
    );
  });

  test("few participants and many regions: says how many must pass together (by hand)", async () => {
    // The least p of 8 is 2 / 2^8 = .0078125: p 5 / k < .01 from k = 4 on; of 2 regions p 2 / 1 = .0156, so both must.
    const said = sentencesOf(await studyFindings(plainStudy(8))).at(-1);
    expect(said).toContain("With 8 participants no p is below 0.008. After the correction over 2 regions");
    expect(said).toContain("only where at least 2 of them have it");
  });

  test("one region alone is neither the largest nor one of many (by hand)", async () => {
    const said = sentencesOf(await studyFindings(syntheticStudy({ nSubjects: 12, regions: ["brain"] }))).join(" ");
    expect(said).toMatch(/the brain score of brain is R = /);
    expect(said).not.toMatch(/largest in|[Aa]veraged over regions|of the 1 region/);
  });

  test("of one region it says whether, not in how many (by hand: .06 against .02 and .03; the region of noise)", async () => {
    const one = syntheticStudy({ nSubjects: 12, regions: ["brain"], distances: [0, 8] });
    expect(sentencesOf(await studyFindings(one)).join(" ")).not.toMatch(/ in (1|none) of 1/);
    // Of two regions the last is noise: the first is kept alone, with what was planted.
    const two = syntheticStudy({ nSubjects: 12, regions: ["planted", "noise"], distances: [0, 4] });
    const first = two.subjects.map((subject) => ({
      ...subject,
      targets: subject.targets.slice(0, 1),
      analyses: subject.analyses.map((own) => withMean(own, (mean) => mean.slice(0, 1))),
    }));
    const said = sentencesOf(await studyFindings({ ...two, subjects: first }));
    expect(said).toContain("The brain score is larger than that of word rate (q < .01).");
    expect(said).toContain("The brain score is larger than that of random weights (q < .01).");
    expect(said.filter((sentence) => /with random vectors/.test(sentence))).toEqual([
      "At that distance the forecast score is larger than with random vectors (q < .01).",
    ]);
    // Noise: neither larger than controls of about the same.
    expect(sentencesOf(await studyFindings(one))).toContain(
      "The brain score is not larger than that of word rate (q < .01).",
    );
  });

  test("of several layers it says which is shown and why (by hand: two thirds of 12)", async () => {
    const said = sentencesOf(await studyFindings(syntheticStudy({ layers: [0, 4, 8, 12] }))).join(" ");
    expect(said).toContain(
      "Of the 4 layers that were scored, layer 8 is shown, the nearest to two thirds of the deepest of them, 12.",
    );
    // Two thirds of 6 are 4.
    const deep = { ...syntheticStudy({ layers: [0, 4, 8, 12] }), nLayers: 6 };
    expect(sentencesOf(await studyFindings(deep)).join(" ")).toContain(
      "layer 4 is shown, the nearest to two thirds of the model's depth, 6.",
    );
    const asked = { ...syntheticStudy({ layers: [0, 4, 8, 12] }), mainLayer: 4 };
    expect(sentencesOf(await studyFindings(asked)).join(" ")).toContain("that were scored, layer 4 is shown.");
  });

  test("an argmax at the edge of the distances is called so", async () => {
    expect(sentencesOf(await studyFindings(syntheticStudy({ distances: [-10, -6, -2] }))).join(" ")).toContain(
      "the edge of the distances computed",
    );
  });
});

describe("the page", async () => {
  const page = await htmlReport(syntheticStudy());

  test("has a section for what was computed and none for what was not", async () => {
    expect(headings(page)).toEqual([
      "Brain score",
      "Forecast score over distances",
      "Forecast distance",
      "Group",
      "Data quality",
      "Options",
      "Provenance",
    ]);
    expect(headings(await htmlReport(plainStudy(3)))).toEqual([
      "Brain score",
      "Group",
      "Data quality",
      "Options",
      "Provenance",
    ]);
  });

  test("the same result gives the same page, to the byte", async () => {
    expect((await htmlReport(syntheticStudy())) === page).toBe(true);
  });

  test("every figure has a title, a description and its numbers in a table", () => {
    const { document } = parseHTML(page);
    const charts = [...document.querySelectorAll('svg[role="img"]')] as {
      querySelector(selector: string): { textContent: string } | null;
    }[];
    // Brain score and forecast distance in two widths each, six curves
    expect(charts).toHaveLength(10);
    for (const chart of charts) {
      expect(chart.querySelector("title")?.textContent).not.toBe("");
      expect(chart.querySelector("desc")?.textContent).not.toBe("");
    }
    expect(textOf(page, "details table caption")).toContain("Forecast score, mean over participants.");
  });

  test("tables have names, each its own; a chart is one picture, no part of which has a name (WAI-ARIA 1.2, 5.2.8.6)", () => {
    const { document } = parseHTML(page);
    const named = [...document.querySelectorAll("[aria-label]")] as {
      localName: string;
      getAttribute(name: string): string;
    }[];
    expect(named.map(({ localName }) => localName)).toEqual(named.map(() => "section"));
    expect(named.map((table) => table.getAttribute("aria-label"))).toEqual([
      "Table: forecast scores over distances",
      "Table: forecast distance of all regions",
      "Table: group",
      "Table: data quality of participants",
      "Table: options",
      "Table: provenance",
      "Table: input files",
    ]);
  });

  test("a less-than sign that is no tag is a reference, and no line breaks at it", () => {
    const body = page.slice(page.indexOf("<body>"));
    expect(body).not.toMatch(/<(?![/!a-z])/);
    expect(textOf(page, "caption, figcaption, .lead, .warning, tbody").join()).not.toMatch(/< |[^\u00a0]< ?\./);
  });

  test("in what is said, names of options are whole and long names break at underscores; attributes stay (by hand)", async () => {
    const regions = ["ctx_superior_temporal", "B"];
    const study = syntheticStudy({ nSubjects: 9, regions, distances: [0, 8] });
    const options = { mask: "a/group_mask.nii.gz", distances: [-0.5, 8], participants: ["sub-01", "sub-02"] };
    const written = await htmlReport({ ...study, options, notes: ["A gap (`innerFolds`).", "12.5 % of it."] });
    expect(written).toContain("<li>12.5\u00a0% of it.</li>");
    // Paths break at their signs, numbers nowhere.
    expect(written).toContain('<td class="text">a/<wbr>group_<wbr>mask.<wbr>nii.<wbr>gz</td>');
    expect(written).toContain('<td class="text">-0.5, 8</td>');
    expect(written).toContain(
      '<td class="text"><span class="whole">sub-01, </span><span class="whole">sub-02</span></td>',
    );
    expect(written).toContain('<li>A gap (<code class="whole">innerFolds</code>).</li>');
    expect(written).toContain("largest in ctx_<wbr>superior_<wbr>temporal (R");
    expect(written).toContain('fill="var(--brain)"');
    expect(written).toContain("<title>Forecast score over distances, ctx_superior_temporal</title>");
  });

  test("runs nothing and asks for nothing: no script, no handler, no address", () => {
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toMatch(/\son\w+=/i);
    expect(page).not.toMatch(/\b(src|href)="(?!data:image\/png;base64,)/);
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  });

  test("escapes every text that comes from data", async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
    const study = syntheticStudy({ nSubjects: 2, regions: [evil, "B"], distances: [0, 8], layers: [4, 8] });
    const everywhere: StudyResult = {
      ...study,
      title: evil,
      model: evil,
      options: { [evil]: { [evil]: [evil] } },
      notes: [evil],
      subjects: study.subjects.map((subject) => ({ ...subject, stories: [evil], quality: { [evil]: evil } })),
      provenance: {
        date: evil,
        version: evil,
        command: evil,
        environment: { [evil]: evil },
        inputs: [{ path: evil, sha256: evil }],
        modelFingerprint: evil,
        sourceDatasets: [{ URL: evil, DOI: evil, Version: evil }],
      },
    };
    const written = await htmlReport(everywhere);
    const { document } = parseHTML(written);
    expect(document.querySelectorAll("script, img, [onerror]")).toHaveLength(0);
    expect(textOf(written, "h1")).toEqual([evil]);
    expect(textOf(written, "h3")).toContain(evil);
  });

  test("warns of alphas at the grid's edge above 5 % and names the worst", () => {
    const warning = textOf(page, ".warning").join(" ");
    expect(warning).toContain(
      "Alpha at the highest value. In 1 participant of 27 the targets that are predicted beyond chance (q\u00a0<\u00a0.01) chose the highest alpha in more than 5\u00a0% of the folds",
    );
    expect(warning).toContain("(most: sub-04, 20.0\u00a0%)");
    expect(warning).not.toContain("lowest value");
  });

  test("says how many scores are missing", async () => {
    const study = plainStudy(3);
    const [first, ...others] = study.subjects;
    const mean = Float64Array.of(0.1, Number.NaN);
    const holed = { ...first!, analyses: [withMean(first!.analyses[0]!, () => mean)] };
    expect(textOf(await htmlReport({ ...study, subjects: [holed, ...others] }), ".warning").join()).toContain(
      "1 of 6 brain scores (participants by regions) are missing",
    );
  });

  test("options stand as dotted names", async () => {
    const page2 = await htmlReport({ ...plainStudy(1), options: { ridge: { alphas: [0.1, 1] }, gap: undefined } });
    expect(textOf(page2, "tbody th code")).toContain("ridge.alphas");
    expect(textOf(page2, "tbody td")).toContain("0.1, 1");
  });

  test("options that are not set stand together at the end", async () => {
    const page2 = await htmlReport({ ...plainStudy(1), options: { gap: undefined, seed: 1, space: undefined } });
    expect(textOf(page2, "tbody tr").filter((text) => /^(gap|seed|space|not set)/.test(text))).toEqual([
      "seed1",
      "not setgap, space",
    ]);
  });

  test("the table says what the brain score has beyond its controls (by hand)", async () => {
    const study = plainStudy(8);
    const subjects = study.subjects.map((subject, s): SubjectScores => {
      // Brain scores are .01 (s + 1) and its negative; word rate has .4 of each: the mean of .006 (1 .. 8) is .027.
      const mean = Float64Array.of(0.004 * (s + 1), -0.004 * (s + 1));
      const rate = { analysis: "brainScoreWordRate", layer: "n/a", distance: "n/a", mean, folds: undefined } as const;
      return { ...subject, analyses: [...subject.analyses, memoryScores(rate)] };
    });
    const page2 = await htmlReport({ ...study, subjects });
    expect(textOf(page2, "thead tr")).toContain("RegionnR95 % intervalqR − word rateq");
    // Eight of one sign: p = 2 / 2^8 = .0078, the same in both regions and so q.
    expect(textOf(page2, "tbody tr")).toContain("A80.0450.025 to 0.0650.0080.0270.008");
    expect(textOf(page2, ".lead").join()).toContain(
      "larger than that of word rate in 1 of 2 regions (q\u00a0<\u00a0.01)",
    );
  });

  test("a version stands in the provenance once", async () => {
    const study = plainStudy(1);
    const environment = { cortecast: "0.1.0", node: "20" };
    const rows = textOf(await htmlReport({ ...study, provenance: { ...study.provenance, environment } }), "tbody tr");
    expect(rows.filter((text) => text.startsWith("cortecast"))).toEqual(["cortecast0.1.0"]);
  });

  test("stays under 2 MB with 12 regions, 27 participants, 41 distances and 13 layers", async () => {
    const regions = Array.from({ length: 12 }, (_, r) => `Region ${r + 1}`);
    const layers = Array.from({ length: 13 }, (_, layer) => layer);
    expect(Buffer.byteLength(await htmlReport(syntheticStudy({ regions, layers })))).toBeLessThan(2e6);
  });

  test("a participant without any score, and one alone, still make a page", async () => {
    const study = plainStudy(1);
    const [only] = study.subjects;
    const empty = {
      ...only!,
      analyses: [withMean(only!.analyses[0]!, () => new Float64Array(2).fill(Number.NaN))],
    };
    expect(await htmlReport(study)).toContain("R\u00a0=\u00a00.010");
    expect(textOf(await htmlReport({ ...study, subjects: [empty] }), ".lead").join()).toContain(
      "No region could be given a brain score: see data quality.",
    );
  });
});

describe("the cortex on the page", () => {
  const study = syntheticSurfaceStudy({ nSubjects: 14, fineness: 6, distances: [0, 8] });

  test("four views of three maps, each described", async () => {
    const { document } = parseHTML(await htmlReport(study));
    const described = [...document.querySelectorAll(".maps img")].map((img) => String((img as { alt: unknown }).alt));
    expect(described).toHaveLength(12);
    expect(described[0]).toBe("Brain score R: Left, lateral view of the ellipsoid surface");
  });

  test("vertices that do not pass the test are hidden; where none passes all are shown, and that is said above", async () => {
    const titles = (page: string) => textOf(page, "figure > h3");
    const strong = await htmlReport(syntheticSurfaceStudy({ nSubjects: 20, fineness: 6, distances: [0, 8] }));
    expect(titles(strong)).toContain("Brain score R");
    expect(textOf(strong, "figcaption").join()).toContain(
      "Shown where it differs from zero over participants (two-sided Wilcoxon signed-rank test, q\u00a0<\u00a0.01 over vertices): above",
    );
    // Every second subject with the opposite sign: no vertex differs from zero.
    const subjects = study.subjects.map((subject, s) => ({
      ...subject,
      analyses: subject.analyses.map((own) => withMean(own, (mean) => mean.map((v) => (s % 2 ? -v : v)))),
    }));
    const flat = await htmlReport({ ...study, subjects });
    expect(titles(flat)).toContain("Brain score R not thresholded");
    expect(textOf(flat, "figcaption").join()).toContain(
      "Not thresholded: no vertex reaches q\u00a0<\u00a0.01 over all",
    );
    // By hand: the least p of 14 is p = 2 / 2^14 = .000122, and p 436 / k < .01 from k = 6 on.
    expect(textOf(flat, "figcaption").join().replaceAll("\u00a0", " ")).toContain(
      "With 14 participants no p is below 0.0001. After the correction over 436 vertices this is q < .01 only where at least 6 of them have it.",
    );
    const few = await htmlReport({ ...study, subjects: study.subjects.slice(0, 5) });
    expect(textOf(few, "figcaption").join()).toContain("Not thresholded: with fewer than 8 participants");
    // A forecast distance without a forecast is a peak of noise: no picture of it.
    for (const page of [flat, few]) {
      expect(textOf(page, "figcaption").join()).toContain("Not drawn: no vertex has a forecast");
      expect(parseHTML(page).document.querySelectorAll(".maps img")).toHaveLength(8);
    }
  });

  test("the caption of the map of d* names the files without the mask, which are written (contract)", async () => {
    const written = groupPaths(study.subjects[0]!.space, study.subjects[0]!.analyses);
    const flat = await htmlReport({ ...study, subjects: study.subjects.slice(0, 5) });
    for (const page of [await htmlReport(study), flat]) {
      const caption = textOf(page, "figcaption").find((text) => text.includes("Unmasked"))!;
      const named = caption.match(/group\/\S+\.shape\.gii/g)!;
      expect(named).toHaveLength(2);
      for (const path of named) expect(path).toMatch(/forecastDistanceUnmaskedL\d+/);
      expect(written).toEqual(expect.arrayContaining(named));
    }
  });

  test("a scale of values on both sides of zero has zero in its middle", async () => {
    const bars = textOf(await htmlReport(study), ".bar");
    expect(bars).toHaveLength(3);
    for (const text of bars.slice(0, 2)) expect(text).toMatch(/^(?:\u2212(0\.\d+)0\1|00\.\d+)$/);
  });

  test("a hemisphere without a mesh is not drawn; without meshes there is no section", async () => {
    const left = await htmlReport({ ...study, surfaces: [study.surfaces![0]!] });
    expect(parseHTML(left).document.querySelectorAll(".maps img")).toHaveLength(6);
    expect(headings(await htmlReport({ ...study, surfaces: [] }))).not.toContain("On the cortex");
  });

  test("refuses a mesh of another space", async () => {
    const other = syntheticSurfaceStudy({ nSubjects: 1, fineness: 3, distances: [0] }).surfaces!;
    const refused = htmlReport({ ...study, surfaces: other });
    await expect(refused).rejects.toThrow(ShapeError);
    await expect(refused).rejects.toThrow(
      "surfaces must have the vertices of the scores (phantom, 218), got 56 (ellipsoid, hemisphere L)",
    );
  });
});

test("a sign of less stands in the page's text as HTML writes it", async () => {
  const study = { distances: [0, 8], layers: [4, 8], hasCeiling: true };
  for (const nSubjects of [4, 9]) {
    const page = await htmlReport(syntheticStudy({ ...study, nSubjects }));
    const text = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "");
    expect(text).toContain("<h2>Share of the noise ceiling</h2>");
    expect(text.match(/<(?![\w/!]).{20}/g)).toBeNull();
  }
});
