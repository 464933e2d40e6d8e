import type { OnProgress } from "../array/progress.ts";
import { datasetDescription, scoresDescription, subjectFiles } from "../report/derivatives.ts";
import type { Findings } from "../report/findings.ts";
import { groupFiles } from "../report/group-files.ts";
import { findingsPage } from "../report/html.ts";
import { type OutputFile, type WrittenFiles, writeOutputFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import { outputName } from "./check-output.ts";
import type { Scored } from "./result.ts";

/**
 * Writes a result's files as {@link writeOutputFiles} does: BIDS derivatives of every subject, group tables and maps, the
 * report. The files of one subject are in memory at a time, or the group's maps of one analysis, layer and distance.
 *
 * @param scored - the participants of the result, in its order
 * @throws OptionError, FormatError as {@link writeOutputFiles}
 */
export function writeOutputs(
  output: Store,
  findings: Findings,
  scored: readonly Scored[],
  onProgress: OnProgress,
): Promise<WrittenFiles> {
  return writeOutputFiles(output, filesOf(findings, scored, onProgress), { name: outputName });
}

async function* filesOf(
  findings: Findings,
  scored: readonly Scored[],
  onProgress: OnProgress,
): AsyncGenerator<readonly OutputFile[]> {
  const { subjects, title, options, model, provenance, regions, notes } = findings.result;
  const total = subjects.length;
  yield [datasetDescription({ name: `Brain and forecast scores of ${title}`, provenance }), scoresDescription()];
  for (const [index, subject] of subjects.entries()) {
    onProgress({ label: "files of participants", done: index, total });
    const { inputs, steps } = scored[index]!;
    const sidecar = {
      Model: { Name: model, Fingerprint: provenance.modelFingerprint },
      Options: options,
      Inputs: inputs.hashes,
      Transcripts: inputs.stories.map(({ transcript, audioStart, nVolumes }) => ({
        ...{ Story: transcript.story, Path: transcript.path, NWords: transcript.words.length },
        ...{ NInterpolated: transcript.nInterpolated, AudioStart: audioStart, NVolumes: nVolumes },
      })),
      Confounds: Object.fromEntries(inputs.stories.map(({ files, confounds }) => [files.run, confounds])),
      Software: provenance.environment,
      Date: steps
        .map((step) => step.date)
        .sort()
        .at(-1),
      Notes: notes,
    };
    yield await subjectFiles(subject, sidecar, { regions });
  }
  yield* groupFiles(findings, { onProgress });
  yield [{ path: "report.html", bytes: await findingsPage(findings, { onProgress }) }];
}
