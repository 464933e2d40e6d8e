import { isPeakName } from "../analyses/registry.ts";
import type { FloatArray } from "../array/matrix.ts";
import { FORECAST_DISTANCE } from "../features/window.ts";
import { drawSubjects, peakOfMeanCurve } from "../statistics/bootstrap.ts";
import type { GroupScores } from "./group.ts";
import { formatInterval, formatNumber } from "./numbers.ts";
import type { ScoreKey } from "./result.ts";
import { formatScoreKey, isSameKey, leadingLayer } from "./select.ts";
import { isGain, sideOfZero } from "./significance.ts";

/** Names the peaks of one curve: of forecast scores over distances (d*), or over layers at distance 8 (k*). */
export interface PeakKey extends ScoreKey {
  readonly analysis: "forecastDistance" | "forecastDepth";
  /** Distances or layers among which the largest is sought, ascending. */
  readonly grid: readonly number[];
  /** The forecast scores there. */
  readonly points: readonly ScoreKey[];
  /** The statistics that say where a forecast is; undefined where what they need was not computed. */
  readonly test: ScoreKey | undefined;
}

/** Where the group's forecast score is largest, one a target, whether or not there is a forecast: see {@link hasForecast}. */
export interface GroupPeaks extends Omit<PeakKey, "test"> {
  /** Distance or layer at which the mean over subjects is largest; NaN where there is none. */
  readonly peak: Float64Array;
  /** 95 % bootstrap interval of it over subjects ({@link peakOfMeanCurve}); NaN under two subjects. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Subjects with a curve. */
  readonly n: Float64Array;
  /** The subjects' own peaks, in their order, [nTargets] each; NaN where one has no curve. */
  readonly own: readonly Float64Array[];
  readonly test: GroupScores | undefined;
}

/** Whether an analysis is the place of the largest value of a subject's curve: the group has {@link GroupPeaks} in its place. */
export function isLargestOfCurve({ analysis }: ScoreKey): boolean {
  return isPeakName(analysis);
}

/**
 * The peaks that there are: d* at every layer with two distances or more; k* where distance 8 was scored at two layers or
 * more.
 *
 * A forecast is where F(8) − F(0) is above zero at that layer; for k* at the main one, or F(8) itself where distance 0 was
 * not computed.
 *
 * @param mainLayer - default: the nearest to two thirds of the deepest layer
 */
export function listPeakKeys(keys: readonly ScoreKey[], mainLayer?: number): PeakKey[] {
  const scores = keys.filter(({ analysis, distance }) => analysis === "forecastScore" && distance !== "n/a");
  const at = (layer: ScoreKey["layer"], distance: number) =>
    scores.find((key) => key.layer === layer && key.distance === distance);
  const beyondZero = (layer: ScoreKey["layer"]): ScoreKey | undefined =>
    at(layer, FORECAST_DISTANCE) &&
    at(layer, 0) && { analysis: "forecastScoreBeyondZero", layer, distance: FORECAST_DISTANCE };
  const distances = [...new Set(scores.map(({ layer }) => layer))].flatMap((layer): PeakKey[] => {
    const points = scores
      .filter((key) => key.layer === layer)
      .toSorted((a, b) => Number(a.distance) - Number(b.distance));
    const grid = points.map(({ distance }) => Number(distance));
    const key = { analysis: "forecastDistance", layer, distance: "n/a" } as const;
    return points.length < 2 ? [] : [{ ...key, grid, points, test: beyondZero(layer) }];
  });
  const deep = scores
    .filter(({ layer, distance }) => layer !== "n/a" && distance === FORECAST_DISTANCE)
    .toSorted((a, b) => Number(a.layer) - Number(b.layer));
  const layers = deep.map(({ layer }) => Number(layer));
  const main = mainLayer !== undefined && layers.includes(mainLayer) ? mainLayer : leadingLayer(layers);
  if (layers.length < 2 || main === undefined) return distances;
  const key = { analysis: "forecastDepth", layer: "n/a", distance: FORECAST_DISTANCE } as const;
  return [...distances, { ...key, grid: layers, points: deep, test: beyondZero(main) ?? at(main, FORECAST_DISTANCE) }];
}

/** Curves that are collected point by point, and their peaks. */
export interface CurveCollector {
  /** Takes the subjects' scores at a key, [nTargets] each; undefined for a subject without the analysis. */
  take(key: ScoreKey, values: readonly (FloatArray | undefined)[]): void;
  /** The peaks of all curves that are complete, with the tests among these statistics that say where a forecast is. */
  peaks(statistics: readonly GroupScores[]): GroupPeaks[];
}

