import type { Peak } from "../analyses/analysis.ts";
import { analysisNamed, gainNamed } from "../analyses/registry.ts";
import type { Shown } from "../analyses/shown.ts";
import { formatList, formatNumber } from "./numbers.ts";
import type { ScoreKey } from "./result.ts";

/** A score in signs: `"R"`, `"F(8)"`. */
export function scoreSign({ symbol }: Pick<Shown, "symbol">, distance: ScoreKey["distance"]): string {
  return distance === "n/a" ? symbol : `${symbol}(${formatNumber(distance, 0)})`;
}

/**
 * A statistic in signs: `"F(8) − F(0)"`, `"R − word rate"`, `"F(8)"`.
 *
 * @param name - of an analysis of the registry, or of a gain of one
 */
export function statisticSign(name: string, distance: ScoreKey["distance"]): string {
  const found = gainNamed(name);
  if (!found) return scoreSign(analysisNamed(name)!.shown, distance);
  const { gain, analysis } = found;
  if (!gain.distances) return `${analysis.shown.symbol} − ${analysisNamed(gain.over)!.shown.label}`;
  return gain.distances.map((own) => scoreSign(analysis.shown, own)).join(" − ");
}

/** What must be above zero for a peak to be more than one of noise, in signs: what is tested where all was computed. */
export function peakTestSign({ tests, at }: Peak): string {
  return statisticSign(tests[0]!, at?.distance ?? "n/a");
}

/** The distances that must be computed so that it can be told whether a peak is more than one of noise. */
export function distancesForTest({ tests, at }: Peak): readonly number[] {
  const distances = gainNamed(tests.at(-1)!)?.gain.distances;
  return distances ?? [at?.distance].filter((distance) => typeof distance === "number");
}

/** `"distances 8 and 0"`, `"distance 8"`. */
export function namedDistances(distances: readonly number[]): string {
  const numbers = distances.map((distance) => formatNumber(distance, 0));
  return `${distances.length === 1 ? "distance" : "distances"} ${formatList(numbers)}`;
}

/** `"distances 8 and 0 were not both computed"`, `"distance 8 was not computed"`. */
export function distancesLacking(peak: Peak): string {
  const distances = distancesForTest(peak);
  return `${namedDistances(distances)} ${distances.length === 1 ? "was not computed" : "were not both computed"}`;
}
