import { checkArgument } from "../array/arguments.ts";
import type { FloatArray, Matrix } from "../array/matrix.ts";
import type { MissingScores } from "../encoding/missing.ts";
import type { KeptShares } from "../encoding/prepared.ts";
import type { Target, TargetSpace } from "../responses/target.ts";
import type { AuditCount } from "../ridge/audit.ts";

/** Names one map of scores: an analysis at a layer and a distance. */
export interface ScoreKey {
  /**
   * Which analysis: one of the registry (`analyses/registry.ts`), which the report shows by name, or another. Others pass through
   * into the tables and maps under their own name, which must be letters and digits alone: it becomes part of file names.
   */
  readonly analysis: string;
  /** Layer of the language model; "n/a" where the analysis has none (word rate) or spans all (depth). */
  readonly layer: number | "n/a";
  /** Distance in words; "n/a" where the analysis has none or spans all (forecast distance). */
  readonly distance: number | "n/a";
}

/** Scores of one subject by one analysis, one a target. */
export interface AnalysisScores extends ScoreKey {
  /** [nTargets], in the order of {@link SubjectScores.targets}: the average over the folds; NaN where not scored. */
  readonly mean: FloatArray;
  /** [nFolds x nTargets], where the analysis has values of single folds. */
  readonly folds: Matrix | undefined;
}

/**
 * One analysis of one subject, whose numbers are read when they are asked for: those of a whole study fit into no memory.
 * The caller lets go of them before it asks for the next.
 */
export interface SubjectAnalysis extends ScoreKey {
  /** [nTargets], as {@link AnalysisScores.mean}. The caller's to keep, not to change. */
  readonly loadMean: () => Promise<FloatArray>;
  /** [nFolds x nTargets], as {@link AnalysisScores.folds}. */
  readonly loadFolds: () => Promise<Matrix | undefined>;
}

/** Scores that are in memory, as an analysis of {@link SubjectScores}. */
export function memoryScores(scores: AnalysisScores): SubjectAnalysis {
  checkArgument("memoryScores: scores", scores, "an object", { analysis: "a text", mean: "a list" });
  const { analysis, layer, distance, mean, folds } = scores;
  return {
    analysis,
    layer,
    distance,
    loadMean: () => Promise.resolve(mean),
    loadFolds: () => Promise.resolve(folds),
  };
}

/** Why targets of one subject have no score in a fold, and where in the stories that is. */
export interface MissingFold extends Omit<MissingScores, "fold"> {
  /** The outer fold, counted from 1 as in the tables. */
  readonly fold: number;
  /** The fold's test chunk in the joined series: first and last volume, counted from 0. */
  readonly volumes: readonly [number, number];
  /** Stories that the test chunk touches. */
  readonly stories: readonly string[];
}

/**
 * How much variance components keep of the features that an analysis adds to the design: of a brain score the words' own
 * features, of a forecast score the window's.
 */
export interface KeptVariance extends ScoreKey {
  readonly folds: KeptShares;
}

/** Everything that was computed of one subject; of the scores themselves, how to get at them. */
export interface SubjectScores {
  /** `"sub-18"`. */
  readonly participant: string;
  /** Stories that the subject heard and that went into the scores, in the order in which they were joined. */
  readonly stories: readonly string[];
  /** Volumes of all stories together. */
  readonly nVolumes: number;
  /** What the scores belong to: columns of the responses. On surfaces: the vertices of L, then those of R. */
  readonly targets: readonly Target[];
  readonly space: TargetSpace;
  readonly analyses: readonly SubjectAnalysis[];
  /**
   * Counts and shares that a reader needs in order to trust the scores. The report understands `nNotFinite`,
   * `nConstant`, `nNotScored` (targets), `nVolumesEmpty` (volumes), `alphaAtLowest`, `alphaAtHighest` (shares 0..1), `nWords`, `nWordsInterpolated`,
   * `nWordsOutside` (words); anything else is shown under its own name.
   */
  readonly quality: Readonly<Record<string, number | string>>;
  /** Of the features of each analysis; undefined where it was not computed. */
  readonly keptVariance?: readonly KeptVariance[] | undefined;
  /** Why scores are missing, by fold and reason; none where all targets have scores in all folds. */
  readonly missing?: readonly MissingFold[] | undefined;
}

