import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { singleWhereEnough } from "../../src/array/single-precision.ts";
import { loadDataset } from "../../src/bids/dataset.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { writeTsv } from "../../src/formats/tsv.ts";
import { findResponses } from "../../src/responses/find.ts";
import { loadVolumeSeries, mayNeedDouble } from "../../src/responses/image-series.ts";
import { loadResponse } from "../../src/responses/load-response.ts";
import { loadSurfaceSeries } from "../../src/responses/surface-series.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const [nVolumes, nTargets] = [40, 2];
const random = createRandom("precision");
/** Deviations of about 1, [nVolumes x nTargets]. */
const deviations = Float64Array.from({ length: nVolumes * nTargets }, () => random.normal());
const MEAN = 2e7;
const withMean = deviations.map((value) => MEAN + value);

/** The largest difference from the deviations, once the mean is taken off in double precision. */
function error({ data }: Matrix): number {
  return deviations.reduce((most, value, i) => Math.max(most, Math.abs(data[i]! - MEAN - value)), 0);
}
/** At 2e7 steps are 4e-9 in double precision, and 2 in single. */
const STEP = 4e-9;

const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as const;

/** A NIfTI-1 file of two voxels with values of another type than it was written with. */
function nifti(code: number, values: Float64Array | Int32Array, slope = 1, intercept = 0): Uint8Array<ArrayBuffer> {
  const data = new Float32Array(values.length);
  const whole = writeNifti({ shape: [nTargets, 1, 1, nVolumes], affine, data, repetitionTime: 2 });
  const head = whole.subarray(0, whole.length - data.byteLength);
  const bytes = new Uint8Array(head.length + values.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(values.buffer), head.length);
  const view = new DataView(bytes.buffer);
  view.setInt16(70, code, true);
  view.setInt16(72, 8 * values.BYTES_PER_ELEMENT, true);
  view.setFloat32(112, slope, true);
  view.setFloat32(116, intercept, true);
  return bytes;
}

async function volumes(bytes: Uint8Array<ArrayBuffer>): Promise<Matrix> {
  const mask = { shape: [nTargets, 1, 1] as const, affine, voxels: Int32Array.of(0, 1), path: "mask.nii" };
  return (await loadVolumeSeries(memoryStore({ "a.nii": bytes }), "a.nii", mask)).bold;
}

describe("responses of mean 2e7 and deviation 1 (by hand: what is left of them without the mean)", () => {
  const base = {
    "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
    "task-a_timeseries.json": '{"RepetitionTime": 2}',
    "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\ttrial_type\tstim_file\n0\t9\tstory\ta.wav\n",
  };
  const rowsOf = (from: number, to: number) =>
    Array.from({ length: nVolumes }, (_, t) => [...withMean.subarray(t * nTargets + from, t * nTargets + to)]);
  const load = async (files: Record<string, string>, options = {}) => {
    const dataset = await loadDataset(memoryStore({ ...base, ...files }));
    return loadResponse(dataset, (await findResponses(dataset))[0]!, options);
  };
  const table = { "sub-1/func/sub-1_task-a_timeseries.tsv": writeTsv(["A", "B"], rowsOf(0, 2)) };

  it("of a table", async () => {
    const { bold, bytes } = await load(table);
    expect(error(bold)).toBeLessThan(STEP);
    // As it was read, and cleaned.
    expect(bytes).toEqual({ held: 8, reading: 16 });
  });

  it("of tables of two hemispheres, one of which single precision would hold", async () => {
    const files = {
      "sub-1/func/sub-1_task-a_hemi-L_timeseries.tsv": writeTsv(
        ["S"],
        Array.from({ length: nVolumes }, (_, t) => [t % 3]),
      ),
      "sub-1/func/sub-1_task-a_hemi-R_timeseries.tsv": writeTsv(["A", "B"], rowsOf(0, 2)),
    };
    const { data } = (await load(files)).bold;
    const right = Float64Array.from(data).filter((_, i) => i % 3 > 0);
    expect(error(Matrix.of(right, nVolumes, nTargets))).toBeLessThan(STEP);
  });

  it("once standardised, in single precision again", async () => {
    const { bold, bytes } = await load(table, { standardise: true });
    // As it was read and cleaned, in double, and rounded.
    expect(bytes).toEqual({ held: 4, reading: 20 });
    expect(bold.data).toBeInstanceOf(Float32Array);
    const plain = writeTsv(
      ["A", "B"],
      Array.from({ length: nVolumes }, (_, t) => [...deviations.subarray(t * 2, t * 2 + 2)]),
    );
    const same = await load({ "sub-1/func/sub-1_task-a_timeseries.tsv": plain }, { standardise: true });
    expect(same.bytes).toEqual({ held: 4, reading: 8 });
    for (const [i, value] of bold.data.entries()) expect(value).toBeCloseTo(same.bold.data[i]!, 6);
  });

  it("of a NIfTI in double precision, and in whole numbers with a scale", async () => {
    expect(error(await volumes(nifti(64, withMean)))).toBeLessThan(STEP);
    // Steps of 2^-20, exact in the header's single precision; half of one is the rounding of what is stored.
    const steps = Int32Array.from(deviations, (value) => Math.round(value * 2 ** 20));
    expect(error(await volumes(nifti(8, steps, 2 ** -20, MEAN)))).toBeLessThan(2 ** -21 + STEP);
    const few = Int32Array.from(deviations, (value) => Math.round(MEAN + value));
    expect(error(await volumes(nifti(8, few)))).toBeLessThanOrEqual(0.5 + STEP);
  });

  it.each(["a table", "an array a volume"])("of a GIFTI in double precision, %s", async (kind) => {
    const array = {
      intent: "NIFTI_INTENT_TIME_SERIES",
      dataType: "NIFTI_TYPE_FLOAT64" as const,
      metadata: {},
      coordinateSystems: [],
    };
    const turned = Float64Array.from(
      withMean,
      (_, i) => withMean[(i % nVolumes) * nTargets + Math.floor(i / nVolumes)]!,
    );
    const arrays =
      kind === "a table"
        ? [{ ...array, dimensions: [nTargets, nVolumes], data: turned }]
        : Array.from({ length: nVolumes }, (_, t) => ({
            ...array,
            dimensions: [nTargets],
            data: withMean.slice(t * nTargets, (t + 1) * nTargets),
          }));
    const source = memoryStore({ "a.gii": writeGifti({ metadata: {}, labels: [], arrays }) });
    expect(error((await loadSurfaceSeries(source, "a.gii", "toy")).bold)).toBeLessThan(STEP);
  });
});

