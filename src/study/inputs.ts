import type { OnProgress } from "../array/progress.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { parseBidsName } from "../bids/name.ts";
import type { DatasetIssue } from "../errors.ts";
import type { RunFacts } from "../inspection/inspection.ts";
import { readContent } from "../inspection/read-runs.ts";
import type { Surface, TargetRegion } from "../report/result.ts";
import { isSidecarOf } from "../responses/companions.ts";
import type { ResponseFiles, ResponseQuery } from "../responses/find.ts";
import { type LoadResponseOptions, loadResponse, type Response } from "../responses/load-response.ts";
import type { Target, TargetSpace } from "../responses/target.ts";
import type { VolumeMask } from "../responses/volume-mask.ts";
import type { InputSource } from "../sources/input-source.ts";
import type { Transcript } from "../stimulus/word.ts";
import { ownExclusions } from "./open-dataset.ts";
import type { StudyOptions } from "./options.ts";
import type { OutsideFiles } from "./outside-files.ts";

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
  /** Bytes of memory a number of the responses takes; until they are read, those of single precision. */
  readonly bytes: Response["bytes"];
  /** Columns of the run's table of confounds that were regressed out. */
  readonly confounds: readonly string[];
  /** Volumes that the events count and that the files do not hold, before their first one. */
  readonly nDiscarded: number;
  /** The file or option that says so; undefined where nothing was discarded. */
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
  readonly quality: Response["quality"];
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
  /** Runs of the data set that were left out, with the option or file that says so. */
  readonly leftOut: ReadonlyMap<string, string>;
  /**
   * `"sub-18"`: participants of whom the data set has responses to these stories that are not left out, whether this study scores
   * them or not; sorted.
   */
  readonly withResponses: readonly string[];
  /** Those of whom the data set has a row, a folder or files, and no responses; sorted. */
  readonly withoutResponses: readonly string[];
}

/** What {@link readParticipants} reads. */
export interface ReadableRuns {
  readonly dataset: BidsDataset;
  /** The data set's files; remembers the hashes of what was read. */
  readonly source: InputSource;
  readonly outside: OutsideFiles;
  readonly facts: readonly RunFacts[];
  readonly mask: VolumeMask | undefined;
  /** Transcripts by audio file. */
  readonly transcripts: ReadonlyMap<string, Transcript>;
}

/**
 * Reads the responses of all participants, whole, for their hashes and for what is wrong with their numbers; they are not
 * held in memory.
 *
 * @returns the participants whose runs could all be read, and the issues of the others
 */
export async function readParticipants(
  { dataset, source, outside, facts, mask, transcripts }: ReadableRuns,
  options: StudyOptions,
  onProgress?: OnProgress,
): Promise<{ readonly participants: readonly ParticipantInputs[]; readonly issues: readonly DatasetIssue[] }> {
  const heard = new Map<string, { readonly run: RunFacts; readonly response: ReadResponse }[]>();
  const issues = await readContent(
    dataset,
    facts,
    { mask, cleaning: cleaningOf(options), onProgress },
    (run, { bold: _, ...response }) => {
      const { participant } = run.files;
      heard.set(participant, [...(heard.get(participant) ?? []), { run, response }]);
    },
  );
  const participants = [...heard].map(([participant, runs]): Omit<ParticipantInputs, "hashes"> => {
    const files = runs.flatMap(({ response }) => response.files);
    const sum = (count: (quality: Response["quality"]) => number) =>
      runs.reduce((total, { response }) => total + count(response.quality), 0);
    return {
      participant,
      stories: runs.flatMap(({ run, response: { bytes } }) => {
        const story = heardStory(run, transcripts);
        return story ? [{ ...story, bytes }] : [];
      }),
      targets: runs[0]!.response.targets,
      space: runs[0]!.response.space,
      responseHashes: Object.fromEntries(files.map((path) => [path, source.hashes.get(path)!])),
      quality: {
        nConstant: sum(({ nConstant }) => nConstant),
        nNotFinite: sum(({ nNotFinite }) => nNotFinite),
        nVolumesEmpty: sum(({ nVolumesEmpty }) => nVolumesEmpty),
      },
    };
  });
  return {
    participants: participants.map((one) => ({ ...one, hashes: hashesOf(one, source.hashes, outside.hashes()) })),
    issues,
  };
}

type ReadResponse = Omit<Response, "bold">;

/** A story as its participant heard it; undefined where the run cannot be used, or the story has no transcript. */
export function heardStory(
  { files, heard }: RunFacts,
  transcripts: ReadonlyMap<string, Transcript>,
): HeardStory | undefined {
  const transcript = transcripts.get(files.stimFile);
  if (heard === undefined || transcript === undefined) return undefined;
  const { nVolumes, audioStart, repetitionTime, bytes, confounds, nDiscarded, discardedBy, notes } = heard;
  const noted = { ...files, notes: [...files.notes, ...notes] };
  const timing = { nVolumes, audioStart, repetitionTime };
  return { files: noted, transcript, ...timing, bytes, confounds, nDiscarded, discardedBy };
}

/** Which responses the options ask for. */
export function queryOf(options: StudyOptions): Omit<ResponseQuery, "exclude"> {
  const { stories, participants, derivative, kind, hemi, space, den, res, desc, atlas, seg } = options;
  return { stories, participants, derivative, kind, hemi, space, den, res, desc, atlas, seg };
}

/** The responses to one story of a participant, cleaned as the options say. */
export function loadStoryResponse(
  { dataset, mask }: Pick<StudyInputs, "dataset" | "mask">,
  story: HeardStory,
  options: StudyOptions,
): Promise<Response> {
  return loadResponse(dataset, story.files, { ...cleaningOf(options), mask });
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

/** How the options clean responses. */
export function cleaningOf(options: StudyOptions): Omit<LoadResponseOptions, "mask"> {
  const { drift, confounds, missingConfounds, standardise, trimStart, trimEnd, volumesDiscarded } = options;
  // The cut-off has no effect with other kinds of drift.
  const cutoff = drift === "cosine" ? options.cutoff : undefined;
  return { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd, volumesDiscarded };
}
