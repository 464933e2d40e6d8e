import type { FloatArray } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { mainDistance } from "../features/window.ts";
import { type Group, type GroupScores, groupScores, selectGroup } from "./group.ts";
import { loadMeans } from "./load-scores.ts";
import { type GroupPeaks, indexOfLargest } from "./peaks.ts";
import { type RegionView, regionView, targetLabel } from "./regions.ts";
import type { ScoreKey, StudyResult } from "./result.ts";
import { listDistances, mainLayer } from "./select.ts";

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
  /** d* at the main layer, and k*; undefined where they were not computed. */
  readonly forecastDistance: GroupPeaks | undefined;
  readonly forecastDepth: GroupPeaks | undefined;
  /** The subjects' own brain scores, in their order, [nRegions] each. */
  readonly brainOwn: readonly (FloatArray | undefined)[];
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
  /** F(8) − F(0), where both were computed. */
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
  const group = await groupScores(view.subjects, { ...options, mainLayer: mainLayer(result, "forecastScore") });
  const brainLayer = mainLayer(result, "brainScore") ?? "n/a";
  const brain = selectGroup(group, "brainScore", brainLayer, "n/a");
  const controls: [string, ScoreKey["layer"], string, string][] = [
    ["brainScoreWordRate", "n/a", "word rate", "brainScoreBeyondWordRate"],
    ["brainScoreRandomWeights", brainLayer, "random weights", "brainScoreBeyondRandomWeights"],
  ];
  const order = group.targets.map((_, i) => i);
  const rank = (i: number) => (Number.isFinite(brain?.mean[i]) ? brain!.mean[i]! : Number.NEGATIVE_INFINITY);
  const forecastLayer = mainLayer(result, "forecastScore") ?? "n/a";
  const peaksAt = (analysis: GroupPeaks["analysis"], layer: ScoreKey["layer"]) =>
    group.peaks.find((peaks) => peaks.analysis === analysis && peaks.layer === layer);
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
    forecastDistance: peaksAt("forecastDistance", forecastLayer),
    forecastDepth: peaksAt("forecastDepth", "n/a"),
    brainOwn: brain ? await loadMeans(view.subjects, brain) : [],
  };
}

function forecastFindings(result: StudyResult, group: Group): ForecastFindings | undefined {
  const layer = mainLayer(result, "forecastScore") ?? "n/a";
  const distances = listDistances(result.subjects, "forecastScore", layer);
  if (distances.length === 0) return undefined;
  const curve = distances.map((distance) => selectGroup(group, "forecastScore", layer, distance)!);
  const tabled = mainDistance(distances)!;
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

/**
 * The subjects' own values of a target, those without one left out.
 *
 * @param own - of all subjects, in their order, [nRegions] each
 */
export function subjectValues(
  { view }: Findings,
  own: readonly (FloatArray | undefined)[],
  target: number,
): { readonly participant: string; readonly value: number }[] {
  return view.subjects.flatMap(({ participant }, s) => {
    const value = own[s]?.[target];
    return value !== undefined && Number.isFinite(value) ? [{ participant, value }] : [];
  });
}
