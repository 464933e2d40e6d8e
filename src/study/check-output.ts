import type { PlannedScore } from "../analyses/registry.ts";
import { OptionError } from "../errors.ts";
import { datasetPaths } from "../report/dataset-files.ts";
import { subjectPaths } from "../report/derivatives.ts";
import { groupPaths } from "../report/group-files.ts";
import type { StudyResult } from "../report/result.ts";
import { listScoreKeys } from "../report/select.ts";
import type { TargetSpace } from "../responses/target.ts";
import { checkListedFiles, checkOutputFiles, filesList } from "../sources/output-files.ts";
import { readText, type Store } from "../sources/source.ts";
import { recordPath } from "./participant-record.ts";
import { keyOf } from "./told-scores.ts";

/** Files of every run's results, whatever its options. */
const fixedPaths = [...datasetPaths, "scores.json", "group_scores.tsv", "group_scores.json", "report.html"];

/** What the folder of results is called in messages. */
export const outputName = "`output`";

/**
 * Checks, before data are read, that results may be written into a folder, and that no file of somebody else has a name that every
 * run writes.
 *
 * @throws OptionError where it is a data set that cortecast did not make, or where files would be replaced that are not
 * ours, naming them
 */
export async function checkOutput(store: Store): Promise<void> {
  await checkOutputFolder(store);
  await checkOutputFiles(store, fixedPaths, { name: outputName });
}

/**
 * Checks, before anything is computed, that no file of somebody else has a name that a study will write.
 *
 * @throws OptionError naming the files
 */
export async function checkPlannedFiles(
  store: Store,
  study: {
    readonly scores: readonly PlannedScore[];
    readonly participants: readonly string[];
    readonly space: TargetSpace;
  },
): Promise<void> {
  const { scores, participants, space } = study;
  const keys = scores.map(keyOf);
  const ofParticipants = participants.map((participant) => ({
    list: participantList(participant),
    paths: [...subjectPaths(participant, space, keys), recordPath(participant)],
  }));
  const ofGroup = { list: filesList, paths: [...fixedPaths, ...groupPaths(space, keys)] };
  await checkListedFiles(store, [...ofParticipants, ofGroup], { name: outputName });
}

/**
 * The same for the files of the group.
 *
 * @throws OptionError naming the files
 */
export async function checkGroupFiles(store: Store, { subjects }: StudyResult): Promise<void> {
  const paths = groupPaths(subjects[0]!.space, listScoreKeys(subjects));
  await checkOutputFiles(store, [...fixedPaths, ...paths], { name: outputName });
}

/** The list of a participant's files, which are theirs alone: runs for others do not touch it. */
export const participantList = (participant: string) => `${participant}/.cortecast-files.json`;

/**
 * Checks that results may be written into a folder.
 *
 * @throws OptionError where it is a data set that cortecast did not make
 */
export async function checkOutputFolder(store: Store): Promise<void> {
  const path = "dataset_description.json";
  if (!(await store.has(path))) return;
  const text = await readText(store, path);
  let ours = false;
  try {
    const description = JSON.parse(text) as { readonly GeneratedBy?: readonly { readonly Name?: unknown }[] } | null;
    ours = description?.GeneratedBy?.some(({ Name }) => Name === "cortecast") ?? false;
  } catch {
    // A file that cannot be read was not written by cortecast.
  }
  // Data sets that cortecast simulated say that it made them, too.
  ours &&= !(await store.has("phantom.json"));
  if (ours) return;
  throw new OptionError(
    `the folder must be empty or hold results of cortecast, got another data set (${store.location}/${path}). Give a folder of its own.`,
    { where: "`output`" },
  );
}
