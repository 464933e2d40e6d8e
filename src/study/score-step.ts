import type { EncodingScore } from "../encoding/brain-score.ts";
import { forecastDistance } from "../encoding/forecast-distance.ts";
import { type ForecastScores, forecastOf } from "../encoding/forecast-score.ts";
import { mergeMissing } from "../encoding/missing.ts";
import type { EncodingOptions, KeptShares } from "../encoding/prepared.ts";
import type { Stimulus } from "../engine/job.ts";
import type { AnalysisScores, KeptVariance, ScoreKey } from "../report/result.ts";
import {
  type ActivationsOf,
  randomVectors,
  storyFeatures,
  storyVectors,
  storyWordRate,
  volumesBefore,
} from "./features.ts";
import type { HeardStory } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";
import type { FeatureSet } from "./plan.ts";
import type { StepScores } from "./score-cache.ts";

/** Options of the encoding room, from those of a study. */
export function encodingOptions(stories: readonly HeardStory[], options: StudyOptions): EncodingOptions {
  const { components, reduction, delays, firstDelay, edge, folds, gap, average, precision } = options;
  return {
    storyLengths: stories.map((story) => story.nVolumes),
    volumesBefore: stories.map((story) => volumesBefore(story, options)),
    ...{ components, reduction, nDelays: delays, firstDelay, edge },
    ...{ nFolds: folds, gap, average, precision },
    alphas: options.alphas,
    choice: options.alphaChoice,
    nInnerFolds: options.innerFolds,
    device: { provider: options.provider, threads: options.threads },
  };
}

/** Distances of the windows that a feature set is scored with; none for features alone. */
export function distancesOf(featureSet: FeatureSet, { distances }: StudyOptions): readonly number[] {
  if (featureSet.kind === "layer") return distances;
  return featureSet.kind === "random-window" ? [featureSet.distance] : [];
}

/** What the designs of a feature set are made of and how. */
export interface StepStimulus {
  readonly options: EncodingOptions;
  readonly stimulus: () => Promise<Stimulus>;
}

/**
 * Everything about one feature set of a plan that depends on the stimulus alone.
 *
 * @param activationsOf - activations of the feature set's layer; those of the model with random weights for that control
 */
export function stepStimulus(
  featureSet: FeatureSet,
  stories: readonly HeardStory[],
  activationsOf: ActivationsOf,
  options: StudyOptions,
): StepStimulus {
  const encoding = encodingOptions(stories, options);
  if (featureSet.kind === "word-rate") {
    const stimulus = async () => ({ features: await storyWordRate(stories, options), windows: undefined });
    return { options: { ...encoding, components: "none" }, stimulus };
  }
  const hasWindows = distancesOf(featureSet, options).length > 0;
  const vectorsOf = featureSet.kind === "random-window" ? randomVectors(activationsOf, options) : activationsOf;
  const stimulus = async () => ({
    features: await storyFeatures(stories, activationsOf, options),
    windows: hasWindows
      ? { stories: await storyVectors(stories, vectorsOf, options), width: options.width }
      : undefined,
  });
  return { options: encoding, stimulus };
}

/** What follows from a step's scores alone. */
type ScoredStep = Omit<StepScores, "audit" | "keptVariance" | "date">;

/**
 * What a step gives, from the scores of its models.
 *
 * @param scores - of the features alone, then with each window of {@link distancesOf}
 */
export function stepScores(
  featureSet: FeatureSet,
  scores: readonly EncodingScore[],
  options: StudyOptions,
): ScoredStep {
  const distances = distancesOf(featureSet, options);
  const judged = judge(scores);
  const alone = (analysis: string, layer: number | "n/a"): ScoredStep => {
    const { score, foldScores } = scores[0]!;
    return { analyses: [{ analysis, layer, distance: "n/a", mean: score, folds: foldScores }], ...judged };
  };
  if (featureSet.kind === "word-rate") return alone("brainScoreWordRate", "n/a");
  const { layer } = featureSet;
  if (featureSet.kind === "random-weights") return alone("brainScoreRandomWeights", layer);
  if (distances.length === 0) return alone("brainScore", layer);
  const forecast = forecastOf(distances, scores);
  const analyses =
    featureSet.kind === "random-window"
      ? forecastAnalyses(forecast, "forecastScoreRandomWindow", layer)
      : layerAnalyses(forecast, layer);
  return { analyses, ...judged };
}

