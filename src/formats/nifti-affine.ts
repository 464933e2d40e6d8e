import { FormatError } from "../errors.ts";
import { fieldAt, type NiftiField, type NiftiLayout } from "./nifti-layout.ts";

/** What coordinates are of: nothing said, the scanner, another image, or a standard brain. */
export type NiftiSpace = "unknown" | "scanner" | "aligned" | "talairach" | "mni" | "template";

/** By the codes of qform and sform. */
export const niftiSpaces: readonly NiftiSpace[] = ["unknown", "scanner", "aligned", "talairach", "mni", "template"];

/** From voxel indices to coordinates, and what says so. */
export interface NiftiAffine {
  /** [4 x 4], row-major. */
  readonly affine: readonly number[];
  readonly affineFrom: "sform" | "qform" | "pixdim";
  readonly space: NiftiSpace;
}

type Get = (field: NiftiField, index?: number) => number;

/**
 * The affine of a header: of the sform, else of the qform, else of voxel sizes.
 *
 * @param isMatrix - whether the values are a matrix without a place in space (CIFTI): its voxel sizes may be 0
 * @throws FormatError where a code is unknown, or a number that the affine is made of cannot be
 */
export function niftiAffine(
  get: Get,
  layout: NiftiLayout,
  shape: readonly number[],
  isMatrix: boolean,
  path: string,
): NiftiAffine {
  const sform = readCode("sform_code", layout.sformCode);
  const qform = readCode("qform_code", layout.qformCode);
  if (sform > 0) {
    const rows = Array.from({ length: 12 }, (_, i) => finite("srow", layout.srow, i));
    return { affine: [...rows, 0, 0, 0, 1], affineFrom: "sform", space: niftiSpaces[sform]! };
  }
  const sizes = [0, 1, 2].map((d) => (qform > 0 || d < shape.length ? size(d) : 1));
  if (qform > 0) return { affine: fromQuaternion(sizes), affineFrom: "qform", space: niftiSpaces[qform]! };
  sizes[0]! *= -1;
  const origin = sizes.map((step, d) => -step * (((shape[d] ?? 1) - 1) / 2));
  return { affine: compose([1, 0, 0, 0, 1, 0, 0, 0, 1], sizes, origin), affineFrom: "pixdim", space: "unknown" };

  function readCode(name: string, field: NiftiField): number {
    const code = get(field);
    if (code >= 0 && code < niftiSpaces.length) return code;
    throw new FormatError(path, `${name} must be 0 to ${niftiSpaces.length - 1}, got ${code}`, fieldAt(field));
  }

  function finite(name: string, field: NiftiField, index: number): number {
    const value = get(field, index);
    if (Number.isFinite(value)) return value;
    throw new FormatError(path, `${name} must hold finite numbers, got ${value}`, fieldAt(field, index));
  }

  function size(axis: number): number {
    const value = get(layout.pixdim, 1 + axis);
    if (value > 0 && Number.isFinite(value)) return value;
    if (value === 0 && isMatrix) return 1;
    const message = `pixdim[${1 + axis}] must be above 0 where no sform is given, got ${value}`;
    throw new FormatError(path, message, fieldAt(layout.pixdim, 1 + axis));
  }

  function fromQuaternion(steps: readonly number[]): number[] {
    const sign = get(layout.pixdim);
    if (sign !== 1 && sign !== -1 && sign !== 0) {
      const message = `pixdim[0] must be 1 or -1 where the qform is used (0 counts as 1), got ${sign}`;
      throw new FormatError(path, message, fieldAt(layout.pixdim));
    }
    const [b, c, d] = [0, 1, 2].map((i) => finite("the quaternion", layout.quaternion, i)) as [number, number, number];
    const square = 1 - (b * b + c * c + d * d);
    // Three roundings to single precision can bring a rotation by half a turn below 0, no more.
    if (square < -3 * 2 ** -23) {
      const message = `the quaternion must be of length 1, got b, c, d = ${b}, ${c}, ${d}`;
      throw new FormatError(path, message, fieldAt(layout.quaternion));
    }
    const a = Math.sqrt(Math.max(0, square));
    const s = 2 / (a * a + b * b + c * c + d * d);
    const rotation = [
      [1 - s * (c * c + d * d), s * (b * c - a * d), s * (b * d + a * c)],
      [s * (b * c + a * d), 1 - s * (b * b + d * d), s * (c * d - a * b)],
      [s * (b * d - a * c), s * (c * d + a * b), 1 - s * (b * b + c * c)],
    ].flat();
    const origin = [0, 1, 2].map((i) => finite("qoffset", layout.qoffset, i));
    return compose(rotation, [steps[0]!, steps[1]!, sign === -1 ? -steps[2]! : steps[2]!], origin);
  }
}

/** [4 x 4] of a rotation [3 x 3], a step along each axis and the first voxel's coordinates. */
function compose(rotation: readonly number[], steps: readonly number[], origin: readonly number[]): number[] {
  const rows = [0, 1, 2].flatMap((r) => [...steps.map((step, c) => rotation[3 * r + c]! * step), origin[r]!]);
  return [...rows, 0, 0, 0, 1];
}
