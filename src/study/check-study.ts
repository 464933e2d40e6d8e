import { checkChoice } from "../array/check-choice.ts";
import { howToRead, summariseInspection } from "../inspection/inspect.ts";
import { type Inspection, sortIssues } from "../inspection/inspection.ts";
import { cachePlace } from "./cache-place.ts";
import { checkDisk, checkDiskByHeaders } from "./check-disk.ts";
import { checkOthers } from "./group-level.ts";
import { inspectStudy, readStudy } from "./inspect-study.ts";
import { requireChecked, type StudyOptions } from "./options.ts";
import { storesIn } from "./plan-inspected.ts";
import { type StudyTools, toolsOf } from "./tools.ts";

/** How responses are read by a check: whole, their headers alone, or whole where they come to less than a gibibyte. */
export const readingWays = ["auto", "whole", "headers"] as const;

/** How {@link checkStudy} looks. */
export interface CheckStudyOptions extends StudyTools {
  /** Whether responses are read whole, as the study itself will read them, or their headers alone. Default: `auto`. */
  readonly read?: (typeof readingWays)[number] | undefined;
  /** Whether output folder and cache must allow what the study will write (default true): else they are not checked. */
  readonly writes?: boolean | undefined;
}

/**
 * Everything that is wrong, doubtful or worth knowing of a study, before anything is computed: what `cortecast check` tells. An
 * issue with severity `error` is what {@link runStudy} stops at, in the same words. Nothing is written.
 *
 * @throws OptionError where an argument is of another kind; of the study itself nothing is thrown
 */
export async function checkStudy(options: StudyOptions, settings: CheckStudyOptions = {}): Promise<Inspection> {
  requireChecked("checkStudy", options);
  const { onProgress } = toolsOf("checkStudy: settings", settings);
  const { read: way = "auto", writes = true } = settings;
  checkChoice("checkStudy: read", way, readingWays);
  const cache = await cachePlace(options);
  const kept = storesIn(cache.folder);
  const study = await inspectStudy(options, { activations: kept.activations, cache, writes, onProgress });
  try {
    const { opened, examination, found } = study;
    const read = examination ? howToRead(way, examination) : "headers";
    // Of folders that nothing will be written to there is nothing to say.
    const stores = writes ? kept : undefined;
    const isDiskChecked = stores && !found.hasErrors ? await checkDiskByHeaders(study, options, stores) : false;
    if (read === "whole") {
      const participants = await readStudy(study, options, onProgress);
      if (stores && !isDiskChecked && !found.hasErrors) await checkDisk(study, participants, options, stores);
      if (stores && !found.hasErrors) await found.attempt("output", () => checkOthers(study, participants, options));
    }
    if (opened && examination) {
      return summariseInspection(opened.dataset, { ...examination, issues: [] }, { read, issues: found.issues });
    }
    return { ...nothingSeen, name: options.dataset, issues: sortIssues(found.issues) };
  } finally {
    await study.close();
  }
}

const nothingSeen = {
  nParticipants: 0,
  nRuns: 0,
  nPairs: 0,
  nExcluded: 0,
  stories: [],
  nBytes: 0,
  read: "headers",
} as const;
