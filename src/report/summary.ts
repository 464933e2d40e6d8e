import { FORECAST_DISTANCE } from "../features/window.ts";
import type { Findings } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { formatCount, formatInterval, formatList, formatNoun, formatNumber, formatProbability } from "./numbers.ts";
import { listLayers } from "./select.ts";
import { countTested, fewestForSignificance, leastTogether, onlyOne, sideOfZero } from "./significance.ts";

/** A part of the summary: sentences on one thing. */
export interface SummaryPart {
  /** What they are on; undefined for the first, which says who heard what, and for remarks on the whole. */
  readonly heading: string | undefined;
  readonly sentences: readonly string[];
}

/**
 * The study in words: who was scored on what; where the brain score is largest, in how many regions it differs from
 * zero, and what its controls reach; how the forecast score runs over distances. Every statement is put together from the
 * numbers; what was not computed is not mentioned.
 *
 * @returns parts, in the order of a page; each sentence stands on its own, as in a list
 */
export function summarise(findings: Findings): SummaryPart[] {
  const { result, view, brain, forecast } = findings;
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
  if (brain) parts.push({ heading: "Brain score", sentences: brainSentences(findings, brain) });
  if (forecast) parts.push({ heading: "Forecast score", sentences: forecastSentences(findings) });
  if (view.subjects.length < fewestForSignificance) {
    const few =
      view.subjects.length === 1
        ? onlyOne
        : `With fewer than ${fewestForSignificance} participants the signed-rank test cannot reach q < .01: nothing is called significant here.`;
    parts.push({ heading: undefined, sentences: [few] });
  }
  const nTested = brain ? countTested(brain) : 0;
  const [leastP, together] = leastTogether(view.subjects.length, nTested);
  if (view.subjects.length >= fewestForSignificance && together > 1 && together >= manyTogether * nTested) {
    const few = `With ${formatNoun(view.subjects.length, "participant")} no p is below ${formatNumber(leastP)}. After the correction over ${nTested} regions this is q < .01 only where at least ${together} of them have it: where few regions or none are named above, participants may be too few.`;
    parts.push({ heading: undefined, sentences: [few] });
  }
  return parts;
}

/** Share of the regions that would have to pass together, from which on it is said. */
const manyTogether = 0.2;

function brainSentences({ result, view, labels, order, brainControls }: Findings, brain: GroupScores): string[] {
  const best = order[0]!;
  if (!Number.isFinite(brain.mean[best])) return ["No region could be given a brain score: see data quality."];
  const isTested = view.subjects.length >= fewestForSignificance;
  const layer = brain.layer === "n/a" ? "" : ` layer ${brain.layer} of`;
  const isOne = labels.length === 1;
  const score = `R = ${formatNumber(brain.mean[best]!)}${inBrackets(brain, best)}`;
  const sentences = [
    isOne
      ? `With${layer} ${result.model}, the brain score of ${labels[best]} is ${score}.`
      : `With${layer} ${result.model}, the brain score is largest in ${labels[best]} (${score}).`,
    ...(view.kind === "wholes"
      ? [
          "This is a mean over a whole hemisphere, structure or brain, which hides what is local; an atlas (`regions`) shows it.",
        ]
      : []),
    ...leadingLayerSentence(result, brain),
    ...(isTested ? [`It is ${countSides(brain)}.`] : []),
  ];
  const controls = brainControls.flatMap(({ name, scores }) =>
    Number.isFinite(scores.mean[best]) ? [`${formatNumber(scores.mean[best]!)} (${name})`] : [],
  );
  if (controls.length > 0) {
    sentences.push(`The ${controls.length === 1 ? "control gives" : "controls give"} ${formatList(controls)} there.`);
  }
  const beyond = brainControls.flatMap(({ name, beyond: scores }) => (scores ? [{ name, scores }] : []));
  if (isTested && isOne) {
    for (const { name, scores } of beyond) {
      sentences.push(`The brain score is ${isLarger(scores)} than that of ${name} (q < .01).`);
    }
  } else if (isTested && beyond.length > 0) {
    const where = beyond.map(({ name, scores }) => `${name} in ${countOfRegions(scores, 1)}`);
    sentences.push(`The brain score is larger than that of ${formatList(where)} (q < .01).`);
  }
  return sentences;
}

