import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readGifti } from "../../src/formats/gifti.ts";
import type { ListedScore, ScoreList } from "../../src/report/score-list.ts";
import { filesBelow } from "../support/results.ts";
import { run } from "./run.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of a participant's table, without the volumes; n/a as JSON has it. */
function tableRows(path: string): unknown[][] {
  const [, ...rows] = readFileSync(path, "utf8").trim().split("\n");
  return rows.map((row) => {
    const [participant, target, hemi, ...cells] = row.split("\t");
    return [participant, target, hemi, ...cells.slice(0, 4), cells[4] === "n/a" ? null : Number(cells[4])];
  });
}

/** Scores that were printed, as {@link tableRows} gives them. */
function printedRows(scores: readonly ListedScore[]): unknown[][] {
  return scores.flatMap(({ participant, target, hemi, analysis, layer, distance, mean, folds }) =>
    [mean, ...(folds ?? [])].map((value, row) => [
      participant,
      target,
      hemi,
      analysis,
      `${layer}`,
      `${distance}`,
      row === 0 ? "mean" : `${row}`,
      value,
    ]),
  );
}

describe("from simulation to report", () => {
  test("the command line on a small data set: tree, numbers, and a second run that does nothing", async () => {
    const data = join(folder, "data");
    const results = join(folder, "results");
    const simulated = await run("simulate", data, "--participants", "2", "--vertices", "42", "--json");
    expect(simulated).toMatchObject({ code: 0, stderr: "" });

    const flags = ["--kind", "surface", "--distances", "-2,4", "--controls", "word-rate", "--components", "4"];
    const atlas = ["L", "R"].map((h) => join(data, `atlas/tpl-phantom_hemi-${h}_atlas-phantom_dseg.label.gii`)).join();
    const scored = await run("score", data, results, ...flags, "--regions", atlas, "--json");
    expect(scored.stderr).toBe("");
    expect(scored.code).toBe(0);
    const summary = JSON.parse(scored.stdout) as { nParticipants: number; nTargets: number; nComputed: number };
    expect(summary).toMatchObject({ nParticipants: 2, nTargets: 84, nComputed: 4 });

    const tree = filesBelow(results);
    expect(tree).toContain("dataset_description.json");
    expect(tree).toContain("group_scores.tsv");
    expect(tree).toContain("report.html");
    expect(tree).toContain("sub-01/func/sub-01_scores.tsv");
    expect(tree.some((path) => path.includes(".partial"))).toBe(false);
    const map = tree.find((path) => /sub-01.*hemi-L.*brainScore.*\.shape\.gii$/.test(path))!;
    expect(readGifti(readFileSync(join(results, map))).arrays[0]!.data.length).toBe(42);
    const [header, ...rows] = readFileSync(join(results, "sub-01/func/sub-01_scores.tsv"), "utf8").trim().split("\n");
    expect(header).toBe("participant_id\ttarget\themi\tanalysis\tlayer\tdistance\tfold\tvalue\tn_volumes");
    expect(rows.some((row) => row.includes("forecastScore\t4\t-2\tmean"))).toBe(true);

    // Agreement: what is printed is what the tables hold, number by number.
    const { scores, nScores, tables, maps } = JSON.parse(scored.stdout) as ScoreList;
    expect(tables).toEqual(["01", "02"].map((label) => `sub-${label}/func/sub-${label}_scores.tsv`));
    expect(printedRows(scores!)).toEqual(tables.flatMap((path) => tableRows(join(results, path))));
    // By hand: brain score, two distances, their peak, and word rate, of each participant and region.
    const nRegions = new Set(scores!.map(({ target, hemi }) => `${target} ${hemi}`)).size;
    expect([nScores, scores!.length]).toEqual([2 * 5 * nRegions, 2 * 5 * nRegions]);
    expect([...maps].sort()).toEqual(tree.filter((path) => path.startsWith("sub-") && path.endsWith(".shape.gii")));

    const before = filesBelow(results).map((path) => [path, statSync(join(results, path)).mtimeMs]);
    const again = await run("score", data, results, ...flags, "--regions", atlas, "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ nComputed: 0, nReused: 4, written: [], scores, nScores });
    expect(filesBelow(results).map((path) => [path, statSync(join(results, path)).mtimeMs])).toEqual(before);
  });

  test("regions: scores of the run's own participants alone; vertices without an atlas: of hemispheres", async () => {
    const data = join(folder, "both");
    const simulation = ["--participants", "2", "--vertices", "42", "--responses", "both", "--json"];
    expect((await run("simulate", data, ...simulation)).code).toBe(0);
    const flags = ["--distances", "none", "--controls", "none", "--components", "4", "--json"];
    const of = async (kind: string, label: string) => {
      const chosen = ["--kind", kind, "--participants", label];
      const { code, stdout, stderr } = await run("score", data, join(folder, kind), ...flags, ...chosen);
      expect([code, stderr]).toEqual([0, ""]);
      return JSON.parse(stdout) as ScoreList;
    };
    await of("region", "01");
    const { scores, tables, maps } = await of("region", "02");
    expect([tables, maps]).toEqual([["sub-02/func/sub-02_scores.tsv"], []]);
    expect(printedRows(scores!)).toEqual(tableRows(join(folder, "region", tables[0]!)));
    expect(new Set(scores!.map(({ participant }) => participant))).toEqual(new Set(["sub-02"]));

    // By hand: the mean over the vertices of each hemisphere's map.
    const wholes = await of("surface", "01");
    expect(wholes.scores).toHaveLength(2);
    for (const { target, hemi, mean, folds } of wholes.scores!) {
      const map = wholes.maps.find((path) => path.includes(`hemi-${hemi}`))!;
      const values = [...readGifti(readFileSync(join(folder, "surface", map))).arrays[0]!.data].filter(Number.isFinite);
      expect([target, folds!.length]).toEqual(["hemisphere", 5]);
      // Maps are in single precision.
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6);
    }
  });

  test("activations: one file a story", async () => {
    const output = join(folder, "activations");
    const { code, stdout } = await run("activations", join(folder, "data"), output, "--layer", "0,6", "--json");
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { written: unknown[] }).written).toHaveLength(
      filesBelow(output).filter((path) => !path.startsWith(".")).length,
    );
  });
});

