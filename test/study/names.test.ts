import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DatasetError } from "../../src/errors.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { checkOptions } from "../../src/study/options.ts";
import { functional } from "../inspection/toy.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { checkOf, readInputs } from "./tiny-study.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-names-"));
afterAll(() => rmSync(root, { recursive: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;
let nFolders = 0;
function folder(files: Files): string {
  const place = join(root, `${nFolders++}`, "data");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), content);
  }
  return place;
}

const nVolumes = 30;
const events = (start = 3) => `onset\tduration\ttrial_type\tstim_file\n${start}\t40\tstory\tpicnic_audio.wav\n`;
const table = (seed: number) =>
  `A\tB\n${Array.from({ length: nVolumes }, (_, t) => `${Math.sin(seed + t * t)}\t${Math.cos(seed * t)}`).join("\n")}\n`;
const base = {
  "dataset_description.json": '{"Name": "Picnic", "BIDSVersion": "1.10.0"}',
  "task-picnic_bold.json": '{"RepetitionTime": 1.5}',
  "stimuli/picnic_words.tsv": `onset\tduration\tword\n${Array.from({ length: 30 }, (_, n) => `${n}\t0.5\tword`).join("\n")}\n`,
};
const clean = (sub: string): Files => ({
  [`sub-${sub}/func/sub-${sub}_task-picnic_events.tsv`]: events(),
  [`sub-${sub}/func/sub-${sub}_task-picnic_timeseries.tsv`]: table(sub.charCodeAt(1)),
});

const optionsOf = (dataset: string, options: Readonly<Record<string, unknown>> = {}) =>
  // As few columns as there can be: the runs are short.
  checkOptions({
    dataset,
    output: join(root, "out"),
    distances: "none",
    components: "1",
    folds: "2",
    delays: "1",
    ...options,
  });
/** What `check` tells: `severity code path`, and the inspection. */
async function check(dataset: string, options: Readonly<Record<string, unknown>> = {}) {
  const inspection = await checkOf(optionsOf(dataset, options));
  const told = inspection.issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
  return { ...inspection, told };
}
/** What `score` would work on. */
async function inputs(dataset: string, options: Readonly<Record<string, unknown>> = {}) {
  const { warnings, ...read } = await readInputs(optionsOf(dataset, options));
  // What is said of words and times belongs to other tests.
  const doubts = warnings.filter(
    ({ code }) => !/^(?:transcript|words|scan|empty|volumes|confounds|repetition)-/.test(code),
  );
  return { ...read, doubts };
}
const heard = async (dataset: string, options: Readonly<Record<string, unknown>> = {}) =>
  (await inputs(dataset, options)).participants.flatMap(({ stories }) => stories.map(({ files }) => files));

describe("a run that is run-01 in the raw data and run-1 below derivatives (by hand)", () => {
  const files = (padded: string) => ({
    ...base,
    ...Object.fromEntries(
      ["01", "02"].map((run, i) => [`sub-01/func/sub-01_task-picnic_run-${run}_events.tsv`, events(3 * (i + 1))]),
    ),
    ...Object.fromEntries(
      ["1", "2"].map((run) => [
        `derivatives/fmriprep/sub-01/func/sub-01_task-picnic_run-${padded}${run}_timeseries.tsv`,
        table(Number(run)),
      ]),
    ),
  });

  it("is one run: audio starts at 3 s and 6 s, with or without zeros", async () => {
    for (const padded of ["", "0", "00"]) {
      const dataset = folder(files(padded));
      expect((await heard(dataset)).map(({ audioStart }) => audioStart)).toEqual([3, 6]);
      expect((await check(dataset)).told).toEqual([
        `warning story-heard-again derivatives/fmriprep/sub-01/func/sub-01_task-picnic_run-${padded}1_timeseries.tsv`,
      ]);
    }
  });
});

