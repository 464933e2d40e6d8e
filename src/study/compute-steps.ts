import { type Matrix, zerosLike } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { AUDITS } from "../engine/audits.ts";
import { loadKeptVariance, makeDesigns } from "../engine/make-designs.ts";
import {
  BLOCK,
  type ResponseBlocks,
  removeBlocks,
  removeLeftBlocks,
  scoreResponses,
} from "../engine/score-responses.ts";
import { shareOut } from "../engine/share-out.ts";
import type { Transcript } from "../stimulus/word.ts";
import type { ActivationSource } from "./activation-source.ts";
import type { ActivationsOf } from "./features.ts";
import { loadStoryResponse, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import type { OpenStudy } from "./open-study.ts";
import type { StudyOptions } from "./options.ts";
import type { FeatureSet, StepGroup } from "./plan.ts";
import { scoresPath, writeStepScores } from "./score-cache.ts";
import { distancesOf, stepScores, stepStimulus, stepVariance } from "./score-step.ts";
import { memoryOf, sizeOf } from "./sizes.ts";

/**
 * Computes the steps of a study that are missing, group by group, and keeps each as it is finished.
 *
 * @param date - now, for the record
 */
export async function computeSteps(study: OpenStudy, onProgress: OnProgress, date: () => Date): Promise<void> {
  const { scores } = study.stores;
  await removeLeftBlocks(scores, (key) => scores.has(scoresPath(key)));
  const activationsOf = activationFinder(study);
  for (const group of study.plan.groups) {
    const members = study.membersOf(group);
    if (members.length > 0) await computeGroup(study, group, members, await activationsOf(group), onProgress, date);
  }
}

async function computeGroup(
  study: OpenStudy,
  group: StepGroup,
  members: readonly ParticipantInputs[],
  activationsOf: ActivationsOf,
  onProgress: OnProgress,
  date: () => Date,
): Promise<void> {
  const { options, stores, inputs, pool } = study;
  const label = describeFeatureSet(group.featureSet);
  const { options: encoding, stimulus } = stepStimulus(group.featureSet, members[0]!.stories, activationsOf, options);
  const distances = distancesOf(group.featureSet, options);
  const designs = { location: stores.designs.location, folder: group.key, key: group.key };
  const tellDesigns: OnProgress = (progress) => onProgress({ ...progress, label: `designs, ${label}` });
  const memory = memoryOf(study, sizeOf(study, group, members[0]!));
  const made = { ...encoding, onProgress: tellDesigns };
  const models = await makeDesigns(pool, designs, distances, stimulus, made);
  const keptVariance = stepVariance(group.featureSet, await loadKeptVariance(models), options);

  const perMember = (1 + distances.length) * options.folds;
  const done = members.map(() => 0);
  const work = async (member: ParticipantInputs, index: number) => {
    const { key } = group.steps.find(({ participant }) => participant === member.participant)!;
    const responses = responsesOf(inputs, member, options, memory.nLoaded);
    const { scores, audit } = await scoreResponses(pool, models, responses, {
      ...{ average: options.average, designBytes: memory.designBytes, store: stores.scores, key },
      // Those of a set of stories are shared among the participants who heard them, at least one each.
      nAudits: Math.ceil(AUDITS / group.steps.length),
      onProgress(progress) {
        done[index] = progress.done;
        const all = done.reduce((sum, one) => sum + one, 0);
        onProgress({ label: `scores, ${label}`, done: all, total: members.length * perMember });
      },
    });
    const kept = stepScores(group.featureSet, scores, options);
    await writeStepScores(stores.scores, key, { ...kept, keptVariance, audit, date: date().toISOString() });
    await removeBlocks(stores.scores, key);
  };
  // Where a participant is a single block, one thread's work, several are done side by side.
  const nAtOnce = members[0]!.targets.length <= BLOCK ? pool.nThreads : 1;
  await shareOut(members, nAtOnce, work);
}

/** Activations of a group's layer, made where they are missing; each story is looked up once for all layers. */
function activationFinder(study: OpenStudy): (group: StepGroup) => Promise<ActivationsOf> {
  const { model, random } = study;
  const cached = new Map<ActivationSource, Set<Transcript>>();
  return async (group) => {
    const { featureSet } = group;
    if (featureSet.kind === "word-rate") return () => Promise.reject(new Error("a word rate has no activations"));
    const used = featureSet.kind === "random-weights" ? random! : model;
    const wanted = used === model ? model.layers : [featureSet.layer];
    const known = cached.get(used) ?? new Set();
    const { stories } = study.membersOf(group)[0]!;
    const transcripts = [...new Set(stories.map((story) => story.transcript))].filter((t) => !known.has(t));
    await used.prepare(transcripts, wanted);
    cached.set(used, new Set([...known, ...transcripts]));
    return used.activationsOf(featureSet.layer);
  };
}

/** A participant's responses to all stories, joined, some targets at a time. */
function responsesOf(
  inputs: StudyInputs,
  { stories, targets }: ParticipantInputs,
  options: StudyOptions,
  nLoaded: number,
): ResponseBlocks {
  const nVolumes = stories.reduce((sum, story) => sum + story.nVolumes, 0);
  const isDouble = stories.some(({ bytes }) => bytes.held > 4);
  const load = async (from: number, to: number): Promise<Matrix> => {
    let joined: Matrix | undefined;
    let row = 0;
    for (const story of stories) {
      const { bold } = await loadStoryResponse(inputs, story, options);
      if (stories.length === 1 && to - from === bold.nColumns) return bold;
      // One story in double precision is enough for all to be.
      joined ??= zerosLike(isDouble ? new Float64Array(0) : bold.data, nVolumes, to - from, "responses");
      for (let i = 0; i < bold.nRows; i++, row++) {
        joined.data.set(bold.data.subarray(i * bold.nColumns + from, i * bold.nColumns + to), row * (to - from));
      }
    }
    return joined!;
  };
  return { nTargets: targets.length, nLoaded, load };
}

/** A feature set in words. */
export function describeFeatureSet(featureSet: FeatureSet): string {
  switch (featureSet.kind) {
    case "layer":
      return `layer ${featureSet.layer}`;
    case "word-rate":
      return "word rate";
    case "random-weights":
      return `random weights, layer ${featureSet.layer}`;
    case "random-window":
      return `random window, layer ${featureSet.layer}`;
    default:
      return featureSet satisfies never;
  }
}
