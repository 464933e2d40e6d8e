import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { studyFindings } from "../../src/report/findings.ts";
import { htmlReport } from "../../src/report/html.ts";
import type { MissingFold, StudyResult } from "../../src/report/result.ts";
import { formatTerminal } from "../../src/report/terminal-lines.ts";
import { folderStore } from "../../src/sources/node.ts";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";
import { smallModelFiles } from "../language-model/small-models.ts";
import { syntheticStudy } from "./synthetic.ts";

const textOf = (page: string, selector: string) =>
  [...parseHTML(page).document.querySelectorAll(selector)].map((node) =>
    String((node as { textContent: unknown }).textContent),
  );

/** A study in which each subject has what is given of missing scores. */
function studyWith(...missing: readonly (readonly MissingFold[])[]): StudyResult {
  const study = syntheticStudy({ nSubjects: missing.length, distances: [], hasControls: false });
  return { ...study, subjects: study.subjects.map((subject, s) => ({ ...subject, missing: missing[s] })) };
}

const silence: MissingFold = {
  fold: 3,
  reason: "prediction-constant",
  part: "test",
  nTargets: 6,
  volumes: [145, 216],
  stories: ["alice"],
};
const flat: MissingFold = { ...silence, fold: 1, reason: "response-constant", nTargets: 1, volumes: [0, 72] };

describe("missing scores in the report (by hand)", () => {
  test("a warning for each reason says how many, where and what to do", async () => {
    const warnings = textOf(await htmlReport(studyWith([silence], [silence, flat])), "p.warning");
    expect(warnings.filter((text) => text.startsWith("Constant"))).toEqual([
      "Constant prediction. In 2 participants of 2, up to 6 of 6 targets: the features do not vary over a whole test chunk, as no word falls into it or shortly before it: no correlation can be taken, and so no mean over folds. Fold 3 (alice, volumes 145 to 216). Fewer folds make longer chunks; trims drop silence at the ends.",
      "Constant responses. In 1 participant of 2, up to 1 of 6 targets: responses do not vary over a test chunk, or over all volumes that are trained on: these targets are scored in no fold. Fold 1 (alice, volumes 0 to 72). Vertices without data, such as those of the medial wall, look so; elsewhere look at the files.",
    ]);
  });

  test("a table has every fold once, with the participants and the range of targets", async () => {
    const other = { ...silence, nTargets: 4 };
    const [details] = [
      ...parseHTML(await htmlReport(studyWith([silence], [other, flat]))).document.querySelectorAll("details"),
    ]
      .map((node) => node as unknown as { innerHTML: string })
      .filter(({ innerHTML }) => innerHTML.includes("Missing scores"));
    const cells = textOf(details!.innerHTML, "tbody tr").map((text) => text.trim());
    expect(cells).toEqual([
      "Constant prediction3testalice, volumes 145 to 216all4 to 6",
      "Constant responses1testalice, volumes 0 to 72sub-021",
    ]);
  });

  test("of many places five are named and the others counted", async () => {
    const many = [1, 2, 3, 4, 5, 6, 7].map((fold) => ({ ...flat, fold }));
    expect(textOf(await htmlReport(studyWith(many)), "p.warning").join()).toContain(
      "fold 5 (alice, volumes 0 to 72) and 2 more.",
    );
  });

  test("where one correlation is taken over all folds, that is said", async () => {
    const study = { ...studyWith([silence]), options: { average: "concatenated" } };
    expect(textOf(await htmlReport(study), "p.warning").join()).toContain("includes constant predictions");
  });

  test("nothing is said where nothing is missing; the terminal names the reasons else", async () => {
    expect(await htmlReport(studyWith([]))).not.toContain("Missing scores");
    expect(formatTerminal(await studyFindings(studyWith([]))).join()).not.toContain("missing");
    expect(formatTerminal(await studyFindings(studyWith([silence, flat]))).join("\n")).toContain(
      "Some scores are missing (constant prediction and constant responses):",
    );
  });
});

