import { OptionError } from "../errors.ts";

/**
 * Onsets without gaps: those that are NaN set from their neighbours, the others unchanged.
 *
 * - Between two words with times, `i < n < j`: linear in the number of the word,
 *   `onset[i] + (onset[j] - onset[i]) * (n - i) / (j - i)`.
 * - After the last word with a time: at the mean rate, `onset[last] + (n - last) * step` with
 *   `step = (onset[last] - onset[first]) / (last - first)` over the words with times.
 * - Before the first: at the same rate backwards, but not before the start of the audio: where `first * step` is more
 *   than `onset[first]`, the words are spread evenly from 0.
 *
 * @param onsets - seconds of audio, NaN where the transcript has none; not decreasing
 * @returns seconds, as many as `onsets`
 * @throws OptionError where fewer than two words have a time, and some have none
 */
export function interpolateOnsets(onsets: ArrayLike<number>): Float64Array {
  const filled = Float64Array.from(onsets);
  const known: number[] = [];
  for (let n = 0; n < filled.length; n++) if (!Number.isNaN(filled[n]!)) known.push(n);
  if (known.length === filled.length) return filled;
  if (known.length < 2) {
    throw new OptionError(
      `interpolateOnsets: at least two words must have a time, got ${known.length} of ${filled.length}. Align the transcript with the audio.`,
    );
  }
  const first = known[0]!;
  const last = known.at(-1)!;
  const step = (filled[last]! - filled[first]!) / (last - first);
  const stepBefore = filled[first]! > 0 ? Math.min(step, filled[first]! / first) : step;
  for (let n = 0; n < first; n++) filled[n] = filled[first]! - (first - n) * stepBefore;
  for (let k = 1; k < known.length; k++) {
    const i = known[k - 1]!;
    const j = known[k]!;
    for (let n = i + 1; n < j; n++) filled[n] = filled[i]! + ((filled[j]! - filled[i]!) * (n - i)) / (j - i);
  }
  for (let n = last + 1; n < filled.length; n++) filled[n] = filled[last]! + (n - last) * step;
  return filled;
}
