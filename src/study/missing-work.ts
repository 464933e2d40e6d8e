import { sourcesOf } from "../analyses/encoding-model.ts";
import type { ModelFamily } from "../analyses/families.ts";
import { countWork, type SweepWork } from "../engine/cost.ts";
import { countDesigns } from "../engine/design-file.ts";
import type { SweepSize } from "../engine/plan-memory.ts";
import { DEFAULT_ALPHAS } from "../ridge/ridge-options.ts";
import type { Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { ActivationSource } from "./activation-source.ts";
import type { HeardStory } from "./inputs.ts";
import { layersOf, type Step, type StepGroup, type StudyPlan } from "./plan.ts";
import { type SizedParticipant, type SizedStudy, sizeOf } from "./sizes.ts";

/** A study whose steps are planned. */
export interface PlannedStudy extends SizedStudy {
  readonly model: ActivationSource;
  /** The model with random weights, where it is a control. */
  readonly random: ActivationSource | undefined;
  readonly plan: StudyPlan;
  /** Keys of the scores that are to be computed. */
  readonly missing: ReadonlySet<string>;
  readonly stores: { readonly designs: Store };
  /** Participants of a group whose steps are missing. */
  readonly membersOf: (
    group: StepGroup,
  ) => readonly (SizedParticipant & { readonly stories: readonly Pick<HeardStory, "transcript">[] })[];
}

/** What the missing steps of a group take. */
export interface GroupWork {
  readonly group: StepGroup;
  /** Participants whose steps are missing. */
  readonly nMembers: number;
  readonly size: SweepSize;
  /** Without the designs that are kept already; scores are of one participant. */
  readonly work: SweepWork;
}

/** How many penalties a target is offered. */
export const countAlphas = ({ options }: Pick<SizedStudy, "options">): number =>
  (options.alphas ?? DEFAULT_ALPHAS).length;

/** The groups of which steps are missing, with what these take. */
export async function missingWork(study: PlannedStudy): Promise<GroupWork[]> {
  const groups: GroupWork[] = [];
  for (const group of study.plan.groups) {
    const members = study.membersOf(group);
    if (members.length === 0) continue;
    const lacked = lackedBy(study, group.family, group.steps);
    const family = { ...group.family, members: lacked.map((i) => group.family.members[i]!) };
    const size = sizeOf(study, family, members[0]!);
    const work = await workLeft(
      study,
      lacked.map((i) => group.designKeys[i]!),
      countWork(size, countAlphas(study)),
      size,
    );
    groups.push({ group, nMembers: members.length, size, work });
  }
  return groups;
}

/** Which members of a group's family some of these steps lack scores of, as indices. */
export function lackedBy(
  { missing }: Pick<PlannedStudy, "missing">,
  family: ModelFamily,
  steps: readonly Step[],
): readonly number[] {
  return [...family.members.keys()].filter((i) => steps.some(({ keys }) => missing.has(keys[i]!)));
}

/** The work of a group without that of the designs that are kept already. */
async function workLeft(
  { stores }: PlannedStudy,
  designKeys: readonly string[],
  work: SweepWork,
  size: SweepSize,
): Promise<SweepWork> {
  let nKept = 0;
  for (const key of designKeys) nKept += await countDesigns(stores.designs, key);
  const left = Math.max(0, 1 - nKept / (size.nModels * size.nFolds));
  return { ...work, designOperations: left * work.designOperations, designBytes: left * work.designBytes };
}

/** Words that language models are to read for the missing steps, and the bytes of the activations that are then kept. */
export async function missingActivations(
  study: PlannedStudy,
  groups: readonly GroupWork[],
): Promise<{ readonly nWords: number; readonly nBytes: number }> {
  const { plan, model, random } = study;
  const transcripts = new Map<"own" | "random", Set<Transcript>>();
  for (const { group } of groups) {
    for (const { weights } of group.family.members.flatMap((member) => sourcesOf(member.model))) {
      const known = transcripts.get(weights) ?? new Set();
      for (const story of study.membersOf(group)[0]!.stories) known.add(story.transcript);
      transcripts.set(weights, known);
    }
  }
  let [nWords, nBytes] = [0, 0];
  for (const [weights, stories] of transcripts) {
    const used = weights === "random" ? random! : model;
    const layers = weights === "random" ? layersOf(plan, weights) : model.layers;
    const n = await used.wordsToRead([...stories], layers);
    nWords += n;
    nBytes += 4 * n * layers.length * used.nUnits;
  }
  return { nWords, nBytes };
}
