import { FormatError } from "../errors.ts";
import { formatBytes } from "./byte-order.ts";
import { checkFileBytes, pathOf } from "./file-bytes.ts";
import { type NiftiSpace, niftiAffine } from "./nifti-affine.ts";
import { fieldAt, getField, type NiftiField, type NiftiLayout, niftiLayouts } from "./nifti-layout.ts";
import { bytesOf, type NumberType } from "./number-type.ts";

/** What the header of a NIfTI file says. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly isLittleEndian: boolean;
  /** Length along each axis, one to seven; the first index runs fastest in the file. */
  readonly shape: readonly number[];
  /** How the values are stored. */
  readonly type: NumberType;
  /** A value is `slope * stored + intercept`; 1 and 0 where the file gives no scaling. */
  readonly slope: number;
  readonly intercept: number;
  /** Byte at which the values begin, in the unpacked file. */
  readonly dataStart: number;
  /** Size of a voxel along the first three axes, in `spaceUnit`; 1 for an axis that there is not. */
  readonly voxelSizes: readonly [number, number, number];
  /** Unit of voxel sizes and affine; undefined where the file gives none. */
  readonly spaceUnit: "m" | "mm" | "um" | undefined;
  /** Seconds between volumes; undefined where there is one volume, or the file gives no time or no unit of time. */
  readonly repetitionTime: number | undefined;
  /** Seconds from the start of the recording to the first volume (`toffset`); undefined as above. */
  readonly seriesStart: number | undefined;
  /** From voxel indices (i, j, k, 1) to coordinates (x, y, z, 1), [4 x 4] row-major: +x right, +y front, +z up. */
  readonly affine: readonly number[];
  /** What the affine is made of ({@link readNiftiHeader}). */
  readonly affineFrom: "sform" | "qform" | "pixdim";
  /** What the coordinates are of. */
  readonly space: NiftiSpace;
  readonly intent: NiftiIntent;
  readonly description: string;
}

/** What the values of a file mean. */
export interface NiftiIntent {
  /** 0: nothing is said. */
  readonly code: number;
  readonly parameters: readonly [number, number, number];
  readonly name: string;
}

/** Settings of the readers of NIfTI and CIFTI. */
export interface ReadNiftiOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/** Bytes from the start of an unpacked file that {@link readNiftiHeader} needs at most. */
export const niftiHeaderLength = 540;

const niftiTypes: ReadonlyMap<number, NumberType> = new Map([
  [2, "uint8"],
  [4, "int16"],
  [8, "int32"],
  [16, "float32"],
  [64, "float64"],
  [256, "int8"],
  [512, "uint16"],
  [768, "uint32"],
  [1024, "int64"],
  [1280, "uint64"],
]);

/** Data types of the standard that cannot be read, and what to do. */
const unreadableTypes: ReadonlyMap<number, string> = new Map([
  [1, "single bits (1). Save them as uint8"],
  [32, "complex numbers (32). Save their magnitude as float32"],
  [128, "colours (128, RGB24). Save one value a voxel"],
  [1536, "128-bit floats (1536). Save them as float64"],
  [1792, "complex numbers (1792). Save their magnitude as float64"],
  [2048, "complex numbers (2048). Save their magnitude as float64"],
  [2304, "colours (2304, RGBA32). Save one value a voxel"],
]);

/**
 * The header of a NIfTI-1 or NIfTI-2 file of one part (`.nii`), in either byte order.
 *
 * The affine is that of the sform where its code is above 0, else of the qform where its code is, else it is made of
 * voxel sizes alone.
 *
 * @remarks Made of voxel sizes alone the affine has its origin in the middle of the volume and x running to the left, as
 * nibabel has it; the standard's method 1 puts the origin into the first voxel and calls for caution. A slope of 0, NaN
 * or infinity means no scaling, as in nibabel. The affine is in the file's unit of space, whatever that is. FreeSurfer's
 * overlays of 163,842 vertices keep the shape that the file has, 27307 x 1 x 6, where nibabel changes it.
 *
 * @param bytes - the beginning of the unpacked file, {@link niftiHeaderLength} bytes of it at least or all there are
 * @throws FormatError where a field is not what the standard says, the file is one of a pair (`.hdr`, `.img`), or its
 * values are complex, colours, bits or 128-bit floats
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 * @see https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h
 */
