import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readNifti, readNiftiMask } from "../../src/formats/nifti.ts";
import { streamNifti } from "../../src/formats/nifti-stream.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { inPieces } from "../support/pieces.ts";

const content = {
  shape: [2, 2, 2, 3],
  affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
  data: new Float32Array(24).fill(1),
};
type Change = (view: DataView) => void;

/** A good file with a field changed. */
function file(change: Change = () => {}, version: 1 | 2 = 1): Uint8Array {
  const bytes = writeNifti(content, { version });
  change(new DataView(bytes.buffer));
  return bytes;
}
const short =
  (at: number, value: number): Change =>
  (view) =>
    view.setInt16(at, value, true);
const float =
  (at: number, value: number): Change =>
  (view) =>
    view.setFloat32(at, value, true);
const all =
  (...changes: readonly Change[]): Change =>
  (view) => {
    for (const change of changes) change(view);
  };
const noSform = short(254, 0);
const qform = all(noSform, short(252, 1));
const types =
  "2 (uint8), 4 (int16), 8 (int32), 16 (float32), 64 (float64), 256 (int8), 512 (uint16), 768 (uint32), 1024 (int64), 1280 (uint64)";

/** What is wrong, the file, the message behind "a.nii: ", and the byte. */
const malformed: readonly (readonly [string, Uint8Array, string, number | undefined])[] = [
  [
    "nothing",
    new Uint8Array(0),
    "a NIfTI file must begin with the size of its header, 348 or 540, got an empty file. Fetch it again, or write it anew",
    0,
  ],
  [
    "another format",
    new TextEncoder().encode("<GIFTI>"),
    "a NIfTI file must begin with the size of its header, 348 or 540, got bytes 3c 47 49 46. Is it a NIfTI file?",
    0,
  ],
  [
    "half a gzip file",
    gzipSync(file()).subarray(0, 60),
    "a file that begins as gzip must be a whole gzip stream, got one that is not (unexpected end of file). It looks truncated or damaged: fetch it again",
    undefined,
  ],
  [
    "a header of NIfTI-1 that ends early",
    file().subarray(0, 347),
    "the header must be 348 bytes long, got 347. It looks truncated: fetch it again",
    347,
  ],
  [
    "a header of NIfTI-2 that ends early",
    file(undefined, 2).subarray(0, 348),
    "the header must be 540 bytes long, got 348. It looks truncated: fetch it again",
    348,
  ],
  [
    "the header of a pair of NIfTI-1",
    file(all(short(344, 0x696e), short(346, 0x31))),
    'the file must hold header and values ("n+1"), got the header of a pair of .hdr and .img ("ni1"). Convert the pair to one .nii, for example with nib-convert or fslchfiletype',
    344,
  ],
  [
    "the header of a pair of NIfTI-2",
    file(short(4, 0x696e), 2),
    'the file must hold header and values ("n+2"), got the header of a pair of .hdr and .img ("ni2"). Convert the pair to one .nii, for example with nib-convert or fslchfiletype',
    4,
  ],
  [
    "ANALYZE 7.5",
    file((view) => view.setUint32(344, 0)),
    'magic must be "n+1" and what follows it, got bytes 00 00 00 00. Is it ANALYZE 7.5? Then convert it to .nii',
    344,
  ],
  [
    "line ends that were converted",
    file((view) => view.setUint8(8, 0x0a), 2),
    'magic must be "n+2" and what follows it, got bytes 6e 2b 32 00 0a 0a 1a 0a. It looks as if it had been moved as text: fetch it again in binary mode',
    4,
  ],
  ["no axes", file(short(40, 0)), "dim[0], the number of axes, must be 1 to 7, got 0", 40],
  ["eight axes", file(short(40, 8)), "dim[0], the number of axes, must be 1 to 7, got 8", 40],
  ["an axis of nothing", file(short(44, 0)), "dim[2] must be a whole number from 1, got 0", 44],
  [
    "FreeSurfer's mark for long surfaces",
    file(short(42, -1)),
    "dim[1] must be a whole number from 1, got -1. FreeSurfer writes this for surfaces of more than 32,767 vertices: convert it to .mgz with mri_convert",
    42,
  ],
  [
    "an axis beyond 2^53",
    file((view) => view.setBigInt64(24, 2n ** 60n, true), 2),
    "dim[1] must be a whole number from 1, got 1152921504606847000",
    24,
  ],
  [
    "axes beyond all files",
    file(
      all(
        (view) => view.setBigInt64(24, 2n ** 40n, true),
        (view) => view.setBigInt64(32, 2n ** 40n, true),
      ),
      2,
    ),
    "dim must make an array that a file can hold, got 1099511627776 x 1099511627776 x 2 x 3",
    16,
  ],
  [
    "complex numbers",
    file(short(70, 32)),
    `datatype must be one of ${types}, got complex numbers (32). Save their magnitude as float32`,
    70,
  ],
  [
    "colours",
    file(short(70, 128)),
    `datatype must be one of ${types}, got colours (128, RGB24). Save one value a voxel`,
    70,
  ],
  [
    "128-bit floats",
    file(short(70, 1536)),
    `datatype must be one of ${types}, got 128-bit floats (1536). Save them as float64`,
    70,
  ],
  ["an unknown type", file(short(70, 3)), `datatype must be one of ${types}, got 3`, 70],
  ["bits of another type", file(short(72, 16)), "bitpix must be 32, as datatype 16 (float32) says, got 16", 72],
  [
    "values within the header",
    file(float(108, 0)),
    "vox_offset must be a whole number from 352 in a NIfTI-1 file of one part, got 0",
    108,
  ],
  [
    "values between two bytes",
    file(float(108, 352.5)),
    "vox_offset must be a whole number from 352 in a NIfTI-1 file of one part, got 352.5",
    108,
  ],
  [
    "an intercept that is none",
    file(float(116, Infinity)),
    "scl_inter must be finite where scl_slope is, got Infinity",
    116,
  ],
  ["an unknown sform", file(short(254, 6)), "sform_code must be 0 to 5, got 6", 254],
  ["an unknown qform", file(short(252, -1)), "qform_code must be 0 to 5, got -1", 252],
  ["an sform that is not finite", file(float(284, Number.NaN)), "srow must hold finite numbers, got NaN", 284],
  [
    "no voxel size for the qform",
    file(all(qform, float(84, 0))),
    "pixdim[2] must be above 0 where no sform is given, got 0",
    84,
  ],
  [
    "no voxel size and no other affine",
    file(all(noSform, float(80, Number.NaN))),
    "pixdim[1] must be above 0 where no sform is given, got NaN",
    80,
  ],
  [
    "a sign of the qform that is none",
    file(all(qform, float(76, 2))),
    "pixdim[0] must be 1 or -1 where the qform is used (0 counts as 1), got 2",
    76,
  ],
  [
    "a quaternion too long",
    file(all(qform, float(256, 1), float(260, 1))),
    "the quaternion must be of length 1, got b, c, d = 1, 1, 0",
    256,
  ],
  [
    "a quaternion that is not finite",
    file(all(qform, float(260, Infinity))),
    "the quaternion must hold finite numbers, got Infinity",
    260,
  ],
  [
    "an origin that is not finite",
    file(all(qform, float(272, Number.NaN))),
    "qoffset must hold finite numbers, got NaN",
    272,
  ],
  [
    "values that end early",
    file().subarray(0, 447),
    "the file must hold 96 bytes of values from byte 352 (2 x 2 x 2 x 3 of float32), got 95. It looks truncated: fetch it again",
    447,
  ],
  [
    "no values",
    file(float(108, 1000)),
    "the file must hold 96 bytes of values from byte 1000 (2 x 2 x 2 x 3 of float32), got 0. It looks truncated: fetch it again",
    448,
  ],
  [
    "a whole number beyond 2^53",
    file(all(short(70, 1024), short(72, 64), short(48, 1), (view) => view.setBigInt64(352, -(2n ** 53n), true))),
    "whole numbers must lie within 2^53, exact in a double, got -9007199254740992",
    352,
  ],
];
/** These only readNifti sees: a stream passes by what stands before the values. */
const malformedExtensions: typeof malformed = [
  [
    "an extension longer than its room",
    file(
      all(
        float(108, 400),
        short(48, 1),
        (view) => view.setUint8(348, 1),
        (view) => view.setInt32(352, 64, true),
      ),
    ),
    "an extension must be 8 to 48 bytes long, got 64",
    352,
  ],
];
const refusal = (message: string, byteOffset: number | undefined) => ({
  name: "FormatError",
  path: "a.nii",
  byteOffset,
  message: byteOffset === undefined ? `a.nii: ${message}` : `a.nii: ${message} (at byte ${byteOffset})`,
});

