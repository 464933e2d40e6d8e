import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findResponses } from "../../src/responses/find.ts";
import { queryOf } from "../../src/study/inputs.ts";
import { openDataset } from "../../src/study/open-dataset.ts";
import { checkOptions } from "../../src/study/options.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-open-"));
afterAll(() => rmSync(root, { recursive: true }));

let nFolders = 0;
function folder(files: Readonly<Record<string, string>>, name = "data"): string {
  const place = join(root, `${nFolders++}`, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  return place;
}

const events = "onset\tduration\tstim_file\n0\t9\tx_audio.wav\n";
const raw = {
  "dataset_description.json": '{"Name": "raw", "BIDSVersion": "1.10.0"}',
  "task-x_bold.json": '{"RepetitionTime": 2}',
  "sub-1/func/sub-1_task-x_events.tsv": events,
  "sub-2/func/sub-2_task-x_events.tsv": events,
};
const preprocessed = Object.fromEntries(
  ["1", "2"].flatMap((sub) =>
    ["L", "R"].map((hemi) => [`sub-${sub}/func/sub-${sub}_task-x_hemi-${hemi}_space-fsaverage5_bold.func.gii`, ""]),
  ),
);
const excluding = (run: string) => JSON.stringify({ x: { "sub-1": [run] } });
const found = async (options: Record<string, unknown>) => {
  const checked = checkOptions({ output: join(root, "out"), ...options });
  const { dataset, excluded } = await openDataset(checked);
  const responses = await findResponses(dataset, { ...queryOf(checked), exclude: [...excluded.keys()] });
  return { excluded: [...excluded], files: responses.flatMap((response) => response.files) };
};

describe("openDataset (by hand)", () => {
  it("takes a folder that lies elsewhere for a derivative of the data set, with its events and repetition time", async () => {
    const derivatives = [folder(preprocessed, "fmriprep")];
    const { files } = await found({ dataset: folder(raw), derivatives });
    expect(files[0]).toBe("derivatives/fmriprep/sub-1/func/sub-1_task-x_hemi-L_space-fsaverage5_bold.func.gii");
    expect(files).toHaveLength(4);
  });

  it("refuses folders of one name, and folders that are not there", async () => {
    const inside = Object.fromEntries(
      Object.entries(preprocessed).map(([path, text]) => [`derivatives/a/${path}`, text]),
    );
    const other = folder(preprocessed, "a");
    await expect(found({ dataset: folder({ ...raw, ...inside }), derivatives: [other] })).rejects.toMatchObject({
      name: "OptionError",
      message: `\`derivatives\`: folders must have names of their own below derivatives/, got "a" twice (${other}). Leave it out, or rename it.`,
    });
    await expect(found({ dataset: folder(raw), derivatives: [join(root, "none")] })).rejects.toMatchObject({
      name: "NotFoundError",
    });
  });

  it("leaves out the runs that the data set's own file names, of those that there are", async () => {
    const own = {
      "code/scan_exclude.json": JSON.stringify({ x: { "sub-1": ["sub-1_task-x"], "sub-9": ["sub-9_task-x"] } }),
    };
    const dataset = folder({ ...raw, ...own });
    const derivatives = [folder(preprocessed, "b")];
    const { excluded, files } = await found({ dataset, derivatives });
    expect(excluded).toEqual([["sub-1_task-x", "code/scan_exclude.json"]]);
    expect(files.every((path) => path.includes("sub-2"))).toBe(true);
    expect((await found({ dataset, derivatives, exclusions: "none" })).files).toHaveLength(4);
  });

  it("takes exclusions from another file in its place, and those of the option before both", async () => {
    const dataset = folder({ ...raw, "code/scan_exclude.json": excluding("sub-1_task-x") });
    const derivatives = [folder(preprocessed, "c")];
    const exclusions = join(folder({ "mine.json": excluding("sub-2_task-x") }), "mine.json");
    const { excluded } = await found({ dataset, derivatives, exclusions, exclude: ["sub-1_task-x"] });
    expect(excluded).toEqual([
      ["sub-1_task-x", "`exclude`"],
      ["sub-2_task-x", exclusions],
    ]);
  });

  it("refuses a slip in `exclude`, and a file of exclusions that is none", async () => {
    const derivatives = [folder(preprocessed, "d")];
    await expect(found({ dataset: folder(raw), derivatives, exclude: ["sub-1_task-y"] })).rejects.toMatchObject({
      name: "NotFoundError",
    });
    const dataset = folder({ ...raw, "code/scan_exclude.json": "[]" });
    await expect(found({ dataset, derivatives })).rejects.toMatchObject({
      name: "FormatError",
      path: "code/scan_exclude.json",
    });
  });

  it("refuses a file of exclusions of which no run is there", async () => {
    const exclusions = join(folder({ "mine.json": excluding("sub-1_task-y") }), "mine.json");
    await expect(
      found({ dataset: folder(raw), derivatives: [folder(preprocessed, "e")], exclusions }),
    ).rejects.toMatchObject({
      name: "NotFoundError",
      message: `\`exclusions\`: a run that the file names must be in the data set, got none of 1 (${exclusions}). Nearest: "sub-1_task-x", "sub-2_task-x".`,
    });
  });
});
