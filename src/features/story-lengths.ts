import { ShapeError } from "../errors.ts";

/**
 * Holds the volumes of the stories against the rows of a matrix that should join them all.
 *
 * @param where - the function that asks, for the message
 * @param what - the matrix, for the message: `"features 564 x 768"`
 * @throws ShapeError where a length is not a whole number from 1, there is none, or they do not add up to `nVolumes`
 */
export function checkStoryLengths(
  where: string,
  storyLengths: readonly number[],
  nVolumes: number,
  what: string,
): void {
  storyLengths.forEach((length, index) => {
    if (Number.isInteger(length) && length >= 1) return;
    throw new ShapeError(
      `${where}: storyLengths must be whole numbers of volumes from 1, got ${length} ` +
        `(story ${index + 1} of ${storyLengths.length}).`,
    );
  });
  const sum = storyLengths.reduce((total, length) => total + length, 0);
  if (sum === nVolumes && storyLengths.length > 0) return;
  throw new ShapeError(
    `${where}: storyLengths must add up to the number of volumes (${nVolumes}), got ` +
      `${storyLengths.join(" + ") || "none"} = ${sum} (${what}). Give one length a story, in the order they are joined.`,
  );
}
