import { ownValue } from "../array/records.ts";
import { type Findings, leadOf } from "./findings.ts";
import { html, type Markup } from "./markup.ts";
import { absentSentence, missingSection } from "./missing-section.ts";
import { formatCount, formatList, formatNoun, formatNumber, formatShare } from "./numbers.ts";
import { dataTable, foldedTable } from "./table.ts";

/**
 * Share of the choices at an edge where it matters (`alphaAtEdges` of `encoding/`), above which the report warns that the range may
 * be too narrow. A choice, which docs/methods.md states: one in twenty.
 */
const mostAtEdge = 0.05;

const qualityNames: Readonly<Record<string, string>> = {
  nNotFinite: "Not finite (targets)",
  nConstant: "Constant (targets)",
  nVolumesEmpty: "Volumes without responses",
  nNotScored: "Not scored (targets)",
  nAudited: "Audited choices",
  alphaAtLowest: "Alpha at lowest",
  alphaAtHighest: "Alpha at highest",
  nWords: "Words",
  nWordsInterpolated: "Words without time",
  nWordsOutside: "Words outside the scan",
};
const shares: ReadonlySet<string> = new Set(["alphaAtLowest", "alphaAtHighest"]);

/** What a reader must know before trusting the scores: remarks, warnings, and counts a subject. */
export function qualitySection(findings: Findings): Markup {
  const { result, view } = findings;
  const { subjects, notes } = result;
  const lead = leadOf(findings);
  const keys = [...new Set(subjects.flatMap(({ quality }) => Object.keys(quality)))];
  const nScores = view.subjects.length * (lead?.at.mean.length ?? 0);
  const nMissing = nScores - (lead?.at.n.reduce((sum, n) => sum + n, 0) ?? 0);
  const columns = [
    { name: "Participant", kind: "text" as const },
    { name: "Stories", kind: "number" as const },
    { name: "Volumes", kind: "number" as const },
    ...keys.map((key) => ({ name: ownValue(qualityNames, key) ?? key, kind: "number" as const })),
  ];
  const rows = subjects.map(({ participant, stories, nVolumes, quality }) => [
    participant,
    formatCount(stories.length),
    formatCount(nVolumes),
    ...keys.map((key) => formatQuality(key, ownValue(quality, key))),
  ]);
  return html`<section><h2>Data quality</h2>
${absentWarning(result)}
${edgeWarnings(result.subjects)}
${nMissing > 0 && html`<p class="warning"><strong>Missing scores.</strong> ${formatCount(nMissing)} of ${formatCount(nScores)} ${lead!.analysis.shown.label}s (participants by regions) are missing; the statistics leave them out.</p>`}
${missingSection(result)}
${notes.length > 0 ? html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>` : html`<p class="note">No exclusions or departures were noted.</p>`}
${foldedTable(
  `Numbers of ${formatNoun(subjects.length, "participant")}`,
  dataTable(
    "data quality of participants",
    columns,
    rows,
    "Alpha at lowest, at highest: of the choices of targets that are predicted beyond chance (q < .01), one a fold, the share that fell on the lowest or highest penalty where one beyond it could still change the coefficients by more than 1 %. n/a: not recorded, or no target is predicted beyond chance.",
  ),
)}</section>`;
}

/** Names who has responses in the data set, and no results here. */
function absentWarning(result: Findings["result"]): Markup | undefined {
  const sentence = absentSentence(result);
  if (sentence === undefined) return undefined;
  return html`<p class="warning"><strong>Not all participants.</strong> ${sentence} ${formatList(result.absent!)}. Their run failed, is not done, or was never started; the group is of the others.</p>`;
}

/** A warning for each end of the alphas that too many targets chose. */
function edgeWarnings(subjects: Findings["result"]["subjects"]): Markup[] {
  return (["alphaAtLowest", "alphaAtHighest"] as const).flatMap((key) => {
    const over = subjects.filter(({ quality }) => typeof quality[key] === "number" && quality[key] > mostAtEdge);
    if (over.length === 0) return [];
    const worst = over.reduce((most, subject) =>
      (subject.quality[key] as number) > (most.quality[key] as number) ? subject : most,
    );
    const [end, other] = key === "alphaAtLowest" ? ["lowest", "smaller"] : ["highest", "larger"];
    return [
      html`<p class="warning"><strong>Alpha at the ${end} value.</strong> In ${formatNoun(over.length, "participant")} of ${formatCount(subjects.length)} the targets that are predicted beyond chance (q &lt; .01) chose the ${end} alpha in more than 5 % of the folds (most: ${worst.participant}, ${formatShare(worst.quality[key] as number)}), where a ${other} one could still change the prediction. Scores may rise with ${other} \`alphas\`.</p>`,
    ];
  });
}

function formatQuality(key: string, value: number | string | undefined): string {
  if (value === undefined) return "n/a";
  if (typeof value === "string") return value;
  if (shares.has(key)) return formatShare(value);
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value, 3);
}

/** Which subjects heard which stories, for the head of the page: `"1 story (alice)"`. */
export function describeStories(subjects: Findings["result"]["subjects"]): string {
  const stories = [...new Set(subjects.flatMap((subject) => subject.stories))];
  const named = stories.length <= 5 ? ` (${formatList(stories)})` : "";
  return `${formatNoun(stories.length, "story", "stories")}${named}`;
}
