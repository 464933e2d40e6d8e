import type { Facts } from "../analyses/shown.ts";
import { capitalised } from "./figure-parts.ts";
import { ceilingOf, controlsOf, type Findings, leadOf, peakOverDistances, type ScoreFindings } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { formatCount, formatInterval, formatList, formatNoun, formatNumber, formatProbability } from "./numbers.ts";
import { indexOfLargest, peakOf } from "./peaks.ts";
import { listLayers } from "./select.ts";
import { countTested, fewestForSignificance, leastTogether, onlyOne, sideOfZero } from "./significance.ts";
import { statisticSign } from "./signs.ts";
import { formatEnds, formatValue } from "./values.ts";

/** A part of the summary: sentences on one thing. */
export interface SummaryPart {
  /** What they are on; undefined for the first, which says who heard what, and for remarks on the whole. */
  readonly heading: string | undefined;
  readonly sentences: readonly string[];
}

/**
 * The study in words: who was scored on what; of each analysis where it is largest, in how many regions it differs from
 * zero, what its controls reach, and how it runs over distances. Every statement is put together from the
 * numbers and the words of the registry; what was not computed is not mentioned.
 *
 * @returns parts, in the order of a page; each sentence stands on its own, as in a list
 */
export function summarise(findings: Findings): SummaryPart[] {
  const { result, view, scores } = findings;
  const { subjects } = result;
  const stories = [...new Set(subjects.flatMap((subject) => subject.stories))];
  const volumes = subjects.map(({ nVolumes }) => nVolumes);
  const [least, most] = [Math.min(...volumes), Math.max(...volumes)];
  const named = stories.length <= 3 ? ` (${formatList(stories)})` : "";
  const perSubject =
    least === most ? formatNoun(least, "volume") : `${formatCount(least)} to ${formatCount(most)} volumes`;
  const { space, targets } = result.subjects[0]!;
  const places = {
    region: "",
    surface: ` over ${formatNoun(targets.length, "vertex", "vertices")}`,
    volume: ` over ${formatNoun(targets.length, "voxel")}`,
    grayordinate: ` over ${formatNoun(targets.length, "grayordinate")}`,
  }[space.kind];
  const who = `${formatNoun(subjects.length, "participant")} heard ${formatNoun(stories.length, "story", "stories")}${named}${subjects.length === 1 ? " and gave" : "; each gave"} ${perSubject}${places}.`;
  const parts: SummaryPart[] = [{ heading: undefined, sentences: [who] }];
  for (const score of scores) {
    const sentences = score.distances.length > 0 ? curveSentences(findings, score) : regionSentences(findings, score);
    parts.push({ heading: capitalised(score.analysis.shown.label), sentences });
  }
  if (view.subjects.length < fewestForSignificance) {
    const few =
      view.subjects.length === 1
        ? onlyOne
        : `With fewer than ${fewestForSignificance} participants the signed-rank test cannot reach q < .01: nothing is called significant here.`;
    parts.push({ heading: undefined, sentences: [few] });
  }
  const lead = leadOf(findings);
  const nTested = lead ? countTested(lead.at) : 0;
  const [leastP, together] = leastTogether(view.subjects.length, nTested);
  if (view.subjects.length >= fewestForSignificance && together > 1 && together >= manyTogether * nTested) {
    const few = `With ${formatNoun(view.subjects.length, "participant")} no p is below ${formatNumber(leastP)}. After the correction over ${nTested} regions this is q < .01 only where at least ${together} of them have it: where few regions or none are named above, participants may be too few.`;
    parts.push({ heading: undefined, sentences: [few] });
  }
  return parts;
}

/** Share of the regions that would have to pass together, from which the lead says that participants may be too few. A choice: one in five. */
const manyTogether = 0.2;

