import { type AnalysisName, analysisNames } from "../analyses/registry.ts";
import type { StudyOptions } from "./options.ts";

/** What the short names of controls stand for. */
const controlAnalyses = {
  "word-rate": "brainScoreWordRate",
  "random-weights": "brainScoreRandomWeights",
  "random-window": "forecastScoreRandomWindow",
} as const satisfies Record<StudyOptions["controls"][number], AnalysisName>;

/** Scored where options name nothing. */
const usual: readonly AnalysisName[] = ["brainScore", "forecastScore"];

/** The analyses that options ask for, each once, in the order in which they are told: that of the registry. */
export function askedAnalyses({
  analyses: named,
  controls,
}: Pick<StudyOptions, "analyses" | "controls">): readonly AnalysisName[] {
  const asked = new Set([...(named ?? usual), ...controls.map((control) => controlAnalyses[control])]);
  return analysisNames.filter((name) => asked.has(name));
}
