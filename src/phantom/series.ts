import { Matrix } from "../array/matrix.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";

/**
 * Every column convolved with a response, within each story.
 *
 * @param x - all stories one after the other, [nVolumes x nColumns]; zeros come before each, so they are to mean that nothing
 * is heard
 * @param response - at 0, 1, 2, ... volumes after an event
 * @param storyLengths - volumes of each story
 * @returns [nVolumes x nColumns], columns of mean 0
 */
export function convolveStories(
  x: Matrix<Float64Array>,
  response: Float64Array,
  storyLengths: readonly number[],
): Matrix<Float64Array> {
  const { nRows, nColumns } = x;
  const result = Matrix.zeros(nRows, nColumns);
  let start = 0;
  for (const length of storyLengths) {
    for (let t = 0; t < length; t++) {
      const to = (start + t) * nColumns;
      for (let k = 0; k < Math.min(response.length, t + 1); k++) {
        const from = to - k * nColumns;
        for (let j = 0; j < nColumns; j++) result.data[to + j]! += response[k]! * x.data[from + j]!;
      }
    }
    start += length;
  }
  return centreColumns(result, columnMeans(result), "convolveStories");
}

/** A series of mean 0 divided by its standard deviation. */
export function toUnitVariance(series: Float64Array): Float64Array {
  const variance = series.reduce((sum, value) => sum + value * value, 0) / series.length;
  return series.map((value) => value / Math.sqrt(variance));
}
