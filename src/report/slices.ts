import type { PlacedSpace } from "../responses/target.ts";
import type { Rgb } from "./colour-map.ts";
import type { Picture } from "./rasterise.ts";

/** Volumes, with the places of their voxels. */
export type VolumeSpace = Extract<PlacedSpace, { kind: "volume" }>;

/** A plane through the brain: level, facing forwards, or from front to back. */
export type SlicePlane = "axial" | "coronal" | "sagittal";

/** What is painted onto the voxels of a volume. */
export interface VolumePaint {
  /** One a column of the responses; NaN where the bare brain shows. */
  readonly values: Float64Array;
  readonly colour: (value: number) => Rgb;
}

/** The axis that a plane stands on, and those to the right and upwards in its picture: 0 to the right, 1 to the front, 2 up. */
const planeAxes = { axial: [2, 0, 1], coronal: [1, 0, 2], sagittal: [0, 1, 2] } as const;

/** Voxels that are scored and have no value to be shown. */
const brain: Rgb = [204, 206, 209];

/** Millimetres from the lowest to the highest along x (to the right), y (to the front), z (up). */
export type Extent = readonly (readonly [number, number])[];

/** Slices of a volume at places in millimetres: see {@link createSlicer}. */
export interface Slicer {
  readonly extent: Extent;
  /** Coordinates of a column's voxel, millimetres: x to the right, y to the front, z up. */
  readonly centre: (column: number) => readonly [number, number, number];
  /** Picture of the plane at a place along its own axis, `width` pixels wide. */
  readonly slice: (plane: SlicePlane, at: number, paint: VolumePaint, width: number) => Picture;
}

/**
 * Draws slices of a volume at the places that its affine gives, whichever way round its voxels are stored. In axial and
 * coronal slices the left of the picture is the left of the brain. In sagittal ones the front is on the right. Each pixel
 * has the voxel that its place falls into; scored voxels without a value are grey, all others transparent.
 *
 * @returns undefined where the affine puts the voxels into a plane or a point, so that there is no place to go back from
 */
export function createSlicer({ shape, affine, voxels }: VolumeSpace): Slicer | undefined {
  const [nx, ny] = shape;
  const toVoxel = invert(affine);
  if (!toVoxel) return undefined;
  const columns = new Int32Array(shape[0] * shape[1] * shape[2]).fill(-1);
  for (const [column, voxel] of voxels.entries()) columns[voxel] = column;
  const place = (i: number, j: number, k: number) =>
    [0, 1, 2].map((row) => {
      const at = 4 * row;
      return affine[at]! * i + affine[at + 1]! * j + affine[at + 2]! * k + affine[at + 3]!;
    }) as [number, number, number];
  const centre = (column: number) => {
    const voxel = voxels[column]!;
    return place(voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny)));
  };
  const extent = extentOfVoxels(voxels.length, centre, affine);
  return {
    extent,
    centre,
    slice(plane, at, { values, colour }, width) {
      const [normal, right, up] = planeAxes[plane];
      const [[left, end], [bottom, top]] = [extent[right]!, extent[up]!];
      const pixel = (end - left) / width;
      const height = Math.max(1, Math.round((top - bottom) / pixel));
      const pixels = new Uint8Array(4 * width * height);
      const point: [number, number, number] = [0, 0, 0];
      point[normal] = at;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          point[right] = left + (x + 0.5) * pixel;
          point[up] = top - (y + 0.5) * pixel;
          const [i, j, k] = toVoxel(point);
          if (!(i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < shape[2])) continue;
          const column = columns[i + nx * (j + ny * k)]!;
          if (column < 0) continue;
          const value = values[column]!;
          pixels.set([...(Number.isFinite(value) ? colour(value) : brain), 255], 4 * (y * width + x));
        }
      }
      return { pixels, width, height };
    },
  };
}

/** From the outer face of the outermost voxel to that of the other end, along each axis. */
function extentOfVoxels(
  n: number,
  centre: (column: number) => readonly [number, number, number],
  affine: readonly number[],
): Extent {
  const ends = [0, 1, 2].map((): [number, number] => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  for (let column = 0; column < n; column++) {
    const at = centre(column);
    ends.forEach((end, axis) => {
      end[0] = Math.min(end[0], at[axis]!);
      end[1] = Math.max(end[1], at[axis]!);
    });
  }
  return ends.map(([low, high], row) => {
    const half = [0, 1, 2].reduce((sum, k) => sum + Math.abs(affine[4 * row + k]!), 0) / 2;
    return [low - half, high + half] as const;
  });
}

/** x, y and z's share of one coordinate, and what is added to it. */
type AffineRow = [number, number, number, number];

/** From millimetres to the indices of the voxel that they fall into; undefined where the affine cannot be turned round. */
function invert(m: readonly number[]) {
  const [a, b, c, x0, d, e, f, y0, g, h, i, z0] = m as [...AffineRow, ...AffineRow, ...AffineRow];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!Number.isFinite(1 / determinant)) return undefined;
  const rows = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ] as const;
  return ([x, y, z]: readonly [number, number, number]) =>
    rows.map((row) => Math.round((row[0] * (x - x0) + row[1] * (y - y0) + row[2] * (z - z0)) / determinant)) as [
      number,
      number,
      number,
    ];
}
