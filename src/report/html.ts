import { checkArgument } from "../array/arguments.ts";
import { plainText } from "../array/plain-text.ts";
import type { OnProgress } from "../array/progress.ts";
import type { AuditCount } from "../ridge/audit.ts";
import { cortexSection } from "./cortex-section.ts";
import { curveSection } from "./curve-section.ts";
import { type Findings, studyFindings } from "./findings.ts";
import { groupSection } from "./group-section.ts";
import { keptVarianceSection } from "./kept-variance.ts";
import { type Content, html, type Markup, trusted } from "./markup.ts";
import { formatNoun } from "./numbers.ts";
import { peakSection } from "./peak-section.ts";
import { describeStories, qualitySection } from "./quality-section.ts";
import { regionSection } from "./region-section.ts";
import { breakableLabel } from "./regions.ts";
import type { StudyResult } from "./result.ts";
import { shareSection } from "./share-section.ts";
import { sliceSection } from "./slice-section.ts";
import { pageStyle } from "./style.ts";
import { type SummaryPart, summarise } from "./summary.ts";
import { dataTable, type TableColumn } from "./table.ts";

/**
 * A study as one HTML page: a summary in words, figures of every analysis (scores of regions, scores over distances, where
 * they are largest), maps of the cortex where there are meshes, the group's statistics, options, provenance and data quality. It holds everything
 * it needs (no request leaves it, no script runs), follows the reader's light or dark theme, and prints.
 *
 * All text from the result is escaped. The same result gives the same page, to the byte.
 *
 * @throws OptionError, ShapeError where subjects do not fit together: see {@link studyFindings}
 */