describe("exclusions by any spelling of a run or its files (by hand)", () => {
  const market = (ending: string) => `sub-01/func/sub-01_task-market_run-1_${ending}.tsv`;
  const files = (entry: string): Files => ({
    ...base,
    ...clean("01"),
    [market("timeseries")]: table(1),
    [market("events")]: events(),
    "task-market_bold.json": '{"RepetitionTime": 1.5}',
    "code/scan_exclude.json": JSON.stringify({ market: { "sub-01": [entry] } }),
  });

  it.each([
    "sub-01_task-market_run-01",
    "sub-01_task-market_run-1",
    "sub-01_run-001_task-market",
    "sub-01_task-market_run-01_bold.nii.gz",
    "sub-01/func/sub-01_task-market_run-1_bold.nii.gz",
    "Sub-01_task-market_run-1_space-x_BOLD.NII",
  ])("%s leaves the run out", async (entry) => {
    const dataset = folder(files(entry));
    expect((await heard(dataset)).map(({ run }) => run)).toEqual(["sub-01_task-picnic"]);
    expect(await check(dataset)).toMatchObject({ nRuns: 1, nExcluded: 1 });
    const named = await inputs(folder(files("sub-01_task-nothing")), { exclude: [entry] });
    expect([...named.excluded][0]).toEqual(["sub-01_task-market_run-1", "`exclude`"]);
  });

  it.each([
    ["sub-01_task-market_run-2", "warning exclusion-fits-nothing"],
    ["sub-01_task-market", "warning exclusion-fits-nothing"],
    ["sub-1_task-market_run-1", "warning exclusion-fits-nothing"],
    ["sub-01_task-Market_run-1", "warning exclusion-fits-nothing"],
    ["run-1", "warning exclusion-fits-nothing"],
    // As of a data set of which others were not fetched.
    ["sub-77_task-market_run-1", "note exclusions-not-here"],
    ["sub-01_task-tunnel_run-1", "note exclusions-not-here"],
  ])("%s leaves nothing out, which is told", async (entry, kind) => {
    const dataset = folder(files(entry));
    const { told, issues, nRuns } = await check(dataset);
    expect(told.filter((line) => line.includes("exclusion"))).toEqual([`${kind} code/scan_exclude.json`]);
    expect(nRuns).toBe(2);
    const { doubts } = await inputs(dataset);
    expect(doubts.some(({ code }) => code === "exclusion-fits-nothing")).toBe(kind.startsWith("warning"));
    if (kind.startsWith("warning"))
      expect(issues.find(({ code }) => code === "exclusion-fits-nothing")!.message).toMatch(
        /(Nearest|Choices): .*"sub-01_task-market_run-1"/,
      );
  });

  it("one of a run without responses is no slip, and the run is not missed", async () => {
    const { [market("timeseries")]: _, ...without } = files("sub-01_task-market_run-01");
    expect((await check(folder(without))).told).toEqual([]);
  });
});

