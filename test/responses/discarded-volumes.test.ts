import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { FormatError } from "../../src/errors.ts";
import { niftiLayouts, setField } from "../../src/formats/nifti-layout.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { writeTsv } from "../../src/formats/tsv.ts";
import { discardedVolumes } from "../../src/responses/discarded-volumes.ts";
import { findResponses } from "../../src/responses/find.ts";
import { type LoadResponseOptions, loadResponse } from "../../src/responses/load-response.ts";
import { readResponseHeader } from "../../src/responses/response-header.ts";
import { inputSource } from "../../src/sources/input-source.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

type Files = Record<string, string | Uint8Array>;

const raw = "sub-1/func/sub-1_task-a";
const derived = "derivatives/xcp_d/sub-1/func/sub-1_task-a";
const events = "onset\tduration\ttrial_type\tstim_file\n3\t9\tstory\ta.wav\n";
/** A table of one region whose values are the numbers of its rows, from `first` on. */
const rows = (n: number, first = 0, name = "A") =>
  writeTsv(
    [name],
    Array.from({ length: n }, (_, t) => [first + t]),
  );
const json = (fields: object) => JSON.stringify({ RepetitionTime: 1.5, ...fields });
const byUser = (n: unknown) => ({ NumberOfVolumesDiscardedByUser: n });
const image = (nVolumes: number) =>
  writeNifti({
    shape: [1, 1, 1, nVolumes],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    data: new Float32Array(nVolumes),
    repetitionTime: 1.5,
  });

/** Raw events and 12 volumes of responses in a derivative, where 16 may have been recorded. */
const base: Files = {
  "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
  "task-a_bold.json": json({}),
  [`${raw}_events.tsv`]: events,
  [`${derived}_timeseries.tsv`]: rows(12, 4),
};

async function place(files: Files, stated?: number, seriesStart?: number) {
  const dataset = await loadDataset(memoryStore({ ...base, ...files }));
  const [found] = await findResponses(dataset);
  const placed = await discardedVolumes(dataset, found!, 12, stated, seriesStart);
  return "issue" in placed ? `${placed.issue.code} ${placed.issue.path}: ${placed.issue.message}` : placed;
}

async function load(files: Files, options: LoadResponseOptions = {}, which = 0) {
  const dataset = await loadDataset(memoryStore({ ...base, ...files }));
  return loadResponse(dataset, (await findResponses(dataset))[which]!, options);
}

const sidecar = (n: unknown): Files => ({ [`${derived}_timeseries.json`]: json(byUser(n)) });
const scanned = (nVolumes: number): Files => ({ [`${raw}_bold.nii`]: image(nVolumes) });
const confounds = (n: number, at: string): Files => ({ [`${at}_desc-confounds_timeseries.tsv`]: rows(n, 0, "x") });
const fmriprep = "derivatives/fmriprep/sub-1/func/sub-1_task-a";

