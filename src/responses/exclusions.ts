import { checkArgument } from "../array/arguments.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { looseText } from "../bids/identity.ts";
import { formatBidsName, parseBidsName } from "../bids/name.ts";
import { type DatasetIssue, FormatError, listSome, nearestNames } from "../errors.ts";
import { readJsonObject } from "../formats/json.ts";
import { runEntitiesOf, runKey, runKeyOfText } from "./candidates.ts";

/**
 * The runs that a data set's own `code/scan_exclude.json` leaves out, as Narratives writes it:
 * `{ story: { participant: [run, ...] } }`.
 *
 * @returns names of runs such as `"sub-001_task-pieman_run-1"`, or of their files, for the option `exclude` of
 * `findResponses`
 * @throws FormatError where the file is not built so
 */
export function readExclusions(bytes: Uint8Array, path: string): readonly string[] {
  checkArgument("readExclusions: path", path, "a text");
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

/** What a list of exclusions means for a data set. */
export interface FittedExclusions {
  /** The runs that entries name, as {@link runKey} has them. */
  readonly keys: ReadonlySet<string>;
  /** Entries that name no run of the data set. */
  readonly unfit: readonly string[];
  /** What is to be told of those: nearly the name of a run, or of participants and stories that are not there at all. */
  readonly doubts: readonly DatasetIssue[];
}

/**
 * The runs that a list of exclusions names, by whatever spelling, or by any of their files; a run counts that the data set has
 * any file of, with or without responses.
 *
 * @param path - where the list is from, for what is told
 */
export function fitExclusions(dataset: BidsDataset, entries: readonly string[], path: string): FittedExclusions {
  if (entries.length === 0) return { keys: new Set(), unfit: [], doubts: [] };
  const names = new Map<string, string>();
  const labels = new Set<string>();
  for (const { entities } of dataset.files.map(({ name }) => name)) {
    const { sub, task } = entities;
    if (sub === undefined) continue;
    labels.add(`sub ${looseText(sub)}`).add(`task ${looseText(task ?? "")}`);
    if (task === undefined) continue;
    const key = runKey(entities);
    if (!names.has(key))
      names.set(key, formatBidsName({ entities: runEntitiesOf(entities), suffix: "", extension: "" }));
  }
  const keys = new Set<string>();
  const near: string[] = [];
  const absent: string[] = [];
  for (const entry of entries) {
    const key = runKeyOfText(entry);
    if (key !== undefined && names.has(key)) keys.add(key);
    else (isAbsent(entry, labels) ? absent : near).push(entry);
  }
  const told = near.map(
    (entry): DatasetIssue => ({
      severity: "warning",
      code: "exclusion-fits-nothing",
      path,
      message: `an exclusion must name a run of the data set, got "${entry}", which leaves nothing out. ${nearestNames(entry, [...names.values()])}`,
    }),
  );
  const doubts = absent.length === 0 ? told : [...told, notHere(absent, path)];
  return { keys, unfit: [...near, ...absent], doubts };
}

/** Whether an entry names a participant or story of which there is nothing, nor anything of nearly that name. */
function isAbsent(entry: string, labels: ReadonlySet<string>): boolean {
  const { sub, task } = parseBidsName(`${entry.trim().replace(/^.*[/\\]|\..*$/g, "")}.x`)?.entities ?? {};
  if (sub === undefined || task === undefined) return false;
  return !labels.has(`sub ${looseText(sub)}`) || !labels.has(`task ${looseText(task)}`);
}

/** As of a data set of which some participants or stories were fetched. */
const notHere = (entries: readonly string[], path: string): DatasetIssue => ({
  severity: "note",
  code: "exclusions-not-here",
  path,
  message: `${entries.length} exclusions name participants or stories of which there is no file: ${listSome(entries, 3)}.`,
});
