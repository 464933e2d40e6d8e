import { OptionError, oneLine } from "../errors.ts";
import { formatInspection } from "../inspection/format.ts";
import { countIssues, type Inspection } from "../inspection/inspection.ts";
import { checkStudy, readingWays } from "../study/check-study.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

/** The output where none is given: its folder is not checked. */
const notGiven = "(no output folder)";

/** `cortecast check`. */
export const check: Command = {
  usage: {
    name: "check",
    summary:
      "Tells everything that is wrong, doubtful or worth knowing about a data set, and about a study of it. What it calls an error stops score.",
    positionals: [
      { name: "dataset", required: false, help: "BIDS folder (or in the study file)" },
      { name: "output", required: false, help: "folder for the results, to check that it can be written to" },
    ],
    flags: {
      study: {
        type: "value",
        group: "study file",
        help: "YAML file with any of these options; a flag replaces the file's value",
      },
      read: {
        type: "value",
        group: "check",
        help: "how responses are read: whole, headers only, or auto: whole where they come to less than 1 GiB (auto, whole or headers; default: auto)",
      },
      all: { type: "switch", group: "check", help: "list every file with an issue (default: three of each kind)" },
      ...studyFlags(),
    },
  },
  async run({ parsed, places, terminal, signal }) {
    const { read = "auto", ...values } = parsed.values;
    const way = readingWays.find((known) => known === read);
    if (way === undefined)
      throw new OptionError(`must be one of ${readingWays.join(", ")}, got "${read}".`, { where: "--read" });
    const options = await studyOptionsOf({ parsed: { ...parsed, values }, places }, { output: notGiven });
    const inspection = await checkStudy(options, {
      writes: options.output !== notGiven,
      read: way,
      onProgress: terminal.onProgress,
      signal,
    });
    terminal.endProgress();
    for (const line of formatInspection(inspection, { all: parsed.switches.has("all") }))
      terminal.result(oneLine(line));
    return inspection;
  },
  hasFailed: (result) => countIssues((result as Inspection).issues).error > 0,
};