describe("discardedVolumes", () => {
  it("a raw image that has changed since it was read is refused, where one that cannot be read is spared (by hand)", async () => {
    const path = `${raw}_bold.nii`;
    const store = memoryStore({ ...base, ...scanned(12) });
    const source = inputSource(store);
    const dataset = await loadDataset(source);
    const [found] = await findResponses(dataset);
    await source.read(path);
    await store.write(path, image(16));
    await expect(discardedVolumes(dataset, found!, 12, undefined)).rejects.toThrow(
      `memory/${path}: the file must stay as it is while a study runs, got `,
    );
    expect(await place({ [path]: "no image" })).toMatchObject({ nDiscarded: 0 });
  });

  it("too many open files say nothing of the raw image: the error is handed on (by hand)", async () => {
    const store = memoryStore({ ...base, ...scanned(16) });
    const dataset = await loadDataset(store);
    const [found] = await findResponses(dataset);
    const refuse = () => {
      throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
    };
    const source = { ...store, stream: refuse };
    await expect(discardedVolumes({ ...dataset, source }, found!, 12)).rejects.toThrow("EMFILE");
  });

  // By hand: 6 s are 4 volumes of 1.5 s.
  it("a file that says itself that it begins 6 s late is refused, but where that is known or the user says it", async () => {
    const refused = `volumes-missing ${derived}_timeseries.tsv: the first volume must be the one that events count from, less those that the JSON says were discarded (0), got one at 6 s by the file itself (SeriesStart; volumes are 1.5 s apart). Say with \`volumesDiscarded\` how many volumes were left out before it (0 for none).`;
    expect(await place({}, undefined, 6)).toBe(refused);
    expect(await place({}, undefined, -6)).toContain("got one at -6 s");
    expect(await place({}, undefined, 0.75)).toMatchObject({ nDiscarded: 0 });
    expect(await place(sidecar(4), undefined, 6)).toMatchObject({ nDiscarded: 4 });
    expect(await place(sidecar(2), undefined, 6)).toContain("were discarded (2), got one at 6 s");
    expect(await place({}, 4, 6)).toMatchObject({ nDiscarded: 4 });
    expect(await place({}, 0, 6)).toMatchObject({ nDiscarded: 0 });
    // The raw image has no volume more, and events beside the responses count from their first.
    expect(await place(scanned(12), undefined, 6)).toMatchObject({ nDiscarded: 0 });
    expect(await place({ [`${derived}_events.tsv`]: events }, undefined, 6)).toMatchObject({ nDiscarded: 0 });
  });

  // By hand: as above, where the header of a NIfTI says so.
  it("so it is with the time of the first volume of a NIfTI (toffset), by header and when it is read", async () => {
    const volumes = "derivatives/m/sub-1/func/sub-1_task-a_desc-preproc_bold.nii";
    const late = (seconds: number) => {
      const bytes = image(12);
      setField(new DataView(bytes.buffer, bytes.byteOffset), niftiLayouts[1].timeOffset, [seconds]);
      return bytes;
    };
    const mask = {
      shape: [1, 1, 1],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      data: Float32Array.of(1),
    };
    const files = (seconds: number) => ({
      ...base,
      [volumes]: late(seconds),
      [volumes.replace("preproc_bold", "brain_mask")]: writeNifti(mask),
    });
    const read = async (seconds: number, volumesDiscarded?: number) => {
      const dataset = await loadDataset(memoryStore(files(seconds)));
      const [found] = await findResponses(dataset, { kind: "volume" });
      expect((await readResponseHeader(dataset, found!)).seriesStart).toBe(seconds);
      return loadResponse(dataset, found!, { volumesDiscarded });
    };
    await expect(read(6)).rejects.toThrow(
      `${volumes}: the first volume must be the one that events count from, less those that the JSON says were discarded (0), got one at 6 s by the file itself (toffset; volumes are 1.5 s apart). Say with \`volumesDiscarded\``,
    );
    expect((await read(0.75)).audioStart - (await read(6, 4)).audioStart).toBe(6);
  });

  // By hand, from what BIDS says of the field: raw events count from the first volume of the raw image.
  it.each<[string, Files, number]>([
    ["nothing is said", {}, 0],
    ["the responses' JSON says 4", sidecar(4), 4],
    ["it says 4, and the raw image has 4 more", { ...sidecar(4), ...scanned(16) }, 4],
    ["it says 4, and confounds of another derivative have 4 more", { ...sidecar(4), ...confounds(16, fmriprep) }, 4],
    ["it says 4, and the derivative's own confounds have none more", { ...sidecar(4), ...confounds(12, derived) }, 4],
    ["it says 0, and the raw image has as many", { ...sidecar(0), ...scanned(12) }, 0],
    ["the raw image has as many", scanned(12), 0],
    // Discarded before the raw image was stored.
    ["the raw JSON alone says 4", { "task-a_bold.json": json(byUser(4)) }, 0],
    [
      "both say 4, and the raw image has as many: the raw number handed on",
      { ...sidecar(4), ...scanned(12), "task-a_bold.json": json(byUser(4)) },
      0,
    ],
    [
      "both say 4, and the raw image has 4 more",
      { ...sidecar(4), ...scanned(16), "task-a_bold.json": json(byUser(4)) },
      4,
    ],
    [
      "the scanner discarded 4 before the raw image was stored",
      { [`${derived}_timeseries.json`]: json({ NumberOfVolumesDiscardedByScanner: 4 }), ...scanned(12) },
      0,
    ],
    [
      "the events lie beside the responses, in the derivative",
      { ...sidecar(4), ...scanned(16), [`${derived}_events.tsv`]: events },
      0,
    ],
    ["a table of outliers has a row a volume", { ...sidecar(4), [`${derived}_outliers.tsv`]: rows(12) }, 4],
    ["the raw image was not fetched", { ...sidecar(4), [`${raw}_bold.nii`]: "/annex/objects/MD5E-s1--0.nii" }, 4],
  ])("%s", async (_, files, nDiscarded) => {
    expect(await place(files)).toMatchObject({ nDiscarded });
  });

  const missing = `volumes-missing ${derived}_timeseries.tsv: responses must have the 16 volumes of`;
  const remedy =
    "words would be placed wrongly. Write NumberOfVolumesDiscardedByUser into the JSON of the responses, or give the number with `volumesDiscarded` (0 where volumes are missing at the end alone). Where volumes were censored in the middle, no number helps: take a version with all volumes.";
  it.each<[string, Files, string]>([
    [
      "the raw image has 4 more, and nothing says why",
      scanned(16),
      `${missing} ${raw}_bold.nii, less those that their JSON says were discarded at the start, got 12 (no JSON gives NumberOfVolumesDiscardedByUser): ${remedy}`,
    ],
    [
      "confounds of another derivative have 4 more, and nothing says why",
      confounds(16, fmriprep),
      `${missing} ${fmriprep}_desc-confounds_timeseries.tsv, less those that their JSON says were discarded at the start, got 12 (no JSON gives NumberOfVolumesDiscardedByUser): ${remedy}`,
    ],
    [
      "the JSON says 3, and 4 are missing",
      { ...sidecar(3), ...scanned(16) },
      `${missing} ${raw}_bold.nii, less those that their JSON says were discarded at the start, got 12 (NumberOfVolumesDiscardedByUser is 3 in ${derived}_timeseries.json): ${remedy}`,
    ],
    [
      "the JSON says 4, and none is missing",
      { ...sidecar(4), ...scanned(12) },
      `volumes-missing ${derived}_timeseries.tsv: responses must have the 12 volumes of ${raw}_bold.nii, less those that their JSON says were discarded at the start, got 12 (NumberOfVolumesDiscardedByUser is 4 in ${derived}_timeseries.json): ${remedy}`,
    ],
    [
      "there are more than were recorded",
      scanned(10),
      `volumes-missing ${derived}_timeseries.tsv: responses must have the 10 volumes of ${raw}_bold.nii, less those that their JSON says were discarded at the start, got 12 (no JSON gives NumberOfVolumesDiscardedByUser). Do the files belong to one run?`,
    ],
    [
      "both JSONs say 4, and nothing tells whether they mean the same",
      { ...sidecar(4), "task-a_bold.json": json(byUser(4)) },
      `volumes-discarded-ambiguous ${derived}_timeseries.tsv: it must be clear which volumes the responses lack, got NumberOfVolumesDiscardedByUser 4 in ${derived}_timeseries.json and 4 in task-a_bold.json of the raw image: the same volumes, or more? Say with \`volumesDiscarded\` how many of the raw image's volumes are not in the responses (0 for none).`,
    ],
    [
      "a number that is none",
      sidecar("four"),
      `volumes-discarded-invalid ${derived}_timeseries.json: NumberOfVolumesDiscardedByUser must be a whole number of volumes from 0, got "four". Correct it.`,
    ],
    [
      "volumes were censored",
      { [`${derived}_outliers.tsv`]: rows(14, 0, "framewise_displacement") },
      `volumes-missing ${derived}_timeseries.tsv: responses must have all volumes between the first and the last, got 12 of the 14 of ${derived}_outliers.tsv: 2 were censored, and every word after the first of them is placed late. Take a version with all volumes, such as the interpolated one of XCP-D.`,
    ],
  ])("refuses where %s", async (_, files, message) => {
    expect(await place(files)).toBe(message);
  });

  it("obeys what the user says, and tells what it does not explain (by hand)", async () => {
    expect(await place(scanned(16), 4)).toMatchObject({
      nDiscarded: 4,
      origin: "`volumesDiscarded`",
      note: undefined,
    });
    expect(await place(scanned(16), 0)).toMatchObject({
      nDiscarded: 0,
      note: `4 more volumes of ${raw}_bold.nii are not in the responses: they must have been the last ones, else every word after them is placed late.`,
    });
    expect(await place(sidecar(4), 2)).toMatchObject({
      nDiscarded: 2,
      note: `\`volumesDiscarded: 2\` holds over NumberOfVolumesDiscardedByUser 4 of ${derived}_timeseries.json.`,
    });
    expect(await place(scanned(16), 5)).toBe(
      `volumes-missing ${derived}_timeseries.tsv: responses and the 5 volumes of \`volumesDiscarded\` must come to no more than the 16 volumes of ${raw}_bold.nii, got 12 + 5. Give another number.`,
    );
    expect(await place({ [`${derived}_outliers.tsv`]: rows(14) }, 0)).toMatchObject({
      note: "2 were censored, and every word after the first of them is placed late.",
    });
  });

  it("tells of a number that moves nothing, since the events count from what is left (by hand)", async () => {
    expect(await place({ ...sidecar(4), [`${derived}_events.tsv`]: events })).toMatchObject({
      note: `4 volumes were discarded (NumberOfVolumesDiscardedByUser of ${derived}_timeseries.json). The events lie in the same data set and count from the first volume that is left: nothing is moved.`,
    });
  });
});

