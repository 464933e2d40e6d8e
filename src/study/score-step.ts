import type { Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import type { EncodingScore } from "../encoding/brain-score.ts";
import { prepareEncoding, scoreEncoding } from "../encoding/brain-score.ts";
import { forecastDistance } from "../encoding/forecast-distance.ts";
import { type ForecastScores, prepareForecast, scoreForecast } from "../encoding/forecast-score.ts";
import { mergeMissing } from "../encoding/missing.ts";
import type { EncodingOptions } from "../encoding/prepared.ts";
import type { AnalysisScores } from "../report/result.ts";
import { type ActivationsOf, randomVectors, storyFeatures, storyWindows, storyWordRate } from "./features.ts";
import type { HeardStory } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";
import type { FeatureSet } from "./plan.ts";
import type { StepScores } from "./score-cache.ts";

/** Scores responses, [nVolumes x nTargets], of anyone who heard the stories that it was prepared for. */
export type Scorer = (bold: Matrix, onProgress: OnProgress) => Promise<Omit<StepScores, "date">>;

/** Options of the encoding room, from those of a study. */
export function encodingOptions(stories: readonly HeardStory[], options: StudyOptions): EncodingOptions {
  const { components, reduction, delays, firstDelay, edge, folds, gap, average, precision } = options;
  return {
    storyLengths: stories.map((story) => story.nVolumes),
    ...{ components, reduction, nDelays: delays, firstDelay, edge },
    ...{ nFolds: folds, gap, average, precision },
    alphas: options.alphas,
    choice: options.alphaChoice,
    nInnerFolds: options.innerFolds,
    device: { provider: options.provider, threads: options.threads },
  };
}

/**
 * Prepares everything about one feature set of a plan that depends on the stimulus alone.
 *
 * @param activationsOf - activations of the feature set's layer; those of the model with random weights for that control
 */
export async function prepareScorer(
  featureSet: FeatureSet,
  stories: readonly HeardStory[],
  activationsOf: ActivationsOf,
  options: StudyOptions,
  onProgress: OnProgress,
): Promise<Scorer> {
  const encoding = { ...encodingOptions(stories, options), onProgress };
  if (featureSet.kind === "word-rate") {
    const prepared = await prepareEncoding(await storyWordRate(stories, options), { ...encoding, components: "none" });
    return scoreAlone(prepared, { analysis: "brainScoreWordRate", layer: "n/a" }, options);
  }
  const features = await storyFeatures(stories, activationsOf, options);
  const { layer } = featureSet;
  if (featureSet.kind === "random-weights") {
    const prepared = await prepareEncoding(features, encoding);
    return scoreAlone(prepared, { analysis: "brainScoreRandomWeights", layer }, options);
  }
  const random = featureSet.kind === "random-window";
  const distances = random ? [featureSet.distance] : options.distances;
  if (distances.length === 0) {
    const prepared = await prepareEncoding(features, encoding);
    return scoreAlone(prepared, { analysis: "brainScore", layer }, options);
  }
  const vectorsOf = random ? randomVectors(activationsOf, options) : activationsOf;
  const windows = storyWindows(stories, distances, vectorsOf, options);
  const prepared = await prepareForecast(features, windows, encoding);
  return async (bold, onProgressOfBold) => {
    const forecast = await scoreForecast(prepared, bold, { average: options.average, onProgress: onProgressOfBold });
    const analyses = random
      ? forecastAnalyses(forecast, "forecastScoreRandomWindow", layer)
      : layerAnalyses(forecast, layer);
    return { analyses, ...judge([forecast.brainScore, ...forecast.joint.values()]) };
  };
}

function scoreAlone(
  prepared: Awaited<ReturnType<typeof prepareEncoding>>,
  name: Pick<AnalysisScores, "analysis" | "layer">,
  { average }: StudyOptions,
): Scorer {
  return async (bold, onProgress) => {
    const score = await scoreEncoding(prepared, bold, { average, onProgress });
    return { analyses: [{ ...name, distance: "n/a", mean: score.score, folds: score.foldScores }], ...judge([score]) };
  };
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

/** Counts over all models of a step: the most that any could not score, and why; the mean shares of alphas at the ends. */
function judge(scores: readonly EncodingScore[]): Omit<StepScores, "analyses" | "date"> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    nNotScored: Math.max(...scores.map((score) => score.nNotScored)),
    missing: mergeMissing(scores.map((score) => score.missing)),
    alphaAtLowest: mean(scores.map((score) => score.alphaAtEdges.lowest)),
    alphaAtHighest: mean(scores.map((score) => score.alphaAtEdges.highest)),
  };
}
