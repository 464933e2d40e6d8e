import type { Analysis, AnalysisSettings, Contrast, Gain, Peak, PlannedPeak, Scope, Share } from "./analysis.ts";
import { brainScoreAnalysis } from "./brain-score.ts";
import { type EncodingModel, modelName } from "./encoding-model.ts";
import { forecastDepthPeak } from "./forecast-depth.ts";
import { forecastDistancePeak } from "./forecast-distance.ts";
import { forecastScoreAnalysis } from "./forecast-score.ts";
import { noiseCeilingAnalysis } from "./noise-ceiling.ts";
import { brainScoreRandomWeightsAnalysis } from "./random-weights.ts";
import { forecastScoreRandomWindowAnalysis } from "./random-window.ts";
import { brainScoreWordRateAnalysis } from "./word-rate.ts";

/** Every analysis of encoding models, by name, in the order in which they are told. */
export const analyses = {
  brainScore: brainScoreAnalysis,
  forecastScore: forecastScoreAnalysis,
  brainScoreWordRate: brainScoreWordRateAnalysis,
  brainScoreRandomWeights: brainScoreRandomWeightsAnalysis,
  forecastScoreRandomWindow: forecastScoreRandomWindowAnalysis,
  noiseCeiling: noiseCeilingAnalysis,
} as const satisfies Readonly<Record<string, Analysis>>;

/** Name of an analysis that encoding models are scored for. */
export type AnalysisName = keyof typeof analyses;

/** All of them, in the order of the registry. */
export const analysisNames = Object.keys(analyses) as [AnalysisName, ...AnalysisName[]];

/** The analyses that are scored where none is named. */
export const usualAnalyses = ["brainScore", "forecastScore"] as const satisfies readonly AnalysisName[];

/** The smallest scope: it shows which bands an analysis uses. Its numbers have no meaning. */
const SOME: Scope = { layers: [1], mainLayer: 1, distances: [1], width: 1, seed: 0 };

/** Whether encoding models of an analysis have a window. */
export function usesWindows(name: AnalysisName): boolean {
  return bandsOf(name).some(({ kind }) => kind === "window");
}

/** Whether an analysis needs a language model with random weights. */
export function usesRandomWeights(name: AnalysisName): boolean {
  return bandsOf(name).some(
    (band) => "vectors" in band && band.vectors.source === "layer" && band.vectors.weights === "random",
  );
}

/** Whether an analysis is made of anything random: weights of the language model, or vectors. */
export function usesChance(name: AnalysisName): boolean {
  return usesRandomWeights(name) || bandsOf(name).some((band) => "vectors" in band && band.vectors.source === "random");
}

/** Whether an analysis is made of other participants' responses. */
export function comparesParticipants(name: AnalysisName): boolean {
  return bandsOf(name).some(({ kind }) => kind === "others");
}

/** An analysis that a study asks for, with what is set for it alone. */
export interface AskedAnalysis {
  readonly name: AnalysisName;
  readonly settings: AnalysisSettings;
}

/** What contrasts of an analysis are made for: its own settings, and those of the study where it has none. */
export function ownScope<All extends Required<AnalysisSettings>>({ settings }: AskedAnalysis, all: All): All {
  const { distances, width, seed } = all;
  return {
    ...all,
    distances: settings.distances ?? distances,
    width: settings.width ?? width,
    seed: settings.seed ?? seed,
  };
}

function bandsOf(name: AnalysisName) {
  return analyses[name].contrasts(SOME).flatMap(({ of }) => of.bands);
}

/** The analysis of a name, where the registry has it. */
export function analysisNamed(name: string): Analysis | undefined {
  return Object.values(analyses).find((analysis) => analysis.name === name);
}

/** A gain by its name, with the analysis that gains. */
export function gainNamed(name: string): { readonly gain: Gain; readonly analysis: Analysis } | undefined {
  for (const analysis of Object.values<Analysis>(analyses)) {
    const gain = analysis.gains.find((own) => own.name === name);
    if (gain) return { gain, analysis };
  }
  return undefined;
}

/** A share by its name. */
export function shareNamed(name: string): Share | undefined {
  return Object.values<Analysis>(analyses)
    .flatMap(({ shares = [] }) => shares)
    .find((share) => share.name === name);
}

