import type { DatasetIssue } from "../errors.ts";
import { cachePlace } from "./cache-place.ts";
import { estimateRun, type RunEstimate } from "./estimate.ts";
import { inspectStudy } from "./inspect-study.ts";
import { countMissing, openStudy } from "./open-study.ts";
import { requireChecked, type StudyOptions } from "./options.ts";
import { storesIn } from "./plan-inspected.ts";
import { type StudyTools, toolsOf } from "./tools.ts";

/** What a run would do, and what it would take. */
export interface PlannedRun extends RunEstimate {
  /** Steps of the study. */
  readonly nSteps: number;
  /** Steps that no earlier run kept in the cache: those that the estimate is of. */
  readonly nMissing: number;
  /** Folder in which steps were looked for. */
  readonly cache: string;
  /** Warnings on the scores and on the machine, and notes on the cache. */
  readonly issues: readonly DatasetIssue[];
}

/**
 * What {@link runStudy} would do with these options and what it would take: steps, operations, bytes, memory, and seconds on
 * this machine, by a sample that is timed. Nothing is computed or written.
 *
 * @throws the errors of the study, as `runStudy`
 */
export async function planStudy(options: StudyOptions, tools: StudyTools = {}): Promise<PlannedRun> {
  requireChecked("planStudy", options);
  const { onProgress } = toolsOf("planStudy: tools", tools);
  const cache = await cachePlace(options);
  const stores = storesIn(cache.folder);
  const inspected = await inspectStudy(options, { activations: stores.activations, cache, writes: false, onProgress });
  try {
    const study = await openStudy(inspected, options, stores, onProgress);
    try {
      const estimate = await estimateRun(study, { always: true, cache: cache.folder, onProgress });
      return {
        ...estimate,
        nSteps: study.plan.nSteps,
        nMissing: countMissing(study),
        cache: cache.folder,
        issues: [...study.warnings, ...study.machineWarnings, ...cache.issues],
      };
    } finally {
      await study.close();
    }
  } finally {
    await inspected.close();
  }
}