describe("participants whose names are not BIDS's (by hand)", () => {
  it("are read where the meaning is certain, else warned of by check and by score", async () => {
    const [upper, other] = ["sub-04/func/sub-04_task-picnic_timeseries.TSV", clean("04")] as const;
    const dataset = folder({
      ...base,
      ...clean("01"),
      ...clean("02"),
      ...clean("0_3"),
      ...clean("05"),
      ...clean("M\u00fcller"),
      [upper]: table(4),
      "sub-04/func/sub-04_task-picnic_events.tsv": events(),
    });
    expect(Object.keys(other)).toContain(upper.replace("TSV", "tsv"));
    renameSync(
      join(dataset, "sub-05/func/sub-05_task-picnic_timeseries.tsv"),
      join(dataset, "sub-05/func/sub-05_task-picnic_timeseries.csv"),
    );
    const { told, nParticipants, issues } = await check(dataset);
    const warnings = told.filter((line) => line.startsWith("warning"));
    expect(nParticipants).toBe(4);
    expect(told).toEqual([
      ...warnings,
      "note label-not-bids sub-M\u00fcller/func/sub-M\u00fcller_task-picnic_events.tsv",
    ]);
    expect(warnings).toEqual([
      ...["events", "timeseries"].map(
        (suffix) => `warning name-not-bids sub-0_3/func/sub-0_3_task-picnic_${suffix}.tsv`,
      ),
      "warning nearly-response sub-05/func/sub-05_task-picnic_timeseries.csv",
      "warning participant-without-responses sub-05",
      "warning participant-without-responses sub-0_3",
    ]);
    expect(issues.find(({ path }) => path === "sub-05")!.message).toContain(
      "none that can be used (sub-05_task-picnic_timeseries.csv)",
    );
    const { doubts, participants } = await inputs(dataset);
    expect(participants.map(({ participant }) => participant)).toEqual([
      "sub-01",
      "sub-02",
      "sub-04",
      "sub-M\u00fcller",
    ]);
    expect(doubts.map(({ severity, code, path }) => `${severity} ${code} ${path}`)).toEqual(warnings);
  });

  it("where no name is right, those that are nearly so are shown", async () => {
    const dataset = folder({ ...base, ...clean("0_3") });
    await expect(inputs(dataset)).rejects.toThrow(
      /got none \(names that are nearly right: sub-0_3\/func\/sub-0_3_task-picnic_events\.tsv, sub-0_3\/func\/sub-0_3_task-picnic_timeseries\.tsv\)/,
    );
    expect((await check(dataset)).told[0]).toBe("error no-responses .");
  });

  it.each<[string, Files, string]>([
    ["a folder without a file", { "sub-09/func/readme.txt": "" }, "warning participant-without-responses sub-09"],
    [
      "a story with an underscore",
      { "sub-01/func/sub-01_task-my_picnic_timeseries.tsv": table(2) },
      "warning name-not-bids sub-01/func/sub-01_task-my_picnic_timeseries.tsv",
    ],
    [
      "participants that differ in case",
      { ...clean("1a"), ...clean("1A") },
      "warning labels-alike sub-1a/func/sub-1a_task-picnic_events.tsv",
    ],
    ["participants that differ in zeros", clean("1"), "warning labels-alike sub-1/func/sub-1_task-picnic_events.tsv"],
    [
      "a file in another's folder",
      { "sub-01/func/sub-02_task-picnic_bold.json": "{}", ...clean("02") },
      "warning name-contradicts-folder sub-01/func/sub-02_task-picnic_bold.json",
    ],
    [
      "a hemisphere that is none",
      { "sub-01/func/sub-01_task-picnic_hemi-X_bold.func.gii": "" },
      "warning nearly-response sub-01/func/sub-01_task-picnic_hemi-X_bold.func.gii",
    ],
    [
      "a surface without task",
      { "sub-01/func/sub-01_hemi-L_bold.func.gii": "" },
      "warning nearly-response sub-01/func/sub-01_hemi-L_bold.func.gii",
    ],
    [
      "a surface of another ending",
      { "sub-01/func/sub-01_task-picnic_hemi-L_bold.gii": "" },
      "warning nearly-response sub-01/func/sub-01_task-picnic_hemi-L_bold.gii",
    ],
    ["a folder without a dash", { "sub09/func/x.txt": "" }, "warning participant-without-responses sub09"],
  ])("%s is warned of", async (_, more, line) => {
    expect((await check(folder({ ...base, ...clean("01"), ...more }))).told).toContain(line);
  });
});

describe("confounds and repetition times with part- or echo- in their names (by hand)", () => {
  const own = "derivatives/fmriprep/sub-01/func/sub-01_task-picnic";
  const confounds = `trans_x\n${Array.from({ length: nVolumes }, (_, t) => t % 7).join("\n")}\n`;
  const files = (response: string, beside: string): Files => ({
    ...base,
    "sub-01/func/sub-01_task-picnic_events.tsv": events(),
    [`${own}${response}_timeseries.tsv`]: table(1),
    [`${own}${beside}_desc-confounds_timeseries.tsv`]: confounds,
  });

  it.each([
    ["_part-mag", "_part-mag"],
    ["_part-mag", ""],
    ["", "_part-mag"],
    ["_echo-1", "_echo-01"],
    ["", "_echo-2"],
  ])("responses%s take the table%s", async (response, beside) => {
    const [run] = (await inputs(folder(files(response, beside)), { confounds: ["trans_x"] })).participants[0]!.stories;
    expect(run!.confounds).toEqual(["trans_x"]);
  });

  it("those of another echo are not taken, those of two are refused, that of the response's own is chosen", async () => {
    const confoundsOf = async (all: Files) => (await heard(folder(all)))[0]!.confounds;
    expect(await confoundsOf(files("_echo-1", "_echo-2"))).toEqual([]);
    const two = { ...files("", "_echo-1"), ...files("", "_echo-2") };
    expect(await confoundsOf(two)).toHaveLength(2);
    await expect(inputs(folder(two), { confounds: ["trans_x"] })).rejects.toThrow(
      /one table of confounds must fit the run, got 2/,
    );
    const both = { ...files("_echo-2", "_echo-1"), ...files("_echo-2", "_echo-2") };
    expect(await confoundsOf(both)).toEqual([`${own}_echo-2_desc-confounds_timeseries.tsv`]);
  });

  it.each(["part-mag", "echo-1", "echo-01_part-mag"])(
    "the repetition time of raw %s is that of the run",
    async (piece) => {
      const { "task-picnic_bold.json": time, ...others } = files("", "");
      for (const path of [`sub-01/func/sub-01_task-picnic_${piece}_bold.json`, `task-picnic_${piece}_bold.json`]) {
        const [run] = await heard(folder({ ...others, [path]: time! }));
        expect(run!.repetitionTime).toBe(1.5);
      }
    },
  );

  it("echoes that contradict each other are refused", async () => {
    const { "task-picnic_bold.json": _, ...others } = files("", "");
    const echo = (n: number) => `sub-01/func/sub-01_task-picnic_echo-${n}_bold.json`;
    const dataset = folder({ ...others, [echo(1)]: '{"RepetitionTime": 1.5}', [echo(2)]: '{"RepetitionTime": 2}' });
    await expect(inputs(dataset)).rejects.toThrow(
      /RepetitionTime must be the same in all files of a run, got 2 here and 1\.5/,
    );
  });
});