export async function htmlReport(
  result: StudyResult,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<string> {
  checkArgument("htmlReport: result", result, "an object", {
    subjects: "a list of objects",
    options: "an object",
    provenance: "an object",
  });
  checkArgument("htmlReport: options", options, "an object");
  return findingsPage(await studyFindings(result, options), options);
}

/** A study's findings as the page of {@link htmlReport}. */
export async function findingsPage(
  findings: Findings,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<string> {
  const { result } = findings;
  const { provenance, subjects, model, title } = result;
  const maps = (await cortexSection(findings, options)) ?? (await sliceSection(findings, options));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="cortecast ${provenance.version}">
<title>${title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<header><h1>${title}</h1>
<p class="about">${formatNoun(subjects.length, "participant")} · ${describeStories(subjects)} · ${model} · ${provenance.date.slice(0, 10)}</p></header>
<main>
<div class="lead">${summarise(findings).map(summaryPart)}</div>
${findings.scores.filter(({ distances }) => distances.length === 0).map((score) => [regionSection(findings, score), score.shares.map((share) => shareSection(findings, share))])}
${maps}
${findings.scores.filter(({ distances }) => distances.length > 0).map((score) => curveSection(findings, score))}
${findings.scores.filter(({ distances }) => distances.length > 0).map(({ shares }) => shares.map((share) => shareSection(findings, share)))}
${findings.peaks.map((found) => peakSection(findings, found))}
${groupSection(findings)}
${keptVarianceSection(findings)}
${qualitySection(findings)}
${optionsSection(result)}
${provenanceSection(result)}
</main>
<footer>Made with cortecast ${provenance.version}.</footer>
</body>
</html>
`;
  return plainText(keepTogether(page.markup));
}

function summaryPart({ heading, sentences }: SummaryPart): Markup {
  if (heading === undefined) return html`<p>${sentences.join(" ")}</p>`;
  return html`<p><strong>${heading}</strong></p>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

/**
 * The page with no line broken at an equals or a less-than sign, before a per cent sign or within an option's name, in the lead, in what is said of figures
 * and tables, in warnings and in notes; long names there break after an underscore.
 */
function keepTogether(page: string): string {
  const said =
    /<div class="lead">[\s\S]*?<\/div>|<(figcaption|caption|li|p)(?: class="(?:note|warning)")?>[\s\S]*?<\/\1>/g;
  return page
    .replace(said, (part) =>
      // Between tags: what stands in them is no text.
      part.replace(/(?<=>)[^<]+/g, (text) =>
        text
          .replace(/ (=|&lt;|&#60;) /g, "\u00a0$1\u00a0")
          .replace(/(?<=\d) (?=%)/g, "\u00a0")
          .replace(/`([a-z][A-Za-z]*(?:: [^`]+)?)`/g, '<code class="whole">$1</code>')
          .replace(/_(?=\w)/g, "_<wbr>"),
      ),
    )
    .replace(/>(&lt;|&#60;) (?=[\d.])/g, ">$1\u00a0");
}

function optionsSection({ options }: StudyResult): Markup {
  const all = flatten(options);
  const code = (name: string) => html`<code>${name}</code>`;
  const unset = all.filter(([, value]) => value === undefined).map(([name]) => name);
  const rows: Content[][] = all.flatMap(([name, value]) =>
    value === undefined ? [] : [[code(name), breakableValue(value)]],
  );
  if (unset.length > 0) rows.push(["not set", unset.map((name, i) => [i > 0 && ", ", code(name)])]);
  return html`<section><h2>Options</h2>${dataTable(
    "options",
    [
      { name: "Option", kind: "text" },
      { name: "Value", kind: "text" },
    ],
    rows,
    "Every option as it was in force; none: there was none, or it had no effect. Memory in bytes.",
  )}</section>`;
}

function provenanceSection({ model, provenance }: StudyResult): Markup {
  const {
    date,
    version,
    command,
    environment = {},
    inputs = [],
    modelFingerprint,
    sourceDatasets = [],
    audit,
  } = provenance;
  const code = (text: string) => html`<code>${text}</code>`;
  const rows = [
    ["Finished", date],
    ["cortecast", version],
    ...(command === undefined ? [] : [["Command", code(command)]]),
    ["Language model", model],
    ...(modelFingerprint === undefined ? [] : [["Its SHA-256", code(modelFingerprint)]]),
    ...sourceDatasets.map(({ URL, DOI, Version }) => [
      "Source data set",
      [URL, DOI, Version].filter(Boolean).join(", "),
    ]),
    ...Object.entries(environment).filter(([name]) => name !== "cortecast"),
    ...(audit === undefined ? [] : [["Audit", describeAudit(audit)]]),
  ];
  const columns: TableColumn[] = [
    { name: "What", kind: "text" },
    { name: "Value", kind: "text" },
  ];
  const files = dataTable(
    "input files",
    [
      { name: "File", kind: "text" },
      { name: "SHA-256", kind: "text" },
    ],
    inputs.map(({ path, sha256 }) => [breakableLabel(path), code(sha256)]),
    "Files that went in.",
  );
  return html`<section><h2>Provenance</h2>${dataTable("provenance", columns, rows, "Where these results come from.")}
${inputs.length > 0 && html`<details><summary>${formatNoun(inputs.length, "input file")}</summary>${files}</details>`}</section>`;
}

/** What an audit found, in words. */
function describeAudit({ nAudited, nTies, worstExcess, worstR }: AuditCount): string {
  const least =
    worstExcess > 0
      ? `The chosen error is above the least by at most ${worstExcess.toExponential(1)} of it`
      : "All have the least error";
  return `${formatNoun(nAudited, "choice")} of a penalty computed again by definition, in double precision. ${least} (${formatNoun(nTies, "near-tie")}); r differs by at most ${worstR.toExponential(1)}.`;
}

/** An option's value that breaks where it may: paths at their signs, short names of a list (`sub-40`) nowhere. */
function breakableValue(value: string): Content {
  if (value.includes("/")) return breakableLabel(value);
  return value
    .split(/(?<=, )/)
    .map((part) => (/^[a-z][\w-]{0,24}-\w+/i.test(part) ? html`<span class="whole">${part}</span>` : part));
}

/** Nested records as pairs of `outer.inner` and the value as text, undefined where it is not set. */
function flatten(options: Readonly<Record<string, unknown>>, prefix = ""): [string, string | undefined][] {
  return Object.entries(options).flatMap(([name, value]): [string, string | undefined][] => {
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
    if (isRecord) return flatten(value as Record<string, unknown>, `${prefix}${name}.`);
    return [[`${prefix}${name}`, value === undefined || value === null ? undefined : formatOption(value)]];
  });
}

function formatOption(value: unknown): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, formatOption).join(", ");
  if (value === undefined || value === null) return "n/a";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}
