import { formatIssues } from "../inspection/format.ts";
import { formatNoun } from "../report/numbers.ts";
import { formatEstimate } from "../study/estimate.ts";
import { planRun } from "../study/plan-run.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

/** `cortecast plan`. */
export const plan: Command = {
  usage: {
    name: "plan",
    summary:
      "What a run of score would take: steps, operations, bytes, memory and time on this machine; computes nothing.",
    positionals: [
      { name: "dataset", required: false, help: "BIDS folder (or in the study file)" },
      { name: "output", required: false, help: "folder for the results, where an earlier run may have left some" },
    ],
    flags: {
      study: { type: "value", group: "study file", help: "YAML with any of these options; flags hold over it" },
      ...studyFlags(),
    },
  },
  async run({ parsed, terminal }) {
    const options = await studyOptionsOf(parsed);
    const estimate = await planRun(options, terminal.onProgress);
    terminal.endProgress();
    const { nSteps, nMissing, issues } = estimate;
    for (const line of formatIssues(issues)) terminal.note(line);
    terminal.result(
      nMissing === 0
        ? `Nothing to do: all ${formatNoun(nSteps, "step")} are there.`
        : `${nMissing} of ${formatNoun(nSteps, "step")} to compute.`,
    );
    for (const line of formatEstimate(estimate)) terminal.result(line);
    return estimate;
  },
};
