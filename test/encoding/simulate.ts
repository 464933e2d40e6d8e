import { Matrix } from "../../src/array/matrix.ts";
import { createRandom, type Random } from "../../src/array/random.ts";

/** A matrix of independent standard normal numbers. */
export function normalMatrix(nRows: number, nColumns: number, seed: string): Matrix<Float64Array> {
  const random = createRandom(seed);
  return Matrix.of(
    Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
    nRows,
    nColumns,
  );
}

/** How strongly a response follows its cause after 0, 1, 2, ... volumes. */
const RESPONSE = [0.1, 0.6, 1, 0.7, 0.3];

/**
 * Responses to some columns of features: a random mixture for each target, spread over the volumes after, plus noise.
 *
 * @param features - [nVolumes x nFeatures], one story
 * @param noise - standard deviation of the noise; the mixtures have about 1.3
 */
export function respond(features: Matrix, nTargets: number, noise: number, random: Random): Matrix<Float64Array> {
  const { nRows, nColumns } = features;
  const bold = Matrix.zeros(nRows, nTargets);
  for (let target = 0; target < nTargets; target++) {
    const weights = Float64Array.from({ length: nColumns }, () => random.normal() / Math.sqrt(nColumns));
    const cause = Float64Array.from({ length: nRows }, (_, t) =>
      weights.reduce((sum, weight, j) => sum + weight * features.data[t * nColumns + j]!, 0),
    );
    for (let t = 0; t < nRows; t++) {
      let value = noise * random.normal();
      RESPONSE.forEach((strength, delay) => {
        if (t >= delay) value += strength * cause[t - delay]!;
      });
      bold.data[t * nTargets + target] = value;
    }
  }
  return bold;
}

/** Mean and standard error of the mean. */
export function meanAndError(values: ArrayLike<number>): { readonly mean: number; readonly error: number } {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
  return { mean, error: Math.sqrt(variance / list.length) };
}
