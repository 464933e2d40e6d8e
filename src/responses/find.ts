import { checkArgument } from "../array/arguments.ts";
import { ownValue } from "../array/records.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { doubtfulNames } from "../bids/doubtful-names.ts";
import { looseText, normalText } from "../bids/identity.ts";
import { storyOfStimFile } from "../bids/stim-file.ts";
import { DatasetError, type DatasetIssue, NotFoundError, nearestNames } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import { unreadable, unreadableFiles } from "../sources/unreadable.ts";
import { type CandidateRun, candidateRuns, severalVersions, type Version, type VersionChoice } from "./candidates.ts";
import { companions, masksOf, rawImages } from "./companions.ts";
import { fitExclusions } from "./exclusions.ts";
import { type Hearing, hearings, oddEvents, usualEvents } from "./hearing.ts";
import { filesTwice, hemisphereIssues } from "./hemispheres.ts";
import { audioAlike, nearlySameStories, notChosen } from "./left-out.ts";
import { nearResponses } from "./near-responses.ts";
import { repetitionTimeOf } from "./repetition-time.ts";
import type { ResponseKind } from "./response-kind.ts";
import { eventsUnits, sidecarIssues } from "./sidecar-issues.ts";

/** Which responses are wanted; undefined asks for nothing. */
export interface ResponseQuery extends VersionChoice {
  /** Names of stories, or `task-` labels. */
  readonly stories?: readonly string[] | undefined;
  /** `"sub-18"` or `"18"`. */
  readonly participants?: readonly string[] | undefined;
  /** Runs to leave out, by their names or those of their files: `"sub-001_task-pieman_run-1"`; see `readExclusions`. */
  readonly exclude?: readonly string[] | undefined;
}

/** The files of one participant's responses to one story in one run, with what can be told without reading the responses. */
export interface ResponseFiles {
  /** `"sub-18"`. */
  readonly participant: string;
  /** The story by the name of its audio file: `pieman_audio.wav` tells "pieman". */
  readonly story: string;
  /** Label of `task-`: equal to the story in most data sets. */
  readonly task: string;
  /** The run as BIDS writes it: `sub-001_task-pieman_run-1`. */
  readonly run: string;
  readonly kind: ResponseKind;
  /** Label of `space-`; "n/a" where the name has none. */
  readonly space: string;
  /** One file, or one for each hemisphere in the order of `hemispheres`. */
  readonly files: readonly string[];
  /** One a file. */
  readonly hemispheres: readonly ("L" | "R" | "n/a")[];
  readonly events: string;
  /** Tables of confounds that fit the run equally well: none, one, or several that are then refused. */
  readonly confounds: readonly string[];
  /** Brain masks that fit a volume equally well: none, one, or several that are then refused. */
  readonly masks?: readonly string[] | undefined;
  /** Seconds. */
  readonly repetitionTime: number;
  readonly stimFile: string;
  /** Seconds from the first volume of the file. */
  readonly audioStart: number;
  /** The story's volumes where the run has several stories; `end` (exclusive) is undefined where nothing follows. */
  readonly volumes?: { readonly start: number; readonly end: number | undefined } | undefined;
  /** What is odd and no error: events unlike those of the other runs with this audio file. */
  readonly notes: readonly string[];
}

/** The responses that are there, and all issues of them. */
export interface ResponseSurvey {
  /** The responses that are there, one entry a participant, run and story, by path; some may have issues. */
  readonly found: readonly ResponseFiles[];
  /** Errors, each once. */
  readonly issues: readonly DatasetIssue[];
  /** Warnings and notes: names that are left out, or that can be mixed up. */
  readonly doubts: readonly DatasetIssue[];
  /** Every run that was looked at, usable or not, by path. */
  readonly runs: readonly CandidateRun[];
}

/**
 * Looks through the responses of a data set that fit a query, as {@link findResponses} does, and tells what can be used
 * and all that is wrong, of all runs.
 *
 * @throws NotFoundError where there are no responses, or none of a participant, story or label that was asked for
 */
