import { describe, expect, it } from "vitest";
import { findFiles, loadDataset, readSidecar, readSidecarWithOrigin } from "../../src/bids/dataset.ts";
import { storyOfStimFile } from "../../src/bids/stim-file.ts";
import { DatasetError, FormatError } from "../../src/errors.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const description = { "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}' };
const load = (files: Record<string, string>) => loadDataset(memoryStore({ ...description, ...files }));

describe("loadDataset", () => {
  it("lists the files that BIDS names, with the data set that each belongs to (by hand)", async () => {
    const dataset = await load({
      "sub-01/func/sub-01_task-x_bold.json": "{}",
      "derivatives/clean/sub-01/func/sub-01_task-x_hemi-L.func.gii": "",
      "derivatives/clean/derivatives/more/sub-01/sub-01_bold.json": "{}",
      "derivatives/sub-02/func/sub-02_task-x_bold.json": "{}",
      "derivatives/task-x_bold.json": "{}",
      "stimuli/sub-01_words.tsv": "",
      "code/sub-01_x.tsv": "",
      "sourcedata/sub-01_x.tsv": "",
      ".git/sub-01_x.tsv": "",
      README: "",
      "sub-01/notes.of.mine_too.txt": "",
    });
    expect(dataset.description["Name"]).toBe("Test");
    expect(dataset.files.map((file) => [file.path, file.root])).toEqual([
      ["derivatives/clean/derivatives/more/sub-01/sub-01_bold.json", "derivatives/clean/derivatives/more"],
      ["derivatives/clean/sub-01/func/sub-01_task-x_hemi-L.func.gii", "derivatives/clean"],
      ["derivatives/sub-02/func/sub-02_task-x_bold.json", "derivatives"],
      ["derivatives/task-x_bold.json", ""],
      ["sub-01/func/sub-01_task-x_bold.json", ""],
      ["sub-01/notes.of.mine_too.txt", ""],
    ]);
  });

  it("leaves out what cortecast's own lists name, wherever it lies, and nothing else (by hand)", async () => {
    const list = (...paths: string[]) =>
      JSON.stringify({ files: Object.fromEntries(paths.map((path) => [path, "00"])) });
    const dataset = await load({
      // Results that an earlier version wrote among the data of a participant.
      "sub-18/func/sub-18_task-x_bold.json": "{}",
      "sub-18/.cortecast-files.json": list("dataset_description.json", "group/group_scores.tsv"),
      "sub-18/group/group_scores.tsv": "",
      "sub-18/sub-22/.cortecast-files.json": list("sub-22/sub-22_scores.json"),
      "sub-18/sub-22/sub-22_scores.json": "{}",
      "sub-18/sub-22/sub-22_notes.json": "{}",
      "sub-18/sub-22_scores.json": "{}",
      // A data set that cortecast simulated is data.
      "derivatives/simulated/.cortecast-files.json": list("sub-01/func/sub-01_task-x_bold.json", "phantom.json"),
      "derivatives/simulated/phantom.json": "{}",
      "derivatives/simulated/sub-01/func/sub-01_task-x_bold.json": "{}",
    });
    expect(dataset.files.map(({ path }) => path)).toEqual([
      "derivatives/simulated/phantom.json",
      "derivatives/simulated/sub-01/func/sub-01_task-x_bold.json",
      "sub-18/func/sub-18_task-x_bold.json",
      "sub-18/sub-22/sub-22_notes.json",
      "sub-18/sub-22_scores.json",
    ]);
  });

  it("refuses a list of results that is damaged", async () => {
    const error = await load({ "results/.cortecast-files.json": "{" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toContain("results/.cortecast-files.json: the file must hold");
  });

  it("says what is missing of a folder that is no data set", async () => {
    const error = await loadDataset(memoryStore({}, "somewhere")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as DatasetError).message).toMatch(
      /somewhere: not a BIDS data set\.\n {2}error: dataset_description\.json: the file must exist at the root/,
    );
  });

  it.each([
    ["{", /the file must be JSON, got an end too early. It looks truncated/],
    ["[1]", /the file must hold a JSON object \(\{\.\.\.\}\), got an array/],
    ["null", /got null/],
    ["3", /got a number/],
  ])("refuses the description %j", async (content, message) => {
    const error = await load({ "dataset_description.json": content }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toMatch(message);
    expect((error as FormatError).path).toBe("dataset_description.json");
  });

  it("refuses a description that is not UTF-8", async () => {
    const source = memoryStore({ "dataset_description.json": Uint8Array.of(0x7b, 0xff, 0x7d) });
    await expect(loadDataset(source)).rejects.toThrow(FormatError);
  });
});

describe("findFiles", () => {
  it("fits entities, suffix, extension and root; undefined asks for nothing, empty for none (by hand)", async () => {
    const dataset = await load({
      "sub-01/func/sub-01_task-x_desc-a_bold.json": "{}",
      "sub-01/func/sub-01_task-x_bold.json": "{}",
      "sub-02/func/sub-02_task-x_bold.tsv": "",
      "derivatives/d/sub-02/func/sub-02_task-x_bold.tsv": "",
    });
    const count = (query: Record<string, string | undefined>) => findFiles(dataset, query).length;
    expect(count({ task: "x" })).toBe(4);
    expect(count({ task: "x", desc: undefined })).toBe(4);
    expect(count({ desc: "" })).toBe(3);
    expect(count({ desc: "a" })).toBe(1);
    expect(count({ sub: "02", extension: ".tsv", root: "" })).toBe(1);
    expect(count({ suffix: "events" })).toBe(0);
  });
});

describe("readSidecar", () => {
  const bold = "sub-01/ses-1/func/sub-01_ses-1_task-x_run-1_bold.nii.gz";
  const read = async (files: Record<string, string>, path = bold) => {
    const dataset = await load({ [path]: "", ...files });
    return readSidecarWithOrigin(dataset, dataset.files.find((file) => file.path === path)!);
  };

  it("inherits from root, participant, session and folder, the deeper over the outer (by hand)", async () => {
    const { values, origin } = await read({
      "bold.json": '{"a": 0, "z": 0}',
      "task-x_bold.json": '{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}',
      "sub-01/sub-01_task-x_bold.json": '{"b": 2, "c": 2, "d": 2, "e": 2}',
      "sub-01/ses-1/sub-01_ses-1_bold.json": '{"c": 3, "d": 3, "e": 3}',
      "sub-01/ses-1/func/sub-01_ses-1_task-x_bold.json": '{"d": 4, "e": 4}',
      "sub-01/ses-1/func/sub-01_ses-1_task-x_run-1_bold.json": '{"e": 5}',
    });
    expect(values).toEqual({ z: 0, a: 1, b: 2, c: 3, d: 4, e: 5 });
    expect(origin["b"]).toBe("sub-01/sub-01_task-x_bold.json");
  });

  it("ignores sidecars of another task, run, suffix, folder or data set (by hand)", async () => {
    const { values } = await read({
      "task-y_bold.json": '{"a": 1}',
      "task-x_events.json": '{"a": 1}',
      "task-x_run-2_bold.json": '{"a": 1}',
      "sub-01/ses-2/task-x_bold.json": '{"a": 1}',
      "sub-01/ses-10/ses-1_bold.json": '{"a": 1}',
      "derivatives/d/task-x_bold.json": '{"a": 1}',
    });
    expect(values).toEqual({});
  });

  it("does not let a derivative inherit from the raw data set (by hand)", async () => {
    const path = "derivatives/d/sub-01/func/sub-01_task-x_hemi-L_bold.func.gii";
    const files = { "task-x_bold.json": '{"raw": 1}', "derivatives/d/task-x_bold.json": '{"own": 1}' };
    expect((await read(files, path)).values).toEqual({ own: 1 });
  });

  it("applies to names that end with an entity in the suffix's place (by hand)", async () => {
    const path = "derivatives/d/sub-01/func/sub-01_task-x_hemi-L_desc-clean.func.gii";
    const files = { "derivatives/d/sub-01/func/sub-01_task-x_desc-clean.json": '{"RepetitionTime": 1.5}' };
    expect((await read(files, path)).values).toEqual({ RepetitionTime: 1.5 });
  });

  it("refuses sidecars of equal rank that contradict each other, and takes them where they agree", async () => {
    const equal = (value: number) => ({ "sub-01_bold.json": '{"TR": 1}', "task-x_bold.json": `{"TR": ${value}}` });
    expect((await read(equal(1))).values).toEqual({ TR: 1 });
    const error = await read(equal(2)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as DatasetError).message).toMatch(
      /TR must be the same in sidecars that apply equally to one file, got 2 here and 1 in sub-01_bold\.json/,
    );
  });

  it("names the sidecar that is not JSON", async () => {
    await expect(read({ "task-x_bold.json": "{]" })).rejects.toThrow(/^task-x_bold\.json: the file must be JSON/);
  });

  it("gives values alone without origins (identity)", async () => {
    const dataset = await load({ [bold]: "", "task-x_bold.json": '{"a": 1}' });
    expect(await readSidecar(dataset, dataset.files[0]!)).toEqual({ a: 1 });
  });
});

describe("storyOfStimFile", () => {
  it.each([
    ["pieman_audio.wav", "pieman"],
    ["milkywayvodka_audio.wav", "milkywayvodka"],
    ["alice.wav", "alice"],
    ["sounds/part1/ch_2.stereo.wav", "ch_2.stereo"],
    ["C:\\sounds\\x.wav", "x"],
    ["_audio.wav", "_audio"],
  ])("%s tells %s (by hand)", (stimFile, story) => {
    expect(storyOfStimFile(stimFile)).toBe(story);
  });
});
