import { type Matrix, zerosLike } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { makeDesigns } from "../engine/make-designs.ts";
import { openPool } from "../engine/pool.ts";
import { type ResponseBlocks, removeBlocks, scoreResponses } from "../engine/score-responses.ts";
import { resolveDevice } from "../graph/device.ts";
import { formatNoun } from "../report/numbers.ts";
import type { StudyResult } from "../report/result.ts";
import { withLock } from "../sources/lock.ts";
import { checkFolder, checkWritable, folderStore, removeAbandoned } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import { type ActivationSource, openActivationSource } from "./activation-source.ts";
import { checkFit } from "./check-fit.ts";
import { checkOutputFolder } from "./check-output.ts";
import type { ActivationsOf } from "./features.ts";
import { sha256 } from "./hashing-source.ts";
import { type HeardStory, loadInputs, loadStoryResponse, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import { warningsOn } from "./notes.ts";
import type { StudyOptions } from "./options.ts";
import { writeOutputs } from "./outputs.ts";
import { type FeatureSet, type PlannedParticipant, planStudy, type StudyPlan } from "./plan.ts";
import { assembleResult, type Scored } from "./result.ts";
import { loadStepScores, type StepScores, writeStepScores } from "./score-cache.ts";
import { distancesOf, stepScores, stepStimulus } from "./score-step.ts";

/** What a run is told and asked from outside. */
export interface RunEnvironment {
  readonly onProgress: OnProgress;
  /** Receives one line at a time about what is being done. */
  readonly onNote: (line: string) => void;
  /** Now, for the record. */
  readonly date: () => Date;
  /** The command that was typed, for the record. */
  readonly command?: string | undefined;
}

/** How a run went. */
export interface StudyRun {
  readonly result: StudyResult;
  /** What makes the scores doubtful; among the result's notes too. */
  readonly warnings: readonly string[];
  /** Path of the report, within the output folder. */
  readonly report: string;
  /** Steps that were computed, and steps that were there from an earlier run. */
  readonly nComputed: number;
  readonly nReused: number;
  /** Paths within the output folder that were written or changed. */
  readonly written: readonly string[];
  /** Paths within it of an earlier run with other options, which this one does not have; they are removed. */
  readonly removed: readonly string[];
}

/**
 * Carries a study out: reads the data set, computes what is missing, writes scores, maps, group tables and the report.
 * Each participant's scores of each layer or control are kept as they are finished, so that an interrupted run goes on
 * where it was, and a second run does only what is missing. Files of an earlier run with other options that this one does
 * not have are removed from the output folder.
 *
 * @throws OptionError where another run writes into the output folder
 * @throws errors of the rooms that it conducts: DatasetError, FormatError, NotFoundError, OptionError, ShapeError,
 * DeviceError
 */
export async function runStudy(options: StudyOptions, environment: RunEnvironment): Promise<StudyRun> {
  const output = folderStore(options.output);
  const cache = options.cache ?? `${options.output}/cache`;
  if (options.model !== undefined) await checkFolder(options.model, "--model");
  await checkWritable(options.output, "<output>");
  await checkWritable(cache, "--cache");
  await checkOutputFolder(output);
  return withLock(options.output, "<output>", async () => {
    for (const folder of [options.output, cache]) await removeAbandoned(folder);
    return carryOut(options, environment, {
      output,
      scores: folderStore(`${cache}/scores`),
      activations: folderStore(`${cache}/activations`),
      designs: folderStore(`${cache}/designs`),
    });
  });
}

/** Where a study's files lie. */
interface Stores {
  readonly output: Store;
  readonly scores: Store;
  readonly activations: Store;
  readonly designs: Store;
}

async function carryOut(options: StudyOptions, environment: RunEnvironment, stores: Stores): Promise<StudyRun> {
  const { onProgress, onNote } = environment;
  const { output, scores: scoreStore, activations: activationStore } = stores;
  const inputs = await loadInputs(options, { onProgress });
  checkFit(inputs.participants, options);
  const warnings = warningsOn(inputs);
  for (const line of warnings) onNote(line);
  const settings = { stories: inputs.participants.flatMap((p) => p.stories), store: activationStore, onProgress };
  const model = await openActivationSource(options, settings);
  let random: ActivationSource | undefined;
  const pool = openPool(options.provider === "cpu" ? resolveDevice(options).threads : 1);
  try {
    if (options.controls.includes("random-weights"))
      random = await openActivationSource(options, { ...settings, randomWeights: true });
    const { layers } = model;
    const plan = planStudy(
      inputs.participants.map((participant) => plannedParticipant(participant, inputs.mask, options)),
      layers,
      options,
      { model: model.key, randomWeights: random?.key ?? "" },
      sha256,
    );
    const missing = await missingSteps(plan, (key) => scoreStore.has(`${key}.safetensors`));
    onNote(describePlan(plan, inputs, model, missing.size));

    const cached = new Map<ActivationSource, Set<Transcript>>();
    for (const group of plan.groups) {
      const steps = group.steps.filter((step) => missing.has(step.key));
      if (steps.length === 0) continue;
      const used = group.featureSet.kind === "random-weights" ? random! : model;
      const members = inputs.participants.filter((p) => steps.some((step) => step.participant === p.participant));
      const { stories } = members[0]!;
      let activationsOf: ActivationsOf = () => Promise.reject(new Error("a word rate has no activations"));
      if (group.featureSet.kind !== "word-rate") {
        const wanted = used === model ? layers : [group.featureSet.layer];
        // Each layer is a group of its own: the store is looked through once for all of them.
        const known = cached.get(used) ?? new Set();
        const transcripts = [...new Set(stories.map((story) => story.transcript))].filter((t) => !known.has(t));
        await used.prepare(transcripts, wanted);
        cached.set(used, new Set([...known, ...transcripts]));
        activationsOf = used.activationsOf(group.featureSet.layer);
      }
      const label = describeFeatureSet(group.featureSet);
      const relabel =
        (text: string, before = 0, of = 1): OnProgress =>
        ({ done, total }) =>
          onProgress({ label: text, done: before * total + done, total: of * total });
      const step = stepStimulus(group.featureSet, stories, activationsOf, options);
      const distances = distancesOf(group.featureSet, options);
      const designs = { location: stores.designs.location, folder: group.key, key: group.key };
      const encoding = { ...step.options, onProgress: relabel(`designs, ${label}`) };
      const models = await makeDesigns(pool, designs, distances, step.stimulus, encoding);
      for (const [index, { participant: name, key }] of steps.entries()) {
        const participant = members.find((member) => member.participant === name)!;
        const scores = await scoreResponses(pool, models, responsesOf(inputs, participant, options), {
          ...{ average: options.average, designBytes: 128e6, store: scoreStore, key },
          onProgress: relabel(`scores, ${label}`, index, steps.length),
        });
        const kept = stepScores(group.featureSet, scores, options);
        await writeStepScores(scoreStore, key, { ...kept, date: environment.date().toISOString() });
        await removeBlocks(scoreStore, key);
      }
    }

    const scored: Scored[] = [];
    for (const participant of inputs.participants) {
      onProgress({ label: "collecting scores", done: scored.length, total: inputs.participants.length });
      const steps: StepScores[] = [];
      for (const group of plan.groups) {
        for (const step of group.steps) {
          if (step.participant === participant.participant) steps.push((await loadStepScores(scoreStore, step.key))!);
        }
      }
      scored.push({ inputs: participant, steps });
    }
    const result = assembleResult(scored, { inputs, model, layers, options, command: environment.command });
    const { written, removed } = await writeOutputs(output, result, scored, onProgress);
    return {
      result,
      warnings,
      report: "report.html",
      nComputed: missing.size,
      nReused: plan.nSteps - missing.size,
      written,
      removed,
    };
  } finally {
    await pool.close();
    await model.close();
    await random?.close();
  }
}

/** A participant's responses to all stories, joined, some targets at a time. */
function responsesOf(
  inputs: StudyInputs,
  { stories, targets }: ParticipantInputs,
  options: StudyOptions,
): ResponseBlocks {
  const nVolumes = stories.reduce((sum, story) => sum + story.nVolumes, 0);
  const load = async (from: number, to: number): Promise<Matrix> => {
    let joined: Matrix | undefined;
    let row = 0;
    for (const story of stories) {
      const { bold } = await loadStoryResponse(inputs, story, options);
      if (stories.length === 1 && to - from === bold.nColumns) return bold;
      joined ??= zerosLike(bold.data, nVolumes, to - from, "responses");
      for (let i = 0; i < bold.nRows; i++, row++) {
        joined.data.set(bold.data.subarray(i * bold.nColumns + from, i * bold.nColumns + to), row * (to - from));
      }
    }
    return joined!;
  };
  return { nTargets: targets.length, nLoaded: targets.length, load };
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

function describeFeatureSet(featureSet: FeatureSet): string {
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

function describePlan(plan: StudyPlan, inputs: StudyInputs, model: ActivationSource, nMissing: number): string {
  const { participants, transcripts } = inputs;
  const nVolumes = participants.map((p) => p.stories.reduce((sum, story) => sum + story.nVolumes, 0));
  const volumes = [...new Set([Math.min(...nVolumes), Math.max(...nVolumes)])].join(" to ");
  const stories = transcripts.map((t) => t.story).join(", ");
  return `${formatNoun(participants.length, "participant")}, ${volumes} volumes each, ${transcripts.length === 1 ? "story" : "stories"} ${stories}; model ${model.name}; ${plan.featureSets.map(describeFeatureSet).join("; ")}: ${nMissing} of ${formatNoun(plan.nSteps, "step")} to compute`;
}
