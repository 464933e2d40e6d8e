import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { doubtfulNames } from "../bids/doubtful-names.ts";
import { type DatasetIssue, NotFoundError } from "../errors.ts";
import { candidateRuns, hasResponses } from "../responses/candidates.ts";
import { type ResponseFiles, type ResponseQuery, type ResponseSurvey, surveyResponses } from "../responses/find.ts";
import { type LoadResponseOptions, loadOwnMask } from "../responses/load-response.ts";
import { nearResponses } from "../responses/near-responses.ts";
import { intersectMasks, type VolumeMask } from "../responses/volume-mask.ts";
import { splitPath } from "../sources/path.ts";
import { unreadableFiles } from "../sources/unreadable.ts";
import { findTranscript } from "../stimulus/load-transcript.ts";
import { checkAgreement } from "./agreement.ts";
import { type Inspection, type RunFacts, sortIssues } from "./inspection.ts";
import { checkPresence, participantsWithoutResponses, presenceOf } from "./presence.ts";
import { type ReadRunsOptions, readContent, readHeaders, readIssueOf } from "./read-runs.ts";
import {
  checkRepeats,
  checkStoriesAlike,
  checkStory,
  checkTasks,
  loadStories,
  type StoryFacts,
  summariseStory,
  type TranscriptChoice,
} from "./stories.ts";
import { checkTimes } from "./times.ts";

/** How {@link inspectDataset} looks. */
export interface InspectOptions extends ExamineOptions {
  /** Whether responses are read whole, for their size alone, or whole where they come to less than a gibibyte (default). */
  readonly read?: "auto" | "whole" | "headers" | undefined;
}

