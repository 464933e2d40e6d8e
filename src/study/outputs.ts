import type { OnProgress } from "../array/progress.ts";
import { datasetDescription, scoresDescription, subjectFiles } from "../report/derivatives.ts";
import { groupFiles } from "../report/group-files.ts";
import { htmlReport } from "../report/html.ts";
import type { StudyResult } from "../report/result.ts";
import { type OutputFile, type WrittenFiles, writeOutputFiles } from "../sources/output-files.ts";
import type { Store } from "../sources/source.ts";
import type { Scored } from "./result.ts";

/**
 * Writes a result's files as {@link writeOutputFiles} does: BIDS derivatives of every subject, group tables and maps, the
 * report. The files of one subject, or of the group, are in memory at a time.
 *
 * @throws OptionError, FormatError as {@link writeOutputFiles}
 */
export function writeOutputs(
  output: Store,
  result: StudyResult,
  scored: readonly Scored[],
  onProgress: OnProgress,
): Promise<WrittenFiles> {
  return writeOutputFiles(output, filesOf(result, scored, onProgress));
}

function* filesOf(result: StudyResult, scored: readonly Scored[], onProgress: OnProgress): Generator<OutputFile[]> {
  const { title, options, model, provenance, regions, notes } = result;
  const total = result.subjects.length + 2;
  const tell = (done: number) => onProgress({ label: "writing results", done, total });
  yield [datasetDescription({ name: `Brain and forecast scores of ${title}`, provenance }), scoresDescription()];
  for (const [index, subject] of result.subjects.entries()) {
    tell(index);
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
    yield subjectFiles(subject, sidecar, { regions });
  }
  tell(total - 2);
  yield groupFiles(result);
  tell(total - 1);
  yield [{ path: "report.html", bytes: htmlReport(result) }];
  tell(total);
}
