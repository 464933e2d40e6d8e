import { checkArgument } from "../array/arguments.ts";
import { range } from "../array/indices.ts";
import { checkMatrix, emptyLike, Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { ShapeError } from "../errors.ts";

/** How a control window is drawn. */
export interface ControlWindowOptions {
  /** The same seed gives the same window on every machine. Take another for each story, such as its name. */
  readonly seed: number | string;
}

/**
 * Seeded random vectors for the place of a forecast window: normal draws of the same shape, each column shifted and
 * scaled to the window's own mean and standard deviation (population, divisor nWords). A forecast score made with them
 * must not lie above zero.
 *
 * @param window - what is replaced, [nWords x nColumns]; a column with NaN or infinity gives a column of NaN
 * @returns a new matrix of the same shape and precision; constant columns stay as they are
 * @throws ShapeError where there are fewer than two words, which have no standard deviation
 * @remarks The rows are independent. A true window shares `width - 1` words with its neighbour's; for random vectors that
 * overlap in the same way, draw them first and window them after:
 * `forecastWindow(randomWindow(activations, { seed }), { distance })`.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Supplementary Information
 */
export function randomWindow<Data extends Matrix["data"]>(
  window: Matrix<Data>,
  options: ControlWindowOptions,
): Matrix<Data> {
  checkArgument("randomWindow: options", options, "an object");
  const { seed } = options;
  requireWords("randomWindow", window);
  const { nRows, nColumns } = window;
  const random = createRandom(seed);
  const draws = Float64Array.from({ length: nRows * nColumns }, () => random.normal());
  const wanted = columnMoments(window.data, nRows, nColumns);
  const drawn = columnMoments(draws, nRows, nColumns);
  const data = emptyLike(window.data, draws.length);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++) {
      const k = i * nColumns + j;
      const z = (draws[k]! - drawn.mean[j]!) / drawn.deviation[j]!;
      data[k] = wanted.mean[j]! + wanted.deviation[j]! * z;
    }
  }
  return Matrix.of(data, nRows, nColumns);
}

/**
 * The windows of one story dealt out to other words: the rows in a seeded random order. Every vector is a true one, only
 * its place in time is wrong; a forecast score made with it must not lie above zero.
 *
 * @param window - [nWords x nColumns]
 * @returns a new matrix of the same shape and precision
 * @throws ShapeError where there are fewer than two words
 */
export function shuffledWindow<Data extends Matrix["data"]>(
  window: Matrix<Data>,
  options: ControlWindowOptions,
): Matrix<Data> {
  checkArgument("shuffledWindow: options", options, "an object");
  const { seed } = options;
  requireWords("shuffledWindow", window);
  const { nRows, nColumns } = window;
  const random = createRandom(seed);
  const order = range(nRows);
  for (let i = nRows - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  const data = emptyLike(window.data, window.data.length);
  order.forEach((from, to) => {
    data.set(window.data.subarray(from * nColumns, (from + 1) * nColumns), to * nColumns);
  });
  return Matrix.of(data, nRows, nColumns);
}

function requireWords(where: string, window: Matrix): void {
  checkMatrix(window, `${where}: window`);
  if (window.nRows >= 2) return;
  throw new ShapeError(
    `${where}: the window must have at least 2 words (rows), got ${window.nRows}. Controls are drawn story by story.`,
  );
}

function columnMoments(data: ArrayLike<number>, nRows: number, nColumns: number) {
  // Deviations from the first row: a constant column has exactly its own mean and deviation 0.
  const mean = new Float64Array(nColumns);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++) mean[j]! += data[i * nColumns + j]! - data[j]!;
  }
  for (let j = 0; j < nColumns; j++) mean[j] = data[j]! + mean[j]! / nRows;
  const variance = new Float64Array(nColumns);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++) variance[j]! += (data[i * nColumns + j]! - mean[j]!) ** 2 / nRows;
  }
  return { mean, deviation: variance.map(Math.sqrt) };
}
