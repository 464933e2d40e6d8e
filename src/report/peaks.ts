import type { Peak } from "../analyses/analysis.ts";
import { peakNamed, peaks } from "../analyses/registry.ts";
import type { FloatArray } from "../array/matrix.ts";
import { drawSubjects, peakOfMeanCurve } from "../statistics/bootstrap.ts";
import type { GroupScores } from "./group.ts";
import { formatInterval, formatNumber } from "./numbers.ts";
import type { ScoreKey } from "./result.ts";
import { formatScoreKey, isSameKey, leadingLayer } from "./select.ts";
import { isGain, sideOfZero } from "./significance.ts";
import { distancesForTest, namedDistances, statisticSign } from "./signs.ts";

/** Names the peaks of one curve: of scores over distances, or over layers. */
export interface PeakKey extends ScoreKey {
  /** Distances or layers among which the largest is sought, ascending. */
  readonly grid: readonly number[];
  /** The scores there. */
  readonly points: readonly ScoreKey[];
  /** The statistics that say where a peak is more than one of noise; undefined where what they need was not computed. */
  readonly test: ScoreKey | undefined;
}

/** Where the group's score is largest, one a target, whether or not that is more than noise: see {@link isFound}. */
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
  return peakNamed(analysis) !== undefined;
}

/** Peaks as the registry describes them. */
export function peakOf({ analysis }: Pick<ScoreKey, "analysis">): Peak {
  return peakNamed(analysis)!;
}

/** Which layer leads, by the name of an analysis. */
export type MainLayerOf = (analysis: string) => number | undefined;

/**
 * The peaks that there are: each of the registry, wherever its scores were computed at two places or more.
 *
 * @param keys - of the group: of scores, and of gains within subjects
 * @param mainLayerOf - default: the nearest to two thirds of the deepest layer
 */
export function listPeakKeys(keys: readonly ScoreKey[], mainLayerOf: MainLayerOf = () => undefined): PeakKey[] {
  return peaks.flatMap((peak) => peakKeysOf(peak, keys, mainLayerOf));
}

function peakKeysOf(peak: Peak, keys: readonly ScoreKey[], mainLayerOf: MainLayerOf): PeakKey[] {
  const { name, of, along, at = {}, tests } = peak;
  const other = along === "layer" ? "distance" : "layer";
  const scores = keys
    .filter((key) => key.analysis === of && key[along] !== "n/a")
    .filter((key) => at[other] === undefined || key[other] === at[other]);
  return [...new Set(scores.map((key) => key[other]))].flatMap((held): PeakKey[] => {
    const points = scores.filter((key) => key[other] === held).toSorted((a, b) => Number(a[along]) - Number(b[along]));
    const grid = points.map((key) => Number(key[along]));
    if (points.length < 2) return [];
    const main = mainLayerOf(of);
    const leading = main !== undefined && grid.includes(main) ? main : leadingLayer(grid);
    const layer = along === "layer" ? leading : held;
    const tested = tests.flatMap(
      (test) =>
        keys.find(
          (key) => key.analysis === test && key.layer === layer && (test !== of || key.distance === at.distance),
        ) ?? [],
    );
    const place = along === "layer" ? { layer: "n/a", distance: held } : { layer: held, distance: "n/a" };
    return [{ ...(place as Pick<PeakKey, "layer" | "distance">), analysis: name, grid, points, test: tested[0] }];
  });
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

/** Whether a target's peak is more than one of noise. */
export function isFound({ test }: Pick<GroupPeaks, "test">, target: number): boolean {
  return isGain(test, target);
}

/** Why a target has no peak to be shown, in a sentence without its full stop; undefined where it has one. */
export function reasonWithoutPeak({ analysis, test, n }: Pick<GroupPeaks, "analysis" | "test" | "n">, target: number) {
  if (isFound({ test }, target)) return undefined;
  const peak = peakOf({ analysis });
  if (n[target] === 0) return peak.shown.missing;
  if (!test) {
    const needed = namedDistances(distancesForTest(peak));
    return `whether there is a ${peak.finding} was not tested, for which ${needed} must be among the distances`;
  }
  const side = sideOfZero(test, target) < 0 ? "below zero" : "not above zero";
  return `no ${peak.finding}: ${statisticSign(test.analysis, test.distance)} is ${side} over participants`;
}

/** A peak as text: `"8"`, or a dash where it would be one of noise. */
export function formatPeak(found: GroupPeaks, target: number): string {
  return isFound(found, target) ? formatNumber(found.peak[target]!, peakOf(found).shown.decimals) : "\u2013";
}

/** A peak with its interval: `"8 (6 to 9)"`, or a dash where it would be one of noise. */
export function formatPeakInterval(found: GroupPeaks, target: number): string {
  if (!isFound(found, target)) return "\u2013";
  const { decimals } = peakOf(found).shown;
  return `${formatPeak(found, target)} (${formatInterval(found.low[target]!, found.high[target]!, decimals)})`;
}
