import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";
import { listSome, NotFoundError, OptionError } from "../errors.ts";
import { subjectTable } from "../report/derivatives.ts";
import { studyFindings } from "../report/findings.ts";
import type { StudyResult } from "../report/result.ts";
import { formatTerminal } from "../report/terminal-lines.ts";
import { lockName } from "../sources/lock.ts";
import { checkFolder, folderStore, removeAbandoned } from "../sources/node.ts";
import { listOutputFiles, type WrittenFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import { checkGroupFiles, checkOutput, outputName, participantList } from "./check-output.ts";
import { participantFolders, whileWriting } from "./claim.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import { checkSettings, joinRecords } from "./join-records.ts";
import type { StudyOptions } from "./options.ts";
import { writeGroup } from "./outputs.ts";
import { hasRecord, type ParticipantRecord, recordPath, recordReader, settingsOf } from "./participant-record.ts";
import { type StudyTools, toolsOf } from "./tools.ts";

/** The group level of a folder of results. */
export interface GroupLevel extends WrittenFiles {
  /** All participants whose results are there. Scores are read as they are asked for; those of single folds are not there. */
  readonly result: StudyResult;
  /** The group's results as lines of text, a region each. */
  readonly summary: readonly string[];
  /** Path of the report, within the folder. */
  readonly report: string;
  /** Participants whose tables and maps lie where earlier versions wrote them, `sub-18/` in place of `sub-18/func/`. */
  readonly inOldPlace: readonly string[];
}

/** What was made of all results in a folder. */
export interface StudyReport extends GroupLevel {
  /** Participants' files that somebody changed, or removed, since cortecast wrote them. The group is made from the records beside them. */
  readonly changed: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Joins the results of all participants in a folder: group tables, maps and the report, from what {@link runStudy} wrote there,
 * run by run or in one go. Neither data set nor cache is needed.
 *
 * @throws NotFoundError where no participant's results are there
 * @throws OptionError where participants were scored with other options than others, where the results of one are not whole,
 * or where files would be replaced that are not ours or were changed since
 */
export async function reportStudy(folder: string, tools: StudyTools = {}): Promise<StudyReport> {
  checkArgument("reportStudy: folder", folder, "a text");
  const { onProgress, onNote, signal } = toolsOf("reportStudy: tools", tools);
  await checkFolder(folder, outputName);
  const output = folderStore(folder);
  await checkOutput(output);
  return whileWriting(
    output,
    async () => {
      await removeAbandoned(folder);
      const outcome = await writeGroupLevel(output, onProgress);
      return { ...outcome, ...(await alteredFiles(output, outcome.result, onProgress)) };
    },
    { onNote, signal },
  );
}

/** Files of the participants that are not as they were written. */
async function alteredFiles(
  output: Store,
  { subjects }: StudyResult,
  onProgress: OnProgress,
): Promise<Pick<StudyReport, "changed" | "missing">> {
  const [changed, missing]: [string[], string[]] = [[], []];
  const tell = (done: number) => onProgress({ label: "files of participants", done, total: subjects.length });
  for (const [done, { participant }] of subjects.entries()) {
    tell(done);
    const files = await listOutputFiles(output, { list: participantList(participant) });
    changed.push(...files.changed);
    missing.push(...files.absent);
  }
  tell(subjects.length);
  return { changed, missing };
}

/** {@link reportStudy}, of a folder that no other run writes into. */
export async function writeGroupLevel(output: Store, onProgress: OnProgress): Promise<GroupLevel> {
  const { records, begun } = await readRecords(output, onProgress);
  const result = joinRecords(records, begun);
  await checkGroupFiles(output, result);
  const findings = await studyFindings(result, { onProgress });
  const outcome = await writeGroup(output, findings, onProgress);
  const inOldPlace: string[] = [];
  for (const { scored } of records) {
    const { participant } = scored.inputs;
    const { tablePath } = subjectTable(participant);
    if (!(await output.has(tablePath)) && (await output.has(oldTablePath(participant)))) inOldPlace.push(participant);
  }
  return { ...outcome, result, summary: formatTerminal(findings), report: "report.html", inOldPlace };
}

/** Where earlier versions wrote a participant's table; maps were beside it. */
const oldTablePath = (participant: string) => `${participant}/${participant}_scores.tsv`;

/** The records of a folder, and participants of whom a run began to write results, or works on them, and who have none. */
async function readRecords(
  output: Store,
  onProgress: OnProgress,
): Promise<{ readonly records: ParticipantRecord[]; readonly begun: readonly string[] }> {
  const participants = await participantFolders(output);
  const [whole, cutOff, begun]: [string[], string[], string[]] = [[], [], []];
  for (const participant of participants) {
    const has = (path: string) => output.has(path);
    if (await has(recordPath(participant))) whole.push(participant);
    else if ((await has(subjectTable(participant).tablePath)) || (await has(oldTablePath(participant))))
      cutOff.push(participant);
    else if ((await has(participantList(participant))) || (await has(`${participant}/${lockName}`)))
      begun.push(participant);
  }
  if (cutOff.length > 0) {
    throw new OptionError(
      `the results of every participant must be whole to be joined, got tables without the record beside them (${listSome(cutOff)} in ${output.location}). Score these again; they were cut off, or are of an earlier version.`,
      { where: outputName },
    );
  }
  if (whole.length === 0) {
    throw new NotFoundError(
      `there must be results of one participant or more, got none (${output.location}). Give the folder that cortecast score wrote into.`,
      { where: outputName },
    );
  }
  const read = recordReader(output);
  const records: ParticipantRecord[] = [];
  for (const participant of whole) {
    onProgress({ label: "reading results", done: records.length, total: whole.length });
    records.push(await read(participant));
  }
  onProgress({ label: "reading results", done: whole.length, total: whole.length });
  return { records, begun };
}

/**
 * Checks that a run of all participants of a data set leaves none out whose results are in the folder: they would stay in the
 * group.
 *
 * @throws OptionError naming them
 */
export async function checkNoneLeft(output: Store, participants: readonly string[]): Promise<void> {
  const others = await othersIn(output, participants);
  if (others.length === 0) return;
  throw new OptionError(
    `a run of all participants must be of all whose results are there, got others, which would stay in the group (${listSome(others)} in ${output.location}). Remove them with cortecast clean ${output.location} \`participants: ${others.join(",")}\` \`yes\`, or name this run's with \`participants\`.`,
    { where: outputName },
  );
}

/** Participants whose results are in a folder, but for these. */
async function othersIn(output: Store, participants: readonly string[]): Promise<string[]> {
  const others: string[] = [];
  for (const participant of await participantFolders(output)) {
    if (!participants.includes(participant) && (await hasRecord(output, participant))) others.push(participant);
  }
  return others;
}

/**
 * Checks, before anything is computed, that the participants of a run can be joined with the others in the output folder. Targets and
 * space are those of the responses.
 *
 * @param study - without errors
 * @param inputs - its participants, as they were read
 * @throws OptionError where other participants in the folder were scored with other options
 */
export async function checkOthers(
  { opened, model, regions, surfaces }: InspectedStudy,
  inputs: readonly ParticipantInputs[],
  options: StudyOptions,
): Promise<void> {
  const output = folderStore(options.output);
  const participants = inputs.map(({ participant }) => participant);
  const context = { inputs: { dataset: opened!.dataset, regions, surfaces }, model: model!, layers: model!.layers };
  const read = recordReader(output);
  const known = [{ participant: participants[0]!, settings: settingsOf({ ...context, options }, inputs[0]!) }];
  for (const participant of await othersIn(output, participants))
    known.push({ participant, settings: (await read(participant)).settings });
  checkSettings(known);
}
