import type { z } from "zod";
import type { EncodingModel } from "./encoding-model.ts";
import type { Facts, PeakFacts, Shown } from "./shown.ts";

/** Where in an analysis a number stands: columns of the score tables, "n/a" where the analysis has no such coordinate. */
export interface Coordinates {
  /** Layer of the language model. */
  readonly layer: number | "n/a";
  /** Words from a word to the end of its window. */
  readonly distance: number | "n/a";
}

/** R(of), or R(of) - R(minus): the same participant, folds and targets. */
export interface Contrast extends Coordinates {
  /** Name of the analysis. */
  readonly analysis: string;
  readonly of: EncodingModel;
  readonly minus: EncodingModel | undefined;
  /** What is computed for it, in words, for progress: `"layer 8"`. */
  readonly label: string;
}

/** What contrasts are made for. */
export interface Scope {
  /** Layers to score, in rising order. */
  readonly layers: readonly number[];
  /** The one that controls are made at; undefined where there is no layer. */
  readonly mainLayer: number | undefined;
  /** Of the forecast windows, in words; none for brain scores alone. */
  readonly distances: readonly number[];
  /** Words in a window. */
  readonly width: number;
  /** Of random numbers. */
  readonly seed: number;
}

/** What is set for one analysis alone; what is left out is as the study's options say for all. */
export interface AnalysisSettings {
  readonly distances?: readonly number[] | undefined;
  readonly width?: number | undefined;
  readonly seed?: number | undefined;
}

/** How an analysis is told of. */
export interface Told {
  /** As it stands in tables: letters and digits. */
  readonly name: string;
  /** What its values are, one sentence, for tables and sidecars. */
  readonly description: string;
}

/** By how much an analysis is above another within participants: tested in the group beside the scores. */
export interface Gain extends Told {
  /** What is taken away: an analysis at the same layer and distance, or at the ones that it has. */
  readonly over: string;
  /** The two distances that are compared, where the analysis is compared with itself. */
  readonly distances?: readonly [of: number, over: number] | undefined;
  /** What it is larger than, within a sentence, `"that of word rate"`; undefined where no sentence says so. */
  readonly than?: string | undefined;
}

/** The part of another analysis that an analysis reaches: of the means over participants, where the other is above zero. */
export interface Share extends Told {
  /** What is divided by: an analysis at the same layer and distance, or at the ones that it has. */
  readonly over: string;
  readonly shown: Shown;
  /** What the findings say of it in the region where the analysis is largest. */
  readonly sentence: (facts: Facts) => string;
}

/** How an analysis is shown that stands beside another, not on its own. */
export interface Beside {
  /** Name of the other. */
  readonly analysis: string;
  /** What it is to the other: features that hold no language, or the most that it could be. */
  readonly as: "control" | "ceiling";
}

/** An analysis that compares encoding models. */
export interface Analysis extends Told {
  /** What its encoding model adds to the design, in few words: `"present words"`. */
  readonly adds: string;
  /** What it is compared with in the group. */
  readonly gains: readonly Gain[];
  /** What it is a part of, in the group. */
  readonly shares?: readonly Share[] | undefined;
  readonly shown: Shown;
  /** The analysis that it is shown with; undefined where it has a section of its own. */
  readonly beside?: Beside | undefined;
  /** What the findings say of it; undefined for a control that is listed with others. */
  readonly sentence?: ((facts: Facts) => string) | undefined;
  /** What can be set of it alone. */
  readonly settings: z.ZodType<AnalysisSettings>;
  /** Its contrasts, in the order in which they are told; the scope has the analysis' own settings. */
  readonly contrasts: (scope: Scope) => readonly Contrast[];
}

/** An analysis that says where another one is largest along a coordinate, one value a target. */
export interface Peak extends Told {
  /** The analysis whose values are compared. */
  readonly of: string;
  /** The coordinate that the value is a place on. */
  readonly along: keyof Coordinates;
  /** Where the others are held; a coordinate that is left out is kept as it is, one peak for each. */
  readonly at?: Partial<Coordinates> | undefined;
  /**
   * What must be above zero over participants for a peak to be more than one of noise, by name: a gain of the analysis or the
   * analysis itself, the first that was computed; at the main layer where the peak is over layers.
   */
  readonly tests: readonly string[];
  /** What there is where that is above zero: `"forecast"`. */
  readonly finding: string;
  readonly shown: Shown;
  /** What the findings say of it; undefined where they are silent. */
  readonly sentence?: ((facts: PeakFacts) => string) | undefined;
}

/** A score that is not computed from responses but from other scores: where they are largest. */
export interface PlannedPeak extends Coordinates {
  readonly analysis: string;
  readonly along: keyof Coordinates;
  /** What is compared, in the order of `places`. */
  readonly of: readonly Contrast[];
  readonly places: readonly number[];
}
