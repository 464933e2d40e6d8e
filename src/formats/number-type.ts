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
  /** Whether single precision holds every number of the type. */
  readonly fitsSingle: boolean;
  /** Numbers over host-ordered bytes, aligned. */
  readonly view: (buffer: ArrayBuffer, at: number, length: number, block: NumberBlock) => NumberArray;
}

const types: Readonly<Record<NumberType, TypeInfo>> = {
  int8: { bytes: 1, fitsSingle: true, view: (b, at, n) => new Int8Array(b, at, n) },
  uint8: { bytes: 1, fitsSingle: true, view: (b, at, n) => new Uint8Array(b, at, n) },
  int16: { bytes: 2, fitsSingle: true, view: (b, at, n) => new Int16Array(b, at, n) },
  uint16: { bytes: 2, fitsSingle: true, view: (b, at, n) => new Uint16Array(b, at, n) },
  int32: { bytes: 4, fitsSingle: false, view: (b, at, n) => new Int32Array(b, at, n) },
  uint32: { bytes: 4, fitsSingle: false, view: (b, at, n) => new Uint32Array(b, at, n) },
  int64: { bytes: 8, fitsSingle: false, view: (b, at, n, block) => exact(new BigInt64Array(b, at, n), block) },
  uint64: { bytes: 8, fitsSingle: false, view: (b, at, n, block) => exact(new BigUint64Array(b, at, n), block) },
  float16: { bytes: 2, fitsSingle: true, view: (b, at, n) => widenHalf(new Uint16Array(b, at, n)) },
  float32: { bytes: 4, fitsSingle: true, view: (b, at, n) => new Float32Array(b, at, n) },
  float64: { bytes: 8, fitsSingle: false, view: (b, at, n) => new Float64Array(b, at, n) },
};

/** Bytes that one number takes in a file. */
export function bytesOf(type: NumberType): number {
  return types[type].bytes;
}

/** Whether single precision holds every number of the type. */
export function fitsSingle(type: NumberType): boolean {
  return types[type].fitsSingle;
}

/**
 * The numbers that raw bytes stand for; a view onto the bytes where they lie as this machine needs them.
 *
 * @param raw - whole numbers' bytes, {@link bytesOf} each
 * @throws FormatError where a 64-bit whole number is beyond 2^53 and so not exact in a double
 */
export function decodeNumbers(raw: Uint8Array, block: NumberBlock): NumberArray {
  const { bytes, view } = types[block.type];
  const isHostOrder = bytes === 1 || block.isLittleEndian === hostIsLittleEndian;
  const ordered = isHostOrder ? raw : swapByteOrder(raw, bytes);
  const isPlaced = ordered.byteOffset % bytes === 0 && ordered.buffer instanceof ArrayBuffer;
  const placed = isPlaced ? (ordered as Uint8Array<ArrayBuffer>) : new Uint8Array(ordered);
  return view(placed.buffer, placed.byteOffset, raw.length / bytes, block);
}

function exact(values: BigInt64Array | BigUint64Array, { path, start }: NumberBlock): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const number = Number(values[i]!);
    if (!Number.isSafeInteger(number)) {
      const message = `whole numbers must lie within 2^53, exact in a double, got ${values[i]}. Store them as float64, or as int32 where they fit`;
      throw new FormatError(path, message, start + 8 * i);
    }
    numbers[i] = number;
  }
  return numbers;
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
