import { modelName } from "../analyses/encoding-model.ts";
import type { OnProgress } from "../array/progress.ts";
import { mergeMissing } from "../encoding/missing.ts";
import { addAudits, NO_AUDIT } from "../ridge/audit.ts";
import type { Source } from "../sources/source.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { StudyPlan } from "./plan.ts";
import type { Scored, ScoredFacts } from "./result.ts";
import { type KeptScores, openScores } from "./score-cache.ts";
import { baseReader, missingScores, type ScoresOf, toldScores, toldVariance } from "./told-scores.ts";

/**
 * The scores of all participants, from the cache. Scores are loaded when they are asked for. Every file is read once before, to see that
 * nothing in it was changed.
 *
 * @returns in the order of the participants
 * @throws NotFoundError, FormatError as {@link openScores}
 */
export async function collectScores(
  participants: readonly ParticipantInputs[],
  { scores, groups, nSteps, nFolds }: StudyPlan,
  store: Source,
  onProgress: OnProgress,
): Promise<Scored[]> {
  const kept = new Map(participants.map(({ participant }) => [participant, new Map<string, KeptScores>()]));
  const steps = new Map<string, ScoredFacts[]>(participants.map(({ participant }) => [participant, []]));
  let done = 0;
  for (const { family, steps: own } of groups) {
    for (const { participant, keys } of own) {
      onProgress({ label: "collecting scores", done, total: nSteps });
      const opened: KeptScores[] = [];
      for (const [i, key] of keys.entries()) {
        opened.push(await openScores(store, key));
        kept.get(participant)!.set(modelName(family.members[i]!.model), opened.at(-1)!);
      }
      steps.get(participant)!.push(joinFacts(opened));
      done++;
    }
  }
  onProgress({ label: "collecting scores", done, total: nSteps });
  const bases = baseReader();
  return participants.map((inputs): Scored => {
    const scoresOf: ScoresOf = (model) => kept.get(inputs.participant)!.get(modelName(model));
    const none = missingScores(inputs.targets.length, nFolds);
    return {
      inputs,
      analyses: toldScores(scores, (model) => scoresOf(model) ?? none, bases),
      keptVariance: toldVariance(scores, scoresOf),
      facts: joinFacts(steps.get(inputs.participant)!),
    };
  });
}

/**
 * Counts over several encoding models, or several sets of them: the most targets that any could not score, and why; the mean
 * shares of alphas at the ends, over those that have a score above zero.
 */
export function joinFacts(parts: readonly ScoredFacts[]): ScoredFacts {
  return {
    nNotScored: Math.max(...parts.map((part) => part.nNotScored)),
    missing: mergeMissing(parts.map((part) => part.missing)),
    alphaAtLowest: meanOfKnown(parts.map((part) => part.alphaAtLowest)),
    alphaAtHighest: meanOfKnown(parts.map((part) => part.alphaAtHighest)),
    audit: parts.map((part) => part.audit).reduce(addAudits, NO_AUDIT),
    date:
      parts
        .map((part) => part.date)
        .sort()
        .at(-1) ?? "n/a",
  };
}

function meanOfKnown(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