/** What {@link stepScores} gives scores of: known before anything is computed. */
export function stepKeys(featureSet: FeatureSet, options: StudyOptions): ScoreKey[] {
  const whole = (analysis: string, layer: number | "n/a"): ScoreKey => ({ analysis, layer, distance: "n/a" });
  if (featureSet.kind === "word-rate") return [whole("brainScoreWordRate", "n/a")];
  const { kind, layer } = featureSet;
  if (kind === "random-weights") return [whole("brainScoreRandomWeights", layer)];
  const distances = distancesOf(featureSet, options);
  if (distances.length === 0) return [whole("brainScore", layer)];
  const analysis = kind === "random-window" ? "forecastScoreRandomWindow" : "forecastScore";
  const windows = distances.map((distance): ScoreKey => ({ analysis, layer, distance }));
  if (kind === "random-window") return windows;
  const argmax = distances.length > 1 ? [whole("forecastDistance", layer)] : [];
  return [whole("brainScore", layer), ...windows, ...argmax];
}

/**
 * How much variance components keep of what each analysis of a step adds to the design.
 *
 * @param shares - of the features alone, then of the window at each of {@link distancesOf}
 */
export function stepVariance(
  featureSet: FeatureSet,
  shares: readonly KeptShares[],
  options: StudyOptions,
): KeptVariance[] {
  const keys = stepKeys(featureSet, options).filter(({ analysis }) => analysis !== "forecastDistance");
  // The features beside random windows are those of the layer, which has a step of its own.
  const own = featureSet.kind === "random-window" ? shares.slice(1) : shares;
  return keys.map((key, model) => ({ ...key, folds: own[model]! }));
}

/** {@link stepVariance} of a step that is known by its analyses alone, as of a version that did not note it. */
export function unknownVariance(analyses: readonly ScoreKey[], { components }: StudyOptions): KeptVariance[] {
  return analyses.flatMap(({ analysis, layer, distance }): KeptVariance[] => {
    if (analysis === "forecastDistance") return [];
    const isReduced = components !== "none" && analysis !== "brainScoreWordRate";
    return [{ ...{ analysis, layer, distance }, folds: isReduced ? "not recorded" : "not reduced" }];
  });
}

function layerAnalyses(forecast: ForecastScores, layer: number): AnalysisScores[] {
  const { score, foldScores } = forecast.brainScore;
  const analyses: AnalysisScores[] = [
    { analysis: "brainScore", layer, distance: "n/a", mean: score, folds: foldScores },
    ...forecastAnalyses(forecast, "forecastScore", layer),
  ];
  if (forecast.distances.length > 1) {
    const mean = forecastDistance(forecast.distances, forecast.score);
    analyses.push({ analysis: "forecastDistance", layer, distance: "n/a", mean, folds: undefined });
  }
  return analyses;
}

function forecastAnalyses(forecast: ForecastScores, analysis: string, layer: number): AnalysisScores[] {
  const nTargets = forecast.score.nColumns;
  return forecast.distances.map((distance, row) => ({
    ...{ analysis, layer, distance },
    mean: forecast.score.data.slice(row * nTargets, (row + 1) * nTargets),
    folds: forecast.foldScores.get(distance),
  }));
}

/**
 * Counts over all models of a step: the most that any could not score, and why; the mean shares of alphas at the ends, over
 * the models that have a score above zero.
 */
function judge(scores: readonly EncodingScore[]): Omit<ScoredStep, "analyses"> {
  const mean = (values: readonly number[]) => {
    const known = values.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    nNotScored: Math.max(...scores.map((score) => score.nNotScored)),
    missing: mergeMissing(scores.map((score) => score.missing)),
    alphaAtLowest: mean(scores.map((score) => score.alphaAtEdges.lowest)),
    alphaAtHighest: mean(scores.map((score) => score.alphaAtEdges.highest)),
  };
}
