import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, formatShape, type Matrix } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";

/**
 * The forecast distance d* of every target: the distance at which its forecast score is largest.
 *
 * @param distances - words, one a row of `scores`
 * @param scores - forecast scores, [nDistances x nTargets]
 * @returns [nTargets]; of equal scores the first counts; distances with a NaN score are passed over, and where all are NaN,
 * so is the result
 * @throws OptionError where there are no distances
 * @throws ShapeError where `scores` has another number of rows
 * @remarks Every curve has a largest value, a flat one too: read d* only where the forecast score differs from zero over
 * subjects.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Forecast distance"
 */
export function forecastDistance(distances: readonly number[], scores: Matrix): Float64Array {
  return labelOfLargest("forecastDistance", "distances", distances, scores);
}

/**
 * The forecast depth k* of every target: the layer at which its forecast score is largest.
 *
 * @param layers - layer indices (0 = embedding output), one a row of `scores`
 * @param scores - forecast scores at one distance, with features and windows of that layer, [nLayers x nTargets]
 * @returns [nTargets]; of equal scores the first counts; layers with a NaN score are passed over, and where all are NaN, so
 * is the result
 * @throws OptionError where there are no layers
 * @throws ShapeError where `scores` has another number of rows
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Forecast depth"
 */
export function forecastDepth(layers: readonly number[], scores: Matrix): Float64Array {
  return labelOfLargest("forecastDepth", "layers", layers, scores);
}

function labelOfLargest(where: string, name: string, labels: readonly number[], scores: Matrix): Float64Array {
  checkArgument(`${where}: ${name}`, labels, "a list of numbers");
  if (labels.length === 0) {
    throw new OptionError(
      `${where}: ${name} must hold at least one number, got none. There is nothing to choose from.`,
    );
  }
  checkMatrix(scores, `${where}: scores`);
  if (scores.nRows !== labels.length) {
    throw new ShapeError(
      `${where}: scores must have one row for each of the ${labels.length} ${name}, got ${scores.nRows} (${formatShape(scores)}).`,
    );
  }
  return placeOfLargest(labels, scores);
}

/**
 * The place at which each target's score is largest; of equal scores the first counts, NaN is passed over.
 *
 * @param places - one a row of `scores`
 * @param scores - [nPlaces x nTargets]
 * @returns [nTargets]; NaN where all scores are
 */
export function placeOfLargest(places: readonly number[], scores: Matrix): Float64Array {
  const result = new Float64Array(scores.nColumns).fill(Number.NaN);
  for (let target = 0; target < scores.nColumns; target++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < scores.nRows; row++) {
      const score = scores.data[row * scores.nColumns + target]!;
      if (Number.isNaN(score) || (score <= largest && !Number.isNaN(result[target]))) continue;
      largest = score;
      result[target] = places[row]!;
    }
  }
  return result;
}
