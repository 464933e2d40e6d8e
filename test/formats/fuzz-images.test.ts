import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readCifti, streamCifti } from "../../src/formats/cifti.ts";
import { readFreesurferAnnot } from "../../src/formats/freesurfer-annot.ts";
import { readFreesurferLabel } from "../../src/formats/freesurfer-label.ts";
import { readFreesurferMorph } from "../../src/formats/freesurfer-morph.ts";
import { readFreesurferSurface } from "../../src/formats/freesurfer-surface.ts";
import { readMgh } from "../../src/formats/mgh.ts";
import { readNifti, readNiftiMask } from "../../src/formats/nifti.ts";
import { streamNifti } from "../../src/formats/nifti-stream.ts";
import { readNpy } from "../../src/formats/npy.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";
import { inPieces } from "../support/pieces.ts";

/** The files of a fixture whose names match, in base64 there. */
function filesOf(fixture: string, names: RegExp): readonly Uint8Array[] {
  const path = join(import.meta.dirname, "fixtures", fixture);
  const printed = JSON.parse(readFileSync(path, "utf8")) as Record<string, { file: string }>;
  const found = Object.entries(printed).filter(([name]) => names.test(name));
  return found.map(([, { file }]) => new Uint8Array(Buffer.from(file, "base64")));
}

const nifti = filesOf("nifti.json", /^(f4|i2|i8), version|a quaternion, qfac -1|3 axes|extensions|a gap/);
const series = filesOf("nifti.json", /^(f4|i2|u1), version/);
const cifti = filesOf("cifti.json", /^(a|parcellated|dense|one|milliseconds, i2)/);
const packed = (files: readonly Uint8Array[]) => [...files, ...files.slice(0, 2).map((file) => gzipSync(file))];

/** Format, good files, its reader. */
const readers: readonly (readonly [string, readonly Uint8Array[], (bytes: Uint8Array) => unknown])[] = [
  ["NIfTI", packed(nifti), (bytes) => readNifti(bytes)],
  ["NIfTI as a mask", filesOf("nifti.json", /^scaled|3 axes/), (bytes) => readNiftiMask(bytes)],
  ["NIfTI as a stream", packed(series), (bytes) => streamNifti(inPieces(bytes, 300))],
  [
    "NIfTI as a stream, two voxels",
    series,
    (bytes) =>
      streamNifti(inPieces(bytes, 300), {
        select: ({ shape }) => ((shape[0] ?? 0) > 2 ? Int32Array.of(0, 2) : undefined),
      }),
  ],
  ["CIFTI-2", packed(cifti), (bytes) => readCifti(bytes)],
  ["CIFTI-2 as a stream", packed(cifti), (bytes) => streamCifti(inPieces(bytes, 300))],
  ["a surface of FreeSurfer", filesOf("freesurfer.json", /surface/), (bytes) => readFreesurferSurface(bytes)],
  ["an annotation of FreeSurfer", filesOf("freesurfer.json", /annotation/), (bytes) => readFreesurferAnnot(bytes)],
  ["FreeSurfer's numbers of vertices", filesOf("freesurfer.json", /numbers/), (bytes) => readFreesurferMorph(bytes)],
  ["a label of FreeSurfer", filesOf("freesurfer.json", /a label/), (bytes) => readFreesurferLabel(bytes)],
  ["MGH", filesOf("freesurfer.json", / x |compressed|without a rep/), (bytes) => readMgh(bytes)],
  ["NumPy's arrays", filesOf("npy.json", /./), (bytes) => readNpy(bytes)],
];

// Identity: whatever is done to a file's bytes, a reader gives what they say or refuses them with a FormatError.
describe("10,000 damaged files", () => {
  it.each(readers)("%s", async (_, seeds, read) => {
    expect(seeds.length).toBeGreaterThan(0);
    const { nRead, nRefused } = await expectOnlyFormatErrors(seeds, read);
    expect(nRead + nRefused).toBe(10_000);
  });
});