describe("hemispheres (by hand)", () => {
  const path = (hemi: string, ending = ".func.gii") =>
    `sub-01/func/sub-01_task-picnic_hemi-${hemi}_space-toy_desc-clean_bold${ending}`;
  const files = (...paths: readonly string[]): Files => ({
    ...base,
    "sub-01/func/sub-01_task-picnic_events.tsv": events(),
    ...Object.fromEntries(paths.map((one) => [one, functional(nVolumes)])),
  });

  it.each([
    ["R", path("R"), path("L")],
    ["L", path("lh"), path("rh")],
    ["L", path("Left", ".func.gii.gz"), path("Right", ".func.gii.gz")],
  ])(
    "one alone (%s) is an error that names the file that was looked for, the same in check and score",
    async (side, there, missing) => {
      const dataset = folder(files(there));
      const expected = {
        severity: "error",
        code: "hemisphere-missing",
        path: there,
        message: `sub-01_task-picnic must have both hemispheres, got ${side} alone: there is no ${missing}. Add it, exclude the run, or score one hemisphere with \`hemi: ${side}\`.`,
      };
      expect((await check(dataset)).issues).toEqual([expected]);
      const error = (await inputs(dataset).catch((e: unknown) => e)) as DatasetError;
      expect(error.issues).toEqual([expected]);
    },
  );

  it("one alone is scored where it is asked for, by any word; the run without it is warned of", async () => {
    const second = path("L").replaceAll("sub-01", "sub-02");
    const dataset = folder({
      ...files(path("R")),
      [second]: functional(nVolumes),
      "sub-02/func/sub-02_task-picnic_events.tsv": events(),
    });
    for (const hemi of ["R", "rh", "right"]) {
      const { participants, doubts } = await inputs(dataset, { hemi });
      expect(participants.map(({ participant, space }) => [participant, space])).toEqual([
        ["sub-01", { kind: "surface", space: "toy", nVertices: [0, 3] }],
      ]);
      expect(doubts.map(({ code, path: at }) => [code, at])).toEqual([["run-not-chosen", second]]);
    }
    expect((await check(dataset, { hemi: "R" })).told).toEqual([`warning run-not-chosen ${second}`]);
    expect(() => optionsOf(dataset, { hemi: "B" })).toThrow('`hemi`: must be L or R, got "B".');
  });

  it.each([
    [".func.gii.gz", ".func.gii.gz"],
    [".func.gii", ".func.gii.gz"],
    [".FUNC.GII", ".func.gii"],
  ])("both are found as %s and %s", async (left, right) => {
    const [run] = await heard(folder(files(path("lh", left), path("R", right))));
    expect([run!.files, run!.hemispheres]).toEqual([
      [path("lh", left), path("R", right)],
      ["L", "R"],
    ]);
  });

  it("an atlas or a mesh of the other one is refused", async () => {
    const dataset = folder(files(path("R")));
    const surfaces = join(dataset, "lh.surf.gii");
    const dataType = "NIFTI_TYPE_FLOAT32" as const;
    const array = (
      intent: string,
      data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
      type: "NIFTI_TYPE_FLOAT32" | "NIFTI_TYPE_INT32" = dataType,
    ) => ({
      intent,
      dataType: type,
      metadata: {},
      dimensions: [data.length / 3, 3],
      data,
      coordinateSystems: [],
    });
    const arrays = [
      array("NIFTI_INTENT_POINTSET", new Float32Array(9)),
      array("NIFTI_INTENT_TRIANGLE", Int32Array.of(0, 1, 2), "NIFTI_TYPE_INT32"),
    ];
    writeFileSync(surfaces, writeGifti({ metadata: {}, labels: [], arrays }));
    await expect(inputs(dataset, { hemi: "R", surfaces })).rejects.toThrow(
      /lh\.surf\.gii: the responses must have the file's hemisphere, got none of hemi-L \(space toy\)\. Leave the file out\./,
    );
  });

  it("one that is there packed and not is refused", async () => {
    await expect(inputs(folder(files(path("L"), path("L", ".func.gii.gz"), path("R"))))).rejects.toThrow(
      /every run must have its responses once, got .*hemi-L.*\.func\.gii and .*hemi-L.*\.func\.gii\.gz, whose names mean the same/,
    );
  });
});

