import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { DatasetError, NotFoundError } from "../../src/errors.ts";
import { findResponses, type ResponseQuery } from "../../src/responses/find.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const description = { "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}' };
const heads = "onset\tduration\ttrial_type\tstim_file\n";
const eventsOf = (story: string) => `${heads}3.0\t9\tmusic\t${story}_audio.wav\n5.0\t9\tstory\t${story}_audio.wav\n`;

/** A data set as Narratives lays it out: raw events and sidecars, surfaces in a derivative. Contents of GIFTI empty. */
function narratives(runs: readonly (readonly [participant: string, run: string, story: string])[]) {
  const files: Record<string, string> = { ...description };
  for (const [participant, run, story] of runs) {
    files[`${participant}/func/${participant}_${run}_events.tsv`] = eventsOf(story);
    files[`${participant}/func/${participant}_${run}_bold.json`] = '{"RepetitionTime": 1.5}';
    for (const hemi of ["L", "R"]) {
      files[
        `derivatives/afni-nosmooth/${participant}/func/${participant}_${run}_space-fsaverage6_hemi-${hemi}_desc-clean.func.gii`
      ] = "";
    }
  }
  return files;
}

const find = async (files: Record<string, string>, query: ResponseQuery = {}) =>
  findResponses(await loadDataset(memoryStore(files, "data")), query);
const issuesOf = async (files: Record<string, string>, query: ResponseQuery = {}) => {
  const error = await find(files, query).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).issues.map((issue) => `${issue.severity} ${issue.path}: ${issue.message}`);
};

const two = narratives([
  ["sub-001", "task-pieman_run-1", "pieman"],
  ["sub-001", "task-pieman_run-2", "pieman"],
  ["sub-002", "task-milkyway", "milkywayvodka"],
]);

