import { checkArgument } from "../array/arguments.ts";
import { NotFoundError, nearestNames } from "../errors.ts";
import { checkFolder, folderStore } from "../sources/node.ts";
import { filesList, listOutputFiles, removeOutputFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import { outputName, participantList } from "./check-output.ts";
import { claimParticipants, participantFolders, whileWriting } from "./claim.ts";
import { type StudyTools, toolsOf } from "./tools.ts";

/** What is cleared up. */
export interface CleanStudyOptions extends StudyTools {
  /** `"sub-18"`, or `"18"`. Default: all, and the group. */
  readonly participants?: readonly string[] | undefined;
  /** Whether files are removed (default false: they are told alone). */
  readonly removes?: boolean | undefined;
}

/** What clearing up did, or would do. */
export interface CleanedStudy {
  /** Files of ours, as we wrote them: removed, or to be removed. */
  readonly ours: readonly string[];
  /** Files that we wrote and that somebody changed since: they stay, and are no longer ours. */
  readonly changed: readonly string[];
}

/**
 * Removes results from a folder, or tells what would be: files that cortecast wrote and that have the digest that it wrote, and
 * no others. Without participants, all participants' and the group's; with them, theirs, and the group's stay until the group is
 * reported anew.
 *
 * @throws NotFoundError where the folder is not there, or nothing of a participant is there
 * @throws OptionError where another run works in the folder
 */
export async function cleanStudy(folder: string, options: CleanStudyOptions = {}): Promise<CleanedStudy> {
  checkArgument("cleanStudy: folder", folder, "a text");
  const { onNote, signal } = toolsOf("cleanStudy: options", options);
  if (options.participants !== undefined)
    checkArgument("cleanStudy: participants", options.participants, "a list of texts");
  await checkFolder(folder, outputName);
  const output = folderStore(folder);
  const participants = options.participants && (await named(output, options.participants));
  const lists = [
    ...(participants ?? (await participantFolders(output))).map(participantList),
    ...(participants ? [] : [filesList]),
  ];
  if (!options.removes) return join(await each(lists, (list) => listOutputFiles(output, { list })));
  const release = await claimParticipants(output, undefined);
  try {
    const work = () => each(lists, (list) => removeOutputFiles(output, { name: outputName, list }));
    const removed = await whileWriting(output, work, { onNote, signal });
    return join(removed.map(({ removed: ours, kept: changed }) => ({ ours, changed })));
  } finally {
    await release();
  }
}

async function each<T>(lists: readonly string[], work: (list: string) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = [];
  for (const list of lists) outcomes.push(await work(list));
  return outcomes;
}

function join(all: readonly CleanedStudy[]): CleanedStudy {
  return { ours: all.flatMap(({ ours }) => ours), changed: all.flatMap(({ changed }) => changed) };
}

/** The folders of participants that are named with or without `sub-`. */
async function named(output: Store, wanted: readonly string[]): Promise<string[]> {
  const known = await participantFolders(output);
  return wanted.map((label) => {
    const participant = label.startsWith("sub-") ? label : `sub-${label}`;
    if (known.includes(participant)) return participant;
    throw new NotFoundError(
      `results of the participant must be in the folder, got none of ${participant} (${output.location}). ${nearestNames(participant, known)}`,
      { where: "`participants`" },
    );
  });
}
