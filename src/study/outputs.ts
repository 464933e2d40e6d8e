import { datasetDescription, scoresDescription, subjectFiles } from "../report/derivatives.ts";
import { groupFiles } from "../report/group-files.ts";
import { htmlReport } from "../report/html.ts";
import type { OutputFile, StudyResult } from "../report/result.ts";
import type { Store } from "../sources/source.ts";
import type { Scored } from "./result.ts";

/**
 * Writes a result's files that are not there yet with the same bytes: BIDS derivatives of every subject, group tables and
 * maps, the report.
 *
 * @returns paths that were written
 */
export async function writeOutputs(output: Store, result: StudyResult, scored: readonly Scored[]): Promise<string[]> {
  const { title, options, model, provenance, regions, notes } = result;
  const files: OutputFile[] = [
    datasetDescription({ name: `Brain and forecast scores of ${title}`, provenance }),
    scoresDescription(),
  ];
  for (const [index, subject] of result.subjects.entries()) {
    const { inputs, steps } = scored[index]!;
    const sidecar = {
      Model: { Name: model, Fingerprint: provenance.modelFingerprint },
      Options: options,
      Inputs: inputs.hashes,
      Transcripts: inputs.stories.map(({ transcript, audioStart, nVolumes }) => ({
        ...{ Story: transcript.story, Path: transcript.path, NWords: transcript.words.length },
        ...{ NInterpolated: transcript.nInterpolated, AudioStart: audioStart, NVolumes: nVolumes },
      })),
      Software: provenance.environment,
      Date: steps
        .map((step) => step.date)
        .sort()
        .at(-1),
      Notes: notes,
    };
    files.push(...subjectFiles(subject, sidecar, { regions }));
  }
  files.push(...groupFiles(result), { path: "report.html", bytes: htmlReport(result) });

  const written: string[] = [];
  for (const { path, bytes } of files) {
    const wanted = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    if ((await output.has(path)) && Buffer.compare(await output.read(path), wanted) === 0) continue;
    await output.write(path, wanted);
    written.push(path);
  }
  return written;
}