describe("a study with a silent end, a flat response and odd events (by hand)", () => {
  let folder = "";
  const at = (...parts: string[]) => join(folder, ...parts);
  let result: StudyResult;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cortecast-missing-"));
    const files: Record<string, string | Uint8Array> = {
      "dataset_description.json": '{ "Name": "Silence", "BIDSVersion": "1.10.0" }',
      "task-walk_timeseries.json": '{ "RepetitionTime": 2 }',
      // Sixty words in the first minute of two; delays reach ten seconds further.
      "stimuli/walk_words.tsv": `onset\tduration\tword\n${Array.from({ length: 60 }, (_, n) => `${n}\t0.5\t${["we", "went", "on"][n % 3]}`).join("\n")}\n`,
    };
    for (const subject of ["01", "02", "03"]) {
      const random = createRandom(`responses of ${subject}`);
      const rows = Array.from({ length: 60 }, (_, t) => {
        const flatHere = subject === "02" && t < 20;
        return `${random.normal()}\t${flatHere ? 5 : random.normal()}`;
      });
      const base = `sub-${subject}/func/sub-${subject}_task-walk`;
      files[`${base}_timeseries.tsv`] = `A\tB\n${rows.join("\n")}\n`;
      const music = subject === "03" ? "7\t1\twalk.wav\n" : "";
      files[`${base}_events.tsv`] = `onset\tduration\tstim_file\n0\t60\twalk.wav\n${music}`;
    }
    for (const [path, content] of Object.entries(files)) {
      await folderStore(at("data")).write(
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    for (const [path, content] of Object.entries(await smallModelFiles({ n_positions: 256 })))
      await folderStore(at("model")).write(path, content);
    const options = checkOptions({
      dataset: at("data"),
      output: at("out"),
      model: at("model"),
      layer: "1",
      distances: "none",
      folds: 3,
      components: 2,
      controls: "word-rate",
    });
    ({ result } = await runStudy(options, { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the sidecar says which fold, which volumes and why", () => {
    const sidecar = (subject: string) =>
      JSON.parse(readFileSync(at(`out/${subject}/func/${subject}_scores.json`), "utf8")) as Record<string, unknown>;
    const silent = {
      Fold: 3,
      Part: "test",
      Reason: "prediction-constant",
      Volumes: [40, 59],
      Stories: ["walk"],
    };
    const constant = { Fold: 1, Part: "test", Reason: "response-constant", Volumes: [0, 19], Stories: ["walk"] };
    expect(sidecar("sub-01")["Missing"]).toEqual([{ ...silent, NTargets: 2 }]);
    expect(sidecar("sub-02")["Missing"]).toEqual([
      { ...constant, NTargets: 1 },
      { ...silent, NTargets: 1 },
    ]);
    expect(sidecar("sub-01")["Quality"]).toMatchObject({ nNotScored: 2 });
  });

  test("the report's data quality says the same, and the lead sends there", () => {
    const page = readFileSync(at("out/report.html"), "utf8");
    expect(textOf(page, ".lead").join()).toContain("No region could be given a brain score: see data quality.");
    const warnings = textOf(page, "p.warning").join("\n");
    expect(warnings).toContain("Constant prediction. In 3 participants of 3, up to 2 of 2 targets");
    expect(warnings).toContain("Fold 3 (walk, volumes 40 to 59).");
    expect(warnings).toContain("Constant responses. In 1 participant of 3, up to 1 of 2 targets");
  });

  test("events unlike those of the other runs are noted", () => {
    const note =
      /^sub-03\/func\/sub-03_task-walk_events\.tsv: events must lie as in other runs of the same audio \(0 s after its start, 2 of 3 runs\), got 0 s, 7 s\./;
    expect(result.notes.filter((text) => note.test(text))).toHaveLength(1);
    expect(textOf(readFileSync(at("out/report.html"), "utf8"), "li").filter((text) => note.test(text))).toHaveLength(1);
  });
});
