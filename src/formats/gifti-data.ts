import { encodeBase64 } from "#platform/base64";
import { packZlib } from "#platform/zlib";
import { OptionError, ShapeError } from "../errors.ts";
import { arrayNameOf, type NumberArray, type NumberType } from "./number-type.ts";

/** The numbers of a GIFTI array in memory. */
export type GiftiData = NumberArray;

/**
 * How the numbers of a GIFTI array are stored. The GIFTI standard names UINT8, INT32 and FLOAT32; the others are
 * NIfTI's, and occur.
 */
export type GiftiDataType =
  | "NIFTI_TYPE_INT8"
  | "NIFTI_TYPE_UINT8"
  | "NIFTI_TYPE_INT16"
  | "NIFTI_TYPE_UINT16"
  | "NIFTI_TYPE_INT32"
  | "NIFTI_TYPE_UINT32"
  | "NIFTI_TYPE_INT64"
  | "NIFTI_TYPE_UINT64"
  | "NIFTI_TYPE_FLOAT32"
  | "NIFTI_TYPE_FLOAT64";

/** How the bytes of an array stand in the file. */
export type GiftiEncoding = "ASCII" | "Base64Binary" | "GZipBase64Binary" | "ExternalFileBinary";

const giftiTypes: Readonly<Record<GiftiDataType, NumberType>> = {
  NIFTI_TYPE_INT8: "int8",
  NIFTI_TYPE_UINT8: "uint8",
  NIFTI_TYPE_INT16: "int16",
  NIFTI_TYPE_UINT16: "uint16",
  NIFTI_TYPE_INT32: "int32",
  NIFTI_TYPE_UINT32: "uint32",
  NIFTI_TYPE_INT64: "int64",
  NIFTI_TYPE_UINT64: "uint64",
  NIFTI_TYPE_FLOAT32: "float32",
  NIFTI_TYPE_FLOAT64: "float64",
};

/** Whether a data type is one that can be read. */
export function isGiftiDataType(name: string): name is GiftiDataType {
  return Object.hasOwn(giftiTypes, name);
}

/** The data types that can be read, for messages. */
export const giftiDataTypes: string = Object.keys(giftiTypes).join(", ");

/** How the numbers of a data type are stored. */
export function numberTypeOf(type: GiftiDataType): NumberType {
  return giftiTypes[type];
}

/** What the tag of an array says of its data block. */
export interface GiftiBlock {
  readonly path: string;
  /** The array's place in its file, for messages: `"array 3"`. */
  readonly where: string;
  readonly type: NumberType;
  /** How many numbers the dimensions make. */
  readonly length: number;
  readonly isLittleEndian: boolean;
  /** Byte at which the array's tag begins. */
  readonly tagStart: number;
  /** Byte at which the block begins, once it has. */
  start: number;
}

/**
 * The text of a data block.
 *
 * @throws OptionError where the numbers lie in another kind of array than the data type asks for
 * @throws ShapeError where there are more or fewer numbers than the dimensions make
 */
export function encodeNumbers(
  data: GiftiData,
  type: GiftiDataType,
  dimensions: readonly number[],
  encoding: Exclude<GiftiEncoding, "ExternalFileBinary">,
  where: string,
): string {
  const name = arrayNameOf(giftiTypes[type]);
  const length = dimensions.reduce((product, n) => product * n, 1);
  if (data.constructor.name !== name) {
    throw new OptionError(`${where}: numbers of type ${type} must lie in a ${name}, got a ${data.constructor.name}.`);
  }
  if (data.length !== length) {
    throw new ShapeError(`${where}: data must hold ${length} numbers, as its dimensions say, got ${data.length}.`);
  }
  if (encoding === "ASCII") return formatLines(data, type, length / (dimensions[0] || 1));
  const raw = rawBytes(data, type, where);
  return encodeBase64(encoding === "Base64Binary" ? raw : packZlib(raw));
}

function rawBytes(data: GiftiData, type: GiftiDataType, where: string): Uint8Array {
  if (type !== "NIFTI_TYPE_INT64" && type !== "NIFTI_TYPE_UINT64") {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const wide = new BigInt64Array(data.length);
  data.forEach((value, i) => {
    if (!Number.isSafeInteger(value) || (type === "NIFTI_TYPE_UINT64" && value < 0)) {
      throw new OptionError(`${where}: numbers of type ${type} must be whole and within 2^53, got ${value}.`);
    }
    wide[i] = BigInt(value);
  });
  return new Uint8Array(wide.buffer);
}

/** One line for each index of the first axis: old versions of nibabel (5.0) take the shape from the lines. */
function formatLines(data: GiftiData, type: GiftiDataType, perLine: number): string {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += perLine) {
    lines.push(Array.from(data.subarray(at, at + perLine), (value) => formatExactly(value, type)).join(" "));
  }
  return lines.join("\n");
}

/** A number as text that reads back to the same number of its type. */
function formatExactly(value: number, type: GiftiDataType): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  // Nine digits tell any two single-precision numbers apart.
  if (type === "NIFTI_TYPE_FLOAT32") return String(Number(value.toPrecision(9)));
  return String(value);
}
