import { basename, dirname } from "node:path";
import type { OnProgress } from "../array/progress.ts";
import { type InspectOptions, inspectDataset } from "../inspection/inspect.ts";
import type { Inspection } from "../inspection/inspection.ts";
import { loadMask } from "../responses/volume-mask.ts";
import { folderStore } from "../sources/node.ts";
import { queryOf } from "./inputs.ts";
import { openDataset } from "./open-dataset.ts";
import type { StudyOptions } from "./options.ts";

/**
 * Looks at the data set of a study, with its choices and exclusions, as `inspectDataset` does.
 *
 * @throws NotFoundError where the folder, or a participant, story or label that was asked for, does not exist
 * @throws DatasetError, FormatError where the folder is no BIDS data set, or its exclusions cannot be read
 */
export async function checkDataset(
  options: StudyOptions,
  settings: { readonly read?: InspectOptions["read"]; readonly onProgress?: OnProgress | undefined } = {},
): Promise<Inspection> {
  const { dataset, excluded, doubts } = await openDataset(options);
  const { exclude: _, ...query } = queryOf(options, excluded);
  const { transcript, tier, cues, volumesDiscarded } = options;
  const mask =
    options.mask === undefined ? undefined : await loadMask(folderStore(dirname(options.mask)), basename(options.mask));
  const file =
    transcript === undefined ? undefined : { source: folderStore(dirname(transcript)), path: basename(transcript) };
  return inspectDataset(dataset, {
    ...query,
    ...settings,
    excluded,
    doubts,
    transcripts: { tier, cues, file },
    mask,
    volumesDiscarded,
  });
}
