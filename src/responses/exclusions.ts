import { readJsonObject } from "../bids/json.ts";
import { FormatError } from "../errors.ts";

/**
 * The runs that a data set's own `code/scan_exclude.json` leaves out, as Narratives writes it:
 * `{ story: { participant: [run, ...] } }`.
 *
 * @returns names of runs such as `"sub-001_task-pieman_run-1"`, for the option `exclude` of `findResponses`
 * @throws FormatError where the file is not built so
 */
export function readExclusions(bytes: Uint8Array, path: string): readonly string[] {
  const runs: string[] = [];
  for (const [story, participants] of Object.entries(readJsonObject(bytes, path))) {
    if (typeof participants !== "object" || participants === null || Array.isArray(participants)) {
      throw new FormatError(
        path,
        `each story must hold participants with lists of runs, got ${JSON.stringify(participants)} (${story}). Repair it`,
      );
    }
    for (const [participant, names] of Object.entries(participants as Record<string, unknown>)) {
      if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
        throw new FormatError(
          path,
          `each participant must hold a list of run names, got ${JSON.stringify(names)} (${story}, ${participant}). Repair it`,
        );
      }
      runs.push(...names);
    }
  }
  return runs;
}
