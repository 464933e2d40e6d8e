import type { DatasetIssue } from "../errors.ts";
import { formatSize } from "../report/numbers.ts";
import { freeBytes } from "../sources/part-file.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import { type GroupWork, missingActivations, missingWork, type PlannedStudy } from "./missing-work.ts";
import type { StudyOptions } from "./options.ts";
import { sumKey } from "./others-responses.ts";
import { type KeyedParticipant, planInspected, type StudyStores } from "./plan-inspected.ts";
import type { SizedParticipant } from "./sizes.ts";

/** Bytes that a run keeps in its cache: as estimated, and at the least. */
export interface NeededSpace {
  readonly expected: number;
  readonly least: number;
}

/**
 * The least share of the estimated bytes that designs take. Columns that depend on each other are kept once: designs of ordinary
 * features took 94 % of the estimate, and no run that was measured took under half.
 */
const LEAST_OF_DESIGNS = 0.5;

/** Bytes that the missing steps will keep: designs, scores and activations. */
async function neededSpace(study: PlannedStudy, groups: readonly GroupWork[]): Promise<NeededSpace> {
  const { nBytes } = await missingActivations(study, groups);
  let [expected, least] = [nBytes + bytesOfSums(groups), 0];
  for (const { nMembers, size, work } of groups) {
    const { nTargets, nModels, nFolds } = size;
    expected += work.designBytes + nMembers * work.scoreBytes;
    // A mean and the folds of each encoding model, in double precision.
    const scores = 8 * nTargets * (nFolds + 1) * nModels;
    least += LEAST_OF_DESIGNS * work.designBytes + nMembers * scores;
  }
  return { expected, least };
}

/** Of sums over participants, in double precision: each once, until the run ends. */
function bytesOfSums(groups: readonly GroupWork[]): number {
  const sums = new Map<string, number>();
  for (const { group, size } of groups)
    for (const { heardBy, nVolumes } of group.shared ?? [])
      sums.set(sumKey(heardBy, nVolumes), 8 * nVolumes * size.nTargets);
  return [...sums.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Looks whether what a study will keep fits on the disk of its cache: a warning where it may not, an error where it cannot.
 *
 * @param study - without errors
 * @param participants - with the SHA-256 of their responses, which the keys of finished steps follow from
 */
export async function checkDisk(
  study: InspectedStudy,
  participants: readonly (KeyedParticipant & SizedParticipant)[],
  options: StudyOptions,
  stores: StudyStores,
): Promise<void> {
  const { found, model, random } = study;
  const { plan, missing, membersOf } = await planInspected(study, participants, options, stores);
  // The number of threads changes nothing that is kept.
  const planned = { options, model: model!, random, plan, missing, stores, membersOf, pool: { nThreads: 1 } };
  const groups = await missingWork(planned);
  if (groups.length === 0) return;
  const free = await found.attempt("cache", () => freeBytes(stores.cache));
  if (free !== undefined) found.add(diskIssues(await neededSpace(planned, groups), free, stores.cache));
}

/**
 * {@link checkDisk} before any response is read. Which steps are finished follows from the bytes of the responses, which are not read
 * yet. So this checks only where the cache has no scores at all, and no step is finished.
 *
 * @returns whether it checked
 */
export async function checkDiskByHeaders(
  study: InspectedStudy,
  options: StudyOptions,
  stores: StudyStores,
): Promise<boolean> {
  if ((await stores.scores.list("")).length > 0) return false;
  const participants = study.participants.map((one) => ({ ...one, responseHashes: {} }));
  await checkDisk(study, participants, options, stores);
  return true;
}

/** An issue where the disk has too little space; none where it has enough. */
export function diskIssues({ expected, least }: NeededSpace, free: number, folder: string): readonly DatasetIssue[] {
  if (expected <= free) return [];
  const isSure = least > free;
  const needed = isSure ? `at least ${formatSize(least)}` : formatSize(expected);
  const what = `the disk must have ${needed} free for designs, scores and activations, got ${formatSize(1e6 * Math.floor(free / 1e6))}.`;
  const remedy = "ree some space, or name a folder on another disk with `cache`.";
  const message = isSure ? `${what} F${remedy}` : `${what} The run stops when it is full: f${remedy}`;
  return [{ severity: isSure ? "error" : "warning", code: "disk-too-small", path: folder, message }];
}

/**
 * Kinds of issues that are of the machine and the moment, not of the data. They make no score doubtful, and are not in the results,
 * which are the same whenever they are made.
 */
export const ofMachine: ReadonlySet<string> = new Set(["disk-too-small", "memory-too-small"]);
