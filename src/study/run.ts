import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";
import type { DatasetIssue } from "../errors.ts";
import { formatIssues } from "../inspection/format.ts";
import { studyFindings } from "../report/findings.ts";
import { formatNoun } from "../report/numbers.ts";
import type { StudyResult } from "../report/result.ts";
import { formatTerminal } from "../report/terminal.ts";
import { withLock } from "../sources/lock.ts";
import { folderStore, removeAbandoned } from "../sources/node.ts";
import { outputName } from "./check-output.ts";
import { collectScores } from "./collect-scores.ts";
import { computeSteps, describeFeatureSet } from "./compute-steps.ts";
import { estimateRun, formatEstimate } from "./estimate.ts";
import { type InspectedStudy, inspectStudy } from "./inspect-study.ts";
import { type OpenStudy, openStudy, type StudyStores, storesIn } from "./open-study.ts";
import type { StudyOptions } from "./options.ts";
import { writeOutputs } from "./outputs.ts";
import type { InForce } from "./record-options.ts";
import { assembleResult } from "./result.ts";
import { budgetOf } from "./sizes.ts";

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
  /** What makes the scores doubtful; told before anything is computed, and among the result's notes. */
  readonly warnings: readonly DatasetIssue[];
  /** Path of the report, within the output folder. */
  readonly report: string;
  /** Steps that were computed, and steps that were there from an earlier run. */
  readonly nComputed: number;
  readonly nReused: number;
  /** Paths within the output folder that were written or changed. */
  readonly written: readonly string[];
  /** Paths within it of an earlier run with other options, which this one does not have; they are removed. */
  readonly removed: readonly string[];
  /** Paths within it of an earlier run, which this one does not have, and that somebody changed since: they are left. */
  readonly kept: readonly string[];
}

/**
 * Carries a study out: reads the data set, computes what is missing, writes scores, maps, group tables and the report.
 * Each participant's scores of each layer or control are kept as they are finished, so that an interrupted run goes on
 * where it was, and a second run does only what is missing. Files of an earlier run with other options that this one does
 * not have are removed from the output folder.
 *
 * @throws what stands against the study, before anything is computed or written: the error itself where there is one, else a
 * DatasetError with all (`checkStudy` lists the same)
 * @throws OptionError where another run writes into the output folder
 * @throws errors of the rooms that it conducts: FormatError, OptionError, ShapeError, DeviceError
 */
export async function runStudy(options: StudyOptions, environment: RunEnvironment): Promise<StudyRun> {
  checkArgument("runStudy: options", options, "an object", { dataset: "a text", output: "a text" });
  checkArgument("runStudy: environment", environment, "an object", {
    onProgress: "a function",
    onNote: "a function",
    date: "a function",
  });
  const cache = options.cache ?? `${options.output}/cache`;
  const stores = storesIn(cache);
  const { onProgress } = environment;
  const inspected = await inspectStudy(options, { activations: stores.activations, onProgress });
  try {
    // Before anything is made or written.
    inspected.found.refuse(options.dataset);
    return await withLock(options.output, outputName, async () => {
      for (const folder of [options.output, cache]) await removeAbandoned(folder);
      return carryOut(inspected, options, environment, stores);
    });
  } finally {
    await inspected.close();
  }
}

async function carryOut(
  inspected: InspectedStudy,
  options: StudyOptions,
  { onProgress, onNote, date, command }: RunEnvironment,
  stores: StudyStores,
): Promise<StudyRun> {
  const study = await openStudy(inspected, options, stores, onProgress);
  const { inputs, warnings, model, plan, missing } = study;
  try {
    for (const line of formatIssues(warnings)) onNote(line);
    onNote(describePlan(study));
    for (const line of formatEstimate(await estimateRun(study, { onProgress }))) onNote(line);
    await computeSteps(study, onProgress, date);
    // Threads hold memory that results need.
    await study.pool.close();

    const inForce: InForce = {
      reading: model.reading,
      threads: study.pool.nThreads,
      memory: budgetOf(options),
      cache: options.cache ?? `${options.output}/cache`,
    };
    const scored = await collectScores(inputs.participants, plan, stores.scores, onProgress);
    const result = assembleResult(scored, { inputs, model, layers: model.layers, options, command, warnings, inForce });
    const findings = await studyFindings(result, { onProgress });
    const { written, removed, kept } = await writeOutputs(folderStore(options.output), findings, scored, onProgress);
    return {
      result,
      summary: formatTerminal(findings),
      warnings,
      report: "report.html",
      nComputed: missing.size,
      nReused: plan.nSteps - missing.size,
      written,
      removed,
      kept,
    };
  } finally {
    await study.close();
  }
}

function describePlan({ plan, inputs, model, missing }: OpenStudy): string {
  const { participants, transcripts } = inputs;
  const nVolumes = participants.map((p) => p.stories.reduce((sum, story) => sum + story.nVolumes, 0));
  const volumes = [...new Set([Math.min(...nVolumes), Math.max(...nVolumes)])].join(" to ");
  const stories = transcripts.map((t) => t.story).join(", ");
  return `${formatNoun(participants.length, "participant")}, ${volumes} volumes each, ${transcripts.length === 1 ? "story" : "stories"} ${stories}; model ${model.name}; ${plan.featureSets.map(describeFeatureSet).join("; ")}: ${missing.size} of ${formatNoun(plan.nSteps, "step")} to compute`;
}
