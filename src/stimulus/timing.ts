import { interpolateOnsets } from "./interpolate.ts";
import { transcriptLimits as limits } from "./transcript-limits.ts";
import type { TranscriptRow } from "./transcript-row.ts";

/** A silence between two words of which both have times. */
export interface TranscriptSilence {
  /** Seconds of audio. */
  readonly start: number;
  readonly end: number;
  /** Index of the word before it, from 0. */
  readonly word: number;
}

/** Words in a row without times of their own. */
export interface UntimedStretch {
  /** Index of the first of them, from 0. */
  readonly word: number;
  readonly nWords: number;
  /** Seconds of audio: from the end of the word before to the onset of the word behind, as far as these have times. */
  readonly start: number;
  readonly end: number;
}

/** How fast is spoken for a while. */
export interface RateWindow {
  /** Seconds of audio. */
  readonly start: number;
  readonly end: number;
  /** Words a second. */
  readonly rate: number;
}

/** The onsets of rows, those that are missing set from their neighbours'; NaN where too few words have a time. */
export function filledOnsets(rows: readonly TranscriptRow[]): Float64Array {
  const onsets = Float64Array.from(rows, ({ onset }) => onset);
  const nKnown = onsets.filter((onset) => !Number.isNaN(onset)).length;
  return nKnown < 2 ? onsets : interpolateOnsets(onsets);
}

/** Silences of more than `limits.silence` seconds between neighbours with times, in order. */
export function findSilences(rows: readonly TranscriptRow[]): TranscriptSilence[] {
  return rows.slice(1).flatMap(({ onset }, word) => {
    const { onset: before, offset } = rows[word]!;
    const start = Number.isNaN(offset) ? before : offset;
    return onset - start > limits.silence ? [{ start, end: onset, word }] : [];
  });
}

/** Stretches of words without times of their own, in order; those that are spread over a cue among them. */
export function findUntimed(rows: readonly TranscriptRow[], onsets: ArrayLike<number>): UntimedStretch[] {
  const isUntimed = (n: number) => rows[n] !== undefined && (rows[n].isSpread || Number.isNaN(rows[n].onset));
  const stretches: UntimedStretch[] = [];
  for (let n = 0; n < rows.length; n++) {
    if (!isUntimed(n)) continue;
    let last = n;
    while (isUntimed(last + 1)) last++;
    const [before, behind] = [rows[n - 1], rows[last + 1]];
    // A cue's first word ends where the first of the others begins.
    const start = before && !Number.isNaN(before.offset) ? before.offset : onsets[Math.max(0, n - 1)]!;
    const end = behind?.onset ?? onsets[last]!;
    stretches.push({ word: n, nWords: last - n + 1, start: Math.min(start, end), end });
    n = last;
  }
  return stretches;
}

/**
 * Words a second in windows of `limits.window` seconds, one every `limits.windowStep` seconds, from the first onset on;
 * none where the times span more than a week, so that they are in another unit.
 */
export function speechRates(onsets: ArrayLike<number>): RateWindow[] {
  const known = Float64Array.from(onsets)
    .filter((onset) => !Number.isNaN(onset))
    .sort();
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || last - first > 7 * 24 * 3600) return [];
  const windows: RateWindow[] = [];
  let from = 0;
  let until = 0;
  for (let k = 0; first + k * limits.windowStep <= last; k++) {
    const start = first + k * limits.windowStep;
    const end = start + limits.window;
    while (from < known.length && known[from]! < start) from++;
    while (until < known.length && known[until]! < end) until++;
    windows.push({ start, end, rate: (until - from) / limits.window });
  }
  return windows;
}

/** The number in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
