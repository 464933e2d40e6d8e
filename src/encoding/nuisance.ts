import { checkArgument } from "../array/arguments.ts";
import { Matrix } from "../array/matrix.ts";
import { type VolumesOptions, wordsToVolumes } from "../stimulus/volumes.ts";

/**
 * Words per volume of one story, [nVolumes x 1]: the plainest feature of speech, to score with `brainScore` beside a
 * language model, or to join as a band of its own.
 *
 * @param onsets - seconds of scan time, one a word; words outside the run are not counted
 * @param options - as for the activations that it is compared with; words are always counted, never averaged
 * @throws OptionError as `wordsToVolumes`
 * @remarks The paper's low-level controls are word rate, phoneme rate and the sound envelope; the first needs no more than
 * the transcript.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Supplementary Information
 */
export function wordRate(onsets: ArrayLike<number>, options: Omit<VolumesOptions, "downsample">): Matrix<Float64Array> {
  checkArgument("wordRate: onsets", onsets, "a list of numbers");
  checkArgument("wordRate: options", options, "an object", { nVolumes: "a number", repetitionTime: "a number" });
  const ones = Matrix.of(new Float64Array(onsets.length).fill(1), onsets.length, 1);
  return wordsToVolumes(ones, onsets, { ...options, downsample: "sum" });
}
