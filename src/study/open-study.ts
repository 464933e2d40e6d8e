import type { OnProgress } from "../array/progress.ts";
import { openPool, type Pool } from "../engine/pool.ts";
import type { DatasetIssue } from "../errors.ts";
import { candidateRuns } from "../responses/candidates.ts";
import { sha256 } from "../sources/checksum.ts";
import { folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import type { ActivationSource } from "./activation-source.ts";
import { type HeardStory, type ParticipantInputs, queryOf, type StudyInputs } from "./inputs.ts";
import { type InspectedStudy, readStudy } from "./inspect-study.ts";
import type { StudyOptions } from "./options.ts";
import { type PlannedParticipant, planStudy, type StepGroup, type StudyPlan } from "./plan.ts";
import { scoresPath } from "./score-cache.ts";
import { threadsOf } from "./sizes.ts";

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

/** A study whose data were read, and whose steps are known. Close it when it is no longer needed. */
export interface OpenStudy {
  readonly options: StudyOptions;
  readonly stores: StudyStores;
  readonly inputs: StudyInputs;
  /** What makes the scores doubtful. */
  readonly warnings: readonly DatasetIssue[];
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
 * Opens a study that was inspected: stops where something stands against it, reads the responses, plans the steps and looks
 * which are there.
 *
 * @param inspected - by {@link inspectStudy} with the same options; the caller closes it
 * @throws what stands against the study: see `IssueList.refuse`
 */
export async function openStudy(
  inspected: InspectedStudy,
  options: StudyOptions,
  stores: StudyStores,
  onProgress: OnProgress,
): Promise<OpenStudy> {
  const { found, random } = inspected;
  found.refuse(options.dataset);
  const participants = await readStudy(inspected, options, onProgress);
  found.refuse(options.dataset);
  // There are no errors: all that is needed is there.
  const model = inspected.model!;
  const { mask } = inspected.examination!;
  const { dataset, excluded } = inspected.opened!;
  const { regions, surfaces, transcripts } = inspected;
  const there = new Set(excluded.size === 0 ? [] : candidateRuns(dataset, {}).map((run) => run.name));
  // Files may name runs that the data set does not have.
  const leftOut = new Map([...excluded].filter(([run]) => there.has(run)));
  const inputs: StudyInputs = {
    ...{ dataset, participants, transcripts: [...transcripts.values()], regions, surfaces, mask, leftOut },
    withResponses: participantsWithResponses(inspected, options),
    withoutResponses: inspected.examination!.withoutResponses,
  };
  const plan = planStudy(
    participants.map((participant) => plannedParticipant(participant, mask, options)),
    model,
    options,
    { model: model.key, randomWeights: random?.key ?? "" },
    sha256,
  );
  const missing = await missingSteps(plan, (key) => stores.scores.has(scoresPath(key)));
  const membersOf = ({ steps }: StepGroup) => {
    const names = new Set(steps.filter(({ key }) => missing.has(key)).map(({ participant }) => participant));
    return participants.filter(({ participant }) => names.has(participant));
  };
  const pool = openPool(threadsOf(participants, { options, model }));
  const warnings = found.issues.filter(({ severity }) => severity === "warning");
  return {
    options,
    stores,
    inputs,
    warnings,
    model,
    random,
    plan,
    missing,
    pool,
    membersOf,
    close: () => pool.close(),
  };
}

/** See {@link StudyInputs.withResponses}: a run counts where it fits the choice of versions and has a task that is scored. */
function participantsWithResponses({ opened, examination }: InspectedStudy, options: StudyOptions): string[] {
  const { dataset, excluded } = opened!;
  const { stories, participants: _, ...versions } = queryOf(options);
  const tasks = stories && new Set(examination!.facts.map(({ files }) => files.task));
  const runs = candidateRuns(dataset, versions).filter(
    ({ name, entities }) => !excluded.has(name) && (tasks === undefined || tasks.has(entities["task"] ?? "")),
  );
  return [...new Set(runs.map(({ entities }) => `sub-${entities["sub"]}`))].sort();
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
