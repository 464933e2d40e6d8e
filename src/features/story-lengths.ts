import { joinRows, type Matrix, sliceRows } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";

/**
 * Holds the volumes of the stories against the rows of a matrix that should join them all.
 *
 * @param where - the function that asks, for the message
 * @param what - the matrix, for the message: `"features 564 x 768"`
 * @param volumesBefore - as {@link joinStories} puts them below the volumes of all stories
 * @throws ShapeError where a length is not a whole number from 1, there is none, or they do not add up to `nVolumes`; where
 * volumes before are not one whole number a story
 */
export function checkStoryLengths(
  where: string,
  storyLengths: readonly number[],
  nVolumes: number,
  what: string,
  volumesBefore?: readonly number[],
): void {
  storyLengths.forEach((length, index) => {
    if (Number.isInteger(length) && length >= 1) return;
    throw new ShapeError(
      `${where}: storyLengths must be whole numbers of volumes from 1, got ${length} ` +
        `(story ${index + 1} of ${storyLengths.length}).`,
    );
  });
  const sum = storyLengths.reduce((total, length) => total + length, 0);
  const sumBefore = (volumesBefore ?? []).reduce((total, n) => total + n, 0);
  if (
    volumesBefore &&
    !(volumesBefore.length === storyLengths.length && volumesBefore.every((n) => Number.isInteger(n) && n >= 0))
  ) {
    throw new ShapeError(
      `${where}: volumesBefore must be a whole number from 0 for each of ${storyLengths.length} stories, got ${volumesBefore.join(", ") || "none"}.`,
    );
  }
  if (sum + sumBefore === nVolumes && storyLengths.length > 0) return;
  if (sumBefore > 0) {
    throw new ShapeError(
      `${where}: rows must be the volumes of the stories (${sum}) and, below them, those before (${volumesBefore!.join(" + ")} = ${sumBefore}), got ${nVolumes} (${what}).`,
    );
  }
  throw new ShapeError(
    `${where}: storyLengths must add up to the number of volumes (${nVolumes}), got ` +
      `${storyLengths.join(" + ") || "none"} = ${sum} (${what}). Give one length a story, in the order they are joined.`,
  );
}

/**
 * Features of several stories as one matrix: the volumes of all stories, one after the other, and below them the volumes before
 * each story's first, as `volumesBefore` of `DelayOptions` counts them.
 *
 * @param parts - of each story, in order of time, [(volumes before + volumes) x nFeatures]
 */
export function joinStories(parts: readonly Matrix[], volumesBefore: readonly number[]): Matrix {
  if (volumesBefore.every((n) => n === 0)) return joinRows(parts);
  return joinRows([
    ...parts.map((part, s) => sliceRows(part, volumesBefore[s]!, part.nRows)),
    ...parts.map((part, s) => sliceRows(part, 0, volumesBefore[s]!)).filter(({ nRows }) => nRows > 0),
  ]);
}
