import type { DatasetIssue } from "../errors.ts";
import { formatIssues } from "../inspection/format.ts";
import { studyFindings } from "../report/findings.ts";
import { formatNoun } from "../report/numbers.ts";
import type { StudyResult } from "../report/result.ts";
import { formatTerminal } from "../report/terminal-lines.ts";
import { folderStore, removeAbandoned } from "../sources/node.ts";
import { assembleResult } from "./assemble-result.ts";
import { type CachePlace, cachePlace, markCache } from "./cache-place.ts";
import { claimParticipants, whileWriting } from "./claim.ts";
import { computeSteps } from "./compute-steps.ts";
import { estimateRun, formatEstimate } from "./estimate.ts";
import { checkOthers, writeGroupLevel } from "./group-level.ts";
import { type InspectedStudy, inspectStudy } from "./inspect-study.ts";
import { countMissing, type OpenStudy, openStudy } from "./open-study.ts";
import { requireChecked, type StudyOptions } from "./options.ts";
import { joinOutcomes, writeCommon, writeParticipants } from "./outputs.ts";
import { type StudyStores, storesIn } from "./plan-inspected.ts";
import type { InForce } from "./record-options.ts";
import { budgetOf } from "./sizes.ts";
import { pathToSource } from "./source-datasets.ts";
import { openScored } from "./told-scores.ts";
import { type GivenTools, type StudyTools, toolsOf } from "./tools.ts";

/** How a run went. */
export interface StudyRun {
  /**
   * Of all participants whose results are in the output folder; with `level` "participant", of the run's own. Scores are read as
   * they are asked for; those of single folds are there of the run's own participants.
   */
  readonly result: StudyResult;
  /** The run's own participants. */
  readonly participants: readonly string[];
  /** The group's results as lines of text, a region each. */
  readonly summary: readonly string[];
  /** What makes the scores doubtful; told before anything is computed, and among the result's notes. */
  readonly warnings: readonly DatasetIssue[];
  /** Path of the report, within the output folder; undefined with `level` "participant". */
  readonly report: string | undefined;
  /** Steps that were computed, and steps that were there from an earlier run. */
  readonly nComputed: number;
  readonly nReused: number;
  /** Paths within the output folder that were written or changed. */
  readonly written: readonly string[];
  /** Paths within it of an earlier run, with other options or of an earlier version, which this one does not have; they are removed. */
  readonly removed: readonly string[];
  /** Paths within it of an earlier run, which this one does not have, and that somebody changed since: they are left. */
  readonly kept: readonly string[];
  /** Participants of other runs whose tables and maps lie where earlier versions wrote them. */
  readonly inOldPlace: readonly string[];
  /** Folder in which activations, designs and scores are kept for the next run. */
  readonly cache: string;
}

/**
 * Runs a study: reads the data set, computes what is missing, writes scores, maps, group tables and the report.
 * Each step is kept as it is finished, so that an interrupted run goes on
 * where it was, and a second run does only what is missing. Files of an earlier run, with other options or of an earlier version, are removed from the
 * output folder where they are of the same participants; other participants' results stay, and are in the group. Several
 * runs may work in one folder at the same time, each for participants of its own.
 *
 * @throws the errors of the study, before anything is computed or written: the error itself where there is one, else a
 * DatasetError with all (`checkStudy` lists the same)
 * @throws OptionError where another run writes into the output folder
 * @throws errors of the rooms that it calls: FormatError, OptionError, ShapeError, DeviceError
 */
export async function runStudy(options: StudyOptions, tools: StudyTools = {}): Promise<StudyRun> {
  requireChecked("runStudy", options);
  const given = toolsOf("runStudy: tools", tools);
  const cache = await cachePlace(options);
  const stores = storesIn(cache.folder);
  const { onProgress } = given;
  const inspected = await inspectStudy(options, { activations: stores.activations, cache, onProgress });
  try {
    // Before anything is made or written.
    inspected.found.refuse(options.dataset);
    const participants = examinedParticipants(inspected);
    const output = folderStore(options.output);
    const release = await claimParticipants(output, options.participants && participants);
    try {
      await markCache(cache);
      for (const folder of [options.output, cache.folder]) await removeAbandoned(folder);
      return await carryOut(inspected, options, given, { stores, cache });
    } finally {
      await release();
    }
  } finally {
    await inspected.close();
  }
}

