import { type DatasetIssue, type IssueKind, issueKinds, listSome } from "../errors.ts";
import { countIssues, type Inspection, type StorySummary } from "./inspection.ts";

/** Messages shown for one kind of issue, and paths for one message, where it is not asked for all of them. */
const SHOWN = 3;

/**
 * An inspection as lines for the terminal: the stories, then every kind of issue with the files that it concerns, then how
 * many there are of each severity.
 *
 * @param options.all - every file of every kind (default: the first three messages of a kind, the first three files of a message)
 */
export function formatInspection(inspection: Inspection, options: { readonly all?: boolean } = {}): string[] {
  const { name, nParticipants, nRuns, nPairs, nExcluded, stories, issues } = inspection;
  const lines = [
    `${name}: ${count(nParticipants, "participant")}, ${count(nRuns, "run")}, ${count(nPairs, "pair")} of participant and story${nExcluded > 0 ? `, ${count(nExcluded, "run")} left out` : ""}`,
    "",
  ];
  if (stories.length > 0) lines.push(...table(stories), "");
  for (const line of formatIssues(issues, options)) lines.push(line);
  if (issues.length > 0) lines.push("");
  const counts = countIssues(issues);
  const nothing =
    inspection.read === "whole" ? "Nothing stops a study." : "Nothing stops a study, as far as names and headers tell.";
  lines.push(
    `${count(counts.error, "error")}, ${count(counts.warning, "warning")}, ${count(counts.note, "note")}. ${counts.error > 0 ? "Errors stop a study; mend them, or exclude the runs." : nothing}`,
  );
  return lines;
}

/**
 * Issues as lines for the terminal: every kind with the files that it concerns, an empty line between two kinds.
 *
 * @param options.all - as for {@link formatInspection}
 */
export function formatIssues(issues: readonly DatasetIssue[], options: { readonly all?: boolean } = {}): string[] {
  const lines: string[] = [];
  for (const severity of ["error", "warning", "note"] as const) {
    for (const { code, members, alike } of issueKinds(issues.filter((issue) => issue.severity === severity))) {
      if (lines.length > 0) lines.push("");
      lines.push(`${severity.toUpperCase().padEnd(8)}${code}${members.length > 1 ? `, ${members.length} times` : ""}`);
      lines.push(...(options.all ? members.map((member) => lineOf([member])) : issueLines(alike)));
    }
  }
  return lines;
}

/** The first of one kind of issue; those that say the same of several files in one line. */
function issueLines(alike: IssueKind["alike"]): string[] {
  const lines = alike.slice(0, SHOWN).map(lineOf);
  const nLeft = alike.slice(SHOWN).reduce((sum, same) => sum + same.length, 0);
  if (nLeft > 0) lines.push(`  and ${nLeft} more: \`all\`, or \`json\``);
  else if (alike.some((same) => same.length > SHOWN)) lines.push("  every one of them: `all`, or `json`");
  return lines;
}

function lineOf(same: readonly DatasetIssue[]): string {
  const paths = same.map(({ path }) => path);
  return `  ${paths[0] === "." ? "" : `${listSome(paths, SHOWN)}: `}${same[0]!.message}`;
}

function table(stories: readonly StorySummary[]): string[] {
  const rows = [
    ["story", "runs", "participants", "volumes", "TR (s)", "audio starts at (s)", "words"],
    ...stories.map((story) => [
      story.story,
      String(story.nRuns),
      String(story.nParticipants),
      story.nVolumes === undefined ? "?" : [...new Set(story.nVolumes)].join(" to "),
      list(story.repetitionTimes),
      list(story.audioStarts),
      story.nWords === undefined ? "none" : String(story.nWords),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
}

/** Up to three values. */
function list(values: readonly number[]): string {
  const shown = values.slice(0, 3).map((value) => String(Number(value.toFixed(3))));
  return shown.join(", ") + (values.length > shown.length ? ", ..." : "");
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
