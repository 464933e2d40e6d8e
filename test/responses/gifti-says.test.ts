import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import { findResponses } from "../../src/responses/find.ts";
import { giftiSays } from "../../src/responses/gifti-says.ts";
import { loadResponse } from "../../src/responses/load-response.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { inspect, responsePath, toyFiles } from "../inspection/toy.ts";

describe("giftiSays (by hand)", () => {
  it.each<[Record<string, string>, number, ReturnType<typeof giftiSays>]>([
    [{}, 2, { hemi: undefined, repetitionTime: undefined }],
    [{ TimeStep: "0.000000" }, 2, { hemi: undefined, repetitionTime: undefined }],
    [{ TimeStep: "none" }, 2, { hemi: undefined, repetitionTime: undefined }],
    // FreeSurfer writes milliseconds.
    [{ TimeStep: "2000.000000" }, 2, { hemi: undefined, repetitionTime: 2 }],
    [{ TimeStep: "2" }, 2, { hemi: undefined, repetitionTime: 2 }],
    [{ TimeStep: "3000" }, 1.5, { hemi: undefined, repetitionTime: 3 }],
    [{ TimeStep: "3" }, 1.5, { hemi: undefined, repetitionTime: 3 }],
    [{ AnatomicalStructurePrimary: " CortexRight " }, 2, { hemi: "R", repetitionTime: undefined }],
    [{ AnatomicalStructurePrimary: "Cerebellum" }, 2, { hemi: undefined, repetitionTime: undefined }],
  ])("%j beside %d s", (metadata, repetitionTime, expected) => {
    expect(giftiSays(metadata, repetitionTime)).toEqual(expected);
  });
});

/** A functional GIFTI of 25 volumes that says this of itself, of the file or of its arrays. */
function saying(metadata: Record<string, string>, where: "file" | "array"): Uint8Array {
  const array = { intent: "NIFTI_INTENT_TIME_SERIES", dataType: "NIFTI_TYPE_FLOAT32" as const, dimensions: [3] };
  return writeGifti({
    metadata: where === "file" ? metadata : {},
    labels: [],
    arrays: Array.from({ length: 25 }, (_, t) => ({
      ...array,
      metadata: where === "array" ? metadata : {},
      coordinateSystems: [],
      data: Float32Array.of(Math.sin(t), Math.sin(t * t), Math.cos(t)),
    })),
  });
}

describe.each(["file", "array"] as const)("what a functional GIFTI says of itself, in its %s", (where) => {
  const left = responsePath("1");

  it("a hemisphere that is not its name's is told (by hand)", async () => {
    const files = { ...toyFiles(), [left]: saying({ AnatomicalStructurePrimary: "CortexRight" }, where) };
    expect((await inspect(files)).told).toEqual([
      `warning hemisphere-of-file ${left}: the hemisphere of the file itself (AnatomicalStructurePrimary) must be that of its name (L), got R. One of them is wrong: if the files were swapped, every map and region is of the other side.`,
    ]);
    files[left] = saying({ AnatomicalStructurePrimary: "CortexLeft" }, where);
    expect((await inspect(files)).told).toEqual([]);
  });

  it("a repetition time that is not its sidecar's is told, by check and with the response (by hand)", async () => {
    const files = { ...toyFiles(), [left]: saying({ TimeStep: "3000" }, where) };
    expect((await inspect(files)).told).toEqual([
      `warning repetition-time-of-file ${left}: the repetition time of the file itself must be that of its sidecar (2 s), got 3 s. One of them is wrong: every word's volume depends on it.`,
    ]);
    const dataset = await loadDataset(memoryStore(files, "toy"));
    const [found] = await findResponses(dataset);
    expect((await loadResponse(dataset, found!)).notes).toEqual([
      `${left}: the file's own repetition time is 3 s, its sidecar's 2 s, which was used. One of them is wrong, and with it every word's volume: check the scanner's protocol.`,
    ]);
    files[left] = saying({ TimeStep: "2000" }, where);
    expect((await inspect(files)).told).toEqual([]);
  });
});
