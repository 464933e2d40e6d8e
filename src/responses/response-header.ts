import type { BidsDataset } from "../bids/dataset.ts";
import type { ResponseFiles } from "./find.ts";
import { loadRun } from "./load.ts";

/** What a run's response files say of their size. */
export interface ResponseHeader {
  readonly nVolumes: number;
  /** Targets of each file. */
  readonly nTargets: readonly number[];
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
}

/**
 * The size of a run's responses.
 *
 * @throws FormatError where a file cannot be read, or hemispheres differ in volumes
 */
export async function readResponseHeader(dataset: BidsDataset, files: ResponseFiles): Promise<ResponseHeader> {
  const { bold, space } = await loadRun(dataset, files);
  const nTargets = space.kind === "surface" ? space.nVertices.filter((n) => n > 0) : [bold.nColumns];
  return { nVolumes: bold.nRows, nTargets, repetitionTime: undefined };
}
