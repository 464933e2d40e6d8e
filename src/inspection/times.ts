import type { DatasetIssue } from "../errors.ts";
import { countWordsOutside } from "../stimulus/volumes.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { RunFacts } from "./inspection.ts";
import type { Stretch } from "./stretches.ts";

/**
 * The issues of the length of a run beside its events and its words: a scan that ends before the story does, words
 * that begin before the first or after the last volume.
 *
 * @param stretches - of the audio file, as the run's events tell them
 * @param transcript - of the story; undefined where there is none to be read
 */
export function checkTimes(
  { files, nVolumes, nDiscarded, heard }: RunFacts,
  stretches: readonly Stretch[],
  transcript: Transcript | undefined,
): readonly DatasetIssue[] {
  if (nVolumes === undefined) return [];
  const { repetitionTime } = files;
  const audioStart = files.audioStart - (nDiscarded ?? 0) * repetitionTime;
  const path = files.files[0]!;
  const seconds = nVolumes * repetitionTime;
  const length = `${nVolumes} volumes, ${roundSeconds(seconds)} s`;
  const issues: DatasetIssue[] = [];
  const end = audioStart + Math.max(...stretches.map((stretch) => stretch.end).filter(Number.isFinite), 0);
  // Events are rounded to volumes, and scanners are stopped by hand: a missing volume is not told.
  if (end > seconds + repetitionTime) {
    issues.push({
      severity: "warning",
      code: "scan-ends-early",
      path,
      message: `the scan must last as long as its audio, which ends at ${roundSeconds(end)} s by ${files.events}, got ${length}. Is the file cut off, or its repetition time wrong?`,
    });
  }
  if (transcript === undefined || heard === undefined) return issues;
  // The volumes that remain for a study: the story's part of the run, without trims.
  const onsets = transcript.words.map((word) => heard.audioStart + word.onset);
  const outside = countWordsOutside(onsets, heard);
  if (outside > 0) {
    const duration = heard.nVolumes * repetitionTime;
    const late = onsets.filter((onset) => onset >= duration).length;
    issues.push({
      severity: outside === onsets.length ? "error" : "warning",
      code: "words-outside-scan",
      path,
      message: `words must be heard during the scan (${heard.nVolumes} volumes, ${roundSeconds(duration)} s; audio from ${roundSeconds(heard.audioStart)} s), got ${outside} of ${onsets.length} of ${transcript.path} outside (${outside - late} before, ${late} after). Check the audio's start, the word times and the length of the run.`,
    });
  }
  return issues;
}

const roundSeconds = (seconds: number) => String(Number(seconds.toFixed(2)));
