import { checkArgument } from "../array/arguments.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { hostIsLittleEndian, ownMemory, swapByteOrder } from "./byte-order.ts";
import { checkFileBytes, pathOf } from "./file-bytes.ts";
import { parseJsonText } from "./json-text.ts";
import { widenHalf } from "./number-type.ts";
import { beginningOfJson, decodeUtf8 } from "./text.ts";

/** What a safetensors file says of its tensors, without their numbers. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in order of their place in the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** One tensor of a header. */
export interface SafetensorsEntry {
  /** `"F32"`, `"BF16"`, `"I64"`, ... */
  readonly dtype: string;
  /** Length along each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly start: number;
  /** Byte after the last. */
  readonly end: number;
}

/** A tensor in single precision, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Settings of the safetensors readers. */
export interface SafetensorsOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /** Bytes in the whole file; where given, the tensors must fill it exactly. */
  readonly fileSize?: number | undefined;
}

/** The format's own limit, which keeps a damaged length from asking for all memory. */
const maxHeader = 100_000_000;

/** Bits of one number by type; the types that appeared later than these are refused. */
const bitsOf: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
};

/**
 * How long the header of a safetensors file is, in bytes, from the first 8 of the file; the header follows them.
 *
 * @throws FormatError where there are fewer than 8 bytes, or the length is more than the file or the format allows
 */
export function safetensorsHeaderLength(first8Bytes: Uint8Array, options: SafetensorsOptions = {}): number {
  const path = pathOf(options, "safetensors");
  checkFileBytes(first8Bytes, path);
  if (first8Bytes.length < 8) {
    const message = `the file must begin with 8 bytes, the length of its header, got ${first8Bytes.length}. It looks truncated: fetch it again`;
    throw new FormatError(path, message, first8Bytes.length);
  }
  const view = new DataView(first8Bytes.buffer, first8Bytes.byteOffset, 8);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(maxHeader)) {
    const message = `the length of the header must be at most ${maxHeader}, got ${length}. Is it a safetensors file?`;
    throw new FormatError(path, message, 0);
  }
  if (options.fileSize !== undefined && 8 + Number(length) > options.fileSize) {
    const message = `the header must lie within the file of ${options.fileSize} bytes, got a header of ${length}. It looks truncated: fetch it again`;
    throw new FormatError(path, message, 0);
  }
  return Number(length);
}

/**
 * The header of a safetensors file.
 *
 * @param bytes - the beginning of the file: at least 8 bytes and the header ({@link safetensorsHeaderLength})
 * @throws FormatError where the header is not JSON of the format's form, a type is unknown, or the tensors' bytes do
 * not fit their shapes, overlap, leave a hole, or (with `fileSize`) do not end with the file
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensorsHeader(bytes: Uint8Array, options: SafetensorsOptions = {}): SafetensorsHeader {
  const path = pathOf(options, "safetensors");
  const length = safetensorsHeaderLength(bytes, options);
  const first = 8 + length;
  if (bytes.length < first) {
    const message = `the header must be ${length} bytes long, as it says, got ${bytes.length - 8}. It looks truncated: fetch it again`;
    throw new FormatError(path, message, bytes.length);
  }
  const { __metadata__: metadata = {}, ...described } = parseTensorNames(bytes.subarray(8, first), path);
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new FormatError(path, `__metadata__ must map names to texts, got ${beginningOfJson(metadata)}`, 8);
  }
  const entries = Object.entries(described).map(([name, value]) => ({
    name,
    entry: readEntry(name, value, first, path),
  }));
  entries.sort((a, b) => a.entry.start - b.entry.start || a.entry.end - b.entry.end);
  let end = first;
  for (const { name, entry } of entries) {
    if (entry.start !== end) {
      const trouble = entry.start < end ? "overlap" : "leave a hole";
      const message = `tensors must lie one after the other, got two that ${trouble} (tensor "${name}" from byte ${entry.start}, the one before ends at ${end})`;
      throw new FormatError(path, message, entry.start);
    }
    end = entry.end;
  }
  if (options.fileSize !== undefined && end !== options.fileSize) {
    const hint = end > options.fileSize ? "It looks truncated: fetch it again" : "Something follows the last tensor";
    const message = `the tensors must end with the file, at byte ${options.fileSize}, got ${end}. ${hint}`;
    throw new FormatError(path, message, Math.min(end, options.fileSize));
  }
  return {
    metadata: metadata as Record<string, string>,
    tensors: new Map(entries.map(({ name, entry }) => [name, entry])),
  };
}

/**
 * The numbers of one tensor in single precision: F32 as they are, F16 and BF16 exactly, F64 rounded to nearest. F32
 * numbers that already lie as this machine needs them are a view onto `bytes`; nothing is copied.
 *
 * @param bytes - the tensor's own bytes, from `entry.start` to `entry.end` of the file
 * @throws ShapeError where there are more or fewer bytes than the entry says
 * @throws FormatError where the numbers are of a type that is not floating point
 */
export function decodeTensor(
  entry: SafetensorsEntry,
  bytes: Uint8Array,
  options: SafetensorsOptions = {},
): Float32Array {
  const numbers = decodeWideTensor(entry, bytes, options);
  return numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
}

/**
 * The numbers of one tensor as they are: F64 in double precision, else as {@link decodeTensor}.
 *
 * @param bytes - the tensor's own bytes, from `entry.start` to `entry.end` of the file
 * @throws ShapeError and FormatError as {@link decodeTensor}
 */
