import type { Analysis } from "../analyses/analysis.ts";
import { analysisNamed } from "../analyses/registry.ts";
import { withoutControls } from "../array/plain-text.ts";
import { listSome } from "../errors.ts";
import { capitalised } from "./figure-parts.ts";
import { type BesideFindings, ceilingOf, controlsOf, type Findings, leadOf, type ScoreFindings } from "./findings.ts";
import type { GroupScores } from "./group.ts";
import { keptSentences } from "./kept-variance.ts";
import { absentSentence, missingNames } from "./missing-section.ts";
import { formatInterval, formatList, formatNoun, formatNumber, formatProbability } from "./numbers.ts";
import { formatPeak, type GroupPeaks, peakOf } from "./peaks.ts";
import { shortLabel } from "./regions.ts";
import { fewestForSignificance, onlyOne, reachesBeyondOne, sideOfZero } from "./significance.ts";
import { distancesForTest, peakTestSign, scoreSign } from "./signs.ts";
import { formatValue } from "./values.ts";

/** Settings of {@link formatTerminal}. */
export interface TerminalOptions {
  /** Regions to list, the first in the order of display (default 20). */
  readonly mostRegions?: number | undefined;
}

/** TextColumns of a narrow terminal. */
const mostColumns = 80;

/** Longer names of regions are cut, so that a line fits an ordinary terminal. */
const longestRegionName = 28;

/** Some columns of the table, and their cells of a region. */
interface TextColumns {
  readonly names: readonly string[];
  readonly cells: (target: number) => readonly string[];
}

/**
 * The group's results as lines of text for the end of a command: one line a region. It has the scores of each analysis (of
 * the leading one also the 95 % interval and q), and the distance at which they peak, where that is more than noise. Columns
 * that were not computed are left out. Controls, ceilings and shares follow, a line each. `*` marks what is above zero, an arrow downwards what is below (q < .01); last lines say why
 * scores are missing, where any is, and who of the data set has no results. No colours, no width over 80 columns.
 */