/** How {@link examineDataset} looks. */
export interface ExamineOptions extends Omit<ResponseQuery, "exclude"> {
  /** Runs that are left out on purpose, with the reason. */
  readonly excluded?: ReadonlyMap<string, string> | undefined;
  /** What was seen when the data set was opened, and is to be told with the rest. */
  readonly doubts?: readonly DatasetIssue[] | undefined;
  readonly transcripts?: TranscriptChoice | undefined;
  /** The voxels of volumes to look at (default: those in the brain masks of all runs). */
  readonly mask?: VolumeMask | undefined;
  /** How a study will clean the responses (default: not at all), so that its issues are found. */
  readonly cleaning?: Omit<LoadResponseOptions, "mask"> | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What names, headers, events and transcripts of a data set tell. */
export interface Examination {
  /** One entry a participant, run and story, by path; those without errors have `heard`. */
  readonly facts: readonly RunFacts[];
  /** The audio files that the runs play. */
  readonly stories: readonly StoryFacts[];
  /** The voxels of volumes that are looked at. */
  readonly mask: VolumeMask | undefined;
  /** `"sub-18"`: participants of the whole data set who are listed or have files, and have no responses; sorted. */
  readonly withoutResponses: readonly string[];
  /** Bytes of all response files. */
  readonly nBytes: number;
  /** The issues that were found so far, in no order. */
  readonly issues: readonly DatasetIssue[];
  /** Runs with responses that are left out on purpose. */
  readonly nExcluded: number;
}

/** Bytes of response files up to which they are read whole: a gibibyte takes seven seconds at 150 MB a second. */
const MOST_BYTES_READ = 2 ** 30;

/**
 * The issues of a whole data set, before anything is computed of it:
 *
 * - runs that are missing, left out or ambiguous;
 * - events, repetition times, numbers of volumes and of targets that contradict each other;
 * - words without time, outside of their story or of the scan;
 * - responses without variance.
 *
 * @throws NotFoundError where a participant, story or label that was asked for does not exist
 */
export async function inspectDataset(dataset: BidsDataset, options: InspectOptions = {}): Promise<Inspection> {
  checkArgument("inspectDataset: dataset", dataset, "an object", { files: "a list", source: "an object" });
  checkArgument("inspectDataset: options", options, "an object");
  const { read: asked, ...how } = options;
  const examination = await examineDataset(dataset, how);
  const read = howToRead(asked, examination);
  const { facts, mask } = examination;
  const { cleaning, onProgress } = how;
  const ofContent = read === "whole" ? await readContent(dataset, facts, { mask, cleaning, onProgress }) : [];
  return summariseInspection(dataset, examination, { read, issues: ofContent });
}

/** Whether responses are read whole: as is asked for, else where they come to less than a gibibyte. */
export function howToRead(read: InspectOptions["read"], { nBytes }: Pick<Examination, "nBytes">): Inspection["read"] {
  if (read !== undefined && read !== "auto") return read;
  return nBytes <= MOST_BYTES_READ ? "whole" : "headers";
}

/**
 * The part of {@link inspectDataset} that reads no responses but their headers: quick, and enough to tell what a study would
 * work on.
 *
 * @throws NotFoundError where a participant, story or label that was asked for does not exist
 */
export async function examineDataset(dataset: BidsDataset, options: ExamineOptions = {}): Promise<Examination> {
  const { excluded = new Map<string, string>(), transcripts, mask: given, cleaning, onProgress, ...rest } = options;
  const { doubts: seen = [], ...query } = rest;
  const { found: all, issues: unusable, doubts } = await survey(dataset, { ...query, exclude: [...excluded.keys()] });
  const troubled = new Set(unusable.map(({ path }) => path));
  const found = all.filter(({ files }) => !files.some((path) => troubled.has(path)));
  const candidates = hasResponses(dataset) ? candidateRuns(dataset, {}) : [];
  const { mask, issues: ofMasks } = await maskOf(dataset, found, given);
  // Other files that were not fetched are told together with responses that were not.
  const unread = await unreadableFiles(dataset.source, await otherFiles(dataset, all, transcripts, cleaning));
  const isTold = ({ path }: DatasetIssue) => unread.some((issue) => issue.path === path);
  const { facts, issues: ofRuns } = await readHeaders(dataset, found, { mask, cleaning, onProgress });
  const { stories, issues: ofTranscripts } = await loadStories(dataset, facts, transcripts);
  const presence = await checkPresence(dataset, candidates, excluded);
  return {
    facts,
    stories,
    mask,
    withoutResponses: participantsWithoutResponses(presence),
    nBytes: await countBytes(dataset, found),
    issues: [
      ...unusable,
      ...seen,
      ...doubts,
      ...found.flatMap(oddEventsOf),
      ...unread,
      ...ofMasks,
      ...[...ofRuns, ...ofTranscripts].filter((issue) => !isTold(issue)),
      ...checkAgreement(facts),
      ...stories.flatMap((story) => [
        ...checkStory(story),
        ...story.runs.flatMap((run, i) => checkTimes(run, story.stretches[i]!, story.transcript)),
      ]),
      ...checkStoriesAlike(stories),
      ...checkTasks(found),
      ...checkRepeats(found),
      ...presenceOf(presence, query.participants),
      ...(all.length === 0 && unusable.length === 0 ? [nothingLeft] : []),
      ...(given && !all.some(({ kind }) => kind === "volume") ? [maskWithoutVolumes(given)] : []),
    ],
    nExcluded: candidates.filter((run) => excluded.has(run.name)).length,
  };
}

/**
 * What there is in a data set, and everything that is wrong with it.
 *
 * @param more.read - how the responses were read
 * @param more.issues - beside those of the examination
 */
export function summariseInspection(
  dataset: BidsDataset,
  { facts, stories, nBytes, issues, nExcluded }: Examination,
  more: { readonly read: Inspection["read"]; readonly issues: readonly DatasetIssue[] },
): Inspection {
  const { read } = more;
  const count = (keyOf: (files: ResponseFiles) => string) => new Set(facts.map(({ files }) => keyOf(files))).size;
  const title = dataset.description["Name"];
  return {
    name: typeof title === "string" ? title : dataset.source.location,
    nParticipants: count(({ participant }) => participant),
    nRuns: count(({ run }) => run),
    nPairs: count(({ participant, story }) => `${participant} ${story}`),
    nExcluded,
    stories: stories.map(summariseStory),
    read,
    nBytes,
    issues: sortIssues([...issues, ...more.issues, ...(read === "headers" ? [headersOnly(nBytes)] : [])]),
  };
}

/** Files of the data set that are read beside responses, events and sidecars: transcripts and tables of confounds. */
async function otherFiles(
  { source }: BidsDataset,
  found: readonly ResponseFiles[],
  transcripts: TranscriptChoice | undefined,
  cleaning: ReadRunsOptions["cleaning"],
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  const stories = new Map(found.map(({ stimFile, story }) => [stimFile, story]));
  for (const [stimFile, story] of transcripts?.file === undefined ? stories : []) {
    // A file that is not there is told when it is to be read.
    const path = await findTranscript(source, story, stimFile).catch(() => undefined);
    if (path !== undefined) paths.add(path);
  }
  const isCleaned = cleaning?.confounds !== undefined && cleaning.confounds.length > 0;
  for (const { confounds } of isCleaned ? found : []) for (const path of confounds) paths.add(path);
  return paths;
}

/** The voxels that are looked at: the given ones, else those in the brain masks of all runs. */
async function maskOf(
  { source }: BidsDataset,
  found: readonly ResponseFiles[],
  given: VolumeMask | undefined,
): Promise<{ readonly mask: VolumeMask | undefined; readonly issues: readonly DatasetIssue[] }> {
  const volumes = found.filter(({ kind }) => kind === "volume");
  if (given || volumes.length === 0) return { mask: given, issues: [] };
  const masks: VolumeMask[] = [];
  const issues: DatasetIssue[] = [];
  for (const files of volumes) {
    try {
      masks.push(await loadOwnMask(source, files));
    } catch (error) {
      issues.push(readIssueOf(error, files));
    }
  }
  const [first, ...others] = masks;
  if (issues.length > 0 || !first) return { mask: undefined, issues };
  try {
    return { mask: intersectMasks([first, ...others]), issues };
  } catch (error) {
    return { mask: undefined, issues: [readIssueOf(error, volumes[0]!)] };
  }
}

/** `surveyResponses`, which gives an issue where a data set has no responses at all. */
async function survey(dataset: BidsDataset, query: ResponseQuery): Promise<ResponseSurvey> {
  try {
    return await surveyResponses(dataset, query);
  } catch (error) {
    if (!(error instanceof NotFoundError) || hasResponses(dataset)) throw error;
    const issue: DatasetIssue = { severity: "error", code: "no-responses", path: ".", message: error.detail };
    return { found: [], issues: [issue], doubts: [...doubtfulNames(dataset), ...nearResponses(dataset)], runs: [] };
  }
}

function oddEventsOf({ events, notes }: ResponseFiles): readonly DatasetIssue[] {
  return notes.map((note) => ({
    severity: "warning",
    code: "events-unlike-others",
    path: events,
    message: note.replace(`${events}: `, ""),
  }));
}

const nothingLeft: DatasetIssue = {
  severity: "error",
  code: "no-responses",
  path: ".",
  message: "one response or more must be left, got none after exclusions and choices. Exclude fewer runs.",
};

function maskWithoutVolumes({ path }: VolumeMask): DatasetIssue {
  const message = "a mask must come with responses that are volumes, got others. Leave `mask` out.";
  return { severity: "error", code: "mask-without-volumes", path, message };
}

function headersOnly(nBytes: number): DatasetIssue {
  return {
    severity: "note",
    code: "headers-only",
    path: ".",
    message: `responses were read for their size alone (${(nBytes / 2 ** 30).toFixed(1)} GiB in all): values that are constant or not finite, volumes without responses and copies were not looked for. Read them whole with \`read: whole\`.`,
  };
}

async function countBytes({ source }: BidsDataset, found: readonly ResponseFiles[]): Promise<number> {
  const sizes = new Map<string, ReadonlyMap<string, number>>();
  let nBytes = 0;
  for (const path of new Set(found.flatMap(({ files }) => files))) {
    const { folder, name } = splitPath(path);
    let within = sizes.get(folder);
    if (!within) {
      within = new Map((await source.list(folder)).map((entry) => [entry.name, entry.size]));
      sizes.set(folder, within);
    }
    nBytes += within.get(name) ?? 0;
  }
  return nBytes;
}
