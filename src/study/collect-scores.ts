import type { OnProgress } from "../array/progress.ts";
import type { Source } from "../sources/source.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { StudyPlan } from "./plan.ts";
import type { Scored } from "./result.ts";
import { type KeptStep, openStepScores } from "./score-cache.ts";

/**
 * All steps of all participants, which must have been kept; their scores stay where they are until they are asked for. Every
 * file is read once, to see that nothing in it was changed.
 *
 * @returns in the order of the participants, steps in the order of the plan
 * @throws NotFoundError, FormatError as {@link openStepScores}
 */
export async function collectScores(
  participants: readonly ParticipantInputs[],
  plan: StudyPlan,
  store: Source,
  onProgress: OnProgress,
): Promise<Scored[]> {
  const steps = new Map<string, KeptStep[]>(participants.map(({ participant }) => [participant, []]));
  let done = 0;
  for (const group of plan.groups) {
    for (const { participant, key } of group.steps) {
      onProgress({ label: "collecting scores", done, total: plan.nSteps });
      steps.get(participant)!.push(await openStepScores(store, key));
      done++;
    }
  }
  onProgress({ label: "collecting scores", done, total: plan.nSteps });
  return participants.map((inputs) => ({ inputs, steps: steps.get(inputs.participant)! }));
}
