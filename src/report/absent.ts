import { formatNoun } from "./numbers.ts";
import type { StudyResult } from "./result.ts";

/**
 * Says that participants of the data set have no results: `"No results of 1 participant of the 3 with responses in the data set:"`.
 * Their names are to follow. Undefined where nobody is absent, or where it is not known who should be here.
 */
export function absentSentence({
  absent = [],
  subjects,
}: Pick<StudyResult, "absent" | "subjects">): string | undefined {
  if (absent.length === 0) return undefined;
  return `No results of ${formatNoun(absent.length, "participant")} of the ${absent.length + subjects.length} with responses in the data set:`;
}
