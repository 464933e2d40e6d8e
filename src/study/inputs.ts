import { basename, dirname, join } from "node:path";
import type { OnProgress } from "../array/progress.ts";
import { emptyRecord } from "../array/records.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { parseBidsName } from "../bids/name.ts";
import { type DatasetIssue, NotFoundError, OptionError } from "../errors.ts";
import { checkPresence } from "../inspection/presence.ts";
import type { Surface, TargetRegion } from "../report/result.ts";
import { candidateRuns } from "../responses/candidates.ts";
import { isSidecarOf } from "../responses/companions.ts";
import { type ResponseFiles, type ResponseQuery, surveyResponses, usableResponses } from "../responses/find.ts";
import { loadOwnMask, loadResponse, type Response } from "../responses/load.ts";
import { loadGifti } from "../responses/load-gifti.ts";
import { placesKey, type Target, type TargetSpace } from "../responses/target.ts";
import { intersectMasks, loadMask, type VolumeMask } from "../responses/volume-mask.ts";
import { folderStore } from "../sources/node.ts";
import type { Source } from "../sources/source.ts";
import { unreadableFiles } from "../sources/unreadable.ts";
import { findTranscript, loadTranscript } from "../stimulus/load-transcript.ts";
import type { Transcript } from "../stimulus/word.ts";
import { loadAtlas } from "./atlas.ts";
import { hashingSource } from "./hashing-source.ts";
import { openDataset, ownExclusions } from "./open-dataset.ts";
import type { StudyOptions } from "./options.ts";
import { loadSurfaces } from "./surfaces.ts";

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
  /** Columns of the run's table of confounds that were regressed out. */
  readonly confounds: readonly string[];
  /** Volumes that the events count and that the files do not hold, before their first one. */
  readonly nDiscarded: number;
  /** What says so; undefined where nothing was discarded. */
  readonly discardedBy: string | undefined;
}

/** One participant, with the stories in the order in which they are joined. */
export interface ParticipantInputs {
  readonly participant: string;
  readonly stories: readonly HeardStory[];
  /** What the columns of the responses are; the same for every story. */
  readonly targets: readonly Target[];
  readonly space: TargetSpace;
  /** Responses, events and confounds with the SHA-256 of their bytes: what the participant's responses come from. */
  readonly responseHashes: Readonly<Record<string, string>>;
  /** Every file that went into the participant's results, the model's aside: those, sidecars, transcripts, meshes. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Sums over the stories. */
  readonly quality: { readonly nConstant: number; readonly nNotFinite: number };
}

/** What a study works on. */
export interface StudyInputs {
  readonly dataset: BidsDataset;
  readonly participants: readonly ParticipantInputs[];
  readonly transcripts: readonly Transcript[];
  /** Regions of the atlas and meshes, where the options name them. */
  readonly regions: readonly TargetRegion[] | undefined;
  readonly surfaces: readonly Surface[] | undefined;
  /** The voxels that are scored, where responses are volumes. */
  readonly mask: VolumeMask | undefined;
  /** Runs that were left out, with the option or file that says so; they need not have responses. */
  readonly excluded: ReadonlyMap<string, string>;
  /** What was left out, or can be mixed up, by its name. */
  readonly doubts: readonly DatasetIssue[];
}

/**
 * Finds and reads everything that a study needs but for the language model: responses, events, transcripts, atlas and
 * meshes. Responses are read for their size and hash, and not kept.
 *
 * @param settings.source - the data set (default: the folder that the options name)
 * @throws DatasetError, NotFoundError, FormatError, OptionError from the readers, naming the file
 */
