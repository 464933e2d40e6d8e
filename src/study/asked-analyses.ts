import { z } from "zod";
import type { AnalysisSettings } from "../analyses/analysis.ts";
import {
  type AnalysisName,
  type AskedAnalysis,
  analyses,
  analysisNames,
  ownScope,
  usesWindows,
  usualAnalyses,
} from "../analyses/registry.ts";
import type { OwnWords } from "../analyses/setting-kinds.ts";
import { showValue } from "../array/arguments.ts";
import { choice, formatGot, mustOf, names } from "./option-kinds.ts";
import type { StudyOptions } from "./options.ts";

/** What the short names of controls stand for. */
const controlAnalyses = {
  "word-rate": "brainScoreWordRate",
  "random-weights": "brainScoreRandomWeights",
  "random-window": "forecastScoreRandomWindow",
} as const satisfies Record<StudyOptions["controls"][number], AnalysisName>;

/** Analyses that options name, with what is set for each alone. */
export type NamedAnalyses = { readonly [Name in AnalysisName]?: AnalysisSettings };

const listedAnalyses = names().pipe(z.array(choice(analysisNames)));
const keyedAnalyses = z
  .array(choice(analysisNames))
  .min(1, { error: "must be one name or more (leave the option out for all)" });

/** Names of analyses, `"brainScore,forecastScore"` or a list; or, by name, what is set for each: `{ forecastScore: { width: 3 } }`. */
export const namedAnalyses = z.unknown().transform((value, context): NamedAnalyses => {
  const isByName = typeof value === "object" && value !== null && !Array.isArray(value);
  const given = isByName ? Object.keys(value) : value;
  // Keys are names as they stand: with spaces around them, their settings would not be found.
  const found = (isByName ? keyedAnalyses : listedAnalyses).safeParse(given, { error: mustOf });
  if (!found.success) {
    for (const issue of found.error.issues) {
      const params: OwnWords = { got: formatGot(issue, given) };
      context.addIssue({ code: "custom", message: issue.message, params });
    }
    return z.NEVER;
  }
  const settings: Partial<Record<AnalysisName, AnalysisSettings>> = {};
  for (const name of found.data) {
    const own = isByName ? ((value as Readonly<Record<string, unknown>>)[name] ?? {}) : {};
    const read = analyses[name].settings.safeParse(own, { error: mustOf });
    if (read.success) settings[name] = read.data;
    else for (const issue of read.error.issues) context.addIssue(problemOf(name, issue, own));
  }
  return settings;
});

/** What is wrong with an analysis' settings, as a sentence that names them. */
function problemOf(name: AnalysisName, issue: z.core.$ZodIssue, own: unknown) {
  const params = (got: unknown): OwnWords => ({ got: showValue(got) });
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys((analyses[name].settings as z.ZodObject).shape);
    const message =
      known.length === 0 ? `${name} has no settings` : `the settings of ${name} must be among ${known.join(", ")}`;
    return { code: "custom" as const, message, params: params(issue.keys.join(", ")) };
  }
  const [key] = issue.path;
  if (key === undefined)
    return {
      code: "custom" as const,
      message: `the settings of ${name} must be "key: value" lines`,
      params: params(own),
    };
  const value = (own as Readonly<Record<PropertyKey, unknown>>)[key];
  return { code: "custom" as const, message: `${String(key)} of ${name} ${issue.message}`, params: params(value) };
}

/** The analyses that options ask for, each once, in the order in which they are told: that of the registry. */
export function askedAnalyses({
  analyses: named,
  controls,
}: Pick<StudyOptions, "analyses" | "controls">): readonly AskedAnalysis[] {
  const of = new Set([
    ...(named ? Object.keys(named) : usualAnalyses),
    ...controls.map((control) => controlAnalyses[control] as string),
  ]);
  return analysisNames.filter((name) => of.has(name)).map((name) => ({ name, settings: named?.[name] ?? {} }));
}

/** The distances and widths of windows that options ask for, with the analysis; none of analyses without windows. */
export function askedWindows(
  options: Pick<StudyOptions, "analyses" | "controls" | "distances" | "width" | "seed">,
): readonly { readonly name: AnalysisName; readonly distances: readonly number[]; readonly width: number }[] {
  return askedAnalyses(options)
    .filter(({ name }) => usesWindows(name))
    .map((one) => {
      const { distances, width } = ownScope(one, options);
      return { name: one.name, distances, width };
    });
}

/** An analysis as records have it: its name, and what is set for it alone. */
export function describeAsked({ name, settings }: AskedAnalysis): string {
  return Object.keys(settings).length === 0 ? name : `${name} ${JSON.stringify(settings)}`;
}
