import type { FloatArray } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { type Group, type GroupScores, groupScores, selectGroup } from "./group.ts";
import { loadMeans } from "./load-scores.ts";
import { type RegionView, regionView, targetLabel } from "./regions.ts";
import type { ScoreKey, StudyResult } from "./result.ts";
import { listDistances, mainLayer } from "./select.ts";

/** Results are called significant under this false discovery rate. */
export const significanceLevel = 0.01;

/** Fewest subjects with whom a two-sided signed-rank test can give p < .01: 2 / 2^8 = .008. */
export const fewestForSignificance = 8;

/** A result, its group statistics, and the keys that a report leads with: computed once, drawn from by all sections. */
export interface Findings {
  readonly result: StudyResult;
  readonly view: RegionView;
  readonly group: Group;
  /** Names of the regions as shown, in the order of the targets. */
  readonly labels: readonly string[];
  /** Regions in the order of display: by brain score, highest first; as given where there is none. */
  readonly order: readonly number[];
  readonly brain: GroupScores | undefined;
  readonly noiseCeiling: GroupScores | undefined;
  /** Controls of the brain score that were run. */
  readonly brainControls: readonly BrainControl[];
  /** Forecast scores at the main layer; undefined where none were computed. */
  readonly forecast: ForecastFindings | undefined;
  readonly forecastDistance: GroupScores | undefined;
  readonly forecastDepth: GroupScores | undefined;
  /** The subjects' own scores, in their order, [nRegions] each, of what is drawn subject by subject. */
  readonly own: ReadonlyMap<GroupScores, readonly (FloatArray | undefined)[]>;
}

/** A control of the brain score. */
export interface BrainControl {
  /** `"word rate"`. */
  readonly name: string;
  readonly scores: GroupScores;
  /** Brain score minus the control's, within subjects. */
  readonly beyond: GroupScores | undefined;
}

/** Forecast scores over distances. */
export interface ForecastFindings {
  readonly layer: number | "n/a";
  /** Ascending. */
  readonly distances: readonly number[];
  /** One a distance. */
  readonly curve: readonly GroupScores[];
  /** The control with random windows at the same distances, undefined where it was not run at one. */
  readonly control: readonly (GroupScores | undefined)[];
  /** The distance that tables name: 8, the paper's, or the one nearest to it that was computed. */
  readonly tabled: number;
  readonly atTabled: GroupScores;
  /** F(8) - F(0), where both were computed. */
  readonly beyondZero: GroupScores | undefined;
  /** The forecast score at `tabled` minus that of random windows, within subjects. */
  readonly beyondRandom: GroupScores | undefined;
  /** Per region: index into `distances` where the group's mean is largest; -1 where no mean is finite. */
  readonly peaks: readonly number[];
  /** Distance at which the mean over all regions is largest, and that mean. */
  readonly overall: { readonly distance: number; readonly mean: number } | undefined;
}

/**
 * What a study found, ready to be said and drawn.
 *
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link groupScores}
 */
export async function studyFindings(
  result: StudyResult,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Findings> {
  const view = regionView(result);
  const group = await groupScores(view.subjects, options);
  const brainLayer = mainLayer(result, "brainScore") ?? "n/a";
  const brain = selectGroup(group, "brainScore", brainLayer, "n/a");
  const controls: [string, ScoreKey["layer"], string, string][] = [
    ["brainScoreWordRate", "n/a", "word rate", "brainScoreBeyondWordRate"],
    ["brainScoreRandomWeights", brainLayer, "random weights", "brainScoreBeyondRandomWeights"],
  ];
  const order = group.targets.map((_, i) => i);
  const rank = (i: number) => (Number.isFinite(brain?.mean[i]) ? brain!.mean[i]! : Number.NEGATIVE_INFINITY);
  const depth = group.scores.find((scores) => scores.analysis === "forecastDepth");
  const distanceLayer = mainLayer(result, "forecastDistance") ?? "n/a";
  const distance = selectGroup(group, "forecastDistance", distanceLayer, "n/a");
  const own = new Map<GroupScores, readonly (FloatArray | undefined)[]>();
  for (const scores of [brain, distance, depth]) if (scores) own.set(scores, await loadMeans(view.subjects, scores));
  return {
    result,
    view,
    group,
    labels: group.targets.map(targetLabel),
    order: brain ? order.sort((a, b) => Math.sign(rank(b) - rank(a)) || a - b) : order,
    brain,
    noiseCeiling: selectGroup(group, "noiseCeiling", "n/a", "n/a"),
    brainControls: controls.flatMap(([analysis, layer, name, contrast]) => {
      const scores = selectGroup(group, analysis, layer, "n/a");
      return scores ? [{ name, scores, beyond: selectGroup(group, contrast, brainLayer, "n/a") }] : [];
    }),
    forecast: forecastFindings(result, group),
    forecastDistance: distance,
    forecastDepth: depth,
    own,
  };
}

function forecastFindings(result: StudyResult, group: Group): ForecastFindings | undefined {
  const layer = mainLayer(result, "forecastScore") ?? "n/a";
  const distances = listDistances(result.subjects, "forecastScore", layer);
  if (distances.length === 0) return undefined;
  const curve = distances.map((distance) => selectGroup(group, "forecastScore", layer, distance)!);
  const tabled = distances.reduce((best, distance) => (Math.abs(distance - 8) < Math.abs(best - 8) ? distance : best));
  const overall = distances.flatMap((distance, i) => {
    const means = [...curve[i]!.mean].filter(Number.isFinite);
    return means.length > 0 ? [{ distance, mean: means.reduce((sum, value) => sum + value, 0) / means.length }] : [];
  });
  return {
    layer,
    distances,
    curve,
    control: distances.map((distance) => selectGroup(group, "forecastScoreRandomWindow", layer, distance)),
    tabled,
    atTabled: curve[distances.indexOf(tabled)]!,
    beyondZero: selectGroup(group, "forecastScoreBeyondZero", layer, 8),
    beyondRandom: selectGroup(group, "forecastScoreBeyondRandomWindow", layer, tabled),
    peaks: group.targets.map((_, target) => indexOfLargest(curve.map(({ mean }) => mean[target]!))),
    overall: overall.length > 0 ? overall.reduce((best, at) => (at.mean > best.mean ? at : best)) : undefined,
  };
}

/** Index of the largest number, the first of equals; -1 where none is finite. */
export function indexOfLargest(values: readonly number[]): number {
  let best = -1;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && (best < 0 || value > values[best]!)) best = i;
  });
  return best;
}

/** Whether a target's scores differ from zero over subjects at {@link significanceLevel}. */
export function isSignificant(scores: GroupScores | undefined, target: number): boolean {
  return (scores?.qValue[target] ?? Number.NaN) < significanceLevel;
}

/** The subjects' own scores of a target, those without one left out; of what is in {@link Findings.own}. */
export function subjectValues(
  { view, own }: Findings,
  scores: GroupScores,
  target: number,
): { readonly participant: string; readonly value: number }[] {
  const means = own.get(scores) ?? [];
  return view.subjects.flatMap(({ participant }, s) => {
    const value = means[s]?.[target];
    return value !== undefined && Number.isFinite(value) ? [{ participant, value }] : [];
  });
}
