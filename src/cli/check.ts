import { OptionError, oneLine } from "../errors.ts";
import { formatInspection } from "../inspection/format.ts";
import { countIssues, type Inspection } from "../inspection/inspection.ts";
import { checkDataset } from "../study/check-dataset.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

const ways = ["auto", "whole", "headers"] as const;

/** `cortecast check`. */
export const check: Command = {
  usage: {
    name: "check",
    summary: "Everything that is wrong, doubtful or worth knowing of a data set, before anything is computed.",
    positionals: [{ name: "dataset", required: false, help: "BIDS folder (or in the study file)" }],
    flags: {
      study: { type: "value", group: "study file", help: "YAML of a study: its data options are used" },
      read: {
        type: "value",
        group: "check",
        help: "responses whole, their headers alone, or whole where they come to less than 1 GiB (auto, whole or headers; default: auto)",
      },
      all: { type: "switch", group: "check", help: "every file that is concerned (default: three of each kind)" },
      ...studyFlags((key, group) => group === "data" && !["regions", "surfaces"].includes(key)),
    },
  },
  async run({ parsed, terminal }) {
    const { read = "auto", ...values } = parsed.values;
    const way = ways.find((known) => known === read);
    if (way === undefined) throw new OptionError(`--read: must be one of ${ways.join(", ")}, got "${read}".`);
    // Nothing is written: the folder of results is asked for by the other commands only.
    const options = await studyOptionsOf({ ...parsed, values }, { output: "." });
    const inspection = await checkDataset(options, { read: way, onProgress: terminal.onProgress });
    terminal.endProgress();
    for (const line of formatInspection(inspection, { all: parsed.switches.has("all") })) terminal.note(oneLine(line));
    return inspection;
  },
  hasFailed: (result) => countIssues((result as Inspection).issues).error > 0,
};
