import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, formatShape, Matrix, zerosLike } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";

/** Words in a forecast window, unless said otherwise: the paper's. */
export const DEFAULT_WIDTH = 7;

/** The distance, in words, at which a forecast is told from none, and depths are compared: the paper's. */
export const FORECAST_DISTANCE = 8;

/** The distance that controls are made at and tables name: {@link FORECAST_DISTANCE}, or the nearest to it; the first of two. */
export function mainDistance(distances: readonly number[]): number | undefined {
  const away = (distance: number) => Math.abs(distance - FORECAST_DISTANCE);
  return distances.toSorted((a, b) => away(a) - away(b))[0];
}

/** Which words a {@link forecastWindow} joins. */
export interface WindowOptions {
  /** Words from the word itself to the window's last word; negative for a window of the past. */
  readonly distance: number;
  /** Words in the window (default 7). */
  readonly width?: number | undefined;
}

/**
 * The forecast window of every word of one story: the activations of the words n + distance - width + 1 to
 * n + distance side by side, left to right; X~(d) of the paper. Words beyond either end of the story are zero vectors.
 *
 * @param activations - one story, [nWords x nUnits]; stories are windowed one by one, so that none sees the next
 * @returns [nWords x (width * nUnits)] in the precision of `activations`; NaN stays where it was
 * @throws ShapeError where windows of that width cannot be held
 * @throws OptionError where `distance` is not a whole number, or `width` not a whole number from 1
 * @remarks The paper's window is seven words wide. Width 1 gives a single future word (its supplement); a distance of
 * at most -1 holds words of the past only, a control; a distance smaller than `width` holds word n itself too.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Forecast windows"
 */
export function forecastWindow<Data extends Matrix["data"]>(
  activations: Matrix<Data>,
  options: WindowOptions,
): Matrix<Data> {
  checkArgument("forecastWindow: options", options, "an object", { distance: "a number" });
  const { distance, width = DEFAULT_WIDTH } = options;
  checkMatrix(activations, "forecastWindow: activations");
  checkWindowOptions({ distance, width }, "forecastWindow", `activations ${formatShape(activations)}`);
  const { nRows, nColumns: nUnits } = activations;
  const { data } = zerosLike(activations.data, nRows, width * nUnits, "forecastWindow");
  for (let n = 0; n < nRows; n++) {
    // The words of one window lie one after the other in `activations` too: one copy, cut at the story's ends.
    const wanted = n + distance - width + 1;
    const first = Math.max(0, wanted);
    const end = Math.min(nRows, wanted + width);
    if (first >= end) continue;
    const place = n * width + (first - wanted);
    data.set(activations.data.subarray(first * nUnits, end * nUnits), place * nUnits);
  }
  return Matrix.of(data, nRows, width * nUnits);
}

/**
 * Refuses what is no window.
 *
 * @param where - the function that asks, for messages
 * @param what - what windows are made of, for messages
 * @throws OptionError where `distance` is not a whole number, or `width` not a whole number from 1
 */
export function checkWindowOptions(
  { distance, width = DEFAULT_WIDTH }: WindowOptions,
  where: string,
  what: string,
): void {
  if (!Number.isInteger(distance)) {
    throw new OptionError(
      `${where}: distance must be a whole number of words, got ${distance}. Negative ones reach into the past.`,
    );
  }
  if (Number.isInteger(width) && width >= 1) return;
  throw new OptionError(`${where}: width must be a whole number of words from 1, got ${width} (${what}).`);
}
