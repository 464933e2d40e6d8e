import { FormatError } from "../errors.ts";
import { type NiftiMask, readNiftiMask } from "../formats/nifti.ts";
import type { NiftiHeader } from "../formats/nifti-header.ts";
import type { Source } from "../sources/source.ts";

/** The voxels that are scored, in their grid. */
export interface VolumeMask extends NiftiMask {
  /** Where it comes from, for messages. */
  readonly path: string;
}

/** Millimetres by which coordinates of one grid may differ: a hundred times the rounding of headers, 1e-5 mm of 100 in single precision. */
const GRID_TOLERANCE = 1e-3;

/**
 * A brain mask from a NIfTI file: the voxels that are not 0.
 *
 * @throws FormatError where the file is no mask, or holds no voxel
 * @throws NotFoundError where it does not exist
 */
export async function loadMask(source: Source, path: string): Promise<VolumeMask> {
  const mask = readNiftiMask(await source.read(path), { path });
  if (mask.voxels.length === 0)
    throw new FormatError(path, "a mask must hold voxels, got none that is not 0. Take another");
  return { ...mask, path };
}

/**
 * The voxels that all masks have.
 *
 * @throws FormatError where the masks lie in different grids, or have no voxel in common
 */
export function intersectMasks(masks: readonly [VolumeMask, ...VolumeMask[]]): VolumeMask {
  const [first] = masks;
  const counts = new Map<number, number>();
  for (const mask of masks) {
    checkGrid(mask, first, mask.path);
    for (const voxel of mask.voxels) counts.set(voxel, (counts.get(voxel) ?? 0) + 1);
  }
  const voxels = first.voxels.filter((voxel) => counts.get(voxel) === masks.length);
  if (voxels.length === 0) {
    throw new FormatError(
      first.path,
      `the ${masks.length} masks must have voxels in common, got none. Give one with \`mask\``,
    );
  }
  return { ...first, voxels };
}

/**
 * Checks that a file lies in the grid of a mask.
 *
 * @throws FormatError where shape or affine differ
 */
export function checkGrid(
  grid: Pick<NiftiMask, "affine"> & { readonly shape: readonly number[] },
  mask: NiftiMask & { readonly path?: string },
  path: string,
): void {
  const whose = mask.path === undefined ? "of the responses" : `of the mask ${mask.path}`;
  const [shape, wanted] = [grid.shape.slice(0, 3).join(" x "), mask.shape.join(" x ")];
  if (shape !== wanted) {
    throw new FormatError(
      path,
      `the shape must be that ${whose} (${wanted}), got ${shape}. Choose one space and resolution`,
    );
  }
  const apart = grid.affine.reduce((most, value, i) => Math.max(most, Math.abs(value - mask.affine[i]!)), 0);
  if (apart > GRID_TOLERANCE) {
    throw new FormatError(
      path,
      `the grid must be that ${whose}, got an affine that differs by ${apart.toPrecision(3)} mm. Choose one space and resolution`,
    );
  }
}

/** The voxels to read of a file in the mask's grid; throws as {@link checkGrid}. */
export function selectVoxels(mask: VolumeMask, path: string): (header: NiftiHeader) => Int32Array {
  return (header) => {
    checkGrid({ shape: header.shape, affine: header.affine }, mask, path);
    return mask.voxels;
  };
}