export async function surveyResponses(dataset: BidsDataset, query: ResponseQuery = {}): Promise<ResponseSurvey> {
  const { stories: named, participants, exclude = [], ...choice } = query;
  const stories = named?.map(normalText);
  const all = candidateRuns(dataset, choice);
  const known = [...new Set(all.map(participantOf))];
  const wanted = participants?.map((name) => `sub-${normalText(name).replace(/^sub-/i, "")}`);
  for (const name of wanted ?? []) if (!known.includes(name)) throw notThere(dataset, "participant", name, known);
  const exclusions = fitExclusions(dataset, exclude, ".");
  const isWanted = (run: CandidateRun) =>
    !exclusions.keys.has(run.key) && (wanted?.includes(participantOf(run)) ?? true);
  const runs = all.filter(isWanted);

  const issues: DatasetIssue[] = [];
  const told: DatasetIssue[] = [];
  const found: { readonly files: ResponseFiles; readonly rows: readonly number[] }[] = [];
  const patterns = new Map<string, (readonly number[])[]>();
  const heard = new Set<string>();
  const storiesOfTask = new Map<string, Set<string>>();
  const unclear: { readonly task: string; readonly own: readonly DatasetIssue[] }[] = [];
  for (const run of runs) {
    const task = run.entities["task"]!;
    const events = await readHearings(dataset, run, run.versions[0]!);
    if ("issue" in events) {
      const own = [...filesTwice(run), events.issue];
      if (stories === undefined || stories.includes(task)) issues.push(...own);
      else unclear.push({ task, own });
      heard.add(task);
      continue;
    }
    for (const { stimFile, rows } of events.hearings) {
      heard.add(task).add(storyOfStimFile(stimFile));
      storiesOfTask.set(task, (storiesOfTask.get(task) ?? new Set()).add(storyOfStimFile(stimFile)));
      patterns.set(stimFile, [...(patterns.get(stimFile) ?? []), rows]);
    }
    const fitting = events.hearings.filter(
      ({ stimFile }) => stories === undefined || stories.includes(task) || stories.includes(storyOfStimFile(stimFile)),
    );
    if (fitting.length === 0) continue;
    const checked = await checkRun(dataset, run, choice.hemi);
    issues.push(...checked.issues.filter(({ severity }) => severity === "error"));
    told.push(...checked.issues.filter(({ severity }) => severity !== "error"));
    if (checked.version === undefined || checked.repetitionTime === undefined) continue;
    for (const hearing of fitting) {
      const { version, repetitionTime } = checked;
      const files = describeCandidate(dataset, run, version, { events: events.path, hearing, repetitionTime });
      found.push({ files, rows: hearing.rows });
    }
  }
  // A run without readable events may be one of the stories asked for: other runs of its task tell.
  for (const { task, own } of unclear)
    if (stories?.some((story) => storiesOfTask.get(task)?.has(story))) issues.push(...own);
  for (const story of stories ?? []) if (!heard.has(story)) throw notThere(dataset, "story", story, [...heard].sort());
  const usual = new Map([...patterns].map(([stimFile, all]) => [stimFile, usualEvents(all)]));
  return {
    found: found.map(({ files, rows }) => {
      const odd = oddEvents(rows, usual.get(files.stimFile)!);
      return odd === undefined ? files : { ...files, notes: [...files.notes, `${files.events}: ${odd}`] };
    }),
    // A sidecar at the root is told once, not once a run.
    issues: eachOnce(issues),
    doubts: [
      ...eachOnce(told),
      ...doubtfulNames(dataset),
      ...nearResponses(dataset),
      ...exclusions.doubts,
      ...notChosen(candidateRuns(dataset, {}).filter(isWanted), runs, { choice, stories, storiesOfTask }),
      ...nearlySameStories(storiesOfTask, stories),
      ...audioAlike(found.map(({ files }) => files.stimFile)),
    ],
    runs,
  };
}

/**
 * The responses of a data set that fit a query: one entry a participant, run and story, by path. No response is read,
 * only names, `events.tsv` and sidecars; that the responses can be opened is checked.
 *
 * Responses are `*_timeseries.tsv` (regions; not `desc-confounds`), `*.ptseries.nii` (parcels), `*.func.gii` or `*.func.gii.gz` with `hemi-`
 * (surfaces), `*.dtseries.nii` (grayordinates), and `*_bold.nii.gz` with `space-` or `desc-` (volumes). The story is named by the audio file in `events.tsv`, so that one task with several audio files is several stories. Where a run
 * plays several audio files each gets its part of the volumes: from the volume in which it starts to the one in which
 * the next event starts.
 *
 * @throws DatasetError with all issues of all runs: several versions of a run; files whose names mean the same (run 1 and
 * 01); a missing hemisphere; responses that cannot be read or were not fetched; events that are missing, unreadable or name
 * no audio file; a repetition time that is missing or contradictory
 * @throws NotFoundError where there are no responses, or none of a participant, story or label that was asked for
 */
export async function findResponses(
  dataset: BidsDataset,
  query: ResponseQuery = {},
): Promise<readonly ResponseFiles[]> {
  checkArgument("findResponses: dataset", dataset, "an object", { files: "a list", source: "an object" });
  checkArgument("findResponses: query", query, "an object");
  return usableResponses(dataset, await surveyResponses(dataset, query));
}

/**
 * The responses of a survey, where nothing is wrong with any run.
 *
 * @throws DatasetError with all issues
 */
export function usableResponses(
  dataset: BidsDataset,
  { found, issues, runs }: ResponseSurvey,
): readonly ResponseFiles[] {
  if (issues.length === 0) return found;
  throw new DatasetError(
    `${dataset.source.location}: responses must be complete and unambiguous, got ${issues.length} ${issues.length === 1 ? "problem" : "problems"} in ${runs.length} ${runs.length === 1 ? "run" : "runs"}.`,
    issues,
  );
}

const eachOnce = (issues: readonly DatasetIssue[]) => [
  ...new Map(issues.map((issue) => [`${issue.path}\n${issue.message}`, issue])).values(),
];

