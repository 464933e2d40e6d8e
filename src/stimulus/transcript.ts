import { checkArgument } from "../array/arguments.ts";
import { FormatError, listSome, OptionError } from "../errors.ts";
import { cleanWord } from "./clean-text.ts";
import { interpolateOnsets } from "./interpolate.ts";
import { countNoise } from "./noise-labels.ts";
import { rowIssues } from "./row-issues.ts";
import { readTranscriptRows } from "./transcript-formats.ts";
import type { RawTranscript, TranscriptIssue, TranscriptRow } from "./transcript-row.ts";
import type { Transcript, Word } from "./word.ts";

/** What becomes of words without a time of their own, unless said otherwise: times that are made up must be asked for. */
export const DEFAULT_CUES = "refuse";

/** What {@link readTranscript} needs beside the bytes. */
export interface TranscriptOptions {
  /** Name of the file; its extension says the format. */
  readonly path: string;
  readonly story: string;
  /**
   * The tier that holds the words, of a TextGrid, of the Montreal Forced Aligner or of ELAN; default the only one, else
   * the one named "word" or "words" (`<speaker> - words` and `words@<speaker>` too, where there is one of them).
   */
  readonly tier?: string | undefined;
  /**
   * What becomes of words that share the time of a longer stretch: cues of subtitles, segments of Whisper without words,
   * annotations of ELAN that hold or divide several. "refuse" (default), or "interpolate": they are spread evenly over
   * it, and all but the first count as interpolated.
   */
  readonly cues?: "refuse" | "interpolate" | undefined;
  /**
   * Labels of stretches in which nobody says a word, bare or between brackets (default: those of `isNoise`, in tiers alone).
   * Labels that are given count in every format.
   */
  readonly noiseLabels?: readonly string[] | undefined;
}

/**
 * The words of a story from its transcript:
 *
 * | extension | what |
 * |---|---|
 * | `.TextGrid` | Praat, Montreal Forced Aligner |
 * | `.csv` | Gentle's `align.csv`; the table of the Montreal Forced Aligner, where it begins with `Begin,End,Label` |
 * | `.json` | Gentle's `align.json` (`words`), Whisper and WhisperX (`segments`), Montreal Forced Aligner (`tiers`) |
 * | `.srt`, `.vtt` | subtitles of one word a cue, or with time stamps between words |
 * | `.eaf` | ELAN |
 * | `.tsv` | a table with the columns `onset`, `duration` and `word`, "n/a" where there is no time |
 *
 * Every word of the file remains, in order. A word without onset gets one by {@link interpolateOnsets}. A word without
 * duration lasts until the next word, at most as long as the mean of the words with durations (of the steps from onset
 * to onset where no word has one). Text goes through {@link cleanWord}. Stretches of a tier in which nobody speaks
 * (empty, `sp`, `sil`, `<s>`, `{br}` and the like, see `isNoise`) are no words.
 *
 * @throws FormatError where the file is not what its extension says, holds no words, holds an empty word or words that
 * share a time, or has times that run backwards
 * @throws NotFoundError where a table lacks a column
 * @throws OptionError where the extension is unknown, or the tier is not there, not said and not clear, or said of a file
 * without tiers
 */
export function readTranscript(bytes: Uint8Array, options: TranscriptOptions): Transcript {
  checkArgument("readTranscript: options", options, "an object", { path: "a text", story: "a text" });
  const { path, story } = options;
  const { rows, issues } = readRawTranscript(bytes, options);
  const error = issues.find(({ severity }) => severity === "error");
  if (error) throw new FormatError(path, `${error.message}. ${error.remedy}`);
  let onsets: Float64Array;
  try {
    onsets = interpolateOnsets(rows.map((row) => row.onset));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new FormatError(path, error.message, undefined, { cause: error });
  }
  const fallback = meanDuration(rows, onsets);
  const words = rows.map((row, n): Word => {
    const own = row.offset - row.onset;
    const untilNext = n + 1 < rows.length ? onsets[n + 1]! - onsets[n]! : Number.POSITIVE_INFINITY;
    return {
      text: cleanWord(row.text),
      onset: onsets[n]!,
      duration: Number.isNaN(own) ? Math.min(untilNext, fallback) : own,
      interpolated: row.isSpread || Number.isNaN(row.onset),
    };
  });
  return { story, words, path, nInterpolated: words.filter((word) => word.interpolated).length };
}

/**
 * The rows of a story's transcript as its file has them, fit or not, and why `readTranscript` would refuse them: for
 * `checkTranscript`.
 *
 * @throws FormatError where the file is not what its extension says, so that there is nothing to look at
 * @throws NotFoundError where a table lacks a column
 * @throws OptionError where the extension is unknown, or the tier is not there, not said and not clear, or said of a file
 * without tiers
 */
export function readRawTranscript(bytes: Uint8Array, options: TranscriptOptions): RawTranscript {
  checkArgument("readRawTranscript: options", options, "an object", { path: "a text", story: "a text" });
  const { path, story, tier, noiseLabels, cues = DEFAULT_CUES } = options;
  const { format, rows, noise = [] } = readTranscriptRows(bytes, path, { tier, noiseLabels });
  return { story, path, format, rows, issues: [...rowIssues(rows, { cues }), ...noiseIssues(noise)] };
}

/** A warning with the labels that were left out as noise, silence aside: a word among them would be missing. */
function noiseIssues(noise: readonly string[]): TranscriptIssue[] {
  const counts = countNoise(noise);
  if (counts.size === 0) return [];
  const shown = [...counts].map(([label, n]) => `${JSON.stringify(label)} ${n === 1 ? "once" : `${n} times`}`);
  return [
    {
      severity: "warning",
      code: "noise-labels",
      message: `labels of noise are no words and were left out, got ${listSome(shown)}`,
      remedy: "Say with `noiseLabels` which labels are noise, or none, where one of these is a word",
    },
  ];
}

/** Mean duration of the words that have one; where none has, mean time between onsets. */
function meanDuration(rows: readonly TranscriptRow[], onsets: Float64Array): number {
  const known = rows.map((row) => row.offset - row.onset).filter((duration) => !Number.isNaN(duration));
  if (known.length > 0) return known.reduce((sum, duration) => sum + duration, 0) / known.length;
  return (onsets.at(-1)! - onsets[0]!) / Math.max(1, onsets.length - 1);
}