/** Every analysis that follows from the values of another. */
export const peaks: readonly Peak[] = [forecastDistancePeak, forecastDepthPeak];

/** A score that a study tells: of a contrast of encoding models, or the place of the largest of several. */
export type PlannedScore = Contrast | PlannedPeak;

/** Whether a score is the place of the largest of several. */
export function isPeak(score: PlannedScore): score is PlannedPeak {
  return Array.isArray(score.of);
}

/**
 * The scores of some analyses, those of what is computed together side by side; after them the peaks that follow from them,
 * where two values or more can be compared.
 *
 * @param asked - in the order in which their scores are told
 * @param scope - of all that set nothing of their own
 */
export function planScores(asked: readonly AskedAnalysis[], scope: Scope): readonly PlannedScore[] {
  const contrasts = asked.flatMap((one) => analyses[one.name].contrasts(ownScope(one, scope)));
  const found = peaks.flatMap((peak) => placesOf(peak, contrasts));
  const labelOf = ({ of }: PlannedPeak) => (of.every(({ label }) => label === of[0]!.label) ? of[0]!.label : undefined);
  const labels = [...new Set(contrasts.map(({ label }) => label))];
  return [...labels, undefined].flatMap((label) => [
    ...contrasts.filter((contrast) => contrast.label === label),
    ...found.filter((peak) => labelOf(peak) === label),
  ]);
}

/** The encoding models that scores are made of, each once, in the order of first appearance. */
export function modelsOf(scores: readonly PlannedScore[]): readonly LabelledModel[] {
  const found = new Map<string, LabelledModel>();
  for (const score of scores) {
    for (const { of, minus, label } of isPeak(score) ? score.of : [score]) {
      for (const model of minus ? [minus, of] : [of]) {
        const name = modelName(model);
        if (!found.has(name)) found.set(name, { model, label });
      }
    }
  }
  return [...found.values()];
}

/** An encoding model with what it is computed for, in words. */
export interface LabelledModel {
  readonly model: EncodingModel;
  readonly label: string;
}

function placesOf({ name, of, along, at = {} }: Peak, contrasts: readonly Contrast[]): PlannedPeak[] {
  const fixed = Object.entries(at) as [keyof Contrast, unknown][];
  const compared = contrasts.filter(
    (contrast) => contrast.analysis === of && fixed.every(([coordinate, value]) => contrast[coordinate] === value),
  );
  const other = along === "layer" ? "distance" : "layer";
  return [...new Set(compared.map((contrast) => contrast[other]))].flatMap((held): PlannedPeak[] => {
    const row = compared.filter((contrast) => contrast[other] === held);
    if (row.length < 2) return [];
    const coordinates = { layer: held, distance: held, [along]: "n/a" } as Pick<PlannedPeak, "layer" | "distance">;
    const places = row.map((contrast) => contrast[along] as number);
    return [{ analysis: name, along, of: row, places, ...coordinates }];
  });
}

/** Name of a peak's or a share's values everywhere, also where over participants there is nothing that they could be of. */
export function unmaskedName(name: string): string {
  return `${name}Unmasked`;
}

/** The peak of a name, where the analysis is the place of the largest of another. */
export function peakNamed(name: string): Peak | undefined {
  return peaks.find((peak) => peak.name === name);
}

/** What the values of each analysis are, one sentence each, by name; of peaks and shares also those of {@link unmaskedName}. */
export const analysisDescriptions: Readonly<Record<string, string>> = Object.fromEntries([
  ...[...Object.values(analyses), ...peaks].map(({ name, description }) => [name, description]),
  ...peaks.map(({ name, description, finding }) => [
    unmaskedName(name),
    `${description.replace(/\.$/, "")}, also where there is no ${finding}: there it is a peak of noise.`,
  ]),
  ...Object.values<Analysis>(analyses).flatMap(({ shares = [] }) =>
    shares.map(({ name, description }) => [
      unmaskedName(name),
      `${description.replace(/\.$/, "")}; of one participant, wherever what is divided by is above 0.`,
    ]),
  ),
]);

/** What the group has beside the scores of participants, by name: differences within them, and shares. */
export const groupDescriptions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values<Analysis>(analyses).flatMap(({ gains, shares = [] }) =>
    [...gains, ...shares].map(({ name, description }) => [name, description]),
  ),
);
