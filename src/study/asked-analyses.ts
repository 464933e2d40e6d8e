import { type AnalysisName, analysisNames, usualAnalyses } from "../analyses/registry.ts";
import type { StudyOptions } from "./options.ts";

/** What the short names of controls stand for. */
const controlAnalyses = {
  "word-rate": "brainScoreWordRate",
  "random-weights": "brainScoreRandomWeights",
  "random-window": "forecastScoreRandomWindow",
} as const satisfies Record<StudyOptions["controls"][number], AnalysisName>;

/** The analyses that options ask for, each once, in the order in which they are told: that of the registry. */
export function askedAnalyses({
  analyses: named,
  controls,
}: Pick<StudyOptions, "analyses" | "controls">): readonly AnalysisName[] {
  const asked = new Set<AnalysisName>([
    ...(named ?? usualAnalyses),
    ...controls.map((control) => controlAnalyses[control]),
  ]);
  return analysisNames.filter((name) => asked.has(name));
}
