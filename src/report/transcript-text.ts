import { checkArgument } from "../array/arguments.ts";
import { withoutControls } from "../array/plain-text.ts";
import { transcriptLimits as limits } from "../stimulus/transcript-limits.ts";
import type { TranscriptReport } from "../stimulus/transcript-report.ts";
import type { TranscriptIssue } from "../stimulus/transcript-row.ts";
import { formatClock, formatNoun, formatNumber } from "./numbers.ts";

/** Settings of {@link formatTranscriptReport}. */
export interface TranscriptTextOptions {
  /** Issues of one kind to list (default 5). */
  readonly mostOfKind?: number | undefined;
}

const severities = ["error", "warning", "note"] as const;

/**
 * The report of a transcript as lines of text: what it holds, then its issues by kind, errors first, each kind with its
 * remedy. No colours; lines are as long as their messages.
 */
export function formatTranscriptReport(report: TranscriptReport, options: TranscriptTextOptions = {}): string[] {
  checkArgument("formatTranscriptReport: report", report, "an object", {
    story: "a text",
    issues: "a list",
    silences: "a list",
  });
  checkArgument("formatTranscriptReport: options", options, "an object");
  const { mostOfKind = 5 } = options;
  const { story, path, format, nWords, nUntimed, start, end, rate, silences, issues } = report;
  const kinds = severities.flatMap((severity) => {
    const of = issues.filter((issue) => issue.severity === severity);
    return [...new Set(of.map(({ code }) => code))].map((code) => of.filter((issue) => issue.code === code));
  });
  const width = issues.reduce((most, issue) => Math.max(most, formatIssueTime(issue).length), 0);
  const span = start === null || end === null ? "no times" : `${formatClock(start, 2)} to ${formatClock(end, 2)}`;
  const counts = [
    ...(rate === null ? [] : [`${formatNumber(rate, 2)} words a second`]),
    nUntimed === 0 ? "every word has a time" : `${formatNoun(nUntimed, "word")} without a time`,
    `${silences.length === 0 ? "no silence" : formatNoun(silences.length, "silence")} over ${limits.silence} s`,
  ];
  return [
    `${story}: ${formatNoun(nWords, "word")}, ${span} (${format === null ? "" : `${format}, `}${path})`,
    counts.join(", "),
    transcriptVerdict(report),
    ...kinds.flatMap((of) => ["", ...formatKind(of, mostOfKind, width)]),
  ].map(withoutControls);
}

/** How many errors and warnings there are, in a sentence. */
export function transcriptVerdict({ nErrors, nWarnings }: TranscriptReport): string {
  const warnings = nWarnings === 0 ? "no warnings" : formatNoun(nWarnings, "warning");
  if (nErrors > 0) return `It cannot be used so: ${formatNoun(nErrors, "error")}, ${warnings}`;
  return nWarnings > 0 ? `It can be used; ${warnings}` : "It can be used";
}

const formatIssueTime = ({ time }: TranscriptIssue) => (time === undefined ? "" : formatClock(time, 2));

function formatKind(issues: readonly TranscriptIssue[], most: number, width: number): string[] {
  const margin = " ".repeat(width + 11);
  return [
    ...issues
      .slice(0, most)
      .map((issue) => `${issue.severity.padEnd(7)}  ${formatIssueTime(issue).padStart(width)}  ${issue.message}`),
    ...(issues.length > most ? [`${margin}and ${issues.length - most} more`] : []),
    margin + issues[0]!.remedy,
  ];
}