describe("findResponses", () => {
  it("lists participants, runs and stories with their files and times (by hand)", async () => {
    const found = await find(two);
    const folder = "derivatives/afni-nosmooth/sub-001/func/sub-001_task-pieman_run-1_space-fsaverage6";
    expect(found[0]).toEqual({
      participant: "sub-001",
      story: "pieman",
      task: "pieman",
      run: "sub-001_task-pieman_run-1",
      kind: "surface",
      space: "fsaverage6",
      files: [`${folder}_hemi-L_desc-clean.func.gii`, `${folder}_hemi-R_desc-clean.func.gii`],
      hemispheres: ["L", "R"],
      events: "sub-001/func/sub-001_task-pieman_run-1_events.tsv",
      confounds: [],
      repetitionTime: 1.5,
      stimFile: "pieman_audio.wav",
      audioStart: 3,
      volumes: undefined,
      notes: [],
    });
    expect(found.map(({ run, story }) => [run, story])).toEqual([
      ["sub-001_task-pieman_run-1", "pieman"],
      ["sub-001_task-pieman_run-2", "pieman"],
      ["sub-002_task-milkyway", "milkywayvodka"],
    ]);
  });

  it("refuses a run that is there as 1 and as 01, which is one run, and leaves out both spellings of it (by hand)", async () => {
    const files = narratives([
      ["sub-001", "task-pieman_run-01", "pieman"],
      ["sub-001", "task-pieman_run-1", "pieman"],
      ["sub-001", "task-pieman_run-10", "pieman"],
      ["sub-002", "task-pieman_run-001", "pieman"],
    ]);
    const path = (run: string) =>
      `derivatives/afni-nosmooth/sub-001/func/sub-001_task-pieman_run-${run}_space-fsaverage6_hemi-L_desc-clean.func.gii`;
    const events = (run: string) => `sub-001/func/sub-001_task-pieman_run-${run}_events.tsv`;
    expect(await issuesOf(files)).toEqual([
      `error ${path("1")}: every run must have its responses once, got ${path("01")} and ${path("1")}, whose names mean the same. Remove one of them, or rename it.`,
      `error ${path("01")}: one file sub-001_task-pieman_run-01_events.tsv must say when the audio starts, got 2: ${events("01")}, ${events("1")}. Keep one of them: their names fit the run equally well.`,
    ]);
    for (const exclude of ["sub-001_task-pieman_run-01", "sub-001_task-pieman_run-1", path("001")]) {
      expect((await find(files, { exclude: [exclude] })).map(({ run }) => run)).toEqual([
        "sub-001_task-pieman_run-10",
        "sub-002_task-pieman_run-001",
      ]);
    }
  });

  it("finds a data set's own region time series, not its confounds (by hand)", async () => {
    const files = {
      ...description,
      "task-alice_timeseries.json": '{"RepetitionTime": 2}',
      "sub-18/func/sub-18_task-alice_atlas-x_timeseries.tsv": "",
      "sub-18/func/sub-18_task-alice_desc-confounds_timeseries.tsv": "",
      "sub-18/func/sub-18_task-alice_events.tsv": eventsOf("alice"),
    };
    const [only, ...more] = await find(files);
    expect(more).toEqual([]);
    expect([only!.kind, only!.space, only!.hemispheres, only!.repetitionTime]).toEqual(["region", "n/a", ["n/a"], 2]);
    expect(only!.confounds).toEqual(["sub-18/func/sub-18_task-alice_desc-confounds_timeseries.tsv"]);
  });

  it("filters participants with or without sub-, stories by name or task, and runs that are excluded (by hand)", async () => {
    const runs = async (query: ResponseQuery) => (await find(two, query)).map((files) => files.run);
    expect(await runs({ participants: ["001"] })).toHaveLength(2);
    expect(await runs({ participants: ["sub-002"] })).toHaveLength(1);
    expect(await runs({ stories: ["milkywayvodka"] })).toEqual(["sub-002_task-milkyway"]);
    expect(await runs({ stories: ["milkyway"] })).toEqual(["sub-002_task-milkyway"]);
    expect(await runs({ stories: ["pieman"], exclude: ["sub-001_task-pieman_run-1"] })).toEqual([
      "sub-001_task-pieman_run-2",
    ]);
  });

  it("finds tables of confounds of either name, the response's own before another derivative's (by hand)", async () => {
    const other = "derivatives/fmriprep/sub-002/func/sub-002_task-milkyway_desc-confounds_regressors.tsv";
    const own = "derivatives/afni-nosmooth/sub-002/func/sub-002_task-milkyway_desc-confounds_timeseries.tsv";
    const confounds = async (files: Record<string, string>) =>
      (await find({ ...two, ...files }, { participants: ["002"] }))[0]!.confounds;
    expect(await confounds({ [other]: "" })).toEqual([other]);
    expect(await confounds({ [other]: "", [own]: "" })).toEqual([own]);
  });

  it("cuts a run that plays two stories between films (by hand: 195.94 / 1.5 = 130.6, 380.21 / 1.5 = 253.5)", async () => {
    const rows = [
      "5\t185\tmovie\tn/a",
      "195.94\t179\tstory\tvinny_audio.wav",
      "380.21\t190\tmovie\tn/a",
      "576\t187\tstory\tup_audio.wav",
    ];
    const files = {
      ...narratives([["sub-1", "task-schema", "x"]]),
      "sub-1/func/sub-1_task-schema_events.tsv": `${heads}${rows.join("\n")}\n`,
    };
    const found = await find(files);
    expect(found.map(({ story, audioStart, volumes }) => ({ story, audioStart, volumes }))).toEqual([
      { story: "vinny", audioStart: 195.94, volumes: { start: 130, end: 253 } },
      { story: "up", audioStart: 576, volumes: { start: 384, end: undefined } },
    ]);
    expect((await find(files, { stories: ["up"] })).map(({ story }) => story)).toEqual(["up"]);
  });

  it("misses the events of a run whose task plays the story that is asked for in other runs (by hand)", async () => {
    const files = narratives([
      ["sub-1", "task-schema", "vinny"],
      ["sub-2", "task-schema", "vinny"],
      ["sub-3", "task-rest", "x"],
    ]);
    delete files["sub-2/func/sub-2_task-schema_events.tsv"];
    delete files["sub-3/func/sub-3_task-rest_events.tsv"];
    const issues = await issuesOf(files, { stories: ["vinny"] });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatch(/one file sub-2_task-schema_events\.tsv must say when the audio starts, got none\./);
  });

  it("notes a run whose events lie unlike those of the others (by hand)", async () => {
    const files = narratives(["1", "2", "3"].map((n) => [`sub-${n}`, "task-pieman", "pieman"] as const));
    files["sub-2/func/sub-2_task-pieman_events.tsv"] = eventsOf("pieman").replace("5.0", "4.0");
    const notes = (await find(files)).map((found) => found.notes);
    expect([notes[0], notes[2]]).toEqual([[], []]);
    expect(notes[1]).toEqual([
      "sub-2/func/sub-2_task-pieman_events.tsv: events must lie as in other runs of the same audio " +
        "(0 s, 2 s after its start, 2 of 3 runs), got 0 s, 1 s. The audio's start is doubtful: check the run, or exclude it.",
    ]);
  });

  it("lists several versions with the options that choose, and takes the one chosen (by hand)", async () => {
    const smooth =
      "derivatives/afni-smooth/sub-002/func/sub-002_task-milkyway_space-fsaverage5_hemi-L_desc-sm6.func.gii";
    const files = { ...two, [smooth]: "" };
    const own = two;
    const [issue, ...more] = await issuesOf(files);
    expect(more).toEqual([]);
    expect(issue).toMatch(
      /sub-002_task-milkyway_\S+: one version of a run's responses must fit, got 2: derivatives\/afni-nosmooth\/\*_space-fsaverage6_hemi-\*_desc-clean\.func\.gii; derivatives\/afni-smooth\/\*_space-fsaverage5_hemi-L_desc-sm6\.func\.gii\. /,
    );
    expect(issue).toMatch(/Choose with `derivative: afni-nosmooth` or `derivative: afni-smooth`\.$/);
    // No option alone tells these three apart: all are named that tell some of them apart.
    const third = smooth.replace("fsaverage5", "fsaverage6");
    expect((await issuesOf({ ...files, [third]: "" }))[0]).toMatch(
      /Choose with `derivative: afni-nosmooth` or `derivative: afni-smooth`, and `space: fsaverage5` or `space: fsaverage6`, and `desc: clean` or `desc: sm6`\.$/,
    );
    for (const query of [{ desc: "clean" }, { space: "fsaverage6" }, { derivative: "afni-nosmooth" }]) {
      expect(await find(files, query)).toEqual(await find(own));
    }
    expect((await find(files, { desc: "sm6", hemi: "L" })).map((found) => found.files)).toEqual([[smooth]]);
  });

  it("collects everything that is wrong before it says so (by hand)", async () => {
    const files = narratives(["1", "2", "3", "4", "5", "6", "7"].map((n) => [`sub-${n}`, "task-a", "a"] as const));
    delete files["sub-1/func/sub-1_task-a_events.tsv"];
    files["sub-2/func/sub-2_task-a_events.tsv"] = `${heads}1\t1\tmovie\tn/a\n`;
    files["sub-3/func/sub-3_task-a_events.tsv"] = "onset\tduration\n1\t1\n";
    delete files["sub-4/func/sub-4_task-a_bold.json"];
    files["derivatives/afni-nosmooth/sub-5/func/sub-5_task-a_space-fsaverage6_desc-clean.json"] =
      '{"RepetitionTime": 2}';
    delete files["derivatives/afni-nosmooth/sub-6/func/sub-6_task-a_space-fsaverage6_hemi-R_desc-clean.func.gii"];
    files["sub-7/func/sub-7_task-a_bold.json"] = '{"RepetitionTime": 1500}';
    const expected = [
      /^error derivatives.*sub-1_.*: one file sub-1_task-a_events\.tsv must say when the audio starts, got none\./,
      /^error sub-2.*_events\.tsv: at least one row must name the audio in stim_file, got none\./,
      /^error sub-3.*_events\.tsv: there must be a column "stim_file"/,
      /^error derivatives.*sub-4_.*: a sidecar must give RepetitionTime in seconds, got none for .*sub-4_task-a_bold\.nii\.gz/,
      /^error sub-5.*_bold\.json: RepetitionTime must be the same in all files of a run, got 1\.5 here and 2 in derivatives.*sub-5.*desc-clean\.json/,
      /^error derivatives.*sub-6_.*: sub-6_task-a must have both hemispheres, got L alone: there is no derivatives.*sub-6.*hemi-R_desc-clean\.func\.gii\. Add it/,
      /^error sub-7.*_bold\.json: RepetitionTime must be in seconds, got 1500, which looks like milliseconds/,
    ];
    const issues = await issuesOf(files);
    expect(issues).toHaveLength(expected.length);
    for (const [i, message] of expected.entries()) expect(issues[i]).toMatch(message);
    await expect(find(files)).rejects.toThrow(
      /^data: responses must be complete and unambiguous, got 7 problems in 7 runs\./,
    );
    // Runs that are not asked for do not matter.
    files["sub-8/func/sub-8_task-b_events.tsv"] = eventsOf("b");
    files["sub-8/func/sub-8_task-b_bold.json"] = '{"RepetitionTime": 1}';
    files["derivatives/afni-nosmooth/sub-8/func/sub-8_task-b_space-fsaverage6_hemi-L_desc-clean.func.gii"] = "";
    files["derivatives/afni-nosmooth/sub-8/func/sub-8_task-b_space-fsaverage6_hemi-R_desc-clean.func.gii"] = "";
    expect((await find(files, { stories: ["b"] })).map(({ participant }) => participant)).toEqual(["sub-8"]);
  });

  it("collects files whose content was not fetched, of every kind that it reads or that responses are in (by hand)", async () => {
    const pointer = "/annex/objects/SHA256E-s301--0123456789abcdef.gii\n";
    const files = narratives(["1", "2", "3"].map((n) => [`sub-${n}`, "task-a", "a"] as const));
    const left = "derivatives/afni-nosmooth/sub-1/func/sub-1_task-a_space-fsaverage6_hemi-L_desc-clean.func.gii";
    for (const path of [left, "sub-2/func/sub-2_task-a_events.tsv", "sub-3/func/sub-3_task-a_bold.json"])
      files[path] = pointer;
    const message =
      'the file must hold its content, got a git-annex pointer in its place: it was not fetched. Fetch it with "datalad get" or "git annex get".';
    expect(await issuesOf(files)).toEqual([
      `error ${left}: ${message}`,
      `error sub-2/func/sub-2_task-a_events.tsv: ${message}`,
      `error sub-3/func/sub-3_task-a_bold.json: ${message}`,
    ]);
  });

  it.each(['"1.5"', "0", "-1", "null", "[1.5]"])("refuses a RepetitionTime of %s", async (value) => {
    const files = {
      ...narratives([["sub-1", "task-a", "a"]]),
      "sub-1/func/sub-1_task-a_bold.json": `{"RepetitionTime": ${value}}`,
    };
    expect((await issuesOf(files))[0]).toContain(`RepetitionTime must be a positive number of seconds, got ${value}.`);
  });

  it("reports a sidecar that is not JSON, and ones that contradict each other, among the issues", async () => {
    const files = narratives([
      ["sub-1", "task-a", "a"],
      ["sub-2", "task-a", "a"],
    ]);
    files["sub-1/func/sub-1_task-a_bold.json"] = "{";
    files["sub-2/func/sub-2_bold.json"] = '{"RepetitionTime": 2}';
    files["sub-2/func/task-a_bold.json"] = '{"RepetitionTime": 3}';
    const issues = await issuesOf(files);
    expect(issues).toHaveLength(2);
    expect(issues[0]).toMatch(/^error sub-1.*_bold\.json: the file must be JSON/);
    expect(issues[1]).toMatch(/RepetitionTime must be the same in sidecars that apply equally/);
  });

  it.each([
    [
      { participants: ["sub-003"] },
      /^data: the participant must be one with responses, got "sub-003"\. Nearest: "sub-001", "sub-002"\.$/,
    ],
    [{ stories: ["piman"] }, /^data: the story must be one with responses, got "piman"\. Nearest: "pieman"\.$/],
    [
      { space: "fsaverage" },
      /^data: space must be one that response files have, got "fsaverage"\. Nearest: "fsaverage6"\.$/,
    ],
    [{ atlas: "aparc" }, /^data: atlas must be one that response files have, got "aparc"\. There are none\.$/],
  ])("does not find %j", async (query, message) => {
    await expect(find(two, query)).rejects.toThrow(NotFoundError);
    await expect(find(two, query)).rejects.toThrow(message);
  });

  it("says what responses look like where there are none", async () => {
    await expect(find({ ...description })).rejects.toThrow(NotFoundError);
    await expect(find({ ...description })).rejects.toThrow(
      /responses must be files sub-\*_task-\*_timeseries\.tsv, .* \*\.dtseries\.nii or \*\.ptseries\.nii, got none/,
    );
  });
});
