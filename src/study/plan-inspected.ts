import { sha256 } from "../sources/checksum.ts";
import { folderStore } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import { cleaningOf, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import type { StudyOptions } from "./options.ts";
import { type PlannedParticipant, planSteps, type StepGroup, type StudyPlan } from "./plan.ts";
import { scoresPath } from "./score-cache.ts";
import { partsOf } from "./shared-stories.ts";
import { stimulusOf } from "./story-stimulus.ts";

/** Where a study keeps what it computes. */
export interface StudyStores {
  /** The folder that they are in. */
  readonly cache: string;
  readonly scores: Store;
  readonly activations: Store;
  readonly designs: Store;
  /** Sums of several participants' responses. */
  readonly sums: Store;
}

/** The stores within a folder. */
export function storesIn(cache: string): StudyStores {
  const store = (name: string) => folderStore(`${cache}/${name}`);
  return {
    cache,
    scores: store("scores"),
    activations: store("activations"),
    designs: store("designs"),
    sums: store("sums"),
  };
}

/** The fields of a participant that the keys of their steps follow from. */
export type KeyedParticipant = Pick<ParticipantInputs, "participant" | "stories" | "responseHashes">;

/** The plan of a study without errors, and which steps of it are missing. */
export async function planInspected<Participant extends KeyedParticipant>(
  { model, random, examination }: InspectedStudy,
  participants: readonly Participant[],
  options: StudyOptions,
  { scores }: Pick<StudyStores, "scores">,
): Promise<{
  readonly plan: StudyPlan;
  /** Keys of the scores that are to be computed. */
  readonly missing: ReadonlySet<string>;
  /** Participants of a group who lack scores, with the stories that they are scored on. */
  readonly membersOf: (group: StepGroup) => readonly Participant[];
}> {
  const plan = planSteps(
    participants.map((participant) => plannedParticipant(participant, examination!.mask, options)),
    model!,
    options,
    { own: model!.key, random: random?.key ?? "" },
    sha256,
  );
  const missing = await missingKeys(plan, (key) => scores.has(scoresPath(key)));
  const membersOf = ({ steps, shared }: StepGroup) => {
    const lacking = steps.filter(({ keys }) => keys.some((key) => missing.has(key)));
    const names = new Set(lacking.map(({ participant }) => participant));
    const members = participants.filter(({ participant }) => names.has(participant));
    if (!shared) return members;
    return members.map((one) => ({ ...one, stories: partsOf(one.stories, shared) }));
  };
  return { plan, missing, membersOf };
}

function plannedParticipant(
  { participant, stories, responseHashes }: KeyedParticipant,
  mask: StudyInputs["mask"],
  options: StudyOptions,
): PlannedParticipant {
  return {
    participant,
    stories,
    stimulusKey: sha256(JSON.stringify(stories.map(stimulusOf))),
    responseKey: sha256(
      JSON.stringify([
        participant,
        // All that is read by; notes tell of other participants too, and change no number.
        stories.map(({ transcript: _, files: { notes: __, ...files }, ...heard }) => [files, heard]),
        responseHashes,
        cleaningOf(options),
        mask && [mask.shape, sha256(new Uint8Array(mask.voxels.buffer))],
      ]),
    ),
  };
}

async function missingKeys(plan: StudyPlan, has: (key: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  for (const { steps } of plan.groups)
    for (const { keys } of steps) for (const key of keys) if (!(await has(key))) missing.add(key);
  return missing;
}
