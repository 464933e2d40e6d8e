import { isBlank } from "../formats/text.ts";
import type { TranscriptIssue, TranscriptRow } from "./transcript-row.ts";

/** Whether a time is infinite, or so large that it is no time of any audio: 30 years and more. */
export const isBeyond = (time: number): boolean => Math.abs(time) > 1e9;

/** Where a word is, in seconds of audio; undefined where its onset is not known. */
export const timeOf = (onset: number): number | undefined => (Number.isNaN(onset) ? undefined : onset);

/** What {@link rowIssues} needs beside the rows. */
export interface RowIssueOptions {
  /** What to do with words whose times are spread over a stretch. */
  readonly cues: "refuse" | "interpolate";
}

/**
 * The errors of rows, in the order in which `readTranscript` refuses them:
 *
 * - no words;
 * - words whose times are not their own;
 * - words without text, with half a character, with times that no audio has, that end before they begin, or that begin before
 *   an earlier one.
 */
export function rowIssues(rows: readonly TranscriptRow[], options: RowIssueOptions): TranscriptIssue[] {
  if (rows.length === 0) {
    const message = "a transcript must hold words, got none";
    return [{ severity: "error", code: "no-words", message, remedy: "Check the file" }];
  }
  return [...spreadIssues(rows, options), ...orderIssues(rows)];
}

function spreadIssues(rows: readonly TranscriptRow[], { cues }: RowIssueOptions): TranscriptIssue[] {
  const nSpread = rows.filter((row) => row.isSpread).length;
  if (nSpread === 0) return [];
  const word = rows.findIndex((row) => row.isSpread);
  const { text, onset } = rows[word]!;
  const message = `every word must have a time of its own, got ${nSpread} of ${rows.length} words that share one with others (word ${word + 1}, "${text}")`;
  const place = { code: "spread-words", word, time: timeOf(onset), message };
  return cues === "refuse"
    ? [
        {
          severity: "error",
          ...place,
          remedy: 'Align the words with the audio, or have times spread evenly with the option cues ("interpolate")',
        },
      ]
    : [{ severity: "warning", ...place, remedy: "Align the words with the audio for times that are theirs" }];
}

function orderIssues(rows: readonly TranscriptRow[]): TranscriptIssue[] {
  const issues: TranscriptIssue[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  rows.forEach(({ text, onset, offset }, word) => {
    const which = `word ${word + 1}, "${text}"`;
    const add = (code: string, message: string, remedy: string) =>
      issues.push({
        severity: "error",
        code,
        word,
        time: isBeyond(onset) ? undefined : timeOf(onset),
        message,
        remedy,
      });
    if (isBlank(text)) {
      add("no-text", `every word must have text, got none (word ${word + 1})`, "Write the word or remove its row");
    }
    if (/\p{Surrogate}/u.test(text)) {
      const message = `text must be whole characters, got half of one in ${JSON.stringify(text)} (word ${word + 1})`;
      add("damaged-text", message, "Write the word anew");
    }
    if (isBeyond(onset) || isBeyond(offset)) {
      const message = `times must be seconds of audio, got ${onset} to ${offset} (${which})`;
      add("not-seconds", message, "Write n/a where a word has no time");
    } else if (offset < onset) {
      const message = `a word must end after its onset (${onset} s), got ${offset} s (${which})`;
      add("ends-before-onset", message, "Correct its times");
    }
    if (onset < previous) {
      const message = `onsets must not decrease, got ${onset} s after ${previous} s (${which})`;
      add("decreasing-onset", message, "Sort the words by onset");
    }
    if (!Number.isNaN(onset)) previous = onset;
  });
  return issues;
}
