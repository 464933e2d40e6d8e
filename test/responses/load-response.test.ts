import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { FormatError, NotFoundError, OptionError } from "../../src/errors.ts";
import { readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { writeTsv } from "../../src/formats/tsv.ts";
import type { CleaningOptions } from "../../src/responses/clean-bold.ts";
import { findResponses } from "../../src/responses/find.ts";
import { loadResponse } from "../../src/responses/load-response.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, "fixtures", name)));
const base = {
  "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
  "task-a_bold.json": '{"RepetitionTime": 2}',
  "task-a_timeseries.json": '{"RepetitionTime": 2}',
  "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\ttrial_type\tstim_file\n-3\t9\tstory\ta.wav\n",
};
const tablePath = "sub-1/func/sub-1_task-a_timeseries.tsv";
const confoundsPath = "sub-1/func/sub-1_task-a_desc-confounds_timeseries.tsv";

async function load(files: Record<string, Uint8Array | string>, options: CleaningOptions = {}, which = 0) {
  const dataset = await loadDataset(memoryStore({ ...base, ...files }));
  return loadResponse(dataset, (await findResponses(dataset, { hemi: onlyHemisphere(files) }))[which]!, options);
}

/** The hemisphere that alone is among the files. */
function onlyHemisphere(files: object): "L" | "R" | undefined {
  const sides = (["L", "R"] as const).filter((side) =>
    Object.keys(files).some((path) => path.includes(`hemi-${side}`)),
  );
  return sides.length === 1 ? sides[0] : undefined;
}

/** A table of region time series whose value is 10 region + volume. */
const regions = (nVolumes: number, names: readonly string[] = ["A", "B"]) =>
  writeTsv(
    names,
    Array.from({ length: nVolumes }, (_, t) => names.map((_, region) => 10 * region + t)),
  );

describe("loadResponse of regions", () => {
  it("gives volumes by regions with all that belongs to them (by hand)", async () => {
    const response = await load({ [tablePath]: regions(3) });
    expect(response).toEqual({
      participant: "sub-1",
      story: "a",
      bold: { data: Float32Array.of(0, 10, 1, 11, 2, 12), nRows: 3, nColumns: 2 },
      targets: [
        { name: "A", hemi: "n/a" },
        { name: "B", hemi: "n/a" },
      ],
      space: { kind: "region" },
      repetitionTime: 2,
      audioStart: -3,
      files: [tablePath, "sub-1/func/sub-1_task-a_events.tsv"],
      bytes: { held: 4, reading: 8 },
      confounds: [],
      nDiscarded: 0,
      discardedBy: undefined,
      kept: { start: 0, end: 3 },
      notes: [],
      quality: { nConstant: 0, nNotFinite: 0, nVolumesEmpty: 0 },
    });
  });

  it("joins tables of two hemispheres, L first (by hand)", async () => {
    const response = await load({
      "sub-1/func/sub-1_task-a_hemi-R_timeseries.tsv": regions(2, ["V"]),
      "sub-1/func/sub-1_task-a_hemi-L_timeseries.tsv": regions(2, ["V", "W"]),
    });
    expect(response.targets).toEqual([
      { name: "V", hemi: "L" },
      { name: "W", hemi: "L" },
      { name: "V", hemi: "R" },
    ]);
    expect([...response.bold.data]).toEqual([0, 10, 0, 1, 11, 1]);
  });

  it("moves the start of the audio with the volumes that are trimmed (by hand)", async () => {
    const response = await load({ [tablePath]: regions(8) }, { trimStart: 2, trimEnd: 3 });
    expect([...response.bold.data]).toEqual([2, 12, 3, 13, 4, 14]);
    expect(response.audioStart).toBe(-7);
  });

  it("counts targets that are constant or not finite among the volumes kept (by hand)", async () => {
    const text = "A\tB\tC\tD\n1\t5\tn/a\t1\n1\t6\t2\t2\n1\t6\t3\t3\n";
    expect((await load({ [tablePath]: text })).quality).toMatchObject({ nConstant: 1, nNotFinite: 1 });
    expect((await load({ [tablePath]: text }, { trimStart: 1 })).quality).toMatchObject({
      nConstant: 2,
      nNotFinite: 0,
    });
  });

  it("regresses confounds out of the volumes kept (identity: a response that is its confound leaves its mean)", async () => {
    const confounds = writeTsv(["x", "y"], [[9, 1], ...[0, 1, 4, 9, 16].map((value) => [value, 1])]);
    const bold = writeTsv(["A"], [[7], ...[0, 1, 4, 9, 16].map((value) => [100 - 2 * value])]);
    const response = await load({ [tablePath]: bold, [confoundsPath]: confounds }, { confounds: ["x"], trimStart: 1 });
    // The mean of 100 - 2 {0, 1, 4, 9, 16} is 88; single precision at 88 has steps of 8e-6.
    for (const value of response.bold.data) expect(value).toBeCloseTo(88, 4);
    expect(response.files).toContain(confoundsPath);
  });

  it("replaces n/a of confounds only where told how (by hand)", async () => {
    // The first value of a derivative is n/a as fMRIPrep writes it; zero makes it 0 1 0 1 ..., the response.
    const confounds = "d\nn/a\n1\n0\n1\n0\n1\n";
    const files = { [tablePath]: "A\n0\n1\n0\n1\n0\n1\n", [confoundsPath]: confounds };
    await expect(load(files, { confounds: ["d"] })).rejects.toThrow(FormatError);
    await expect(load(files, { confounds: ["d"] })).rejects.toThrow(
      /the confound "d" must have a value for every volume, got n\/a for 1 \(first: volume 0\)/,
    );
    const zero = await load(files, { confounds: ["d"], missingConfounds: "zero" });
    for (const value of zero.bold.data) expect(value).toBeCloseTo(0.5, 6);
    // The mean of 1 0 1 0 1 is 0.6. Least squares on (.6 1 0 1 0 1): x - mean = (0 .4 -.6 .4 -.6 .4), y - mean =
    // (-.5 .5 -.5 .5 -.5 .5): slope 1.2 / 1.2 = 1, so 0.5 + (-.5 .1 .1 .1 .1 .1).
    const mean = await load(files, { confounds: ["d"], missingConfounds: "mean" });
    for (const [t, value] of [0, 0.6, 0.6, 0.6, 0.6, 0.6].entries()) expect(mean.bold.data[t]).toBeCloseTo(value, 6);
    // Trimmed away, it does not matter.
    expect((await load(files, { confounds: ["d"], trimStart: 1 })).bold.nRows).toBe(5);
  });

  it("cuts a run of two stories, and cleans each part by itself (by hand)", async () => {
    const rows = ["4.5\t2\tstory\ta.wav", "9\t1\tmovie\tn/a", "12\t5\tstory\tb.wav"];
    const files = {
      [tablePath]: regions(10, ["A"]),
      "sub-1/func/sub-1_task-a_events.tsv": `onset\tduration\ttrial_type\tstim_file\n${rows.join("\n")}\n`,
    };
    const [a, b] = [await load(files), await load(files, {}, 1)];
    // TR 2: story a from volume floor(4.5 / 2) = 2 to floor(9 / 2) = 4, b from 6 on.
    expect([a.story, [...a.bold.data], a.audioStart]).toEqual(["a", [2, 3], 0.5]);
    expect([b.story, [...b.bold.data], b.audioStart]).toEqual(["b", [6, 7, 8, 9], 0]);
    const scaled = await load(files, { standardise: true, trimStart: 1 }, 1);
    expect(scaled.audioStart).toBe(-2);
    // 7, 8, 9: mean 8, population standard deviation sqrt(2 / 3).
    expect(scaled.bold.data[0]).toBeCloseTo(-Math.sqrt(1.5), 6);
    await expect(load({ ...files, [tablePath]: regions(5, ["A"]) }, {}, 1)).rejects.toThrow(
      /the run must reach the start of the story "b" \(volume 6\), got 5 volumes/,
    );
  });

  it.each([
    [
      "no confounds",
      {},
      { confounds: ["x"] },
      NotFoundError,
      /the run must have a table \*_desc-confounds_timeseries\.tsv to regress confounds out, got none/,
    ],
    [
      "another confound",
      { [confoundsPath]: "trans_x\n1\n2\n3\n" },
      { confounds: ["transx"] },
      NotFoundError,
      /the confound must be a column of the table or a strategy \(motion-6, .*\), got "transx"\. Nearest: "trans_x"/,
    ],
    [
      "confounds of another length",
      { [confoundsPath]: "x\n1\n2\n" },
      { confounds: ["x"] },
      FormatError,
      /confounds must have a row for each of the 3 volumes of .*, got 2/,
    ],
    [
      "confounds that are n/a throughout",
      { [confoundsPath]: "x\nn/a\nn/a\nn/a\n" },
      { confounds: ["x"], missingConfounds: "mean" },
      FormatError,
      /got n\/a for 3/,
    ],
    [
      "two tables of confounds",
      { [confoundsPath]: "x\n1\n2\n3\n", [confoundsPath.replace("timeseries", "regressors")]: "x\n1\n2\n3\n" },
      { confounds: ["x"] },
      OptionError,
      /one table of confounds must fit the run, got 2/,
    ],
    [
      "text among the numbers",
      { [tablePath]: "A\n1\nx\n" },
      {},
      FormatError,
      /column "A" must hold numbers or n\/a, got "x"/,
    ],
    [
      "a header alone",
      { [tablePath]: "A\tB\n" },
      {},
      FormatError,
      /region time series must have volumes, got a header alone/,
    ],
    [
      "a confound that is infinite",
      { [confoundsPath]: "y\tx\n1\t1\n1\tinf\n1\t1\n" },
      { confounds: ["x"] },
      FormatError,
      `${confoundsPath}: the confound "x" must be finite, got Infinity (volume 1). Leave it out, trim this volume, or write n/a and have it filled: \`missingConfounds\` "zero" or "mean"`,
    ],
    [
      "a confound that is n/a",
      { [confoundsPath]: "x\n1\nn/a\n2\n" },
      { confounds: ["x"] },
      FormatError,
      `${confoundsPath}: the confound "x" must have a value for every volume, got n/a for 1 (first: volume 1). Leave it out, trim these volumes, or have it filled: \`missingConfounds\` "zero" or "mean"`,
    ],
    [
      "one volume",
      { [tablePath]: regions(1) },
      {},
      FormatError,
      `${tablePath}: the run must be a time series of two volumes or more, got 1 volume. Is it a reference image (_boldref)? Exclude the run, or take the series of the run`,
    ],
    ["trims that leave nothing", {}, { trimStart: 2 }, OptionError, /trims must leave at least two of 3 volumes/],
  ] as const)("refuses %s", async (_, files, options, kind, message) => {
    const loaded = () => load({ [tablePath]: regions(3), ...files }, options);
    await expect(loaded()).rejects.toThrow(kind);
    await expect(loaded()).rejects.toThrow(message);
  });
});

describe("loadResponse of surfaces", () => {
  const left = "sub-1/func/sub-1_task-a_space-tiny_hemi-L_desc-clean.func.gii";
  const right = left.replace("hemi-L", "hemi-R");
  const values = Array.from({ length: 20 }, (_, i) => 10 * (i % 5) + Math.floor(i / 5));

  it.each(["one-array.func.gii", "one-a-volume.func.gii"])("reads %s (oracle: made by nibabel)", async (name) => {
    const response = await load({ [left]: fixture(name) });
    // By hand: 10 vertex + volume, volumes in rows.
    expect([...response.bold.data]).toEqual(values);
    expect([response.bold.nRows, response.bold.nColumns]).toEqual([4, 5]);
    expect(response.space).toEqual({ kind: "surface", space: "tiny", nVertices: [5, 0] });
    expect(response.targets[4]).toEqual({ name: "4", hemi: "L" });
  });

  it("puts hemispheres side by side, L then R (by hand)", async () => {
    const response = await load({ [right]: fixture("one-array.func.gii"), [left]: fixture("one-a-volume.func.gii") });
    expect(response.space).toEqual({ kind: "surface", space: "tiny", nVertices: [5, 5] });
    expect([...response.bold.data.subarray(10, 20)]).toEqual([1, 11, 21, 31, 41, 1, 11, 21, 31, 41]);
    expect(response.targets).toHaveLength(10);
    expect(response.targets[5]).toEqual({ name: "0", hemi: "R" });
    expect(response.files.slice(0, 2)).toEqual([left, right]);
  });

  it("gives the vertices of R alone where there is no L (by hand)", async () => {
    const response = await load({ [right]: fixture("one-array.func.gii") });
    expect(response.space).toEqual({ kind: "surface", space: "tiny", nVertices: [0, 5] });
    expect(response.targets[0]).toEqual({ name: "0", hemi: "R" });
  });

  const made = (arrays: readonly (readonly number[])[], intent = "NIFTI_INTENT_TIME_SERIES") => {
    const gifti = { metadata: {}, labels: [] };
    const dataType = "NIFTI_TYPE_FLOAT32" as const;
    return writeGifti({
      ...gifti,
      arrays: arrays.map((array) => ({
        intent,
        dataType,
        dimensions: [array.length],
        data: Float32Array.from(array),
        metadata: {},
        coordinateSystems: [],
      })),
    });
  };

  it("reads arrays without intent, as AFNI writes them (by hand)", async () => {
    const response = await load({
      [left]: made(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        "NIFTI_INTENT_NONE",
      ),
    });
    expect([...response.bold.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("refuses hemispheres of different length, and names both", async () => {
    const files = { [left]: made([[1], [2], [3]]), [right]: made([[1], [2]]) };
    await expect(load(files)).rejects.toThrow(FormatError);
    await expect(load(files)).rejects.toThrow(
      /hemi-R.*: hemispheres must have equally many volumes, got 2 here and 3 in .*hemi-L/,
    );
  });

  it("refuses volumes of different length, and a table among volumes", async () => {
    await expect(load({ [left]: made([[1, 2], [3]]) })).rejects.toThrow(
      /one a volume with 2 vertices each, got 1 \(array 1\)/,
    );
    const several = { ...readGifti(fixture("one-array.func.gii")) };
    const twice = writeGifti({ ...several, arrays: [...several.arrays, ...several.arrays] });
    await expect(load({ [left]: twice })).rejects.toThrow(/got 5 x 4 \(array 0\)/);
  });

  it("says of a transposed array that it is (by hand: 642 volumes of 10 vertices)", async () => {
    const [array] = readGifti(fixture("one-array.func.gii")).arrays;
    const transposed = { ...array!, dimensions: [2, 642], data: new Float32Array(1284) };
    const bytes = writeGifti({ metadata: {}, labels: [], arrays: [transposed] });
    await expect(load({ [left.replace("tiny", "fsaverage3")]: bytes })).rejects.toThrow(
      /a hemisphere of fsaverage3 must have 642 vertices, got 2\. The array is transposed/,
    );
  });

  it.each([
    [
      "a space that it does not fit",
      left.replace("tiny", "fsaverage5"),
      "one-array.func.gii",
      /a hemisphere of fsaverage5 must have 10242 vertices, got 5\. The space in the name is wrong/,
    ],
    [
      "labels",
      left,
      "labels.label.gii",
      /must hold arrays of NIFTI_INTENT_TIME_SERIES or NIFTI_INTENT_NONE, got NIFTI_INTENT_LABEL/,
    ],
  ])("refuses %s", async (_, path, name, message) => {
    await expect(load({ [path]: fixture(name) })).rejects.toThrow(FormatError);
    await expect(load({ [path]: fixture(name) })).rejects.toThrow(message);
  });
});

describeWithShared("nibabel's time series", "data/gifti/task.func.gii", () => {
  it("is 10 volumes of 642 vertices (oracle: nibabel 5.4 reads these numbers)", async () => {
    const path = "sub-1/func/sub-1_task-a_space-fsaverage3_hemi-L_bold.func.gii";
    const response = await load({ [path]: new Uint8Array(readFileSync(shared("data/gifti/task.func.gii"))) });
    expect([response.bold.nRows, response.bold.nColumns]).toEqual([10, 642]);
    // The tests of nibabel give the values to four decimals.
    [545.4327, 640.0118, 612.9056].forEach((value, i) => {
      expect(response.bold.data[i]).toBeCloseTo(value, 3);
    });
    expect(response.space).toEqual({ kind: "surface", space: "fsaverage3", nVertices: [642, 0] });
  });
});

describeWithShared("the Alice responses", "data/alice", () => {
  const expected = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/alice.json"), "utf8")) as {
    participants: Record<string, { shape: [number, number]; sums: number[] }>;
    cleanLATL: number[];
    nCosines: number;
  };

  it("are 27 participants with 362 volumes of 6 regions, as numpy reads them (oracle)", async () => {
    const dataset = await loadDataset(folderStore(shared("data/alice")));
    const found = await findResponses(dataset, { stories: ["alice"], atlas: "brennan6mm" });
    expect(found.map((files) => files.participant)).toEqual(Object.keys(expected.participants));
    expect(found).toHaveLength(27);
    for (const files of found) {
      const { bold, targets, audioStart, repetitionTime, quality } = await loadResponse(dataset, files);
      const { shape, sums } = expected.participants[files.participant]!;
      expect([bold.nRows, bold.nColumns, audioStart, repetitionTime, files.stimFile]).toEqual([
        ...shape,
        -20,
        2,
        "alice.wav",
      ]);
      expect(shape).toEqual([362, 6]);
      expect(targets.map((target) => target.name)).toEqual(["LATL", "RATL", "LPTL", "LIPL", "LPreM", "LIFG"]);
      expect(quality).toEqual({ nConstant: 0, nNotFinite: 0, nVolumesEmpty: 0 });
      // Sums in double precision of the same single-precision values, by 362 additions.
      const own = sums.map((_, v) =>
        Array.from({ length: 362 }, (_, t) => bold.data[t * 6 + v]!).reduce((a, b) => a + b, 0),
      );
      for (const [v, sum] of sums.entries()) expect(own[v]! / sum).toBeCloseTo(1, 12);
      expect(files.notes).toEqual([]);
    }
  });

  it("cleaned of cosines and six confounds are what numpy's least squares leaves (oracle)", async () => {
    const dataset = await loadDataset(folderStore(shared("data/alice")));
    const [files] = await findResponses(dataset, { participants: ["18"] });
    const confounds = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"];
    const { bold } = await loadResponse(dataset, files!, { drift: "cosine", confounds, standardise: true });
    expect(expected.nCosines).toBe(11);
    // Single precision at values up to 3: steps of 2.4e-7.
    for (const [i, t] of [0, 1, 2, 3, 4, 200].entries())
      expect(bold.data[t * 6]).toBeCloseTo(expected.cleanLATL[i]!, 6);
  });
});