describe("masks of volumes (by hand)", () => {
  const own = "sub-01/func/sub-01_task-picnic";
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const shape = [2, 1, 1] as const;
  const bold = Float32Array.from({ length: 2 * nVolumes }, (_, i) => Math.sin(i * i));
  const volume = writeNifti({ shape: [...shape, nVolumes], affine, data: bold });
  const mask = writeNifti({ shape, affine, data: Float32Array.of(1, 1) });
  const files = (response: string, ...masks: readonly string[]): Files => ({
    ...base,
    [`${own}_events.tsv`]: events(),
    [`${own}${response}`]: volume,
    ...Object.fromEntries(masks.map((name) => [`${own}${name}`, mask])),
  });

  it.each([
    ["_space-toy_desc-preproc_bold.nii", "_space-toy_desc-brain_mask.NII"],
    ["_part-mag_space-toy_desc-preproc_bold.NII", "_space-toy_part-mag_desc-brain_mask.nii"],
    ["_echo-01_space-toy_desc-preproc_bold.nii", "_echo-1_space-toy_desc-brain_mask.nii"],
    ["_echo-1_space-toy_desc-preproc_bold.nii", "_space-toy_desc-brain_mask.nii"],
  ])("%s takes %s", async (response, name) => {
    const dataset = folder(files(response, name));
    expect((await heard(dataset))[0]!.masks).toEqual([`${own}${name}`]);
    expect((await inputs(dataset)).participants[0]!.targets).toHaveLength(2);
  });

  it("two whose names mean the same are refused by check and by score, unless one is given", async () => {
    const dataset = folder(
      files("_space-toy_desc-preproc_bold.nii", "_space-toy_desc-brain_mask.nii", "_space-toy_desc-brain_mask.NII"),
    );
    await expect(inputs(dataset)).rejects.toThrow(
      /one brain mask must fit the run, got 2 \(.*\)\. Keep one of them, or say which with `mask`\./,
    );
    expect((await check(dataset)).told).toEqual([`error mask-ambiguous ${own}_space-toy_desc-preproc_bold.nii`]);
    expect(
      (await inputs(dataset, { mask: join(dataset, `${own}_space-toy_desc-brain_mask.nii`) })).participants,
    ).toHaveLength(1);
  });
});

describe("transcripts, stories and participants by name (by hand)", () => {
  const [nfc, nfd] = ["M\u00e4rchen", "Ma\u0308rchen"];
  const told = (stimFile: string) => events().replace("picnic_audio.wav", stimFile);

  it("composed and decomposed letters, upper-case endings, stimuli/ before the audio", async () => {
    const { "stimuli/picnic_words.tsv": words, ...others } = base;
    const dataset = folder({
      ...others,
      ...clean("01"),
      ...clean("02"),
      "sub-01/func/sub-01_task-picnic_events.tsv": told(`${nfd}_audio.wav`),
      "sub-02/func/sub-02_task-picnic_events.tsv": told(`./stimuli/${nfc}_audio.wav`),
      [`stimuli/${nfd}_words.TSV`]: words,
    });
    const { transcripts, participants } = await inputs(dataset, { stories: [nfd] });
    expect(transcripts.map(({ story, path }) => [story, path])).toEqual([[nfc, `stimuli/${nfd}_words.TSV`]]);
    expect(participants).toHaveLength(2);
    expect((await check(dataset)).stories.map(({ nRuns }) => nRuns)).toEqual([2]);
  });

  it("two audio files of one name are told: one transcript would be read for both", async () => {
    const dataset = folder({
      ...base,
      ...clean("01"),
      ...clean("02"),
      "sub-01/func/sub-01_task-picnic_events.tsv": told("one/picnic.wav"),
      "sub-02/func/sub-02_task-picnic_events.tsv": told("two/picnic.wav"),
    });
    const { doubts } = await inputs(dataset);
    const alike = doubts.filter(({ code }) => code === "audio-alike");
    expect(alike).toHaveLength(1);
    expect(alike[0]!.message).toContain('got one/picnic.wav, two/picnic.wav, which all tell the story "picnic"');
  });

  it("stories that differ in case alone are two, and told", async () => {
    const files = {
      ...base,
      ...clean("01"),
      ...clean("02"),
      "stimuli/Picnic_words.tsv": base["stimuli/picnic_words.tsv"],
      "sub-02/func/sub-02_task-picnic_events.tsv": told("Picnic_audio.wav"),
    };
    const { doubts } = await inputs(folder(files), { stories: ["Picnic"] });
    expect(doubts.map(({ code }) => code)).toEqual(["stories-alike"]);
  });

  it("a name that two transcripts mean is refused", async () => {
    const dataset = folder({ ...base, ...clean("01"), "stimuli/picnic_words.TSV": base["stimuli/picnic_words.tsv"] });
    await expect(inputs(dataset)).rejects.toThrow(/one transcript must fit the story "picnic", got 2/);
  });
});