export async function loadInputs(
  options: StudyOptions,
  settings: { readonly onProgress?: OnProgress | undefined; readonly source?: Source | undefined } = {},
): Promise<StudyInputs> {
  const { onProgress } = settings;
  const { dataset, source, excluded, doubts } = await openDataset(options, settings.source);
  const outside = outsideFiles();
  const survey = await surveyResponses(dataset, queryOf(options, excluded));
  // What was not fetched of other files is told together with what was not of the responses.
  const others = await unreadableFiles(dataset.source, await otherFiles(dataset, survey.found, options));
  const found = usableResponses(dataset, { ...survey, issues: [...survey.issues, ...others] });
  if (found.length === 0) {
    throw new NotFoundError(
      `${options.dataset}: one response or more must be left, got none after exclusions, --stories and --participants. Exclude fewer runs.`,
    );
  }

  const transcripts = new Map<string, Transcript>();
  for (const { story, stimFile } of found) {
    if (!transcripts.has(stimFile))
      transcripts.set(stimFile, await transcriptOf(dataset, story, stimFile, outside, options));
  }
  if (options.transcript !== undefined && transcripts.size > 1) {
    throw new OptionError(
      `--transcript: all responses must be to one story, got ${transcripts.size} (${[...transcripts.keys()].join(", ")}). Choose one with --stories, or put the transcripts into the data set's stimuli/.`,
    );
  }

  const mask = await studyMask(dataset, found, outside, options);
  const byParticipant = new Map<string, ResponseFiles[]>();
  for (const files of found) {
    byParticipant.set(files.participant, [...(byParticipant.get(files.participant) ?? []), files]);
  }
  const read: Omit<ParticipantInputs, "hashes">[] = [];
  for (const [participant, runs] of byParticipant) {
    onProgress?.({ label: "reading responses", done: read.length, total: byParticipant.size });
    const heard: HeardStory[] = [];
    const responseHashes = emptyRecord<string>();
    const quality = { nConstant: 0, nNotFinite: 0 };
    let first: Response | undefined;
    for (const files of runs) {
      const response = await loadResponse(dataset, files, { ...cleaningOf(options), mask }).catch((error: unknown) => {
        throw error instanceof OptionError
          ? new OptionError(`${files.run}: ${error.message}`, { cause: error })
          : error;
      });
      first ??= response;
      checkTargets(participant, first, response);
      const { audioStart, repetitionTime, confounds, nDiscarded, discardedBy } = response;
      const noted = { ...files, notes: [...files.notes, ...response.notes] };
      const transcript = transcripts.get(files.stimFile)!;
      heard.push({
        ...{ files: noted, transcript, nVolumes: response.bold.nRows, audioStart, repetitionTime, confounds },
        ...{ nDiscarded, discardedBy },
      });
      quality.nConstant += response.quality.nConstant;
      quality.nNotFinite += response.quality.nNotFinite;
      for (const path of response.files) responseHashes[path] = source.hashes.get(path)!;
    }
    checkRepetitionTimes(participant, heard);
    const { targets, space } = first!;
    checkSameTargets(read[0], { participant, targets, space });
    read.push({ participant, stories: heard, targets, space, responseHashes, quality });
  }
  onProgress?.({ label: "reading responses", done: read.length, total: read.length });
  const scored = read[0]?.space;
  const regions = options.regions && (await loadAtlas(options.regions, scored, outside));
  const surfaces = options.surfaces && (await loadSurfaces(options.surfaces, scored, outside));
  return {
    dataset,
    participants: read.map((one) => ({ ...one, hashes: hashesOf(one, source.hashes, outside.hashes()) })),
    transcripts: [...transcripts.values()],
    ...{ regions, surfaces, mask },
    excluded,
    doubts: await doubtsOf(dataset, [...doubts, ...survey.doubts], excluded),
  };
}

/** Files of the data set that are read beside responses, events and sidecars: transcripts and tables of confounds. */
async function otherFiles(
  { source }: BidsDataset,
  found: readonly ResponseFiles[],
  { transcript, confounds = [] }: StudyOptions,
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  const heard = new Map(found.map(({ story, stimFile }) => [stimFile, story]));
  for (const [stimFile, story] of transcript === undefined ? heard : []) {
    // One that is not there is told when it is to be read.
    const path = await findTranscript(source, story, stimFile).catch(() => undefined);
    if (path !== undefined) paths.add(path);
  }
  for (const files of confounds.length > 0 ? found : []) for (const path of files.confounds) paths.add(path);
  return paths;
}

/** What was seen of names, and participants and runs that are missing; what is merely good to know, `cortecast check` tells. */
async function doubtsOf(
  dataset: BidsDataset,
  seen: readonly DatasetIssue[],
  excluded: ReadonlyMap<string, string>,
): Promise<readonly DatasetIssue[]> {
  const all = [...seen, ...(await checkPresence(dataset, candidateRuns(dataset, {}), excluded))];
  return all.filter(({ severity }) => severity === "warning");
}

/** Which responses the options ask for. */
export function queryOf(options: StudyOptions, excluded: ReadonlyMap<string, string>): ResponseQuery {
  const { stories, participants, derivative, kind, hemi, space, den, res, desc, atlas, seg } = options;
  const exclude = [...excluded.keys()];
  return { stories, participants, exclude, derivative, kind, hemi, space, den, res, desc, atlas, seg };
}

/** The responses to one story of a participant, cleaned as the options say. */
export function loadStoryResponse(
  { dataset, mask }: Pick<StudyInputs, "dataset" | "mask">,
  story: HeardStory,
  options: StudyOptions,
): Promise<Response> {
  return loadResponse(dataset, story.files, { ...cleaningOf(options), mask });
}

