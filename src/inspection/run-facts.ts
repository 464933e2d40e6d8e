import type { ResponseFiles } from "../responses/find.ts";

/** What is known of one run's responses once their files were looked at. */
export interface RunFacts {
  readonly files: ResponseFiles;
  /** Volumes of the whole run; undefined where the files could not be read. */
  readonly nVolumes: number | undefined;
  /** Volumes that the events count and that the files do not hold, before their first one; 0 where it is not known. */
  readonly nDiscarded: number;
  /** Targets of each file, in the order of the files. */
  readonly nTargets: readonly number[];
  /** What these are, as in `ResponseHeader`. */
  readonly places: string;
}
