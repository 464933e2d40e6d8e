import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { OnProgress } from "../array/progress.ts";
import { type BidsDataset, loadDataset } from "../bids/dataset.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { candidateRuns } from "../responses/candidates.ts";
import { findResponses, type ResponseFiles } from "../responses/find.ts";
import { loadResponse, type Response } from "../responses/load.ts";
import type { Target, TargetSpace } from "../responses/target.ts";
import { folderStore } from "../sources/node.ts";
import { loadTranscript } from "../stimulus/load-transcript.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { StudyOptions } from "./options.ts";

/** One story as one participant heard it: everything that its features depend on, but for the model. */
export interface HeardStory {
  readonly files: ResponseFiles;
  readonly transcript: Transcript;
  /** Volumes that are left of the run after cuts and trims. */
  readonly nVolumes: number;
  /** Seconds from the first of these volumes to the start of the audio. */
  readonly audioStart: number;
  /** Seconds. */
  readonly repetitionTime: number;
}

/** One participant, with the stories in the order in which they are joined. */
export interface ParticipantInputs {
  readonly participant: string;
  readonly stories: readonly HeardStory[];
  /** What the columns of the responses are; the same for every story. */
  readonly targets: readonly Target[];
  readonly space: TargetSpace;
  /** Every file that was read, with the SHA-256 of its bytes. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Sums over the stories. */
  readonly quality: { readonly nConstant: number; readonly nNotFinite: number };
}

/** What a study works on. */
export interface StudyInputs {
  readonly dataset: BidsDataset;
  readonly participants: readonly ParticipantInputs[];
  readonly transcripts: readonly Transcript[];
}

/**
 * Finds and reads everything that a study needs but for the language model: responses, events, transcripts. Responses
 * are read for their size and hash, and not kept.
 *
 * @throws DatasetError, NotFoundError, FormatError, OptionError from the readers, naming the file
 */
export async function loadInputs(options: StudyOptions, onProgress?: OnProgress): Promise<StudyInputs> {
  const dataset = await loadDataset(folderStore(options.dataset));
  const { stories, participants, exclude, derivative, kind, space, den, desc, atlas } = options;
  const query = { stories, participants, exclude, derivative, kind, space, den, desc, atlas };
  checkExclusions(dataset, exclude);
  const found = await findResponses(dataset, query);
  if (found.length === 0) {
    throw new NotFoundError(
      `${options.dataset}: one response or more must be left, got none after --exclude, --stories and --participants. Exclude fewer runs.`,
    );
  }

  const transcripts = new Map<string, Transcript>();
  for (const { story, stimFile } of found) {
    if (!transcripts.has(stimFile)) transcripts.set(stimFile, await transcriptOf(dataset, story, stimFile, options));
  }
  if (options.transcript !== undefined && transcripts.size > 1) {
    throw new OptionError(
      `--transcript: all responses must be to one story, got ${transcripts.size} (${[...transcripts.keys()].join(", ")}). Choose one with --stories, or put the transcripts into the data set's stimuli/.`,
    );
  }

  const byParticipant = new Map<string, ResponseFiles[]>();
  for (const files of found) {
    byParticipant.set(files.participant, [...(byParticipant.get(files.participant) ?? []), files]);
  }
  const read: ParticipantInputs[] = [];
  for (const [participant, runs] of byParticipant) {
    onProgress?.({ label: "reading responses", done: read.length, total: byParticipant.size });
    const heard: HeardStory[] = [];
    const hashes: Record<string, string> = {};
    const quality = { nConstant: 0, nNotFinite: 0 };
    let first: Response | undefined;
    for (const files of runs) {
      const response = await loadResponse(dataset, files, cleaningOf(options));
      first ??= response;
      checkTargets(participant, first, response);
      const { audioStart, repetitionTime } = response;
      const transcript = transcripts.get(files.stimFile)!;
      heard.push({ files, transcript, nVolumes: response.bold.nRows, audioStart, repetitionTime });
      quality.nConstant += response.quality.nConstant;
      quality.nNotFinite += response.quality.nNotFinite;
      for (const path of response.files) hashes[path] ??= sha256(await dataset.source.read(path));
    }
    checkRepetitionTimes(participant, heard);
    const { targets, space } = first!;
    read.push({ participant, stories: heard, targets, space, hashes, quality });
  }
  onProgress?.({ label: "reading responses", done: read.length, total: read.length });
  return { dataset, participants: read, transcripts: [...transcripts.values()] };
}

/** The responses to one story of a participant, cleaned as the options say. */
export function loadStoryResponse(dataset: BidsDataset, story: HeardStory, options: StudyOptions): Promise<Response> {
  return loadResponse(dataset, story.files, cleaningOf(options));
}

/** SHA-256 in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** An exclusion that names no run is a slip that would leave the run in. */
function checkExclusions(dataset: BidsDataset, exclude: readonly string[] = []): void {
  if (exclude.length === 0) return;
  const known = candidateRuns(dataset, {}).map((run) => run.name);
  const unknown = exclude.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : "";
  throw new NotFoundError(
    `--exclude: runs must be in the data set, as BIDS writes them, got "${unknown[0]}"${more} (${dataset.source.location}). ${nearestNames(unknown[0]!, known)}`,
  );
}

function cleaningOf(options: StudyOptions) {
  const { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd } = options;
  return { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd };
}

async function transcriptOf(
  dataset: BidsDataset,
  story: string,
  stimFile: string,
  { transcript: path, tier }: StudyOptions,
): Promise<Transcript> {
  if (path === undefined) return loadTranscript(dataset.source, story, { stimFile, tier });
  return loadTranscript(folderStore(dirname(path)), story, { path: basename(path), tier });
}

function checkRepetitionTimes(participant: string, stories: readonly HeardStory[]): void {
  const times = [...new Set(stories.map((story) => story.repetitionTime))];
  if (times.length > 1) {
    const listed = stories.map((story) => `${story.files.run} ${story.repetitionTime} s`).join(", ");
    throw new OptionError(
      `${participant}: all stories must have one repetition time to be joined, got ${times.length} (${listed}). Choose stories with --stories.`,
    );
  }
}

function checkTargets(participant: string, first: Response, other: Response): void {
  if (other.targets === first.targets) return;
  const names = ({ targets }: Response) => targets.map((target) => `${target.hemi} ${target.name}`).join();
  if (names(other) === names(first)) return;
  throw new OptionError(
    `${participant}: all stories must have the same targets to be joined, got ${first.targets.length} (${first.story}) and ${other.targets.length} (${other.story}). Choose one space or atlas, or stories with --stories.`,
  );
}
