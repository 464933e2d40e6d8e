import { FormatError } from "../errors.ts";
import { byteCursor } from "./byte-cursor.ts";
import { pathOf } from "./file-bytes.ts";
import type { ReadFreesurferOptions } from "./freesurfer-surface.ts";
import { gunzipWhole } from "./gunzip.ts";
import { bytesOf, fitsSingle, type NumberType } from "./number-type.ts";

/** A volume or an overlay of FreeSurfer (`.mgh`, `.mgz`). */
export interface Mgh {
  /** Length along each axis, the first index fastest; an overlay is nVertices x 1 x 1. The last is frames, where many. */
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** As many values as the shape makes; in single precision where that holds them exactly, else in double. */
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  /** From voxel indices (i, j, k, 1) to the scanner's coordinates in millimetres, [4 x 4] row-major. */
  readonly affine: readonly number[];
  /** Seconds between frames; undefined where there is one, or the file does not say. */
  readonly repetitionTime: number | undefined;
}

const mghTypes: ReadonlyMap<number, NumberType> = new Map([
  [0, "uint8"],
  [1, "int32"],
  [3, "float32"],
  [4, "int16"],
]);

/** Bytes before the values. */
const mghHeaderLength = 284;

/**
 * A volume or overlay in FreeSurfer's MGH format, compressed (`.mgz`) or not.
 *
 * @remarks Where the file says that its directions are not good, they are those of a coronal volume with voxels of 1 mm, as
 * FreeSurfer has it; nibabel (5.0) lets y run up and z to the back, where FreeSurfer's run down and to the front. What
 * follows the repetition time is left aside.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file ends early, or is of another version or type
 * @see https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat
 */
export function readMgh(bytes: Uint8Array, options: ReadFreesurferOptions = {}): Mgh {
  const path = pathOf(options, "MGH");
  const cursor = byteCursor(gunzipWhole(bytes, path, mghSize), path);
  const version = cursor.number("int32", "its version");
  if (version !== 1) {
    throw new FormatError(path, `an MGH file must begin with its version, 1, got ${version}. Is it an MGH file?`, 0);
  }
  const lengths = Array.from(cursor.numbers("int32", 4, "its dimensions"));
  const code = cursor.number("int32", "its type");
  const type = mghTypes.get(code);
  if (type === undefined) {
    const known = [...mghTypes].map(([key, name]) => `${key} (${name})`).join(", ");
    throw new FormatError(path, `the type must be one of ${known}, got ${code}. Convert it with mri_convert`, 20);
  }
  const length = lengths.reduce((product, n) => product * n, 1);
  if (lengths.some((n) => n < 1) || !Number.isSafeInteger(length * bytesOf(type))) {
    const message = `the dimensions must be from 1 and make an array that a file can hold, got ${lengths.join(" x ")}`;
    throw new FormatError(path, message, 4);
  }
  cursor.number("int32", "its degrees of freedom");
  const isGood = cursor.number("int16", "whether its directions are good") > 0;
  const start = cursor.position();
  const stored = Array.from(cursor.numbers("float32", 15, "its geometry"));
  const wrong = isGood ? stored.findIndex((value) => !Number.isFinite(value)) : -1;
  if (wrong >= 0) throw new FormatError(path, `its geometry must be finite, got ${stored[wrong]}`, start + 4 * wrong);
  const geometry = isGood ? stored : [1, 1, 1, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0];
  cursor.bytes(mghHeaderLength - cursor.position(), "its header");
  const numbers = cursor.numbers(type, length, `${lengths.join(" x ")} values of ${type}`);
  const milliseconds = cursor.left() >= 4 ? cursor.number("float32", "its repetition time") : 0;
  const nFrames = lengths[3]!;
  const isTime = nFrames > 1 && milliseconds > 0 && Number.isFinite(milliseconds);
  return {
    shape: nFrames > 1 ? lengths : lengths.slice(0, 3),
    type,
    data: fitsSingle(type) ? new Float32Array(numbers) : new Float64Array(numbers),
    affine: affineOf(lengths, geometry),
    repetitionTime: isTime ? milliseconds / 1000 : undefined,
  };
}

/** Bytes of an unpacked file up to the end of its values, by its beginning. */
function mghSize(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const length = [4, 8, 12, 16].reduce((product, at) => product * view.getInt32(at), 1);
  return mghHeaderLength + length * bytesOf(mghTypes.get(view.getInt32(20))!);
}

/**
 * Voxel to world, [4 x 4].
 *
 * @param geometry - voxel sizes, directions of x, y and z, coordinates of the middle
 */
function affineOf(shape: readonly number[], geometry: readonly number[]): number[] {
  const rows = [0, 1, 2].flatMap((r) => {
    const row = [0, 1, 2].map((c) => geometry[3 + 3 * c + r]! * geometry[c]!);
    const middle = row.reduce((sum, step, c) => sum + step * (shape[c]! / 2), 0);
    return [...row, geometry[12 + r]! - middle];
  });
  return [...rows, 0, 0, 0, 1];
}