describe("readNifti refuses", () => {
  it.each([...malformed, ...malformedExtensions])("by hand: %s", (_, bytes, message, byteOffset) => {
    expect(() => readNifti(bytes, { path: "a.nii" })).toThrow(expect.objectContaining(refusal(message, byteOffset)));
  });
});

describe("streamNifti refuses", () => {
  it.each(malformed)("by hand: %s", async (_, bytes, message, byteOffset) => {
    for (const size of [50, 1000]) {
      await expect(streamNifti(inPieces(bytes, size), { path: "a.nii" })).rejects.toMatchObject(
        refusal(message, byteOffset),
      );
    }
  });

  it("by hand: five axes", async () => {
    const bytes = writeNifti({ ...content, shape: [2, 2, 2, 1, 3] });
    await expect(streamNifti(inPieces(bytes), { path: "a.nii" })).rejects.toMatchObject(
      refusal("a series of volumes must have four axes, got 2 x 2 x 2 x 1 x 3", undefined),
    );
  });

  it("by hand: more values than an array holds", async () => {
    const bytes = file(all(short(42, 32_767), short(44, 32_767)));
    const message =
      "the result must hold at most 4294967295 values, got 3 volumes of 2147352578 voxels. Select fewer voxels";
    await expect(streamNifti(inPieces(bytes), { path: "a.nii" })).rejects.toMatchObject(refusal(message, undefined));
  });
});

describe("readNiftiMask refuses", () => {
  it.each([
    ["a series", writeNifti(content), "a mask must be one volume, got 2 x 2 x 2 x 3", undefined],
    [
      "NaN",
      writeNifti({ ...content, shape: [3], data: Float32Array.of(0, Number.NaN, 1) }),
      "a mask must hold numbers, got NaN (voxel 1). Set what is outside to 0",
      356,
    ],
  ] as const)("by hand: %s", (_, bytes, message, byteOffset) => {
    expect(() => readNiftiMask(bytes, { path: "a.nii" })).toThrow(
      expect.objectContaining(refusal(message, byteOffset)),
    );
  });
});