describe("mistakes: exit code 1, one line and its remedy", () => {
  test.each<[string[], string]>([
    [["scoer"], 'there is no command "scoer". Nearest: "score".'],
    [
      ["score", "a", "b", "--fold", "3"],
      '--fold: the flag must be one of "cortecast score", got none of them. Nearest: "--folds"',
    ],
    [["score", "a", "b", "--dist", "3"], 'Nearest: "--distances"'],
    [["score", "a", "b", "--minContext", "3"], 'Nearest: "--min-context"'],
    [["score", "a"], "<output>: must be given, got nothing."],
    [["score", "a", "b", "c"], "at most 2 arguments must be given, got 3"],
    [["score", "a", "b", "--folds"], "--folds: a value must follow, got nothing."],
    [["score", "a", "b", "--model", "--folds", "3"], "--model: a value must follow, got the flag --folds."],
    [["score", "a", "b", "--folds", "3", "--folds", "4"], "--folds: must be given once, got it twice."],
    [
      ["score", "/nowhere", "b"],
      "<dataset>: the folder must exist, got nothing of that name (/nowhere). Check the path: relative ones begin at the working directory.",
    ],
    [["score", "a", "b", "-x"], 'cortecast score: flags must begin with two dashes, got "-x".'],
    [["score", "a", "b", "--json=1"], "--json: the flag must stand alone, got a value (--json=1)."],
    [["score", "--study", "/nowhere.yaml"], "--study: the file must exist and be readable"],
    [["simulate"], "<output> must be given, got nothing"],
    [["simulate", "a", "--participants", "0"], '--participants: must be a whole number from 1 to 10000, got "0".'],
    [
      ["simulate", "a", "--vertices", "43"],
      "--vertices: must be 10 f² + 2 for a whole f, got 43. Take one near it: 42, 92.",
    ],
    [["simulate", "a", "--vertices", "NaN"], '--vertices: must be a whole number from 42 to 163842, got "NaN".'],
    [["simulate", "a", "--repetition-time", "0"], '--repetition-time: must be a number from 0.2 to 10, got "0".'],
    [["simulate", "a", "--signal-to-noise", "-1"], '--signal-to-noise: must be a number from 0, got "-1".'],
    [["simulate", "a", "--responses", "all"], '--responses: must be surface, regions or both, got "all".'],
    [["simulate", "a", "--seed", "1.5"], '--seed: must be a whole number from 0, got "1.5".'],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await run(...argv);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  test("--help and --version answer", async () => {
    expect((await run("--version")).stdout).toBe("0.0.0\n");
    expect((await run("score", "--help")).stdout).toContain("--min-context");
  });

  test.each([
    ["score", /--kind … .*\(region, surface, volume or grayordinate\) --hemi/],
    ["score", /--alpha-choice … .*\(leave-one-out, generalised or inner-folds; default: leave-one-out\) --inner-folds/],
    ["score", /--gap … .*first delay \+ delays \+ 1 \(default: 0\) --alphas/],
    ["score", /--controls … .*\(word-rate, random-weights or random-window; default: none\) --seed/],
    ["activations", /--layer … .*\(default: all\) --context/],
    ["activations", /--stories … .*transcripts to read.*\(default: all in stimuli\/\) --tier/],
  ])("%s --help tells the choices and the command's own defaults: %s", async (command, line) => {
    expect((await run(command, "--help")).stdout.replace(/\s+/g, " ")).toMatch(line);
  });

  test.each([[], ["score"], ["transcript"], ["fetch", "narratives"]])(
    "%s %s --help fits into 80 columns",
    async (...command) => {
      const lines = (await run(...command, "--help")).stdout.split("\n");
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    },
  );
});
