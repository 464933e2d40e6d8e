import { describe, expect, it } from "vitest";
import { readGentle } from "../../src/formats/gentle.ts";
import { readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { readSafetensorsHeader } from "../../src/formats/safetensors.ts";
import { readTextGrid } from "../../src/formats/textgrid.ts";
import { numericColumn, readTsv } from "../../src/formats/tsv.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";

const text = (content: string) => new TextEncoder().encode(content);

const series = {
  metadata: { Name: "a & b" },
  labels: [{ key: 1, name: "region", rgba: [1, 0.5, 0, 1] as const }],
  arrays: [0, 1].map((n) => ({
    intent: "NIFTI_INTENT_TIME_SERIES",
    dataType: "NIFTI_TYPE_FLOAT32" as const,
    dimensions: [5, 3],
    data: Float32Array.from({ length: 15 }, (_, i) => i / (n + 3)),
    metadata: { TR: "1.5" },
    coordinateSystems: [],
  })),
};
const giftis = (["ASCII", "Base64Binary", "GZipBase64Binary"] as const).map((encoding) =>
  writeGifti(series, { encoding }),
);

const long = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "word"
        xmin = 0
        xmax = 2.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1.25
            text = "a ""b"""
        intervals [2]:
            xmin = 1.25
            xmax = 2.5
            text = "é"
`;
const short = 'File type = "ooTextFile"\n"TextGrid"\n\n0\n2\n<exists>\n1\n"IntervalTier"\n"word"\n0\n2\n1\n0\n2\n"a"\n';

function safetensors(header: string): Uint8Array {
  const body = text(header);
  const bytes = new Uint8Array(8 + body.length + 24);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(body.length), true);
  bytes.set(body, 8);
  return bytes;
}
const tensors = safetensors(
  '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"y":{"dtype":"F16","shape":[4],"data_offsets":[16,24]}}',
);

/** Format, good files, its reader. */
const readers: readonly (readonly [string, readonly Uint8Array[], (bytes: Uint8Array) => unknown])[] = [
  ["GIFTI", giftis, (bytes) => readGifti(bytes)],
  ["TextGrid", [text(long), text(short)], (bytes) => readTextGrid(bytes)],
  ["Gentle's table", [text('The,the,0.1,0.25\n"It, so",<unk>,,\nend,end,0.5,0.75\n')], (bytes) => readGentle(bytes)],
  ["safetensors", [tensors], (bytes) => readSafetensorsHeader(bytes, { path: "x.safetensors" })],
  [
    "a table",
    [text("onset\tduration\tword\n0.5\t0.25\tthe\n1\tn/a\tcat\n")],
    (bytes) => {
      const table = readTsv(bytes, { path: "x.tsv" });
      return table.columns.filter((name) => name !== "word").map((name) => numericColumn(table, name));
    },
  ],
];

// Identity: whatever is done to a file's bytes, a reader gives what they say or refuses them with a FormatError.
describe("10,000 damaged files", () => {
  it.each(readers)("%s", async (_, seeds, read) => {
    const { nRead, nRefused } = await expectOnlyFormatErrors(seeds, read);
    expect(nRead + nRefused).toBe(10_000);
  });
});
