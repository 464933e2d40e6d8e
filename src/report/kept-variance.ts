import type { Analysis } from "../analyses/analysis.ts";
import { analyses, analysisNamed } from "../analyses/registry.ts";
import { ownValue } from "../array/records.ts";
import type { KeptShares } from "../encoding/prepared.ts";
import type { Findings } from "./findings.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatList, formatShare } from "./numbers.ts";
import type { KeptVariance, ScoreKey, StudyResult } from "./result.ts";
import { formatScoreKey, mainLayer } from "./select.ts";
import { dataTable, foldedTable } from "./table.ts";

/** Shares of variance as files and the command line's JSON give them. */
export interface DescribedShares {
  /** Over the folds; null where there are no shares. */
  readonly mean: number | null;
  readonly lowest: number | null;
  readonly highest: number | null;
  /** One a fold, in their order, or that there are none. */
  readonly folds: KeptShares;
}

/** The shares of the folds, with their mean and range. */
export function describeKept(folds: KeptShares): DescribedShares {
  if (typeof folds === "string") return { mean: null, lowest: null, highest: null, folds };
  const mean = folds.reduce((sum, share) => sum + share, 0) / folds.length;
  return { mean, lowest: Math.min(...folds), highest: Math.max(...folds), folds };
}

/** The shares at one key over all subjects. */
interface PooledShares extends ScoreKey {
  /** Subjects with shares; 0 where the features are not reduced. */
  readonly n: number;
  /** The mean over subjects of their means over folds; the range over subjects and folds. */
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
}

function poolShares(subjects: StudyResult["subjects"]): PooledShares[] {
  const all = new Map<string, KeptVariance[]>();
  for (const { keptVariance = [] } of subjects) {
    for (const one of keptVariance) {
      const known = all.get(formatScoreKey(one)) ?? [];
      known.push(one);
      all.set(formatScoreKey(one), known);
    }
  }
  return [...all.values()].map((alike): PooledShares => {
    const { analysis, layer, distance } = alike[0]!;
    const known = alike.flatMap(({ folds }) => (typeof folds === "string" ? [] : [describeKept(folds)]));
    return {
      analysis,
      layer,
      distance,
      n: known.length,
      mean: known.reduce((sum, { mean }) => sum + mean!, 0) / known.length,
      lowest: known.reduce((least, { lowest }) => Math.min(least, lowest!), Number.POSITIVE_INFINITY),
      highest: known.reduce((most, { highest }) => Math.max(most, highest!), Number.NEGATIVE_INFINITY),
    };
  });
}

/**
 * How much variance components keep of the features that analyses add, at the layer that the report leads with, in words;
 * no sentence where the result does not record it.
 */
export function keptSentences(result: StudyResult): string[] {
  const rows = poolShares(result.subjects);
  const [first, ...others] = Object.values<Analysis>(analyses).filter(({ beside }) => !beside);
  const layer = mainLayer(result, first!.name);
  const present = rows.find((row) => row.analysis === first!.name && row.layer === layer);
  if (!present) return [];
  const at = `layer ${present.layer}`;
  if (present.n === 0)
    return [`Features (${at}) are not reduced to components: all of their variance is in the design.`];
  const components = ownValue(result.options, "components");
  const what = typeof components === "number" ? `${formatCount(components)} components keep` : "Components keep";
  const sentences = [
    `${what} ${formatShare(present.mean)} of the variance of ${first!.adds} (${at}; ${describeRange([present])}).`,
  ];
  for (const { name, adds } of others) {
    const own = rows.filter((row) => row.analysis === name && row.layer === layer && row.n > 0);
    if (own.length === 0) continue;
    const mean = own.reduce((sum, row) => sum + row.mean, 0) / own.length;
    sentences.push(`Of ${adds} they keep ${formatShare(mean)} (${describeRange(own)}).`);
  }
  return sentences;
}

function describeRange(rows: readonly PooledShares[]): string {
  const lowest = rows.reduce((least, row) => Math.min(least, row.lowest), Number.POSITIVE_INFINITY);
  const highest = rows.reduce((most, row) => Math.max(most, row.highest), Number.NEGATIVE_INFINITY);
  const over = [...(rows.some(({ n }) => n > 1) ? ["participants"] : []), ...(rows.length > 1 ? ["distances"] : [])];
  return `${formatShare(lowest)} to ${formatShare(highest)} over ${formatList([...over, "folds"])}`;
}

/** The section on how much variance components keep: in words, and in a table for each layer, control and distance. */
export function keptVarianceSection({ result }: Findings): Markup | undefined {
  const rows = poolShares(result.subjects);
  if (rows.length === 0) return undefined;
  const cells = rows.map(({ analysis, layer, distance, n, mean, lowest, highest }) => [
    analysisNamed(analysis)?.adds ?? analysis,
    String(layer),
    typeof distance === "number" ? formatCount(distance) : distance,
    formatCount(n),
    ...[mean, lowest, highest].map((share) => (n === 0 ? "not reduced" : formatShare(share))),
  ]);
  return html`<section><h2>Variance that components keep</h2>
<p>${keptSentences(result).join(" ")}</p>
${foldedTable(
  "By layer, control and distance",
  dataTable(
    "variance that components keep",
    [
      { name: "Features", kind: "text" },
      { name: "Layer", kind: "number" },
      { name: "Distance", kind: "number" },
      { name: "Participants", kind: "number" },
      { name: "Mean", kind: "number" },
      { name: "Lowest", kind: "number" },
      { name: "Highest", kind: "number" },
    ],
    cells,
    "Share of the variance over the training volumes of a fold that the components keep, of features that were standardised. Mean over participants and folds; lowest and highest of any participant and fold. It depends on the stories alone: participants who heard the same have the same.",
  ),
)}</section>`;
}