describe("a folder that is no data set (by hand)", () => {
  const plain = { pattern: "{participant}/{story}_{hemi}.func.gii", repetitionTime: 1.5, space: "toy" };
  const stimuli = { "stimuli/picnic_words.tsv": base["stimuli/picnic_words.tsv"] };
  const bold = functional(nVolumes);

  it("files that end as responses do and do not fit the pattern are warned of; upper-case endings fit", async () => {
    const dataset = folder({
      ...stimuli,
      "anna/picnic_LH.func.gii": bold,
      "anna/picnic_right.FUNC.GII": functional(nVolumes, 3, (data) => data.reverse()),
      "ben/picnic-lh.func.gii": bold,
      "ben/notes.txt": "",
    });
    const { participants, doubts } = await inputs(dataset, plain);
    expect(participants.map(({ participant, space }) => [participant, space])).toEqual([
      ["sub-anna", { kind: "surface", space: "toy", nVertices: [3, 3] }],
    ]);
    expect(doubts.map(({ code, path }) => [code, path])).toEqual([["pattern-fits-not", "ben/picnic-lh.func.gii"]]);
    expect((await check(dataset, plain)).told).toContain("warning pattern-fits-not ben/picnic-lh.func.gii");
  });

  it("runs of equal numbers are one response", async () => {
    const dataset = folder({ ...stimuli, "anna/picnic_1.tsv": table(1), "anna/picnic_01.tsv": table(1) });
    await expect(inputs(dataset, { ...plain, pattern: "{participant}/{story}_{run}.tsv" })).rejects.toThrow(
      '`pattern`: every file must be one response, got "anna/picnic_1.tsv" and "anna/picnic_01.tsv" for one.',
    );
  });
});

describeWithShared("small data sets of other people's troubles with names", "cases/bids-run-padding", () => {
  const at = (name: string) => shared("cases", name, "data");

  it("run-01 and run-1 are one run: audio starts at 3 s and 6 s", async () => {
    expect((await heard(at("bids-run-padding"))).map(({ audioStart }) => audioStart)).toEqual([3, 6]);
  });

  it("an exclusion of run-01 holds for run-1: one run of picnic stays", async () => {
    expect((await heard(at("bids-exclusion-run-padding"))).map(({ task }) => task)).toEqual(["picnic"]);
  });

  it("names that are nearly right: .TSV is read, sub-0_3 is warned of", async () => {
    const { participants, doubts } = await inputs(at("bids-names-left-out"));
    expect(participants.map(({ participant }) => participant)).toEqual(["sub-01", "sub-02", "sub-04"]);
    expect(new Set(doubts.map(({ path }) => path.split("/")[0]))).toEqual(new Set(["sub-0_3"]));
  });

  it("confounds with part-mag in their name are those of the responses that have it", async () => {
    const { participants } = await inputs(at("bids-part-confounds"), { confounds: ["trans_x"] });
    expect(participants[0]!.stories[0]!.confounds).toEqual(["trans_x"]);
  });

  it("a hemisphere that is missing everywhere is an error of check and of score, which name it", async () => {
    const name = /there is no sub-01\/func\/sub-01_task-picnic_hemi-L_space-toy_desc-clean_bold\.func\.gii/;
    expect((await check(at("hemisphere-missing"))).issues[0]!.message).toMatch(name);
    await expect(inputs(at("hemisphere-missing"))).rejects.toThrow(name);
    expect((await inputs(at("hemisphere-missing"), { hemi: "R" })).participants).toHaveLength(1);
  });
});