export function readNiftiHeader(bytes: Uint8Array, options: ReadNiftiOptions = {}): NiftiHeader {
  const path = pathOf(options, "NIfTI");
  checkFileBytes(bytes, path);
  const { version, isLittleEndian } = versionOf(bytes, path);
  const layout = niftiLayouts[version];
  if (bytes.length < layout.size) {
    const message = `the header must be ${layout.size} bytes long, got ${bytes.length}. It looks truncated: fetch it again`;
    throw new FormatError(path, message, bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, layout.size);
  const get = (field: NiftiField, index = 0) => getField(view, field, isLittleEndian, index);
  const header: HeaderView = { get, layout, path };
  checkMagic(bytes, header, version);

  const shape = readShape(header);
  const type = readType(header, shape);
  const units = get(layout.units);
  const slope = get(layout.slope);
  const intercept = get(layout.intercept);
  const isScaled = slope !== 0 && Number.isFinite(slope);
  if (isScaled && !Number.isFinite(intercept)) {
    const message = `scl_inter must be finite where scl_slope is, got ${intercept}`;
    throw new FormatError(path, message, fieldAt(layout.intercept));
  }
  const intentCode = get(layout.intentCode);
  const { affine, affineFrom, space } = niftiAffine(get, layout, shape, isCiftiIntent(intentCode), path);
  const text = ({ at, length }: { readonly at: number; readonly length: number }) =>
    new TextDecoder().decode(bytes.subarray(at, at + length)).split("\0", 1)[0]!;
  const secondsOf = secondsIn(units & 0x38);
  const isSeries = (shape[3] ?? 1) > 1;
  const step = secondsOf(get(layout.pixdim, 4));
  return {
    version,
    isLittleEndian,
    shape,
    type,
    slope: isScaled ? slope : 1,
    intercept: isScaled ? intercept : 0,
    dataStart: readDataStart(header, version),
    voxelSizes: [0, 1, 2].map((d) => (d < shape.length ? Math.abs(get(layout.pixdim, 1 + d)) : 1)) as Triple,
    spaceUnit: ([undefined, "m", "mm", "um"] as const)[units & 7],
    repetitionTime: isSeries && step !== undefined && step > 0 ? step : undefined,
    seriesStart: isSeries ? secondsOf(get(layout.timeOffset)) : undefined,
    affine,
    affineFrom,
    space,
    intent: {
      code: intentCode,
      parameters: [0, 1, 2].map((p) => get(layout.intentParameters, p)) as Triple,
      name: text(layout.intentName),
    },
    description: text(layout.description),
  };
}

/** Whether an intent is one of CIFTI's. */
export function isCiftiIntent(code: number): boolean {
  return code >= 3000 && code <= 3099;
}

/** How many values a file holds. */
export function niftiLength(header: NiftiHeader): number {
  return header.shape.reduce((product, n) => product * n, 1);
}

type Triple = [number, number, number];

interface HeaderView {
  readonly get: (field: NiftiField, index?: number) => number;
  readonly layout: NiftiLayout;
  readonly path: string;
}

/** The size of the header, in the first four bytes, tells version and byte order. */
function versionOf(bytes: Uint8Array, path: string): { version: 1 | 2; isLittleEndian: boolean } {
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
    for (const version of [1, 2] as const) {
      for (const isLittleEndian of [true, false]) {
        if (view.getInt32(0, isLittleEndian) === niftiLayouts[version].size) return { version, isLittleEndian };
      }
    }
  }
  const message = `a NIfTI file must begin with the size of its header, 348 or 540, got bytes ${formatBytes(bytes.subarray(0, 4))}. Is it a NIfTI file?`;
  throw new FormatError(path, message, 0);
}

