import { checkArgument } from "../array/arguments.ts";
import { type CheckTranscriptOptions, placeIssues, runInAudio } from "./place-issues.ts";
import { isBeyond, rowIssues } from "./row-issues.ts";
import { textIssues } from "./text-issues.ts";
import {
  filledOnsets,
  findSilences,
  findUntimed,
  type RateWindow,
  speechRates,
  type TranscriptSilence,
  type UntimedStretch,
} from "./timing.ts";
import { rateIssues, silenceIssues, unitIssue, untimedIssues, wordIssues } from "./timing-issues.ts";
import type { RawTranscript, TranscriptIssue, TranscriptRow } from "./transcript-row.ts";
import type { Transcript } from "./word.ts";

/** The report on a transcript before it is used. It holds JSON values only: null where there is no value. */
export interface TranscriptReport {
  readonly story: string;
  readonly path: string;
  /** What kind of file it is; null where the transcript was read before. */
  readonly format: string | null;
  readonly nWords: number;
  /** Words without a time of their own. */
  readonly nUntimed: number;
  /** Seconds of audio at which the first word begins, and at which the last ends. */
  readonly start: number | null;
  readonly end: number | null;
  /** Seconds, as it was given. */
  readonly audioDuration: number | null;
  /** Seconds of audio at which the first volume of the run begins, and at which the last ends; null where that was not given. */
  readonly run: { readonly start: number; readonly end: number } | null;
  /** Words a second from `start` to `end`. */
  readonly rate: number | null;
  readonly nErrors: number;
  readonly nWarnings: number;
  /** By time; those without one, which concern the whole, first. */
  readonly issues: readonly TranscriptIssue[];
  /** The longest first. */
  readonly silences: readonly TranscriptSilence[];
  readonly untimed: readonly UntimedStretch[];
  readonly rates: readonly RateWindow[];
}

/**
 * The report on a transcript before it is used:
 *
 * - errors, which make it unfit: those of `readTranscript`, times in another unit, words that begin after the audio or all
 *   outside of the run;
 * - warnings, which are likely mistakes: words too long, too short or overlapping, speech too fast, silences, odd texts,
 *   words outside of the run;
 * - notes, which are good to know.
 *
 * Where times are in another unit, nothing else is said of them. The limits are
 * `transcriptLimits`.
 *
 * @param transcript - from `readRawTranscript`, for files of any kind, or from `readTranscript`
 * @throws OptionError where a length is no number of seconds from 0, or of `nVolumes` and `repetitionTime` one is
 * missing
 */
export function checkTranscript(
  transcript: RawTranscript | Transcript,
  options: CheckTranscriptOptions = {},
): TranscriptReport {
  checkArgument("checkTranscript: transcript", transcript, "an object", { story: "a text" });
  checkArgument("checkTranscript: options", options, "an object");
  const { story, path } = transcript;
  const raw = "rows" in transcript ? transcript : undefined;
  if (!raw) checkArgument("checkTranscript: transcript", transcript, "an object", { words: "a list" });
  const given = raw?.rows ?? transcriptRows(transcript as Transcript);
  // Such a time is an error already; here the word counts as one without a time.
  const known = (time: number) => (isBeyond(time) ? Number.NaN : time);
  const rows = given.map((row) => ({ ...row, onset: known(row.onset), offset: known(row.offset) }));
  const onsets = filledOnsets(rows);
  const start = finite(least(onsets, 1));
  const end = finite(-least([...onsets, ...rows.map(({ offset }) => offset)], -1));
  const rate = start === null || end === null || end <= start ? null : rows.length / (end - start);
  const unit = unitIssue(rows);
  const issues: readonly TranscriptIssue[] = [
    ...(raw?.issues ?? rowIssues(given, { cues: "interpolate" })),
    ...textIssues(rows),
    ...untimedIssues(rows, onsets),
    ...placeIssues(rows, onsets, options),
    ...(unit ? [unit] : [...wordIssues(rows), ...silenceIssues(rows), ...rateIssues(rows, onsets, rate ?? Number.NaN)]),
  ];
  const count = (severity: TranscriptIssue["severity"]) => issues.filter((issue) => issue.severity === severity).length;
  const place = ({ time }: TranscriptIssue) => time ?? Number.NEGATIVE_INFINITY;
  return {
    story,
    path,
    format: raw?.format ?? null,
    nWords: rows.length,
    nUntimed: rows.filter(({ onset, isSpread }) => isSpread || Number.isNaN(onset)).length,
    start,
    end,
    audioDuration: options.audioDuration ?? null,
    run: runInAudio(options),
    rate,
    nErrors: count("error"),
    nWarnings: count("warning"),
    issues: issues.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b))),
    silences: unit ? [] : findSilences(rows).toSorted((a, b) => b.end - b.start - (a.end - a.start)),
    untimed: findUntimed(rows, onsets).filter(
      ({ start: from, end: to }) => Number.isFinite(from) && Number.isFinite(to),
    ),
    rates: unit ? [] : speechRates(onsets),
  };
}

function transcriptRows({ words }: Transcript): TranscriptRow[] {
  return words.map(({ text, onset, duration, interpolated }) => ({
    text,
    onset: interpolated ? Number.NaN : onset,
    offset: interpolated ? Number.NaN : onset + duration,
    isSpread: false,
  }));
}

/** The least of numbers times a sign, NaN left out; Infinity of none. */
function least(values: Iterable<number>, sign: 1 | -1): number {
  let low = Number.POSITIVE_INFINITY;
  for (const value of values) if (sign * value < low) low = sign * value;
  return low;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
