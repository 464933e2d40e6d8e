import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { FormatError } from "../../src/errors.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { findResponses } from "../../src/responses/find.ts";
import { loadResponse } from "../../src/responses/load.ts";
import { loadRegions } from "../../src/responses/region.ts";
import { readWholeGifti } from "../../src/responses/whole-gifti.ts";
import { memoryStore } from "../../src/sources/memory.ts";

const bytes = readFileSync(join(import.meta.dirname, "fixtures/one-array.func.gii"));
// The numbers of the array in a file of their own, as the format allows.
const apart = Buffer.from(
  bytes
    .toString("latin1")
    .replace('"GZipBase64Binary"', '"ExternalFileBinary"')
    .replace('ExternalFileName=""', 'ExternalFileName="numbers.dat"')
    .replace(/<Data>[^<]*/, "<Data>"),
  "latin1",
);
const message = (path: string) =>
  `${path}: a GIFTI file must hold its numbers itself, got an array whose numbers lie in "numbers.dat". ` +
  `Convert it: wb_command -gifti-convert GZIP_BASE64_BINARY ${path} <new file>`;

describe("a GIFTI file whose numbers lie in another file", () => {
  it("is refused as a response, naming the file and what to do", async () => {
    const path = "sub-1/func/sub-1_task-a_space-tiny_hemi-L.func.gii";
    const dataset = await loadDataset(
      memoryStore({
        "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
        "task-a_bold.json": '{"RepetitionTime": 2}',
        "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\tstim_file\n0\t9\ta.wav\n",
        [path]: apart,
      }),
    );
    const load = loadResponse(dataset, (await findResponses(dataset))[0]!);
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(message(path));
  });

  it("is refused as an atlas", async () => {
    const load = loadRegions(memoryStore({ "lh.label.gii": apart }), [{ path: "lh.label.gii" }]);
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(message("lh.label.gii"));
  });

  it("is read as ever where it holds them (agreement with readGifti)", () => {
    expect(readWholeGifti(bytes, "a.gii")).toEqual(readGifti(bytes));
  });
});
