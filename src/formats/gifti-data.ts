import { deflateSync, unzipSync } from "node:zlib";
import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { type ByteRange, decodeBase64, encodeBase64 } from "./base64.ts";
import { formatBytes, hostIsLittleEndian, ownMemory, swapByteOrder } from "./byte-order.ts";
import { parseNumber } from "./number.ts";

/** The numbers of a GIFTI array in memory. */
export type GiftiData =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

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
  readonly memory: new (
    length: number,
  ) => GiftiData;
  /** Numbers over host-ordered bytes at the start of a buffer. */
  readonly view: (buffer: ArrayBuffer, length: number) => GiftiData | BigInt64Array | BigUint64Array;
}

const types: Readonly<Record<GiftiDataType, TypeInfo>> = {
  NIFTI_TYPE_INT8: { bytes: 1, isWhole: true, memory: Int8Array, view: (b, n) => new Int8Array(b, 0, n) },
  NIFTI_TYPE_UINT8: { bytes: 1, isWhole: true, memory: Uint8Array, view: (b, n) => new Uint8Array(b, 0, n) },
  NIFTI_TYPE_INT16: { bytes: 2, isWhole: true, memory: Int16Array, view: (b, n) => new Int16Array(b, 0, n) },
  NIFTI_TYPE_UINT16: { bytes: 2, isWhole: true, memory: Uint16Array, view: (b, n) => new Uint16Array(b, 0, n) },
  NIFTI_TYPE_INT32: { bytes: 4, isWhole: true, memory: Int32Array, view: (b, n) => new Int32Array(b, 0, n) },
  NIFTI_TYPE_UINT32: { bytes: 4, isWhole: true, memory: Uint32Array, view: (b, n) => new Uint32Array(b, 0, n) },
  NIFTI_TYPE_INT64: { bytes: 8, isWhole: true, memory: Float64Array, view: (b, n) => new BigInt64Array(b, 0, n) },
  NIFTI_TYPE_UINT64: { bytes: 8, isWhole: true, memory: Float64Array, view: (b, n) => new BigUint64Array(b, 0, n) },
  NIFTI_TYPE_FLOAT32: { bytes: 4, isWhole: false, memory: Float32Array, view: (b, n) => new Float32Array(b, 0, n) },
  NIFTI_TYPE_FLOAT64: { bytes: 8, isWhole: false, memory: Float64Array, view: (b, n) => new Float64Array(b, 0, n) },
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

/** Where an array's data block lies and what its tag says of it. */
export interface GiftiBlock {
  readonly path: string;
  /** The array's place in its file, for messages: `"array 3"`. */
  readonly where: string;
  readonly type: GiftiDataType;
  /** How many numbers the dimensions make. */
  readonly length: number;
  readonly isLittleEndian: boolean;
  /** Byte at which the block begins. */
  readonly start: number;
}

/**
 * The numbers of a block of text, parted by white space.
 *
 * @throws FormatError where one is no number, does not fit the data type, or there are more or fewer than `length`
 */
export function decodeAscii(block: GiftiBlock, bytes: Uint8Array, ranges: readonly ByteRange[]): GiftiData {
  const { path, where, type, length } = block;
  const info = types[type];
  const nBytes = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  // A number takes a character and one to part it from the next: no memory is set aside for more than can be there.
  const data = new info.memory(Math.min(length, (nBytes + ranges.length) >> 1));
  let found = 0;
  for (const { start, end } of ranges) {
    for (let at = start; at < end; ) {
      const from = at;
      while (at < end && bytes[at]! > 0x20) at++;
      if (at === from) {
        at++;
        continue;
      }
      const text = String.fromCharCode(...bytes.subarray(from, Math.min(at, from + 64)));
      const value = parseNumber(text);
      if (value === undefined) {
        throw new FormatError(path, `${where} must hold numbers, got ${JSON.stringify(text)}`, from);
      }
      if (found < data.length) data[found] = value;
      if (info.isWhole && found < data.length && !(data[found] === value && Number.isSafeInteger(value))) {
        throw new FormatError(path, `${where} must hold numbers that fit ${type}, got ${text}`, from);
      }
      found++;
    }
  }
  if (found !== length) {
    throw new FormatError(
      path,
      `${where} must hold ${length} numbers, as its dimensions say, got ${found}`,
      block.start,
    );
  }
  return data;
}

/**
 * The numbers of a base64 block, compressed or not.
 *
 * @throws FormatError where the text is not base64, the compressed stream is damaged, or the bytes are more or fewer
 * than the dimensions say; no more than that is ever unpacked
 */
export function decodeBinary(
  block: GiftiBlock,
  bytes: Uint8Array,
  ranges: readonly ByteRange[],
  isCompressed: boolean,
): GiftiData {
  const packed = decodeBase64(bytes, ranges, block.path);
  return decodeNumbers(block, isCompressed ? inflate(block, packed) : packed);
}

/**
 * The numbers that raw bytes stand for.
 *
 * @throws FormatError where there are more or fewer bytes than the dimensions say
 */
export function decodeNumbers(block: GiftiBlock, raw: Uint8Array): GiftiData {
  const { path, where, type, length, isLittleEndian, start } = block;
  const info = types[type];
  if (raw.length !== length * info.bytes) {
    throw new FormatError(
      path,
      `${where} must hold ${length} numbers of ${info.bytes} bytes, as its dimensions and data type say, got ${raw.length} bytes`,
      start,
    );
  }
  const ordered = isLittleEndian === hostIsLittleEndian ? ownMemory(raw) : ownMemory(swapByteOrder(raw, info.bytes));
  const view = info.view(ordered.buffer, length);
  if (!(view instanceof BigInt64Array) && !(view instanceof BigUint64Array)) return view;
  return Float64Array.from(view, (value) => {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new FormatError(path, `${where} must hold whole numbers within 2^53, exact in a double, got ${value}`, start);
  });
}

function inflate(block: GiftiBlock, packed: Uint8Array): Uint8Array {
  const { path, where, type, length, start } = block;
  const expected = length * types[type].bytes;
  try {
    // Despite the name of the encoding the stream is mostly zlib's; unzip tells the two apart by their first bytes.
    return unzipSync(packed, { maxOutputLength: Math.max(1, Math.min(expected, 2 ** 32)) });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const trouble =
      code === "ERR_BUFFER_TOO_LARGE"
        ? `${where} must unpack to ${expected} bytes, as its dimensions and data type say, got more`
        : code === "Z_BUF_ERROR"
          ? `${where} must be a whole compressed stream, got one that ends early. The file looks truncated: fetch it again`
          : `${where} must be a zlib or gzip stream, got bytes ${formatBytes(packed)} (${(cause as Error).message}). The file looks damaged: fetch it again`;
    throw new FormatError(path, trouble, start, { cause });
  }
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
