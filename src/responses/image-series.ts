import type { Matrix } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import { streamCifti } from "../formats/cifti.ts";
import type { CiftiGrayordinates, CiftiParcel } from "../formats/cifti-axes.ts";
import { streamNifti } from "../formats/nifti-stream.ts";
import type { Source } from "../sources/source.ts";
import { hemiOfStructure, type Target } from "./target.ts";
import { selectVoxels, type VolumeMask } from "./volume-mask.ts";

/**
 * The voxels of a mask in a series of volumes, [nVolumes x nVoxels], single precision. The file is read as it comes.
 *
 * @throws FormatError where it is no series of volumes, ends early, or lies in another grid than the mask
 * @throws NotFoundError where it does not exist
 */
export async function loadVolumeSeries(source: Source, path: string, mask: VolumeMask): Promise<Matrix<Float32Array>> {
  const { volumes } = await streamNifti(source.stream(path), { path, select: selectVoxels(mask, path) });
  return volumes;
}

/**
 * The grayordinates of a dense series, [nVolumes x nGrayordinates], single precision, and what each is.
 *
 * @throws FormatError where the file is no dense series
 * @throws NotFoundError where it does not exist
 */
export async function loadGrayordinateSeries(
  source: Source,
  path: string,
): Promise<{ readonly bold: Matrix<Float32Array>; readonly grayordinates: CiftiGrayordinates }> {
  const { rows, columns, data } = await streamCifti(source.stream(path), { path });
  if (rows.kind !== "series" || columns.kind !== "grayordinates") {
    throw new FormatError(
      path,
      `a dense series must hold volumes by grayordinates, got ${rows.kind} by ${columns.kind}. Choose another file`,
    );
  }
  return { bold: data, grayordinates: columns };
}

/**
 * The parcels of a parcellated series, [nVolumes x nParcels], single precision, by name; on the hemisphere that all their
 * vertices lie on.
 *
 * @throws FormatError where the file is no parcellated series
 * @throws NotFoundError where it does not exist
 */
export async function loadParcelSeries(
  source: Source,
  path: string,
): Promise<{ readonly bold: Matrix<Float32Array>; readonly targets: readonly Target[] }> {
  const { rows, columns, data } = await streamCifti(source.stream(path), { path });
  if (rows.kind !== "series" || columns.kind !== "parcels") {
    throw new FormatError(
      path,
      `a parcellated series must hold volumes by parcels, got ${rows.kind} by ${columns.kind}. Choose another file`,
    );
  }
  return { bold: data, targets: columns.parcels.map((parcel) => ({ name: parcel.name, hemi: hemiOf(parcel) })) };
}

function hemiOf({ vertices }: CiftiParcel): Target["hemi"] {
  const sides = new Set(vertices.map(({ structure }) => hemiOfStructure(structure)));
  return sides.size === 1 ? [...sides][0]! : "n/a";
}