/** The voxels that are scored: those of the file that the options name, else those in the brain masks of all runs. */
async function studyMask(
  { source }: BidsDataset,
  found: readonly ResponseFiles[],
  outside: ReturnType<typeof outsideFiles>,
  { mask: path }: StudyOptions,
): Promise<VolumeMask | undefined> {
  const volumes = found.filter(({ kind }) => kind === "volume");
  if (path !== undefined) {
    if (volumes.length > 0) return loadMask(outside.sourceOf(path), basename(path));
    throw new OptionError("--mask: the responses must be volumes, got others. Leave --mask out.");
  }
  const masks: VolumeMask[] = [];
  for (const files of volumes) masks.push(await loadOwnMask(source, files));
  const [first, ...others] = masks;
  return first && intersectMasks([first, ...others]);
}

/** Files that options name by a path of their own, with the hashes of those that were read. */
function outsideFiles() {
  const folders = new Map<string, ReturnType<typeof hashingSource>>();
  const sourceOf = (path: string) => {
    const folder = dirname(path);
    const source = folders.get(folder) ?? hashingSource(folderStore(folder));
    folders.set(folder, source);
    return source;
  };
  return {
    sourceOf,
    read: (path: string) => sourceOf(path).read(basename(path)),
    readGifti: (path: string) => loadGifti(sourceOf(path), basename(path), path),
    hashes: () =>
      [...folders].flatMap(([folder, { hashes }]) => [...hashes].map(([n, h]) => [join(folder, n), h] as const)),
  };
}

/** All that went into one participant's results, by path: the data set's files that are theirs, and all others. */
function hashesOf(
  { stories, responseHashes }: Pick<ParticipantInputs, "stories" | "responseHashes">,
  read: ReadonlyMap<string, string>,
  outside: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const transcripts = new Set(stories.map(({ transcript }) => transcript.path));
  const names = stories.flatMap(({ files }) => files.files.map((path) => parseBidsName(path)!));
  const isTheirs = (path: string) => {
    if (path === "dataset_description.json" || path === ownExclusions || transcripts.has(path)) return true;
    const sidecar = path.endsWith(".json") ? parseBidsName(path) : undefined;
    return sidecar !== undefined && names.some(({ entities }) => isSidecarOf(sidecar.entities, entities));
  };
  const theirs = [...read].filter(([path]) => isTheirs(path));
  const all = [...Object.entries(responseHashes), ...theirs, ...outside];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function cleaningOf(options: StudyOptions) {
  const { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd } = options;
  const { volumesDiscarded } = options;
  return { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd, volumesDiscarded };
}

async function transcriptOf(
  dataset: BidsDataset,
  story: string,
  stimFile: string,
  outside: ReturnType<typeof outsideFiles>,
  { transcript: path, tier, cues }: StudyOptions,
): Promise<Transcript> {
  if (path === undefined) return loadTranscript(dataset.source, story, { stimFile, tier, cues });
  return loadTranscript(outside.sourceOf(path), story, { path: basename(path), tier, cues });
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
  const trouble = differenceOf(first, other);
  if (trouble === undefined) return;
  throw new OptionError(
    `${participant}: all stories must have the same targets to be joined, got ${trouble} (${first.story} and ${other.story}). Choose one space or atlas, or stories with --stories.`,
  );
}

/** Found at the end, when all is computed, this would come too late. */
function checkSameTargets(
  first: Pick<ParticipantInputs, "participant" | "targets" | "space"> | undefined,
  other: Pick<ParticipantInputs, "participant" | "targets" | "space">,
): void {
  const trouble = first && differenceOf(first, other);
  if (trouble === undefined) return;
  throw new OptionError(
    `${other.participant}: all participants must have the same targets to be compared, got ${trouble} (${first!.participant} and ${other.participant}). Choose one space or atlas, or participants with --participants.`,
  );
}

/** How the targets of two responses differ, in words; undefined where they do not. */
function differenceOf(
  a: Pick<Response, "targets" | "space">,
  b: Pick<Response, "targets" | "space">,
): string | undefined {
  if (a.targets.length !== b.targets.length) return `${a.targets.length} and ${b.targets.length}`;
  if (a.targets !== b.targets) {
    const at = a.targets.findIndex(({ name, hemi }, i) => name !== b.targets[i]!.name || hemi !== b.targets[i]!.hemi);
    const shown = ({ name, hemi }: Target) => (hemi === "n/a" ? `"${name}"` : `"${name}" on hemi-${hemi}`);
    if (at >= 0) return `${shown(a.targets[at]!)} and ${shown(b.targets[at]!)} in place ${at + 1}`;
  }
  if (a.space === b.space || placesKey(a.space) === placesKey(b.space)) return undefined;
  return "grids or structures that differ";
}