/** The sentences of a score that has one value a region. */
function regionSentences(findings: Findings, score: ScoreFindings): string[] {
  const { result, view, labels } = findings;
  const { analysis, at, gains } = score;
  const { label } = analysis.shown;
  const best = indexOfLargest([...at.mean]);
  if (best < 0) return [`No region could be given a ${label}: see data quality.`];
  const isTested = view.subjects.length >= fewestForSignificance;
  const isOnly = labels.length === 1;
  const sentences = [
    analysis.sentence!({
      ...factsAt(findings, score, at),
      region: labels[best]!,
      value: `${valueAt(score, at, best)}${inBrackets(at, best, analysis.shown.decimals)}`,
      isAboveZero: at.mean[best]! > 0,
    }),
    ...(view.kind === "wholes" && score === leadOf(findings)
      ? [
          "This is a mean over a whole hemisphere, structure or brain, which hides what is local; an atlas (`regions`) shows it.",
        ]
      : []),
    ...leadingLayerSentence(result, score),
    ...(isTested ? [`It is ${countSides(at)}.`] : []),
  ];
  const listed = controlsOf(score).flatMap(({ analysis: { shown, sentence }, at: control }) =>
    !sentence && control && Number.isFinite(control.mean[best])
      ? [`${formatNumber(control.mean[best]!, shown.decimals)} (${shown.label})`]
      : [],
  );
  if (listed.length > 0) {
    sentences.push(`The ${listed.length === 1 ? "control gives" : "controls give"} ${formatList(listed)} there.`);
  }
  if (isTested && isOnly) {
    for (const { gain, scores } of gains)
      sentences.push(`The ${label} is ${isLarger(scores)} than ${gain.than} (q < .01).`);
  } else if (isTested && gains.length > 0) {
    const where = gains.map(({ gain, scores }) => `${gain.than} in ${countOfRegions(scores, 1)}`);
    sentences.push(`The ${label} is larger than ${formatList(where)} (q < .01).`);
  }
  const ceiling = ceilingOf(score);
  if (ceiling?.at && Number.isFinite(ceiling.at.mean[best])) {
    const { shown, sentence } = ceiling.analysis;
    const value = `${shown.symbol} = ${formatValue(shown, ceiling.at.mean[best]!)}`;
    sentences.push(
      sentence!({
        ...factsAt(findings, score, ceiling.at),
        region: labels[best]!,
        value: `${value}${inBrackets(ceiling.at, best, shown.decimals)}`,
        isAboveZero: ceiling.at.mean[best]! > 0,
      }),
    );
  }
  for (const { share, ratio, low, high } of score.shares) {
    if (!Number.isFinite(ratio[best])) continue;
    const ends = Number.isFinite(low[best])
      ? `, 95 % interval ${formatEnds(share.shown, low[best]!, high[best]!)}`
      : "";
    sentences.push(
      share.sentence({
        ...factsAt(findings, score, at),
        region: labels[best]!,
        value: `${formatValue(share.shown, ratio[best]!)}${ends}`,
        isAboveZero: ratio[best]! > 0,
      }),
    );
  }
  return sentences;
}

/** What all facts of a score have in common. */
function factsAt({ result, labels }: Findings, { distances }: ScoreFindings, { layer, distance }: GroupScores) {
  const seconds = result.secondsPerWord;
  const inSeconds =
    distance !== "n/a" && seconds !== undefined && Number.isFinite(seconds)
      ? ` (${formatNumber(distance * seconds, 1)} s)`
      : "";
  return {
    model: result.model,
    layer,
    distance: distance === "n/a" ? undefined : `${formatNoun(distance, "word")}${inSeconds}`,
    isAtEdge: distances.length > 1 && (distance === distances[0] || distance === distances.at(-1)),
    isOnly: labels.length === 1,
  } as const satisfies Partial<Facts>;
}

/** `"R = 0.034"`. */
function valueAt(score: ScoreFindings, { mean }: GroupScores, target: number): string {
  const { symbol, decimals } = score.analysis.shown;
  return `${symbol} = ${formatNumber(mean[target]!, decimals)}`;
}

/** Which of several layers the page leads with, and why. */
function leadingLayerSentence(result: Findings["result"], { analysis, layer }: ScoreFindings): string[] {
  const layers = listLayers(result.subjects, analysis.name);
  if (layers.length < 2 || layer === "n/a") return [];
  const { nLayers, mainLayer } = result;
  const depth = nLayers === undefined ? `the deepest of them, ${layers.at(-1)}` : `the model's depth, ${nLayers}`;
  const why = layer === mainLayer ? "" : `, the nearest to two thirds of ${depth}`;
  return [`Of the ${layers.length} layers that were scored, layer ${layer} is shown${why}.`];
}

