import { freshBytes } from "#platform/bytes";
import { FormatError } from "../errors.ts";
import { hostIsLittleEndian, swapByteOrder } from "./byte-order.ts";

/** How numbers are stored in a binary file. */
export type NumberType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/**
 * Numbers in memory: of the type that they are stored as, but half precision lies in a Float32Array and 64-bit whole
 * numbers in a Float64Array, both exactly.
 */
export type NumberArray =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Where a block of numbers stands and how. */
export interface NumberBlock {
  readonly path: string;
  readonly type: NumberType;
  readonly isLittleEndian: boolean;
  /** Byte of the file at which the block begins, for messages. */
  readonly start: number;
}

interface TypeInfo {
  readonly bytes: number;
  readonly isWhole: boolean;
  /** Whether single precision holds every number of the type. */
  readonly fitsSingle: boolean;
  /** The array in memory. */
  readonly memory: {
    new (buffer: ArrayBuffer): NumberArray;
    readonly name: string;
    readonly BYTES_PER_ELEMENT: number;
  };
  /** Numbers over host-ordered bytes, aligned. */
  readonly view: (buffer: ArrayBuffer, at: number, length: number) => NumberArray | BigInt64Array | BigUint64Array;
}

const small = { isWhole: true, fitsSingle: true };
const large = { isWhole: true, fitsSingle: false };

const typeInfos: Readonly<Record<NumberType, TypeInfo>> = {
  int8: { bytes: 1, ...small, memory: Int8Array, view: (b, at, n) => new Int8Array(b, at, n) },
  uint8: { bytes: 1, ...small, memory: Uint8Array, view: (b, at, n) => new Uint8Array(b, at, n) },
  int16: { bytes: 2, ...small, memory: Int16Array, view: (b, at, n) => new Int16Array(b, at, n) },
  uint16: { bytes: 2, ...small, memory: Uint16Array, view: (b, at, n) => new Uint16Array(b, at, n) },
  int32: { bytes: 4, ...large, memory: Int32Array, view: (b, at, n) => new Int32Array(b, at, n) },
  uint32: { bytes: 4, ...large, memory: Uint32Array, view: (b, at, n) => new Uint32Array(b, at, n) },
  int64: { bytes: 8, ...large, memory: Float64Array, view: (b, at, n) => new BigInt64Array(b, at, n) },
  uint64: { bytes: 8, ...large, memory: Float64Array, view: (b, at, n) => new BigUint64Array(b, at, n) },
  float16: {
    bytes: 2,
    isWhole: false,
    fitsSingle: true,
    memory: Float32Array,
    view: (b, at, n) => widenHalf(new Uint16Array(b, at, n)),
  },
  float32: {
    bytes: 4,
    isWhole: false,
    fitsSingle: true,
    memory: Float32Array,
    view: (b, at, n) => new Float32Array(b, at, n),
  },
  float64: {
    bytes: 8,
    isWhole: false,
    fitsSingle: false,
    memory: Float64Array,
    view: (b, at, n) => new Float64Array(b, at, n),
  },
};

/** Bytes that one number takes in a file. */
export function bytesOf(type: NumberType): number {
  return typeInfos[type].bytes;
}

/** Whether single precision holds every number of the type. */
export function fitsSingle(type: NumberType): boolean {
  return typeInfos[type].fitsSingle;
}

/**
 * The numbers that raw bytes stand for; a view onto the bytes where they lie as this machine needs them.
 *
 * @param raw - whole numbers' bytes, {@link bytesOf} each
 * @throws FormatError where a 64-bit whole number is beyond 2^53 and so not exact in a double
 */
export function decodeNumbers(raw: Uint8Array, block: NumberBlock): NumberArray {
  const { bytes } = typeInfos[block.type];
  const isHostOrder = bytes === 1 || block.isLittleEndian === hostIsLittleEndian;
  const { path, start } = block;
  return numbersOver(block.type, isHostOrder ? raw : swapByteOrder(raw, bytes), (value, index) => {
    throw new FormatError(
      path,
      `whole numbers must lie within 2^53, exact in a double, got ${value}. Store them as float64, or as int32 where they fit`,
      start + 8 * index,
    );
  });
}

/**
 * The numbers over host-ordered bytes, in place where they lie as this machine needs them and are as wide in memory.
 *
 * @param inexact - told of a 64-bit whole number beyond 2^53, which a double does not hold
 */
export function numbersOver(
  type: NumberType,
  bytes: Uint8Array,
  inexact: (value: bigint, index: number) => void,
): NumberArray {
  const info = typeInfos[type];
  const isPlaced = bytes.byteOffset % info.bytes === 0 && bytes.buffer instanceof ArrayBuffer;
  const placed = isPlaced ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
  const view = info.view(placed.buffer, placed.byteOffset, placed.length / info.bytes);
  if (!(view instanceof BigInt64Array) && !(view instanceof BigUint64Array)) return view;
  const numbers = new Float64Array(view.length);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = Number(view[i]!);
    if (!Number.isSafeInteger(numbers[i])) inexact(view[i]!, i);
  }
  return numbers;
}

/** Memory for numbers of a type, with whatever is there: all of it is to be written. */
export function memoryFor(type: NumberType, length: number): NumberArray {
  const { memory } = typeInfos[type];
  return new memory(freshBytes(length * memory.BYTES_PER_ELEMENT).buffer);
}

/** The kind of array that holds numbers of a type in memory: its name. */
export function arrayNameOf(type: NumberType): string {
  return typeInfos[type].memory.name;
}

/** Whether numbers of a type are whole. */
export function isWholeType(type: NumberType): boolean {
  return typeInfos[type].isWhole;
}

/** Half-precision numbers in single precision, exactly. */
export function widenHalf(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const data = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) data[i] = halfToNumber(halves[i]!);
  return data;
}

/** IEEE half precision: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
