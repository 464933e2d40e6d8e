import { formatIssues } from "../inspection/format.ts";
import { formatNoun } from "../report/numbers.ts";
import { formatEstimate } from "../study/estimate.ts";
import { planStudy } from "../study/plan-study.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

/** `cortecast plan`. */
export const plan: Command = {
  usage: {
    name: "plan",
    summary:
      "Tells what score would take on this machine: steps, operations, disk space, memory and time. Takes the same flags, and computes no score.",
    positionals: [
      { name: "dataset", required: false, help: "BIDS folder (or in the study file)" },
      {
        name: "output",
        required: false,
        help: "folder for the results; what an earlier run left there is taken into account",
      },
    ],
    flags: {
      study: {
        type: "value",
        group: "study file",
        help: "YAML file with any of these options; a flag replaces the file's value",
      },
      ...studyFlags(),
    },
  },
  async run({ parsed, places, terminal, signal }) {
    const options = await studyOptionsOf({ parsed, places });
    const estimate = await planStudy(options, { onProgress: terminal.onProgress, signal });
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
