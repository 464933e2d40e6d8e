import { type Findings, significanceLevel } from "./findings.ts";
import { missingNames } from "./missing-section.ts";
import { formatInterval, formatList, formatNoun, formatNumber, formatProbability } from "./numbers.ts";

/** Settings of {@link formatTerminal}. */
export interface TerminalOptions {
  /** Regions to list, those with the highest brain score (default 20). */
  readonly mostRegions?: number | undefined;
}

/** Longer names of regions are cut, so that a line fits an ordinary terminal. */
const longestName = 28;

/**
 * The group's results as lines of text for the end of a command: one line a region with its brain score R, the 95 %
 * interval, q, and the distance at which the group's forecast score peaks; columns that were not computed are left out.
 * `*` marks q < .01; a last line says why scores are missing, where any is. No colours, no width over 80 columns.
 */
export function formatTerminal(findings: Findings, options: TerminalOptions = {}): string[] {
  const { mostRegions = 20 } = options;
  const { result, brain, forecast, order, labels, group } = findings;
  const header = ["region"];
  if (brain) header.push("R", "95 % interval", "q");
  if (forecast) header.push("peak F", "at");
  const shown = order.slice(0, mostRegions);
  const rows = shown.map((target) => {
    const cells = [shorten(plain(labels[target]!))];
    if (brain) {
      const q = brain.qValue[target]!;
      cells.push(
        formatNumber(brain.mean[target]!),
        formatInterval(brain.low[target]!, brain.high[target]!),
        formatProbability(q) + (q < significanceLevel ? " *" : "  "),
      );
    }
    if (forecast) {
      const peak = forecast.peaks[target]!;
      const at = forecast.curve[peak];
      cells.push(
        formatNumber(at?.mean[target] ?? Number.NaN, 4),
        at ? formatNumber(forecast.distances[peak]!, 0) : "n/a",
      );
    }
    return cells;
  });
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const headerCells = header.map((name) => (name === "q" ? "q  " : name));
  const left = group.targets.length - shown.length;
  const missing = missingNames(result);
  return [
    `${plain(result.title)}: ${formatNoun(result.subjects.length, "subject")}, ${plain(result.model)}`,
    "",
    line(headerCells),
    ...rows.map(line),
    ...(left > 0 ? [`and ${formatNoun(left, "region")} more, in group_scores.tsv`] : []),
    ...(brain
      ? [
          "* q < .01: differs from zero over subjects (Wilcoxon signed-rank test,",
          "  false discovery rate over regions)",
        ]
      : []),
    ...(missing.length > 0
      ? [`Some scores are missing (${formatList(missing).toLowerCase()}):`, "  see data quality in the report."]
      : []),
  ];
}

/** The text without control characters, which a terminal would obey. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

function shorten(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1)}\u2026` : name;
}
