import { totalmem } from "node:os";
import type { OnProgress } from "../array/progress.ts";
import { type MemoryPlan, planMemory, type SweepSize } from "../engine/memory.ts";
import { openPool, type Pool } from "../engine/pool.ts";
import { OptionError } from "../errors.ts";
import { resolveDevice } from "../graph/device.ts";
import { folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import { type ActivationSource, openActivationSource } from "./activation-source.ts";
import { checkFit } from "./check-fit.ts";
import { sha256 } from "./hashing-source.ts";
import { type HeardStory, loadInputs, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import { warningsOn } from "./notes.ts";
import type { StudyOptions } from "./options.ts";
import { type PlannedParticipant, planStudy, type StepGroup, type StudyPlan } from "./plan.ts";
import { scoresPath } from "./score-cache.ts";
import { distancesOf } from "./score-step.ts";

/** Where a study keeps what it computes. */
export interface StudyStores {
  readonly scores: Store;
  readonly activations: Store;
  readonly designs: Store;
}

/** The stores within a folder. */
export function storesIn(cache: string): StudyStores {
  const store = (name: string) => folderStore(`${cache}/${name}`);
  return { scores: store("scores"), activations: store("activations"), designs: store("designs") };
}

/** A study whose data are found and read once, and whose steps are known. Close it when it is no longer needed. */
export interface OpenStudy {
  readonly options: StudyOptions;
  readonly stores: StudyStores;
  readonly inputs: StudyInputs;
  /** What makes the scores doubtful. */
  readonly warnings: readonly string[];
  readonly model: ActivationSource;
  /** The model with random weights, where it is a control. */
  readonly random: ActivationSource | undefined;
  readonly plan: StudyPlan;
  /** Keys of the steps that are to be computed. */
  readonly missing: ReadonlySet<string>;
  readonly pool: Pool;
  /** Participants of a group whose steps are missing. */
  membersOf(group: StepGroup): readonly ParticipantInputs[];
  close(): Promise<void>;
}

/**
 * Opens a study: reads responses, events and transcripts, opens the model, plans the steps and looks which are there.
 *
 * @throws errors of the rooms that it conducts: DatasetError, FormatError, NotFoundError, OptionError, DeviceError
 */
export async function openStudy(
  options: StudyOptions,
  stores: StudyStores,
  onProgress: OnProgress,
): Promise<OpenStudy> {
  const inputs = await loadInputs(options, { onProgress });
  checkFit(inputs.participants, options);
  const settings = { stories: inputs.participants.flatMap((p) => p.stories), store: stores.activations, onProgress };
  const model = await openActivationSource(options, settings);
  let random: ActivationSource | undefined;
  let pool: Pool | undefined;
  const close = async () => {
    await pool?.close();
    await model.close();
    await random?.close();
  };
  try {
    if (options.controls.includes("random-weights"))
      random = await openActivationSource(options, { ...settings, randomWeights: true });
    const plan = planStudy(
      inputs.participants.map((participant) => plannedParticipant(participant, inputs.mask, options)),
      model.layers,
      options,
      { model: model.key, randomWeights: random?.key ?? "" },
      sha256,
    );
    const missing = await missingSteps(plan, (key) => stores.scores.has(scoresPath(key)));
    const membersOf = ({ steps }: StepGroup) => {
      const names = new Set(steps.filter(({ key }) => missing.has(key)).map(({ participant }) => participant));
      return inputs.participants.filter(({ participant }) => names.has(participant));
    };
    const warnings = [...warningsOn(inputs), ...model.warnings];
    const firsts = plan.groups.flatMap((group) =>
      membersOf(group)
        .slice(0, 1)
        .map((member) => ({ group, member })),
    );
    pool = openPool(
      threadsOf(options, (nThreads) =>
        firsts.map(({ group, member }) => sizeOf({ options, model, pool: { nThreads } }, group, member)),
      ),
    );
    return { options, stores, inputs, warnings, model, random, plan, missing, pool, membersOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The sizes of a group's work, for one participant of it. */
export function sizeOf(
  { options, pool, model }: Pick<OpenStudy, "options" | "model"> & { readonly pool: Pick<Pool, "nThreads"> },
  group: StepGroup,
  participant: ParticipantInputs,
): SweepSize {
  const { components, reduction, delays, width, folds } = options;
  const volumes = participant.stories.map((story) => story.nVolumes);
  const nVolumes = volumes.reduce((sum, n) => sum + n, 0);
  const isWordRate = group.featureSet.kind === "word-rate";
  const nUnits = isWordRate ? 1 : model.nUnits;
  const nModels = 1 + distancesOf(group.featureSet, options).length;
  const columns = (nFeatures: number) =>
    components === "none" || isWordRate
      ? nFeatures * delays
      : Math.min(components, nFeatures) * (reduction === "before-delays" ? delays : 1);
  const nColumns = columns(nUnits) + (nModels > 1 ? columns(width * nUnits) : 0);
  return {
    ...{ nTargets: participant.targets.length, nVolumes, longestStory: Math.max(...volumes), nModels, nFolds: folds },
    ...{ nColumns: Math.min(nColumns, nVolumes), width, nUnits, nThreads: pool.nThreads },
  };
}

/** What there must be for anything at all: a third of a small machine would not do. */
const LEAST_DEFAULT = 1e9;

/** How a participant's scores of a group fit into memory: a third of the machine's, unless the options say otherwise. */
export function memoryOf({ options }: Pick<OpenStudy, "options">, size: SweepSize): MemoryPlan {
  return planMemory(size, options.memory ?? Math.max(totalmem() / 3, LEAST_DEFAULT));
}

/** As many threads as the options say, or as there are cores: unless they are told, no more than memory allows. */
function threadsOf(options: StudyOptions, sizes: (nThreads: number) => readonly SweepSize[]): number {
  let nThreads = options.provider === "cpu" ? resolveDevice(options).threads : 1;
  const fits = () => {
    try {
      for (const size of sizes(nThreads)) memoryOf({ options }, size);
      return true;
    } catch (error) {
      if (error instanceof OptionError) return false;
      throw error;
    }
  };
  if (options.threads === undefined) while (nThreads > 1 && !fits()) nThreads--;
  return nThreads;
}

function plannedParticipant(
  { participant, stories, responseHashes }: ParticipantInputs,
  mask: StudyInputs["mask"],
  options: StudyOptions,
): PlannedParticipant {
  const { drift, cutoff, confounds, missingConfounds, standardise, trimStart, trimEnd } = options;
  const cleaning = [
    drift,
    drift === "cosine" ? cutoff : 0,
    confounds,
    missingConfounds,
    standardise,
    trimStart,
    trimEnd,
  ];
  return {
    participant,
    stimulusKey: sha256(JSON.stringify(stories.map(stimulusOf))),
    responseKey: sha256(
      JSON.stringify([
        participant,
        stories.map((story) => [story.files.run, story.files.volumes, story.confounds]),
        responseHashes,
        cleaning,
        mask && [mask.shape, sha256(new Uint8Array(mask.voxels.buffer))],
      ]),
    ),
  };
}

function stimulusOf({ files, transcript, nVolumes, audioStart, repetitionTime }: HeardStory): unknown {
  const words = transcript.words.map(({ text, onset }) => [text, onset]);
  return [files.story, nVolumes, audioStart, repetitionTime, words];
}

async function missingSteps(plan: StudyPlan, has: (key: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  for (const { steps } of plan.groups) for (const { key } of steps) if (!(await has(key))) missing.add(key);
  return missing;
}
