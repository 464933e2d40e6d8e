import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { findResponses } from "../../src/responses/find.ts";
import { loadGifti } from "../../src/responses/load-gifti.ts";
import { loadResponse } from "../../src/responses/load-response.ts";
import { loadRegions } from "../../src/responses/region.ts";
import { sha256 } from "../../src/sources/checksum.ts";
import { inputSource } from "../../src/sources/input-source.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name));

/** A file's only array put into a file of its own, as the format allows: the GIFTI and that file. */
function apart(bytes: Buffer, fileName: string): { readonly gifti: Buffer; readonly numbers: Uint8Array } {
  const text = bytes.toString("latin1");
  const { data } = readGifti(bytes).arrays[0]!;
  const gifti = text
    .replace('"GZipBase64Binary"', '"ExternalFileBinary"')
    .replace('ExternalFileName=""', `ExternalFileName="${fileName}"`)
    .replace(/ExternalFileOffset="0?"/, 'ExternalFileOffset="3"')
    .replace(/<Data>[^<]*/, "<Data>");
  const numbers = Buffer.concat([Buffer.of(1, 2, 3), new Uint8Array(data.buffer), Buffer.of(4, 5)]);
  return { gifti: Buffer.from(gifti, "latin1"), numbers };
}

const series = fixture("one-array.func.gii");
const path = "sub-1/func/sub-1_task-a_space-tiny_hemi-L.func.gii";
const beside = "sub-1/func/numbers.dat";
const dataset = (files: Readonly<Record<string, Uint8Array>>) =>
  memoryStore({
    "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
    "task-a_bold.json": '{"RepetitionTime": 2}',
    "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\tstim_file\n0\t9\ta.wav\n",
    ...files,
  });

async function load(files: Readonly<Record<string, Uint8Array>>) {
  const source = inputSource(dataset(files));
  const data = await loadDataset(source);
  return { source, response: await loadResponse(data, (await findResponses(data, { hemi: "L" }))[0]!) };
}

describe("a GIFTI file whose numbers lie in a file beside it", () => {
  it.each(["numbers.dat", "./numbers.dat", ".\\numbers.dat"])(
    "gives the same responses as one that holds them (identity: %s)",
    async (name) => {
      const { gifti, numbers } = apart(series, name);
      const whole = await load({ [path]: series });
      const parted = await load({ [path]: gifti, [beside]: numbers });
      expect(parted.response.bold).toEqual(whole.response.bold);
    },
  );

  it("both files are hashed whole and are files of the response (identity)", async () => {
    const { gifti, numbers } = apart(series, "numbers.dat");
    const { source, response } = await load({ [path]: gifti, [beside]: numbers });
    expect(response.files).toEqual([path, beside, "sub-1/func/sub-1_task-a_events.tsv"]);
    expect(source.hashes.get(path)).toBe(sha256(gifti));
    // Bytes before and behind the numbers are part of the file.
    expect(source.hashes.get(beside)).toBe(sha256(numbers));
  });

  it("is an atlas as well (identity)", async () => {
    const labels = fixture("labels.label.gii");
    const { gifti, numbers } = apart(labels, "numbers.dat");
    const files = { "lh.label.gii": labels, "apart/lh.label.gii": gifti, "apart/numbers.dat": numbers };
    const store = memoryStore(files);
    const [whole, parted] = await Promise.all(
      ["lh.label.gii", "apart/lh.label.gii"].map((file) => loadRegions(store, [{ path: file }])),
    );
    expect(parted).toEqual(whole);
    expect(parted!.length).toBeGreaterThan(0);
  });

  it("is refused where that file is missing or too short (by hand: 80 bytes of numbers)", async () => {
    const { gifti, numbers } = apart(series, "numbers.dat");
    await expect(load({ [path]: gifti })).rejects.toMatchObject({
      name: "NotFoundError",
      message: expect.stringContaining("sub-1/func/numbers.dat: the file must exist.") as string,
    });
    await expect(load({ [path]: gifti, [beside]: numbers.subarray(0, 82) })).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringContaining('"numbers.dat" must hold 80 bytes from byte 3, got 79 (array 0)') as string,
    });
  });
});

describe("loadGifti", () => {
  it("agreement with readGifti", async () => {
    expect(await loadGifti(memoryStore({ "a.gii": series }), "a.gii")).toEqual(readGifti(series));
  });

  it("has the hash of the whole file recorded, packed or not, and what follows its root (identity)", async () => {
    const longer = Buffer.concat([series, Buffer.from("\n<!-- end -->\n")]);
    const source = inputSource(memoryStore({ "a.gii": longer }));
    await loadGifti(source, "a.gii");
    expect(source.hashes.get("a.gii")).toBe(sha256(longer));
  });
});
