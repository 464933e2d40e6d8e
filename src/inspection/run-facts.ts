import type { ResponseFiles } from "../responses/find.ts";
import type { Response } from "../responses/load.ts";
import type { TargetSpace } from "../responses/target.ts";

/** What is known of one run's responses once their files were looked at. */
export interface RunFacts {
  readonly files: ResponseFiles;
  /** Volumes of the whole run; undefined where the files could not be read. */
  readonly nVolumes: number | undefined;
  /** Volumes that the events count and that the files do not hold, before their first one; undefined where it is not known. */
  readonly nDiscarded: number | undefined;
  /** Targets of each file, in the order of the files. */
  readonly nTargets: readonly number[];
  /** What these are, as in `ResponseHeader`. */
  readonly places: string;
  /** What the columns are, as in `ResponseHeader`. */
  readonly space: TargetSpace | undefined;
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime: number | undefined;
  /** Seconds from the start of the recording to the first volume by the files themselves; 0 where they do not say. */
  readonly seriesStart: number;
  /** What is left of the run for the story after cuts and trims; undefined where it cannot be used. */
  readonly heard: HeardRun | undefined;
}

/** A story's part of a run, as `loadResponse` makes it: all that is known of it before its numbers are read. */
export interface HeardRun extends Omit<Response, "participant" | "story" | "bold" | "targets" | "space" | "quality"> {
  readonly nVolumes: number;
}
