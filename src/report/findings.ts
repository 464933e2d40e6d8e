import type { Analysis, Gain } from "../analyses/analysis.ts";
import { analyses, analysisNamed, peaks } from "../analyses/registry.ts";
import type { FloatArray } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { mainDistance } from "../features/window.ts";
import { type Group, type GroupScores, groupScores } from "./group.ts";
import { loadMeans } from "./load-scores.ts";
import { type GroupPeaks, peakOf } from "./peaks.ts";
import { type RegionView, regionView, targetLabel } from "./regions.ts";
import type { ScoreKey, StudyResult } from "./result.ts";
import { isSameKey, keyBeside, listDistances, listScoreKeys, mainLayer } from "./select.ts";
import type { GroupShares } from "./shares.ts";

/** A result, its group statistics, and what a report leads with: computed once, drawn from by all sections. */
export interface Findings {
  readonly result: StudyResult;
  readonly view: RegionView;
  readonly group: Group;
  /** Names of the regions as shown, in the order of the targets. */
  readonly labels: readonly string[];
  /** Regions in the order of display: by the score of {@link leadOf}, highest first; as given where there is none. */
  readonly order: readonly number[];
  /** Of each analysis that has scores and stands beside no other, in the order of the registry. */
  readonly scores: readonly ScoreFindings[];
  /** Controls that were computed without the analysis that they stand beside. */
  readonly controlsAlone: readonly { readonly analysis: Analysis; readonly at: GroupScores }[];
  /** Where they are largest, in the order of the registry; those over distances at the layer that their scores lead with. */
  readonly peaks: readonly GroupPeaks[];
}

/** What a study found by one analysis. */
export interface ScoreFindings {
  readonly analysis: Analysis;
  /** The layer that is led with. */
  readonly layer: ScoreKey["layer"];
  /** Those at which it was computed at that layer, ascending; none where the analysis has no distance. */
  readonly distances: readonly number[];
  /** One a distance; one alone where there are none. */
  readonly curve: readonly GroupScores[];
  /** Where in the curve tables are: at the distance that they name. */
  readonly tabled: number;
  /** The curve there. */
  readonly at: GroupScores;
  /** Analyses that stand beside this one and were computed at a point of its curve, in the order of the registry. */
  readonly beside: readonly BesideFindings[];
  /** Its gains over other analyses at the point that tables name. */
  readonly gains: readonly { readonly gain: Gain; readonly over: Analysis; readonly scores: GroupScores }[];
  /** What it reaches of other analyses at the point that tables name. */
  readonly shares: readonly GroupShares[];
  /** The subjects' own scores, in their order, [nRegions] each; none where there are distances. */
  readonly own: readonly (FloatArray | undefined)[];
}

/** An analysis beside another. */
export interface BesideFindings {
  readonly analysis: Analysis;
  /** One a point of the other's curve, undefined where it was not computed. */
  readonly curve: readonly (GroupScores | undefined)[];
  /** The one at the point that tables name. */
  readonly at: GroupScores | undefined;
}

/**
 * A study's findings, from which sentences, figures and tables are made.
 *
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link groupScores}
 */
export async function studyFindings(
  result: StudyResult,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Findings> {
  const view = regionView(result);
  const mainLayerOf = (analysis: string) => mainLayer(result, analysis);
  const group = await groupScores(view.subjects, { ...options, mainLayerOf });
  const scores: ScoreFindings[] = [];
  const known = new Set(listScoreKeys(result.subjects).map(({ analysis }) => analysis));
  const controlsAlone: { readonly analysis: Analysis; readonly at: GroupScores }[] = [];
  for (const analysis of Object.values<Analysis>(analyses)) {
    const { beside } = analysis;
    if (beside && known.has(beside.analysis)) continue;
    const found = scoreFindings(analysis, result, group);
    if (!found) continue;
    if (beside?.as === "control") controlsAlone.push({ analysis, at: found.at });
    else scores.push({ ...found, own: found.distances.length > 0 ? [] : await loadMeans(view.subjects, found.at) });
  }
  const order = group.targets.map((_, i) => i);
  const lead = leadOf({ scores })?.at;
  const rank = (i: number) => (Number.isFinite(lead?.mean[i]) ? lead!.mean[i]! : Number.NEGATIVE_INFINITY);
  return {
    result,
    view,
    group,
    labels: group.targets.map(targetLabel),
    order: lead ? order.sort((a, b) => Math.sign(rank(b) - rank(a)) || a - b) : order,
    scores,
    controlsAlone,
    peaks: peaks.flatMap(({ name, of, along }) => {
      const layer = along === "layer" ? "n/a" : (mainLayerOf(of) ?? "n/a");
      return group.peaks.find((found) => found.analysis === name && found.layer === layer) ?? [];
    }),
  };
}

function scoreFindings(
  analysis: Analysis,
  result: StudyResult,
  { scores, shares }: Group,
): Omit<ScoreFindings, "own"> | undefined {
  const { name } = analysis;
  const layer = mainLayer(result, name) ?? "n/a";
  const distances = listDistances(result.subjects, name, layer);
  const places: readonly ScoreKey["distance"][] = distances.length > 0 ? distances : ["n/a"];
  const curve = places.flatMap(
    (distance) => scores.find((own) => isSameKey(own, { analysis: name, layer, distance })) ?? [],
  );
  if (curve.length === 0) return undefined;
  const tabled = Math.max(0, distances.indexOf(mainDistance(distances) ?? 0));
  const at = curve[tabled]!;
  return {
    analysis,
    layer,
    distances,
    curve,
    tabled,
    at,
    beside: Object.values<Analysis>(analyses).flatMap((other) => {
      if (other.beside?.analysis !== name) return [];
      const along = curve.map((point) => keyBeside(scores, other.name, point));
      return along.some((point) => point !== undefined) ? [{ analysis: other, curve: along, at: along[tabled] }] : [];
    }),
    gains: analysis.gains.flatMap((gain) => {
      const own = !gain.distances && scores.find((each) => isSameKey(each, { ...at, analysis: gain.name }));
      return own ? [{ gain, over: analysisNamed(gain.over)!, scores: own }] : [];
    }),
    shares: shares.filter(({ of }) => isSameKey(of, at)),
  };
}

/** The analysis by which regions are put in order: the first that has one value a region. */
export function leadOf({ scores }: Pick<Findings, "scores">): ScoreFindings | undefined {
  return scores.find(({ distances }) => distances.length === 0);
}

/** Where a score is largest over its distances, where that was looked for. */
export function peakOverDistances({ peaks: all }: Findings, { analysis }: ScoreFindings): GroupPeaks | undefined {
  return all.find((found) => peakOf(found).of === analysis.name && peakOf(found).along === "distance");
}

/** What stands beside an analysis as its control. */
export function controlsOf({ beside }: ScoreFindings): readonly BesideFindings[] {
  return beside.filter(({ analysis }) => analysis.beside!.as === "control");
}

/** What stands beside an analysis as the most that it could be. */
export function ceilingOf({ beside }: ScoreFindings): BesideFindings | undefined {
  return beside.find(({ analysis }) => analysis.beside!.as === "ceiling");
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