export function decodeWideTensor(
  entry: SafetensorsEntry,
  bytes: Uint8Array,
  options: SafetensorsOptions = {},
): Float32Array | Float64Array {
  const path = pathOf(options, "safetensors");
  if (bytes.length !== entry.end - entry.start) {
    throw new ShapeError(
      `decodeTensor: the bytes must be those of the tensor, ${entry.end - entry.start}, got ${bytes.length} (${path}).`,
    );
  }
  const nBytes = (ownValue(bitsOf, entry.dtype) ?? 0) / 8;
  const ordered = hostIsLittleEndian || nBytes < 2 ? bytes : swapByteOrder(bytes, nBytes);
  switch (entry.dtype) {
    case "F32":
      return new Float32Array(...floatView(ordered, 4));
    case "F64":
      return new Float64Array(...floatView(ordered, 8));
    case "F16":
      return widenHalf(new Uint16Array(...floatView(ordered, 2)));
    case "BF16":
      return widenBrainFloat(new Uint16Array(...floatView(ordered, 2)));
    default: {
      const message = `a tensor to compute with must be of type F32, F16, BF16 or F64, got ${entry.dtype}`;
      throw new FormatError(path, message, entry.start);
    }
  }
}

/**
 * All tensors of a safetensors file, in single precision ({@link decodeTensor}).
 *
 * @throws FormatError as {@link readSafetensorsHeader}, and where a tensor is not of floating point
 */
export function readSafetensors(
  bytes: Uint8Array,
  options: Pick<SafetensorsOptions, "path"> = {},
): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: ReadonlyMap<string, Tensor> } {
  const path = pathOf(options, "safetensors");
  checkFileBytes(bytes, path);
  const header = readSafetensorsHeader(bytes, { path, fileSize: bytes.length });
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of header.tensors) {
    const data = decodeTensor(entry, bytes.subarray(entry.start, entry.end), options);
    tensors.set(name, { shape: entry.shape, data });
  }
  return { metadata: header.metadata, tensors };
}

/**
 * A safetensors file of single-precision tensors, in the order given.
 *
 * @throws ShapeError where a tensor's data do not fit its shape
 * @throws OptionError where an argument is of another kind, or a tensor is named `__metadata__`
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  checkArgument("writeSafetensors: tensors", tensors, "an object");
  for (const [name, tensor] of Object.entries(tensors)) {
    checkArgument(`writeSafetensors: tensors["${name}"]`, tensor, "an object", { shape: "a list", data: "a list" });
  }
  const header = emptyRecord<unknown>();
  if (metadata) header["__metadata__"] = metadata;
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (name === "__metadata__") throw new OptionError('writeSafetensors: a tensor must not be named "__metadata__".');
    const length = shape.reduce((product, n) => product * n, 1);
    if (data.length !== length) {
      const message = `data must hold ${length} numbers, as its shape [${shape.join(", ")}] says, got ${data.length}`;
      throw new ShapeError(`writeSafetensors: ${message} (tensor "${name}").`);
    }
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8 + json.length, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(hostIsLittleEndian ? raw : swapByteOrder(raw, 4), at);
    at += data.byteLength;
  }
  return bytes;
}

function parseTensorNames(json: Uint8Array, path: string): Record<string, unknown> {
  const text = decodeUtf8(json, path);
  let header: unknown;
  try {
    header = parseJsonText(text);
  } catch (cause) {
    throw new FormatError(
      path,
      `the header must be JSON, got ${beginningOfJson(text)} (${(cause as Error).message})`,
      8,
      {
        cause,
      },
    );
  }
  if (!isRecord(header))
    throw new FormatError(path, `the header must be a JSON object, got ${beginningOfJson(header)}`, 8);
  return header;
}

function readEntry(name: string, value: unknown, first: number, path: string): SafetensorsEntry {
  const fail = (message: string) => new FormatError(path, `${message} (tensor "${name}")`, 8);
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const bits = typeof dtype === "string" ? ownValue(bitsOf, dtype) : undefined;
  if (typeof dtype !== "string" || bits === undefined) {
    throw fail(`dtype must be one of ${Object.keys(bitsOf).join(", ")}, got ${beginningOfJson(dtype)}`);
  }
  if (!isCounts(shape)) throw fail(`shape must be a list of whole numbers from 0, got ${beginningOfJson(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fail(`data_offsets must be two whole numbers from 0 in order, got ${beginningOfJson(offsets)}`);
  }
  const nBytes = shape.reduce((product, n) => product * n, 1) * (bits / 8);
  const [from, to] = offsets as [number, number];
  if (to - from !== nBytes) {
    throw fail(
      `the bytes must be as many as shape [${shape.join(", ")}] of ${dtype} takes, ${nBytes}, got ${to - from}`,
    );
  }
  return { dtype, shape, start: first + from, end: first + to };
}

function floatView(bytes: Uint8Array, bytesPerNumber: number): [ArrayBuffer, number, number] {
  const isAligned = bytes.byteOffset % bytesPerNumber === 0 && bytes.buffer instanceof ArrayBuffer;
  const placed = isAligned ? (bytes as Uint8Array<ArrayBuffer>) : ownMemory(bytes);
  return [placed.buffer, placed.byteOffset, placed.length / bytesPerNumber];
}

/** A bfloat16 is the upper half of a single-precision number. */
function widenBrainFloat(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
