import { OptionError } from "../errors.ts";
import { contiguousFolds } from "../regression/folds.ts";
import { wordsOutside } from "./features.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";

/** What is wrong between options, each of which is fine by itself; undefined where nothing is. */
export function conflictOf(
  options: Pick<StudyOptions, "context" | "maxContext" | "minContext" | "filing" | "downsample">,
): { readonly key: keyof StudyOptions; readonly message: string } | undefined {
  const { context, maxContext, minContext, filing, downsample } = options;
  if (context === "exact" && minContext !== undefined) {
    const message = `must be left out where the context is exact (every word has all of it), got ${minContext}.`;
    return { key: "minContext", message };
  }
  if (minContext !== undefined && minContext >= maxContext)
    return {
      key: "minContext",
      message: `must be below the longest context (${maxContext} tokens), got ${minContext}.`,
    };
  if (filing === "one-late" && downsample === "lanczos") {
    const message =
      'must be "onset" with the downsampling "lanczos", which files no word in one volume, got "one-late".';
    return { key: "filing", message };
  }
  return undefined;
}

/**
 * Checks options against what was recorded, before anything is computed.
 *
 * @throws OptionError naming the option, the participant and the number of volumes
 */
export function checkFit(participants: readonly ParticipantInputs[], options: StudyOptions): void {
  const { firstDelay, delays, folds, gap, alphaChoice, innerFolds, distances, width } = options;
  const reach = Math.max(delays, firstDelay + delays - 1);
  for (const { participant, stories } of participants) {
    for (const story of stories) {
      const { files, nVolumes, transcript, audioStart, repetitionTime } = story;
      const nWords = transcript.words.length;
      if (wordsOutside(story) === nWords) {
        throw new OptionError(
          `${files.events}: words must be heard during the scan (${nVolumes} volumes, ${(nVolumes * repetitionTime).toFixed(0)} s), got all ${nWords} of ${transcript.path} outside it (audio starts at ${audioStart.toFixed(1)} s). Check both files' times: they are in seconds.`,
        );
      }
      if (reach < nVolumes) continue;
      throw new OptionError(
        `--delays: delays must be smaller than nVolumes (${nVolumes}, ${files.run}, story "${files.story}"), got ${reach}. Are they in seconds? They count volumes.`,
      );
    }
    const longest = Math.max(...stories.map(({ transcript }) => transcript.words.length));
    // The window of a distance d holds the words from d - width + 1 to d after each word.
    const beyond = distances.find((distance) => distance - width + 1 >= longest || distance <= -longest);
    if (beyond !== undefined) {
      throw new OptionError(
        `--distances: must lie within the stories (${longest} words in the longest, ${participant}), got ${beyond}. They count words.`,
      );
    }
    const total = stories.reduce((sum, { nVolumes }) => sum + nVolumes, 0);
    if (folds > total) {
      throw new OptionError(
        `--folds: must be at most as many as volumes (${total}, ${participant}), got ${folds}. Take fewer.`,
      );
    }
    const training = smallestTraining(total, folds, gap);
    if (training < 1) {
      throw new OptionError(
        `--gap: must leave volumes to train on, got ${gap} on either side of ${folds} test chunks (${total} volumes, ${participant}). Take a smaller one.`,
      );
    }
    if (alphaChoice === "inner-folds" && innerFolds > training) {
      throw new OptionError(
        `--inner-folds: must be at most as many as training volumes (${training}, ${participant}), got ${innerFolds}. Take fewer.`,
      );
    }
  }
}

/** The fewest volumes that any fold is trained on, as `contiguousFolds` lays them. */
function smallestTraining(nVolumes: number, nFolds: number, gap: number): number {
  const lengths = contiguousFolds(nVolumes, nFolds).map(({ test }) => {
    const [start, end] = [test[0]!, test.at(-1)! + 1];
    return Math.max(0, start - gap) + Math.max(0, nVolumes - end - gap);
  });
  return Math.min(...lengths);
}
