import type { OnProgress } from "../array/progress.ts";
import { openPool, type Pool } from "../engine/pool.ts";
import type { DatasetIssue } from "../errors.ts";
import { candidateRuns } from "../responses/candidates.ts";
import type { ActivationSource } from "./activation-source.ts";
import { checkDisk, checkDiskByHeaders, ofMachine } from "./check-disk.ts";
import { type ParticipantInputs, queryOf, type StudyInputs } from "./inputs.ts";
import { type InspectedStudy, readStudy } from "./inspect-study.ts";
import type { StudyOptions } from "./options.ts";
import type { StepGroup, StudyPlan } from "./plan.ts";
import { planInspected, type StudyStores } from "./plan-inspected.ts";
import { threadsOf } from "./sizes.ts";

/** A study whose data were read, and whose steps are planned. Close it when it is no longer needed. */
export interface OpenStudy {
  readonly options: StudyOptions;
  readonly stores: StudyStores;
  readonly inputs: StudyInputs;
  /** What makes the scores doubtful. */
  readonly warnings: readonly DatasetIssue[];
  /** Issues of the machine: disk space, memory. */
  readonly machineWarnings: readonly DatasetIssue[];
  readonly model: ActivationSource;
  /** The model with random weights, where it is a control. */
  readonly random: ActivationSource | undefined;
  readonly plan: StudyPlan;
  /** Keys of the scores that are to be computed. */
  readonly missing: ReadonlySet<string>;
  readonly pool: Pool;
  /** Participants of a group who lack scores. */
  membersOf(group: StepGroup): readonly ParticipantInputs[];
  close(): Promise<void>;
}

/**
 * Opens a study that was inspected: stops where it has errors, reads the responses, plans the steps and finds those that are
 * finished.
 *
 * @param inspected - by {@link inspectStudy} with the same options; the caller closes it
 * @throws the errors of the study: see `IssueList.refuse`
 */
export async function openStudy(
  inspected: InspectedStudy,
  options: StudyOptions,
  stores: StudyStores,
  onProgress: OnProgress,
): Promise<OpenStudy> {
  const { found, random } = inspected;
  found.refuse(options.dataset);
  // Before hours of reading, where it can be told.
  const isDiskChecked = await checkDiskByHeaders(inspected, options, stores);
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
    dataset,
    participants,
    transcripts: [...transcripts.values()],
    regions,
    surfaces,
    mask,
    leftOut,
    withResponses: participantsWithResponses(inspected, options),
    withoutResponses: inspected.examination!.withoutResponses,
  };
  const { plan, missing, membersOf } = await planInspected(inspected, participants, options, stores);
  if (!isDiskChecked) await checkDisk(inspected, participants, options, stores);
  found.refuse(options.dataset);
  const pool = openPool(threadsOf(participants, { options, model }));
  const all = found.issues.filter(({ severity }) => severity === "warning");
  const warnings = all.filter(({ code }) => !ofMachine.has(code));
  const machineWarnings = all.filter(({ code }) => ofMachine.has(code));
  return {
    options,
    stores,
    inputs,
    warnings,
    machineWarnings,
    model,
    random,
    plan,
    missing,
    pool,
    membersOf,
    close: () => pool.close(),
  };
}

/** How many steps of a study lack scores. */
export function countMissing({ plan, missing }: Pick<OpenStudy, "plan" | "missing">): number {
  const steps = plan.groups.flatMap((group) => group.steps);
  return steps.filter(({ keys }) => keys.some((key) => missing.has(key))).length;
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