/** A region of an atlas: targets whose scores are averaged. */
export interface TargetRegion extends Target {
  /** Columns of the responses: indices into {@link SubjectScores.targets}. */
  readonly targets: Int32Array;
}

/** A mesh to draw maps on. */
export interface Surface {
  readonly hemi: "L" | "R";
  /** `"inflated"`. */
  readonly name: string;
  /** [nVertices x 3], millimetres: x to the right, y to the front, z up (RAS). */
  readonly coordinates: Float32Array;
  /** [nTriangles x 3], vertices counted from 0, counter-clockwise seen from outside. */
  readonly triangles: Int32Array;
  /** [nVertices], e.g. sulcal depth or curvature: above 0 is drawn darker. */
  readonly shading?: Float32Array | undefined;
  /** The file that the shading is from: `"sulc_left.gii.gz"`. */
  readonly shadingName?: string | undefined;
}

/** Where a result comes from: enough to make it again. */
export interface Provenance {
  /** When the run ended, ISO 8601; handed in, since the report has no clock. */
  readonly date: string;
  /** Version of this software. */
  readonly version: string;
  /** The command that was run, where there was one. */
  readonly command?: string | undefined;
  /** Versions of what else took part: `{ node: "20.20.2", "onnxruntime-node": "1.30.0" }`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Files that went in, with the SHA-256 of their bytes. */
  readonly inputs?: readonly { readonly path: string; readonly sha256: string }[] | undefined;
  /** SHA-256 over configuration, weights and tokenizer of the language model. */
  readonly modelFingerprint?: string | undefined;
  /** Choices of penalties that were computed again by definition, and how far they were off. */
  readonly audit?: AuditCount | undefined;
  /** Data sets that the scores derive from, as in `SourceDatasets` of BIDS. */
  readonly sourceDatasets?: readonly SourceDataset[] | undefined;
  /** Where the data set lies, seen from the results, where they lie in it or beside it: `"../.."`. */
  readonly sourcePath?: string | undefined;
  /** What generated the data set, where it is a derivative itself, as in `GeneratedBy` of BIDS. */
  readonly sourceGeneratedBy?: readonly GeneratedBy[] | undefined;
}

/** One entry of `GeneratedBy` in a BIDS `dataset_description.json`. */
export interface GeneratedBy {
  readonly Name: string;
  readonly Version?: string | undefined;
  readonly Description?: string | undefined;
  readonly CodeURL?: string | undefined;
}

/** One entry of `SourceDatasets` in a BIDS `dataset_description.json`. */
export interface SourceDataset {
  readonly URL?: string | undefined;
  readonly DOI?: string | undefined;
  readonly Version?: string | undefined;
}

/** A whole study: what the report is made of. */
export interface StudyResult {
  readonly title: string;
  /** Name of the language model. */
  readonly model: string;
  /** Every option that was in force, by name; nested records are shown as `outer.inner`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** All with the same targets in the same order. */
  readonly subjects: readonly SubjectScores[];
  /** Regions of an atlas, where the targets are none themselves: scores are averaged within them. */
  readonly regions?: readonly TargetRegion[] | undefined;
  /** Meshes to draw maps on, where the targets are vertices: at most one a hemisphere. */
  readonly surfaces?: readonly Surface[] | undefined;
  /** Depth of the language model; undefined where activations do not say it. */
  readonly nLayers?: number | undefined;
  /**
   * The layer that the report leads with. Default: the one nearest to two thirds of the model's depth (8 of 12, the
   * paper's), or of the deepest layer there is where the depth is undefined; the lower of two equally near.
   */
  readonly mainLayer?: number | undefined;
  /** Seconds between two words on average, to say distances in seconds as well. */
  readonly secondsPerWord?: number | undefined;
  readonly provenance: Provenance;
  /**
   * `"sub-18"`: participants who have responses in the data set and no results here, as after a run that failed. Undefined where the
   * participants of the data set are not recorded.
   */
  readonly absent?: readonly string[] | undefined;
  /** Remarks on data quality: exclusions, dropped runs, departures. One sentence each. */
  readonly notes: readonly string[];
}
