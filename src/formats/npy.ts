import { checkArgument } from "../array/arguments.ts";
import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { formatBytes, hostIsLittleEndian, swapByteOrder } from "./byte-order.ts";
import { checkFileBytes, pathOf } from "./file-bytes.ts";
import { toRowMajor } from "./index-order.ts";
import { bytesOf, decodeNumbers, type NumberArray, type NumberType } from "./number-type.ts";
import { beginningOf, decodeUtf8 } from "./text.ts";

/** What the header of a NumPy file says. */
export interface NpyHeader {
  /** Length along each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** How the numbers are stored; truth values are stored as uint8. */
  readonly type: NumberType;
  readonly isLittleEndian: boolean;
  /** Whether the first index runs fastest in the file. */
  readonly isFortranOrder: boolean;
  /** Byte at which the numbers begin. */
  readonly dataStart: number;
}

/** An array of a NumPy file. */
export interface Npy {
  /** Length along each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** Row-major (last index fastest) whatever the file's order. */
  readonly data: NumberArray;
}

/** Settings of the readers of NumPy files. */
export interface ReadNpyOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

const npyTypes: ReadonlyMap<string, NumberType> = new Map([
  ["b1", "uint8"],
  ["i1", "int8"],
  ["u1", "uint8"],
  ["i2", "int16"],
  ["u2", "uint16"],
  ["i4", "int32"],
  ["u4", "uint32"],
  ["i8", "int64"],
  ["u8", "uint64"],
  ["f2", "float16"],
  ["f4", "float32"],
  ["f8", "float64"],
]);

/** NumPy's own limit. */
const maxAxes = 64;

const magic = "93 4e 55 4d 50 59";

/**
 * The header of a NumPy file (`.npy`), versions 1 to 3.
 *
 * @param bytes - the beginning of the file, its header at least
 * @throws FormatError where the header is not of the format's form, or the numbers are none that can be read: Python
 * objects, complex numbers, texts, dates, records, floats of more than 64 bits
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpyHeader(bytes: Uint8Array, options: ReadNpyOptions = {}): NpyHeader {
  const path = pathOf(options, "npy");
  checkFileBytes(bytes, path);
  const got = formatBytes(bytes.subarray(0, 6));
  if (got !== magic) {
    throw new FormatError(path, `a NumPy file must begin with bytes ${magic}, got bytes ${got}. Is it a .npy file?`, 0);
  }
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new FormatError(path, `the version must be 1, 2 or 3, got ${version ?? "nothing"}`, 6);
  }
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw truncated(path, start, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const dataStart = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataStart) throw truncated(path, dataStart, bytes.length);
  const raw = bytes.subarray(start, dataStart);
  const text = version === 3 ? decodeUtf8(raw, path) : new TextDecoder("latin1").decode(raw);
  return { ...parseDictionary(text, path, start), dataStart };
}

/**
 * The array of a NumPy file (`.npy`): whole numbers, floats of 16 to 64 bits and truth values (0 and 1), in either byte
 * and index order.
 *
 * @param bytes - the whole file
 * @throws FormatError as {@link readNpyHeader}, and where there are more or fewer numbers than the shape makes, or 64-bit
 * whole numbers are beyond 2^53
 */
export function readNpy(bytes: Uint8Array, options: ReadNpyOptions = {}): Npy {
  const path = pathOf(options, "npy");
  const header = readNpyHeader(bytes, { path });
  checkNpySize(header, bytes.length, path);
  const { shape, type, isLittleEndian, isFortranOrder, dataStart } = header;
  const raw = bytes.subarray(dataStart);
  const numbers = decodeNumbers(raw, { path, type, isLittleEndian, start: dataStart });
  if (isFortranOrder && shape.length > 1) return { shape, data: toRowMajor(numbers, shape) };
  // Not a view onto the file's own bytes, which are the caller's to change.
  return { shape, data: numbers.buffer === bytes.buffer ? numbers.slice() : numbers };
}

/**
 * Checks that a file holds the numbers that its header says, and nothing else.
 *
 * @param nFile - bytes of the file
 * @throws FormatError
 */
