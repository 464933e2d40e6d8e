import { sourcesOf, type Vectors } from "../analyses/encoding-model.ts";
import { type Matrix, sliceRows, zerosLike } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { AUDITS } from "../engine/audits.ts";
import { loadKeptVariance, makeDesigns, selectModels } from "../engine/make-designs.ts";
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
import { familyStimulus } from "./family-stimulus.ts";
import type { ActivationsOf } from "./features.ts";
import { loadStoryResponse, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import { lackedBy } from "./missing-work.ts";
import type { OpenStudy } from "./open-study.ts";
import type { StudyOptions } from "./options.ts";
import { type OthersSettings, othersResponses, removeSums } from "./others-responses.ts";
import { layersOf, type StepGroup } from "./plan.ts";
import { scoresPath, writeScores } from "./score-cache.ts";
import { designSettings } from "./settings.ts";
import { memoryOf, sizeOf } from "./sizes.ts";
import { stimulusOf } from "./story-stimulus.ts";

/**
 * Computes the steps of a study that are missing, group by group, and keeps each as it is finished.
 *
 * @param date - now, for the record
 */
export async function computeSteps(study: OpenStudy, onProgress: OnProgress, date: () => Date): Promise<void> {
  const { scores } = study.stores;
  await removeLeftBlocks(scores, (key) => scores.has(scoresPath(key)));
  const layerOf = activationFinder(study);
  for (const group of study.plan.groups) {
    const members = study.membersOf(group);
    if (members.length > 0) await computeGroup(study, group, members, await layerOf(group), { onProgress, date });
  }
  await removeSums(study.stores.sums);
}

/** Activations of a layer, of the model or of the one with random weights. */
type LayerOf = (vectors: Vectors & { readonly source: "layer" }) => ActivationsOf;

async function computeGroup(
  study: OpenStudy,
  group: StepGroup,
  members: readonly ParticipantInputs[],
  layerOf: LayerOf,
  { onProgress, date }: { readonly onProgress: OnProgress; readonly date: () => Date },
): Promise<void> {
  const { options, stores, inputs, pool } = study;
  const { family, designKeys, steps, shared } = group;
  const { label } = family;
  const stepOf = new Map(steps.map((step) => [step.participant, step]));
  const lacked = lackedBy(study, family, steps);
  const ownLacked = ({ participant }: ParticipantInputs) => lackedBy(study, family, [stepOf.get(participant)!]);
  const settings = designSettings(options);
  const memory = memoryOf(study, sizeOf(study, family, members[0]!));
  const others = shared && othersResponses(shared, othersSettings(study, members[0]!, memory.nLoaded, onProgress));
  const { options: encoding, stimulus } = familyStimulus(
    family,
    members[0]!.stories.map(stimulusOf),
    { layerOf, others },
    settings,
    options.threads,
  );
  const designs = { location: stores.designs.location, keys: lacked.map((i) => designKeys[i]!) };
  const distances = lacked.map((i) => family.members[i]!.distance);
  const tellDesigns: OnProgress = (progress) => onProgress({ ...progress, label: `designs, ${label}` });
  const all = await makeDesigns(pool, designs, distances, stimulus, { ...encoding, onProgress: tellDesigns });
  const variance = await loadKeptVariance(all);

  // Those of an encoding model are shared among the participants who have a design together, or one each.
  const nSharing = shared ? study.plan.groups.filter((other) => other.family === family).length : steps.length;
  const total = members.reduce((sum, member) => sum + ownLacked(member).length * settings.folds, 0);
  const done = members.map(() => 0);
  const work = async (member: ParticipantInputs, index: number) => {
    const own = ownLacked(member);
    const keys = own.map((i) => stepOf.get(member.participant)!.keys[i]!);
    const models = selectModels(
      all,
      own.map((i) => lacked.indexOf(i)),
    );
    const responses = responsesOf(inputs, member, options, memory.nLoaded);
    const { scores, audits, blocks } = await scoreResponses(pool, models, responses, {
      average: options.average,
      designBytes: memory.designBytes,
      store: stores.scores,
      keys,
      nAudits: Math.ceil(AUDITS / nSharing),
      onProgress(progress) {
        done[index] = progress.done;
        onProgress({ label: `scores, ${label}`, done: done.reduce((sum, one) => sum + one, 0), total });
      },
    });
    for (const [m, key] of keys.entries()) {
      const keptVariance = variance[lacked.indexOf(own[m]!)]!;
      const facts = { audit: audits[m]!, keptVariance, date: date().toISOString() };
      await writeScores(stores.scores, key, scores[m]!, facts);
    }
    await removeBlocks(stores.scores, blocks);
  };
  // A participant of a single block keeps one thread busy: several participants are done side by side.
  const nAtOnce = members[0]!.targets.length <= BLOCK ? pool.nThreads : 1;
  await shareOut(members, nAtOnce, work);
}

/** How the responses of others are read. */
function othersSettings(
  { inputs, options, stores }: OpenStudy,
  { targets }: ParticipantInputs,
  nAtOnce: number,
  onProgress: OnProgress,
): OthersSettings {
  const stories = new Map(inputs.participants.map((one) => [one.participant, one.stories]));
  return {
    async load({ participant, index }) {
      const { bold } = await loadStoryResponse(inputs, stories.get(participant)![index]!, options);
      return bold;
    },
    nTargets: targets.length,
    nAtOnce,
    store: stores.sums,
    onProgress,
  };
}

/** Activations of a group's layers, made where they are missing; each story is looked up once for all layers. */
function activationFinder(study: OpenStudy): (group: StepGroup) => Promise<LayerOf> {
  const { model, random, plan } = study;
  const sources = { own: model, random };
  const wanted = { own: model.layers, random: layersOf(plan, "random") };
  const cached = new Map<ActivationSource, Set<Transcript>>();
  return async (group) => {
    const { stories } = study.membersOf(group)[0]!;
    for (const weights of new Set(group.family.members.flatMap((m) => sourcesOf(m.model).map((v) => v.weights)))) {
      const used = sources[weights]!;
      const known = cached.get(used) ?? new Set();
      const transcripts = [...new Set(stories.map((story) => story.transcript))].filter((t) => !known.has(t));
      await used.prepare(transcripts, wanted[weights]);
      cached.set(used, new Set([...known, ...transcripts]));
    }
    const found = new Map<string, ActivationsOf>();
    return ({ layer, weights }) => {
      const name = `${weights} ${layer}`;
      const activations = found.get(name) ?? sources[weights]!.activationsOf(layer);
      found.set(name, activations);
      return activations;
    };
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
      const whole = (await loadStoryResponse(inputs, story, options)).bold;
      // Of a story that is shared in part.
      const bold = sliceRows(whole, 0, story.nVolumes);
      if (stories.length === 1 && to - from === bold.nColumns) return bold;
      // If one story needs double precision, all are held in it.
      joined ??= zerosLike(isDouble ? new Float64Array(0) : bold.data, nVolumes, to - from, "responses");
      for (let i = 0; i < bold.nRows; i++, row++) {
        joined.data.set(bold.data.subarray(i * bold.nColumns + from, i * bold.nColumns + to), row * (to - from));
      }
    }
    return joined!;
  };
  return { nTargets: targets.length, nLoaded, load };
}