async function carryOut(
  inspected: InspectedStudy,
  options: StudyOptions,
  { onProgress, onNote, date, command, signal }: GivenTools,
  { stores, cache }: { readonly stores: StudyStores; readonly cache: CachePlace },
): Promise<StudyRun> {
  const study = await openStudy(inspected, options, stores, onProgress);
  const { inputs, warnings, machineWarnings, model, plan } = study;
  try {
    const output = folderStore(options.output);
    const layers = model.layers;
    const participants = inputs.participants.map(({ participant }) => participant);
    await checkOthers(inspected, inputs.participants, options);
    for (const line of formatIssues([...warnings, ...machineWarnings, ...cache.issues])) onNote(line);
    onNote(describePlan(study));
    for (const line of formatEstimate(await estimateRun(study, { cache: cache.folder, onProgress }))) onNote(line);
    const nMissing = countMissing(study);
    await computeSteps(study, onProgress, date);
    // Threads are ended here: results need their memory.
    await study.pool.close();

    const inForce: InForce = {
      reading: model.reading,
      threads: study.pool.nThreads,
      memory: budgetOf(options),
      cache: cache.folder,
    };
    const scored = await openScored(inputs.participants, plan, stores.scores, onProgress);
    const sourcePath = pathToSource(options.output, options.dataset);
    const context = { inputs, model, layers, options, command, warnings, inForce, sourcePath };
    const own = assembleResult(scored, context);
    const about = {
      participants,
      warnings,
      nComputed: nMissing,
      nReused: plan.nSteps - nMissing,
      cache: cache.folder,
    };
    const write = async () => {
      const ofParticipants = await writeParticipants(output, scored, context, onProgress);
      if (options.level === "participant") {
        const outcome = joinOutcomes([await writeCommon(output, own), ofParticipants]);
        const summary = formatTerminal(await studyFindings(own, { onProgress }));
        return { ...about, ...outcome, result: own, summary, report: undefined, inOldPlace: [] };
      }
      const { result, summary, report, inOldPlace, ...ofGroup } = await writeGroupLevel(output, onProgress);
      const outcome = joinOutcomes([ofParticipants, ofGroup]);
      return { ...about, ...outcome, result: withOwn(result, own), summary, report, inOldPlace };
    };
    return await whileWriting(output, write, { onNote, signal });
  } finally {
    await study.close();
  }
}

/** Participants of a study without errors. */
function examinedParticipants({ examination }: InspectedStudy): string[] {
  return [...new Set(examination!.facts.map(({ files }) => files.participant))];
}

/** A joined result whose subjects have scores of single folds where a run computed them. */
function withOwn(joined: StudyResult, own: StudyResult): StudyResult {
  const owned = new Map(own.subjects.map((subject) => [subject.participant, subject]));
  return { ...joined, subjects: joined.subjects.map((subject) => owned.get(subject.participant) ?? subject) };
}

function describePlan(study: OpenStudy): string {
  const { plan, inputs, model } = study;
  const { participants, transcripts } = inputs;
  const labels = [...new Set(plan.groups.map(({ family }) => family.label))].join("; ");
  const nVolumes = participants.map((p) => p.stories.reduce((sum, story) => sum + story.nVolumes, 0));
  const volumes = [...new Set([Math.min(...nVolumes), Math.max(...nVolumes)])].join(" to ");
  const stories = transcripts.map((t) => t.story).join(", ");
  return `${formatNoun(participants.length, "participant")}, ${volumes} volumes each, ${transcripts.length === 1 ? "story" : "stories"} ${stories}; model ${model.name}; ${labels}: ${countMissing(study)} of ${formatNoun(plan.nSteps, "step")} to compute`;
}