export function checkNpySize({ shape, type, dataStart }: NpyHeader, nFile: number, path: string): void {
  const length = shape.reduce((product, n) => product * n, 1);
  const nBytes = length * bytesOf(type);
  const got = Math.max(0, nFile - dataStart);
  if (got === nBytes) return;
  const hint = got < nBytes ? ". It looks truncated: fetch it again" : "";
  const message = `the file must hold ${length} numbers of ${bytesOf(type)} bytes, as shape (${shape.join(", ")}) and type ${type} say, got ${got} bytes${hint}`;
  throw new FormatError(path, message, Math.min(nFile, dataStart + nBytes));
}

/**
 * A NumPy file (`.npy`, version 1) of an array in single or double precision, row-major and little-endian.
 *
 * @throws ShapeError where data and shape do not fit together
 * @throws OptionError where there are more than 64 axes
 */
export function writeNpy(array: {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}): Uint8Array<ArrayBuffer> {
  checkArgument("writeNpy: array", array, "an object", { shape: "a list of numbers", data: "a list" });
  const { shape, data } = array;
  const length = shape.reduce((product, n) => product * n, 1);
  if (data.length !== length || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(
      `writeNpy: data must hold ${length} numbers, as shape [${shape.join(", ")}] says, got ${data.length}.`,
    );
  }
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f${data.BYTES_PER_ELEMENT}', 'fortran_order': False, 'shape': (${axes}), }`;
  // Blanks and an end of line bring the numbers to a multiple of 64 bytes.
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  if (shape.length > maxAxes) {
    throw new OptionError(`writeNpy: shape must be of at most ${maxAxes} axes, got ${shape.length}.`);
  }
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  bytes.set(hostIsLittleEndian ? raw : swapByteOrder(raw, data.BYTES_PER_ELEMENT), start);
  return bytes;
}

/** The header is a Python dictionary of three names, in any order. */
function parseDictionary(text: string, path: string, start: number): Omit<NpyHeader, "dataStart"> {
  const fail = (message: string) => new FormatError(path, message, start);
  const shown = JSON.stringify(beginningOf(text.trimEnd(), 100));
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  const entry = String.raw`(?:'descr'\s*:\s*'[^']*'|'fortran_order'\s*:\s*(?:True|False)|'shape'\s*:\s*\([\d,\s]*\))`;
  const isForm = new RegExp(String.raw`^\s*(?:${entry}\s*(?:,\s*|$)){3}$`).test(body ?? "");
  const value = (pattern: RegExp) => (isForm ? pattern.exec(body!)?.[1] : undefined);
  const descr = value(/'descr'\s*:\s*'([^']*)'/);
  const order = value(/'fortran_order'\s*:\s*(\w+)/);
  const shape = value(/'shape'\s*:\s*\(([^)]*)\)/);
  if (body !== undefined && /'descr'\s*:\s*\[/.test(body)) {
    throw fail(`the array must hold numbers, got records (${shown}). Save one field`);
  }
  if (descr === undefined || order === undefined || shape === undefined) {
    const keys = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    throw fail(`the header must be of the form ${keys}, got ${shown}`);
  }
  const [, endian, kind] = /^([<>|=])(\w+)$/.exec(descr) ?? [];
  const type = npyTypes.get(kind ?? "");
  if (type === undefined || endian === "=" || (endian === "|" && bytesOf(type) > 1)) {
    const hint = kind?.startsWith("O")
      ? "Python objects, which are programs: save numbers with numpy.save(..., allow_pickle=False)"
      : `"${descr}". Save it as <f4`;
    throw fail(`the numbers must be of type ${[...npyTypes.keys()].join(", ")}, < or > before it, got ${hint}`);
  }
  const lengths = shape.split(",").map((part) => part.trim());
  if (lengths.at(-1) === "") lengths.pop();
  const axes = lengths.map(Number);
  const isCount = lengths.every((part) => /^\d+$/.test(part));
  if (
    !isCount ||
    axes.length > maxAxes ||
    !Number.isSafeInteger(axes.reduce((product, n) => product * n, bytesOf(type)))
  ) {
    throw fail(
      `the shape must be at most ${maxAxes} whole numbers that make an array that a file can hold, got ${beginningOf(shape, 100)}`,
    );
  }
  return { shape: axes, type, isLittleEndian: endian !== ">", isFortranOrder: order === "True" };
}

function truncated(path: string, length: number, got: number): FormatError {
  const message = `the header must be ${length} bytes long, got ${got}. It looks truncated: fetch it again`;
  return new FormatError(path, message, got);
}