describe("loadResponse of a run that lacks its first volumes", () => {
  it("has the audio start earlier by as much (by hand: 3 - 4 x 1.5)", async () => {
    const response = await load(sidecar(4));
    expect(response).toMatchObject({
      audioStart: -3,
      nDiscarded: 4,
      discardedBy: `${derived}_timeseries.json`,
      files: [`${derived}_timeseries.tsv`, `${raw}_events.tsv`, `${derived}_timeseries.json`],
    });
    expect((await load(sidecar(4), { trimStart: 2 })).audioStart).toBe(-6);
    expect((await load(scanned(16), { volumesDiscarded: 4 })).audioStart).toBe(-3);
    await expect(load(scanned(16))).rejects.toThrow(FormatError);
  });

  it("cuts stories where the events have them (by hand)", async () => {
    // TR 1.5: story a from volume 2 to 8, b from volume 8 on; 4 of them are not there.
    const two = `${events}12\t9\tstory\tb.wav\n`;
    const files = { ...sidecar(4), [`${raw}_events.tsv`]: two };
    const [a, b] = [await load(files), await load(files, {}, 1)];
    expect([[...a.bold.data], a.audioStart]).toEqual([[4, 5, 6, 7], -3]);
    expect([[...b.bold.data], b.audioStart]).toEqual([[8, 9, 10, 11, 12, 13, 14, 15], 0]);
  });

  it("takes the rows of confounds that belong to its volumes (identity: a response that is its confound leaves its mean)", async () => {
    // Not a line, so that rows shifted by some volumes explain something else.
    const square = (n: number, first: number, name: string) =>
      writeTsv(
        [name],
        Array.from({ length: n }, (_, t) => [(first + t) ** 2]),
      );
    const table = { [`${derived}_timeseries.tsv`]: square(12, 4, "A") };
    const whole = { ...table, ...sidecar(4), [`${fmriprep}_desc-confounds_timeseries.tsv`]: square(16, 0, "x") };
    // The mean of 4 ** 2 to 15 ** 2.
    const mean = (15 * 16 * 31 - 3 * 4 * 7) / 6 / 12;
    for (const value of (await load(whole, { confounds: ["x"] })).bold.data) expect(value).toBeCloseTo(mean, 4);
    const own = { ...table, ...sidecar(4), [`${derived}_desc-confounds_timeseries.tsv`]: square(12, 4, "x") };
    for (const value of (await load(own, { confounds: ["x"] })).bold.data) expect(value).toBeCloseTo(mean, 4);
    await expect(
      load({ ...sidecar(4), ...scanned(16), ...confounds(15, derived) }, { confounds: ["x"] }),
    ).rejects.toThrow(
      `${derived}_desc-confounds_timeseries.tsv: confounds must have a row for each of the 12 volumes of ${derived}_timeseries.tsv (or of these and the 4 before them), got 15. Do they belong to another run?`,
    );
  });
});
