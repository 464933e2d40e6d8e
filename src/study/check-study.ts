import { howToRead, type InspectOptions, summariseInspection } from "../inspection/inspect.ts";
import { type Inspection, sortIssues } from "../inspection/inspection.ts";
import { checkOthers } from "./check-others.ts";
import { checkRoom, checkRoomByHeaders } from "./check-room.ts";
import { type InspectStudySettings, inspectStudy, readStudy } from "./inspect-study.ts";
import type { StudyOptions } from "./options.ts";
import { storesIn } from "./plan-inspected.ts";

/**
 * Everything that is wrong, doubtful or worth knowing of a study, before anything is computed: what `cortecast check` tells.
 *
 * @param settings.read - responses whole, as the study itself will read them, or their headers alone (default: whole where
 * they come to less than a gibibyte)
 */
export async function checkStudy(
  options: StudyOptions,
  settings: InspectStudySettings & { readonly read?: InspectOptions["read"] },
): Promise<Inspection> {
  const study = await inspectStudy(options, settings);
  try {
    const { opened, examination, found } = study;
    const read = examination ? howToRead(settings.read, examination) : "headers";
    const { cache, writes = true } = settings;
    // Of folders that nothing will be written to there is nothing to say.
    const stores = cache && writes ? storesIn(cache.folder) : undefined;
    const isRoomChecked = stores && !found.hasErrors ? await checkRoomByHeaders(study, options, stores) : false;
    if (read === "whole") {
      const participants = await readStudy(study, options, settings.onProgress);
      if (stores && !isRoomChecked && !found.hasErrors) await checkRoom(study, participants, options, stores);
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
