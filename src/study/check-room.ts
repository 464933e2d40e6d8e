import type { DatasetIssue } from "../errors.ts";
import { formatSize } from "../report/numbers.ts";
import { freeBytes } from "../sources/part-file.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import { type GroupWork, missingActivations, missingWork, type PlannedStudy } from "./missing-work.ts";
import type { StudyOptions } from "./options.ts";
import { type KeyedParticipant, planInspected, type StudyStores } from "./plan-inspected.ts";
import type { SizedParticipant } from "./sizes.ts";

/** Bytes that a run keeps in its cache: as estimated, and at the least. */
export interface NeededRoom {
  readonly expected: number;
  readonly least: number;
}

/**
 * Columns of a design that depend on each other are kept once: designs of ordinary features take 94 % of what is counted, and no
 * run that was measured took under half.
 */
const LEAST_OF_DESIGNS = 0.5;

/** What the missing steps keep: designs, scores and activations. */
async function neededRoom(study: PlannedStudy, groups: readonly GroupWork[]): Promise<NeededRoom> {
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
      sums.set(JSON.stringify([heardBy, nVolumes]), 8 * nVolumes * size.nTargets);
  return [...sums.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Looks whether what a study will keep fits on the disk of its cache: a warning where it may not, an error where it cannot.
 *
 * @param study - that nothing stands against
 * @param participants - with the SHA-256 of their responses, by which steps that are there are found
 */
export async function checkRoom(
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
  if (free !== undefined) found.add(roomIssues(await neededRoom(planned, groups), free, stores.cache));
}

/**
 * {@link checkRoom} before any response is read. Which steps are there follows from the bytes of the responses; where the
 * cache has no scores at all, none is.
 *
 * @returns whether that is so
 */
export async function checkRoomByHeaders(
  study: InspectedStudy,
  options: StudyOptions,
  stores: StudyStores,
): Promise<boolean> {
  if ((await stores.scores.list("")).length > 0) return false;
  const participants = study.participants.map((one) => ({ ...one, responseHashes: {} }));
  await checkRoom(study, participants, options, stores);
  return true;
}

/** What there is to say of the room on the disk: nothing where it does. */
export function roomIssues({ expected, least }: NeededRoom, free: number, folder: string): readonly DatasetIssue[] {
  if (expected <= free) return [];
  const isSure = least > free;
  const needed = isSure ? `at least ${formatSize(least)}` : formatSize(expected);
  const what = `the disk must have room for ${needed} of designs, scores and activations, got ${formatSize(1e6 * Math.floor(free / 1e6))} that are free.`;
  const remedy = "ake room, or name a folder on another disk with `cache`.";
  const message = isSure ? `${what} M${remedy}` : `${what} The run stops when it is full: m${remedy}`;
  return [{ severity: isSure ? "error" : "warning", code: "disk-too-small", path: folder, message }];
}

/**
 * Kinds of issues that are of the machine and the moment, not of the data: they make no score doubtful, so that results, which
 * are the same when they are made again, do not hold them.
 */
export const ofMachine: ReadonlySet<string> = new Set(["disk-too-small", "memory-too-small"]);