describe("singleWhereEnough (by hand)", () => {
  const column = (...values: number[]) => Matrix.of(Float64Array.from(values), values.length, 1);
  it("rounds where the largest magnitude is at most 1000 deviations", () => {
    // 999 and 1001: mean 1000, deviation 1; the largest is 1001.
    expect(singleWhereEnough(column(999, 1001)).data).toBeInstanceOf(Float64Array);
    expect(singleWhereEnough(column(998, 1002)).data).toBeInstanceOf(Float32Array);
  });

  it("keeps magnitudes beyond those that single precision has all digits for", () => {
    for (const scale of [1e-308, 1e-170, 1e-44, 1e-40, 1e38, 1e200])
      expect(singleWhereEnough(column(-scale, 3 * scale)).data).toBeInstanceOf(Float64Array);
    for (const scale of [1e-29, 1e-10, 1e10, 1e37])
      expect(singleWhereEnough(column(-scale, 3 * scale)).data).toBeInstanceOf(Float32Array);
    expect(singleWhereEnough(column(0, 0)).data).toBeInstanceOf(Float32Array);
  });

  it("leaves aside what does not vary or is not finite", () => {
    expect(singleWhereEnough(column(2e7, 2e7)).data).toBeInstanceOf(Float32Array);
    expect(singleWhereEnough(column(1, Number.NaN, 2)).data).toBeInstanceOf(Float32Array);
  });

  it("of images only those that may need it are read in double precision", () => {
    const plain = { slope: 1, intercept: 0 };
    expect(
      (["int16", "float32", "float64", "int32"] as const).map((type) => mayNeedDouble({ type, ...plain })),
    ).toEqual([false, false, true, true]);
    expect(mayNeedDouble({ type: "float32", slope: 2, intercept: 0 })).toBe(false);
    expect(mayNeedDouble({ type: "float32", slope: 1, intercept: 1 })).toBe(true);
    expect(mayNeedDouble({ type: "float32", slope: 1e-40, intercept: 0 })).toBe(true);
    expect(mayNeedDouble({ type: "int16", slope: -1e30, intercept: 0 })).toBe(true);
    expect(mayNeedDouble({ type: "int16", slope: 0.5, intercept: 2 ** 19 })).toBe(false);
    expect(mayNeedDouble({ type: "int16", slope: 0.5, intercept: 2 ** 20 })).toBe(true);
  });
});
