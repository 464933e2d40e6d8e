import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeGifti } from "../../src/formats/gifti.ts";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { run } from "./run.ts";

let folder = "";
/** The study that nothing is wrong with: two participants of three regions, twenty seconds of words. */
const base = () => join(folder, "base");
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-agree-"));
  const files: Record<string, string | Uint8Array> = {
    "dataset_description.json": '{"Name": "Agreement", "BIDSVersion": "1.10.0"}',
    "participants.tsv": "participant_id\nsub-1\nsub-2\n",
    "task-tale_timeseries.json": '{"RepetitionTime": 1.5}',
    "made/tale.npy": npy(40, 4),
    "stimuli/tale_words.tsv": words(Array.from({ length: 40 }, (_, n) => 1 + 1.5 * n)),
  };
  for (const sub of ["1", "2"]) {
    files[`sub-${sub}/func/sub-${sub}_task-tale_events.tsv`] = events("tale_audio.wav", 0);
    files[`sub-${sub}/func/sub-${sub}_task-tale_timeseries.tsv`] = table(50, Number(sub));
    files[`sub-${sub}/func/sub-${sub}_task-tale_desc-confounds_timeseries.tsv`] = confounds(50);
  }
  for (const [path, text] of Object.entries(files)) put(base(), path, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (root: string, path: string, text: string | Uint8Array) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const words = (onsets: readonly number[]) =>
  `onset\tduration\tword\n${onsets.map((onset) => `${onset}\t0.3\tword`).join("\n")}\n`;
const events = (stimFile: string, onset: number) =>
  `onset\tduration\ttrial_type\tstim_file\n${onset}\t70\tstory\t${stimFile}\n`;
/** Volumes by three regions; `change` may spoil a cell. */
function table(nVolumes: number, seed: number, change = (value: number, _t: number, _v: number): unknown => value) {
  const row = (t: number) => [0, 1, 2].map((v) => String(change(Math.sin((t + 1) * (t + v + seed)), t, v))).join("\t");
  return `A\tB\tC\n${Array.from({ length: nVolumes }, (_, t) => row(t)).join("\n")}\n`;
}
const confounds = (nRows: number, first = "0.5") =>
  `csf\ttrans_x\n${Array.from({ length: nRows }, (_, t) => `${t === 0 ? first : Math.cos(t)}\t${t % 7}`).join("\n")}\n`;
const series = (sub: number) => `sub-${sub}/func/sub-${sub}_task-tale_timeseries.tsv`;
const eventsOf = (sub: number) => `sub-${sub}/func/sub-${sub}_task-tale_events.tsv`;
const confoundsOf = (sub: number) => `sub-${sub}/func/sub-${sub}_task-tale_desc-confounds_timeseries.tsv`;

/** Scores nothing to speak of, in a moment: activations of four units in place of a model, unless flags name one. */
const quick = { "--distances": "none", "--components": "2", "--folds": "3", "--delays": "2" };
const made = { "--activations": "@made", "--layer": "0" };

let n = 0;
/** The same study, damaged and with other options, given to `check` and to `score`. */
async function bothOf(damage: (root: string) => void, flags: readonly string[]) {
  const root = join(folder, `${++n}`, "data");
  cpSync(base(), root, { recursive: true });
  damage(root);
  const own = Object.fromEntries(
    Array.from({ length: flags.length / 2 }, (_, i) => [flags[2 * i]!, flags[2 * i + 1]!]),
  );
  const ofModel = ["--model", "--layer", "--min-context", "--activations"].some((flag) => flag in own);
  const all = { ...quick, ...(ofModel ? {} : made), ...own };
  const at = Object.entries(all).flatMap(([flag, value]) => [flag, value.replace("@", `${root}/`)]);
  const output = join(folder, `${n}`, "out");
  const checked = await run("check", root, output, ...at, "--json");
  const scored = await run("score", root, output, ...at);
  return { checked, scored };
}
const nothing = () => {};
const mesh = () =>
  writeGifti({
    metadata: {},
    labels: [],
    arrays: [
      {
        intent: "NIFTI_INTENT_POINTSET",
        dataType: "NIFTI_TYPE_FLOAT32",
        dimensions: [1, 3],
        metadata: {},
        data: new Float32Array(3),
        coordinateSystems: [],
      },
    ],
  });

describe("check and score agree: what one calls an error stops the other, in the same words", () => {
  // By hand: whether the study can be scored.
  test.each<[string, boolean, (root: string) => void, string[]]>([
    ["nothing", true, nothing, []],
    ["a model that is not there", false, nothing, ["--model", "/nowhere/gpt2"]],
    ["a model's folder without a model", false, nothing, ["--model", "@stimuli"]],
    ["layer 99", false, nothing, ["--layer", "99"]],
    ["a layer too many of several", false, nothing, ["--layer", "0,13"]],
    ["a context that is longer than the model's", false, nothing, ["--min-context", "1000"]],
    ["activations that are not there", false, nothing, ["--activations", "/nowhere/activations"]],
    ["activations of other stories", false, nothing, ["--activations", "@stimuli"]],
    [
      "activations of fewer words",
      false,
      (root) => put(root, "made/tale.npy", npy(39, 4)),
      ["--activations", "@made", "--layer", "0"],
    ],
    ["activations that fit", true, nothing, ["--activations", "@made", "--layer", "0"]],
    ["surfaces that are not there", false, nothing, ["--surfaces", "/nowhere/lh.inflated,/nowhere/rh.inflated"]],
    ["surfaces for regions", false, (root) => put(root, "infl_left.gii", mesh()), ["--surfaces", "@infl_left.gii"]],
    ["an atlas that is not there", false, nothing, ["--regions", "/nowhere/lh.aparc.annot"]],
    ["an atlas for regions", false, (root) => put(root, "lh.a.annot", "x"), ["--regions", "@lh.a.annot"]],
    ["a mask that is not there", false, nothing, ["--mask", "/nowhere/mask.nii.gz"]],
    ["a transcript that is not there", false, nothing, ["--transcript", "/nowhere/words.tsv"]],
    ["an exclusion of no run", false, nothing, ["--exclude", "sub-1_task-tail"]],
    ["all runs excluded", false, nothing, ["--exclude", "sub-1_task-tale,sub-2_task-tale"]],
    ["one run excluded", true, nothing, ["--exclude", "sub-1_task-tale"]],
    ["a participant that is not there", false, nothing, ["--participants", "9"]],
    ["a story that is not there", false, nothing, ["--stories", "tail"]],
    ["a space that is not there", false, nothing, ["--space", "fsaverage9"]],
    ["a derivative that is not there", false, nothing, ["--derivatives", "/nowhere/fmriprep"]],
    ["a cache below a file", false, nothing, ["--cache", "@participants.tsv/cache"]],
    ["a cache among the data", false, nothing, ["--cache", "@sub-1/cache"]],
    ["more delays than volumes", false, nothing, ["--delays", "60"]],
    ["more folds than volumes allow", false, nothing, ["--folds", "40"]],
    ["a gap that leaves nothing to train on", false, nothing, ["--gap", "60"]],
    ["more components than volumes", false, nothing, ["--components", "45"]],
    ["distances beyond the story", false, nothing, ["--distances", "90"]],
    ["trims that leave nothing", false, nothing, ["--trim-start", "30", "--trim-end", "20"]],
    ["trims that leave enough", true, nothing, ["--trim-start", "5"]],
    ["a cutoff below two volumes", false, nothing, ["--drift", "cosine", "--cutoff", "2"]],
    ["too little memory", false, nothing, ["--memory", "1MB"]],
    ["confounds", true, nothing, ["--confounds", "csf"]],
    ["a confound that is not there", false, nothing, ["--confounds", "rot_z"]],
    ["no table of confounds, asked for", false, (root) => rmSync(join(root, confoundsOf(1))), ["--confounds", "csf"]],
    ["no table of confounds, not asked for", true, (root) => rmSync(join(root, confoundsOf(1))), []],
    ["a shorter table, asked for", false, (root) => put(root, confoundsOf(1), confounds(40)), ["--confounds", "csf"]],
    ["a shorter table, not asked for", true, (root) => put(root, confoundsOf(1), confounds(40)), []],
    ["a table of more volumes", false, (root) => put(root, confoundsOf(1), confounds(60)), []],
    [
      "a table of more volumes, of which none is missing at the start",
      true,
      (root) => put(root, confoundsOf(1), confounds(60)),
      ["--volumes-discarded", "0"],
    ],
    [
      "a confound that is n/a",
      false,
      (root) => put(root, confoundsOf(2), confounds(50, "n/a")),
      ["--confounds", "csf"],
    ],
    [
      "a confound that is n/a and filled",
      true,
      (root) => put(root, confoundsOf(2), confounds(50, "n/a")),
      ["--confounds", "csf", "--missing-confounds", "mean"],
    ],
    ["events missing", false, (root) => rmSync(join(root, eventsOf(1))), []],
    ["events that name no audio", false, (root) => put(root, eventsOf(1), events("n/a", 0)), []],
    ["audio long after the scan", false, (root) => put(root, eventsOf(2), events("tale_audio.wav", 500)), []],
    ["no repetition time", false, (root) => rmSync(join(root, "task-tale_timeseries.json")), []],
    ["no transcript", false, (root) => rmSync(join(root, "stimuli/tale_words.tsv")), []],
    ["times that run backwards", false, (root) => put(root, "stimuli/tale_words.tsv", words([3, 2, 1])), []],
    ["another region", false, (root) => put(root, series(2), table(50, 2).replace("A\tB", "A\tX")), []],
    ["a participant's run of one volume", false, (root) => put(root, series(2), table(1, 2)), []],
    [
      "a cell that is no number",
      false,
      (root) =>
        put(
          root,
          series(2),
          table(50, 2, (x, t) => (t === 4 ? "x" : x)),
        ),
      [],
    ],
    [
      "responses that are all constant",
      false,
      (root) =>
        put(
          root,
          series(2),
          table(50, 2, () => 7),
        ),
      [],
    ],
    [
      "a region that is constant",
      true,
      (root) =>
        put(
          root,
          series(2),
          table(50, 2, (x, _, v) => (v === 1 ? 7 : x)),
        ),
      [],
    ],
    [
      "a region that is n/a once",
      true,
      (root) =>
        put(
          root,
          series(2),
          table(50, 2, (x, t, v) => (t === 9 && v === 1 ? "n/a" : x)),
        ),
      [],
    ],
    [
      "all regions constant but for volumes that are trimmed",
      false,
      (root) =>
        put(
          root,
          series(2),
          table(50, 2, (x, t) => (t < 3 ? x : 7)),
        ),
      ["--trim-start", "3"],
    ],
    [
      "a participant that is listed and not there",
      true,
      (root) => put(root, "participants.tsv", "participant_id\nsub-1\nsub-2\nsub-3\n"),
      [],
    ],
  ])("%s", async (_, canBeScored, damage, flags) => {
    const { checked, scored } = await bothOf(damage, flags);
    expect([checked.code, scored.code], `${checked.stderr}${scored.stderr}`).toEqual(canBeScored ? [0, 0] : [1, 1]);
    const { issues } = JSON.parse(checked.stdout) as Inspection;
    const errors = issues.filter(({ severity }) => severity === "error");
    expect(errors.length > 0).toBe(!canBeScored);
    // Every error stops the study in these words, and every warning is told by both.
    for (const { severity, message } of issues) {
      if (severity === "error" && !scored.stderr.includes(message)) expect(readsResponses(message)).toBe(true);
      if (severity === "warning" && canBeScored) expect(scored.stderr).toContain(message);
    }
    const told = errors.filter(({ message }) => scored.stderr.includes(message));
    if (!canBeScored) expect(told.length).toBeGreaterThan(0);
    // And nothing else stops it: every line of a list of errors is one of check's.
    for (const line of scored.stderr.split("\n").filter((text) => text.startsWith("  error: ")))
      expect(errors.some(({ message }) => line.includes(message))).toBe(true);
  });

  test("by hand: a study in which all is wrong is told all of it at once, and nothing is written", async () => {
    const flags = ["--layer", "99", "--surfaces", "/nowhere/lh.x", "--folds", "40", "--confounds", "csf"];
    const { checked, scored } = await bothOf((root) => rmSync(join(root, confoundsOf(1))), flags);
    for (const text of ["layers must lie in 0..", "/nowhere/lh.x", "--folds: must leave", "must have a table"]) {
      expect(scored.stderr).toContain(text);
      expect(checked.stdout).toContain(text.replace("--folds: ", ""));
    }
    expect(readdirSync(join(folder, `${n}`))).toEqual(["data"]);
  });

  test.each([
    ["a participant's folder", "sub-1", false],
    ["the transcripts", "stimuli/results", false],
    ["derivatives/", "derivatives/results", true],
  ])("by hand: results in the data set's own folders, %s", async (_, within, canBeScored) => {
    const root = join(mkdtempSync(join(folder, "own-")), "data");
    cpSync(base(), root, { recursive: true });
    const flags = Object.entries({ ...quick, "--activations": join(root, "made"), "--layer": "0" }).flat();
    const argv = [root, join(root, within), ...flags];
    const message = `the folder must not lie among the data of a data set, got one in ${within.split("/")[0]}/ of`;
    const [checked, scored] = [await run("check", ...argv), await run("score", ...argv)];
    expect([checked.code, scored.code], `${checked.stdout}${scored.stderr}`).toEqual(canBeScored ? [0, 0] : [1, 1]);
    expect([checked.stdout.includes(message), scored.stderr.includes(message)]).toEqual([!canBeScored, !canBeScored]);
    // What was written is not read as data.
    const again = await run("check", ...argv, "--json");
    if (canBeScored) expect((JSON.parse(again.stdout) as Inspection).issues).toEqual([]);
  });

  test("by hand: a slip that concerns all participants is told once by both, as a table that does not fit", async () => {
    const damage = (root: string) => {
      for (let sub = 3; sub <= 8; sub++) {
        for (const [path, text] of [
          [eventsOf(sub), events("tale_audio.wav", 0)],
          [series(sub), table(50, sub)],
          [confoundsOf(sub), confounds(50)],
        ] as const)
          put(root, path, text);
      }
    };
    const { checked, scored } = await bothOf(damage, ["--confounds", "motion-7"]);
    const { issues } = JSON.parse(checked.stdout) as Inspection;
    const errors = issues.filter(({ severity }) => severity === "error");
    expect(errors.map(({ code, path }) => [code, path])).toEqual(
      Array.from({ length: 8 }, (_, i) => ["confounds-unfit", confoundsOf(i + 1)]),
    );
    const lines = scored.stderr.split("\n").filter((line) => line.startsWith("  error: "));
    expect(lines).toEqual([
      `  error: 8 files (${[1, 2, 3].map(confoundsOf).join(", ")} and 5 more): ${errors[0]!.message}`,
    ]);
    expect(errors[0]!.message).toMatch(/^the confound must be a column of the table or a strategy .*got "motion-7"/);
  });

  test("by hand: a study file gives check what it gives score", async () => {
    const study = join(folder, "study.yaml");
    writeFileSync(study, `dataset: ${base()}\noutput: ${join(folder, "out-study")}\nlayer: 99\nfolds: 3\n`);
    const checked = await run("check", "--study", study);
    const scored = await run("score", "--study", study);
    const message = `${study}:3: layer: layers must lie in 0..`;
    expect([checked.code, scored.code]).toEqual([1, 1]);
    expect(checked.stdout + checked.stderr).toContain(message);
    expect(scored.stderr).toContain(message);
  });

  test("by hand: where nobody says where results go, check says nothing of that folder", async () => {
    const { code, stdout } = await run("check", base(), ...Object.entries(quick).flat(), "--json");
    expect([code, (JSON.parse(stdout) as Inspection).issues]).toEqual([0, []]);
  });
});

/** Errors that only reading the responses shows: score stops before, where another error is known. */
const readsResponses = (message: string) => /must vary/.test(message);

/** A NumPy array of [nRows x nColumns] doubles. */
function npy(nRows: number, nColumns: number): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${nRows}, ${nColumns}), }`;
  const padded = `${header.padEnd(128 - 10 - 1)}\n`;
  const values = Float64Array.from({ length: nRows * nColumns }, (_, i) => Math.sin(i * i));
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer)]);
}

// Right (README of the case): the same verdict of both. Four of the volumes that the confounds have are not in the responses,
// and nothing says which: an error of both, until the user says.
describeWithShared("the case check-against-score", "cases/check-against-score", () => {
  test.each<[boolean, string[]]>([
    [false, []],
    [true, ["--volumes-discarded", "4"]],
    [true, ["--volumes-discarded", "0"]],
    [false, ["--volumes-discarded", "4", "--confounds", "no_such_column"]],
  ])("can be scored: %s with %j", async (canBeScored, more) => {
    const data = shared("cases/check-against-score/data");
    const output = join(folder, `case-${++n}`);
    const flags = [...Object.entries(quick).flat(), "--derivative", "xcp_d", ...more];
    const checked = await run("check", data, output, ...flags, "--json");
    const scored = await run("score", data, output, ...flags);
    expect([checked.code, scored.code]).toEqual(canBeScored ? [0, 0] : [1, 1]);
    for (const { severity, message } of (JSON.parse(checked.stdout) as Inspection).issues)
      if (severity === (canBeScored ? "warning" : "error")) expect(scored.stderr).toContain(message);
  });
});
