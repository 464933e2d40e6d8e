import { FormatError, nearestNames, OptionError } from "../errors.ts";
import { readGentle } from "../formats/gentle.ts";
import { readTextGrid, type TextGridTier } from "../formats/textgrid.ts";
import { numericColumn, readTsv, textColumn } from "../formats/tsv.ts";
import { interpolateOnsets } from "./interpolate.ts";
import { cleanWord } from "./text.ts";
import type { Transcript, Word } from "./word.ts";

/** What {@link readTranscript} needs beside the bytes. */
export interface TranscriptOptions {
  /** Name of the file; its extension says the format. */
  readonly path: string;
  readonly story: string;
  /** The TextGrid tier that holds the words; default the only interval tier, else the one named "word" or "words". */
  readonly tier?: string | undefined;
}

/** A word as the file gives it: NaN where it has no time. */
interface TimedText {
  readonly text: string;
  readonly onset: number;
  readonly offset: number;
}

// What aligners write into intervals in which nobody speaks. "spn" and "<unk>" are not among them: somebody does.
const SILENCES = new Set([
  ...["", "sp", "sil", "pau", "#", "<s>", "</s>", "<sil>", "<eps>", "<p:>", "<p>", "<silence>", "{sl}", "{sp}", "{br}"],
  ...["sentence_start", "sentence_end"],
]);

/**
 * The words of a story from its transcript: Gentle's `align.csv` (`.csv`), Praat (`.TextGrid`), or a table with the
 * columns `onset`, `duration` and `word` (`.tsv`, "n/a" where unknown).
 *
 * Every word of the file is kept, in order. A word without onset gets one by {@link interpolateOnsets}. A word without
 * duration lasts until the next word, at most as long as the mean of the words with durations (of the steps from onset
 * to onset where no word has one). Text goes through {@link cleanWord}. Intervals of a TextGrid in which nobody speaks
 * (empty, `sp`, `sil`, `<s>`, `{br}` and the like) are no words.
 *
 * @throws FormatError where the file is not what its extension says, holds no words, holds an empty word, or has times
 * that run backwards
 * @throws NotFoundError where a table lacks a column
 * @throws OptionError where the extension is unknown, or the tier is not there or not said and not clear
 */
export function readTranscript(bytes: Uint8Array, options: TranscriptOptions): Transcript {
  const { path, story } = options;
  const rows = readRows(bytes, options);
  if (rows.length === 0) throw new FormatError(path, "a transcript must hold words, got none. Check the file");
  checkRows(rows, path);
  let onsets: Float64Array;
  try {
    onsets = interpolateOnsets(rows.map((row) => row.onset));
  } catch (error) {
    throw new FormatError(path, (error as Error).message, undefined, { cause: error });
  }
  const fallback = meanDuration(rows, onsets);
  const words = rows.map((row, n): Word => {
    const own = row.offset - row.onset;
    const untilNext = n + 1 < rows.length ? onsets[n + 1]! - onsets[n]! : Number.POSITIVE_INFINITY;
    return {
      text: cleanWord(row.text),
      onset: onsets[n]!,
      duration: Number.isNaN(own) ? Math.min(untilNext, fallback) : own,
      interpolated: Number.isNaN(row.onset),
    };
  });
  return { story, words, path, nInterpolated: words.filter((word) => word.interpolated).length };
}

function readRows(bytes: Uint8Array, { path, tier }: TranscriptOptions): readonly TimedText[] {
  const lower = path.toLowerCase();
  if (lower.endsWith(".csv")) return readGentle(bytes, { path });
  if (lower.endsWith(".textgrid")) {
    return pickTier(readTextGrid(bytes, { path }).tiers, path, tier)
      .intervals.filter((interval) => !SILENCES.has(interval.text.trim().toLowerCase()))
      .map((interval) => ({ text: interval.text, onset: interval.start, offset: interval.end }));
  }
  if (lower.endsWith(".tsv")) {
    const table = readTsv(bytes, { path });
    const onsets = numericColumn(table, "onset");
    const durations = numericColumn(table, "duration");
    return textColumn(table, "word").map((text, n) => {
      const word = text.trim() === "n/a" ? "" : text;
      return { text: word, onset: onsets[n]!, offset: onsets[n]! + durations[n]! };
    });
  }
  throw new OptionError(
    `readTranscript: the file must be a .csv (Gentle), .TextGrid or .tsv, got "${path}". Convert it to a table with the columns onset, duration, word.`,
  );
}

/** Mean duration of the words that have one; where none has, mean step between onsets. */
function meanDuration(rows: readonly TimedText[], onsets: Float64Array): number {
  const known = rows.map((row) => row.offset - row.onset).filter((duration) => !Number.isNaN(duration));
  if (known.length > 0) return known.reduce((sum, duration) => sum + duration, 0) / known.length;
  return (onsets.at(-1)! - onsets[0]!) / Math.max(1, onsets.length - 1);
}

function pickTier(tiers: readonly TextGridTier[], path: string, wanted: string | undefined): TextGridTier {
  const spoken = tiers.filter((tier) => tier.kind === "interval");
  const names = spoken.map((tier) => tier.name);
  const fitting =
    wanted !== undefined
      ? spoken.filter((tier) => tier.name === wanted)
      : spoken.length === 1
        ? spoken
        : spoken.filter((tier) => /^words?$/i.test(tier.name.trim()));
  if (fitting.length === 1) return fitting[0]!;
  if (wanted !== undefined && fitting.length === 0) {
    throw new OptionError(
      `${path}: the tier must be one of the file's interval tiers, got "${wanted}". ${nearestNames(wanted, names)}`,
    );
  }
  const listed = names.map((name) => `"${name}"`).join(", ") || "none";
  throw new OptionError(
    `${path}: exactly one interval tier must hold the words, got ${fitting.length} that fit of ${spoken.length} (${listed}). Name it with the option tier.`,
  );
}

function checkRows(rows: readonly TimedText[], path: string): void {
  let previous = Number.NEGATIVE_INFINITY;
  rows.forEach((row, n) => {
    const which = `word ${n + 1}, "${row.text}"`;
    if (row.text.trim() === "") {
      throw new FormatError(
        path,
        `every word must have text, got none (word ${n + 1}). Write the word or remove its row`,
      );
    }
    if (row.offset < row.onset) {
      throw new FormatError(
        path,
        `a word must end after its onset (${row.onset} s), got ${row.offset} s (${which}). Correct its times`,
      );
    }
    if (row.onset < previous) {
      throw new FormatError(
        path,
        `onsets must not decrease, got ${row.onset} s after ${previous} s (${which}). Sort the words by onset`,
      );
    }
    if (!Number.isNaN(row.onset)) previous = row.onset;
  });
}