/** The version of a run and its repetition time, with all issues of them. */
async function checkRun(
  dataset: BidsDataset,
  run: CandidateRun,
  hemi: "L" | "R" | undefined,
): Promise<{ readonly issues: readonly DatasetIssue[]; readonly version?: Version; readonly repetitionTime?: number }> {
  if (run.versions.length > 1) return { issues: [severalVersions(run)] };
  const version = run.versions[0]!;
  const issues: DatasetIssue[] = await unreadableFiles(
    dataset.source,
    version.files.map((file) => file.path),
  );
  issues.push(...hemisphereIssues(run, version, hemi));
  const images = [...version.files, ...rawImages(dataset, version.files[0]!)];
  const time = await repetitionTimeOf(dataset, images);
  if ("issue" in time) return { issues: [...issues, time.issue] };
  issues.push(...(await sidecarIssues(dataset, images, time.repetitionTime)));
  return { issues, version, repetitionTime: time.repetitionTime };
}

async function readHearings(
  dataset: BidsDataset,
  run: CandidateRun,
  version: Version,
): Promise<{ readonly path: string; readonly hearings: readonly Hearing[] } | { readonly issue: DatasetIssue }> {
  const failed = (code: string, path: string, message: string) => ({
    issue: { severity: "error", code, path, message } as const,
  });
  const files = companions(dataset, version.files[0]!, { suffixes: ["events"], extension: ".tsv" });
  if (files.length !== 1) {
    const got = files.length === 0 ? "none" : `${files.length}: ${files.map((file) => file.path).join(", ")}`;
    const remedy =
      files.length === 0
        ? `Add it with onset, duration and stim_file.${nearestEvents(dataset, run)}`
        : "Keep one of them: their names fit the run equally well.";
    return failed(
      files.length === 0 ? "events-missing" : "events-ambiguous",
      version.files[0]!.path,
      `one file ${run.name}_events.tsv must say when the audio starts, got ${got}. ${remedy}`,
    );
  }
  const { path } = files[0]!;
  const units = await eventsUnits(dataset, files[0]!);
  if (units) return { issue: units };
  try {
    const heard = hearings(readTsv(await dataset.source.read(path), { path }));
    if (heard.length > 0) return { path, hearings: heard };
  } catch (error) {
    return { issue: unreadable(path, error, "events-unreadable") };
  }
  return failed(
    "events-name-no-audio",
    path,
    "at least one row must name the audio in stim_file, got none. Write the audio's file name there.",
  );
}

/** Tables of events that may be meant for the run: of nearly its participant and task, or of nearly its whole name. */
function nearestEvents({ files, misnamed }: BidsDataset, { name, entities }: CandidateRun): string {
  const base = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const wanted = `${name}_events.tsv`;
  const isNear = (key: string, label: string | undefined) =>
    label !== undefined && looseText(label) === looseText(ownValue(entities, key)!);
  const named = files.filter(
    (file) =>
      /^events$/i.test(file.name.suffix) &&
      file.name.extension !== ".json" &&
      isNear("sub", file.name.entities["sub"]) &&
      isNear("task", file.name.entities["task"]),
  );
  const near = misnamed.map(base).filter((other) => looseText(other) === looseText(wanted));
  const names = [...new Set([...named.map(({ path }) => base(path)), ...near])];
  return names.length === 0 ? "" : ` ${nearestNames(wanted, names)}`;
}

function describeCandidate(
  dataset: BidsDataset,
  run: CandidateRun,
  version: Version,
  heard: { readonly events: string; readonly hearing: Hearing; readonly repetitionTime: number },
): ResponseFiles {
  const { events, hearing, repetitionTime } = heard;
  const wanted = { suffixes: ["timeseries", "regressors"], extension: ".tsv", desc: "confounds" };
  // Ten microseconds, so that an onset on the border of two volumes belongs to the later one.
  const volumeOf = (seconds: number) => Math.max(0, Math.floor((seconds + 1e-5) / repetitionTime));
  const { window, stimFile, audioStart } = hearing;
  const volumes = window && {
    start: volumeOf(window.start),
    end: window.end === undefined ? undefined : volumeOf(window.end),
  };
  return {
    participant: participantOf(run),
    story: storyOfStimFile(stimFile),
    task: run.entities["task"]!,
    run: run.name,
    kind: version.kind,
    space: version.files[0]!.name.entities["space"] ?? "n/a",
    files: version.files.map((file) => file.path),
    hemispheres: version.files.map((file) => (file.name.entities["hemi"] as "L" | "R" | undefined) ?? "n/a"),
    events,
    ...(version.kind === "volume" ? { masks: masksOf(dataset, version.files[0]!) } : {}),
    confounds: companions(dataset, version.files[0]!, wanted).map((file) => file.path),
    repetitionTime,
    stimFile,
    audioStart,
    volumes,
    notes: [],
  };
}

const participantOf = (run: CandidateRun) => `sub-${run.entities["sub"]}`;

function notThere(dataset: BidsDataset, what: string, name: string, known: readonly string[]): NotFoundError {
  return new NotFoundError(`the ${what} must be one with responses, got "${name}". ${nearestNames(name, known)}`, {
    where: dataset.source.location,
  });
}
