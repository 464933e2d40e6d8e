import { packGzip } from "#platform/zlib";
import { checkArgument } from "../array/arguments.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { hostIsLittleEndian, swapByteOrder } from "./byte-order.ts";
import { type NiftiSpace, niftiSpaces } from "./nifti-affine.ts";
import type { NiftiIntent } from "./nifti-header.ts";
import { niftiLayouts, setField } from "./nifti-layout.ts";

/** What {@link writeNifti} writes. */
export interface NiftiContent {
  /** Length along each axis, one to seven. */
  readonly shape: readonly number[];
  /** From voxel indices to coordinates in millimetres, [4 x 4] row-major: +x right, +y front, +z up. */
  readonly affine: readonly number[];
  /** As many values as the shape makes, the first index fastest. */
  readonly data: Float32Array;
  /** Seconds between volumes. */
  readonly repetitionTime?: number | undefined;
  /** What the coordinates are of; `"aligned"` to something where undefined. */
  readonly space?: Exclude<NiftiSpace, "unknown"> | undefined;
  readonly intent?: NiftiIntent | undefined;
  /** At most 80 bytes in UTF-8. */
  readonly description?: string | undefined;
}

/** Settings of {@link writeNifti}. */
export interface WriteNiftiOptions {
  /** Compress the whole (`.nii.gz`). */
  readonly gzip?: boolean | undefined;
  /** NIfTI-1, the default, holds axes of up to 32,767. */
  readonly version?: 1 | 2 | undefined;
}

/**
 * A NIfTI file of single-precision values, little-endian, the affine as its sform (in single precision in NIfTI-1). The
 * same content gives the same bytes.
 *
 * @throws ShapeError where data, shape and affine do not fit together
 * @throws OptionError where the affine is not finite or its last row is not 0 0 0 1, the repetition time is not above 0, a
 * text is too long, or an axis too long for NIfTI-1
 */
export function writeNifti(content: NiftiContent, options: WriteNiftiOptions = {}): Uint8Array<ArrayBuffer> {
  checkArgument("writeNifti: content", content, "an object", { shape: "a list of numbers", data: "a list" });
  checkArgument("writeNifti: options", options, "an object");
  const header = niftiHeaderBytes(content, { ...options, extension: new Uint8Array(0) });
  const values = littleEndianBytes(content.data);
  const bytes = new Uint8Array(header.length + values.length);
  bytes.set(header);
  bytes.set(values, header.length);
  if (!options.gzip) return bytes;
  const packed = packGzip(bytes);
  // The system that packed it, which differs from machine to machine: unknown.
  packed[9] = 255;
  return packed;
}

/** The bytes of single-precision numbers, low byte first. */
export function littleEndianBytes(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return hostIsLittleEndian ? bytes : swapByteOrder(bytes, 4);
}

/**
 * All that stands before the values: the header, without an affine where none is given, and an extension where it has
 * bytes.
 *
 * @param options - `extension`: with its size and code, a multiple of 16 bytes long
 */
export function niftiHeaderBytes(
  content: Omit<NiftiContent, "affine"> & Partial<Pick<NiftiContent, "affine">>,
  options: { readonly version?: 1 | 2 | undefined; readonly extension: Uint8Array },
): Uint8Array {
  const { shape, affine, data, repetitionTime, space = "aligned", intent, description = "" } = content;
  const { version = 1, extension } = options;
  const layout = niftiLayouts[version];
  const length = shape.reduce((product, n) => product * n, 1);
  if (shape.length < 1 || shape.length > 7 || !shape.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new ShapeError(`writeNifti: shape must be one to seven whole numbers from 1, got [${shape.join(", ")}].`);
  }
  if (data.length !== length) {
    throw new ShapeError(
      `writeNifti: data must hold ${length} values, as shape [${shape.join(", ")}] says, got ${data.length}.`,
    );
  }
  if (version === 1 && Math.max(...shape) > 32_767) {
    throw new OptionError(
      `writeNifti: axes of NIfTI-1 must be at most 32767 long, got ${Math.max(...shape)}. Write version: 2.`,
    );
  }
  if (affine) checkAffine(affine);
  if (repetitionTime !== undefined && !(repetitionTime > 0 && Number.isFinite(repetitionTime))) {
    throw new OptionError(`writeNifti: repetitionTime must be above 0 seconds, got ${repetitionTime}.`);
  }
  if (niftiSpaces.indexOf(space) < 1) {
    throw new OptionError(`writeNifti: space must be one of ${niftiSpaces.slice(1).join(", ")}, got ${space}.`);
  }
  const start = layout.size + 4 + extension.length;
  const bytes = new Uint8Array(start);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, layout.size, true);
  const text = (at: number, limit: number, value: string, name: string) => {
    const encoded = new TextEncoder().encode(value);
    if (encoded.length > limit) {
      throw new OptionError(`writeNifti: ${name} must be at most ${limit} bytes long, got ${encoded.length}.`);
    }
    bytes.set(encoded, at);
  };
  text(layout.magic.at, 8, layout.magic.single, "magic");
  setField(view, layout.dim, [shape.length, ...shape, ...Array<number>(7 - shape.length).fill(1)]);
  setField(view, layout.datatype, [16]);
  setField(view, layout.bitpix, [32]);
  const column = (c: number) => (affine ? Math.hypot(affine[c]!, affine[4 + c]!, affine[8 + c]!) : 1);
  setField(view, layout.pixdim, [1, column(0), column(1), column(2), repetitionTime ?? 0, 1, 1, 1]);
  setField(view, layout.voxOffset, [start]);
  setField(view, layout.slope, [1]);
  // Millimetres, and seconds where there are any.
  setField(view, layout.units, [repetitionTime === undefined ? 2 : 10]);
  if (affine) {
    setField(view, layout.sformCode, [niftiSpaces.indexOf(space)]);
    setField(view, layout.srow, affine.slice(0, 12));
  }
  if (intent) {
    setField(view, layout.intentCode, [intent.code]);
    setField(view, layout.intentParameters, intent.parameters);
    text(layout.intentName.at, layout.intentName.length, intent.name, "the intent's name");
  }
  text(layout.description.at, layout.description.length, description, "description");
  if (extension.length > 0) {
    bytes[layout.size] = 1;
    bytes.set(extension, layout.size + 4);
  }
  return bytes;
}

function checkAffine(affine: readonly number[]): void {
  if (affine.length !== 16) throw new ShapeError(`writeNifti: affine must hold 16 numbers, got ${affine.length}.`);
  if (affine.every(Number.isFinite) && affine.slice(12).join() === "0,0,0,1") return;
  throw new OptionError(
    `writeNifti: affine must be finite and its last row 0 0 0 1, got ${affine.slice(0, 12).join(" ")} and ${affine.slice(12).join(" ")}.`,
  );
}
