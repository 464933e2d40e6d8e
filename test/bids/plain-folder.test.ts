import { describe, expect, it } from "vitest";
import { loadDataset, readSidecar } from "../../src/bids/dataset.ts";
import { type PlainFolder, plainFolderSource } from "../../src/bids/plain-folder.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { listFiles, readText } from "../../src/sources/source.ts";

const files = {
  "anna/pieman_lh.gii": "left of anna",
  "anna/pieman_rh.gii": "right of anna",
  "ben/pieman_lh.gii": "left of ben",
  "ben/pieman_rh.gii": "right of ben",
  "ben/notes.txt": "",
  "stimuli/pieman_words.tsv": "words",
};
const openPlain = (pattern: string, more: Partial<PlainFolder> = {}, of: Record<string, string> = files) =>
  plainFolderSource(memoryStore(of, "plain"), { pattern, repetitionTime: 1.5, ...more });
const open = async (...of: Parameters<typeof openPlain>) => (await openPlain(...of)).source;

describe("plainFolderSource (by hand)", () => {
  it("shows the files that fit under BIDS names, with events, repetition time, description and stimuli", async () => {
    const source = await open("{participant}/{story}_{hemi}.gii", { audioStart: -3, space: "fsaverage6" });
    const base = (sub: string) => `sub-${sub}/func/sub-${sub}_task-pieman`;
    expect(await listFiles(source)).toEqual([
      "bold.json",
      "dataset_description.json",
      "stimuli/pieman_words.tsv",
      ...["anna", "ben"].flatMap((sub) => [
        `${base(sub)}_events.tsv`,
        `${base(sub)}_hemi-L_space-fsaverage6_desc-plain_bold.func.gii`,
        `${base(sub)}_hemi-R_space-fsaverage6_desc-plain_bold.func.gii`,
      ]),
    ]);
    expect(await readText(source, `${base("ben")}_hemi-R_space-fsaverage6_desc-plain_bold.func.gii`)).toBe(
      "right of ben",
    );
    expect(await readText(source, `${base("ben")}_events.tsv`)).toBe(
      "onset\tduration\tstim_file\n-3\tn/a\tpieman.wav\n",
    );
    expect(await readText(source, "stimuli/pieman_words.tsv")).toBe("words");
    const dataset = await loadDataset(source);
    const bold = dataset.files.find((file) => file.name.extension === ".func.gii")!;
    expect(await readSidecar(dataset, bold)).toEqual({ RepetitionTime: 1.5 });
    expect(await source.has("ben/notes.txt")).toBe(false);
    const [entry] = (await source.list("sub-anna/func")).filter(({ name }) => name.includes("hemi-L"));
    expect(entry).toMatchObject({ kind: "file", size: "left of anna".length });
  });

  it.each([
    ["{participant}-{story}.tsv", "x-y.tsv", "sub-x/func/sub-x_task-y_timeseries.tsv"],
    ["./{participant}-{story}.tsv", "x-y.tsv", "sub-x/func/sub-x_task-y_timeseries.tsv"],
    [
      "s{participant}_{story}_r{run}.nii.gz",
      "s1_y_r02.nii.gz",
      "sub-1/func/sub-1_task-y_run-02_desc-plain_bold.nii.gz",
    ],
    ["{participant}/{story}.dtseries.nii", "1/y.dtseries.nii", "sub-1/func/sub-1_task-y_desc-plain_bold.dtseries.nii"],
    ["{participant}/{story}.ptseries.nii", "1/y.ptseries.nii", "sub-1/func/sub-1_task-y_timeseries.ptseries.nii"],
    ["a.b (c)/{participant}.{story}.tsv", "a.b (c)/1.y.tsv", "sub-1/func/sub-1_task-y_timeseries.tsv"],
  ])("%s", async (pattern, path, expected) => {
    expect(await listFiles(await open(pattern, {}, { [path]: "" }))).toContain(expected);
  });

  it("refuses a space that no name can hold", async () => {
    await expect(open("{participant}_{story}.tsv", { space: "a_b/c" })).rejects.toMatchObject({
      name: "OptionError",
      message: '`space`: must be letters and digits, as in BIDS names, got "a_b/c".',
    });
  });

  it.each<[string, Record<string, string>, string, string]>([
    ["{participant}.tsv", files, "OptionError", '`pattern`: must hold {story}, got "{participant}.tsv".'],
    [
      "{participant}/{task}.tsv",
      files,
      "OptionError",
      '`pattern`: placeholders must be {participant}, {story}, {hemi}, {run}, each once, got "{task}".',
    ],
    [
      "{participant}{participant}{story}.tsv",
      files,
      "OptionError",
      '`pattern`: placeholders must be {participant}, {story}, {hemi}, {run}, each once, got "{participant}".',
    ],
    [
      "{participant}/{story}.mat",
      files,
      "OptionError",
      '`pattern`: must end as responses do (.ptseries.nii, .dtseries.nii, .nii.gz, .nii, .gii, .gii.gz, .tsv), got "{participant}/{story}.mat".',
    ],
    [
      "{participant}/{story}.gii",
      files,
      "OptionError",
      '`pattern`: surfaces must say their hemisphere with {hemi}, got "{participant}/{story}.gii".',
    ],
    [
      "{participant}/{story}_{hemi}.gii",
      { "a/x_L.gii": "", "a/x_left.gii": "" },
      "OptionError",
      '`pattern`: every file must be one response, got "a/x_left.gii" and "a/x_L.gii" for one.',
    ],
    [
      "{participant}_{story}.tsv",
      files,
      "NotFoundError",
      'plain: files must fit the pattern "{participant}_{story}.tsv", got none of 5 (first: anna/pieman_lh.gii). Correct `pattern`.',
    ],
    [
      "{participant}_{story}.tsv",
      {},
      "NotFoundError",
      'plain: files must fit the pattern "{participant}_{story}.tsv", got no file. Correct `pattern`.',
    ],
  ])("refuses %s", async (pattern, of, name, message) => {
    await expect(open(pattern, {}, of)).rejects.toMatchObject({ name, message });
  });
});
