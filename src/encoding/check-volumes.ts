import { checkArgument, nameKind } from "../array/arguments.ts";
import { checkMatrix, formatShape, type Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import type { DelayOptions } from "../features/delays.ts";

/**
 * Refuses bands of features that are no matrices.
 *
 * @throws ShapeError as {@link checkMatrix}
 */
export function checkBands(where: string, bands: readonly Matrix[]): void {
  checkArgument(`${where}: features`, bands, "a list");
  bands.forEach((band, k) => {
    checkMatrix(band, `${where}: features[${k}]`);
  });
}

/**
 * Checks that features, responses and story lengths have the same number of volumes, and names all three numbers where they have not.
 *
 * @param options.volumesBefore - rows of the features below those of the volumes
 * @throws ShapeError where their numbers of volumes differ, or their data do not fill their shapes
 */
export function checkVolumes(
  where: string,
  bands: readonly Matrix[],
  bold: Matrix,
  { storyLengths, volumesBefore = [] }: Pick<DelayOptions, "storyLengths" | "volumesBefore">,
): void {
  checkBands(where, bands);
  checkMatrix(bold, `${where}: bold`);
  const sum = storyLengths.reduce((total, length) => total + length, 0);
  const nBefore = volumesBefore.reduce((total, n) => total + n, 0);
  const wrong = bands.find((band) => band.nRows !== sum + nBefore);
  if (bold.nRows === sum && !wrong) return;
  const features = wrong ?? bands[0];
  throw new ShapeError(
    `${where}: features, bold and storyLengths must have equally many volumes, got ${features?.nRows ?? 0} rows of features ` +
      `(${features ? formatShape(features) : "none"}), ${bold.nRows} rows of bold (${formatShape(bold)}) and storyLengths ` +
      `${storyLengths.join(" + ") || "none"} = ${sum}${nBefore > 0 ? ` (and ${nBefore} volumes before)` : ""}. Join the same stories in the same order.`,
  );
}

/**
 * Refuses responses of another number of volumes than what they are scored by.
 *
 * @throws ShapeError naming both numbers
 */
export function checkResponses(
  bold: Matrix,
  { nVolumes, storyLengths }: { readonly nVolumes: number; readonly storyLengths: readonly number[] },
): void {
  if (bold.nRows === nVolumes) return;
  throw new ShapeError(
    `scoreBrainScore: bold must have as many volumes as the features that were prepared (${nVolumes} = ` +
      `storyLengths ${storyLengths.join(" + ")}), got ${bold.nRows} (${formatShape(bold)}).`,
  );
}

/** One band or several, as several. */
export function asBands(where: string, features: Matrix | readonly Matrix[]): readonly Matrix[] {
  if (Array.isArray(features)) return features as readonly Matrix[];
  if (typeof features === "object" && features !== null && "data" in features) return [features];
  throw new ShapeError(`${where}: features must be a matrix or a list of matrices, got ${nameKind(features)}.`);
}