/** Which of several layers the page leads with, and why. */
function leadingLayerSentence(result: Findings["result"], { layer }: GroupScores): string[] {
  const layers = listLayers(result.subjects, "brainScore");
  if (layers.length < 2 || layer === "n/a") return [];
  const { nLayers, mainLayer } = result;
  const depth = nLayers === undefined ? `the deepest of them, ${layers.at(-1)}` : `the model's depth, ${nLayers}`;
  const why = layer === mainLayer ? "" : `, the nearest to two thirds of ${depth}`;
  return [`Of the ${layers.length} layers that were scored, layer ${layer} is shown${why}.`];
}

function forecastSentences({ result, view, labels, forecast, forecastDistance, group }: Findings): string[] {
  const { overall, curve, distances, tabled, atTabled, control, beyondRandom, layer } = forecast!;
  if (!overall) return ["No region could be given a forecast score: see data quality."];
  const at = curve[distances.indexOf(overall.distance)]!;
  const best = group.targets.reduce<number>(
    (top, _, i) => (Number.isFinite(at.mean[i]) && !(at.mean[top]! >= at.mean[i]!) ? i : top),
    0,
  );
  const atLayer = layer === "n/a" ? "" : ` (layer ${layer})`;
  const seconds = result.secondsPerWord;
  const inSeconds =
    seconds !== undefined && Number.isFinite(seconds) ? ` (${formatNumber(overall.distance * seconds, 1)} s)` : "";
  const edge = overall.distance === distances[0] || overall.distance === distances.at(-1);
  const largest = `at a distance of ${formatNoun(overall.distance, "word")}${inSeconds}, F = ${formatNumber(overall.mean, 4)}`;
  const isOne = labels.length === 1;
  const sentences = [
    `${isOne ? "The" : "Averaged over regions, the"} forecast score${atLayer} is ${overall.mean > 0 ? `largest ${largest}` : `above zero at no distance (largest ${largest})`}` +
      `${edge && distances.length > 1 ? ", the edge of the distances computed" : ""}.`,
    ...(isOne
      ? []
      : [
          `The largest of the ${labels.length} regions there is ${labels[best]} (F = ${formatNumber(at.mean[best]!, 4)}${inBrackets(at, best, 4)}${view.subjects.length > 1 ? `, ${describeQ(at.qValue[best]!)}` : ""}).`,
        ]),
    ...(view.subjects.length >= fewestForSignificance
      ? [`At ${formatNoun(tabled, "word")} F is ${countSides(atTabled)}.`]
      : []),
  ];
  if (forecastDistance?.test && view.subjects.length >= fewestForSignificance) {
    const where = countOfRegions(forecastDistance.test, 1);
    sentences.push(
      countOnSide(forecastDistance.test, 1) === "none"
        ? `${isOne ? `There is no forecast: F(${FORECAST_DISTANCE}) − F(0) is not above zero` : `No region has a forecast, which is F(${FORECAST_DISTANCE}) − F(0) above zero`} (q < .01). So the distance at which the forecast score is largest means little.`
        : isOne
          ? `There is a forecast: F(${FORECAST_DISTANCE}) − F(0) is above zero (q < .01).`
          : `There is a forecast, F(${FORECAST_DISTANCE}) − F(0) above zero, in ${where} (q < .01).`,
    );
  }
  const random = control[distances.indexOf(tabled)];
  const values = random ? [...random.mean].filter(Number.isFinite) : [];
  if (values.length > 0) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    sentences.push(
      `Random vectors in the window's place give F = ${formatNumber(mean, 4)} at ${formatNoun(tabled, "word")}${isOne ? "" : ", averaged over regions"}.`,
    );
  }
  if (beyondRandom && view.subjects.length >= fewestForSignificance) {
    sentences.push(
      isOne
        ? `At that distance the forecast score is ${isLarger(beyondRandom)} than with random vectors (q < .01).`
        : `At that distance the forecast score is larger than with random vectors in ${countOfRegions(beyondRandom, 1)} (q < .01).`,
    );
  }
  return sentences;
}

function inBrackets(scores: GroupScores, target: number, decimals = 3): string {
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
