import { FormatError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import { gunzipWhole } from "./gunzip.ts";
import { type NiftiExtension, readNiftiExtensions } from "./nifti-extension.ts";
import {
  type NiftiHeader,
  niftiHeaderLength,
  niftiLength,
  type ReadNiftiOptions,
  readNiftiHeader,
} from "./nifti-header.ts";
import { bytesOf, decodeNumbers, fitsSingle, type NumberArray } from "./number-type.ts";

/** A NIfTI file. */
export interface Nifti {
  readonly header: NiftiHeader;
  /**
   * The scaled values, as many as `header.shape` makes, the first index fastest: voxel (i, j, k) of volume t is at
   * `i + nx * (j + ny * (k + nz * t))`.
   */
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  /** What programs put between header and values. */
  readonly extensions: readonly NiftiExtension[];
}

/** The voxels of a mask. */
export interface NiftiMask {
  /** Voxels along x, y and z. */
  readonly shape: readonly [number, number, number];
  /** From voxel indices to coordinates, [4 x 4] row-major. */
  readonly affine: readonly number[];
  /** Where the mask is not 0: `i + nx * (j + ny * k)`, ascending. */
  readonly voxels: Int32Array<ArrayBuffer>;
}

/**
 * A NIfTI-1 or NIfTI-2 file of one part, compressed as a whole (`.nii.gz`) or not. Values are in single precision where
 * that holds them exactly (whole numbers of up to 16 bits and single precision, without scaling), else in double.
 *
 * @remarks What follows the values in the file is left aside, as nibabel does.
 *
 * @param bytes - the whole file; for one that does not fit in memory see `streamNifti`
 * @throws FormatError as {@link readNiftiHeader}, and where the values end early, or 64-bit whole numbers are beyond 2^53;
 * bytes are counted in the unpacked file
 */
export function readNifti(bytes: Uint8Array, options: ReadNiftiOptions = {}): Nifti {
  const path = pathOf(options, "NIfTI");
  const unpacked = gunzipWhole(bytes, path, niftiSize);
  const header = readNiftiHeader(unpacked.subarray(0, niftiHeaderLength), { path });
  const numbers = decodeNumbers(niftiValues(unpacked, header, path), { ...header, path, start: header.dataStart });
  const extensions = readNiftiExtensions(unpacked, header, path);
  const { slope, intercept } = header;
  if (slope === 1 && intercept === 0) return { header, data: unscaled(numbers, header, bytes), extensions };
  const data = new Float64Array(numbers.length);
  for (let i = 0; i < data.length; i++) data[i] = numbers[i]! * slope + intercept;
  return { header, data, extensions };
}

/** Bytes of an unpacked file, by its beginning. */
export function niftiSize(head: Uint8Array): number {
  const header = readNiftiHeader(head.subarray(0, niftiHeaderLength));
  return header.dataStart + niftiLength(header) * bytesOf(header.type);
}

/**
 * The bytes of a file's values.
 *
 * @throws FormatError where the file ends before the last of them
 */
export function niftiValues(unpacked: Uint8Array, header: NiftiHeader, path: string): Uint8Array {
  const nBytes = niftiLength(header) * bytesOf(header.type);
  if (header.dataStart + nBytes > unpacked.length) throw niftiEndsEarly(header, unpacked.length, path);
  return unpacked.subarray(header.dataStart, header.dataStart + nBytes);
}

/** What is thrown where a file of `nBytes` bytes, unpacked, ends before the last of its values. */
export function niftiEndsEarly(header: NiftiHeader, nBytes: number, path: string): FormatError {
  const length = niftiLength(header) * bytesOf(header.type);
  const message = `the file must hold ${length} bytes of values from byte ${header.dataStart} (${header.shape.join(" x ")} of ${header.type}), got ${Math.max(0, nBytes - header.dataStart)}. It looks truncated: fetch it again`;
  return new FormatError(path, message, nBytes);
}

/**
 * The voxels of a mask that are not 0.
 *
 * @throws FormatError as {@link readNifti}, where the file holds more than one volume, or a value is not a number
 */
export function readNiftiMask(bytes: Uint8Array, options: ReadNiftiOptions = {}): NiftiMask {
  const path = pathOf(options, "NIfTI");
  const { header, data } = readNifti(bytes, { path });
  const [nx = 1, ny = 1, nz = 1, ...more] = header.shape;
  if (more.some((n) => n > 1)) {
    throw new FormatError(path, `a mask must be one volume, got ${header.shape.join(" x ")}`);
  }
  const voxels: number[] = [];
  for (let v = 0; v < data.length; v++) {
    if (Number.isNaN(data[v])) {
      const at = header.dataStart + v * bytesOf(header.type);
      throw new FormatError(path, `a mask must hold numbers, got NaN (voxel ${v}). Set what is outside to 0`, at);
    }
    if (data[v] !== 0) voxels.push(v);
  }
  return { shape: [nx, ny, nz], affine: header.affine, voxels: Int32Array.from(voxels) };
}

function unscaled(numbers: NumberArray, header: NiftiHeader, file: Uint8Array): Nifti["data"] {
  if (!(numbers instanceof Float32Array || numbers instanceof Float64Array)) {
    return fitsSingle(header.type) ? new Float32Array(numbers) : new Float64Array(numbers);
  }
  // Not a view onto the file's own bytes, which are the caller's to change.
  return numbers.buffer === file.buffer ? numbers.slice() : numbers;
}
