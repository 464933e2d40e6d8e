import { OptionError } from "../errors.ts";
import { transcriptLimits as limits } from "./transcript-limits.ts";
import type { TranscriptIssue, TranscriptRow } from "./transcript-row.ts";
import { FILING_TOLERANCE } from "./volumes.ts";

/** The audio and the run that a transcript belongs to, as far as they are given. */
export interface CheckTranscriptOptions {
  /** Seconds of the whole audio file. */
  readonly audioDuration?: number | undefined;
  /** Seconds from the first volume to the end of the last; default: `nVolumes` times `repetitionTime`. */
  readonly runDuration?: number | undefined;
  /** Seconds from the first volume to the start of the audio (default 0). */
  readonly audioStart?: number | undefined;
  /** Seconds between volumes. */
  readonly repetitionTime?: number | undefined;
  readonly nVolumes?: number | undefined;
}

const formatPoint = (value: number) => `${Math.round(value * 100) / 100} s`;

/**
 * Words that cannot be heard where they are: before the audio, after its end, or outside of the run; and audio that
 * goes on long after the last word.
 *
 * @throws OptionError where a length is no number of seconds from 0, `audioStart` is not finite, or of `nVolumes` and
 * `repetitionTime` one is missing
 */
export function placeIssues(
  rows: readonly TranscriptRow[],
  onsets: Float64Array,
  options: CheckTranscriptOptions,
): TranscriptIssue[] {
  const runDuration = checkLengths(options);
  return [
    ...audioIssues(rows, onsets, options.audioDuration),
    ...(runDuration === undefined ? [] : runIssues(onsets, runDuration, options.audioStart ?? 0)),
  ];
}

/**
 * The run in seconds of the audio: from its first volume to the end of its last; null where its length is not given.
 *
 * @throws OptionError as {@link placeIssues}
 */
export function runInAudio(options: CheckTranscriptOptions): { readonly start: number; readonly end: number } | null {
  const runDuration = checkLengths(options);
  if (runDuration === undefined) return null;
  const { audioStart = 0 } = options;
  return { start: 0 - audioStart, end: runDuration - audioStart };
}

function checkLengths(options: CheckTranscriptOptions): number | undefined {
  const { audioStart = 0, nVolumes, repetitionTime } = options;
  for (const key of ["audioDuration", "runDuration", "repetitionTime", "nVolumes"] as const) {
    const value = options[key];
    if (value === undefined || (value >= 0 && value < Infinity)) continue;
    throw new OptionError(`checkTranscript: ${key} must be a number from 0, got ${value}.`);
  }
  if (!Number.isFinite(audioStart)) {
    throw new OptionError(`checkTranscript: audioStart must be a finite number of seconds, got ${audioStart}.`);
  }
  if ((nVolumes === undefined) !== (repetitionTime === undefined)) {
    throw new OptionError(
      `checkTranscript: nVolumes and repetitionTime must be given together, got ${nVolumes} and ${repetitionTime}. Together they are the length of the run.`,
    );
  }
  return options.runDuration ?? (nVolumes === undefined ? undefined : nVolumes * repetitionTime!);
}

function audioIssues(
  rows: readonly TranscriptRow[],
  onsets: Float64Array,
  audioDuration: number | undefined,
): TranscriptIssue[] {
  const issues: TranscriptIssue[] = [];
  const which = (word: number) => `word ${word + 1}, "${rows[word]!.text}"`;
  const early = onsets.findIndex((onset) => onset < 0);
  if (early >= 0) {
    const n = onsets.filter((onset) => onset < 0).length;
    issues.push({
      severity: "warning",
      code: "before-audio",
      word: early,
      time: onsets[early]!,
      message: `words must begin at 0 s of the audio or later, got ${n} before (${which(early)}, ${formatPoint(onsets[early]!)})`,
      remedy: "Are times counted from another start?",
    });
  }
  if (audioDuration === undefined) return issues;
  const late = onsets.findIndex((onset) => onset > audioDuration + limits.beyondAudio);
  if (late >= 0) {
    const n = onsets.filter((onset) => onset > audioDuration + limits.beyondAudio).length;
    // Words whose times were interpolated past the end have no wrong time in the file.
    const isTimed = rows.some(({ onset }) => onset > audioDuration + limits.beyondAudio);
    issues.push({
      severity: isTimed ? "error" : "warning",
      code: "after-audio",
      word: late,
      time: onsets[late]!,
      message: `words must begin before the audio ends (${formatPoint(audioDuration)}), got ${n} after (${which(late)}, ${formatPoint(onsets[late]!)})`,
      remedy: isTimed
        ? "Is this the transcript of another recording, or are times counted from the start of the run?"
        : "Align the last words by hand",
    });
    return issues;
  }
  const ends = rows
    .map(({ onset, offset }) => (Number.isNaN(offset) ? onset : offset))
    .filter((end) => !Number.isNaN(end));
  const last = ends.reduce((most, end) => Math.max(most, end), Number.NEGATIVE_INFINITY);
  if (last > audioDuration + limits.beyondAudio) {
    issues.push({
      severity: "warning",
      code: "outlasts-audio",
      time: last,
      message: `words must end before the audio does (${formatPoint(audioDuration)}), got ${formatPoint(last)}`,
      remedy: "Is this the transcript of another recording?",
    });
  } else if (audioDuration - last > limits.missingEnd) {
    issues.push({
      severity: "warning",
      code: "missing-end",
      time: last,
      message: `the last word should end near the end of the audio (${formatPoint(audioDuration)}), got ${formatPoint(last)}`,
      remedy: "Look whether the end of the story is missing",
    });
  }
  return issues;
}

function runIssues(onsets: Float64Array, runDuration: number, audioStart: number): TranscriptIssue[] {
  const inRun = (onset: number) => onset + audioStart + FILING_TOLERANCE;
  const nBefore = onsets.filter((onset) => inRun(onset) < 0).length;
  const nAfter = onsets.filter((onset) => inRun(onset) >= runDuration).length;
  const nOutside = nBefore + nAfter;
  if (nOutside === 0) return [];
  const word = onsets.findIndex((onset) => inRun(onset) < 0 || inRun(onset) >= runDuration);
  return [
    {
      severity: nOutside === onsets.length ? "error" : "warning",
      code: "outside-run",
      word,
      time: onsets[word]!,
      message: `words must begin within the run (0 to ${formatPoint(runDuration)}, the audio from ${formatPoint(audioStart)}), got ${nBefore} before and ${nAfter} after`,
      remedy: "They are left out of every volume; check the start of the audio and the length of the run",
    },
  ];
}