/** Collects the curves of peaks as scores are loaded, and lets go of scores that no curve needs any longer. */
export function collectCurves(keys: readonly PeakKey[], nTargets: number): CurveCollector {
  const held = new Map<string, readonly (FloatArray | undefined)[]>();
  const found = new Map<PeakKey, Omit<GroupPeaks, "test">>();
  const isNeeded = (point: string) =>
    keys.some((key) => !found.has(key) && key.points.some((own) => formatScoreKey(own) === point));
  return {
    take(key, values) {
      const point = formatScoreKey(key);
      if (!isNeeded(point)) return;
      held.set(point, values);
      for (const peakKey of keys) {
        if (found.has(peakKey)) continue;
        const curves = peakKey.points.flatMap((own) => {
          const scores = held.get(formatScoreKey(own));
          return scores ? [scores] : [];
        });
        if (curves.length === peakKey.points.length) found.set(peakKey, peaksOf(peakKey, curves, nTargets));
      }
      for (const other of [...held.keys()]) if (!isNeeded(other)) held.delete(other);
    },
    peaks: (statistics) =>
      [...found].map(([{ test }, peaks]) => ({
        ...peaks,
        test: test && statistics.find((scores) => isSameKey(scores, test)),
      })),
  };
}

/**
 * The peaks of one curve, of each target: of the mean over subjects, with its interval, and of the subjects themselves.
 *
 * @param curves - at each point of the key, of each subject, [nTargets]
 */
function peaksOf(
  { analysis, layer, distance, grid, points }: PeakKey,
  curves: readonly (readonly (FloatArray | undefined)[])[],
  nTargets: number,
): Omit<GroupPeaks, "test"> {
  const nSubjects = curves[0]!.length;
  const draws = drawSubjects(nSubjects);
  const column = () => new Float64Array(nTargets).fill(Number.NaN);
  const [peak, low, high, n] = [column(), column(), column(), column()];
  const own = Array.from({ length: nSubjects }, column);
  const curve = new Float64Array(grid.length * nSubjects);
  const label = (point: number) => (point < 0 ? Number.NaN : grid[point]!);
  for (let target = 0; target < nTargets; target++) {
    curves.forEach((subjects, point) => {
      subjects.forEach((scores, s) => {
        const value = scores?.[target] ?? Number.NaN;
        curve[point * nSubjects + s] = Number.isFinite(value) ? value : Number.NaN;
      });
    });
    const group = peakOfMeanCurve(curve, nSubjects, draws);
    peak[target] = label(group.peak);
    low[target] = label(group.low);
    high[target] = label(group.high);
    own.forEach((peaks, s) => {
      const values = grid.map((_, point) => curve[point * nSubjects + s]!);
      peaks[target] = label(indexOfLargest(values));
    });
    n[target] = own.reduce((count, peaks) => count + (Number.isFinite(peaks[target]) ? 1 : 0), 0);
  }
  return { analysis, layer, distance, grid, points, peak, low, high, n, own };
}

/** Index of the largest number, the first of equals; -1 where none is finite. */
export function indexOfLargest(values: readonly number[]): number {
  let best = -1;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && (best < 0 || value > values[best]!)) best = i;
  });
  return best;
}

/** The peak of the mean curve of each target, found map by map. */
export interface PeakMap {
  /** Takes the mean over subjects at a distance or layer, [nTargets]. */
  take(label: number, mean: FloatArray): void;
  /** Where the means were largest, the lower of equals; NaN where none was finite. */
  readonly peak: Float64Array;
}

/** A {@link PeakMap} without any mean yet. */
export function createPeakMap(nTargets: number): PeakMap {
  const peak = new Float64Array(nTargets).fill(Number.NaN);
  const largest = new Float64Array(nTargets).fill(Number.NEGATIVE_INFINITY);
  return {
    peak,
    take(label, mean) {
      for (let target = 0; target < nTargets; target++) {
        const value = mean[target]!;
        if (value > largest[target]! || (value === largest[target] && label < peak[target]!)) {
          largest[target] = value;
          peak[target] = label;
        }
      }
    },
  };
}

/** Whether a target has a forecast, without which its peak is a peak of noise. */
export function hasForecast({ test }: Pick<GroupPeaks, "test">, target: number): boolean {
  return isGain(test, target);
}

/** Why a target has no peak to be shown, in a sentence without its full stop; undefined where it has one. */
export function reasonWithoutPeak({ analysis, test, n }: Pick<GroupPeaks, "analysis" | "test" | "n">, target: number) {
  if (hasForecast({ test }, target)) return undefined;
  if (n[target] === 0) return "no participant has a score";
  if (!test) {
    const needed =
      analysis === "forecastDistance" ? `distances ${FORECAST_DISTANCE} and 0` : `distance ${FORECAST_DISTANCE}`;
    return `whether there is a forecast was not tested, for which ${needed} must be among the distances`;
  }
  const what =
    test.analysis === "forecastScoreBeyondZero" ? `F(${FORECAST_DISTANCE}) − F(0)` : `F(${FORECAST_DISTANCE})`;
  const side = sideOfZero(test, target) < 0 ? "below zero" : "not above zero";
  return `no forecast: ${what} is ${side} over participants`;
}

/** A peak as text: `"8"`, or a dash where there is no forecast. */
export function formatPeak(peaks: GroupPeaks, target: number): string {
  return hasForecast(peaks, target) ? formatNumber(peaks.peak[target]!, 0) : "\u2013";
}

/** A peak with its interval: `"8 (6 to 9)"`, or a dash where there is no forecast. */
export function formatPeakInterval(peaks: GroupPeaks, target: number): string {
  if (!hasForecast(peaks, target)) return "\u2013";
  return `${formatPeak(peaks, target)} (${formatInterval(peaks.low[target]!, peaks.high[target]!, 0)})`;
}
