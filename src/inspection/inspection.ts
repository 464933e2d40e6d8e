import type { DatasetIssue } from "../errors.ts";
import type { ResponseFiles } from "../responses/find.ts";
import type { Response } from "../responses/load-response.ts";
import type { TargetSpace } from "../responses/target.ts";

/** What there is in a data set, and everything that is wrong with it. */
export interface Inspection {
  /** What `dataset_description.json` calls it. */
  readonly name: string;
  readonly nParticipants: number;
  /** Runs with responses that can be used. */
  readonly nRuns: number;
  /** Participants times stories: two runs of one participant with one story count once. */
  readonly nPairs: number;
  /** Runs with responses that are left out on purpose. */
  readonly nExcluded: number;
  readonly stories: readonly StorySummary[];
  /** Whether every response was read whole, or for its size alone. */
  readonly read: "whole" | "headers";
  /** Bytes of all response files. */
  readonly nBytes: number;
  /** Errors, then warnings, then notes; those of one kind together. */
  readonly issues: readonly DatasetIssue[];
}

/** One story of a data set: an audio file that runs play. */
export interface StorySummary {
  readonly story: string;
  readonly stimFile: string;
  readonly nRuns: number;
  readonly nParticipants: number;
  /** Seconds from the first volume to the start of the audio: each that occurs, ascending. */
  readonly audioStarts: readonly number[];
  /** Seconds: each that occurs, ascending. */
  readonly repetitionTimes: readonly number[];
  /** Fewest and most volumes of a run; undefined where none could be read. */
  readonly nVolumes: readonly [number, number] | undefined;
  /** Words of the transcript; undefined where there is none that can be read. */
  readonly nWords: number | undefined;
}

const ranks = { error: 0, warning: 1, note: 2 } as const;

/** Issues by severity, those of one kind together in the order in which the kinds first occur, each once. */
export function sortIssues(issues: readonly DatasetIssue[]): readonly DatasetIssue[] {
  const kinds = [...new Set(issues.map((issue) => issue.code))];
  const distinct = new Map(issues.map((issue) => [`${issue.code}\n${issue.path}\n${issue.message}`, issue]));
  return [...distinct.values()].sort(
    (a, b) => ranks[a.severity] - ranks[b.severity] || kinds.indexOf(a.code) - kinds.indexOf(b.code),
  );
}

/** How many issues there are of each severity. */
export function countIssues(issues: readonly DatasetIssue[]): Readonly<Record<DatasetIssue["severity"], number>> {
  const count = (severity: DatasetIssue["severity"]) => issues.filter((issue) => issue.severity === severity).length;
  return { error: count("error"), warning: count("warning"), note: count("note") };
}

/** Facts of one run's responses, from the headers of their files. */
export interface RunFacts {
  readonly files: ResponseFiles;
  /** Volumes of the whole run; undefined where the files could not be read. */
  readonly nVolumes: number | undefined;
  /** Volumes that the events count and that the files do not hold, before their first one; undefined where it cannot be told. */
  readonly nDiscarded: number | undefined;
  /** Targets of each file, in the order of the files. */
  readonly nTargets: readonly number[];
  /** What these are, as in `ResponseHeader`. */
  readonly places: string;
  /** What the columns are, as in `ResponseHeader`. */
  readonly space: TargetSpace | undefined;
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
  /** Seconds from the start of the recording to the first volume by the files themselves; 0 where they do not say. */
  readonly seriesStart: number;
  /** What is left of the run for the story after cuts and trims; undefined where it cannot be used. */
  readonly heard: HeardRun | undefined;
}

/** A story's part of a run, as `loadResponse` makes it: everything but its numbers. */
export interface HeardRun extends Omit<Response, "participant" | "story" | "bold" | "targets" | "space" | "quality"> {
  readonly nVolumes: number;
}
