import type { Coordinates } from "./analysis.ts";

/** How the values of an analysis are shown in tables, charts, maps and sentences. */
export interface Shown {
  /** What a value is called within a sentence: `"brain score"`. */
  readonly label: string;
  /** Its letter, in tables and on axes, like no other analysis's but its controls': `"R"`. */
  readonly symbol: string;
  /** What it is, for captions, a noun phrase: `"distance at which the forecast score is largest"`. */
  readonly what: string;
  /** What it counts: `"words"`; `"%"` for shares, which are shown times a hundred; undefined for numbers without unit. */
  readonly unit: string | undefined;
  readonly decimals: number;
  /** The least and the greatest that a value can be: intervals are drawn no further. Undefined where there is no such bound. */
  readonly range: readonly [least: number, greatest: number] | undefined;
  /** Whether colours of maps run from zero, as far below it as above; else from the least value to the greatest. */
  readonly isSymmetric: boolean;
  /** Which of the page's two colours it has in charts. */
  readonly colour: "brain" | "forecast";
  /** Whether it has a column in the table of the group and on the terminal, and a map on the page. Files have it in any case. */
  readonly isSummarised: boolean;
  /** Why a value is missing, a clause. */
  readonly missing: string;
}

/** What an analysis found at one place; its sentence is written from this. Numbers are texts, formatted as it shows them. */
export interface Facts {
  /** Name of the language model. */
  readonly model: string;
  readonly layer: Coordinates["layer"];
  /** `"8 words (3.2 s)"`; undefined where the analysis has no distance. */
  readonly distance: string | undefined;
  /** Whether that is the least or the greatest of several distances. */
  readonly isAtEdge: boolean;
  /**
   * The region with the largest value, of what stands beside another analysis that in which the other is largest, or the only
   * one; undefined where the value is the mean over regions.
   */
  readonly region: string | undefined;
  /** Whether there is one region only. */
  readonly isOnly: boolean;
  /** `"R = 0.034, 95 % interval 0.021 to 0.047"`. */
  readonly value: string;
  readonly isAboveZero: boolean;
}

/** In which regions a peak is shown; the sentence of the analysis is written from this. */
export interface PeakFacts {
  /** What is above zero there: `"F(8) − F(0)"`. */
  readonly test: string;
  /** `"4 of 6 regions"`; undefined where it is none. */
  readonly regions: string | undefined;
  /** Whether there is one region only. */
  readonly isOnly: boolean;
}
