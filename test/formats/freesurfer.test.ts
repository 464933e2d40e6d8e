import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FreesurferAnnot, readFreesurferAnnot } from "../../src/formats/freesurfer-annot.ts";
import { readFreesurferLabel } from "../../src/formats/freesurfer-label.ts";
import { readFreesurferMorph } from "../../src/formats/freesurfer-morph.ts";
import { readFreesurferSurface } from "../../src/formats/freesurfer-surface.ts";
import { readMgh } from "../../src/formats/mgh.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { describeValues, type PrintedValues } from "./describe-values.ts";

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
const printed = JSON.parse(readFileSync(fixture("freesurfer.json"), "utf8")) as Record<string, { file: string }>;

/** The files of which nibabel read a value of that name. */
function filesWith<Expected>(name: keyof Expected): readonly (readonly [string, Buffer, Expected])[] {
  return Object.entries(printed)
    .filter(([, file]) => name in file)
    .map(([title, { file, ...expected }]) => [title, Buffer.from(file, "base64"), expected as Expected]);
}

interface PrintedSurface {
  readonly vertices: PrintedValues;
  readonly triangles: readonly number[];
  readonly comment: string;
  readonly geometry: Readonly<Record<string, unknown>>;
}
interface PrintedAnnot {
  readonly names: readonly string[];
  readonly rgbt: readonly (readonly number[])[];
  readonly vertexLabels: readonly number[];
}
interface PrintedMgh {
  readonly shape: readonly number[];
  readonly affine: readonly number[];
  readonly tr: number;
  readonly values: PrintedValues;
}

describe("readFreesurferSurface", () => {
  it.each(filesWith<PrintedSurface>("triangles"))("oracle: %s, as nibabel reads it", (_, bytes, expected) => {
    const { vertices, triangles, comment, geometry } = readFreesurferSurface(bytes);
    expect(describeValues(vertices)).toEqual(expected.vertices);
    expect([...triangles]).toEqual(expected.triangles);
    expect(comment).toBe(expected.comment);
    const { isValid, fileName, shape, voxelSizes, xRas, yRas, zRas, cRas } = geometry ?? {};
    const theirs = expected.geometry;
    expect(isValid).toBe(theirs["valid"] === undefined ? undefined : theirs["valid"] === "1  # volume info valid");
    expect([fileName, shape, voxelSizes]).toEqual([theirs["filename"], theirs["volume"], theirs["voxelsize"]]);
    expect([xRas, yRas, zRas, cRas]).toEqual(["xras", "yras", "zras", "cras"].map((key) => theirs[key]));
  });
});

/** Our reading in the form that nibabel gives: transparency instead of alpha, colours in 0..255. */
function tableOf({ labels }: FreesurferAnnot) {
  return {
    names: labels.map((label) => label.name),
    rgbt: labels.map(({ rgba: [red, green, blue, alpha] }) =>
      [red, green, blue, 1 - alpha].map((part) => Math.round(255 * part)),
    ),
  };
}

describe("readFreesurferAnnot", () => {
  it.each(filesWith<PrintedAnnot>("vertexLabels"))("oracle: %s, as nibabel reads it", (_, bytes, expected) => {
    const annot = readFreesurferAnnot(bytes);
    expect({ ...tableOf(annot), vertexLabels: [...annot.vertexLabels] }).toEqual(expected);
    expect(annot.labels.map(({ key }) => key)).toEqual([0, 1, 2]);
    expect(annot.labels[1]!.rgba).toEqual([1, 0, 10 / 255, 1]);
  });
});

describeWithShared("readFreesurferAnnot on the Destrieux atlas", "data/fsaverage5", () => {
  interface PrintedAtlas extends Omit<PrintedAnnot, "vertexLabels"> {
    readonly nVertices: number;
    readonly nWithout: number;
    readonly first: readonly number[];
    readonly sha256: string;
  }
  const atlases = JSON.parse(readFileSync(fixture("nifti-shared.json"), "utf8")) as Record<string, PrintedAtlas>;

  it.each(Object.keys(atlases).filter((name) => name.endsWith(".annot")))("oracle: %s", (name) => {
    const annot = readFreesurferAnnot(readFileSync(shared("data", name)));
    const { vertexLabels } = annot;
    expect({
      ...tableOf(annot),
      nVertices: vertexLabels.length,
      nWithout: vertexLabels.filter((label) => label === -1).length,
      first: [...vertexLabels.subarray(0, 20)],
      sha256: createHash("sha256").update(new Uint8Array(vertexLabels.buffer)).digest("hex"),
    }).toEqual(atlases[name]);
  });
});

describe("readFreesurferMorph", () => {
  const files = filesWith<{ values: PrintedValues }>("values").filter(([name]) => name.startsWith("numbers"));
  it.each(files)("oracle: %s, as nibabel reads it", (_, bytes, { values }) => {
    const read = readFreesurferMorph(bytes);
    expect(describeValues(read)).toEqual(values);
    bytes.fill(0);
    expect(describeValues(read)).toEqual(values);
  });
});

describe("readFreesurferLabel", () => {
  it.each(filesWith<{ vertices: number[]; values: number[] }>("vertices").filter(([name]) => name === "a label"))(
    "oracle: %s, as nibabel reads it",
    (_, bytes, { vertices, values }) => {
      const label = readFreesurferLabel(bytes);
      expect([...label.vertices]).toEqual(vertices);
      expect([...label.values]).toEqual(values.map(Math.fround));
      // By hand, from the text.
      expect([...label.coordinates]).toEqual([-1.5, 2.25, 3, 1, 2, 3, 4, 5, 6]);
      expect(label.comment).toBe("!ascii label  , from subject fsaverage vox2ras=TkReg");
    },
  );
});

describe("readMgh", () => {
  it.each(filesWith<PrintedMgh>("tr"))(
    "oracle: %s, as nibabel reads it",
    (name, bytes, { shape, affine, tr, values }) => {
      const mgh = readMgh(bytes);
      expect(mgh.shape).toEqual(shape);
      expect(describeValues(mgh.data)).toEqual(values);
      expect(mgh.repetitionTime).toBe(tr > 0 ? tr / 1000 : undefined);
      if (name === "without good directions") {
        // By hand: FreeSurfer's, not nibabel's (see the remarks).
        expect(mgh.affine).toEqual([-1, 0, 0, 3.5, 0, 0, 1, -0.5, 0, -1, 0, 0.5, 0, 0, 0, 1]);
        return;
      }
      // nibabel works them out in single precision; coordinates of up to 30 mm have an error of 2e-6 there, three summed.
      for (const [i, value] of mgh.affine.entries()) expect(Math.abs(value - affine[i]!)).toBeLessThanOrEqual(1e-5);
    },
  );

  it("by hand: bytes, short numbers and floats in single precision, longer whole numbers in double", () => {
    const kinds = ["u1", "i2", "f4", "i4"].map((type) =>
      readMgh(Buffer.from(printed[`${type}, 3 x 4 x 2`]!.file, "base64")),
    );
    const names = kinds.map(({ type, data }) => `${type} ${data.constructor.name}`);
    expect(names).toEqual(["uint8 Float32Array", "int16 Float32Array", "float32 Float32Array", "int32 Float64Array"]);
  });
});
