import { Matrix } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";

/**
 * The slow part of a run as regressors: the discrete cosine transform's functions of longer period than a cut-off,
 * [nVolumes x order], with `order = min(nVolumes - 1, floor(2 nVolumes repetitionTime / cutoff))` and column k = 1..order
 * `sqrt(2 / nVolumes) cos(pi k (t + 0.5) / nVolumes)`. Columns are orthonormal and sum to zero.
 *
 * @param cutoff - seconds; periods longer than this are in the basis
 * @throws OptionError where cutoff or repetitionTime is not positive, or cutoff is below two volumes
 * @remarks The convention of SPM, nilearn's `create_cosine_drift` and fMRIPrep's `cosine_XX` columns, without nilearn's
 * constant column.
 */
export function cosineBasis(nVolumes: number, repetitionTime: number, cutoff: number): Matrix<Float64Array> {
  if (!(repetitionTime > 0)) {
    throw new OptionError(`cosineBasis: repetitionTime must be a positive number of seconds, got ${repetitionTime}.`);
  }
  if (!(cutoff > 2 * repetitionTime)) {
    throw new OptionError(
      `cosineBasis: cutoff must be longer than two volumes (${2 * repetitionTime} s), got ${cutoff}. It is in seconds; 128 is usual.`,
    );
  }
  const order = Math.max(0, Math.min(nVolumes - 1, Math.floor((2 * nVolumes * repetitionTime) / cutoff)));
  const basis = Matrix.zeros(nVolumes, order);
  const scale = Math.sqrt(2 / nVolumes);
  for (let t = 0; t < nVolumes; t++) {
    for (let k = 1; k <= order; k++) {
      basis.data[t * order + k - 1] = scale * Math.cos((Math.PI * k * (t + 0.5)) / nVolumes);
    }
  }
  return basis;
}
