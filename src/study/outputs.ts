import type { OnProgress } from "../array/progress.ts";
import { datasetFiles } from "../report/dataset-files.ts";
import { scoresDescription, subjectFiles } from "../report/derivatives.ts";
import type { Findings } from "../report/findings.ts";
import { groupFiles } from "../report/group-files.ts";
import { findingsPage } from "../report/html.ts";
import type { StudyResult } from "../report/result.ts";
import { type OutputFile, type WrittenFiles, writeOutputFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import { assembleResult, type ResultContext, type Scored } from "./assemble-result.ts";
import { outputName, participantList } from "./check-output.ts";
import { recordFile, recordPath } from "./participant-record.ts";

/**
 * Writes the files of participants as {@link writeOutputFiles} does, one after the other: BIDS derivatives, and the record that
 * the group level is made from. They say nothing of other participants.
 *
 * @param context - of the run of all of them
 * @throws OptionError, FormatError as {@link writeOutputFiles}
 */
export async function writeParticipants(
  output: Store,
  scored: readonly Scored[],
  context: ResultContext,
  onProgress: OnProgress,
): Promise<WrittenFiles> {
  const outcomes: WrittenFiles[] = [];
  for (const [done, one] of scored.entries()) {
    onProgress({ label: "files of participants", done, total: scored.length });
    const { participant } = one.inputs;
    const files = await participantFiles(one, contextOf(one, context));
    const settings = { name: outputName, list: participantList(participant), seal: recordPath(participant) };
    outcomes.push(await writeOutputFiles(output, [files], settings));
  }
  onProgress({ label: "files of participants", done: scored.length, total: scored.length });
  return joinOutcomes(outcomes);
}

/** The outcomes of several writings as one. */
export function joinOutcomes(outcomes: readonly WrittenFiles[]): WrittenFiles {
  return {
    written: outcomes.flatMap(({ written }) => written),
    removed: outcomes.flatMap(({ removed }) => removed),
    kept: outcomes.flatMap(({ kept }) => kept),
  };
}

/** What a run says of one of its participants. */
function contextOf({ inputs }: Scored, context: ResultContext): ResultContext {
  const { participant, stories } = inputs;
  const transcripts = new Set(stories.map((story) => story.transcript));
  const isOfOthers = (path: string) => /\bsub-/.test(path) && !new RegExp(`\\b${participant}\\b`).test(path);
  return {
    ...context,
    inputs: { ...context.inputs, participants: [inputs], transcripts: [...transcripts] },
    warnings: context.warnings.filter(({ path, participant: whom }) => !isOfOthers(whom ?? path)),
  };
}

async function participantFiles(scored: Scored, context: ResultContext): Promise<OutputFile[]> {
  const { inputs, facts, others = [] } = scored;
  const { subjects, options, model, provenance, regions, notes } = assembleResult([scored], context);
  const { participants: _, level: __, ...recorded } = options;
  const sidecar = {
    Model: { Name: model, Fingerprint: provenance.modelFingerprint },
    Options: recorded,
    Inputs: inputs.hashes,
    Transcripts: inputs.stories.map(({ transcript, audioStart, nVolumes }) => ({
      Story: transcript.story,
      Path: transcript.path,
      NWords: transcript.words.length,
      NInterpolated: transcript.nInterpolated,
      AudioStart: audioStart,
      NVolumes: nVolumes,
    })),
    Confounds: Object.fromEntries(inputs.stories.map(({ files, confounds }) => [files.run, confounds])),
    Others: others.map(({ story, participants }) => ({ Story: story, Participants: participants })),
    Software: provenance.environment,
    Date: facts.date,
    Notes: notes,
  };
  return [...(await subjectFiles(subjects[0]!, sidecar, { regions })), await recordFile(scored, context, recorded)];
}

/** Files that hold for all participants, whoever they are. */
function commonFiles({ title, provenance }: StudyResult): OutputFile[] {
  return [...datasetFiles({ name: `Brain and forecast scores of ${title}`, provenance }), scoresDescription()];
}

/** Writes the files that hold for all participants; those of the group stay. */
export function writeCommon(output: Store, result: StudyResult): Promise<WrittenFiles> {
  return writeOutputFiles(output, [commonFiles(result)], { name: outputName, adds: true });
}

/**
 * Writes the files of the group as {@link writeOutputFiles} does, and those that hold for all participants: group tables and maps,
 * the report. The group's maps of one analysis, layer and distance are in memory at a time.
 *
 * @throws OptionError, FormatError as {@link writeOutputFiles}
 */
export function writeGroup(output: Store, findings: Findings, onProgress: OnProgress): Promise<WrittenFiles> {
  return writeOutputFiles(output, filesOfGroup(findings, onProgress), { name: outputName });
}

async function* filesOfGroup(findings: Findings, onProgress: OnProgress): AsyncGenerator<readonly OutputFile[]> {
  yield commonFiles(findings.result);
  yield* groupFiles(findings, { onProgress });
  yield [{ path: "report.html", bytes: await findingsPage(findings, { onProgress }) }];
}
