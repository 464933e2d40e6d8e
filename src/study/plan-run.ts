import type { OnProgress } from "../array/progress.ts";
import type { DatasetIssue } from "../errors.ts";
import { cachePlace } from "./cache-place.ts";
import { estimateRun, type RunEstimate } from "./estimate.ts";
import { inspectStudy } from "./inspect-study.ts";
import { countMissing, openStudy } from "./open-study.ts";
import type { StudyOptions } from "./options.ts";
import { storesIn } from "./plan-inspected.ts";

/**
 * What a run with these options would take, without computing or writing anything: steps that an earlier run kept in the
 * cache are left out of it.
 *
 * @throws what stands against the study
 */
export async function planRun(
  options: StudyOptions,
  onProgress: OnProgress,
): Promise<
  RunEstimate & {
    readonly nSteps: number;
    readonly nMissing: number;
    /** Folder in which steps were looked for. */
    readonly cache: string;
    /** What makes the scores doubtful, what there is to say of the machine, and notes on the cache. */
    readonly issues: readonly DatasetIssue[];
  }
> {
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
