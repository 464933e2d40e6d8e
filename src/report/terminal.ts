import { withoutControls } from "../array/plain-text.ts";
import { listSome } from "../errors.ts";
import { absentSentence } from "./absent.ts";
import type { Findings } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { keptSentences } from "./kept-variance.ts";
import { missingNames } from "./missing-section.ts";
import { formatInterval, formatList, formatNoun, formatNumber, formatProbability } from "./numbers.ts";
import { formatPeak } from "./peaks.ts";
import { shortLabel } from "./regions.ts";
import { fewestForSignificance, onlyOne, reachesBeyondOne, sideOfZero } from "./significance.ts";

/** Settings of {@link formatTerminal}. */
export interface TerminalOptions {
  /** Regions to list, those with the highest brain score (default 20). */
  readonly mostRegions?: number | undefined;
}

/** Columns of a narrow terminal. */
const mostColumns = 80;

/** Longer names of regions are cut, so that a line fits an ordinary terminal. */
const longestRegionName = 28;

/**
 * The group's results as lines of text for the end of a command: one line a region with its brain score R, the 95 %
 * interval, q, the forecast score F(8) and, where there is a forecast, the distance d* at which it peaks; columns that were
 * not computed are left out. Controls follow, a line each. `*` marks what is above zero, an arrow downwards what is below (q < .01); last lines say why
 * scores are missing, where any is, and who of the data set has no results. No colours, no width over 80 columns.
 */
export function formatTerminal(findings: Findings, options: TerminalOptions = {}): string[] {
  const { mostRegions = 20 } = options;
  const { result, brain, forecast, forecastDistance, order, labels, group, view } = findings;
  const header = ["region"];
  // One participant is no sample: there is neither interval nor test.
  const nSubjects = view.subjects.length;
  const isSample = nSubjects > 1;
  if (brain) header.push("R", ...(isSample ? ["95 % interval", "q of R"] : []));
  if (forecast) header.push(`F(${formatNumber(forecast.tabled, 0)})`);
  if (forecastDistance && isSample) header.push("d*");
  const shown = order.slice(0, mostRegions);
  const rows = shown.map((target) => {
    const cells = [shortLabel(withoutControls(labels[target]!), longestRegionName)];
    if (brain) {
      cells.push(formatNumber(brain.mean[target]!));
      if (isSample) {
        // Of a region that one participant alone has, there is no test either.
        const q = brain.n[target]! > 1 ? formatProbability(brain.qValue[target]!) : "n/a";
        cells.push(formatInterval(brain.low[target]!, brain.high[target]!), q + markOf(brain, target));
      }
    }
    if (forecast) cells.push(formatNumber(forecast.atTabled.mean[target]!, 4) + markOf(forecast.atTabled, target));
    if (forecastDistance && isSample) cells.push(formatPeak(forecastDistance, target));
    return cells;
  });
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const headerCells = header.map((name) => (name === "q of R" || name.startsWith("F(") ? `${name}  ` : name));
  const left = group.targets.length - shown.length;
  const missing = missingNames(result);
  const absent = absentSentence(result);
  return [
    `${withoutControls(result.title)}: ${formatNoun(result.subjects.length, "participant")}, ${withoutControls(result.model)}`,
    "",
    line(headerCells),
    ...rows.map(line),
    ...(left > 0 ? [`and ${formatNoun(left, "region")} more, in group_scores.tsv`] : []),
    ...(isSample ? [] : [onlyOne]),
    ...(isSample && (brain || forecast)
      ? [
          "* above zero over participants, \u2193 below (two-sided Wilcoxon signed-rank test,",
          "  q < .01, false discovery rate over regions)",
          ...(nSubjects < fewestForSignificance
            ? [`  fewer than ${fewestForSignificance} participants cannot reach q < .01`]
            : []),
        ]
      : []),
    ...(isSample && brain && reachesBeyondOne(brain)
      ? ["95 % interval: of few participants it may reach beyond 1, where no correlation lies"]
      : []),
    ...(forecastDistance && isSample
      ? [
          "d*: distance of the group's largest F, where there is a forecast: F(8) \u2212 F(0)",
          `  above zero (q < .01)${forecastDistance.test ? "" : "; not tested here, as 8 or 0 is not among the distances"}`,
        ]
      : []),
    ...controlLines(findings),
    ...wrap(keptSentences(result)),
    ...(missing.length > 0
      ? [`Some scores are missing (${formatList(missing).toLowerCase()}):`, "  see data quality in the report."]
      : []),
    ...(absent === undefined ? [] : [absent, `  ${listSome(result.absent!.map(withoutControls), 7)}`]),
  ];
}

/** What the controls reach, a line each: their mean over regions, and in the region that is listed first. */
function controlLines({ brainControls, forecast, labels, order }: Findings): string[] {
  const best = order[0]!;
  const where = shortLabel(withoutControls(labels[best]!), longestRegionName);
  const random = forecast?.control[forecast.distances.indexOf(forecast.tabled)];
  const lineOf = (name: string, what: string, mean: GroupScores["mean"], decimals: number) => {
    const known = [...mean].filter(Number.isFinite);
    const average = known.reduce((sum, value) => sum + value, 0) / known.length;
    if (labels.length === 1) return [`Control, ${name}: ${what} ${formatNumber(average, decimals)} in ${where}`];
    const whole = `Control, ${name}: ${what} ${formatNumber(average, decimals)} over regions`;
    const first = `${formatNumber(mean[best]!, decimals)} in ${where}`;
    return `${whole}, ${first}`.length <= mostColumns ? [`${whole}, ${first}`] : [`${whole},`, `  ${first}`];
  };
  return [
    ...brainControls.flatMap(({ name, scores }) => lineOf(name, "R", scores.mean, 3)),
    ...(random ? lineOf("random window", `F(${formatNumber(forecast!.tabled, 0)})`, random.mean, 4) : []),
  ];
}

/** Sentences as lines that fit the terminal, all but the first of each set in. */
function wrap(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => {
    const lines: string[] = [];
    let line = "";
    for (const word of sentence.split(" ")) {
      if (line !== "" && `${line} ${word}`.length > mostColumns) {
        lines.push(line);
        line = `  ${word}`;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

/** A mark of two columns: on which side of zero the scores lie. */
function markOf(scores: GroupScores, target: number): string {
  const side = sideOfZero(scores, target);
  return side > 0 ? " *" : side < 0 ? " \u2193" : "  ";
}
