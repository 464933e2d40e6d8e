import { Matrix } from "../array/matrix.ts";
import type { Random } from "../array/random.ts";
import { OptionError } from "../errors.ts";

/** Correlation of the autocorrelated part of neighbouring volumes, unless said otherwise. */
export const DEFAULT_AUTOCORRELATION = 0.4;

/** Share of the noise's variance that is white, unless said otherwise. */
export const WHITE_SHARE = 0.3;

/** What noise is made of. */
export interface NoiseOptions {
  /** Correlation of one volume's autocorrelated part with the next one's, in (-1, 1) (default 0.4). */
  readonly autocorrelation?: number | undefined;
  /** Share of the variance that is white, 0..1 (default 0.3). */
  readonly whiteShare?: number | undefined;
}

/**
 * Noise of mean 0 and variance 1 in every column: a first-order autoregressive process that is stationary from its first
 * volume on, plus white noise, `sqrt(1 - w) x(t) + sqrt(w) e(t)` with `x(t) = phi x(t - 1) + sqrt(1 - phi^2) e'(t)`.
 * Columns are independent. The correlation of neighbouring volumes is `(1 - w) phi`.
 *
 * @returns [nVolumes x nColumns]
 * @throws OptionError where an option is out of range
 */
export function createNoise(
  nVolumes: number,
  nColumns: number,
  random: Random,
  options: NoiseOptions = {},
): Matrix<Float64Array> {
  const { autocorrelation: phi = DEFAULT_AUTOCORRELATION, whiteShare = WHITE_SHARE } = options;
  if (!(phi > -1 && phi < 1)) {
    throw new OptionError(
      `createNoise: autocorrelation must lie between -1 and 1, got ${phi}. Outside it grows forever.`,
    );
  }
  if (!(whiteShare >= 0 && whiteShare <= 1)) {
    throw new OptionError(
      `createNoise: whiteShare must lie in 0..1, got ${whiteShare}. It is a share of the variance.`,
    );
  }
  const noise = Matrix.zeros(nVolumes, nColumns);
  const step = Math.sqrt(1 - phi * phi);
  const slow = Math.sqrt(1 - whiteShare);
  const white = Math.sqrt(whiteShare);
  for (let j = 0; j < nColumns; j++) {
    let x = random.normal();
    for (let t = 0; t < nVolumes; t++) {
      if (t > 0) x = phi * x + step * random.normal();
      noise.data[t * nColumns + j] = slow * x + white * random.normal();
    }
  }
  return noise;
}

/**
 * The noise of the vertices of a mesh, each mixed with its neighbours' and brought back to variance 1: an average over
 * the vertex and its neighbours, divided by the root of its expected variance.
 *
 * @param noise - [nVolumes x nVertices], independent columns of variance 1
 * @param neighbours - for each vertex the vertices it shares an edge with
 */
export function smoothOverMesh(
  noise: Matrix<Float64Array>,
  neighbours: readonly (readonly number[])[],
): Matrix<Float64Array> {
  const { nRows, nColumns, data } = noise;
  const smooth = Matrix.zeros(nRows, nColumns);
  for (let t = 0; t < nRows; t++) {
    const row = t * nColumns;
    for (let v = 0; v < nColumns; v++) {
      let sum = data[row + v]!;
      for (const u of neighbours[v]!) sum += data[row + u]!;
      smooth.data[row + v] = sum / Math.sqrt(neighbours[v]!.length + 1);
    }
  }
  return smooth;
}