/** The sentences of a score that has values over distances. */
function curveSentences(findings: Findings, score: ScoreFindings): string[] {
  const { view, labels } = findings;
  const { analysis, curve, at: atTabled, gains } = score;
  const { label, symbol, decimals } = analysis.shown;
  const average = curve.map(({ mean }) => meanOf(mean));
  const largest = indexOfLargest(average);
  if (largest < 0) return [`No region could be given a ${label}: see data quality.`];
  const at = curve[largest]!;
  const best = indexOfLargest([...at.mean]);
  const isOnly = labels.length === 1;
  const isTested = view.subjects.length >= fewestForSignificance;
  const tabled = formatNoun(atTabled.distance as number, "word");
  const sentences = [
    analysis.sentence!({
      ...factsAt(findings, score, at),
      region: undefined,
      value: `${symbol} = ${formatNumber(average[largest]!, decimals)}`,
      isAboveZero: average[largest]! > 0,
    }),
    ...(isOnly
      ? []
      : [
          `The largest of the ${labels.length} regions there is ${labels[best]} (${valueAt(score, at, best)}${inBrackets(at, best, decimals)}${view.subjects.length > 1 ? `, ${describeQ(at.qValue[best]!)}` : ""}).`,
        ]),
    ...(isTested ? [`At ${tabled} ${symbol} is ${countSides(atTabled)}.`] : []),
  ];
  const found = peakOverDistances(findings, score);
  if (found?.test && isTested) {
    const peak = peakOf(found);
    const regions = countOnSide(found.test, 1) === "none" ? undefined : countOfRegions(found.test, 1);
    sentences.push(
      ...(peak.sentence
        ? [peak.sentence({ test: statisticSign(found.test.analysis, found.test.distance), regions, isOnly })]
        : []),
    );
  }
  for (const { analysis: control, at: scores } of controlsOf(score)) {
    const mean = scores ? meanOf(scores.mean) : Number.NaN;
    if (!control.sentence || !Number.isFinite(mean)) continue;
    sentences.push(
      control.sentence({
        ...factsAt(findings, score, scores!),
        distance: tabled,
        region: undefined,
        value: `${symbol} = ${formatNumber(mean, decimals)}`,
        isAboveZero: mean > 0,
      }),
    );
  }
  for (const { gain, scores } of isTested ? gains : []) {
    sentences.push(
      isOnly
        ? `At that distance the ${label} is ${isLarger(scores)} than ${gain.than} (q < .01).`
        : `At that distance the ${label} is larger than ${gain.than} in ${countOfRegions(scores, 1)} (q < .01).`,
    );
  }
  return sentences;
}

/** The mean of what is a number; NaN where nothing is. */
function meanOf(values: Float64Array): number {
  const finite = [...values].filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

function inBrackets(scores: GroupScores, target: number, decimals: number): string {
  const [low, high] = [scores.low[target]!, scores.high[target]!];
  return Number.isFinite(low) ? `, 95 % interval ${formatInterval(low, high, decimals)}` : "";
}

/** `"above zero in 5 of 6 regions and below zero in none (q < .01)"`. */
function countSides(scores: GroupScores): string {
  if (scores.mean.length === 1) {
    const side = sideOfZero(scores, 0);
    return side === 0 ? "neither above nor below zero (q < .01)" : `${side > 0 ? "above" : "below"} zero (q < .01)`;
  }
  return `above zero in ${countOfRegions(scores, 1)} and below zero in ${countOnSide(scores, -1)} (q < .01)`;
}

/** How the score of the only region stands to what was subtracted from it. */
function isLarger(difference: GroupScores): string {
  return sideOfZero(difference, 0) > 0 ? "larger" : "not larger";
}

/** `"q = 0.004"`, `"q < 0.001"`. */
function describeQ(q: number): string {
  const text = formatProbability(q);
  return text.startsWith("<") ? `q ${text}` : `q = ${text}`;
}

/** `"5 of 6 regions"`: significant and of that sign, of those that were tested. */
function countOfRegions(scores: GroupScores, sign: 1 | -1): string {
  const nTested = countTested(scores);
  return `${countOnSide(scores, sign)} of ${formatNoun(nTested, "region")}`;
}

function countOnSide(scores: GroupScores, sign: 1 | -1): string {
  const n = [...scores.mean].filter((_, target) => sideOfZero(scores, target) === sign).length;
  return n === 0 ? "none" : formatCount(n);
}
