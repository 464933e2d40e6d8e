import type { OnProgress } from "../array/progress.ts";
import { checkFolder } from "../sources/node.ts";
import { estimateRun, type RunEstimate } from "./estimate.ts";
import { openStudy, storesIn } from "./open-study.ts";
import type { StudyOptions } from "./options.ts";

/**
 * What a run with these options would take, without computing or writing anything: steps that an earlier run kept in the
 * output folder, or the cache, are left out of it.
 *
 * @throws errors of {@link openStudy}
 */
export async function planRun(
  options: StudyOptions,
  onProgress: OnProgress,
): Promise<RunEstimate & { readonly nSteps: number; readonly nMissing: number; readonly warnings: readonly string[] }> {
  if (options.model !== undefined) await checkFolder(options.model, "--model");
  const study = await openStudy(options, storesIn(options.cache ?? `${options.output}/cache`), onProgress);
  try {
    const estimate = await estimateRun(study, { always: true, onProgress });
    return { ...estimate, nSteps: study.plan.nSteps, nMissing: study.missing.size, warnings: study.warnings };
  } finally {
    await study.close();
  }
}
