import { joinRows, type Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { studyFindings } from "../report/findings.ts";
import { formatNoun } from "../report/numbers.ts";
import type { StudyResult } from "../report/result.ts";
import { formatTerminal } from "../report/terminal.ts";
import { withLock } from "../sources/lock.ts";
import { checkFolder, checkWritable, folderStore, removeAbandoned } from "../sources/node.ts";
import type { Store } from "../sources/source.ts";
import type { Transcript } from "../stimulus/word.ts";
import { type ActivationSource, openActivationSource } from "./activation-source.ts";
import { checkFit } from "./check-fit.ts";
import { checkOutputFolder } from "./check-output.ts";
import { collectScores } from "./collect-scores.ts";
import type { ActivationsOf } from "./features.ts";
import { sha256 } from "./hashing-source.ts";
import { type HeardStory, loadInputs, loadStoryResponse, type ParticipantInputs, type StudyInputs } from "./inputs.ts";
import { warningsOn } from "./notes.ts";
import type { StudyOptions } from "./options.ts";
import { writeOutputs } from "./outputs.ts";
import { type FeatureSet, type PlannedParticipant, planStudy, type StudyPlan } from "./plan.ts";
import { assembleResult } from "./result.ts";
import { writeStepScores } from "./score-cache.ts";
import { prepareScorer } from "./score-step.ts";

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
  /** Its scores are read from the cache as they are asked for. */
  readonly result: StudyResult;
  /** The group's results as lines of text, a region each. */
  readonly summary: readonly string[];
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
    });
  });
}

/** Where a study's files lie. */
interface Stores {
  readonly output: Store;
  readonly scores: Store;
  readonly activations: Store;
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
      const score = await prepareScorer(
        group.featureSet,
        stories,
        activationsOf,
        options,
        relabel(`designs, ${label}`),
      );
      for (const [index, step] of steps.entries()) {
        const participant = members.find((member) => member.participant === step.participant)!;
        const bold = await loadBold(inputs, participant, options);
        const scores = await score(bold, relabel(`scores, ${label}`, index, steps.length));
        await writeStepScores(scoreStore, step.key, { ...scores, date: environment.date().toISOString() });
      }
    }

    const scored = await collectScores(inputs.participants, plan, scoreStore, onProgress);
    const result = assembleResult(scored, { inputs, model, layers, options, command: environment.command });
    const findings = await studyFindings(result, { onProgress });
    const { written, removed } = await writeOutputs(output, findings, scored, onProgress);
    return {
      result,
      summary: formatTerminal(findings),
      warnings,
      report: "report.html",
      nComputed: missing.size,
      nReused: plan.nSteps - missing.size,
      written,
      removed,
    };
  } finally {
    await model.close();
    await random?.close();
  }
}

/** A participant's responses to all stories, joined: [nVolumes x nTargets]. */
async function loadBold(inputs: StudyInputs, { stories }: ParticipantInputs, options: StudyOptions): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const story of stories) parts.push((await loadStoryResponse(inputs, story, options)).bold);
  return joinRows(parts);
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