function checkMagic(bytes: Uint8Array, { layout, path }: HeaderView, version: 1 | 2): void {
  const { at, single, pair } = layout.magic;
  const got = String.fromCharCode(...bytes.subarray(at, at + single.length));
  if (got === single) return;
  const name = `n+${version}`;
  if (got === pair) {
    const message = `the file must hold header and values ("${name}"), got the header of a pair of .hdr and .img ("ni${version}"). Convert the pair to one .nii, for example with nib-convert or fslchfiletype`;
    throw new FormatError(path, message, at);
  }
  const hint =
    version === 2 && got.startsWith("n+2")
      ? "It looks as if it had been moved as text: fetch it again in binary mode"
      : "Is it ANALYZE 7.5? Then convert it to .nii";
  const shown = formatBytes(bytes.subarray(at, at + single.length));
  throw new FormatError(path, `magic must be "${name}" and what follows it, got bytes ${shown}. ${hint}`, at);
}

function readShape({ get, layout, path }: HeaderView): number[] {
  const nAxes = get(layout.dim);
  if (!(nAxes >= 1 && nAxes <= 7)) {
    throw new FormatError(path, `dim[0], the number of axes, must be 1 to 7, got ${nAxes}`, fieldAt(layout.dim));
  }
  const shape = Array.from({ length: nAxes }, (_, d) => get(layout.dim, 1 + d));
  const wrong = shape.findIndex((n) => !(n >= 1 && Number.isSafeInteger(n)));
  if (wrong >= 0) {
    const hint =
      wrong === 0 && shape[0] === -1
        ? ". FreeSurfer writes this for surfaces of more than 32,767 vertices: convert it to .mgz with mri_convert"
        : "";
    const message = `dim[${wrong + 1}] must be a whole number from 1, got ${shape[wrong]}${hint}`;
    throw new FormatError(path, message, fieldAt(layout.dim, 1 + wrong));
  }
  return shape;
}

function readType({ get, layout, path }: HeaderView, shape: readonly number[]): NumberType {
  const code = get(layout.datatype);
  const type = niftiTypes.get(code);
  if (type === undefined) {
    const known = [...niftiTypes].map(([key, name]) => `${key} (${name})`).join(", ");
    const got = unreadableTypes.get(code) ?? `${code}`;
    throw new FormatError(path, `datatype must be one of ${known}, got ${got}`, fieldAt(layout.datatype));
  }
  const bits = 8 * bytesOf(type);
  // FreeSurfer's MATLAB functions write bytes there.
  if (![bits, bits / 8].includes(get(layout.bitpix))) {
    const message = `bitpix must be ${bits}, as datatype ${code} (${type}) says, got ${get(layout.bitpix)}`;
    throw new FormatError(path, message, fieldAt(layout.bitpix));
  }
  if (!Number.isSafeInteger(shape.reduce((product, n) => product * n, bytesOf(type)))) {
    const message = `dim must make an array that a file can hold, got ${shape.join(" x ")}`;
    throw new FormatError(path, message, fieldAt(layout.dim));
  }
  return type;
}

function readDataStart({ get, layout, path }: HeaderView, version: 1 | 2): number {
  const start = get(layout.voxOffset);
  const least = layout.size + 4;
  if (Number.isSafeInteger(start) && start >= least) return start;
  const message = `vox_offset must be a whole number from ${least} in a NIfTI-${version} file of one part, got ${start}`;
  throw new FormatError(path, message, fieldAt(layout.voxOffset));
}

/** Makes seconds of numbers in a unit; undefined where that is none of time, or the number no time. */
function secondsIn(unit: number): (value: number) => number | undefined {
  const perSecond = unit === 8 ? 1 : unit === 16 ? 1e3 : unit === 24 ? 1e6 : undefined;
  return (value) => (perSecond === undefined || !Number.isFinite(value) ? undefined : value / perSecond);
}
