/** How a field of a header is stored. */
type FieldKind = "int8" | "int16" | "int32" | "int64" | "float32" | "float64";

/** A field of a header: its first byte and how its numbers are stored. */
export interface NiftiField {
  readonly at: number;
  readonly kind: FieldKind;
}

/** Where the fields of one version's header stand. Of texts the first byte and the length. */
export interface NiftiLayout {
  readonly size: number;
  readonly magic: { readonly at: number; readonly single: string; readonly pair: string };
  readonly description: { readonly at: number; readonly length: number };
  readonly intentName: { readonly at: number; readonly length: number };
  readonly dim: NiftiField;
  readonly datatype: NiftiField;
  readonly bitpix: NiftiField;
  readonly pixdim: NiftiField;
  readonly voxOffset: NiftiField;
  readonly slope: NiftiField;
  readonly intercept: NiftiField;
  readonly units: NiftiField;
  readonly timeOffset: NiftiField;
  readonly intentCode: NiftiField;
  readonly intentParameters: NiftiField;
  readonly qformCode: NiftiField;
  readonly sformCode: NiftiField;
  readonly quaternion: NiftiField;
  readonly qoffset: NiftiField;
  readonly srow: NiftiField;
}

/**
 * The headers of NIfTI-1 and NIfTI-2.
 *
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 * @see https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h
 */
export const niftiLayouts: Readonly<Record<1 | 2, NiftiLayout>> = {
  1: {
    size: 348,
    magic: { at: 344, single: "n+1\0", pair: "ni1\0" },
    description: { at: 148, length: 80 },
    intentName: { at: 328, length: 16 },
    dim: { at: 40, kind: "int16" },
    datatype: { at: 70, kind: "int16" },
    bitpix: { at: 72, kind: "int16" },
    pixdim: { at: 76, kind: "float32" },
    voxOffset: { at: 108, kind: "float32" },
    slope: { at: 112, kind: "float32" },
    intercept: { at: 116, kind: "float32" },
    units: { at: 123, kind: "int8" },
    timeOffset: { at: 136, kind: "float32" },
    intentCode: { at: 68, kind: "int16" },
    intentParameters: { at: 56, kind: "float32" },
    qformCode: { at: 252, kind: "int16" },
    sformCode: { at: 254, kind: "int16" },
    quaternion: { at: 256, kind: "float32" },
    qoffset: { at: 268, kind: "float32" },
    srow: { at: 280, kind: "float32" },
  },
  2: {
    size: 540,
    // The last four bytes show what a transfer as text does to line ends.
    magic: { at: 4, single: "n+2\0\r\n\x1a\n", pair: "ni2\0\r\n\x1a\n" },
    description: { at: 240, length: 80 },
    intentName: { at: 508, length: 16 },
    dim: { at: 16, kind: "int64" },
    datatype: { at: 12, kind: "int16" },
    bitpix: { at: 14, kind: "int16" },
    pixdim: { at: 104, kind: "float64" },
    voxOffset: { at: 168, kind: "int64" },
    slope: { at: 176, kind: "float64" },
    intercept: { at: 184, kind: "float64" },
    units: { at: 500, kind: "int32" },
    timeOffset: { at: 216, kind: "float64" },
    intentCode: { at: 504, kind: "int32" },
    intentParameters: { at: 80, kind: "float64" },
    qformCode: { at: 344, kind: "int32" },
    sformCode: { at: 348, kind: "int32" },
    quaternion: { at: 352, kind: "float64" },
    qoffset: { at: 376, kind: "float64" },
    srow: { at: 400, kind: "float64" },
  },
};

/** Bytes that one number of a field takes. */
const sizes: Readonly<Record<FieldKind, number>> = { int8: 1, int16: 2, int32: 4, int64: 8, float32: 4, float64: 8 };

/** The `index`-th number of a field; whole numbers beyond 2^53 come out rounded. */
export function getField(view: DataView, field: NiftiField, isLittleEndian: boolean, index = 0): number {
  const at = fieldAt(field, index);
  switch (field.kind) {
    case "int8":
      return view.getInt8(at);
    case "int16":
      return view.getInt16(at, isLittleEndian);
    case "int32":
      return view.getInt32(at, isLittleEndian);
    case "int64":
      return Number(view.getBigInt64(at, isLittleEndian));
    case "float32":
      return view.getFloat32(at, isLittleEndian);
    case "float64":
      return view.getFloat64(at, isLittleEndian);
  }
}

/** Writes the numbers of a field, little-endian. */
export function setField(view: DataView, field: NiftiField, values: readonly number[]): void {
  values.forEach((value, index) => {
    const at = fieldAt(field, index);
    if (field.kind === "int8") view.setInt8(at, value);
    else if (field.kind === "int16") view.setInt16(at, value, true);
    else if (field.kind === "int32") view.setInt32(at, value, true);
    else if (field.kind === "int64") view.setBigInt64(at, BigInt(value), true);
    else if (field.kind === "float32") view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  });
}

/** Byte at which the `index`-th number of a field stands. */
export function fieldAt(field: NiftiField, index = 0): number {
  return field.at + sizes[field.kind] * index;
}
