import { basename } from "node:path";
import { usesRandomWeights } from "../analyses/registry.ts";
import type { OnProgress } from "../array/progress.ts";
import { groupBy } from "../array/records.ts";
import type { DatasetIssue } from "../errors.ts";
import { type Examination, examineDataset } from "../inspection/inspect.ts";
import type { Surface, TargetRegion } from "../report/result.ts";
import { loadMask } from "../responses/volume-mask.ts";
import { checkFolder, checkWritable, folderStore } from "../sources/node.ts";
import type { Source, Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import { type ActivationSource, openActivationSource } from "./activation-source.ts";
import { askedAnalyses } from "./asked-analyses.ts";
import { loadAtlas } from "./atlas.ts";
import { type CachePlace, checkCachePlace } from "./cache-place.ts";
import { misfits } from "./check-fit.ts";
import { checkOutput, checkPlannedFiles, outputName } from "./check-output.ts";
import { checkPlace } from "./check-place.ts";
import { checkSharing } from "./check-sharing.ts";
import { checkNoneLeft } from "./group-level.ts";
import {
  cleaningOf,
  type HeardStory,
  heardStory,
  type ParticipantInputs,
  queryOf,
  readParticipants,
} from "./inputs.ts";
import { type IssueList, issueList } from "./issue-list.ts";
import { modelFiles } from "./model-activations.ts";
import { type OpenDataset, openDataset } from "./open-dataset.ts";
import type { StudyOptions } from "./options.ts";
import { type OutsideFiles, outsideFiles } from "./outside-files.ts";
import { plannedScores } from "./plan.ts";
import { sidedFile } from "./sided-file.ts";
import { checkMemory, memoryIssues, type SizedParticipant } from "./sizes.ts";
import { shadeSurfaces } from "./sulcal-depth.ts";
import { loadSurfaces } from "./surfaces.ts";

/** How {@link inspectStudy} looks. */
export interface InspectStudySettings {
  /** Keeps activations. */
  readonly activations: Store;
  /** The cache, whose place is then checked (default: it is not). */
  readonly cache?: CachePlace | undefined;
  /** Whether results and cache will be written, so that their folders must allow it (default true). */
  readonly writes?: boolean | undefined;
  /** The data set (default: the folder that the options name). */
  readonly source?: Source | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A study before any response is read. Close it when it is no longer needed. */
export interface InspectedStudy {
  /** The issues that were found so far. */
  readonly found: IssueList;
  /** The data set; undefined where it could not be opened. */
  readonly opened: OpenDataset | undefined;
  readonly examination: Examination | undefined;
  readonly outside: OutsideFiles;
  /** Participants of whom every run can be used, as far as headers tell. */
  readonly participants: readonly ExaminedParticipant[];
  /** Transcripts by audio file. */
  readonly transcripts: ReadonlyMap<string, Transcript>;
  readonly regions: readonly TargetRegion[] | undefined;
  readonly surfaces: readonly Surface[] | undefined;
  readonly model: ActivationSource | undefined;
  /** The model with random weights, where it is a control. */
  readonly random: ActivationSource | undefined;
  close(): Promise<void>;
}

/**
 * Collects the issues of all that a study depends on, before a response is read:
 *
 * - folders and files that options name;
 * - the data set, by its names, headers, events and transcripts;
 * - options that do not fit what was recorded;
 * - the language model and its layers; memory.
 *
 * `cortecast check` and `cortecast score` both go through here and {@link readStudy}, so that
 * what one calls an error stops the other.
 */
export async function inspectStudy(options: StudyOptions, settings: InspectStudySettings): Promise<InspectedStudy> {
  const { writes = true, cache, onProgress = () => {} } = settings;
  const found = issueList();
  const outside = outsideFiles();
  if (cache) found.add(cache.issues);
  const isPlace = writes && (await checkPlaces(options, cache, found));
  const named = await outside.unreadable(namedFiles(options));
  found.add(named);
  const isReadable = (paths: readonly string[] | undefined) =>
    !named.some(({ path }) => paths?.some((own) => sidedFile(own).path === path));

  const opened = await found.attempt("dataset", () => openDataset(options, { source: settings.source, outside }));
  const examination = opened && (await examine(opened, options, { found, outside, isReadable, onProgress }));
  const transcripts = new Map(
    (examination?.stories ?? []).flatMap(({ stimFile, transcript }) => (transcript ? [[stimFile, transcript]] : [])),
  );
  const participants = participantsOf(examination, transcripts);
  const sharing = checkSharing(participants, options);
  found.add(sharing.issues);
  for (const error of [...misfits(participants, options), ...sharing.misfits]) {
    await found.attempt("options-unfit", () => {
      throw error;
    });
  }

  const space = examination?.facts.find((run) => run.heard !== undefined)?.space;
  const atlas = isReadable(options.regions) ? options.regions : undefined;
  const { sulc } = options;
  const meshes = isReadable(options.surfaces) && isReadable(sulc) ? options.surfaces : undefined;
  const regions = atlas && space && (await found.attempt("regions", () => loadAtlas(atlas, space, outside)));
  const surfaces =
    meshes &&
    space &&
    (await found.attempt("surfaces", async () => {
      const loaded = await loadSurfaces(meshes, space, outside);
      const name = space.kind === "surface" ? space.space : space.kind;
      return shadeSurfaces(loaded, { surfaces: meshes, sulc, space: name }, outside);
    }));

  const stories = participants.flatMap((one) => one.stories);
  const { model, random } = await openModels(options, stories, { ...settings, onProgress }, found);
  if (model) {
    found.add(model.warnings.map(modelWarning));
    const results = {
      scores: plannedScores(model, options),
      participants: participants.map(({ participant }) => participant),
    };
    if (isPlace && space) {
      const output = folderStore(options.output);
      await found.attempt("output", () => checkPlannedFiles(output, { ...results, space }));
      if (options.participants === undefined)
        await found.attempt("output", () => checkNoneLeft(output, results.participants));
    }
  }
  if (model)
    await found.attempt("memory", () => found.add(memoryIssues(checkMemory(participants, { options, model }))));
  return {
    found,
    opened,
    examination,
    outside,
    participants,
    transcripts,
    regions,
    surfaces,
    model,
    random,
    async close() {
      await model?.close();
      await random?.close();
    },
  };
}

/** Reads the responses of participants without errors; their issues join those found before. */
export async function readStudy(
  { found, opened, examination, outside, transcripts }: InspectedStudy,
  options: StudyOptions,
  onProgress?: OnProgress,
): Promise<readonly ParticipantInputs[]> {
  if (!opened || !examination) return [];
  const { facts, mask } = examination;
  const { dataset, source } = opened;
  const { participants, issues } = await readParticipants(
    { dataset, source, outside, facts, mask, transcripts },
    options,
    onProgress,
  );
  found.add(issues);
  return participants;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

/** Checks that results and cache may be written where the options say. Gives whether results may. */
async function checkPlaces(
  { output, dataset, derivatives = [] }: StudyOptions,
  cache: CachePlace | undefined,
  found: IssueList,
): Promise<boolean> {
  const datasets = [dataset, ...derivatives];
  const isPlace = await found.attempt("output", async () => {
    await checkWritable(output, outputName);
    await checkOutput(folderStore(output));
    await checkPlace(output, outputName, { datasets });
    return true;
  });
  if (cache) await found.attempt("cache", () => checkCachePlace(cache, output));
  if (cache?.kind === "given") await found.attempt("cache", () => checkPlace(cache.folder, "`cache`", { datasets }));
  return isPlace ?? false;
}

/** Files that the options name by paths of their own. */
function namedFiles({ regions = [], surfaces = [], sulc = [], transcript, mask }: StudyOptions): readonly string[] {
  const sided = [...regions, ...surfaces, ...sulc].map((text) => sidedFile(text).path);
  return [...sided, ...[transcript, mask].filter((path) => path !== undefined)];
}

async function examine(
  { dataset, excluded, doubts }: OpenDataset,
  options: StudyOptions,
  how: {
    readonly found: IssueList;
    readonly outside: OutsideFiles;
    readonly isReadable: (paths: readonly string[] | undefined) => boolean;
    readonly onProgress: OnProgress;
  },
): Promise<Examination | undefined> {
  const { found, outside, isReadable, onProgress } = how;
  const { tier, cues, noiseLabels, transcript, mask: maskPath } = options;
  const readable = (path: string | undefined) => (path !== undefined && isReadable([path]) ? path : undefined);
  const maskFile = readable(maskPath);
  const mask =
    maskFile === undefined
      ? undefined
      : await found.attempt("mask", () => loadMask(outside.sourceOf(maskFile), basename(maskFile)));
  const file =
    transcript === undefined ? undefined : { source: outside.sourceOf(transcript), path: basename(transcript) };
  const examination = await found.attempt("choice", () =>
    examineDataset(dataset, {
      ...queryOf(options),
      excluded,
      doubts,
      mask,
      cleaning: cleaningOf(options),
      onProgress,
      transcripts: { tier, cues, noiseLabels, file },
    }),
  );
  found.add(examination?.issues ?? []);
  return examination;
}

/** A participant as far as headers tell. */
export interface ExaminedParticipant extends SizedParticipant {
  readonly participant: string;
  /** In the order in which they are joined. */
  readonly stories: readonly HeardStory[];
}

/** Participants of whom every run can be used. */
function participantsOf(
  examination: Examination | undefined,
  transcripts: ReadonlyMap<string, Transcript>,
): readonly ExaminedParticipant[] {
  return [...groupBy(examination?.facts ?? [], ({ files }) => files.participant)].flatMap(([participant, runs]) => {
    const stories = runs.flatMap((run) => heardStory(run, transcripts) ?? []);
    const targets = { length: sum(runs[0]!.nTargets) };
    return stories.length === runs.length ? [{ participant, stories, targets }] : [];
  });
}

async function openModels(
  options: StudyOptions,
  stories: readonly HeardStory[],
  { activations, onProgress }: InspectStudySettings & { readonly onProgress: OnProgress },
  found: IssueList,
): Promise<Pick<InspectedStudy, "model" | "random">> {
  const { model: folder, activations: made } = options;
  if (folder !== undefined) {
    const isThere = await found.attempt("model", async () => {
      await checkFolder(folder, "`model`");
      return true;
    });
    if (!isThere) return { model: undefined, random: undefined };
  }
  // The stories say which activations are needed.
  if (made !== undefined && stories.length === 0) {
    await found.attempt("model", () => checkFolder(made, "`activations`"));
    return { model: undefined, random: undefined };
  }
  // One source for the model and its random twin: files that both read must be the same.
  const settings = { stories, store: activations, modelFiles: modelFiles(options), onProgress };
  const model = await found.attempt("model", () => openActivationSource(options, settings));
  if (model) await found.attempt("model", () => model.check([...new Set(stories.map((story) => story.transcript))]));
  const random =
    model && askedAnalyses(options).some(({ name }) => usesRandomWeights(name))
      ? await found.attempt("model", () => openActivationSource(options, { ...settings, randomWeights: true }))
      : undefined;
  return { model, random };
}

/** A warning of what the model's files ask for and is not done. */
function modelWarning(sentence: string): DatasetIssue {
  return { severity: "warning", code: "model-asks-more", path: "`model`", message: sentence };
}
