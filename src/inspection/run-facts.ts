import type { ResponseFiles } from "../responses/find.ts";

/** What is known of one run's responses once their files were looked at. */
export interface RunFacts {
  readonly files: ResponseFiles;
  /** Volumes of the whole run; undefined where the files could not be read. */
  readonly nVolumes: number | undefined;
  /** Targets of each file, in the order of the files. */
  readonly nTargets: readonly number[];
  /** What these are, as in `ResponseHeader`. */
  readonly places: string;
}
