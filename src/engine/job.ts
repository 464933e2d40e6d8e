import type { FloatArray, Matrix } from "../array/matrix.ts";
import type { BlockScores } from "../encoding/block-scores.ts";
import type { EncodingOptions } from "../encoding/prepared.ts";
import type { FittedBand } from "../features/design.ts";
import type { AuditCount } from "../ridge/audit.ts";
import type { Fold } from "../ridge/folds.ts";
import type { ResolvedRidgeOptions } from "../ridge/ridge-options.ts";
import type { VolumesOptions } from "../stimulus/volumes.ts";
import type { AuditPlace } from "./audits.ts";
import type { MeasuredSpeed } from "./cost.ts";
import type { SweepSize } from "./plan-memory.ts";

/** Where the designs of a set of encoding models are kept. */
export interface KeptDesigns {
  /** A folder of the disk. */
  readonly location: string;
  /** The key of each encoding model's designs: the same key, the same numbers. */
  readonly keys: readonly string[];
}

/** One story as its features are made: plain data, so that it can be handed to another thread. */
export interface StoryVectors {
  /** One vector a word, [nWords x nUnits]. */
  readonly vectors: Matrix;
  /** Seconds from the first volume, [nWords]. */
  readonly onsets: Float64Array;
  readonly volumes: VolumesOptions;
}

/** What the designs of a set of encoding models are made of. */
export interface Stimulus {
  /** Volume-level features, all stories joined, [nVolumes x nFeatures]; or their columns in the design of each fold. */
  readonly features: Matrix | readonly FittedBand[];
  /** What windows are made of; undefined where there are none. */
  readonly windows: { readonly stories: readonly StoryVectors[]; readonly width: number } | undefined;
}

/** Makes designs of one fold and keeps them. */
export interface DesignJob {
  readonly kind: "designs";
  readonly designs: KeptDesigns;
  readonly stimulus: Stimulus;
  readonly fold: Fold;
  /** Distances of the windows, undefined for the features alone; which model each is. */
  readonly models: ReadonlyMap<number | undefined, number>;
  readonly options: Omit<EncodingOptions, "onProgress">;
}

/** Scores a block of targets by all encoding models. */
export interface ScoreJob {
  readonly kind: "scores";
  readonly designs: KeptDesigns;
  readonly nModels: number;
  readonly folds: readonly Fold[];
  readonly ridge: ResolvedRidgeOptions;
  readonly average: "folds" | "concatenated";
  /** Bytes of designs that the thread may keep for the next block. */
  readonly designBytes: number;
  /** Which choices are computed again by definition; targets are counted within the block. */
  readonly audits: readonly AuditPlace[];
  /** One row a target, [nTargets x nVolumes]. */
  readonly rows: Matrix<FloatArray>;
}

/** Measures how long pieces of a sweep take. */
export interface MeasureJob {
  readonly kind: "measure";
  readonly size: SweepSize;
  readonly options: Omit<EncodingOptions, "onProgress" | "storyLengths">;
}

/** Scores of a block, and what the audit of some of them found. */
export interface AuditedScores extends BlockScores {
  /** By model. */
  readonly audits: readonly AuditCount[];
}

/** A piece of work for a thread. */
export type Job = DesignJob | ScoreJob | MeasureJob;

/** What a job gives; a job that makes designs keeps them and gives nothing. */
export type JobResult<J extends Job> = J extends ScoreJob
  ? AuditedScores
  : J extends MeasureJob
    ? MeasuredSpeed
    : undefined;
