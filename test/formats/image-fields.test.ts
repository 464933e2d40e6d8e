import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { niftiFields } from "../../src/formats/image-fields.ts";
import { readNiftiHeader } from "../../src/formats/nifti-header.ts";
import { niftiLayouts, setField } from "../../src/formats/nifti-layout.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";

const { fields } = JSON.parse(readFileSync(new URL("fixtures/nifti-fields.json", import.meta.url), "utf8")) as {
  readonly fields: Readonly<Record<"1" | "2", Readonly<Record<string, number>>>>;
};

// Oracle: names and places of the fields in nibabel.
describe("every field of a NIfTI header has its row", () => {
  it.each(["1", "2"] as const)("of NIfTI-%s", (version) => {
    expect(Object.keys(fields[version]).filter((name) => niftiFields[name] === undefined)).toEqual([]);
  });

  it("and no row is of a field that there is not", () => {
    expect(Object.keys(niftiFields).filter((name) => !(name in fields[1] || name in fields[2]))).toEqual([]);
  });

  it.each([1, 2] as const)("the time of the first volume stands where nibabel has it, in NIfTI-%d", (version) => {
    expect(niftiLayouts[version].timeOffset.at).toBe(fields[version]["toffset"]);
  });
});

describe("the time of the first volume (by hand)", () => {
  const header = (toffset: number, unit: number, nVolumes = 3) => {
    const bytes = writeNifti({
      shape: [1, 1, 1, nVolumes],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      data: new Float32Array(nVolumes),
      repetitionTime: 1.5,
    });
    const { timeOffset, units } = niftiLayouts[1];
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    setField(view, timeOffset, [toffset]);
    setField(view, units, [2 | unit]);
    return readNiftiHeader(bytes);
  };

  it("is in seconds, whatever the file's unit", () => {
    expect(header(6, 8).seriesStart).toBe(6);
    expect(header(6000, 16).seriesStart).toBe(6);
    expect(header(6e6, 24).seriesStart).toBe(6);
    expect(header(0, 8).seriesStart).toBe(0);
  });

  it("is not said where there is no unit of time, no number or no second volume", () => {
    expect(header(6, 0).seriesStart).toBeUndefined();
    expect(header(6, 32).seriesStart).toBeUndefined();
    expect(header(Number.NaN, 8).seriesStart).toBeUndefined();
    expect(header(6, 8, 1).seriesStart).toBeUndefined();
  });
});
