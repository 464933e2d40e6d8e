import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { doubtfulNames } from "../bids/doubtful-names.ts";
import { type DatasetIssue, NotFoundError } from "../errors.ts";
import { candidateRuns, hasResponses } from "../responses/candidates.ts";
import { type ResponseFiles, type ResponseQuery, type ResponseSurvey, surveyResponses } from "../responses/find.ts";
import { nearResponses } from "../responses/near-responses.ts";
import type { VolumeMask } from "../responses/volume-mask.ts";
import { splitPath } from "../sources/path.ts";
import { checkAgreement } from "./agreement.ts";
import { type Inspection, sortIssues } from "./inspection.ts";
import { checkPresence } from "./presence.ts";
import { readRuns } from "./read-runs.ts";
import { checkRepeats, checkStory, checkTasks, loadStories, summariseStory, type TranscriptChoice } from "./stories.ts";
import { checkTimes } from "./times.ts";

/** How {@link inspectDataset} looks. */
export interface InspectOptions extends Omit<ResponseQuery, "exclude"> {
  /** Runs that are left out on purpose, with the reason. */
  readonly excluded?: ReadonlyMap<string, string> | undefined;
  /** What was seen when the data set was opened, and is to be told with the rest. */
  readonly doubts?: readonly DatasetIssue[] | undefined;
  /** Whether responses are read whole, for their size alone, or whole where they come to less than a gibibyte (default). */
  readonly read?: "auto" | "whole" | "headers" | undefined;
  readonly transcripts?: TranscriptChoice | undefined;
  /** The voxels of volumes to look at (default: those of each run's own brain mask). */
  readonly mask?: VolumeMask | undefined;
  /** As the user says, where they say it: see `discardedVolumes`. */
  readonly volumesDiscarded?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Bytes of response files up to which all of them are read. */
const MOST_BYTES = 2 ** 30;

/**
 * Looks at a whole data set before anything is computed of it, and collects everything that is wrong, doubtful or worth
 * knowing: runs that are missing, left out or ambiguous; events, repetition times, numbers of volumes and of targets that
 * contradict each other; words without time, outside of their story or of the scan; responses without variance.
 *
 * @throws NotFoundError where a participant, story or label that was asked for does not exist
 */
export async function inspectDataset(dataset: BidsDataset, options: InspectOptions = {}): Promise<Inspection> {
  const { excluded = new Map<string, string>(), read = "auto", transcripts, mask, onProgress, ...rest } = options;
  const { doubts: seen = [], volumesDiscarded, ...query } = rest;
  const { found: all, issues: unusable, doubts } = await survey(dataset, { ...query, exclude: [...excluded.keys()] });
  const troubled = new Set(unusable.map(({ path }) => path));
  const found = all.filter(({ files }) => !files.some((path) => troubled.has(path)));
  const candidates = hasResponses(dataset) ? candidateRuns(dataset, {}) : [];
  const nBytes = await countBytes(dataset, found);
  const how = read === "auto" ? (nBytes <= MOST_BYTES ? "whole" : "headers") : read;
  const { facts, issues: ofRuns } = await readRuns(dataset, found, how, { mask, volumesDiscarded, onProgress });
  const { stories, issues: ofTranscripts } = await loadStories(dataset, facts, transcripts);
  const issues: DatasetIssue[] = [
    ...unusable,
    ...seen,
    ...doubts,
    ...found.flatMap(oddEventsOf),
    ...ofRuns,
    ...ofTranscripts,
    ...checkAgreement(facts),
    ...stories.flatMap((story) => [
      ...checkStory(story),
      ...story.runs.flatMap((run, i) => checkTimes(run, story.stretches[i]!, story.transcript)),
    ]),
    ...checkTasks(found),
    ...checkRepeats(found),
    ...(await checkPresence(dataset, candidates, excluded)),
    ...(how === "headers" ? [headersOnly(nBytes)] : []),
    ...(all.length === 0 && unusable.length === 0 ? [nothingLeft] : []),
    ...(mask && !all.some(({ kind }) => kind === "volume") ? [maskWithoutVolumes(mask)] : []),
  ];
  const count = (keyOf: (files: ResponseFiles) => string) => new Set(found.map(keyOf)).size;
  const title = dataset.description["Name"];
  return {
    name: typeof title === "string" ? title : dataset.source.location,
    nParticipants: count(({ participant }) => participant),
    nRuns: count(({ run }) => run),
    nPairs: count(({ participant, story }) => `${participant} ${story}`),
    nExcluded: candidates.filter((run) => excluded.has(run.name)).length,
    stories: stories.map(summariseStory),
    read: how,
    nBytes,
    issues: sortIssues(issues),
  };
}

/** As `surveyResponses`; a data set without any responses is one more thing that is wrong with it. */
async function survey(dataset: BidsDataset, query: ResponseQuery): Promise<ResponseSurvey> {
  try {
    return await surveyResponses(dataset, query);
  } catch (error) {
    if (!(error instanceof NotFoundError) || hasResponses(dataset)) throw error;
    const message = error.message.replace(`${dataset.source.location}: `, "");
    const issue: DatasetIssue = { severity: "error", code: "no-responses", path: ".", message };
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
  const message = "a mask must come with responses that are volumes, got others. Leave --mask out.";
  return { severity: "error", code: "mask-without-volumes", path, message };
}

function headersOnly(nBytes: number): DatasetIssue {
  return {
    severity: "note",
    code: "headers-only",
    path: ".",
    message: `responses were read for their size alone (${(nBytes / 2 ** 30).toFixed(1)} GiB in all): values that are constant or not finite were not looked for. Read them whole with --read whole.`,
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
