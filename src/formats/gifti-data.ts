import { deflateSync } from "node:zlib";
import { OptionError, ShapeError } from "../errors.ts";
import { encodeBase64 } from "./base64.ts";
import type { NumberArray } from "./number-type.ts";

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

interface TypeInfo {
  readonly bytes: number;
  readonly isWhole: boolean;
  /** The array in memory: 64-bit whole numbers become doubles, since only those mix with the other numbers. */
  readonly memory: {
    new (buffer: ArrayBuffer): GiftiData;
    readonly BYTES_PER_ELEMENT: number;
  };
  /** Numbers over host-ordered bytes of a buffer. */
  readonly view: (buffer: ArrayBuffer, at: number, length: number) => GiftiData | BigInt64Array | BigUint64Array;
}

const types: Readonly<Record<GiftiDataType, TypeInfo>> = {
  NIFTI_TYPE_INT8: { bytes: 1, isWhole: true, memory: Int8Array, view: (b, at, n) => new Int8Array(b, at, n) },
  NIFTI_TYPE_UINT8: { bytes: 1, isWhole: true, memory: Uint8Array, view: (b, at, n) => new Uint8Array(b, at, n) },
  NIFTI_TYPE_INT16: { bytes: 2, isWhole: true, memory: Int16Array, view: (b, at, n) => new Int16Array(b, at, n) },
  NIFTI_TYPE_UINT16: { bytes: 2, isWhole: true, memory: Uint16Array, view: (b, at, n) => new Uint16Array(b, at, n) },
  NIFTI_TYPE_INT32: { bytes: 4, isWhole: true, memory: Int32Array, view: (b, at, n) => new Int32Array(b, at, n) },
  NIFTI_TYPE_UINT32: { bytes: 4, isWhole: true, memory: Uint32Array, view: (b, at, n) => new Uint32Array(b, at, n) },
  NIFTI_TYPE_INT64: { bytes: 8, isWhole: true, memory: Float64Array, view: (b, at, n) => new BigInt64Array(b, at, n) },
  NIFTI_TYPE_UINT64: {
    bytes: 8,
    isWhole: true,
    memory: Float64Array,
    view: (b, at, n) => new BigUint64Array(b, at, n),
  },
  NIFTI_TYPE_FLOAT32: {
    bytes: 4,
    isWhole: false,
    memory: Float32Array,
    view: (b, at, n) => new Float32Array(b, at, n),
  },
  NIFTI_TYPE_FLOAT64: {
    bytes: 8,
    isWhole: false,
    memory: Float64Array,
    view: (b, at, n) => new Float64Array(b, at, n),
  },
};

/** Whether a data type is one that can be read. */
export function isGiftiDataType(name: string): name is GiftiDataType {
  return Object.hasOwn(types, name);
}

/** The data types that can be read, for messages. */
export const giftiDataTypes: string = Object.keys(types).join(", ");

/** Bytes that one number takes in a file. */
export function bytesPerNumber(type: GiftiDataType): number {
  return types[type].bytes;
}

/** What the tag of an array says of its data block. */
export interface GiftiBlock {
  readonly path: string;
  /** The array's place in its file, for messages: `"array 3"`. */
  readonly where: string;
  readonly type: GiftiDataType;
  /** How many numbers the dimensions make. */
  readonly length: number;
  readonly isLittleEndian: boolean;
  /** Byte at which the array's tag begins. */
  readonly tagStart: number;
  /** Byte at which the block begins, once it has. */
  start: number;
}

/** Whether numbers of a type are whole. */
export function isWholeType(type: GiftiDataType): boolean {
  return types[type].isWhole;
}

/** Memory for numbers of a type, with whatever is there: all of it is to be written. */
export function memoryFor(type: GiftiDataType, length: number): GiftiData {
  const { memory } = types[type];
  return new memory(Buffer.allocUnsafeSlow(length * memory.BYTES_PER_ELEMENT).buffer);
}

/**
 * The numbers over host-ordered bytes of a type, in place where they lie as this machine needs them and are no 64-bit
 * whole numbers.
 *
 * @param inexact - told of a whole number beyond 2^53, which a double does not hold
 */
export function numbersOver(type: GiftiDataType, bytes: Uint8Array, inexact: (value: bigint) => void): GiftiData {
  const info = types[type];
  const isPlaced = bytes.byteOffset % info.bytes === 0 && bytes.buffer instanceof ArrayBuffer;
  const placed = isPlaced ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
  const view = info.view(placed.buffer, placed.byteOffset, placed.length / info.bytes);
  if (!(view instanceof BigInt64Array) && !(view instanceof BigUint64Array)) return view;
  return Float64Array.from(view, (value) => {
    if (!Number.isSafeInteger(Number(value))) inexact(value);
    return Number(value);
  });
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
  const info = types[type];
  const length = dimensions.reduce((product, n) => product * n, 1);
  if (!(data instanceof info.memory)) {
    throw new OptionError(
      `${where}: numbers of type ${type} must lie in a ${info.memory.name}, got a ${data.constructor.name}.`,
    );
  }
  if (data.length !== length) {
    throw new ShapeError(`${where}: data must hold ${length} numbers, as its dimensions say, got ${data.length}.`);
  }
  if (encoding === "ASCII") return formatRows(data, type, length / (dimensions[0] || 1));
  const raw = rawBytes(data, type, where);
  return encodeBase64(encoding === "Base64Binary" ? raw : deflateSync(raw));
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
function formatRows(data: GiftiData, type: GiftiDataType, perLine: number): string {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += perLine) {
    lines.push(Array.from(data.subarray(at, at + perLine), (value) => formatNumber(value, type)).join(" "));
  }
  return lines.join("\n");
}

/** A number as text that reads back to the same number of its type. */
function formatNumber(value: number, type: GiftiDataType): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  // Nine digits tell any two single-precision numbers apart.
  if (type === "NIFTI_TYPE_FLOAT32") return String(Number(value.toPrecision(9)));
  return String(value);
}