export function formatTerminal(findings: Findings, options: TerminalOptions = {}): string[] {
  const { mostRegions = 20 } = options;
  const { result, order, labels, group, view } = findings;
  // One participant is no sample: there is neither interval nor test.
  const nSubjects = view.subjects.length;
  const isSample = nSubjects > 1;
  const lead = leadOf(findings);
  const scores = findings.scores.filter(({ analysis }) => analysis.shown.isSummarised);
  const peaks = findings.peaks.filter((found) => isSample && peakOf(found).shown.isSummarised);
  const columns: readonly TextColumns[] = [
    ...scores.map((score) => (score === lead ? leadColumns(score, isSample) : markedColumn(score))),
    ...peaks.map((found) => ({
      names: [peakOf(found).shown.symbol],
      cells: (target: number) => [formatPeak(found, target)],
    })),
  ];
  const header = ["region", ...columns.flatMap(({ names }) => names)];
  const shown = order.slice(0, mostRegions);
  const rows = shown.map((target) => [
    shortLabel(withoutControls(labels[target]!), longestRegionName),
    ...columns.flatMap(({ cells }) => cells(target)),
  ]);
  const widths = header.map((name, i) => Math.max(name.trimEnd().length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const left = group.targets.length - shown.length;
  const missing = missingNames(result);
  const absent = absentSentence(result);
  return [
    `${withoutControls(result.title)}: ${formatNoun(result.subjects.length, "participant")}, ${withoutControls(result.model)}`,
    "",
    line(header),
    ...rows.map(line),
    ...(left > 0 ? [`and ${formatNoun(left, "region")} more, in group_scores.tsv`] : []),
    ...(isSample ? [] : [onlyOne]),
    ...(isSample && scores.length > 0
      ? [
          "* above zero over participants, \u2193 below (two-sided Wilcoxon signed-rank test,",
          "  q < .01, false discovery rate over regions)",
          ...(nSubjects < fewestForSignificance
            ? [`  fewer than ${fewestForSignificance} participants cannot reach q < .01`]
            : []),
        ]
      : []),
    ...(isSample && lead && reachesBeyondOne(lead.at)
      ? ["95 % interval: of few participants it may reach beyond 1, where no correlation lies"]
      : []),
    ...wrap(peaks.map(peakLine)),
    ...besideLines(findings),
    ...wrap(keptSentences(result)),
    ...(missing.length > 0
      ? [`Some scores are missing (${formatList(missing).toLowerCase()}):`, "  see data quality in the report."]
      : []),
    ...(absent === undefined ? [] : [absent, `  ${listSome(result.absent!.map(withoutControls), 7)}`]),
  ];
}

/** A score with its interval and q. */
function leadColumns({ analysis, at }: ScoreFindings, isSample: boolean): TextColumns {
  const { symbol, decimals } = analysis.shown;
  return {
    names: [symbol, ...(isSample ? ["95 % interval", `q of ${symbol}  `] : [])],
    cells(target) {
      const mean = formatNumber(at.mean[target]!, decimals);
      if (!isSample) return [mean];
      // Of a region that one participant alone has, there is no test either.
      const q = at.n[target]! > 1 ? formatProbability(at.qValue[target]!) : "n/a";
      return [mean, formatInterval(at.low[target]!, at.high[target]!, decimals), q + markOf(at, target)];
    },
  };
}

/** A score with a mark. */
function markedColumn({ analysis, at }: ScoreFindings): TextColumns {
  const { shown } = analysis;
  return {
    names: [`${scoreSign(shown, at.distance)}  `],
    cells: (target) => [formatNumber(at.mean[target]!, shown.decimals) + markOf(at, target)],
  };
}

/** `"d*: distance of the group's largest F, where there is a forecast: F(8) − F(0) above zero (q < .01)"`. */
function peakLine(found: GroupPeaks): string {
  const peak = peakOf(found);
  const needed = distancesForTest(peak).join(" or ");
  const untested = found.test ? "" : `; not tested here, as ${needed} is not among the distances`;
  return `${peak.shown.symbol}: ${peak.along} of the group's largest ${analysisNamed(peak.of)!.shown.symbol}, where there is a ${peak.finding}: ${peakTestSign(peak)} above zero (q < .01)${untested}`;
}

/** What controls, ceilings and shares are, a line each: over regions, and in the region that is listed first. */
function besideLines({ scores, controlsAlone, labels, order }: Findings): string[] {
  const best = order[0]!;
  const where = shortLabel(withoutControls(labels[best]!), longestRegionName);
  const lineOf = (name: string, values: Float64Array, format: (value: number) => string, over = "regions") => {
    const known = [...values].filter(Number.isFinite);
    const average = known.reduce((sum, value) => sum + value, 0) / known.length;
    if (labels.length === 1) return [`${name} ${format(average)} in ${where}`];
    const whole = `${name} ${format(average)} over ${over}`;
    const first = `${format(values[best]!)} in ${where}`;
    return `${whole}, ${first}`.length <= mostColumns ? [`${whole}, ${first}`] : [`${whole},`, `  ${first}`];
  };
  const scoreLine = (name: string, { shown }: Analysis, at: GroupScores | undefined) =>
    at ? lineOf(`${name}: ${scoreSign(shown, at.distance)}`, at.mean, (value) => formatValue(shown, value)) : [];
  const controlLine = ({ analysis, at }: Pick<BesideFindings, "analysis" | "at">) =>
    scoreLine(`Control, ${analysis.shown.label}`, analysis, at);
  const shareLine = ({ share: { shown }, ratio }: ScoreFindings["shares"][number]) => {
    const nShown = ratio.filter(Number.isFinite).length;
    const name = `${capitalised(shown.label)}:`;
    if (nShown === 0) return wrap([`${name} n/a, since ${shown.missing}`]);
    const over = nShown === ratio.length ? undefined : `${nShown} of ${ratio.length} regions`;
    return lineOf(name, ratio, (value) => formatValue(shown, value), over);
  };
  return [
    ...scores.flatMap((score) => {
      const ceiling = ceilingOf(score);
      return [
        ...controlsOf(score).flatMap(controlLine),
        ...(ceiling ? scoreLine(capitalised(ceiling.analysis.shown.label), ceiling.analysis, ceiling.at) : []),
        ...score.shares.flatMap(shareLine),
      ];
    }),
    ...controlsAlone.flatMap(controlLine),
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
